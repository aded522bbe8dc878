//! Every content that a file ever had in any commit, each once, with the commit that brought it.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use git2::{Commit, ObjectType, Oid, Repository, Sort, Tree};
use weighbridge_core::Notification;

use super::lines::Lines;
use super::repository::{self, Blob};
use super::trouble::Trouble;
use super::{Request, canonical, start};
use crate::interrupt;
use crate::run::Scanned;
use crate::walk::{Entry, Input, Walked};

/// The mode of a symbolic link in a tree.
///
/// Source: [`git-fast-import`](https://git-scm.com/docs/git-fast-import#_filemodify).
const LINK: i32 = 0o120_000;

/// The contents of all commits that a branch, a tag, the stash or HEAD leads to.
///
/// Commits are gone through from the oldest, so the first that holds a content brought it; trees and contents that were seen are
/// not looked at again.
pub(super) fn collect(request: &Request<'_>) -> Result<Walked, Trouble> {
    let start = start(request);
    let repository = repository::open(&start)?;
    let folder = repository::folder_of(&repository)?;
    let mut search = Search {
        repository: &repository,
        folder,
        start: &start,
        request,
        roots: canonical(request.roots),
        trees: HashSet::new(),
        blobs: HashSet::new(),
        walked: Walked::default(),
    };
    let mut commits = repository.revwalk()?;
    commits.set_sorting(Sort::TOPOLOGICAL | Sort::TIME | Sort::REVERSE)?;
    commits.push_glob("*")?;
    // Not on a branch that has no commit yet.
    if repository.head().is_ok() {
        commits.push_head()?;
    }
    let mut number = 0;
    for id in commits {
        if interrupt::is_requested() {
            break;
        }
        let commit = repository.find_commit(id?)?;
        search.commit(&commit, number)?;
        number += 1;
    }
    tracing::debug!(commits = number, contents = search.blobs.len(), "history read");
    let mut walked = search.walked;
    if repository.is_shallow() {
        let message = "the clone is shallow: older commits were not searched";
        let note = Notification::incomplete("git/history-missing", None, message);
        walked.notifications.push(note.with_hint(super::trouble::SHALLOW_HINT));
    }
    Ok(walked)
}

struct Search<'a> {
    repository: &'a Repository,
    folder: &'a Path,
    start: &'a Arc<Path>,
    request: &'a Request<'a>,
    roots: Vec<std::path::PathBuf>,
    /// Trees that were gone through, each with the folder it stood for: whether a file is wanted depends on its name.
    trees: HashSet<(Oid, Vec<u8>)>,
    blobs: HashSet<Oid>,
    walked: Walked,
}

impl Search<'_> {
    fn commit(&mut self, commit: &Commit<'_>, number: usize) -> Result<(), Trouble> {
        self.tree(
            &commit.tree()?,
            &mut Vec::new(),
            &commit.id().to_string().into(),
            number,
        )
    }

    fn tree(&mut self, tree: &Tree<'_>, folder: &mut Vec<u8>, commit: &Arc<str>, number: usize) -> Result<(), Trouble> {
        if !self.trees.insert((tree.id(), folder.clone())) {
            return Ok(());
        }
        for entry in tree {
            let length = folder.len();
            folder.extend_from_slice(entry.name_bytes());
            match entry.kind() {
                Some(ObjectType::Tree) => {
                    let inner = self.repository.find_tree(entry.id())?;
                    folder.push(b'/');
                    self.tree(&inner, folder, commit, number)?;
                }
                Some(ObjectType::Blob) if entry.filemode() == LINK => self.walked.symlinks += 1,
                Some(ObjectType::Blob) => self.blob(entry.id(), folder, commit, number),
                _ => {}
            }
            folder.truncate(length);
        }
        Ok(())
    }

    fn blob(&mut self, id: Oid, name: &[u8], commit: &Arc<str>, number: usize) {
        if self.blobs.contains(&id) {
            return;
        }
        let path = self.folder.join(repository::path_of(name));
        let exclude = &self.request.options.exclude;
        if !self.roots.iter().any(|root| path.starts_with(root))
            || exclude.matches_file_or_folder_above(self.request.paths, &path)
        {
            return;
        }
        self.blobs.insert(id);
        self.walked.entries.push(Entry {
            name: self.request.paths.shown(&path),
            input: Input::Blob(Blob {
                path,
                start: Arc::clone(self.start),
                number,
                id,
                commit: Some(Arc::clone(commit)),
            }),
            lines: Lines::All,
            new_lines: None,
            is_prompt: false,
        });
    }
}

/// Of findings that say the same of the same text in one file, keeps the one that came first: the later contents of a file still
/// hold what an earlier commit brought.
pub(crate) fn keep_first(scanned: &mut Scanned) {
    let mut seen = HashSet::new();
    let is_first: Vec<bool> = scanned
        .findings
        .iter()
        .map(|finding| seen.insert((finding.path.clone(), finding.fingerprint.clone())))
        .collect();
    let mut keeps = is_first.iter();
    scanned.findings.retain(|_| keeps.next().is_some_and(|keep| *keep));
    let mut keeps = is_first.iter();
    scanned.begins.retain(|_| keeps.next().is_some_and(|keep| *keep));
}
