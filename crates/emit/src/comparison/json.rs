//! A comparison for programs.

use std::io::{self, Write};

use serde::Serialize;
use weighbridge_core::{Finding, Severity};

use super::text::by_severity;
use super::{Comparison, OneSided};
use crate::json::outcome_name;
use crate::{ReadReport, json_text, shown};

/// The version of the format. It grows when a field goes away or changes its meaning, not when one is added.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    old_report: Source<'a>,
    new_report: Source<'a>,
    counts: Counts,
    new: Vec<Item<'a>>,
    fixed: Vec<Item<'a>>,
    still: Vec<Item<'a>>,
    not_comparable: Vec<Item<'a>>,
    notes: Vec<Note>,
}

/// What is compared.
#[derive(Serialize)]
struct Source<'a> {
    version: &'a str,
    rules_digest: String,
    outcome: &'static str,
    fail_on: Option<&'static str>,
    findings: usize,
    suppressed: usize,
}

#[derive(Serialize)]
struct Counts {
    new: BySeverity,
    fixed: usize,
    fixed_by_suppression: usize,
    still: usize,
    not_comparable: usize,
}

#[derive(Serialize)]
struct BySeverity {
    total: usize,
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
    info: usize,
}

/// A finding with the fields that a report has for it.
#[derive(Serialize)]
struct Item<'a> {
    rule: &'a str,
    severity: &'static str,
    confidence: &'static str,
    message: String,
    path: String,
    uri: String,
    line: usize,
    column: usize,
    fingerprint: &'a str,
    /// Whether the other report has it as well, suppressed; only in `new` and `fixed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed_in_other: Option<bool>,
    /// Why the other report cannot tell; only in `not_comparable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

#[derive(Serialize)]
struct Note {
    id: &'static str,
    message: String,
}

/// Writes the comparison as one JSON document.
pub(super) fn emit(comparison: &Comparison<'_>, out: &mut dyn Write) -> io::Result<()> {
    let levels = by_severity(comparison);
    let count = |severity| levels.get(&severity).copied().unwrap_or(0);
    let fixed = &comparison.fixed;
    let document = Document {
        schema_version: SCHEMA_VERSION,
        old_report: Source::new(comparison.old_report),
        new_report: Source::new(comparison.new_report),
        counts: Counts {
            new: BySeverity {
                total: comparison.new.len(),
                critical: count(Severity::Critical),
                high: count(Severity::High),
                medium: count(Severity::Medium),
                low: count(Severity::Low),
                info: count(Severity::Info),
            },
            fixed: fixed.len(),
            fixed_by_suppression: fixed.iter().filter(|one| one.is_suppressed_in_other).count(),
            still: comparison.still.len(),
            not_comparable: comparison.not_comparable.len(),
        },
        new: comparison.new.iter().map(Item::one_sided).collect(),
        fixed: fixed.iter().map(Item::one_sided).collect(),
        still: comparison.still.iter().map(|finding| Item::new(finding)).collect(),
        not_comparable: comparison
            .not_comparable
            .iter()
            .map(|one| Item {
                reason: Some(one.reason.name()),
                ..Item::new(one.finding)
            })
            .collect(),
        notes: comparison
            .notes
            .iter()
            .map(|note| Note {
                id: note.id(),
                message: note.message(),
            })
            .collect(),
    };
    json_text::write_pretty(&document, out)
}

impl<'a> Source<'a> {
    fn new(read: &'a ReadReport) -> Self {
        let open = read.report.open_findings().count();
        Self {
            version: &read.version,
            rules_digest: read.rules_digest.to_string(),
            outcome: outcome_name(read.report.outcome(read.fail_on)),
            fail_on: read.fail_on.map(Severity::name),
            findings: open,
            suppressed: read.report.findings().len() - open,
        }
    }
}

impl<'a> Item<'a> {
    fn new(finding: &'a Finding) -> Self {
        Self {
            rule: finding.rule.as_str(),
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            message: shown::spelled_out(&finding.message),
            path: finding.path.to_string(),
            uri: finding.path.to_uri(),
            line: finding.location.start.line,
            column: finding.location.start.column,
            fingerprint: finding.fingerprint.as_str(),
            suppressed_in_other: None,
            reason: None,
        }
    }

    fn one_sided(one: &OneSided<'a>) -> Self {
        Self {
            suppressed_in_other: Some(one.is_suppressed_in_other),
            ..Self::new(one.finding)
        }
    }
}
