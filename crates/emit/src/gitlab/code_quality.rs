//! GitLab's Code Quality report, which every tier shows in the merge request.
//!
//! Source: [Code Quality report format](https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format).

use std::io::{self, Write};

use serde::Serialize;
use weighbridge_core::{Digest, Finding, Notification, NotificationLevel, Report, Severity};

use super::file;
use crate::{Context, json_text, shown};

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// Writes the report as a list of issues. What was not looked at is an issue as well: the format has no other place for it.
pub(crate) fn emit(report: &Report, _: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let notifications = report.notifications().iter();
    let unfinished = notifications.filter(|notification| notification.level == NotificationLevel::Incomplete);
    let findings = report.open_findings().map(issue);
    let issues: Vec<_> = findings.chain(unfinished.map(unfinished_issue)).collect();
    json_text::write_pretty(&issues, out)
}

/// GitLab hides `check_name`, so the rule stands in the description.
fn issue(finding: &Finding) -> Issue<'_> {
    let (start, end) = (finding.location.start, finding.location.end);
    Issue {
        description: format!("{}: {}", finding.rule, shown::one_line(&finding.message)),
        check_name: finding.rule.as_str(),
        fingerprint: finding.fingerprint.to_string(),
        severity: match finding.severity {
            Severity::Critical => "blocker",
            Severity::High => "critical",
            Severity::Medium => "major",
            Severity::Low => "minor",
            Severity::Info => "info",
        },
        location: Location {
            path: file(&finding.path),
            lines: Lines {
                begin: start.line,
                end: end.line,
            },
        },
    }
}

fn unfinished_issue(notification: &Notification) -> Issue<'_> {
    let path = notification.path.as_ref().map_or_else(|| ".".to_owned(), file);
    let causes: Vec<_> = shown::message_and_causes(&notification.message).collect();
    let mut fingerprint = Digest::of_parts(&[
        b"weighbridge/notification/1",
        notification.id.as_bytes(),
        path.as_bytes(),
        shown::spelled_out(&notification.message).as_bytes(),
    ])
    .to_string();
    fingerprint.truncate(32);
    Issue {
        description: format!(
            "incomplete: {}: {}",
            notification.id,
            shown::one_line(&causes.join(": "))
        ),
        check_name: &notification.id,
        fingerprint,
        severity: "blocker",
        location: Location {
            path,
            lines: Lines { begin: 1, end: 1 },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, sample};

    #[test]
    fn gitlab_codequality() {
        insta::assert_snapshot!(sample::emitted(Format::GitlabCodequality));
    }

    #[test]
    fn a_clean_run_is_an_empty_list() {
        assert_eq!(
            sample::emitted_from(Format::GitlabCodequality, &Report::default()),
            "[]\n"
        );
    }
}
