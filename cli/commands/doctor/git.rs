//! What git can be asked here.

use super::Ground;
use super::line::Line;
use crate::git::{Trait, Trouble, state};

/// Whether there is a repository, and what is special about it.
pub(super) fn look(ground: &Ground<'_>) -> Vec<Line> {
    let state = match state(ground.paths.current()) {
        Ok(state) => state,
        Err(trouble) => return vec![line_of(&trouble)],
    };
    let mut lines: Vec<_> = state.traits.iter().map(|&one| line_about(one)).collect();
    if !state.conflicts.is_empty() {
        let trouble = Trouble::Conflicts(state.conflicts);
        lines.push(Line::problem(trouble.message(), trouble.hint()));
    }
    if lines.is_empty() {
        lines.push(Line::ok("a repository that can be read, with its whole history"));
    }
    lines
}

/// A folder without git is no fault, nor is a kind of repository that we cannot read.
fn line_of(trouble: &Trouble) -> Line {
    match trouble {
        Trouble::NoRepository | Trouble::UnknownFormat(_) => Line::note_of(trouble),
        Trouble::Other(error) => Line::problem(
            format!("the repository cannot be read: {}", error.message()),
            trouble.hint(),
        ),
        _ => Line::problem(trouble.message(), trouble.hint()),
    }
}

fn line_about(one: Trait) -> Line {
    match one {
        Trait::Bare => Line::note_of(&Trouble::Bare),
        Trait::Shallow => Line::note(
            "the clone is shallow: `--changed` and `--since` may not find their base",
            "fetch more: `fetch-depth: 0` on GitHub, `GIT_DEPTH: 0` on GitLab, `git fetch --unshallow`",
        ),
        Trait::Partial => Line::note(
            "the clone is partial: objects that are not here are not fetched",
            "clone without `--filter`, or fetch the rest: `git fetch --refetch --no-filter`",
        ),
        Trait::LinkedWorktree => Line::ok("a linked working tree"),
        Trait::Unborn => Line::note(
            "there is no commit yet, so there is nothing to compare with",
            "`weighbridge scan` and `scan --staged` work; `--since` and `--changed` need a commit",
        ),
        Trait::Detached => Line::ok("a commit is checked out, not a branch"),
    }
}
