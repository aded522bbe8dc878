//! What the gate needs of a report.
//!
//! The report is hostile: in the pull request of a fork its author may have written it. Nothing is taken from it but numbers,
//! known words, and text that the comment shows as text.

use std::path::Path;

use anyhow::Result;
use weighbridge_core::{Finding, Outcome, ReviewReason, SourcePath};
use weighbridge_emit::{CommentFinding, CommentReason};

use crate::report_file;

/// What the gate needs of a report.
#[derive(Debug)]
pub(super) struct GateReport {
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

/// Reads the report in this file.
///
/// # Errors
///
/// A file that cannot be read or is no report.
pub(super) fn read(path: &Path) -> Result<GateReport> {
    let read = report_file::read_of_stranger(path)?;
    let report = read.report;
    let outcome = report.outcome(read.fail_on);
    let findings: Vec<_> = report.open_findings().map(finding).collect();
    let change = report.change.as_ref();
    Ok(GateReport {
        version: read.version,
        outcome,
        files: report.summary().files,
        suppressed: report.findings().len() - findings.len(),
        findings,
        // A report that leaves out its reasons is taken at its worst.
        review_required: report.review.is_required() || outcome == Outcome::Incomplete,
        reasons: report.review.reasons().iter().map(reason).collect(),
        is_guarded: change.is_some_and(|change| change.guarded),
        base: change.map(|change| change.base.clone()),
        head: change.map(|change| change.head.clone()),
    })
}

fn finding(finding: &Finding) -> CommentFinding {
    CommentFinding {
        severity: finding.severity,
        rule: finding.rule.to_string(),
        message: finding.message.clone(),
        path: finding.path.to_string(),
        uri: finding.path.to_uri(),
        line: finding.location.start.line,
    }
}

fn reason(reason: &ReviewReason) -> CommentReason {
    CommentReason {
        cause: reason.cause,
        message: reason.message.clone(),
        path: reason.path.as_ref().map(ToString::to_string),
        uri: reason.path.as_ref().map(SourcePath::to_uri),
        line: reason.line,
    }
}
