//! A rule as a Rust expression that is a constant.

use weighbridge_core::{Applicability, Confidence, Origin, Severity};

use crate::fix::{EditRule, FixItem, FixRule};
use crate::rule::{
    Argument, ArgumentName, CallItem, Condition, Detector, List, Pattern, Query, Rule, Scope, Sink, Test, Text,
};

pub(crate) trait Literal {
    fn literal(&self) -> String;
}

impl Literal for Text {
    fn literal(&self) -> String {
        format!("std::borrow::Cow::Borrowed({:?})", self.as_ref())
    }
}

impl Literal for usize {
    fn literal(&self) -> String {
        self.to_string()
    }
}

impl Literal for u32 {
    fn literal(&self) -> String {
        self.to_string()
    }
}

impl<T: Literal + Clone> Literal for List<T> {
    fn literal(&self) -> String {
        let items: Vec<_> = self.iter().map(Literal::literal).collect();
        format!("std::borrow::Cow::Borrowed(&[{}])", items.join(", "))
    }
}

impl<T: Literal> Literal for Option<T> {
    fn literal(&self) -> String {
        self.as_ref()
            .map_or_else(|| "None".to_owned(), |value| format!("Some({})", value.literal()))
    }
}

impl Literal for (Text, Text) {
    fn literal(&self) -> String {
        format!("({}, {})", self.0.literal(), self.1.literal())
    }
}

impl Literal for Severity {
    fn literal(&self) -> String {
        format!("weighbridge_core::Severity::{self:?}")
    }
}

impl Literal for Confidence {
    fn literal(&self) -> String {
        format!("weighbridge_core::Confidence::{self:?}")
    }
}

impl Literal for Rule {
    fn literal(&self) -> String {
        format!(
            "crate::Rule {{ id: weighbridge_core::RuleId::from_static({:?}), summary: {}, severity: {}, confidence: {}, since: {}, \
             message: {}, help: {}, cwe: {}, tags: {}, aliases: {}, languages: {}, keywords: {}, ignore_case: {}, default: {}, strict: {}, \
             sensitive: {}, generic: {}, shown_prefix: {}, sink: {}, detector: {}, fix: {}, detector_line: {}, page: {} }}",
            self.id.as_str(),
            self.summary.literal(),
            self.severity.literal(),
            self.confidence.literal(),
            self.since.literal(),
            self.message.literal(),
            self.help.literal(),
            self.cwe.literal(),
            self.tags.literal(),
            self.aliases.literal(),
            self.languages.literal(),
            self.keywords.literal(),
            self.ignore_case,
            self.default,
            self.strict,
            self.sensitive,
            self.generic,
            self.shown_prefix,
            self.sink.literal(),
            self.detector.literal(),
            self.fix.literal(),
            self.detector_line,
            self.page.literal(),
        )
    }
}

impl Literal for Origin {
    fn literal(&self) -> String {
        format!("weighbridge_core::Origin::{self:?}")
    }
}

impl Literal for Sink {
    fn literal(&self) -> String {
        format!(
            "crate::Sink {{ kind: crate::SinkKind::{:?}, only_from: {}, constant_is_clean: {} }}",
            self.kind,
            self.only_from.literal(),
            self.constant_is_clean
        )
    }
}

impl Literal for Detector {
    fn literal(&self) -> String {
        match self {
            Self::Calls(items) => format!("crate::Detector::Calls({})", items.literal()),
            Self::Query(query) => format!("crate::Detector::Query({})", query.literal()),
            Self::Pattern(pattern) => format!("crate::Detector::Pattern({})", pattern.literal()),
            Self::Code { name, options } => {
                format!(
                    "crate::Detector::Code {{ name: {}, options: {} }}",
                    name.literal(),
                    options.literal()
                )
            }
        }
    }
}

impl Literal for Query {
    fn literal(&self) -> String {
        let scope = match self.scope {
            Scope::Statement => "Statement",
            Scope::File => "File",
        };
        format!(
            "crate::Query {{ source: {}, scope: crate::Scope::{scope}, statement: {} }}",
            self.source.literal(),
            self.statement.literal()
        )
    }
}

impl Literal for Pattern {
    fn literal(&self) -> String {
        format!(
            "crate::Pattern {{ regex: {}, regions: {}, roles: {}, reach: {}, entropy: {:?}, check: {}, allow: {}, allow_line: {}, at_keyword: {}, \
             beside: {}, within_lines: {}, unicode: {}, report_placeholders: {} }}",
            self.regex.literal(),
            self.regions.literal(),
            self.roles.literal(),
            self.reach,
            self.entropy,
            self.check.literal(),
            self.allow.literal(),
            self.allow_line.literal(),
            self.at_keyword,
            self.beside.literal(),
            self.within_lines,
            self.unicode,
            self.report_placeholders,
        )
    }
}

impl Literal for CallItem {
    fn literal(&self) -> String {
        format!(
            "crate::CallItem {{ names: {}, conditions: {}, any_mention: {}, sink: {} }}",
            self.names.literal(),
            self.conditions.literal(),
            self.any_mention,
            self.sink.literal()
        )
    }
}

impl Literal for Condition {
    fn literal(&self) -> String {
        format!(
            "crate::Condition {{ argument: {}, tests: {} }}",
            self.argument.literal(),
            self.tests.literal()
        )
    }
}

impl Literal for Argument {
    fn literal(&self) -> String {
        match self {
            Self::Given(names) => format!("crate::Argument::Given({})", names.literal()),
            Self::Any | Self::Target | Self::Function | Self::File => format!("crate::Argument::{self:?}"),
        }
    }
}

impl Literal for ArgumentName {
    fn literal(&self) -> String {
        match self {
            Self::Position(position) => format!("crate::ArgumentName::Position({position})"),
            Self::Keyword(name) => format!("crate::ArgumentName::Keyword({})", name.literal()),
        }
    }
}

impl Literal for Test {
    fn literal(&self) -> String {
        match self {
            Self::OneOf(list) => format!("crate::Test::OneOf({})", list.literal()),
            Self::NotOneOf(list) => format!("crate::Test::NotOneOf({})", list.literal()),
            Self::Matches(regex) => format!("crate::Test::Matches({})", regex.literal()),
            Self::NotMatches(regex) => format!("crate::Test::NotMatches({})", regex.literal()),
            Self::Imports(list) => format!("crate::Test::Imports({})", list.literal()),
            plain => format!("crate::Test::{plain:?}"),
        }
    }
}

impl Literal for Applicability {
    fn literal(&self) -> String {
        format!("weighbridge_core::Applicability::{self:?}")
    }
}

impl Literal for FixRule {
    fn literal(&self) -> String {
        format!(
            "crate::FixRule {{ applicability: {}, items: {}, line: {} }}",
            self.applicability.literal(),
            self.items.literal(),
            self.line
        )
    }
}

impl Literal for FixItem {
    fn literal(&self) -> String {
        format!(
            "crate::FixItem {{ names: {}, conditions: {}, edits: {} }}",
            self.names.literal(),
            self.conditions.literal(),
            self.edits.literal()
        )
    }
}

impl Literal for EditRule {
    fn literal(&self) -> String {
        match self {
            Self::Call(name) => format!("crate::EditRule::Call({})", name.literal()),
            Self::Set { argument, value } => format!(
                "crate::EditRule::Set {{ argument: {}, value: {} }}",
                argument.literal(),
                value.literal()
            ),
            Self::Remove(argument) => format!("crate::EditRule::Remove({})", argument.literal()),
            Self::RemoveMatch => "crate::EditRule::RemoveMatch".to_owned(),
            Self::Variable(name) => format!("crate::EditRule::Variable({})", name.literal()),
            Self::Append(text) => format!("crate::EditRule::Append({})", text.literal()),
            Self::Replace { capture, text } => format!(
                "crate::EditRule::Replace {{ capture: {}, text: {} }}",
                capture.literal(),
                text.literal()
            ),
        }
    }
}
