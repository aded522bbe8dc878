//! GitLab's SAST and Secret Detection reports, version 15.0.7.
//!
//! Source: [security-report-schemas](https://gitlab.com/gitlab-org/security-products/security-report-schemas). Secrets stand in the
//! one, everything else in the other, so that nothing is counted twice. `raw_source_code_extract` is never written: GitLab
//! shows it as it is.

use std::io::{self, Write};

use serde::Serialize;
use weighbridge_core::{Finding, Fingerprint, Notification, NotificationLevel, Report, Severity};

use super::file;
use crate::prose::{at_most, sentence};
use crate::times::{Times, utc};
use crate::{Context, json_text, shown};

const VERSION: &str = "15.0.7";
const MAX_NAME: usize = 255;
const MAX_SOLUTION: usize = 7_000;
/// What GitLab's own analyzers write where there is no commit.
const NO_COMMIT: &str = "0000000";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sast,
    Secrets,
}

#[derive(Serialize)]
struct SecurityReport<'a> {
    version: &'static str,
    schema: String,
    scan: Scan<'a>,
    vulnerabilities: Vec<Vulnerability<'a>>,
}

#[derive(Serialize)]
struct Scan<'a> {
    analyzer: Tool<'a>,
    scanner: Tool<'a>,
    start_time: String,
    end_time: String,
    status: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Message>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    primary_identifiers: Vec<Identifier<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    id: &'static str,
    name: &'static str,
    url: &'static str,
    version: &'a str,
    vendor: Vendor,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: String,
    category: &'static str,
    name: String,
    description: String,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    solution: Option<String>,
    scanner: Scanner,
    location: Location,
    identifiers: Vec<Identifier<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking: Option<Tracking>,
}

#[derive(Serialize)]
struct Scanner {
    id: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
struct Location {
    file: String,
    start_line: usize,
    end_line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<Commit>,
}

#[derive(Serialize)]
struct Commit {
    sha: &'static str,
}

#[derive(Serialize)]
struct Identifier<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    value: std::borrow::Cow<'a, str>,
    url: String,
}

#[derive(Serialize)]
struct Tracking {
    #[serde(rename = "type")]
    kind: &'static str,
    items: [TrackedItem; 1],
}

#[derive(Serialize)]
struct TrackedItem {
    file: String,
    line_start: usize,
    line_end: usize,
    signatures: [Signature; 1],
}

#[derive(Serialize)]
struct Signature {
    algorithm: &'static str,
    value: String,
}

/// Writes what is no secret as a SAST report.
pub(crate) fn emit_sast(report: &Report, context: &Context<'_>, times: Times, out: &mut dyn Write) -> io::Result<()> {
    emit(Kind::Sast, report, context, times, out)
}

/// Writes the secrets as a Secret Detection report.
pub(crate) fn emit_secrets(
    report: &Report,
    context: &Context<'_>,
    times: Times,
    out: &mut dyn Write,
) -> io::Result<()> {
    emit(Kind::Secrets, report, context, times, out)
}

fn emit(kind: Kind, report: &Report, context: &Context<'_>, times: Times, out: &mut dyn Write) -> io::Result<()> {
    let name = match kind {
        Kind::Sast => "sast",
        Kind::Secrets => "secret-detection",
    };
    let findings = report
        .open_findings()
        .filter(|finding| kind_of(finding, context) == kind);
    let rules = context.rules.iter().filter(|rule| kind_of_rule(rule.sensitive) == kind);
    let report = SecurityReport {
        version: VERSION,
        schema: format!(
            "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v{VERSION}/dist/{name}-report-format.json"
        ),
        scan: Scan {
            analyzer: tool(context),
            scanner: tool(context),
            start_time: utc(times.started),
            end_time: utc(times.ended.max(times.started)),
            // Otherwise GitLab would take what was not looked at as mended.
            status: if report.is_complete() { "success" } else { "failure" },
            kind: kind.name(),
            messages: report.notifications().iter().map(message).collect(),
            primary_identifiers: rules.map(|rule| rule_identifier(&rule.id, context)).collect(),
        },
        vulnerabilities: findings.map(|finding| vulnerability(kind, finding, context)).collect(),
    };
    json_text::write_pretty(&report, out)
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Sast => "sast",
            Self::Secrets => "secret_detection",
        }
    }
}

/// A rule that was not given to us is judged by its shelf.
fn kind_of(finding: &Finding, context: &Context<'_>) -> Kind {
    let rule = context.rule(&finding.rule);
    kind_of_rule(rule.map_or_else(|| finding.rule.shelf() == "secret", |rule| rule.sensitive))
}

fn kind_of_rule(is_sensitive: bool) -> Kind {
    if is_sensitive { Kind::Secrets } else { Kind::Sast }
}

fn tool<'a>(context: &Context<'a>) -> Tool<'a> {
    Tool {
        id: "weighbridge",
        name: "weighbridge",
        url: env!("CARGO_PKG_REPOSITORY"),
        version: context.version,
        vendor: Vendor { name: "weighbridge" },
    }
}

fn message(notification: &Notification) -> Message {
    let path = notification
        .path
        .as_ref()
        .map_or_else(String::new, |path| format!("{path}: "));
    let causes: Vec<_> = shown::message_and_causes(&notification.message).collect();
    let hint = notification.hint.as_ref();
    let hint = hint.map_or_else(String::new, |hint| format!(" ({})", shown::one_line(hint)));
    Message {
        level: match notification.level {
            NotificationLevel::Note => "info",
            NotificationLevel::Incomplete => "warn",
        },
        value: format!(
            "{}: {path}{}{hint}",
            notification.id,
            shown::one_line(&causes.join(": "))
        ),
    }
}

fn vulnerability<'a>(kind: Kind, finding: &'a Finding, context: &Context<'a>) -> Vulnerability<'a> {
    let rule = context.rule(&finding.rule);
    let message = sentence(&finding.message);
    let mut identifiers = vec![rule_identifier(&finding.rule, context)];
    let weaknesses = rule.map_or(&[][..], |rule| &rule.cwe);
    identifiers.extend(weaknesses.iter().map(|cwe| Identifier {
        kind: "cwe",
        name: format!("CWE-{cwe}"),
        value: cwe.to_string().into(),
        url: format!("https://cwe.mitre.org/data/definitions/{cwe}.html"),
    }));
    let (first, last) = (finding.location.start.line, finding.location.end.line);
    Vulnerability {
        id: uuid(&finding.fingerprint),
        category: kind.name(),
        name: at_most(
            MAX_NAME,
            &shown::one_line(rule.map_or(&finding.message, |rule| &rule.summary)),
        ),
        description: message,
        severity: match finding.severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
            Severity::Info => "Info",
        },
        solution: finding
            .help
            .as_deref()
            .map(|help| at_most(MAX_SOLUTION, &sentence(help))),
        scanner: Scanner {
            id: "weighbridge",
            name: "weighbridge",
        },
        location: Location {
            file: file(&finding.path),
            start_line: first,
            end_line: last,
            commit: (kind == Kind::Secrets).then_some(Commit { sha: NO_COMMIT }),
        },
        identifiers,
        tracking: (kind == Kind::Sast).then(|| tracking(finding)),
    }
}

/// The first identifier of a vulnerability is its identity for ever.
fn rule_identifier<'a>(id: &'a weighbridge_core::RuleId, context: &Context<'a>) -> Identifier<'a> {
    Identifier {
        kind: "weighbridge_rule_id",
        name: format!("weighbridge {id}"),
        value: id.as_str().into(),
        url: context.page_url(id),
    }
}

/// Keeps a vulnerability the same when its lines move.
fn tracking(finding: &Finding) -> Tracking {
    Tracking {
        kind: "source",
        items: [TrackedItem {
            file: file(&finding.path),
            line_start: finding.location.start.line,
            line_end: finding.location.end.line,
            signatures: [Signature {
                algorithm: "hash",
                value: finding.fingerprint.to_string(),
            }],
        }],
    }
}

/// The fingerprint in the form of a UUID whose name was hashed.
///
/// Source: [RFC 9562 §5.5](https://www.rfc-editor.org/rfc/rfc9562#section-5.5); the hash is SHA-256 in place of SHA-1.
fn uuid(fingerprint: &Fingerprint) -> String {
    let digits = fingerprint.as_str();
    let variant = u8::from_str_radix(&digits[16..17], 16).unwrap_or_default() & 0b0011 | 0b1000;
    format!(
        "{}-{}-5{}-{variant:x}{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[13..16],
        &digits[17..20],
        &digits[20..32]
    )
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::{Format, sample};

    #[test]
    fn gitlab_sast() {
        insta::assert_snapshot!(sample::emitted(Format::GitlabSast));
    }

    #[test]
    fn gitlab_secrets() {
        insta::assert_snapshot!(sample::emitted(Format::GitlabSecrets));
    }

    #[test]
    fn every_finding_stands_in_one_of_the_two() {
        let count = |format| {
            let json: Value = serde_json::from_str(&sample::emitted(format)).unwrap();
            json["vulnerabilities"].as_array().unwrap().len()
        };

        let open = sample::report().open_findings().count();

        assert_eq!(count(Format::GitlabSast) + count(Format::GitlabSecrets), open);
        assert_eq!(count(Format::GitlabSecrets), 1);
    }

    #[test]
    fn the_times_are_those_of_the_caller() {
        let times = Times {
            started: 1_000_000_000,
            ended: 1_000_000_001,
        };
        let mut out = Vec::new();

        let rules = sample::rules();
        let context = sample::context(&rules, crate::Style::default());
        crate::emit_timed(Format::GitlabSast, &Report::default(), &context, times, &mut out).unwrap();

        let json: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(json["scan"]["start_time"], "2001-09-09T01:46:40");
        assert_eq!(json["scan"]["end_time"], "2001-09-09T01:46:41");
        assert_eq!(json["scan"]["status"], "success");
    }
}
