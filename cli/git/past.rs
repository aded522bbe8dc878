//! The base of a change: its files, and what the change did to them.
//!
//! What decides about a change is read from here, so that the change cannot lower its own bar.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{Delta, Diff, ObjectType, Oid, Repository};

use super::base;
use super::diff::{self, Changes};
use super::lines::Lines;
use super::range::Range;
use super::repository;
use super::trouble::Trouble;

/// A repository, seen from the base of a change.
pub(crate) struct Past {
    repository: Repository,
    /// The folder of the working tree, without links.
    folder: PathBuf,
    /// The tree of the base.
    tree: Oid,
    /// The base, in hexadecimal.
    revision: String,
    /// The paths that the change touches, deleted ones too, below the folder; with the lines that it adds.
    touched: BTreeMap<PathBuf, Lines>,
    /// The commits of the change, without lines.
    range: Range,
    /// What the change does, with renamed files recognised.
    changes: Changes,
}

/// What the base and the change say about a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is at the base.
    File,
    /// It is a folder at the base.
    Folder,
    /// The change brings it.
    New,
    /// It is no part of the repository: the job put it there, or it lies elsewhere.
    Outside,
}

/// Whether the CI says that this run is about a change that somebody asks to be taken, such as a pull request.
pub(crate) fn is_change_request() -> bool {
    base::is_change_request(&base::variable, &base::event)
}

impl Past {
    /// The repository around `start`, seen from the base that the CI names.
    pub(crate) fn open(start: &Path) -> Result<Self, Trouble> {
        let repository = repository::open(start)?;
        let folder = repository::folder_of(&repository)?;
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let compared = super::base_commit(&repository)?;
        let tip = target_tip(&repository);
        let decides = tip.as_ref().unwrap_or(&compared.commit);
        let (tree, revision) = (decides.tree()?.id(), decides.id().to_string());
        let range = super::range(&repository, &Arc::from(start), &compared)?;
        let mut diff = super::since(&repository, range.base)?;
        let plain = diff::changes(&diff)?;
        let touched = touched(&diff, &plain);
        let changes = with_renames(&mut diff, plain)?;
        drop((diff, compared, tip));
        tracing::debug!(%revision, touched = touched.len(), "guarded by the base");
        Ok(Self {
            repository,
            folder,
            tree,
            revision,
            touched,
            range,
            changes,
        })
    }

    /// The change, if it is one of the repository whose files lie in `folder`: its commits without lines, and what it does.
    pub(super) fn change(&self, folder: &Path) -> Option<(Range, Changes)> {
        let real = folder.canonicalize().ok()?;
        (real == self.folder).then(|| (self.range.clone(), self.changes.clone()))
    }

    /// The base, in hexadecimal.
    pub(crate) fn revision(&self) -> &str {
        &self.revision
    }

    /// The paths that the change touches, below the folder of the repository; those that are gone too.
    pub(crate) fn touched(&self) -> impl Iterator<Item = &Path> {
        self.touched.keys().map(PathBuf::as_path)
    }

    /// The lines of the file at the absolute `path` that the change adds; `None` if it does not touch the file.
    pub(crate) fn added(&self, path: &Path) -> Option<&Lines> {
        self.touched.get(&self.below(path)?)
    }

    /// The absolute path of one that [`Self::touched`] gives.
    pub(crate) fn absolute(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    /// What stands at the absolute `path`.
    pub(crate) fn standing(&self, path: &Path) -> Standing {
        let Some(below) = self.below(path) else {
            return Standing::Outside;
        };
        if below.as_os_str().is_empty() {
            return Standing::Folder;
        }
        match self.object(&below).map(|(_, kind)| kind) {
            Some(ObjectType::Tree) => Standing::Folder,
            Some(_) => Standing::File,
            None if self.is_committed(&below) => Standing::New,
            None => Standing::Outside,
        }
    }

    /// The file at the absolute `path`, of at most `max_bytes`.
    pub(crate) fn read(&self, path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        let below = self.below(path).ok_or_else(missing)?;
        let (id, _) = self.object(&below).ok_or_else(missing)?;
        let failed = |error: git2::Error| io::Error::other(error.message().to_owned());
        let odb = self.repository.odb().map_err(failed)?;
        let (size, kind) = odb.read_header(id).map_err(failed)?;
        if kind != ObjectType::Blob {
            return Err(io::Error::other("it is not a regular file"));
        }
        if size as u64 > max_bytes {
            return Err(io::Error::other("it is too large"));
        }
        Ok(odb.read(id).map_err(failed)?.data().to_vec())
    }

    /// Names in the folder at the absolute `path`, each with whether it is a folder itself.
    pub(crate) fn list(&self, path: &Path) -> io::Result<Vec<(String, bool)>> {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        let failed = |error: git2::Error| io::Error::other(error.message().to_owned());
        let below = self.below(path).ok_or_else(missing)?;
        let id = if below.as_os_str().is_empty() {
            self.tree
        } else {
            self.object(&below).ok_or_else(missing)?.0
        };
        let tree = self.repository.find_tree(id).map_err(failed)?;
        let entries = tree.iter().map(|entry| {
            let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
            (name, entry.kind() == Some(ObjectType::Tree))
        });
        Ok(entries.collect())
    }

    /// The path below the folder of the repository. Links in the folders above it are followed, the file itself need not be there.
    fn below(&self, path: &Path) -> Option<PathBuf> {
        if let Ok(below) = path.strip_prefix(&self.folder) {
            return Some(below.to_path_buf());
        }
        let above = path.ancestors().find(|folder| folder.exists())?;
        let real = above.canonicalize().ok()?;
        let whole = real.join(path.strip_prefix(above).ok()?);
        whole.strip_prefix(&self.folder).ok().map(Path::to_path_buf)
    }

    fn object(&self, below: &Path) -> Option<(Oid, ObjectType)> {
        let tree = self.repository.find_tree(self.tree).ok()?;
        let entry = tree.get_path(below).ok()?;
        Some((entry.id(), entry.kind()?))
    }

    /// Whether the file or folder is in the commit that is checked out, or in the index: the author of the change could have made it.
    fn is_committed(&self, below: &Path) -> bool {
        let head = repository::head_tree(&self.repository).ok().flatten();
        let in_index = || {
            let index = self.repository.index().ok()?;
            let folder = format!("{}/", below.display());
            let found = index
                .iter()
                .any(|entry| repository::path_of(&entry.path) == below || entry.path.starts_with(folder.as_bytes()));
            Some(found)
        };
        head.is_some_and(|tree| tree.get_path(below).is_ok()) || in_index().unwrap_or(true)
    }
}

/// The tip of the branch that a merge request wants to go to. GitLab names the merge base only, and the author chooses that: an old one
/// may have had a lower bar.
fn target_tip(repository: &Repository) -> Option<git2::Commit<'_>> {
    let named = base::variable("CI_MERGE_REQUEST_TARGET_BRANCH_SHA");
    let branch = base::variable("CI_MERGE_REQUEST_TARGET_BRANCH_NAME");
    let branch = branch.map(|name| format!("refs/remotes/origin/{name}"));
    let mut found = [named, branch].into_iter().flatten();
    found.find_map(|name| repository.revparse_single(&name).ok()?.peel_to_commit().ok())
}

/// The changes of the diff with renamed files recognised; `plain` are those without.
fn with_renames(diff: &mut Diff<'_>, plain: Changes) -> Result<Changes, Trouble> {
    match diff::find_renames(diff).map_err(Trouble::from) {
        Ok(()) if diff.deltas().any(|delta| delta.status() == Delta::Renamed) => diff::changes(diff),
        // To see that a file was renamed takes its former content.
        Ok(()) | Err(Trouble::MissingObject) => Ok(plain),
        Err(trouble) => Err(trouble),
    }
}

/// All names in the diff, in which no renamed file is recognised yet, and the lines that are new in each file.
fn touched(diff: &Diff<'_>, changes: &Changes) -> BTreeMap<PathBuf, Lines> {
    let mut touched = BTreeMap::new();
    for change in &changes.list {
        touched.insert(repository::path_of(&change.path), change.lines.clone());
    }
    let names: BTreeSet<_> = diff
        .deltas()
        .flat_map(|delta| [delta.old_file(), delta.new_file()].map(|file| file.path_bytes().map(repository::path_of)))
        .flatten()
        .collect();
    for name in names {
        touched.entry(name).or_insert_with(|| Lines::Added([].into()));
    }
    touched
}
