//! The diagnostic format of reviewdog: `DiagnosticResult` as JSON.
//!
//! Source: [reviewdog.proto](https://github.com/reviewdog/reviewdog/blob/master/proto/rdf/reviewdog.proto). Columns count bytes
//! of UTF-8. A finding knows its columns in characters, so a column in bytes is taken from the excerpt, and left out
//! where the excerpt is not the text of the file; reviewdog then shows whole lines.

use std::io::{self, Write};

use serde::Serialize;
use weighbridge_core::{Finding, NotificationLevel, Position as Place, Report, Severity, SourcePath};

use crate::{Context, fixes, json_text, shown};

#[derive(Serialize)]
struct DiagnosticResult {
    source: Source,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Diagnostic {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
}

/// Text for a place, which reviewdog offers to apply.
#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Location {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

#[derive(Serialize)]
struct Code {
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// Writes the report as one `DiagnosticResult`. Notifications that make the run incomplete are diagnostics as well.
pub(crate) fn emit(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.open_findings().map(|finding| diagnostic(finding, context));
    let notifications = report.notifications().iter();
    let unfinished = notifications
        .filter(|notification| notification.level == NotificationLevel::Incomplete)
        .map(|notification| Diagnostic {
            message: with_help(
                &shown::message_and_causes(&notification.message)
                    .collect::<Vec<_>>()
                    .join(": "),
                notification.hint.as_deref(),
            ),
            location: notification.path.as_ref().map(|path| Location {
                path: file(path),
                range: None,
            }),
            severity: "ERROR",
            code: Code {
                value: notification.id.to_string(),
                url: None,
            },
            suggestions: Vec::new(),
        });
    let result = DiagnosticResult {
        source: Source {
            name: "weighbridge",
            url: env!("CARGO_PKG_REPOSITORY"),
        },
        diagnostics: findings.chain(unfinished).collect(),
    };
    json_text::write_pretty(&result, out)
}

fn diagnostic(finding: &Finding, context: &Context<'_>) -> Diagnostic {
    Diagnostic {
        message: with_help(&finding.message, finding.help.as_deref()),
        location: Some(Location {
            path: file(&finding.path),
            range: Some(range(finding)),
        }),
        severity: match finding.severity {
            Severity::Critical | Severity::High => "ERROR",
            Severity::Medium => "WARNING",
            Severity::Low | Severity::Info => "INFO",
        },
        code: Code {
            value: finding.rule.to_string(),
            url: Some(context.page_url(&finding.rule)),
        },
        suggestions: suggestions(finding),
    }
}

/// The edits of the fix; none if one of them lies where its columns in bytes are not known.
fn suggestions(finding: &Finding) -> Vec<Suggestion> {
    let edits = finding.fix.iter().flat_map(|fix| fix.edits.iter());
    let suggestions: Option<Vec<_>> = edits
        .map(|edit| {
            let position = |place: Place| {
                let column = byte_column(finding, place)?;
                Some(Position {
                    line: place.line,
                    column: Some(column),
                })
            };
            Some(Suggestion {
                range: Range {
                    start: position(edit.location.start)?,
                    end: position(edit.location.end)?,
                },
                text: fixes::content(&edit.content),
            })
        })
        .collect();
    suggestions.unwrap_or_default()
}

/// The column of any place in bytes from 1, if the excerpt shows the text before it as it stands in the file.
fn byte_column(finding: &Finding, place: Place) -> Option<usize> {
    if place.column == 1 {
        return Some(1);
    }
    let line = finding.excerpt.lines().iter().find(|line| line.number == place.line)?;
    let (end, _) = line
        .text
        .char_indices()
        .nth(place.column - 1)
        .or_else(|| (line.text.chars().count() + 1 == place.column).then_some((line.text.len(), ' ')))?;
    let before = &line.text[..end];
    let is_as_in_file = before.encode_utf16().count() + 1 == place.column_utf16
        && !["********", "…", "\\u{", "\\x"]
            .iter()
            .any(|sign| before.contains(sign));
    is_as_in_file.then_some(before.len() + 1)
}

fn with_help(message: &str, help: Option<&str>) -> String {
    let help = help.map_or_else(String::new, |help| format!("\nhelp: {}", shown::one_line(help)));
    format!("{}{help}", shown::one_line(message))
}

fn file(path: &SourcePath) -> String {
    let path = path.to_string();
    path.strip_prefix("./").unwrap_or(&path).to_owned()
}

fn range(finding: &Finding) -> Range {
    let location = finding.location;
    let (start, end) = (location.start, location.end);
    let first = column(finding, start, |(from, _)| from);
    let last = if start.line == end.line {
        first.map(|column| column + location.span.len())
    } else {
        column(finding, end, |(_, to)| to)
    };
    // One column without the other would mean something else.
    let columns = first.zip(last);
    let position = |place: Place, column| Position {
        line: place.line,
        column,
    };
    Range {
        start: position(start, columns.map(|(first, _)| first)),
        end: position(end, columns.map(|(_, last)| last)),
    }
}

/// The column of `place` in bytes from 1, if the excerpt shows the text before it as it stands in the file.
fn column(finding: &Finding, place: Place, edge: fn((usize, usize)) -> usize) -> Option<usize> {
    if place.column == 1 {
        return Some(1);
    }
    let line = finding.excerpt.lines().iter().find(|line| line.number == place.line)?;
    let before = &line.text[..edge(line.mark?)];
    let is_as_in_file = before.chars().count() + 1 == place.column
        && before.encode_utf16().count() + 1 == place.column_utf16
        && !before.contains("********")
        && !before.starts_with('…');
    is_as_in_file.then_some(before.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, sample};

    #[test]
    fn rdjson() {
        insta::assert_snapshot!(sample::emitted(Format::Rdjson));
    }

    #[test]
    fn a_clean_run_has_no_diagnostics() {
        let json: serde_json::Value =
            serde_json::from_str(&sample::emitted_from(Format::Rdjson, &Report::default())).unwrap();

        assert_eq!(json["diagnostics"], serde_json::json!([]));
    }

    /// 密码 take six bytes, 🙂 four, é two.
    #[test]
    fn columns_count_bytes() {
        let report = sample::report();
        let finding = report
            .open_findings()
            .find(|one| one.path.to_string() == "src/app.py")
            .unwrap();

        let range = range(finding);

        assert_eq!((finding.location.start.column, range.start.column), (26, Some(34)));
        assert_eq!(range.end.column, Some(45));
    }
}
