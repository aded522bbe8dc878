//! What can be wrong with a page.

use std::fmt;

use thiserror::Error;

/// A page that cannot be read: which, where and why.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("page `{page}`, line {line}: {problem}")]
pub struct PageError {
    /// The id of the page.
    pub page: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: Box<Problem>,
}

impl PageError {
    pub(crate) fn new(page: &str, line: usize, problem: Problem) -> Self {
        Self {
            page: page.to_owned(),
            line,
            problem: Box::new(problem),
        }
    }

    /// How to mend it.
    pub fn hint(&self) -> String {
        self.problem.hint()
    }
}

/// What is wrong with a page.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// The path is no id.
    BadId(String),
    /// The page does not begin with `+++`.
    NoFrontMatter,
    /// The front matter does not end.
    OpenFrontMatter,
    /// The front matter is not TOML, or a key or value is unknown.
    FrontMatter {
        /// What the reader said.
        message: String,
        /// The key that was probably meant.
        suggestion: Option<String>,
    },
    /// A key that this page needs.
    Missing {
        /// The key.
        key: &'static str,
        /// Why it is needed.
        why: &'static str,
    },
    /// Summary too long, of several lines or with a full stop.
    BadSummary,
    /// More tags than GitHub shows.
    TooManyTags(usize),
    /// A keyword of one character.
    ShortKeyword(String),
    /// Nothing stands between front matter and first section.
    NoExplanation,
    /// A heading that is no section.
    UnknownSection {
        /// The heading.
        heading: String,
        /// The section that was probably meant.
        suggestion: Option<&'static str>,
    },
    /// A section that stands twice.
    RepeatedSection(String),
    /// No way to find anything.
    NoDetector,
    /// Two ways to find something.
    SecondDetector,
    /// Not exactly one fenced block in a section.
    NotOneFence {
        /// The word that should follow the fence.
        expected: &'static str,
    },
    /// A fenced block of another kind.
    WrongFence {
        /// The word that should follow the fence.
        expected: &'static str,
        /// The word that does.
        found: String,
    },
    /// A `## Calls` section without a list.
    NoCalls,
    /// A sink in the front matter, and no item of `## Calls` that says where it is.
    LoneSink,
    /// `strict` on a rule that is on anyway.
    StrictByDefault,
    /// A condition asks for requests, of which nothing is known in a language of the rule.
    NoRequests,
    /// An item that names nothing.
    NoNames,
    /// A name that is not qualified.
    BadName(String),
    /// A condition that is not in the grammar.
    BadCondition {
        /// The condition as written.
        condition: String,
        /// What was expected where the reading stopped.
        expected: &'static str,
    },
    /// A `## Fix` section that does not say whether the fix is safe.
    NoApplicability,
    /// A `## Fix` section, or an item of it, that does nothing.
    NoEdits,
    /// An edit that is not in the grammar, or not possible with this detector.
    BadEdit {
        /// The edit as written.
        edit: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A fix for a call that the page does not find.
    UnknownCall(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadId(id) => write!(f, "`{id}` is not a rule id"),
            Self::NoFrontMatter => f.write_str("the page does not begin with `+++`"),
            Self::OpenFrontMatter => f.write_str("the front matter is not closed"),
            Self::FrontMatter { message, .. } => f.write_str(message),
            Self::Missing { key, why } => write!(f, "`{key}` is missing: {why}"),
            Self::BadSummary => {
                f.write_str("the summary is not one line of at most 120 characters without a full stop")
            }
            Self::TooManyTags(count) => write!(f, "{count} tags are more than 7"),
            Self::ShortKeyword(word) => write!(f, "the keyword `{word}` is shorter than two characters"),
            Self::NoExplanation => f.write_str("the page explains nothing"),
            Self::UnknownSection { heading, .. } => write!(f, "unknown section `## {heading}`"),
            Self::RepeatedSection(heading) => write!(f, "the section `## {heading}` stands twice"),
            Self::NoDetector => f.write_str("the page says nothing about how to find it"),
            Self::SecondDetector => f.write_str("the page has two detectors"),
            Self::NotOneFence { expected } => write!(f, "the section needs exactly one ```{expected} block"),
            Self::WrongFence { expected, found } => write!(f, "expected a ```{expected} block, found ```{found}"),
            Self::NoCalls => f.write_str("the section `## Calls` has no list"),
            Self::LoneSink => f.write_str("the page has a sink, and no item of `## Calls` says where"),
            Self::StrictByDefault => f.write_str("`strict` has no use on a rule that is on by default"),
            Self::NoRequests => {
                f.write_str("a test for requests is for JavaScript, TypeScript, Go and Java; Python has `only-from`")
            }
            Self::NoNames => f.write_str("the item does not begin with a name in backticks"),
            Self::BadName(name) => write!(f, "`{name}` is not a qualified name"),
            Self::BadCondition { condition, expected } => {
                write!(f, "cannot read the condition “{condition}”: expected {expected}")
            }
            Self::NoApplicability => f.write_str("the section `## Fix` does not begin with `Safe:` or `Unsafe:`"),
            Self::NoEdits => f.write_str("the section `## Fix` names no edit"),
            Self::BadEdit { edit, expected } => write!(f, "cannot use the edit “{edit}”: expected {expected}"),
            Self::UnknownCall(name) => write!(f, "`{name}` has a fix, but is not among the `## Calls`"),
        }
    }
}

impl Problem {
    fn hint(&self) -> String {
        let hint = match self {
            Self::BadId(_) => "a page lies at `<shelf>/<name>.md`, in lower-case letters, digits and hyphens",
            Self::NoFrontMatter | Self::OpenFrontMatter => "front matter stands between two lines `+++`",
            Self::FrontMatter {
                suggestion: Some(word), ..
            } => return format!("did you mean `{word}`?"),
            Self::UnknownSection {
                suggestion: Some(word), ..
            } => return format!("did you mean `## {word}`?"),
            Self::UnknownSection { .. } => "sections are Calls, Query, Pattern, Fix, Flagged, Clean, References",
            Self::NoDetector => "add `## Calls`, `## Query`, `## Pattern`, or `detector = \"…\"` to the front matter",
            Self::SecondDetector => "split the page: one rule, one way to find it",
            Self::BadName(_) => "write `module.function`, `module.Class().method`, `*.method` or a builtin's name",
            Self::BadCondition { .. } => "for example: `shell` is true; `1` or `Loader` is missing; `0` matches `^sh`",
            Self::NoApplicability => "say behind it why: `Safe: ordinary archives are unpacked as before.`",
            Self::NoEdits | Self::BadEdit { .. } => {
                "for example: call `yaml.safe_load`; set `timeout` to `10`; remove `1` or `Loader`; replace `@value` with `true`"
            }
            Self::LoneSink => "add an item below the names: the sink is `0` or `args`",
            Self::StrictByDefault => "leave it out, or add `default = false`",
            Self::Missing { key: "sink", .. } => "add for example `sink = \"command\"` to the front matter",
            Self::Missing { key: "keywords", .. } => "name the rarest text that every hit must contain",
            _ => "docs/rule-pages.md describes the format",
        };
        hint.to_owned()
    }
}
