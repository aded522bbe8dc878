//! What is new and what is fixed, and what cannot be told.

use proptest::prelude::*;
use weighbridge_core::{Change, Digest, Notification, Summary, Suppression, SuppressionKind, admit};

use super::*;
use crate::{Format, every_format, sample};

const RULES: [&str; 3] = ["prompt/no-audience", "python/eval-call", "secret/test-token"];

/// A report on `text` as the file `path`: each line with `eval` in it is a finding, suppressed if it holds `ignore`.
fn findings(path: &str, text: &str) -> Vec<Finding> {
    let source = sample::source(path, "python", text);
    let mut offset = 0;
    let mut detections = Vec::new();
    for line in text.split_inclusive('\n') {
        if line.contains("eval") {
            let mut one = sample::detection(&source, "python/eval-call", line.trim_end());
            one.span = weighbridge_core::Span::new(offset, offset + line.trim_end().len());
            one.scope = one.span;
            detections.push(one);
        }
        offset += line.len();
    }
    let mut findings = admit(&source, detections);
    for finding in &mut findings {
        let line = finding.location.start.line;
        if text.lines().nth(line - 1).unwrap().contains("ignore") {
            finding.suppression = Some(Suppression {
                kind: SuppressionKind::Inline,
                line,
                reason: String::new(),
            });
        }
    }
    findings
}

fn read(findings: Vec<Finding>) -> ReadReport {
    ReadReport {
        report: Report::new(findings, Vec::new(), Summary::default()),
        version: "1.2.3".to_owned(),
        fail_on: Some(Severity::High),
        enabled_rules: RULES.map(RuleId::from_static).to_vec(),
        rules_digest: Digest::of(b"rules"),
    }
}

fn of(text: &str) -> ReadReport {
    read(findings("a.py", text))
}

fn with_notification(mut read: ReadReport, notification: Notification) -> ReadReport {
    read.report = Report::new(read.report.findings().to_vec(), vec![notification], Summary::default());
    read
}

/// The lines of the format `text`.
fn said(old: &ReadReport, new: &ReadReport) -> Vec<String> {
    let text = written(&compare(old, new), ComparisonFormat::Text);
    text.lines().map(str::to_owned).collect()
}

fn written(comparison: &Comparison<'_>, format: ComparisonFormat) -> String {
    let mut out = Vec::new();
    comparison.emit(format, Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn lines_may_move() {
    let said = said(&of("eval(a)\neval(b)\n"), &of("import os\n\neval(b)\n\neval(a)\n"));

    assert_eq!(said, ["0 new, 0 fixed, 2 still open"]);
}

#[test]
fn what_came_is_new_and_what_went_is_fixed() {
    let said = said(&of("eval(a)\neval(b)\n"), &of("eval(c)\neval(b)\n"));

    assert_eq!(
        said,
        [
            "+ a.py:1:1: high[python/eval-call] `eval` runs text as Python",
            "- a.py:1:1: high[python/eval-call] `eval` runs text as Python",
            "1 new (1 high), 1 fixed, 1 still open",
        ]
    );
}

#[test]
fn another_file_is_another_finding() {
    let comparison_of = |path| said(&of("eval(a)\n"), &read(findings(path, "eval(a)\n")));

    assert_eq!(comparison_of("a.py"), ["0 new, 0 fixed, 1 still open"]);
    assert_eq!(comparison_of("b.py").len(), 3);
}

#[test]
fn equal_findings_are_counted() {
    // White space is folded in a fingerprint, so the second has the name of the first.
    let (two, three) = (
        of("eval(a, b)\neval(a,  b)\n"),
        of("eval(a, b)\neval(a,  b)\neval(a,   b)\n"),
    );
    let names: HashSet<_> = three
        .report
        .findings()
        .iter()
        .map(|finding| &finding.fingerprint)
        .collect();
    assert_eq!(names.len(), 1);

    assert_eq!(
        said(&two, &three).last().unwrap(),
        "1 new (1 high), 0 fixed, 2 still open"
    );
    assert_eq!(said(&three, &two).last().unwrap(), "0 new, 1 fixed, 2 still open");
}

#[test]
fn a_suppressed_finding_is_not_open() {
    let (open, suppressed) = (of("eval(a)\neval(b) # ignore\n"), of("eval(a) # ignore\neval(b)\n"));
    // The comment belongs to the line and so to the name; only the suppression is to differ.
    let mut accepted = open.report.findings().to_vec();
    accepted.iter_mut().for_each(|finding| {
        finding.suppression = suppressed.report.findings()[0].suppression.clone();
    });
    let accepted = read(accepted);

    assert_eq!(
        said(&open, &accepted),
        [
            "- a.py:1:1: high[python/eval-call] `eval` runs text as Python (is suppressed now)",
            "0 new, 1 fixed (1 suppressed), 0 still open",
        ]
    );
    assert_eq!(
        said(&accepted, &open),
        [
            "+ a.py:1:1: high[python/eval-call] `eval` runs text as Python (was suppressed)",
            "1 new (1 high), 0 fixed, 0 still open",
        ]
    );
    assert_eq!(said(&accepted, &accepted), ["0 new, 0 fixed, 0 still open"]);
}

#[test]
fn a_rule_that_was_not_enabled_makes_nothing_new_and_nothing_fixed() {
    let with = of("eval(a)\n");
    let mut without = of("");
    without.enabled_rules.remove(1);

    assert_eq!(
        said(&without, &with),
        [
            "? a.py:1:1: high[python/eval-call] `eval` runs text as Python (its rule was not enabled for the old report)",
            "note[diff/rules-differ]: the reports were made with different rules: enabled for the old one only 0, for the new one only 1",
            "0 new, 0 fixed, 0 still open, 1 not comparable",
        ]
    );
    assert_eq!(
        compare(&with, &without).not_comparable[0].reason,
        Reason::NotEnabledForNew
    );
}

#[test]
fn what_was_not_looked_at_is_not_fixed() {
    let old = read(findings("src/deep/a.py", "eval(a)\n"));
    let gone = || read(Vec::new());
    let stopped =
        |path: Option<&[u8]>| Notification::incomplete("file/unreadable", path.map(SourcePath::new), "cannot read");

    for path in [
        Some(&b"src/deep/a.py"[..]),
        Some(b"src/deep"),
        Some(b"src"),
        Some(b"."),
        None,
    ] {
        let new = with_notification(gone(), stopped(path));
        let comparison = compare(&old, &new);

        assert_eq!(
            (comparison.fixed.len(), comparison.not_comparable.len()),
            (0, 1),
            "{path:?}"
        );
        assert_eq!(comparison.notes, [Note::NewIncomplete { things: 1 }]);
    }
    for path in [&b"src/deep/b.py"[..], b"src/de", b"src/deep/a.py/c"] {
        let new = with_notification(gone(), stopped(Some(path)));

        assert_eq!(compare(&old, &new).fixed.len(), 1, "{path:?}");
    }
    let note = with_notification(gone(), Notification::note("run/no-files", None, "nothing"));
    assert_eq!(compare(&old, &note).fixed.len(), 1);
}

#[test]
fn an_old_report_that_is_incomplete_hides_nothing_new() {
    let stopped = Notification::incomplete("file/too-large", Some(SourcePath::new(b"a.py")), "too large");
    let old = with_notification(read(Vec::new()), stopped);
    let new = of("eval(a)\n");

    let comparison = compare(&old, &new);

    assert!(comparison.has_new(Some(Severity::High)));
    assert!(!comparison.has_new(Some(Severity::Critical)) && !comparison.has_new(None));
    assert_eq!(comparison.notes, [Note::OldIncomplete { things: 1 }]);
}

#[test]
fn a_report_on_added_lines_says_nothing_about_the_others() {
    let old = of("eval(a)\n");
    let mut new = of("");
    let base = |base: &str| {
        Some(Change {
            base: base.to_owned(),
            ..Change::default()
        })
    };
    new.report.change = base("aa");

    let comparison = compare(&old, &new);
    assert_eq!((comparison.fixed.len(), comparison.not_comparable.len()), (0, 1));
    assert_eq!(comparison.notes, [Note::ScopesDiffer]);

    let mut same = old.clone();
    same.report.change = base("aa");
    assert_eq!(compare(&same, &new).fixed.len(), 1);
    same.report.change = base("bb");
    assert_eq!(compare(&same, &new).fixed.len(), 0);
}

#[test]
fn other_pages_and_versions_are_told() {
    let old = of("");
    let mut new = of("");
    new.rules_digest = Digest::of(b"other");
    new.version = "2.0.0".to_owned();

    assert_eq!(
        said(&old, &new),
        [
            "note[diff/pages-differ]: the reports were made with different pages of the same rules",
            "note[diff/versions-differ]: the old report was made by weighbridge 1.2.3, the new one by weighbridge 2.0.0",
            "0 new, 0 fixed, 0 still open",
        ]
    );
}

/// Something in every list.
fn samples() -> (ReadReport, ReadReport) {
    let mut old = read(
        [
            findings("b.py", "eval(a)\neval(b)\n"),
            findings("c.prompt", "eval(x)\n"),
        ]
        .concat(),
    );
    old.version = "1.2.2".to_owned();
    let mut new = read([findings("b.py", "eval(b)\n"), sample::report().findings().to_vec()].concat());
    new.enabled_rules.push(RuleId::from_static("zz/more"));
    let stopped = Notification::incomplete("file/unreadable", Some(SourcePath::new(b"c.prompt")), "cannot read");
    (old, with_notification(new, stopped))
}

#[test]
fn diff_as_text() {
    let (old, new) = samples();

    insta::assert_snapshot!(written(&compare(&old, &new), ComparisonFormat::Text));
}

#[test]
fn diff_as_json() {
    let (old, new) = samples();

    insta::assert_snapshot!(written(&compare(&old, &new), ComparisonFormat::Json));
}

#[test]
fn diff_as_markdown() {
    let (old, new) = samples();

    insta::assert_snapshot!(written(&compare(&old, &new), ComparisonFormat::Markdown));
}

#[test]
fn a_long_diff_is_cut_and_says_so() {
    let old = read(Vec::new());
    let new = read(sample::many(3_000).findings().to_vec());

    let text = written(&compare(&old, &new), ComparisonFormat::Markdown);

    assert!(
        text.chars().count() <= crate::markdown::MAX_CHARACTERS,
        "{}",
        text.chars().count()
    );
    assert!(text.contains("findings are left out here**"));
}

proptest! {
    #[test]
    fn a_report_differs_in_nothing_from_itself(report in every_format::report()) {
        let read = read(report.findings().to_vec());
        let comparison = compare(&read, &read);

        prop_assert!(comparison.new.is_empty() && comparison.fixed.is_empty() && comparison.not_comparable.is_empty());
        prop_assert_eq!(comparison.still.len(), read.report.findings().len());
        prop_assert!(comparison.notes.is_empty());
    }

    #[test]
    fn what_is_new_one_way_is_fixed_the_other_way(one in "(eval\\([ab] ?\\)( # ignore)?\n){0,6}", other in "(eval\\([ab] ?\\)( # ignore)?\n){0,6}") {
        let (one, other) = (of(&one), of(&other));
        let (there, back) = (compare(&one, &other), compare(&other, &one));

        prop_assert_eq!(&there.new, &back.fixed);
        prop_assert_eq!(&there.fixed, &back.new);
        prop_assert_eq!(there.still.len(), back.still.len());
        prop_assert_eq!(there.new.len() + there.still.len(), other.report.open_findings().count());
    }

    #[test]
    fn whatever_is_compared_commands_nobody(old in every_format::report(), new in every_format::report()) {
        let (old, new) = (read(old.findings().to_vec()), read(new.findings().to_vec()));
        let comparison = compare(&old, &new);

        for (format, like) in [
            (ComparisonFormat::Text, Format::Concise),
            (ComparisonFormat::Json, Format::Json),
            (ComparisonFormat::Markdown, Format::Markdown),
        ] {
            let text = written(&comparison, format);
            prop_assert!(!text.contains(sample::SECRET));
            every_format::assert_harmless(like, &text);
        }
    }
}
