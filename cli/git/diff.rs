//! Reads a diff: which files there are to scan, and which lines of them were added.

use git2::{Delta, Diff, DiffDelta, DiffFindOptions, DiffOptions, FileMode, Oid, Patch};

use super::lines::Lines;
use super::trouble::Trouble;

/// A file that is there and was not, or is otherwise than it was.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// Below the root of the repository.
    pub(super) path: Vec<u8>,
    /// The path that it was renamed from.
    former: Option<Vec<u8>>,
    /// Its content, if git has stored it.
    pub(super) id: Oid,
    /// What it is.
    pub(super) kind: Kind,
    /// The lines that were added.
    pub(super) lines: Lines,
}

/// What lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file.
    File,
    /// A symbolic link.
    Symlink,
    /// A submodule, or a repository of its own.
    Repository,
}

/// All changes of a diff.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    /// In the order of the paths.
    pub(super) list: Vec<Change>,
    /// Files whose former content is not in the clone, so that all their lines count as added.
    pub(super) unknown: usize,
}

impl Changes {
    /// The same for a search that treats some files otherwise under another name.
    ///
    /// `is_alike` tells whether a file that was renamed from the first path to the second is searched for the same things in both
    /// places. If it is not, all its lines count: the lines may be old, but nobody looked for this in them.
    pub(super) fn counted(mut self, is_alike: &dyn Fn(&[u8], &[u8]) -> bool) -> Self {
        for change in &mut self.list {
            if change
                .former
                .as_ref()
                .is_some_and(|former| !is_alike(former, &change.path))
            {
                change.lines = Lines::All;
            }
        }
        self
    }
}

/// How all diffs are made: added lines without lines around them.
pub(super) fn options() -> DiffOptions {
    let mut options = DiffOptions::new();
    options
        .context_lines(0)
        .interhunk_lines(0)
        .ignore_submodules(true)
        .include_untracked(true)
        .recurse_untracked_dirs(true)
        .include_unreadable(true);
    options
}

/// Recognises renamed files, as far as the objects for it are there.
///
/// # Errors
///
/// An object that is not; the diff must then be made anew.
pub(super) fn find_renames(diff: &mut Diff<'_>) -> Result<(), git2::Error> {
    diff.find_similar(Some(DiffFindOptions::new().renames(true)))
}

/// What `diff` says about files that are there.
pub(super) fn changes(diff: &Diff<'_>) -> Result<Changes, Trouble> {
    let mut changes = Changes::default();
    for (index, delta) in diff.deltas().enumerate() {
        let file = delta.new_file();
        let Some(path) = file.path_bytes() else { continue };
        if matches!(delta.status(), Delta::Deleted | Delta::Unmodified | Delta::Ignored) {
            continue;
        }
        let kind = match file.mode() {
            FileMode::Link => Kind::Symlink,
            FileMode::Commit | FileMode::Tree => Kind::Repository,
            // An untracked folder that git does not enter.
            _ if path.ends_with(b"/") => Kind::Repository,
            _ => Kind::File,
        };
        let lines = if kind == Kind::File && has_former_content(&delta) {
            match added_lines(diff, index) {
                Ok(lines) => lines,
                Err(error) => match Trouble::from(error) {
                    Trouble::MissingObject => {
                        changes.unknown += 1;
                        Lines::All
                    }
                    trouble => return Err(trouble),
                },
            }
        } else {
            Lines::All
        };
        changes.list.push(Change {
            path: path.to_vec(),
            former: former(&delta),
            id: file.id(),
            kind,
            lines,
        });
    }
    Ok(changes)
}

/// Whether the file had a content before to compare with.
fn has_former_content(delta: &DiffDelta<'_>) -> bool {
    matches!(delta.status(), Delta::Modified | Delta::Renamed)
}

fn former(delta: &DiffDelta<'_>) -> Option<Vec<u8>> {
    let path = delta.old_file().path_bytes()?;
    (delta.status() == Delta::Renamed).then(|| path.to_vec())
}

fn added_lines(diff: &Diff<'_>, index: usize) -> Result<Lines, git2::Error> {
    let Some(patch) = Patch::from_diff(diff, index)? else {
        return Ok(Lines::All);
    };
    // What git takes for binary, be it because an attribute says so, may be text for us.
    if patch.delta().flags().is_binary() {
        return Ok(Lines::All);
    }
    let mut added = Vec::new();
    for index in 0..patch.num_hunks() {
        let (hunk, _) = patch.hunk(index)?;
        let (start, count) = (hunk.new_start() as usize, hunk.new_lines() as usize);
        if count > 0 {
            added.push((start, start + count));
        }
    }
    Ok(Lines::Added(added.into()))
}
