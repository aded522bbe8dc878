//! Opens the repository, and reads objects out of it.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{ErrorCode, Oid, Repository, RepositoryOpenFlags, Tree};

use super::trouble::Trouble;

/// Opens the repository around `start`, as git itself would: a hook names repository and index by `GIT_DIR` and `GIT_INDEX_FILE`.
pub(super) fn open(start: &Path) -> Result<Repository, Trouble> {
    let has_folder = std::env::var_os("GIT_DIR").is_some_and(|value| !value.is_empty());
    let opened = if has_folder {
        Repository::open_from_env()
    } else {
        let flags = RepositoryOpenFlags::FROM_ENV;
        Repository::open_ext(start, flags, std::iter::empty::<&Path>())
    };
    Ok(opened?)
}

/// The folder that the files of the repository lie in.
pub(super) fn folder_of(repository: &Repository) -> Result<&Path, Trouble> {
    repository.workdir().ok_or(Trouble::Bare)
}

/// The tree of the commit that is checked out; none before the first commit.
pub(super) fn head_tree(repository: &Repository) -> Result<Option<Tree<'_>>, Trouble> {
    match repository.head() {
        Ok(head) => Ok(Some(head.peel_to_tree()?)),
        Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A path as git stores it.
#[cfg(unix)]
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;

    std::ffi::OsStr::from_bytes(bytes).into()
}

/// A path as git stores it: UTF-8 where the system has no bytes in its names.
#[cfg(not(unix))]
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// A path as git stores it.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere a path need not be UTF-8")]
pub(super) fn bytes_of(path: &Path) -> Option<Vec<u8>> {
    use std::os::unix::ffi::OsStrExt as _;

    Some(path.as_os_str().as_bytes().to_vec())
}

/// A path as git stores it: UTF-8 with `/`.
#[cfg(not(unix))]
pub(super) fn bytes_of(path: &Path) -> Option<Vec<u8>> {
    Some(path.to_str()?.replace('\\', "/").into_bytes())
}

/// A file as it stands in the index, or stood in a commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Blob {
    /// Where it would lie on the disk.
    pub(crate) path: PathBuf,
    /// Where the repository was looked for.
    pub(super) start: Arc<Path>,
    /// The older, the smaller: where history is searched, the place of its commit.
    pub(super) number: usize,
    /// Its object.
    pub(super) id: Oid,
    /// The commit that brought it, where history is searched.
    pub(crate) commit: Option<Arc<str>>,
}

/// The objects of a repository, which is opened when the first is wanted. One for each thread.
#[derive(Default)]
pub(crate) struct Objects(Option<(Arc<Path>, Repository)>);

impl Objects {
    /// Hands the content of `blob` and its size to `read`.
    ///
    /// Of an object larger than `max_bytes`, which is not scanned if it is text, no more is read than the reader asks for; one
    /// that lies in a pack, which cannot be read in part, comes out empty.
    pub(crate) fn read<T>(
        &mut self,
        blob: &Blob,
        max_bytes: u64,
        read: impl FnOnce(&mut dyn Read, u64) -> T,
    ) -> io::Result<T> {
        let failed = |error: git2::Error| io::Error::other(error.message().to_owned());
        if self.0.as_ref().is_none_or(|(start, _)| *start != blob.start) {
            let repository = open(&blob.start).map_err(|_| io::Error::other("the repository cannot be opened"))?;
            self.0 = Some((Arc::clone(&blob.start), repository));
        }
        let (_, repository) = self.0.as_ref().expect("it was opened above");
        let odb = repository.odb().map_err(failed)?;
        let (size, _) = odb.read_header(blob.id).map_err(failed)?;
        if size as u64 > max_bytes {
            if let Ok((mut input, ..)) = odb.reader(blob.id) {
                return Ok(read(&mut input, size as u64));
            }
            return Ok(read(&mut io::empty(), size as u64));
        }
        let object = odb.read(blob.id).map_err(failed)?;
        Ok(read(&mut object.data(), size as u64))
    }
}
