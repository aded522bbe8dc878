//! What the lines of an example say about themselves, and whether it came true.

use std::fmt;

use weighbridge_core::Severity;

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
    /// A line that cannot be assembled.
    Assembly(String),
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
            FailureKind::Recipe(problem) | FailureKind::Assembly(problem) => write!(f, "line {}: {problem}", self.line),
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

/// The text of an example without lines that only annotate, and what its lines say of one rule.
#[derive(Clone, Debug)]
pub struct Annotated {
    /// The text.
    pub text: String,
    /// For each line of it the line of the example (from 0), and what it expects.
    lines: Vec<(usize, Option<Expected>)>,
}

impl Annotated {
    /// Reads the annotations about the rule `id`.
    pub fn new(example: &str, id: &str) -> Self {
        let mut text = String::with_capacity(example.len());
        let mut lines: Vec<(usize, Option<Expected>)> = Vec::new();
        for (number, line) in example.split_inclusive('\n').enumerate() {
            let expected = expected(line, id);
            if line.trim_start().starts_with("^ ") && line.contains("expect:") {
                if let Some(last) = lines.last_mut() {
                    last.1 = expected.or(last.1);
                }
                continue;
            }
            text.push_str(line);
            lines.push((number, expected));
        }
        if text.ends_with('\n') || text.is_empty() {
            lines.push((lines.len(), None));
        }
        Self { text, lines }
    }

    /// What did not come true. `hits` are lines of the text (from 0) with the severity found there; `first_line` is the line of the page on
    /// which the example begins.
    pub fn judge(&self, hits: impl IntoIterator<Item = (usize, Severity)>, first_line: usize) -> Vec<ExampleFailure> {
        let mut hit = vec![None; self.lines.len()];
        for (line, severity) in hits {
            let last = hit.len() - 1;
            hit[line.min(last)] = Some(severity);
        }
        let judged = self.lines.iter().zip(hit).filter_map(|((line, expected), hit)| {
            let kind = match (expected, hit) {
                (Some(Expected::Hit(_)), None) => FailureKind::Missed,
                (Some(Expected::Hit(Some(expected))), Some(found)) if *expected != found => FailureKind::Severity {
                    expected: *expected,
                    found,
                },
                (Some(Expected::KnownMiss), Some(_)) => FailureKind::NoLongerMissed,
                (None, Some(_)) => FailureKind::Unexpected,
                _ => return None,
            };
            let line = first_line + line;
            Some(ExampleFailure { line, kind })
        });
        judged.collect()
    }
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
