//! What holds for the run as a whole: what made the report, what it comes to, and what it was about.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use weighbridge_core::{NotificationLevel, Outcome, ReviewCause, ReviewReason, Severity};

use crate::{Context, shown};

/// The version of the format.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// What holds for the run as a whole.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Head<'a> {
    /// The version of this format. It grows when a field goes away or changes its meaning, not when one is added.
    #[schemars(extend("const" = SCHEMA_VERSION))]
    schema_version: u32,
    /// What made the report.
    tool: Tool<'a>,
    /// What the run comes to: `clean`, `findings` (at least one at or above `fail_on`), or `incomplete` (something was
    /// not looked at; wins over findings).
    #[schemars(schema_with = "outcome_schema")]
    outcome: &'static str,
    /// The least severity that makes a run fail; null if none does.
    #[schemars(schema_with = "severity_or_null_schema")]
    fail_on: Option<&'static str>,
    /// Counts.
    summary: Summary,
    /// The change that was looked at; null if all files were looked at as they are.
    change: Option<Change<'a>>,
    /// The organisation's policy that was followed; null if none was given.
    policy: Option<Policy<'a>>,
    /// Whether a person must look before the change goes on.
    review: Review<'a>,
}

/// The change that was looked at.
#[derive(Serialize, JsonSchema)]
struct Change<'a> {
    /// The commit that it was compared with.
    base: &'a str,
    /// The last commit of the change: the author's, not the merge that a forge makes of a pull request.
    head: &'a str,
    /// Whether settings, rules, baseline and policy were taken from `base`, so that the change could not lower its own bar.
    guarded: bool,
    /// The lines that were added, by who wrote them.
    added_lines: AddedLines,
}

/// Numbers of added lines, by who wrote them.
#[derive(Serialize, JsonSchema)]
struct AddedLines {
    /// All of them.
    total: usize,
    /// Those that a model wrote, as a note, trace, trailer or author says.
    declared_ai: usize,
    /// Those that a person wrote, as a note or trace says.
    declared_human: usize,
    /// Those about which nobody says anything.
    unknown: usize,
}

/// The organisation's policy that was followed.
#[derive(Serialize, JsonSchema)]
struct Policy<'a> {
    /// Its name, as it was given.
    name: String,
    /// SHA-256 of its text, in lower-case hexadecimal.
    digest: String,
    /// The commit that it was read from; null if it was read from the disk.
    revision: Option<&'a str>,
}

/// Whether a person must look before the change goes on.
#[derive(Serialize, JsonSchema)]
struct Review<'a> {
    /// Whether one must.
    required: bool,
    /// Why, the gravest first.
    reasons: Vec<Reason<'a>>,
}

/// Why a person must look.
#[derive(Serialize, JsonSchema)]
struct Reason<'a> {
    /// `guard`: the change touches what decides about it. `suppression`: it adds a suppression. `finding`, `incomplete`, `generated`:
    /// as they say.
    #[schemars(schema_with = "cause_schema")]
    cause: &'a str,
    /// What there is to look at.
    message: String,
    /// The file, for people; null if it is about none.
    path: Option<String>,
    /// The same path as a relative URI reference.
    uri: Option<String>,
    /// The line, from 1.
    line: Option<usize>,
}

/// What made the report.
#[derive(Serialize, JsonSchema)]
struct Tool<'a> {
    /// Always `weighbridge`.
    name: &'static str,
    /// The version of the program.
    version: &'a str,
    /// How many rules were enabled.
    rules: usize,
    /// The ids of the rules that were enabled, sorted.
    enabled_rules: Vec<&'a str>,
    /// Names the set of enabled rules: SHA-256 over ids and pages, in lower-case hexadecimal.
    rules_digest: String,
}

/// Counts.
#[derive(Serialize, JsonSchema)]
struct Summary {
    /// Files that were read and searched.
    files: usize,
    /// Their bytes.
    bytes: u64,
    /// Files passed over on purpose.
    skipped: Skipped,
    /// Findings that are not suppressed, by severity.
    findings: BySeverity,
    /// Findings that are suppressed, in the file or by the baseline.
    suppressed: usize,
    /// Notifications that make the run incomplete.
    incomplete: usize,
}

/// Files passed over on purpose, by reason.
#[derive(Serialize, JsonSchema)]
struct Skipped {
    /// Not text.
    binary: usize,
    /// Symbolic links; their target is scanned where it lies.
    symlinks: usize,
}

/// Counts by severity.
#[derive(Serialize, JsonSchema)]
struct BySeverity {
    /// All of them.
    total: usize,
    /// Gives an attacker the machine or an account.
    critical: usize,
    /// Exploitable, or a secret in the open.
    high: usize,
    /// A weakness in most settings.
    medium: usize,
    /// A weakness that needs another one to matter.
    low: usize,
    /// Worth knowing; nothing needs to be done.
    info: usize,
}

impl<'a> Head<'a> {
    pub(crate) fn new(report: &'a weighbridge_core::Report, context: &Context<'a>) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool {
                name: "weighbridge",
                version: context.version,
                rules: context.rules.len(),
                enabled_rules: context.rules.iter().map(|rule| rule.id.as_str()).collect(),
                rules_digest: context.rules_digest().to_string(),
            },
            outcome: outcome_name(report.outcome(context.fail_on)),
            fail_on: context.fail_on.map(Severity::name),
            summary: Summary::new(report),
            change: report.change.as_ref().map(Change::new),
            policy: report.policy.as_ref().map(|policy| Policy {
                name: shown::spelled_out(&policy.name),
                digest: policy.digest.to_string(),
                revision: policy.revision.as_deref(),
            }),
            review: Review {
                required: report.review.is_required(),
                reasons: report.review.reasons().iter().map(Reason::new).collect(),
            },
        }
    }
}

impl<'a> Change<'a> {
    fn new(change: &'a weighbridge_core::Change) -> Self {
        let added = change.added;
        Self {
            base: &change.base,
            head: &change.head,
            guarded: change.guarded,
            added_lines: AddedLines {
                total: added.total,
                declared_ai: added.declared_ai,
                declared_human: added.declared_human,
                unknown: added.total - added.declared_ai - added.declared_human,
            },
        }
    }
}

impl Reason<'_> {
    fn new(reason: &ReviewReason) -> Self {
        let path = reason.path.as_ref();
        Self {
            cause: reason.cause.name(),
            message: shown::spelled_out(&reason.message),
            path: path.map(ToString::to_string),
            uri: path.map(weighbridge_core::SourcePath::to_uri),
            line: reason.line,
        }
    }
}

impl Summary {
    fn new(report: &weighbridge_core::Report) -> Self {
        let mut counts = BTreeMap::new();
        for finding in report.open_findings() {
            *counts.entry(finding.severity).or_insert(0) += 1;
        }
        let count = |severity| counts.get(&severity).copied().unwrap_or(0);
        let total = counts.values().sum();
        let notifications = report.notifications().iter();
        let summary = report.summary();
        Self {
            files: summary.files,
            bytes: summary.bytes,
            skipped: Skipped {
                binary: summary.skipped.binary,
                symlinks: summary.skipped.symlinks,
            },
            findings: BySeverity {
                total,
                critical: count(Severity::Critical),
                high: count(Severity::High),
                medium: count(Severity::Medium),
                low: count(Severity::Low),
                info: count(Severity::Info),
            },
            suppressed: report.findings().len() - total,
            incomplete: notifications
                .filter(|one| one.level == NotificationLevel::Incomplete)
                .count(),
        }
    }
}

/// The name of an outcome in reports.
pub(crate) fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Clean => "clean",
        Outcome::Findings => "findings",
        Outcome::Incomplete => "incomplete",
    }
}

fn outcome_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": ["clean", "findings", "incomplete"] })
}

fn cause_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": ReviewCause::ALL.map(ReviewCause::name) })
}

fn severity_or_null_schema(_: &mut SchemaGenerator) -> Schema {
    let names = Severity::ALL.iter().map(|level| Some(level.name()));
    let names: Vec<_> = names.chain([None]).collect();
    json_schema!({ "type": ["string", "null"], "enum": names })
}
