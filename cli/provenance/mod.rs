//! Who wrote the lines of a change, as far as somebody says so: notes, traces, commits, and the pull request, in this order.
//!
//! Everything is scanned whoever wrote it; what is found here is reported, and can only raise the bar. It is no detection: nothing is
//! guessed from the code, and nothing said here is evidence against a person. `docs/provenance.md` says what each source is worth.
//!
//! All of it was written by whoever made the change, so it is bounded, and nothing in it can fail a scan.

mod agents;
mod blame;
mod commits;
mod marks;
mod notes;
mod request;
mod traces;
mod troubles;

use std::collections::{HashMap, HashSet};

use git2::{Oid, Repository};
use weighbridge_core::{AddedLines, Change, Notification, Provenance, SourcePath};

use crate::git::{Lines, Range, base, is_file};
use crate::run::Scanned;
use crate::walk::Walked;
use blame::{Blamed, Commits, Pending, Piece};
use marks::Marks;
use notes::{Note, Notes};
use traces::Traces;
use troubles::Troubles;

/// Says for each finding who wrote the line it begins on, and what the change consists of; `None` if no change was scanned.
pub(crate) fn declare(scanned: &mut Scanned, walked: &Walked) -> Option<Change> {
    let range = walked.range.as_ref()?;
    let provenances = Provenances::of_change(range, walked, &scanned.line_counts);
    for (finding, line) in scanned.findings.iter_mut().zip(&scanned.begins) {
        finding.provenance = provenances.of_line(&finding.path, *line);
    }
    let change = provenances.change(range);
    scanned.notifications.extend(provenances.notifications);
    Some(change)
}

/// Who wrote the added lines.
struct Provenances<'w> {
    /// By the names of the files in the report.
    files: HashMap<&'w SourcePath, FileLines<'w>>,
    /// Whether the pull request speaks for the lines about which nothing else does.
    request: bool,
    notifications: Vec<Notification>,
}

/// The added lines of a file.
struct FileLines<'w> {
    /// What git calls it.
    path: &'w [u8],
    /// Half-open, sorted.
    added: Vec<(usize, usize)>,
    declared: Marks,
}

impl<'w> Provenances<'w> {
    fn of_change(range: &'w Range, walked: &'w Walked, line_counts: &[usize]) -> Self {
        let files = walked.entries.iter().zip(line_counts).filter_map(|(entry, count)| {
            let (path, lines) = range.added_in(entry.input.path())?;
            let added = match lines {
                Lines::All => vec![(1, count + 1)],
                Lines::Added(added) => added.to_vec(),
            };
            let declared = Marks::default();
            Some((&entry.name, FileLines { path, added, declared }))
        });
        let mut found = Self {
            files: files.collect(),
            request: request::is_declared(&base::variable, &base::event),
            notifications: Vec::new(),
        };
        let mut troubles = Troubles::default();
        // What is staged lies in no commit, and so nobody has said anything about it.
        if !range.is_staged && found.read(range, &mut troubles).is_none() {
            troubles.history();
        }
        found.notifications = troubles.notifications();
        found
    }

    /// Reads what is said about the lines; `None` if the repository does not give what is needed for it.
    fn read(&mut self, range: &Range, troubles: &mut Troubles) -> Option<()> {
        let repository = range.repository()?;
        let commits = Commits::of(&repository, range.base, range.head, troubles);
        let sources = Sources::of(&repository, &commits, range, troubles);
        if sources.are_empty() {
            tracing::debug!(commits = commits.list().len(), "nobody says who wrote the lines");
            return Some(());
        }
        let mut files: Vec<_> = self.files.values_mut().collect();
        let paths = files.iter().map(|file| file.path);
        let uncommitted = range.uncommitted(&repository, paths).ok()?;
        let tree = repository.find_commit(range.head).ok()?.tree().ok()?;
        let mut pending = Pending::new();
        for (index, file) in files.iter().enumerate().filter(|(_, file)| is_file(&tree, file.path)) {
            let hunks = uncommitted.get(file.path).map_or(&[][..], Vec::as_slice);
            let pieces: Vec<_> = file.added.iter().map(|&lines| Piece::of_file(index, lines)).collect();
            let (committed, _) = blame::separated(&pieces, hunks);
            pending.insert(file.path.to_vec(), committed);
        }
        let blamed = blame::blamed(&repository, &commits, pending, troubles);
        sources.declare(&repository, blamed, &mut files, troubles);
        Some(())
    }

    /// `None` for a line that the change does not add.
    fn of_line(&self, path: &SourcePath, line: usize) -> Option<Provenance> {
        let file = self.files.get(path).filter(|file| file.is_added(line))?;
        Some(self.of_added(file, line))
    }

    fn of_added(&self, file: &FileLines<'_>, line: usize) -> Provenance {
        match file.declared.of(line) {
            Provenance::Unknown if self.request => Provenance::DeclaredAi,
            declared => declared,
        }
    }

    fn change(&self, range: &Range) -> Change {
        let mut added = AddedLines::default();
        for file in self.files.values() {
            for line in file.added.iter().flat_map(|&(start, end)| start..end) {
                added.total += 1;
                match self.of_added(file, line) {
                    Provenance::DeclaredAi => added.declared_ai += 1,
                    Provenance::DeclaredHuman => added.declared_human += 1,
                    Provenance::Unknown => {}
                }
            }
        }
        Change {
            base: range.base.to_string(),
            head: range.tip.to_string(),
            guarded: false,
            added,
        }
    }
}

impl FileLines<'_> {
    fn is_added(&self, line: usize) -> bool {
        let after = self.added.partition_point(|&(start, _)| start <= line);
        after > 0 && line < self.added[after - 1].1
    }
}

impl Piece {
    /// Lines of a file as it was scanned.
    fn of_file(file: usize, (start, end): (usize, usize)) -> Self {
        Self {
            file,
            line: start,
            here: start,
            length: end - start,
        }
    }
}

/// Everybody who says something about the commits of a change.
struct Sources<'r> {
    notes: Option<Notes<'r>>,
    traces: Traces,
    /// Commits that say it themselves.
    declared: HashSet<Oid>,
}

impl<'r> Sources<'r> {
    fn of(repository: &'r Repository, commits: &Commits, range: &Range, troubles: &mut Troubles) -> Self {
        let list = commits.list();
        let mut declared = HashSet::new();
        for id in list {
            // A commit that cannot be read is missed where its lines are.
            let commit = repository.find_commit(*id);
            if commit.is_ok_and(|commit| commits::is_declared(&commit, troubles)) {
                declared.insert(*id);
            }
        }
        Self {
            notes: Notes::of(repository).filter(|notes| list.iter().any(|id| notes.has(*id))),
            traces: Traces::in_folder(range.folder(), troubles),
            declared,
        }
    }

    fn are_empty(&self) -> bool {
        self.notes.is_none() && self.traces.is_empty() && self.declared.is_empty()
    }

    /// Declares the lines of files by what is said about the commits that they come from.
    fn declare(
        &self,
        repository: &Repository,
        mut blamed: Vec<Blamed>,
        files: &mut [&mut FileLines<'_>],
        troubles: &mut Troubles,
    ) {
        blamed.sort_unstable_by_key(|lines| lines.commit);
        for of_commit in blamed.chunk_by(|a, b| a.commit == b.commit) {
            let commit = of_commit[0].commit;
            let notes = self.notes.as_ref();
            let note = notes.and_then(|notes| notes.of_commit(commit, troubles));
            let parents = blame::parents_of(repository, commit);
            let revisions: Vec<_> = [commit].into_iter().chain(parents).collect();
            for Blamed { piece, path, .. } in of_commit {
                let marks = self.marks(note.as_ref(), &revisions, path);
                let last = if self.declared.contains(&commit) {
                    Provenance::DeclaredAi
                } else {
                    Provenance::Unknown
                };
                let declared = &mut files[piece.file].declared;
                for index in 0..piece.length {
                    let said = marks.iter().map(|marks| marks.of(piece.here + index));
                    let said = said.chain([last]).find(|said| *said != Provenance::Unknown);
                    let line = piece.line + index;
                    declared.declare(said.unwrap_or(Provenance::Unknown), line, line);
                }
            }
        }
        files.iter_mut().for_each(|file| file.declared.settle());
    }

    /// What is said about the lines of a file in a commit, the most reliable first.
    fn marks<'s>(&'s self, note: Option<&'s Note>, revisions: &[Oid], path: &[u8]) -> Vec<&'s Marks> {
        let traced = revisions
            .iter()
            .filter_map(|revision| self.traces.of_revision(*revision, path));
        note.and_then(|note| note.get(path)).into_iter().chain(traced).collect()
    }
}
