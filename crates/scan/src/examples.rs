//! Runs the examples of a page: the page is its own test.

use std::fmt;

use weighbridge_core::{Applicability, Severity, Source, SourcePath};
use weighbridge_rules::{Example, Page, built_in_rules, fill};

use crate::detect::images;
use crate::language::language_of;
use crate::{CompileError, FileReport, Options, RuleUse, Scanner, check_rule, suppression};

/// An example that does not do what the page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleFailure {
    /// The line in the page, from 1.
    pub line: usize,
    /// What went otherwise.
    pub kind: FailureKind,
}

/// What went otherwise than the page says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// A line that says `expect:` was not hit.
    Missed,
    /// A line was hit that says nothing.
    Unexpected,
    /// A line was hit with another severity than it says.
    Severity {
        /// What the page says.
        expected: Severity,
        /// What the finding has.
        found: Severity,
    },
    /// A line that says `todo-expect:` was hit: the miss is no longer one.
    NoLongerMissed,
    /// A recipe that does not exist.
    Recipe(String),
    /// The fix of the page is shown by no example.
    NoFix,
    /// A fixed example still has the finding, or would be fixed once more.
    NotFixed,
    /// A fixed example is no program any more.
    Broken,
    /// The page has no example of this kind.
    None {
        /// The section without examples.
        section: &'static str,
    },
}

impl fmt::Display for ExampleFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            FailureKind::Missed => write!(f, "line {}: expected a finding, got none", self.line),
            FailureKind::Unexpected => write!(f, "line {}: a finding that the page does not expect", self.line),
            FailureKind::Severity { expected, found } => {
                write!(f, "line {}: expected severity {expected}, got {found}", self.line)
            }
            FailureKind::NoLongerMissed => write!(
                f,
                "line {}: is found now; write `expect:` for `todo-expect:`",
                self.line
            ),
            FailureKind::Recipe(problem) => write!(f, "line {}: {problem}", self.line),
            FailureKind::NoFix => write!(f, "line {}: no flagged example can be fixed", self.line),
            FailureKind::NotFixed => write!(f, "line {}: the fix does not take the finding away", self.line),
            FailureKind::Broken => write!(f, "line {}: the fixed example is no program any more", self.line),
            FailureKind::None { section } => write!(f, "the section `## {section}` has no example"),
        }
    }
}

/// What a line of an example says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Hit(Option<Severity>),
    KnownMiss,
}

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
    let (text, lines) = without_notes(&filled, id);
    let path = SourcePath::new(example.file_name.as_bytes());
    let language = language_of(&path, text.as_bytes());
    let source = Source::new(path, language, text.as_bytes());
    let report = scanner.worker().scan(&source);
    let broken_fix = fix(scanner, id, &source, &report, fixes).map(|kind| failure(0, kind));
    let mut hit = vec![None; lines.len()];
    let open = report
        .findings
        .iter()
        .filter(|finding| finding.rule.as_str() == id && finding.suppression.is_none());
    open.for_each(|finding| hit[finding.location.start.line - 1] = Some(finding.severity));
    let judged = lines
        .iter()
        .zip(hit)
        .filter_map(|((page_line, expected), hit)| match (expected, hit) {
            (Some(Expected::Hit(_)), None) => Some(failure(*page_line, FailureKind::Missed)),
            (Some(Expected::Hit(Some(expected))), Some(found)) if *expected != found => Some(failure(
                *page_line,
                FailureKind::Severity {
                    expected: *expected,
                    found,
                },
            )),
            (Some(Expected::KnownMiss), Some(_)) => Some(failure(*page_line, FailureKind::NoLongerMissed)),
            (None, Some(_)) => Some(failure(*page_line, FailureKind::Unexpected)),
            _ => None,
        });
    judged.chain(broken_fix).collect()
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

/// The text without lines that only annotate, and for each line its number (from 0) in the example and what it expects.
fn without_notes(text: &str, id: &str) -> (String, Vec<(usize, Option<Expected>)>) {
    let mut kept = String::with_capacity(text.len());
    let mut lines: Vec<(usize, Option<Expected>)> = Vec::new();
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let expected = expected(line, id);
        if line.trim_start().starts_with("^ ") && line.contains("expect:") {
            if let Some(last) = lines.last_mut() {
                last.1 = expected.or(last.1);
            }
            continue;
        }
        kept.push_str(line);
        lines.push((number, expected));
    }
    if kept.ends_with('\n') || kept.is_empty() {
        lines.push((lines.len(), None));
    }
    (kept, lines)
}

/// What a line says about itself: `expect: id, id[severity]` or `todo-expect: id`.
fn expected(line: &str, id: &str) -> Option<Expected> {
    let (before, list) = line.split_once("expect:")?;
    let severity = list.split([',', ' ']).find_map(|word| {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != ']');
        let (named, level) = word.split_once('[').unwrap_or((word, ""));
        let is_named = named.trim_matches(|c: char| !c.is_ascii_alphanumeric()) == id;
        is_named.then(|| level.trim_end_matches(']').parse().ok())
    })?;
    Some(if before.ends_with("todo-") {
        Expected::KnownMiss
    } else {
        Expected::Hit(severity)
    })
}

#[cfg(test)]
mod tests {
    use weighbridge_rules::Page;

    use super::*;

    /// Every built-in page is its own test, and has three examples of each kind.
    #[test]
    fn built_in_pages_do_what_they_say() {
        let mut failures = Vec::new();
        for rule in built_in_rules() {
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
