//! Runs the examples of a page: the page is its own test.

use weighbridge_core::{Applicability, Source, SourcePath};
use weighbridge_rules::{Annotated, Example, ExampleFailure, FailureKind, Page, built_in_rules, fill};

use crate::detect::images;
use crate::language::language_of;
use crate::{CompileError, FileReport, Options, RuleUse, Scanner, check_rule, suppression};

/// Runs the examples of `page` with its rule alone.
///
/// # Errors
///
/// The rule cannot be used.
pub fn check_examples(page: &Page) -> Result<Vec<ExampleFailure>, CompileError> {
    check_rule(&page.rule)?;
    let rule_use = RuleUse {
        rule: &page.rule,
        reported: true,
        severity: page.rule.severity,
    };
    let mut uses = vec![rule_use];
    if page.rule.id.shelf() == suppression::DETECTOR {
        // What a suppression is about must be there to be suppressed.
        let others = built_in_rules().iter().filter(|rule| rule.id != page.rule.id);
        uses.extend(others.map(|rule| RuleUse {
            rule,
            reported: true,
            severity: rule.severity,
        }));
    }
    let options = Options {
        image_verdicts: images::verdicts_of_examples(page),
        ..Options::default()
    };
    let scanner = Scanner::new(uses, options, false);
    let mut failures = Vec::new();
    for (section, flagged) in [("Flagged", true), ("Clean", false)] {
        if !page.examples.iter().any(|example| example.flagged == flagged) {
            failures.push(ExampleFailure {
                line: 1,
                kind: FailureKind::None { section },
            });
        }
    }
    let mut fixes = 0;
    for example in &page.examples {
        failures.extend(run(&scanner, page.rule.id.as_str(), example, &mut fixes));
    }
    if let Some(fix) = page.rule.fix.as_ref().filter(|_| fixes == 0) {
        failures.push(ExampleFailure {
            line: fix.line,
            kind: FailureKind::NoFix,
        });
    }
    Ok(failures)
}

fn run(scanner: &Scanner<'_>, id: &str, example: &Example, fixes: &mut usize) -> Vec<ExampleFailure> {
    let failure = |line: usize, kind| ExampleFailure {
        line: example.line + line,
        kind,
    };
    let filled = match fill(&example.text) {
        Ok(filled) => filled,
        Err(error) => return vec![failure(0, FailureKind::Recipe(error.to_string()))],
    };
    let annotated = Annotated::new(&filled, id);
    let path = SourcePath::new(example.file_name.as_bytes());
    let language = language_of(&path, annotated.text.as_bytes());
    let source = Source::new(path, language, annotated.text.as_bytes());
    let report = scanner.worker().scan(&source);
    let broken_fix = fix(scanner, id, &source, &report, fixes).map(|kind| failure(0, kind));
    let open = report
        .findings
        .iter()
        .filter(|finding| finding.rule.as_str() == id && finding.suppression.is_none());
    let hits = open.map(|finding| (finding.location.start.line - 1, finding.severity));
    let judged = annotated.judge(hits, example.line);
    judged.into_iter().chain(broken_fix).collect()
}

/// Fixes an example, and says what is wrong with the result. `fixes` counts the findings that were fixed.
fn fix(
    scanner: &Scanner<'_>,
    id: &str,
    source: &Source<'_>,
    report: &FileReport,
    fixes: &mut usize,
) -> Option<FailureKind> {
    let of_page = |report: &FileReport| {
        report
            .findings
            .iter()
            .filter(|finding| finding.rule.as_str() == id)
            .count()
    };
    let mut worker = scanner.worker();
    let fixed = worker.fix(source, Applicability::Unsafe, &|finding| finding.rule.as_str() == id);
    if !fixed.notifications.is_empty() {
        return Some(FailureKind::Broken);
    }
    *fixes += fixed.findings.len();
    let text = fixed.text?;
    let after = Source::new(source.path().clone(), source.language(), &text);
    let again = worker.fix(&after, Applicability::Unsafe, &|finding| finding.rule.as_str() == id);
    let is_gone = of_page(&worker.scan(&after)) + fixed.findings.len() == of_page(report);
    (!is_gone || again.text.is_some()).then_some(FailureKind::NotFixed)
}

#[cfg(test)]
mod tests {
    use weighbridge_core::Severity;
    use weighbridge_rules::Page;

    use super::*;

    /// Every built-in page is its own test, and has three examples of each kind.
    #[test]
    fn built_in_pages_do_what_they_say() {
        let mut failures = Vec::new();
        for rule in built_in_rules().iter().filter(|rule| rule.model_detector().is_none()) {
            let page = Page::parse(rule.id.as_str(), &rule.page).expect("the build script has read it");
            match check_examples(&page) {
                Ok(list) => failures.extend(list.iter().map(|failure| format!("{}: {failure}", rule.id))),
                Err(error) => failures.push(error.to_string()),
            }
        }
        assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
    }

    fn page(flagged: &str) -> Page {
        let text = format!(
            "+++\nsummary = \"s\"\nseverity = \"high\"\nconfidence = \"high\"\nsince = \"0.1.0\"\nlanguages = [\"python\"]\n+++\n\nWhy.\n\n\
             ## Calls\n\n- `eval`\n\n## Flagged\n\n```py\n{flagged}\n```\n\n## Clean\n\n```py\nx\n```\n"
        );
        Page::parse("a/b", &text).expect("the page is right")
    }

    fn kinds(flagged: &str) -> Vec<(usize, FailureKind)> {
        let failures = check_examples(&page(flagged)).expect("the rule can be used");
        failures
            .into_iter()
            .map(|failure| (failure.line, failure.kind))
            .collect()
    }

    #[test]
    fn an_example_that_is_not_hit_or_not_annotated_fails() {
        assert_eq!(kinds("eval(x)  # expect: a/b"), []);
        assert_eq!(kinds("eval(x)\n^ expect: a/b"), []);
        assert_eq!(kinds("eval(x)  # expect: a/b[high]"), []);
        let (expected, found) = (Severity::Low, Severity::High);
        assert_eq!(
            kinds("eval(x)  # expect: a/b[low]"),
            [(18, FailureKind::Severity { expected, found })]
        );
        assert_eq!(kinds("ok\nprint(x)  # expect: a/b"), [(19, FailureKind::Missed)]);
        assert_eq!(kinds("eval(x)"), [(18, FailureKind::Unexpected)]);
        assert_eq!(
            kinds("eval(x)  # todo-expect: a/b"),
            [(18, FailureKind::NoLongerMissed)]
        );
    }
}
