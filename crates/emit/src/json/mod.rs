//! Our own JSON: one document with everything a report holds. `docs/report.schema.json` is its schema.
//!
//! The types here are the format and nothing else uses them, so the nouns may change while the format stays. A field
//! may be added within a version; taking one away or giving it another meaning makes a new `schema_version`.

mod flow;
mod head;

use std::io::{self, Write};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use weighbridge_core::{Applicability, Confidence, NotificationLevel, Provenance, Severity};

use crate::{Context, fixes, json_text, shown};
pub(crate) use head::{Head, SCHEMA_VERSION, outcome_name};

/// Writes the report as one JSON document.
pub(crate) fn emit(report: &weighbridge_core::Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    json_text::write_pretty(&Report::new(report, context), out)
}

/// The JSON Schema of the format `json`, as published in `docs/report.schema.json`.
pub fn report_schema() -> String {
    let schema = schemars::generate::SchemaSettings::draft07()
        .for_serialize()
        .into_generator();
    let schema = schema.into_root_schema_for::<Report<'_>>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text.push('\n');
    text
}

/// The report of one run of weighbridge.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Report<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    /// Everything that was found, suppressed findings included, sorted by path and place.
    findings: Vec<Finding<'a>>,
    /// What there is to know about the run itself, sorted by path.
    notifications: Vec<Notification<'a>>,
}

/// What a rule says about a place.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Finding<'a> {
    /// The id of the rule: `python/eval-call`.
    rule: &'a str,
    /// How bad it is here.
    #[schemars(schema_with = "severity_schema")]
    severity: &'static str,
    /// How sure the rule is here.
    #[schemars(schema_with = "confidence_schema")]
    confidence: &'static str,
    /// What is wrong. Text of the file in it was cut through the mask, so it holds no secret.
    message: String,
    /// What to do instead; null if the rule does not say.
    help: Option<String>,
    /// The path below the scanned root, with `/`, for people: invalid UTF-8 as `\xNN`, control characters as `\u{…}`.
    path: String,
    /// The same path as a relative URI reference, for programs: percent-encoded, nothing lost.
    uri: String,
    /// The place in the file.
    location: Location,
    /// The lines around the place, with secrets masked and hidden characters spelled out.
    excerpt: Vec<Line<'a>>,
    /// Names the finding whatever is edited elsewhere in the file: 32 hexadecimal digits.
    fingerprint: &'a str,
    /// GitHub's fingerprint of the first line, `primaryLocationLineHash`.
    line_hash: &'a str,
    /// The suppression that covers it; null if it counts.
    suppression: Option<Suppression>,
    /// Who wrote the first line: `declared-ai`, `declared-human`, `unknown`; null if nobody was asked, or if the change did not add it.
    #[schemars(schema_with = "provenance_or_null_schema")]
    provenance: Option<&'static str>,
    /// The edits that take the finding away; null if the rule knows none, or none here.
    fix: Option<Fix>,
    /// Where the dangerous value comes from; null if nobody looked or the text does not tell.
    flow: Option<flow::Flow>,
    /// The commit that brought it, 40 hexadecimal digits; null unless history was searched.
    commit: Option<&'a str>,
    /// The findings that show the same secret; null if there is no other.
    secret_group: Option<SecretGroup>,
    /// Numbers of the weaknesses in CWE.
    cwe: &'a [u32],
    /// Further tags of the rule.
    tags: Vec<&'a str>,
    /// Codes of other tools for the same thing.
    aliases: Vec<&'a str>,
}

/// The findings of one secret.
#[derive(Serialize, JsonSchema)]
struct SecretGroup {
    /// The number of the group, from 1: equal numbers are equal secrets.
    number: usize,
    /// How many findings of the report show it.
    places: usize,
}

/// A place in a file.
#[derive(Serialize, JsonSchema)]
struct Location {
    /// The first character.
    start: Position,
    /// Behind the last character.
    end: Position,
}

/// A place between two characters.
#[derive(Serialize, JsonSchema)]
struct Position {
    /// The line, from 1.
    line: usize,
    /// The column in characters, from 1.
    column: usize,
    /// The column in UTF-16 code units, from 1, as SARIF and editors count.
    column_utf16: usize,
    /// The bytes before it in the file (in its UTF-8 text if the file is UTF-16).
    offset: usize,
}

/// A line of an excerpt.
#[derive(Serialize, JsonSchema)]
struct Line<'a> {
    /// The line, from 1.
    number: usize,
    /// The text as shown; `…` stands where a long line was cut.
    text: &'a str,
    /// The part of `text` that the finding is about; null on the lines around.
    mark: Option<Mark>,
}

/// A part of a text.
#[derive(Serialize, JsonSchema)]
struct Mark {
    /// Characters before it.
    start: usize,
    /// Characters before its end.
    end: usize,
}

/// Edits that take a finding away, to be made all together.
#[derive(Serialize, JsonSchema)]
struct Fix {
    /// `safe`: code that does not rely on the danger behaves as before. `unsafe`: a person should look.
    #[schemars(schema_with = "applicability_schema")]
    applicability: &'static str,
    /// What it does.
    message: String,
    /// The edits, in order of their place.
    edits: Vec<Edit>,
}

/// A place and the text that takes its place.
#[derive(Serialize, JsonSchema)]
struct Edit {
    /// What goes; empty where text is only added.
    location: Location,
    /// What comes.
    content: String,
}

/// What keeps a finding from counting.
#[derive(Serialize, JsonSchema)]
struct Suppression {
    /// `inline`: a comment in the file. `baseline`: the finding was accepted before.
    #[schemars(schema_with = "suppression_schema")]
    kind: &'static str,
    /// The line it stands on, from 1; the line of the finding if it stands in a baseline.
    line: usize,
    /// The reason given; may be empty.
    reason: String,
}

/// Something to know about the run.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Notification<'a> {
    /// A stable name of the kind: `file/too-large`.
    id: &'a str,
    /// `incomplete`: something was not looked at. `note`: everything was.
    #[schemars(schema_with = "level_schema")]
    level: &'static str,
    /// What happened, and on further lines why.
    message: String,
    /// What mends it; null if nothing has to be mended.
    hint: Option<String>,
    /// The file it is about, for people; null if it is about none.
    path: Option<String>,
    /// The same path as a relative URI reference.
    uri: Option<String>,
}

impl<'a> Report<'a> {
    fn new(report: &'a weighbridge_core::Report, context: &Context<'a>) -> Self {
        Self {
            head: Head::new(report, context),
            findings: report
                .findings()
                .iter()
                .map(|finding| Finding::new(finding, context))
                .collect(),
            notifications: report.notifications().iter().map(Notification::new).collect(),
        }
    }
}

impl<'a> Finding<'a> {
    pub(crate) fn new(finding: &'a weighbridge_core::Finding, context: &Context<'a>) -> Self {
        let rule = context.rule(&finding.rule);
        let lines = finding.excerpt.lines();
        Self {
            rule: finding.rule.as_str(),
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            message: shown::spelled_out(&finding.message),
            help: finding.help.as_deref().map(shown::spelled_out),
            path: finding.path.to_string(),
            uri: finding.path.to_uri(),
            location: Location::new(finding.location),
            excerpt: lines.iter().map(Line::new).collect(),
            fingerprint: finding.fingerprint.as_str(),
            line_hash: &finding.line_hash,
            suppression: finding.suppression.as_ref().map(|suppression| Suppression {
                kind: suppression.kind.name(),
                line: suppression.line,
                reason: shown::spelled_out(&suppression.reason),
            }),
            provenance: finding.provenance.map(Provenance::name),
            fix: finding.fix.as_ref().map(Fix::new),
            flow: finding.flow.as_ref().map(flow::Flow::new),
            commit: finding.commit.as_deref(),
            secret_group: finding.secret_group.map(|group| SecretGroup {
                number: group.number,
                places: group.places,
            }),
            cwe: rule.map_or(&[], |rule| &rule.cwe),
            tags: rule.map_or_else(Vec::new, |rule| rule.tags.iter().map(AsRef::as_ref).collect()),
            aliases: rule.map_or_else(Vec::new, |rule| rule.aliases.iter().map(AsRef::as_ref).collect()),
        }
    }
}

impl Fix {
    fn new(fix: &weighbridge_core::Fix) -> Self {
        Self {
            applicability: fix.applicability.name(),
            message: shown::spelled_out(&fix.message),
            edits: fix
                .edits
                .iter()
                .map(|edit| Edit {
                    location: Location::new(edit.location),
                    content: fixes::content(&edit.content),
                })
                .collect(),
        }
    }
}

impl Location {
    fn new(location: weighbridge_core::Location) -> Self {
        Self {
            start: Position::new(location.start, location.span.start),
            end: Position::new(location.end, location.span.end),
        }
    }
}

impl Position {
    fn new(position: weighbridge_core::Position, offset: usize) -> Self {
        Self {
            line: position.line,
            column: position.column,
            column_utf16: position.column_utf16,
            offset,
        }
    }
}

impl<'a> Line<'a> {
    fn new(line: &'a weighbridge_core::ExcerptLine) -> Self {
        let characters = |offset: usize| line.text[..offset].chars().count();
        Self {
            number: line.number,
            text: &line.text,
            mark: line.mark.map(|(start, end)| Mark {
                start: characters(start),
                end: characters(end),
            }),
        }
    }
}

impl<'a> Notification<'a> {
    pub(crate) fn new(notification: &'a weighbridge_core::Notification) -> Self {
        let path = notification.path.as_ref();
        Self {
            id: &notification.id,
            level: level_name(notification.level),
            message: shown::spelled_out(&notification.message),
            hint: notification.hint.as_deref().map(shown::spelled_out),
            path: path.map(ToString::to_string),
            uri: path.map(weighbridge_core::SourcePath::to_uri),
        }
    }
}

/// The name of a level in reports.
pub(crate) fn level_name(level: NotificationLevel) -> &'static str {
    match level {
        NotificationLevel::Note => "note",
        NotificationLevel::Incomplete => "incomplete",
    }
}

fn provenance_or_null_schema(_: &mut SchemaGenerator) -> Schema {
    let names = Provenance::ALL.iter().map(|one| Some(one.name()));
    let names: Vec<_> = names.chain([None]).collect();
    json_schema!({ "type": ["string", "null"], "enum": names })
}

fn applicability_schema(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<_> = Applicability::ALL.iter().map(|one| one.name()).collect();
    json_schema!({ "type": "string", "enum": names })
}

fn level_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": ["note", "incomplete"] })
}

fn suppression_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": ["inline", "baseline"] })
}

fn severity_schema(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<_> = Severity::ALL.iter().map(|level| level.name()).collect();
    json_schema!({ "type": "string", "enum": names })
}

fn confidence_schema(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<_> = Confidence::ALL.iter().map(|level| level.name()).collect();
    json_schema!({ "type": "string", "enum": names })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, sample};

    #[test]
    fn json() {
        insta::assert_snapshot!(sample::emitted(Format::Json));
    }

    #[test]
    fn json_of_an_empty_report() {
        insta::assert_snapshot!(sample::emitted_from(Format::Json, &weighbridge_core::Report::default()));
    }

    /// Write it anew with `INSTA_UPDATE=always cargo test -p weighbridge-emit schema`.
    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the test writes a file of the repository when it is told to"
    )]
    fn the_published_schema_is_the_one_of_the_types() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/report.schema.json");
        let schema = report_schema();
        if std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
            std::fs::write(path, &schema).unwrap();
        }

        assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), schema);
    }
}
