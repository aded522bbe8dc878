//! What a change consists of, for those who ask who wrote it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{DiffOptions, ObjectType, Oid, Repository, Tree};

use super::diff::{self, Changes};
use super::lines::Lines;
use super::repository;
use super::trouble::Trouble;

/// A change: its commits, and the lines that it adds.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    /// The commit that is compared with; zero before the first commit.
    pub(crate) base: Oid,
    /// The commit that is checked out.
    pub(crate) head: Oid,
    /// The last commit of the change: `head`, or what the forge merged into it.
    pub(crate) tip: Oid,
    /// Whether the lines lie in the index, and so in no commit yet.
    pub(crate) is_staged: bool,
    /// Where the repository is looked for.
    start: Arc<Path>,
    /// Where its files lie.
    folder: PathBuf,
    /// By their paths below the folder. All lines of a file may be added.
    added: HashMap<Vec<u8>, Lines>,
}

/// Lines of two versions of a file that differ: where in the old version, where in the new one; half-open, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hunk {
    /// What goes away.
    pub(crate) old: (usize, usize),
    /// What comes instead.
    pub(crate) new: (usize, usize),
}

impl Hunk {
    /// The hunk as git writes it: an empty part stands behind the line that it names.
    pub(crate) fn of(hunk: &git2::DiffHunk<'_>) -> Self {
        let part = |start: u32, lines: u32| {
            let start = start as usize + usize::from(lines == 0);
            (start, start + lines as usize)
        };
        Self {
            old: part(hunk.old_start(), hunk.old_lines()),
            new: part(hunk.new_start(), hunk.new_lines()),
        }
    }
}

impl Range {
    /// From `base` to `head`, without lines.
    pub(super) fn of_commits(start: &Arc<Path>, base: Oid, head: Oid, tip: Oid) -> Self {
        Self {
            base,
            head,
            tip,
            is_staged: false,
            start: Arc::clone(start),
            folder: PathBuf::new(),
            added: HashMap::new(),
        }
    }

    /// What the next commit would change, without lines.
    pub(super) fn of_index(repository: &Repository, start: &Arc<Path>) -> Result<Self, Trouble> {
        let head = match repository::head_tree(repository)? {
            Some(_) => repository.head()?.peel_to_commit()?.id(),
            None => Oid::ZERO_SHA1,
        };
        Ok(Self {
            is_staged: true,
            ..Self::of_commits(start, head, head, head)
        })
    }

    /// The same with these lines.
    pub(super) fn with_added(self, folder: &Path, changes: &Changes) -> Self {
        let files = changes.list.iter();
        Self {
            folder: folder.to_owned(),
            added: files.map(|file| (file.path.clone(), file.lines.clone())).collect(),
            ..self
        }
    }

    /// The path below the root of the repository of a file that changed, as git writes it, and its added lines.
    pub(crate) fn added_in(&self, path: &Path) -> Option<(&[u8], &Lines)> {
        let name = repository::bytes_of(path.strip_prefix(&self.folder).ok()?)?;
        let (name, lines) = self.added.get_key_value(&name)?;
        Some((name, lines))
    }

    /// The repository; `None` if it went away.
    pub(crate) fn repository(&self) -> Option<Repository> {
        repository::open(&self.start).ok()
    }

    /// The folder of the working tree.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What differs between `head` and the files on the disk, of these paths: the lines that are not committed.
    ///
    /// # Errors
    ///
    /// An object that is not in the clone.
    pub(crate) fn uncommitted<'p>(
        &self,
        repository: &Repository,
        paths: impl Iterator<Item = &'p [u8]>,
    ) -> Result<HashMap<Vec<u8>, Vec<Hunk>>, git2::Error> {
        let mut options = diff::options();
        // A name may hold `*`.
        options.disable_pathspec_match(true).force_text(true);
        let mut any = false;
        for path in paths {
            options.pathspec(path);
            any = true;
        }
        let mut found: HashMap<Vec<u8>, Vec<Hunk>> = HashMap::new();
        if !any {
            return Ok(found);
        }
        let tree = repository.find_commit(self.head)?.tree()?;
        let diff = repository.diff_tree_to_workdir_with_index(Some(&tree), Some(&mut options))?;
        diff.foreach(
            &mut |_, _| true,
            None,
            Some(&mut |delta, hunk| {
                let path = delta.new_file().path_bytes().unwrap_or_default();
                found.entry(path.to_vec()).or_default().push(Hunk::of(&hunk));
                true
            }),
            None,
        )?;
        Ok(found)
    }
}

/// How two versions of one file are compared: as text, whatever an attribute says.
pub(crate) fn blob_options() -> DiffOptions {
    let mut options = DiffOptions::new();
    options.context_lines(0).interhunk_lines(0).force_text(true);
    options
}

/// Whether there is a file of this name in `tree`.
pub(crate) fn is_file(tree: &Tree<'_>, path: &[u8]) -> bool {
    let entry = tree.get_path(&repository::path_of(path));
    entry.is_ok_and(|entry| entry.kind() == Some(ObjectType::Blob))
}
