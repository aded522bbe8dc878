//! What Agent Trace records say about the lines of a commit.
//!
//! Source: [Agent Trace 0.1.0](https://github.com/cursor/agent-trace), an RFC. It does not say where records are kept; we read where its
//! reference implementation writes, `.agent-trace/traces.jsonl` in the root of the working tree, one record a line. The revision
//! of a record is by the RFC (§6.5) the commit that blame gives; the reference implementation writes, before the commit is made,
//! what HEAD is then, its parent. Both are believed.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use git2::Oid;
use serde::Deserialize;
use weighbridge_core::Provenance;

use super::marks::Marks;
use super::troubles::{Troubles, Unread};

/// The folder and the file.
const PLACE: [&str; 2] = [".agent-trace", "traces.jsonl"];
/// The same, for people.
pub(super) const NAME: &str = ".agent-trace/traces.jsonl";
const MAX_BYTES: u64 = 16 << 20;

/// The records of a working tree, by revision and path.
#[derive(Debug, Default)]
pub(super) struct Traces(HashMap<Oid, HashMap<Vec<u8>, Marks>>);

#[derive(Deserialize)]
struct Record {
    version: String,
    vcs: Option<Vcs>,
    files: Vec<TracedFile>,
}

#[derive(Deserialize)]
struct Vcs {
    r#type: String,
    revision: String,
}

#[derive(Deserialize)]
struct TracedFile {
    path: String,
    conversations: Vec<Conversation>,
}

#[derive(Deserialize)]
struct Conversation {
    contributor: Option<Contributor>,
    ranges: Vec<TracedLines>,
}

#[derive(Deserialize)]
struct Contributor {
    r#type: String,
}

#[derive(Deserialize)]
struct TracedLines {
    start_line: usize,
    end_line: usize,
    /// Of this range alone.
    contributor: Option<Contributor>,
}

impl Contributor {
    /// What a model and a person made together counts as made by a model.
    fn provenance(&self) -> Provenance {
        match self.r#type.as_str() {
            "ai" | "mixed" => Provenance::DeclaredAi,
            "human" => Provenance::DeclaredHuman,
            _ => Provenance::Unknown,
        }
    }
}

impl Traces {
    /// The records of the working tree in `folder`.
    pub(super) fn in_folder(folder: &Path, troubles: &mut Troubles) -> Self {
        let [inner, name] = PLACE;
        let inner = folder.join(inner);
        let path = inner.join(name);
        // Neither of them may be a link, which could lead anywhere, nor a pipe, which would wait for its other end.
        let is_folder = inner.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
        let Some(metadata) = path.symlink_metadata().ok().filter(|_| is_folder) else {
            return Self::default();
        };
        if !metadata.is_file() {
            troubles.trace(None, Unread::Special);
            return Self::default();
        }
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
        if read.is_err() {
            troubles.trace(None, Unread::Missing);
        } else if bytes.len() as u64 > MAX_BYTES {
            troubles.trace(None, Unread::TooLarge);
        } else {
            return Self::parsed(&bytes, troubles);
        }
        Self::default()
    }

    fn parsed(bytes: &[u8], troubles: &mut Troubles) -> Self {
        let mut traces = Self::default();
        for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            if line.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice::<Record>(line) {
                Ok(record) if record.version.starts_with("0.") || record.version.starts_with("1.") => {
                    traces.add(&record);
                }
                Ok(_) => troubles.trace(Some(index + 1), Unread::Version),
                Err(_) => troubles.trace(Some(index + 1), Unread::Format),
            }
        }
        let files = traces.0.values_mut().flat_map(HashMap::values_mut);
        files.for_each(Marks::settle);
        traces
    }

    /// A record that names no revision of git has line numbers of nobody knows what.
    fn add(&mut self, record: &Record) {
        let vcs = record.vcs.as_ref().filter(|vcs| vcs.r#type == "git");
        let Some(revision) = vcs.and_then(|vcs| Oid::from_str(&vcs.revision).ok()) else {
            return;
        };
        let files = self.0.entry(revision).or_default();
        for file in &record.files {
            let path = file.path.strip_prefix("./").unwrap_or(&file.path);
            let marks = files.entry(path.as_bytes().to_vec()).or_default();
            for conversation in &file.conversations {
                for range in &conversation.ranges {
                    let contributor = range.contributor.as_ref().or(conversation.contributor.as_ref());
                    let provenance = contributor.map_or(Provenance::Unknown, Contributor::provenance);
                    marks.declare(provenance, range.start_line, range.end_line);
                }
            }
        }
    }

    /// Whether there is no record.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the records of this revision say about a file.
    pub(super) fn of_revision(&self, revision: Oid, path: &[u8]) -> Option<&Marks> {
        self.0.get(&revision)?.get(path)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const REVISION: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0";

    fn traces(text: &str) -> (Traces, usize) {
        let mut troubles = Troubles::default();
        let traces = Traces::parsed(text.as_bytes(), &mut troubles);
        (traces, troubles.notifications().len())
    }

    #[test]
    fn a_range_may_have_another_contributor_than_its_conversation() {
        let record = json!({
            "version": "0.1.0",
            "vcs": { "type": "git", "revision": REVISION },
            "files": [{ "path": "./a.py", "conversations": [
                { "contributor": { "type": "ai" }, "ranges": [
                    { "start_line": 1, "end_line": 2 },
                    { "start_line": 3, "end_line": 3, "contributor": { "type": "human" } }] },
                { "contributor": { "type": "mixed" }, "ranges": [{ "start_line": 4, "end_line": 4 }] },
                { "contributor": { "type": "unknown" }, "ranges": [{ "start_line": 5, "end_line": 5 }] }] }]
        });

        let (traces, troubles) = traces(&record.to_string());

        let marks = traces.of_revision(REVISION.parse().unwrap(), b"a.py").unwrap();
        let of = [1, 2, 3, 4, 5, 6].map(|line| marks.of(line).name());
        assert_eq!(
            of,
            [
                "declared-ai",
                "declared-ai",
                "declared-human",
                "declared-ai",
                "unknown",
                "unknown"
            ]
        );
        assert_eq!(troubles, 0);
    }

    #[test]
    fn a_record_that_cannot_be_read_costs_only_itself() {
        let file = r#"[{"path": "a", "conversations": [{"contributor": {"type": "ai"}, "ranges": [{"start_line": 1, "end_line": 1}]}]}]"#;
        let vcs = format!(r#""vcs": {{"type": "git", "revision": "{REVISION}"}}"#);
        let text = format!(
            "{{broken\n\n{{\"version\": \"7.0\", {vcs}, \"files\": {file}}}\n{{\"version\": \"1.0\", \"files\": {file}}}\n{{\"version\": \"1.0\", {vcs}, \"files\": {file}}}\n"
        );

        let (traces, troubles) = traces(&text);

        assert!(traces.of_revision(REVISION.parse().unwrap(), b"a").is_some());
        assert_eq!(troubles, 2);
    }

    proptest! {
        #[test]
        fn any_bytes_are_records(bytes: Vec<u8>) {
            Traces::parsed(&bytes, &mut Troubles::default());
        }
    }
}
