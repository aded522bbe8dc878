//! Test results as `JUnit` writes them: one suite a shelf, one failed test a finding.
//!
//! There is no standard; [the common fields](https://github.com/testmoapp/junitxml) are what Jenkins, GitLab and the others read.

use std::collections::BTreeMap;
use std::io::{self, Write};

use weighbridge_core::{Finding, Notification, NotificationLevel, Report};

use crate::frame::plain;
use crate::markup::{escaped, escaped_line};
use crate::{Context, shown};

/// Writes the report as test suites.
pub(crate) fn emit(report: &Report, _: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut shelves: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in report.open_findings() {
        shelves.entry(finding.rule.shelf()).or_default().push(finding);
    }
    let notifications = report.notifications().iter();
    let unfinished: Vec<_> = notifications
        .filter(|notification| notification.level == NotificationLevel::Incomplete)
        .collect();
    let failures: usize = shelves.values().map(Vec::len).sum();
    let errors = unfinished.len();

    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let tests = failures + errors;
    writeln!(
        out,
        r#"<testsuites name="weighbridge" tests="{tests}" failures="{failures}" errors="{errors}" time="0">"#
    )?;
    if tests == 0 {
        writeln!(
            out,
            r#"  <testsuite name="weighbridge" tests="0" failures="0" errors="0" time="0"/>"#
        )?;
    }
    for (shelf, findings) in shelves {
        write_suite(shelf, findings.len(), 0, out)?;
        findings
            .into_iter()
            .try_for_each(|finding| write_failure(finding, out))?;
        writeln!(out, "  </testsuite>")?;
    }
    if errors > 0 {
        write_suite("weighbridge", 0, errors, out)?;
        unfinished
            .into_iter()
            .try_for_each(|notification| write_error(notification, out))?;
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn write_suite(name: &str, failures: usize, errors: usize, out: &mut dyn Write) -> io::Result<()> {
    let (name, tests) = (escaped_line(name), failures + errors);
    writeln!(
        out,
        r#"  <testsuite name="{name}" tests="{tests}" failures="{failures}" errors="{errors}" time="0">"#
    )
}

/// The name holds the place: readers take two tests of one name for one.
fn write_failure(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let rule = escaped_line(finding.rule.as_str());
    let path = escaped_line(&finding.path.to_string());
    let start = finding.location.start;
    let message = escaped_line(&finding.message);
    writeln!(
        out,
        r#"    <testcase classname="{rule}" name="{path}:{}:{} {rule}" file="{path}" line="{}" time="0">"#,
        start.line, start.column, start.line
    )?;
    writeln!(
        out,
        r#"      <failure type="{}" message="{message}">"#,
        finding.severity
    )?;
    writeln!(out, "{}[{rule}]: {message}", finding.severity)?;
    for line in plain(&finding.excerpt) {
        writeln!(out, "{}", escaped(&line))?;
    }
    if let Some(help) = &finding.help {
        writeln!(out, "help: {}", escaped_line(help))?;
    }
    writeln!(out, "      </failure>\n    </testcase>")
}

fn write_error(notification: &Notification, out: &mut dyn Write) -> io::Result<()> {
    let id = escaped_line(&notification.id);
    let path = notification.path.as_ref().map(|path| escaped_line(&path.to_string()));
    let place = path.as_ref().map_or_else(String::new, |path| format!("{path} "));
    let file = path
        .as_ref()
        .map_or_else(String::new, |path| format!(r#" file="{path}""#));
    let causes: Vec<_> = shown::message_and_causes(&notification.message).collect();
    let message = escaped_line(&causes.join(": "));
    writeln!(
        out,
        r#"    <testcase classname="{id}" name="{place}{id}"{file} time="0">"#
    )?;
    writeln!(out, r#"      <error type="incomplete" message="{message}">"#)?;
    writeln!(out, "incomplete[{id}]: {message}")?;
    if let Some(hint) = &notification.hint {
        writeln!(out, "help: {}", escaped_line(hint))?;
    }
    writeln!(out, "      </error>\n    </testcase>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, sample};

    #[test]
    fn junit() {
        insta::assert_snapshot!(sample::emitted(Format::Junit));
    }

    #[test]
    fn a_clean_run_is_an_empty_suite() {
        insta::assert_snapshot!(sample::emitted_from(Format::Junit, &Report::default()), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="weighbridge" tests="0" failures="0" errors="0" time="0">
          <testsuite name="weighbridge" tests="0" failures="0" errors="0" time="0"/>
        </testsuites>
        "#);
    }
}
