//! What a run comes to, in a few words for people.

use std::collections::BTreeMap;
use std::time::Duration;

use weighbridge_core::{
    Applicability, NotificationLevel, Outcome, Report, RuleId, Severity, Suppression, SuppressionKind,
};

use crate::{Style, paint};

/// What a run comes to: counts by severity, files, bytes and time; what was passed over and why; what to do next.
///
/// One to three lines without a line end, for stderr.
pub fn summary_line(report: &Report, elapsed: Option<Duration>, style: Style) -> String {
    let mut first = format!("{}; {}", found(report, style), searched(report, elapsed));
    if let Some(declared) = declared(report) {
        first.push_str("; ");
        first.push_str(&declared);
    }
    let mut lines = vec![first];
    let passed_over = passed_over(report, style);
    if !passed_over.is_empty() {
        lines.push(passed_over.join("; "));
    }
    if let Some(rule) = most_frequent_rule(report) {
        let command = style.paint(paint::HELP, format_args!("weighbridge explain {rule}"));
        lines.push(format!("next: {command}"));
    }
    lines.join("\n")
}

/// The findings that count, by severity; severities without findings are not there.
pub(crate) fn by_severity(report: &Report) -> BTreeMap<Severity, usize> {
    let mut counts = BTreeMap::new();
    for finding in report.open_findings() {
        *counts.entry(finding.severity).or_insert(0) += 1;
    }
    counts
}

fn found(report: &Report, style: Style) -> String {
    let counts = by_severity(report);
    if counts.is_empty() {
        return style.paint(paint::STRONG, "no findings");
    }
    let parts: Vec<_> = counts
        .iter()
        .rev()
        .map(|(&severity, count)| style.paint(paint::severity(severity), format_args!("{count} {severity}")))
        .collect();
    let total = style.paint(paint::STRONG, counted(counts.values().sum(), "finding", "findings"));
    format!("{total} ({})", parts.join(", "))
}

/// `searched 12 files, 3.4 kB`.
pub(crate) fn searched(report: &Report, elapsed: Option<Duration>) -> String {
    let summary = report.summary();
    let files = counted(summary.files, "file", "files");
    let time = elapsed.map_or_else(String::new, |elapsed| format!(" in {}", time(elapsed)));
    format!("searched {files}, {}{time}", size(summary.bytes))
}

/// `61 of 140 added lines are declared AI-made`; `None` if nobody declares it of any.
///
/// That nobody does says nothing about who wrote them, and so nothing is said.
pub(crate) fn declared(report: &Report) -> Option<String> {
    let added = report.change.as_ref()?.added;
    let verb = match added.declared_ai {
        0 => return None,
        1 => "is",
        _ => "are",
    };
    let lines = counted(added.total, "added line", "added lines");
    Some(format!(
        "{} of {lines} {verb} declared AI-made",
        grouped(added.declared_ai)
    ))
}

fn passed_over(report: &Report, style: Style) -> Vec<String> {
    let skipped = &report.summary().skipped;
    let suppressed = report.findings().len() - report.open_findings().count();
    let in_baseline = |by: &Suppression| by.kind == SuppressionKind::Baseline;
    let accepted = report.findings().iter();
    let accepted = accepted
        .filter(|finding| finding.suppression.as_ref().is_some_and(in_baseline))
        .count();
    let notifications = report.notifications().iter();
    let unfinished = notifications
        .filter(|one| one.level == NotificationLevel::Incomplete)
        .count();
    let mut skips = Vec::new();
    if skipped.binary > 0 {
        skips.push(counted(skipped.binary, "binary file", "binary files"));
    }
    if skipped.symlinks > 0 {
        skips.push(counted(skipped.symlinks, "symbolic link", "symbolic links"));
    }
    let mut parts = Vec::new();
    if unfinished > 0 {
        let things = counted(unfinished, "thing was", "things were");
        parts.push(style.paint(paint::INCOMPLETE, format_args!("incomplete: {things} not looked at")));
    }
    if !skips.is_empty() {
        parts.push(format!("skipped {}", skips.join(" and ")));
    }
    if suppressed > accepted {
        parts.push(format!(
            "{} suppressed",
            counted(suppressed - accepted, "finding", "findings")
        ));
    }
    if accepted > 0 {
        parts.push(format!("{} in the baseline", counted(accepted, "finding", "findings")));
    }
    parts.extend(fixable(report));
    parts
}

/// `2 fixable with --fix (1 more with --unsafe-fixes)`.
fn fixable(report: &Report) -> Option<String> {
    let count = |wanted: Applicability| {
        let fixes = report.open_findings().filter_map(|finding| finding.fix.as_ref());
        fixes.filter(|fix| fix.applicability == wanted).count()
    };
    match (count(Applicability::Safe), count(Applicability::Unsafe)) {
        (0, 0) => None,
        (safe, 0) => Some(format!("{} fixable with `--fix`", grouped(safe))),
        (0, more) => Some(format!("{} fixable with `--fix --unsafe-fixes`", grouped(more))),
        (safe, more) => Some(format!(
            "{} fixable with `--fix` ({} more with `--unsafe-fixes`)",
            grouped(safe),
            grouped(more)
        )),
    }
}

/// The rule with most findings; of equals the first by id.
fn most_frequent_rule(report: &Report) -> Option<&RuleId> {
    let mut counts: BTreeMap<&RuleId, usize> = BTreeMap::new();
    for finding in report.open_findings() {
        *counts.entry(&finding.rule).or_insert(0) += 1;
    }
    counts
        .into_iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map(|(rule, _)| rule)
}

/// `1 file`, `12,345 files`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Three digits at most, in powers of 1,000.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let mut tenths = bytes / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1_000;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

fn time(elapsed: Duration) -> String {
    if elapsed < Duration::from_secs(1) {
        return format!("{} ms", elapsed.as_millis());
    }
    if elapsed < Duration::from_mins(1) {
        return format!("{:.1} s", elapsed.as_secs_f64());
    }
    format!("{} min {} s", elapsed.as_secs() / 60, elapsed.as_secs() % 60)
}

/// The verdict over a run and how much was found, each in a few words: the headline of a page or a comment.
pub(crate) fn headline(report: &Report, fail_on: Option<Severity>) -> (&'static str, String) {
    let verdict = match report.outcome(fail_on) {
        Outcome::Clean => "passed",
        Outcome::Findings => "failed",
        Outcome::Incomplete => "incomplete",
    };
    let found = match report.open_findings().count() {
        0 => "no findings".to_owned(),
        total => counted(total, "finding", "findings"),
    };
    (verdict, found)
}

#[cfg(test)]
mod tests {
    use weighbridge_core::{AddedLines, Change};

    use super::*;
    use crate::sample;

    #[test]
    fn summary() {
        let line = summary_line(&sample::report(), Some(Duration::from_millis(1_234)), Style::default());

        insta::assert_snapshot!(line, @"
        7 findings (1 critical, 4 high, 1 low, 1 info); searched 1,204 files, 34.5 kB in 1.2 s; 61 of 140 added lines are declared AI-made
        incomplete: 1 thing was not looked at; skipped 3 binary files and 1 symbolic link; 1 finding suppressed; 1 fixable with `--fix --unsafe-fixes`
        next: weighbridge explain python/eval-call
        ");
    }

    #[test]
    fn lines_are_spoken_of_if_somebody_declares_some() {
        let said = |total, declared_ai| {
            let added = AddedLines {
                total,
                declared_ai,
                declared_human: 0,
            };
            let change = Some(Change {
                added,
                ..Change::default()
            });
            let mut report = Report::default();
            report.change = change;
            declared(&report)
        };

        assert_eq!(declared(&Report::default()), None);
        assert_eq!(said(140, 0), None);
        assert_eq!(said(1, 1).unwrap(), "1 of 1 added line is declared AI-made");
        assert_eq!(said(2, 1).unwrap(), "1 of 2 added lines is declared AI-made");
        assert_eq!(
            said(1_400, 1_061).unwrap(),
            "1,061 of 1,400 added lines are declared AI-made"
        );
    }

    #[test]
    fn an_empty_run_is_said_in_one_line() {
        let line = summary_line(&Report::default(), None, Style::default());

        assert_eq!(line, "no findings; searched 0 files, 0 B");
    }

    #[test]
    fn sizes_counts_and_times_are_short() {
        let sizes = [999, 1_000, 34_567, 999_949, 1_500_000, 2_000_000_000].map(size);
        assert_eq!(sizes, ["999 B", "1.0 kB", "34.5 kB", "999.9 kB", "1.5 MB", "2.0 GB"]);
        assert_eq!(counted(1_234_567, "file", "files"), "1,234,567 files");
        assert_eq!(time(Duration::from_millis(61_500)), "1 min 1 s");
    }
}
