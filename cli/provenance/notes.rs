//! What git notes of the git-ai standard say about the lines of a commit.
//!
//! Source: [Git AI Standard 3.0.0 §1](https://github.com/git-ai-project/git-ai/blob/main/specs/git_ai_standard_v3.0.0.md). A note names
//! files, and below each, after two spaces, who attests which lines of it; the numbers are those of the file in this commit. Behind
//! a line `---` stands JSON. Notes come with `git fetch origin refs/notes/ai:refs/notes/ai` and with nothing else.

use std::collections::HashMap;

use git2::{ObjectType, Odb, Oid, Repository, Tree};
use serde::Deserialize;
use weighbridge_core::Provenance;

use super::marks::Marks;
use super::troubles::{Troubles, Unread};

/// Where the notes are.
const REFERENCE: &str = "refs/notes/ai";
/// A note of a large commit has some kilobytes; those of older versions hold whole conversations.
const MAX_BYTES: usize = 4 << 20;

/// The notes of a repository.
pub(super) struct Notes<'r> {
    odb: Odb<'r>,
    tree: Tree<'r>,
}

/// What one note says, by path.
pub(super) type Note = HashMap<Vec<u8>, Marks>;

impl<'r> Notes<'r> {
    /// The notes; `None` if there are none, as in a clone that did not fetch them.
    pub(super) fn of(repository: &'r Repository) -> Option<Self> {
        let commit = repository.find_reference(REFERENCE).ok()?.peel_to_commit().ok()?;
        Some(Self {
            odb: repository.odb().ok()?,
            tree: commit.tree().ok()?,
        })
    }

    /// Whether there is a note about `commit`.
    pub(super) fn has(&self, commit: Oid) -> bool {
        self.object(commit).is_some()
    }

    /// What the note about `commit` says.
    pub(super) fn of_commit(&self, commit: Oid, troubles: &mut Troubles) -> Option<Note> {
        let object = self.object(commit)?;
        let (note, unread) = match self.odb.read_header(object) {
            Ok((_, ObjectType::Blob)) => self.parsed(object),
            // Not in this partial clone.
            Err(_) => return None,
            Ok(_) => (Note::new(), Some(Unread::Format)),
        };
        if let Some(unread) = unread {
            troubles.note(commit, unread);
        }
        Some(note)
    }

    fn parsed(&self, object: Oid) -> (Note, Option<Unread>) {
        match self.odb.read_header(object) {
            Ok((size, _)) if size <= MAX_BYTES => match self.odb.read(object) {
                Ok(note) => parsed(note.data()),
                Err(_) => (Note::new(), Some(Unread::Missing)),
            },
            Ok(_) => (Note::new(), Some(Unread::TooLarge)),
            Err(_) => (Note::new(), Some(Unread::Missing)),
        }
    }

    /// A note is called like its commit; when there are many, the first digits become folders.
    fn object(&self, commit: Oid) -> Option<Oid> {
        let name = commit.to_string();
        (0..4).find_map(|depth| {
            let (folders, rest) = name.split_at(2 * depth);
            let mut path = String::new();
            for folder in folders.as_bytes().chunks(2) {
                path.extend(folder.iter().copied().map(char::from));
                path.push('/');
            }
            path.push_str(rest);
            self.tree.get_path(path.as_ref()).ok().map(|entry| entry.id())
        })
    }
}

/// What behind the line `---` matters.
#[derive(Deserialize)]
struct Metadata {
    schema_version: String,
}

/// What a note says, and what is wrong with it. Of a note whose JSON is broken nothing is believed; a line that cannot be read costs
/// only itself.
fn parsed(note: &[u8]) -> (Note, Option<Unread>) {
    let mut lines = note.split_inclusive(|&byte| byte == b'\n');
    let mut attestations = Vec::new();
    let is_divided = lines.by_ref().any(|line| {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        attestations.push(line);
        line == b"---"
    });
    attestations.truncate(attestations.len().saturating_sub(usize::from(is_divided)));
    let rest: usize = lines.map(<[u8]>::len).sum();
    let metadata: Result<Metadata, _> = serde_json::from_slice(&note[note.len() - rest..]);
    match metadata {
        Ok(metadata) if metadata.schema_version.starts_with("authorship/3.") => {}
        Ok(_) => return (Note::new(), Some(Unread::Version)),
        Err(_) => return (Note::new(), Some(Unread::Format)),
    }
    let mut found = Note::new();
    let mut file: Option<&mut Marks> = None;
    let mut unread = None;
    for line in attestations {
        if let Some(attestation) = line.strip_prefix(b"  ") {
            let is_read = file.as_deref_mut().is_some_and(|marks| attest(attestation, marks));
            if !is_read {
                unread = Some(Unread::Line);
            }
        } else if !line.is_empty() {
            let name = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\""));
            file = Some(found.entry(name.unwrap_or(line).to_vec()).or_default());
        }
    }
    found.values_mut().for_each(Marks::settle);
    (found, unread)
}

/// Reads `KEY 1-10,15`. False if part of it cannot be read.
fn attest(attestation: &[u8], marks: &mut Marks) -> bool {
    let Ok(text) = std::str::from_utf8(attestation) else {
        return false;
    };
    let Some((key, ranges)) = text.split_once(' ') else {
        return false;
    };
    // `s_` is a session; a key without a prefix is one of an older version. What new kinds of keys may mean is not known.
    let provenance = match key.split_once('_') {
        Some(("h", _)) => Provenance::DeclaredHuman,
        Some(("s", _)) => Provenance::DeclaredAi,
        None if key.len() >= 7 && key.bytes().all(|byte| byte.is_ascii_hexdigit()) => Provenance::DeclaredAi,
        _ => return false,
    };
    let mut is_read = true;
    for range in ranges.split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        match (number(first), number(last)) {
            (Some(first), Some(last)) => marks.declare(provenance, first, last),
            _ => is_read = false,
        }
    }
    is_read
}

/// A line number: digits and nothing else, from 1.
fn number(text: &str) -> Option<usize> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_plain && *number > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const JSON: &str = "---\n{\"schema_version\": \"authorship/3.0.0\", \"prompts\": {}}\n";

    fn said(attestations: &str, path: &str, lines: &[usize]) -> Vec<&'static str> {
        let (note, _) = parsed(format!("{attestations}{JSON}").as_bytes());
        let marks = note.get(path.as_bytes()).cloned().unwrap_or_default();
        lines.iter().map(|line| marks.of(*line).name()).collect()
    }

    #[test]
    fn sessions_people_and_keys_of_older_versions_are_told_apart() {
        let note = "a.py\n  s_c9883b05a2487d::t_9f8e7d6c5b4a32 1-2,4\n  h_31dce776f88375 5\n\"b c.py\"\n  d9978a8723e02b52 1\n";

        assert_eq!(
            said(note, "a.py", &[1, 2, 3, 4, 5]),
            ["declared-ai", "declared-ai", "unknown", "declared-ai", "declared-human"]
        );
        assert_eq!(said(note, "b c.py", &[1, 2]), ["declared-ai", "unknown"]);
    }

    #[test]
    fn a_line_that_cannot_be_read_costs_only_itself() {
        let note =
            "a.py\n  s_1::t_1 1-x,3,99999999999999999999999999,0,4-\n  x_1 1\n  s_2::t_2\n  s_3::t_3 7-99999999999\n";

        let (found, unread) = parsed(format!("{note}{JSON}").as_bytes());

        assert_eq!(unread, Some(Unread::Line));
        let marks = &found[&b"a.py"[..]];
        let lines: Vec<_> = (0..9)
            .filter(|line| marks.of(*line) == Provenance::DeclaredAi)
            .collect();
        assert_eq!(lines, [3, 7, 8]);
    }

    #[test]
    fn a_note_without_proper_json_is_not_believed() {
        let lines = "a.py\n  s_1::t_1 1\n";
        for (rest, expected) in [
            ("", Unread::Format),
            ("---\n", Unread::Format),
            ("---\n{\"schema_version\": \"authorship/3.0.0\"", Unread::Format),
            ("---\n{\"schema_version\": \"authorship/4.0.0\"}", Unread::Version),
        ] {
            let (note, unread) = parsed(format!("{lines}{rest}").as_bytes());
            assert_eq!((note.len(), unread), (0, Some(expected)), "{rest}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_note(bytes: Vec<u8>, text in "([ a\"sh_:0-9,-]{0,12}\n){0,8}(---\n)?") {
            parsed(&bytes);
            parsed(text.as_bytes());
            parsed(format!("{text}{JSON}").as_bytes());
        }
    }
}
