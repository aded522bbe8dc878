//! What kind of repository this is, and what its pipeline compares with: the questions of `doctor`.

use std::path::Path;

use git2::Repository;

use super::trouble::Trouble;
use super::{base_commit, conflicts, repository};

/// Something about a repository that decides what can be asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trait {
    /// It has no working tree.
    Bare,
    /// History was cut off.
    Shallow,
    /// Objects were left out of the clone.
    Partial,
    /// It is a working tree beside the main one.
    LinkedWorktree,
    /// There is no commit yet.
    Unborn,
    /// A commit is checked out and no branch.
    Detached,
}

/// What a repository is like.
#[derive(Debug)]
pub(crate) struct State {
    /// What is special about it.
    pub(crate) traits: Vec<Trait>,
    /// Some of the files with conflicts, by name.
    pub(crate) conflicts: Vec<String>,
}

/// The state of the repository around `start`.
///
/// # Errors
///
/// There is none, or it cannot be read.
pub(crate) fn state(start: &Path) -> Result<State, Trouble> {
    let repository = repository::open(start)?;
    let is_unborn = repository::head_tree(&repository)?.is_none();
    let index = repository.index()?;
    let traits = [
        (Trait::Bare, repository.is_bare()),
        (Trait::Shallow, repository.is_shallow()),
        (Trait::Partial, is_partial(&repository)?),
        (Trait::LinkedWorktree, repository.is_worktree()),
        (Trait::Unborn, is_unborn),
        (Trait::Detached, repository.head_detached()? && !is_unborn),
    ];
    Ok(State {
        traits: traits
            .into_iter()
            .filter(|(_, holds)| *holds)
            .map(|(one, _)| one)
            .collect(),
        conflicts: if index.has_conflicts() {
            conflicts(&index)
        } else {
            Vec::new()
        },
    })
}

/// Source: [partial clones](https://git-scm.com/docs/partial-clone): a remote that promises what is missing.
fn is_partial(repository: &Repository) -> Result<bool, git2::Error> {
    let config = repository.config()?.snapshot()?;
    let mut entries = config.entries(Some("^(remote\\..*\\.promisor|extensions\\.partialclone)$"))?;
    Ok(entries.next().is_some())
}

/// The name of the revision that `--changed` compares with here.
///
/// # Errors
///
/// There is none, or it cannot be reached: everything would be scanned, or the run would be incomplete.
pub(crate) fn base_name(start: &Path) -> Result<String, Trouble> {
    let repository = repository::open(start)?;
    let compared = base_commit(&repository)?;
    super::since(&repository, super::merge_base(&repository, &compared)?.0)?;
    Ok(compared.name)
}
