//! The front matter of a page.

use serde::Deserialize;
use weighbridge_core::{Confidence, Origin, Severity, closest};

use super::{AtLine, Problem};
use crate::rule::{Pattern, Scope, Sink, SinkKind, Text};

const FENCE: &str = "+++";

/// Front matter, the line (from 1) on which the body begins, and the body.
pub(super) fn split(text: &str) -> AtLine<(&str, usize, &str)> {
    let rest = text.strip_prefix(FENCE).and_then(|rest| rest.strip_prefix('\n'));
    let rest = rest.ok_or((1, Problem::NoFrontMatter))?;
    let end = rest.find("\n+++\n").ok_or((1, Problem::OpenFrontMatter))?;
    let front = &rest[..=end];
    Ok((front, front.lines().count() + 3, &rest[end + "\n+++\n".len()..]))
}

/// The keys as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of a page, independent of the others"
)]
pub(super) struct Front {
    pub(super) summary: String,
    pub(super) severity: Level<Severity>,
    pub(super) confidence: Level<Confidence>,
    pub(super) since: String,
    pub(super) message: Option<String>,
    pub(super) help: Option<String>,
    #[serde(default)]
    pub(super) cwe: Vec<u32>,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    #[serde(default)]
    pub(super) languages: Vec<String>,
    #[serde(default)]
    pub(super) keywords: Vec<OneOrAll>,
    #[serde(default)]
    pub(super) ignore_case: bool,
    #[serde(default = "yes")]
    pub(super) default: bool,
    #[serde(default)]
    pub(super) strict: bool,
    #[serde(default)]
    pub(super) sensitive: bool,
    #[serde(default)]
    pub(super) generic: bool,
    #[serde(default)]
    pub(super) shown_prefix: usize,
    sink: Option<WrittenSink>,
    #[serde(default)]
    only_from: Vec<Level<Origin>>,
    constant: Option<WrittenConstant>,
    pub(super) detector: Option<String>,
    #[serde(default)]
    options: std::collections::BTreeMap<String, String>,
    scope: Option<WrittenScope>,
    pub(super) statement: Option<String>,
    #[serde(default)]
    pattern: WrittenPattern,
}

fn yes() -> bool {
    true
}

/// A level by its name, so that the error lists the names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level<T>(pub(super) T);

impl<'de, T: std::str::FromStr<Err: std::fmt::Display>> Deserialize<'de> for Level<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a text or a list of texts")]
pub(super) enum OneOrAll {
    One(String),
    All(Vec<String>),
}

impl OneOrAll {
    pub(super) fn into_all(self) -> Vec<String> {
        match self {
            Self::One(word) => vec![word],
            Self::All(words) => words,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrittenScope {
    Statement,
    File,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrittenSink {
    Code,
    Command,
    Program,
    Sql,
    Html,
    Path,
    Url,
    Deserialise,
    Prompt,
    Query,
}

/// What becomes of a call with a constant value.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrittenConstant {
    Low,
    Clean,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenPattern {
    #[serde(default)]
    regions: Vec<String>,
    #[serde(default)]
    roles: Vec<WrittenRole>,
    reach: Option<usize>,
    entropy: Option<f32>,
    check: Option<String>,
    #[serde(default)]
    allow: Vec<String>,
    #[serde(default)]
    allow_line: Vec<String>,
    #[serde(default)]
    at_keyword: bool,
    beside: Option<String>,
    within_lines: Option<usize>,
    #[serde(default)]
    unicode: bool,
    placeholders: Option<Placeholders>,
}

/// Who speaks in a prompt.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrittenRole {
    System,
    User,
    Assistant,
    Tool,
}

impl WrittenRole {
    fn name(self) -> String {
        let name = match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
        };
        name.to_owned()
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Placeholders {
    Report,
}

/// Bytes looked at behind a keyword where the page does not say.
const DEFAULT_REACH: usize = 1024;
/// Lines above and below in which the other half of a pair is looked for, where the page does not say.
const DEFAULT_LINES: usize = 5;

impl Front {
    pub(super) fn parse(text: &str) -> AtLine<Self> {
        toml::from_str(text).map_err(|error| {
            // The front matter begins on the second line of the page.
            let line = error
                .span()
                .map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 2);
            let message = error.message().to_owned();
            let suggestion = suggestion(&message);
            (line, Problem::FrontMatter { message, suggestion })
        })
    }

    pub(super) fn scope(&self) -> Scope {
        match self.scope {
            Some(WrittenScope::File) => Scope::File,
            Some(WrittenScope::Statement) | None => Scope::Statement,
        }
    }

    /// The sink of the page.
    ///
    /// # Errors
    ///
    /// A key that says more about a sink, and no sink.
    pub(super) fn sink(&self) -> Result<Option<Sink>, Problem> {
        let Some(kind) = self.sink else {
            let is_lone = !self.only_from.is_empty() || self.constant.is_some();
            let why = "`only-from` and `constant` say more about a sink";
            return if is_lone {
                Err(Problem::Missing { key: "sink", why })
            } else {
                Ok(None)
            };
        };
        Ok(Some(Sink {
            kind: kind.kind(),
            only_from: self.only_from.iter().map(|origin| origin.0).collect::<Vec<_>>().into(),
            constant_is_clean: self.constant == Some(WrittenConstant::Clean),
        }))
    }

    pub(super) fn take_pattern(&mut self, regex: String) -> Pattern {
        let written = std::mem::take(&mut self.pattern);
        let texts = |list: Vec<String>| list.into_iter().map(Text::from).collect::<Vec<_>>().into();
        Pattern {
            regex: regex.into(),
            regions: texts(written.regions),
            roles: texts(written.roles.into_iter().map(WrittenRole::name).collect()),
            reach: written.reach.unwrap_or(DEFAULT_REACH),
            entropy: written.entropy,
            check: written.check.map(Text::from),
            allow: texts(written.allow),
            allow_line: texts(written.allow_line),
            at_keyword: written.at_keyword,
            beside: written.beside.map(Text::from),
            within_lines: written.within_lines.unwrap_or(DEFAULT_LINES),
            unicode: written.unicode,
            report_placeholders: matches!(written.placeholders, Some(Placeholders::Report)),
        }
    }

    pub(super) fn take_options(&mut self) -> Vec<(Text, Text)> {
        std::mem::take(&mut self.options)
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect()
    }
}

impl WrittenSink {
    fn kind(self) -> SinkKind {
        match self {
            Self::Code => SinkKind::Code,
            Self::Command => SinkKind::Command,
            Self::Program => SinkKind::Program,
            Self::Sql => SinkKind::Sql,
            Self::Html => SinkKind::Html,
            Self::Path => SinkKind::Path,
            Self::Url => SinkKind::Url,
            Self::Deserialise => SinkKind::Deserialise,
            Self::Prompt => SinkKind::Prompt,
            Self::Query => SinkKind::Query,
        }
    }
}

/// The known word nearest to the one that serde did not know, read off its message.
fn suggestion(message: &str) -> Option<String> {
    let mut words = message.split('`').skip(1).step_by(2);
    let given = words.next()?;
    closest(given, words).map(str::to_owned)
}
