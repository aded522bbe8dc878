//! What could not be read on the way. It never fails a scan: who wrote a line is then unknown.
//!
//! A message names commits by their ids and lines by their numbers; names and messages of commits never get into it.

use std::collections::BTreeMap;

use git2::Oid;
use weighbridge_core::{Notification, SourcePath};

use super::traces;

/// How many places a message lists.
const PLACES_SHOWN: usize = 5;
/// So many digits of a commit tell it from all others.
const DIGITS: usize = 12;

/// Why something was not believed, or not in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unread {
    /// It is too large.
    TooLarge,
    /// It is not what it should be.
    Format,
    /// A version that is not known.
    Version,
    /// Some lines of it are not what they should be; the others were read.
    Line,
    /// It is no file.
    Special,
    /// The system or the clone does not give it.
    Missing,
}

impl Unread {
    fn reason(self) -> &'static str {
        match self {
            Self::TooLarge => "too large",
            Self::Format => "not in the format",
            Self::Version => "of an unknown version",
            Self::Line => "lines that are not in the format; the others were read",
            Self::Special => "no regular file",
            Self::Missing => "cannot be opened",
        }
    }
}

/// What could not be read or followed.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    notes: BTreeMap<Unread, Places>,
    traces: BTreeMap<Unread, Places>,
    messages: Places,
    limits: BTreeMap<&'static str, &'static str>,
    history: bool,
}

/// Some places, and how many there are.
#[derive(Debug, Default)]
struct Places {
    shown: Vec<String>,
    count: usize,
}

impl Places {
    fn add(&mut self, place: String) {
        self.count += 1;
        if self.shown.len() < PLACES_SHOWN {
            self.shown.push(place);
        }
    }

    fn list(&self) -> String {
        let list = self.shown.join(", ");
        match self.count - self.shown.len() {
            0 => list,
            more => format!("{list} and {more} more"),
        }
    }
}

impl Troubles {
    /// The note about a commit.
    pub(super) fn note(&mut self, commit: Oid, unread: Unread) {
        self.notes.entry(unread).or_default().add(short(commit));
    }

    /// A line of the file of traces, or the file.
    pub(super) fn trace(&mut self, line: Option<usize>, unread: Unread) {
        let place = line.map_or_else(|| "the file".to_owned(), |line| line.to_string());
        self.traces.entry(unread).or_default().add(place);
    }

    /// The message of a commit, which is too large.
    pub(super) fn message(&mut self, commit: Oid) {
        self.messages.add(short(commit));
    }

    /// Commits before the first that are here.
    pub(super) fn history(&mut self) {
        self.history = true;
    }

    /// Something that there is too much of, and the limit.
    pub(super) fn limit(&mut self, what: &'static str, limit: &'static str) {
        self.limits.insert(what, limit);
    }

    /// The same for the report.
    pub(super) fn notifications(&self) -> Vec<Notification> {
        const ID: &str = "provenance/unreadable";
        let mut found = Vec::new();
        for (unread, places) in &self.notes {
            let message = format!("notes of `refs/notes/ai`, {}: {}", unread.reason(), places.list());
            let hint = "`git notes --ref=ai show COMMIT` shows one; until it is mended, who wrote the lines is unknown";
            found.push(Notification::note(ID, None, message).with_hint(hint));
        }
        for (unread, places) in &self.traces {
            let path = SourcePath::new(traces::NAME.as_bytes());
            let message = format!("records of who wrote lines, {}: {}", unread.reason(), places.list());
            let hint = "mend or remove them; until then, who wrote the lines is unknown";
            found.push(Notification::note(ID, Some(path), message).with_hint(hint));
        }
        if self.messages.count > 0 {
            let message = format!(
                "messages of commits that are too large, so that only their ends were read: {}",
                self.messages.list()
            );
            found.push(Notification::note(ID, None, message));
        }
        for (what, limit) in &self.limits {
            let message = format!("there are {what}; who wrote the rest of the added lines is unknown");
            let note = Notification::note("provenance/limit", None, message);
            found.push(note.with_hint(format!("the limit is {limit}; a newer commit to compare with may help")));
        }
        if self.history {
            let message = "the clone lacks commits of the change, so that who wrote some added lines is unknown";
            let hint =
                "fetch all of them: `fetch-depth: 0` on GitHub, `GIT_DEPTH: 0` on GitLab, `git fetch --unshallow`";
            found.push(Notification::note("provenance/history-missing", None, message).with_hint(hint));
        }
        found
    }
}

fn short(commit: Oid) -> String {
    let mut name = commit.to_string();
    name.truncate(DIGITS);
    name
}
