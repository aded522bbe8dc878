//! Finds the commit that each added line comes from.
//!
//! All files at once, from the last commit to the first: each commit is compared with its parents once, and what it did not add goes on
//! to them. `git_blame_file` of libgit2 gives the same answers, but compares each commit anew for each file, looks for renames in
//! each of them, and cannot be stopped: a file of which every other line changes costs it the square of its lines. Figures:
//! `docs/measured.md`. What is compared here is counted, and there is a limit.

use std::collections::{BTreeMap, HashMap, HashSet};

use git2::{Commit, Delta, Diff, DiffFindOptions, DiffOptions, Oid, Repository, Sort};

use super::troubles::Troubles;
use crate::git::{Hunk, blob_options};

/// Commits of a change that are looked at.
const MAX_COMMITS: usize = 10_000;
const TOO_MUCH: &str = "more changes than are compared";
const TOO_MANY_COMMITS: &str = "more commits than are looked at";
/// Parents of a commit; the most that Linux ever had are 66.
const MAX_PARENTS: usize = 100;
/// What all comparisons together may cost, in bytes that are read. Made to be slow, they take half a minute then.
const MAX_COST: usize = 4_000_000_000;
/// What a line range, or a file in a list of changes, costs in bytes.
const ITEM: usize = 32;
/// A blob that is larger is not compared.
const MAX_BLOB: usize = 16 << 20;
/// If more files come and go in a commit, nobody looks which of them were renamed.
const MAX_CANDIDATES: usize = 400;

/// Some lines of a file: `length` from `line` on in the version that is asked about, and from `here` on in the one that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// The number of the file.
    pub(super) file: usize,
    /// The first line, in the file as it was scanned.
    pub(super) line: usize,
    /// The same line, in the commit.
    pub(super) here: usize,
    /// How many there are.
    pub(super) length: usize,
}

/// Lines that a commit added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Blamed {
    /// Where.
    pub(super) piece: Piece,
    /// The commit.
    pub(super) commit: Oid,
    /// What the file was called in it.
    pub(super) path: Vec<u8>,
}

/// Lines by the paths of their files, in order, so that where the limit is reached does not depend on chance.
pub(super) type Pending = BTreeMap<Vec<u8>, Vec<Piece>>;

/// The commits of a change.
pub(super) struct Commits {
    base: Oid,
    /// A commit stands before its parents.
    list: Vec<Oid>,
    set: HashSet<Oid>,
}

impl Commits {
    /// What is in `head` and not in `base`.
    pub(super) fn of(repository: &Repository, base: Oid, head: Oid, troubles: &mut Troubles) -> Self {
        let mut commits = Self {
            base,
            list: Vec::new(),
            set: HashSet::new(),
        };
        match commits.listed(repository, head) {
            Ok(list) if list.len() > MAX_COMMITS => troubles.limit(TOO_MANY_COMMITS, "10,000"),
            Ok(list) => commits.list = list,
            Err(_) => troubles.history(),
        }
        // Where a clone is shallow, git hides the parents that it lacks.
        if repository.is_shallow() && commits.list.iter().any(|id| commits.is_cut_off(repository, *id)) {
            troubles.history();
        }
        commits.set = commits.list.iter().copied().collect();
        commits
    }

    fn listed(&self, repository: &Repository, head: Oid) -> Result<Vec<Oid>, git2::Error> {
        let mut walk = repository.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL)?;
        walk.push(head)?;
        walk.hide(self.base)?;
        walk.take(MAX_COMMITS + 1).collect()
    }

    fn is_cut_off(&self, repository: &Repository, id: Oid) -> bool {
        let parents = parents_of(repository, id);
        let mut others = parents.iter().filter(|parent| **parent != self.base);
        others.any(|parent| repository.find_commit(*parent).is_err())
    }

    /// A commit stands before its parents.
    pub(super) fn list(&self) -> &[Oid] {
        &self.list
    }
}

/// The commits that the lines come from. What the range did not add, or cannot be followed, is not in the list.
pub(super) fn blamed(
    repository: &Repository,
    commits: &Commits,
    lines: Pending,
    troubles: &mut Troubles,
) -> Vec<Blamed> {
    let mut walk = Walk {
        repository,
        commits,
        pending: HashMap::new(),
        found: Vec::new(),
        cost: 0,
        troubles,
    };
    if let Some(head) = commits.list.first() {
        walk.pending.insert(*head, lines);
    }
    for id in &commits.list {
        let Some(lines) = walk.pending.remove(id).filter(|lines| !lines.is_empty()) else {
            continue;
        };
        if walk.look_at(*id, lines).is_err() {
            walk.troubles.history();
        }
        if walk.cost > MAX_COST {
            walk.troubles.limit(TOO_MUCH, "4 GB");
            break;
        }
    }
    tracing::debug!(commits = commits.list.len(), cost = walk.cost, "blamed");
    walk.found
}

struct Walk<'w> {
    repository: &'w Repository,
    commits: &'w Commits,
    /// By the commit in which they have not been looked at.
    pending: HashMap<Oid, Pending>,
    found: Vec<Blamed>,
    cost: usize,
    troubles: &'w mut Troubles,
}

/// What a commit changed against one of its parents.
struct Changes<'r> {
    parent: Oid,
    diff: Diff<'r>,
    /// By their paths in the commit.
    files: HashMap<Vec<u8>, Changed>,
    /// Whether files went away, so that others may be the same under a new name.
    has_deleted: bool,
}

#[derive(Clone)]
struct Changed {
    old: Option<(Vec<u8>, Oid)>,
    new: Oid,
}

impl<'w> Walk<'w> {
    fn look_at(&mut self, id: Oid, mut lines: Pending) -> Result<(), git2::Error> {
        let commit = self.repository.find_commit(id)?;
        let parents = parents_of(self.repository, id);
        if parents.len() > MAX_PARENTS {
            self.troubles
                .limit("commits with more parents than are looked at", "100");
            return Ok(());
        }
        // One commit is the whole change: what the change added, this commit added.
        if self.commits.list.len() == 1 {
            self.blame(id, lines);
            return Ok(());
        }
        // If one of them is missing, nobody knows what comes from there, and so for nothing of this commit who is to blame.
        let changes: Result<Vec<_>, _> = parents
            .into_iter()
            .map(|parent| self.changes(&commit, parent))
            .collect();
        let mut changes = changes?;
        let files: usize = changes.iter().map(|of_parent| of_parent.files.len()).sum();
        self.cost += ITEM * files;
        for of_parent in &changes {
            let (same, changed) = lines
                .into_iter()
                .partition(|(path, _)| !of_parent.files.contains_key(path));
            self.hand_on(of_parent.parent, same);
            lines = changed;
        }
        for of_parent in &mut changes {
            if lines.is_empty() {
                break;
            }
            lines = self.compared(of_parent, lines)?;
        }
        self.blame(id, lines);
        Ok(())
    }

    fn changes(&self, commit: &Commit<'_>, parent: Oid) -> Result<Changes<'w>, git2::Error> {
        let old = self.repository.find_commit(parent)?.tree()?;
        let mut options = DiffOptions::new();
        options.ignore_submodules(true).skip_binary_check(true);
        let diff = self
            .repository
            .diff_tree_to_tree(Some(&old), Some(&commit.tree()?), Some(&mut options))?;
        let mut changes = Changes {
            parent,
            files: HashMap::new(),
            has_deleted: diff.deltas().any(|delta| delta.status() == Delta::Deleted),
            diff,
        };
        changes.read();
        Ok(changes)
    }

    /// Compares the files, and hands on what is in the parent too. The rest comes back.
    fn compared(&mut self, changes: &mut Changes<'_>, lines: Pending) -> Result<Pending, git2::Error> {
        let is_new = |path: &Vec<u8>| changes.files.get(path).is_some_and(|file| file.old.is_none());
        if changes.has_deleted && lines.keys().any(is_new) {
            self.cost = self.cost.saturating_add(changes.find_renames(self.repository)?);
        }
        let mut rest = Pending::new();
        let mut passed = Pending::new();
        for (path, mut pieces) in lines {
            let Some(Changed {
                old: Some((old_path, old)),
                new,
            }) = changes.files.get(&path).cloned()
            else {
                rest.insert(path, pieces);
                continue;
            };
            let hunks = match self.hunks(old, new) {
                Ok(Some(hunks)) => hunks,
                Ok(None) => continue,
                // Not in this partial clone.
                Err(_) => {
                    self.troubles.history();
                    continue;
                }
            };
            self.cost += ITEM * (pieces.len() + hunks.len());
            pieces.sort_unstable_by_key(|piece| piece.here);
            let (same, added) = separated(&pieces, &hunks);
            if !same.is_empty() {
                passed.entry(old_path).or_default().extend(same);
            }
            if !added.is_empty() {
                rest.insert(path, added);
            }
        }
        self.hand_on(changes.parent, passed);
        Ok(rest)
    }

    /// What differs between two blobs; `None` if they are too large.
    fn hunks(&mut self, old: Oid, new: Oid) -> Result<Option<Vec<Hunk>>, git2::Error> {
        let odb = self.repository.odb()?;
        let sizes = [odb.read_header(old)?.0, odb.read_header(new)?.0];
        if sizes.iter().any(|size| *size > MAX_BLOB) {
            self.troubles.limit("files too large to be compared", "16 MiB");
            return Ok(None);
        }
        let (old, new) = (self.repository.find_blob(old)?, self.repository.find_blob(new)?);
        let cost = cost(old.content(), new.content());
        if self.cost.saturating_add(cost) > MAX_COST {
            self.cost += old.size() + new.size();
            self.troubles.limit(TOO_MUCH, "4 GB");
            return Ok(None);
        }
        self.cost += cost;
        let mut hunks = Vec::new();
        self.repository.diff_blobs(
            Some(&old),
            None,
            Some(&new),
            None,
            Some(&mut blob_options()),
            None,
            None,
            Some(&mut |_, hunk| {
                hunks.push(Hunk::of(&hunk));
                true
            }),
            None,
        )?;
        Ok(Some(hunks))
    }

    /// What comes from outside the range is older than the change, and nobody is asked about it.
    fn hand_on(&mut self, parent: Oid, lines: Pending) {
        if lines.is_empty() || !self.commits.set.contains(&parent) {
            return;
        }
        let pending = self.pending.entry(parent).or_default();
        for (path, pieces) in lines {
            pending.entry(path).or_default().extend(pieces);
        }
    }

    fn blame(&mut self, commit: Oid, lines: Pending) {
        for (path, pieces) in lines {
            let blamed = pieces.into_iter().map(|piece| Blamed {
                piece,
                commit,
                path: path.clone(),
            });
            self.found.extend(blamed);
        }
    }
}

impl Changes<'_> {
    fn read(&mut self) {
        self.files.clear();
        for delta in self.diff.deltas() {
            let (old, new) = (delta.old_file(), delta.new_file());
            let Some(path) = new.path_bytes().filter(|_| delta.status() != Delta::Deleted) else {
                continue;
            };
            let has_old = matches!(delta.status(), Delta::Modified | Delta::Renamed);
            let changed = Changed {
                old: old
                    .path_bytes()
                    .filter(|_| has_old)
                    .map(|path| (path.to_vec(), old.id())),
                new: new.id(),
            };
            self.files.insert(path.to_vec(), changed);
        }
    }

    /// Looks for former names of files, and says how many bytes that took. Among very many files none is looked for, and none is
    /// found where a partial clone lacks the contents.
    fn find_renames(&mut self, repository: &Repository) -> Result<usize, git2::Error> {
        let candidates = self.diff.deltas().filter_map(|delta| match delta.status() {
            Delta::Added => Some(delta.new_file().id()),
            Delta::Deleted => Some(delta.old_file().id()),
            _ => None,
        });
        let candidates: Vec<_> = candidates.collect();
        if candidates.len() > MAX_CANDIDATES {
            return Ok(0);
        }
        let odb = repository.odb()?;
        let sizes = candidates.iter().map(|id| odb.read_header(*id).map(|(size, _)| size));
        let Ok(bytes) = sizes.sum::<Result<usize, _>>() else {
            return Ok(0);
        };
        if bytes > MAX_BLOB {
            return Ok(0);
        }
        self.diff.find_similar(Some(DiffFindOptions::new().renames(true)))?;
        self.read();
        Ok(bytes)
    }
}

/// The parents as the commit names them, also those that a shallow clone lacks: without them all of the commit would seem new.
pub(super) fn parents_of(repository: &Repository, id: Oid) -> Vec<Oid> {
    let Ok(commit) = repository.find_commit(id) else {
        return Vec::new();
    };
    let lines = commit.raw_header_bytes().split(|&byte| byte == b'\n');
    let names = lines.filter_map(|line| std::str::from_utf8(line.strip_prefix(b"parent ")?).ok());
    names.filter_map(|name| Oid::from_str(name).ok()).collect()
}

/// What it costs to compare two texts: reading them, and what the algorithm takes at worst for the lines between their common beginning
/// and their common end. Measured with random lines: a tenfold number takes thirty times as long.
fn cost(old: &[u8], new: &[u8]) -> usize {
    let alike = |pairs: &mut dyn Iterator<Item = (&u8, &u8)>| pairs.take_while(|(a, b)| a == b).count();
    let start = alike(&mut old.iter().zip(new));
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let end = alike(&mut old_rest.iter().rev().zip(new_rest.iter().rev()));
    let lines = |rest: &[u8]| memchr::memchr_iter(b'\n', &rest[..rest.len() - end]).count();
    let lines = lines(old_rest) + lines(new_rest);
    (old.len() + new.len()).saturating_add(lines.saturating_mul(lines.isqrt()))
}

/// Separates the lines of the new version that are in the old one, with their numbers there, from those that are not. The pieces are
/// sorted by their numbers in the new version, and the hunks are too.
pub(super) fn separated(pieces: &[Piece], hunks: &[Hunk]) -> (Vec<Piece>, Vec<Piece>) {
    let (mut same, mut added) = (Vec::new(), Vec::new());
    for piece in pieces {
        let end = piece.here + piece.length;
        let part = |from: usize, to: usize| Piece {
            line: piece.line + (from - piece.here),
            here: from,
            length: to - from,
            ..*piece
        };
        let mut at = piece.here;
        let mut index = hunks.partition_point(|hunk| hunk.new.1 <= at);
        while at < end {
            // Behind the hunk before, the versions run side by side.
            let before = index
                .checked_sub(1)
                .map_or((1, 1), |before| (hunks[before].old.1, hunks[before].new.1));
            let next = hunks.get(index).map_or((usize::MAX, usize::MAX), |hunk| hunk.new);
            let stop = end.min(next.0.max(at));
            if stop > at {
                same.push(Piece {
                    here: before.0 + (at - before.1),
                    ..part(at, stop)
                });
                at = stop;
            }
            let stop = end.min(next.1.max(at));
            if at < end && stop > at {
                added.push(part(at, stop));
                at = stop;
            }
            index += 1;
        }
    }
    (same, added)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunk(old: (usize, usize), new: (usize, usize)) -> Hunk {
        Hunk { old, new }
    }

    fn piece(line: usize, here: usize, length: usize) -> Piece {
        Piece {
            file: 0,
            line,
            here,
            length,
        }
    }

    #[test]
    fn lines_keep_their_numbers_in_both_versions() {
        // Lines 3 and 4 were added, old line 4 went away, and line 7 replaced old lines 6 and 7.
        let hunks = [hunk((3, 3), (3, 5)), hunk((4, 5), (6, 6)), hunk((6, 8), (7, 8))];

        let (same, added) = separated(&[piece(101, 1, 9)], &hunks);

        assert_eq!(
            same,
            [piece(101, 1, 2), piece(105, 3, 1), piece(106, 5, 1), piece(108, 8, 2)]
        );
        assert_eq!(added, [piece(103, 3, 2), piece(107, 7, 1)]);
    }

    #[test]
    fn only_what_differs_costs_more_than_reading() {
        let lines = |letter: &str| format!("{letter}\n").repeat(10_000);
        let old = lines("a");

        assert_eq!(cost(old.as_bytes(), old.as_bytes()), 40_000);
        assert_eq!(cost(old.as_bytes(), format!("{old}b\n").as_bytes()), 40_003);
        assert!(cost(old.as_bytes(), lines("b").as_bytes()) > 2_000_000);
        assert_eq!(cost(b"", b""), 0);
    }

    #[test]
    fn a_piece_inside_a_hunk_and_one_without_hunks() {
        assert_eq!(separated(&[piece(5, 5, 1)], &[]), (vec![piece(5, 5, 1)], vec![]));
        let inside = separated(&[piece(5, 5, 1)], &[hunk((1, 1), (1, 10))]);
        assert_eq!(inside, (vec![], vec![piece(5, 5, 1)]));
        let behind = separated(&[piece(5, 5, 2)], &[hunk((1, 4), (1, 1))]);
        assert_eq!(behind, (vec![piece(5, 8, 2)], vec![]));
    }
}
