//! A rule, as its page states it.
//!
//! Every part can be a constant of the program (built-in pages) or owned (an organisation's pages), hence [`Text`] and [`List`].

use std::borrow::Cow;

use weighbridge_core::{Confidence, Origin, RuleId, Severity};

use crate::fix::FixRule;

/// Text that is part of the program or was read from a page.
pub type Text = Cow<'static, str>;
/// A list that is part of the program or was read from a page.
pub type List<T> = Cow<'static, [T]>;

/// What a page says. See `docs/rule-pages.md` for the meaning of each part.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of a page, independent of the others"
)]
pub struct Rule {
    /// The path of the page without `.md`.
    pub id: RuleId,
    /// What is wrong, in one line.
    pub summary: Text,
    /// How bad it is.
    pub severity: Severity,
    /// How often a finding is right.
    pub confidence: Confidence,
    /// The version that brought the rule.
    pub since: Text,
    /// What a finding says; `{name}` and `{match}` are filled in. The summary if not given.
    pub message: Option<Text>,
    /// What to do instead, in one line.
    pub help: Option<Text>,
    /// Numbers of the weaknesses in CWE.
    pub cwe: List<u32>,
    /// Further tags.
    pub tags: List<Text>,
    /// Codes of other tools for the same thing.
    pub aliases: List<Text>,
    /// Names of the languages it applies to; empty means every text.
    pub languages: List<Text>,
    /// The prefilter: a file is looked at only if one of these is satisfied.
    pub keywords: List<Keyword>,
    /// Whether keywords are also looked for in upper case and capitalised.
    pub ignore_case: bool,
    /// Whether it is in the default profile.
    pub default: bool,
    /// Whether it is in the strict profile although it is not in the default one.
    pub strict: bool,
    /// Whether the match is a secret.
    pub sensitive: bool,
    /// Whether it gives way to a rule that knows more about the same secret.
    pub generic: bool,
    /// How many leading bytes of the secret may be shown.
    pub shown_prefix: usize,
    /// What its calls do with the value that their items name, if where that comes from decides how bad a call is.
    pub sink: Option<Sink>,
    /// How it is found.
    pub detector: Detector,
    /// What takes a finding away.
    pub fix: Option<FixRule>,
    /// The line of the page (from 1) where the detector stands.
    pub detector_line: usize,
    /// The page.
    pub page: Text,
}

/// What a call does with a value, and how the origin of the value counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Sink {
    /// What is done with the value: decides what makes it harmless.
    pub kind: SinkKind,
    /// A call is reported only if the value comes from one of these; empty: always.
    pub only_from: List<Origin>,
    /// Whether a call with a constant value is left out; else it is reported as low.
    pub constant_is_clean: bool,
}

/// What is done with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SinkKind {
    /// It is run as Python, or as a template.
    Code,
    /// A shell reads it.
    Command,
    /// It is, or begins with, the program to start.
    Program,
    /// A database reads it.
    Sql,
    /// A browser reads it.
    Html,
    /// It names a file.
    Path,
    /// It names a server.
    Url,
    /// Objects are made of it.
    Deserialise,
    /// A language model takes it for an order: text of the role `system` or `developer`.
    Prompt,
    /// It is an `XPath` expression or an LDAP filter.
    Query,
}

impl SinkKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Code,
        Self::Command,
        Self::Program,
        Self::Sql,
        Self::Html,
        Self::Path,
        Self::Url,
        Self::Deserialise,
        Self::Prompt,
        Self::Query,
    ];
}

/// Texts that must all occur.
pub type Keyword = List<Text>;

/// What pages about model files give as their language.
pub(crate) const MODEL: &str = "model";

/// How a rule is found.
#[derive(Clone, Debug, PartialEq)]
pub enum Detector {
    /// Calls of qualified names.
    Calls(List<CallItem>),
    /// A tree-sitter query.
    Query(Query),
    /// A regular expression.
    Pattern(Pattern),
    /// A detector written in Rust, with its options as name and value.
    Code {
        /// Its name in the table of the room.
        name: Text,
        /// Options of the page.
        options: List<(Text, Text)>,
    },
}

/// One item of a `## Calls` list.
#[derive(Clone, Debug, PartialEq)]
pub struct CallItem {
    /// Qualified names, as the interpreter resolves them; `*.name` for a method of anything.
    pub names: List<Text>,
    /// Conditions that must all hold.
    pub conditions: List<Condition>,
    /// Whether a mention counts like a call.
    pub any_mention: bool,
    /// The argument that the page's sink is about: the first of these that is given. Empty: none.
    pub sink: List<ArgumentName>,
}

/// A condition on a call: one of the tests must hold for the argument.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What is tested.
    pub argument: Argument,
    /// Any of these suffices.
    pub tests: List<Test>,
}

/// What a condition looks at.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// The first of these that is given.
    Given(List<ArgumentName>),
    /// At least one argument.
    Any,
    /// The left side of the assignment around the call.
    Target,
    /// The name of the function around the call.
    Function,
    /// The file.
    File,
}

/// How an argument is named.
#[derive(Clone, Debug, PartialEq)]
pub enum ArgumentName {
    /// The position, from 0.
    Position(usize),
    /// The keyword.
    Keyword(Text),
}

/// A test of an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Not given.
    Missing,
    /// Given.
    Present,
    /// A truthy literal.
    True,
    /// A falsy literal.
    False,
    /// Given, and no truthy literal.
    NotTrue,
    /// Given, and no falsy literal.
    NotFalse,
    /// A constant.
    Literal,
    /// No constant.
    NotLiteral,
    /// Text put together at run time.
    Built,
    /// Seen to come from a request, which others wrote.
    FromRequest,
    /// Seen to begin with text of a request: a scheme such as `https://` may stand before it.
    BeginsWithRequest,
    /// Value or resolved name is in the list.
    OneOf(List<Text>),
    /// Value or resolved name is not in the list.
    NotOneOf(List<Text>),
    /// The value or text matches.
    Matches(Text),
    /// The value or text does not match.
    NotMatches(Text),
    /// The file imports one of these modules or a part of it.
    Imports(List<Text>),
}

/// A `## Query` section.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The query in tree-sitter's language.
    pub source: Text,
    /// How much of the file it sees at a time.
    pub scope: Scope,
    /// What the text of a statement must match before it is parsed.
    pub statement: Option<Text>,
}

/// How much of a file a query sees at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One logical line, block headers closed.
    Statement,
    /// The whole file.
    File,
}

/// A `## Pattern` section with the conditions of `[pattern]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// The expression.
    pub regex: Text,
    /// Kinds of region in which a match must begin; empty means anywhere.
    pub regions: List<Text>,
    /// Roles of a prompt that must speak where a match begins: `system`, `user`, `assistant`, `tool`; empty means any.
    pub roles: List<Text>,
    /// Bytes looked at behind a keyword.
    pub reach: usize,
    /// The least entropy of the span, in bits a character.
    pub entropy: Option<f32>,
    /// The name of a check of the span.
    pub check: Option<Text>,
    /// Expressions that excuse the span when they match in it.
    pub allow: List<Text>,
    /// Expressions that excuse the span when they match on its line.
    pub allow_line: List<Text>,
    /// Whether a match begins with a keyword, in front of which no word ends: the expression is tried nowhere else.
    pub at_keyword: bool,
    /// An expression that must match near the span: the other half of a pair.
    pub beside: Option<Text>,
    /// How many lines above and below the span `beside` is looked for.
    pub within_lines: usize,
    /// Whether classes are those of Unicode.
    pub unicode: bool,
    /// Whether text that is visibly no secret is reported all the same.
    pub report_placeholders: bool,
}

impl Rule {
    /// What a finding says, with its marks: the message, else the summary.
    pub fn message_template(&self) -> &str {
        self.message.as_deref().unwrap_or(&self.summary)
    }

    /// The name of its detector, if it is about model files and not about texts.
    pub fn model_detector(&self) -> Option<&str> {
        match &self.detector {
            Detector::Code { name, .. } if self.languages.iter().any(|language| language == MODEL) => Some(name),
            _ => None,
        }
    }

    /// Whether it applies to texts in `language`.
    pub fn applies_to(&self, language: &str) -> bool {
        self.languages.is_empty() || self.languages.iter().any(|name| name == language)
    }
}
