//! Reads of a report in JSON what the gate needs.
//!
//! The report is hostile: in the pull request of a fork its author may have written it. Nothing is taken from it but numbers,
//! known words, and text that the comment shows as text.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Result, anyhow};
use serde::Deserialize;
use weighbridge_core::{Outcome, ReviewCause, Severity};
use weighbridge_emit::{CommentFinding, CommentReason};

use crate::failure::{failure, failure_because};

/// A report of many thousand findings is smaller.
const MAX_BYTES: u64 = 16 << 20;
const HINT: &str = "write the report with `weighbridge scan --changed --output json=FILE`";

/// What the gate needs of a report.
#[derive(Debug)]
pub(super) struct ReadReport {
    pub(super) version: String,
    pub(super) outcome: Outcome,
    pub(super) files: usize,
    pub(super) suppressed: usize,
    /// The findings that count.
    pub(super) findings: Vec<CommentFinding>,
    pub(super) review_required: bool,
    pub(super) reasons: Vec<CommentReason>,
    pub(super) base: Option<String>,
    pub(super) head: Option<String>,
    pub(super) is_guarded: bool,
}

#[derive(Deserialize)]
struct Document {
    schema_version: u32,
    tool: Tool,
    outcome: OutcomeName,
    summary: Summary,
    change: Option<Change>,
    review: Review,
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Tool {
    name: String,
    version: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OutcomeName {
    Clean,
    Findings,
    Incomplete,
}

#[derive(Deserialize)]
struct Summary {
    files: usize,
}

#[derive(Deserialize)]
struct Change {
    base: String,
    head: String,
    guarded: bool,
}

#[derive(Deserialize)]
struct Review {
    required: bool,
    reasons: Vec<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    cause: String,
    message: String,
    path: Option<String>,
    uri: Option<String>,
    line: Option<usize>,
}

#[derive(Deserialize)]
struct Finding {
    rule: String,
    severity: String,
    message: String,
    path: String,
    uri: String,
    location: Location,
    suppression: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Location {
    start: Position,
}

#[derive(Deserialize)]
struct Position {
    line: usize,
}

/// Reads the report in this file.
pub(super) fn read(path: &Path) -> Result<ReadReport> {
    let unreadable = |error: anyhow::Error| {
        let name = path.display();
        failure_because(format!("cannot read the report `{name}`"), error, HINT)
    };
    let mut text = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut text))
        .map_err(|error| unreadable(error.into()))?;
    if text.len() as u64 > MAX_BYTES {
        return Err(failure(
            format!("the report `{}` is larger than {} MiB", path.display(), MAX_BYTES >> 20),
            "a person has to look; scan less at once, or mend what there is",
        ));
    }
    parsed(&text).map_err(unreadable)
}

fn parsed(text: &[u8]) -> Result<ReadReport> {
    let document: Document = serde_json::from_slice(text)?;
    if document.tool.name != "weighbridge" || document.schema_version != 1 {
        return Err(anyhow!("it is no report of weighbridge of version 1"));
    }
    let outcome = match document.outcome {
        OutcomeName::Clean => Outcome::Clean,
        OutcomeName::Findings => Outcome::Findings,
        OutcomeName::Incomplete => Outcome::Incomplete,
    };
    let total = document.findings.len();
    let open = document
        .findings
        .into_iter()
        .filter(|finding| finding.suppression.is_none());
    let findings: Vec<_> = open.map(Finding::shown).collect::<Result<_>>()?;
    let reasons: Vec<_> = document
        .review
        .reasons
        .into_iter()
        .map(Reason::shown)
        .collect::<Result<_>>()?;
    let change = document.change;
    Ok(ReadReport {
        version: document.tool.version,
        outcome,
        files: document.summary.files,
        suppressed: total - findings.len(),
        findings,
        // A report that contradicts itself is taken at its worst.
        review_required: document.review.required || !reasons.is_empty() || outcome == Outcome::Incomplete,
        reasons,
        is_guarded: change.as_ref().is_some_and(|change| change.guarded),
        base: change.as_ref().map(|change| change.base.clone()),
        head: change.map(|change| change.head),
    })
}

impl Finding {
    fn shown(self) -> Result<CommentFinding> {
        let severity = Severity::ALL.iter().find(|level| level.name() == self.severity);
        Ok(CommentFinding {
            severity: *severity.ok_or_else(|| anyhow!("a finding has a severity that there is not"))?,
            rule: self.rule,
            message: self.message,
            path: self.path,
            uri: self.uri,
            line: self.location.start.line,
        })
    }
}

impl Reason {
    fn shown(self) -> Result<CommentReason> {
        let cause = ReviewCause::ALL.into_iter().find(|cause| cause.name() == self.cause);
        Ok(CommentReason {
            cause: cause.ok_or_else(|| anyhow!("a reason has a cause that there is not"))?,
            message: self.message,
            path: self.path,
            uri: self.uri,
            line: self.line,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn report() -> Value {
        json!({
            "schema_version": 1,
            "tool": { "name": "weighbridge", "version": "1.2.3" },
            "outcome": "clean",
            "summary": { "files": 3 },
            "change": { "base": "b", "head": "h", "guarded": true },
            "review": { "required": false, "reasons": [] },
            "findings": [],
        })
    }

    fn read(report: &Value) -> Result<ReadReport> {
        parsed(report.to_string().as_bytes())
    }

    #[test]
    fn a_clean_report_asks_for_nobody() {
        let read = read(&report()).unwrap();

        assert!(!read.review_required && read.is_guarded);
        assert_eq!(read.head.as_deref(), Some("h"));
    }

    #[test]
    fn a_report_that_contradicts_itself_is_taken_at_its_worst() {
        let mut with_reason = report();
        with_reason["review"]["reasons"] =
            json!([{ "cause": "guard", "message": "m", "path": null, "uri": null, "line": null }]);
        let mut incomplete = report();
        incomplete["outcome"] = json!("incomplete");
        for report in [with_reason, incomplete] {
            assert!(read(&report).unwrap().review_required);
        }
    }

    #[test]
    fn what_is_not_as_described_is_refused() {
        for (pointer, value) in [
            ("/schema_version", json!(2)),
            ("/tool/name", json!("other")),
            ("/outcome", json!("fine")),
            ("/review/required", json!("false")),
            ("/review/reasons", json!([{ "cause": "mood", "message": "m" }])),
            ("/change/guarded", json!(null)),
            ("/findings", json!(null)),
            ("/summary/files", json!(-1)),
        ] {
            let mut report = report();
            *report.pointer_mut(pointer).unwrap() = value;
            assert!(read(&report).is_err(), "{pointer}");
        }
        let mut without = report();
        without.as_object_mut().unwrap().remove("review");
        assert!(read(&without).is_err());
    }
}
