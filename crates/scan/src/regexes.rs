//! Regular expressions of rules, compiled when they are first needed.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;
use weighbridge_rules::{Detector, Rule, Test};

/// The memory one compiled expression may take.
const SIZE_LIMIT_BYTES: usize = 4 << 20;

/// The expressions of all rules, each compiled at most once, and not before a text needs it.
#[derive(Debug, Default)]
pub(crate) struct Regexes<'r> {
    ascii: FxHashMap<&'r str, OnceLock<Regex>>,
    unicode: FxHashMap<&'r str, OnceLock<Regex>>,
    /// The expressions that begin at a keyword, made to match at the beginning of a text only.
    anchored: FxHashMap<&'r str, OnceLock<Regex>>,
}

impl<'r> Regexes<'r> {
    /// Makes room for the expressions of `rule`.
    pub(crate) fn add(&mut self, rule: &'r Rule) {
        for (regex, unicode) in expressions(rule) {
            let cells = if unicode { &mut self.unicode } else { &mut self.ascii };
            cells.entry(regex).or_default();
        }
        if let Detector::Pattern(pattern) = &rule.detector
            && pattern.at_keyword
        {
            self.anchored.entry(&pattern.regex).or_default();
        }
    }

    /// The compiled expression of a rule that was added and begins at its keywords.
    pub(crate) fn anchored(&self, regex: &str, unicode: bool) -> &Regex {
        let cell = self.anchored.get(regex).expect("expressions of all rules were added");
        cell.get_or_init(|| {
            compile(&anchored(regex), unicode).expect("expressions were checked when the page was read")
        })
    }

    /// The compiled expression of a rule that was added.
    pub(crate) fn get(&self, regex: &str, unicode: bool) -> &Regex {
        let cells = if unicode { &self.unicode } else { &self.ascii };
        let cell = cells.get(regex).expect("expressions of all rules were added");
        cell.get_or_init(|| compile(regex, unicode).expect("expressions were checked when the page was read"))
    }
}

/// The expressions of a rule, each with whether its classes are those of Unicode.
pub(crate) fn expressions(rule: &Rule) -> Vec<(&str, bool)> {
    match &rule.detector {
        Detector::Calls(items) => {
            let of_fix = rule.fix.iter().flat_map(|fix| fix.items.iter());
            let tests = items
                .iter()
                .flat_map(|item| item.conditions.iter())
                .chain(of_fix.flat_map(|item| item.conditions.iter()))
                .flat_map(|condition| condition.tests.iter());
            tests
                .filter_map(|test| match test {
                    Test::Matches(regex) | Test::NotMatches(regex) => Some((regex.as_ref(), true)),
                    _ => None,
                })
                .collect()
        }
        Detector::Pattern(pattern) => {
            let excuses = pattern
                .allow
                .iter()
                .chain(pattern.allow_line.iter())
                .chain(&pattern.beside);
            std::iter::once(&pattern.regex)
                .chain(excuses)
                .map(|regex| (regex.as_ref(), pattern.unicode))
                .collect()
        }
        Detector::Query(query) => query.statement.iter().map(|regex| (regex.as_ref(), false)).collect(),
        Detector::Code { .. } => Vec::new(),
    }
}

/// The expression that matches at the beginning of a text only.
pub(crate) fn anchored(regex: &str) -> String {
    format!(r"\A(?:{regex})")
}

/// Compiles an expression over bytes.
pub(crate) fn compile(regex: &str, unicode: bool) -> Result<Regex, regex::Error> {
    RegexBuilder::new(regex)
        .unicode(unicode)
        .multi_line(true)
        .size_limit(SIZE_LIMIT_BYTES)
        .build()
}
