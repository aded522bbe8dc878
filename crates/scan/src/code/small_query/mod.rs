//! Queries in the small language that nearly all pages need, matched without tree-sitter's query engine.
//!
//! Whatever a query says, `ts_query_new` walks the whole parse table of the grammar before the first node is compared: 10 to 20 ms for Ruby and C#, more
//! than everything else that a small file costs. What is read here costs microseconds. A query that says more than this module understands
//! (quantifiers, siblings without a parent, missing fields, supertypes) is left to tree-sitter; for all others both find the same, which the tests hold.

mod read;
mod search;

#[cfg(test)]
mod tests;

use std::num::NonZeroU16;
use std::sync::OnceLock;

use regex::bytes::Regex;

/// A query, read for one grammar.
#[derive(Debug)]
pub(crate) struct SmallQuery {
    patterns: Vec<Step>,
    /// The names of the captures; a capture is an index into it.
    captures: Vec<String>,
}

/// One node that is asked for, with what has to stand below it.
#[derive(Debug)]
struct Step {
    wanted: Wanted,
    /// The field of its parent that the node has to be.
    field: Option<NonZeroU16>,
    /// Whether no named sibling may stand between the step before, or the beginning, and this one.
    is_immediate: bool,
    /// Whether no named sibling may stand behind it.
    is_last: bool,
    captures: Vec<usize>,
    /// Nodes among the children, in this order.
    children: Vec<Step>,
    /// What the captures in this step and below must be; each test stands at the innermost step that has all of its captures.
    tests: Vec<Test>,
}

#[derive(Debug)]
enum Wanted {
    /// Any named node.
    Named,
    /// A node of this kind.
    Kind(u16),
    /// A node that one of these fits.
    Either(Vec<Step>),
}

/// A predicate.
#[derive(Debug)]
struct Test {
    says: Says,
    /// `false` in `#not-eq?`, `#not-match?`, `#not-any-of?`.
    is_wanted: bool,
}

#[derive(Debug)]
enum Says {
    /// The text of the capture is one of these.
    OneOf(usize, Vec<String>),
    /// Two captures have the same text.
    Same(usize, usize),
    /// The expression matches in the text of the capture.
    Matches(usize, Expression),
}

/// A regular expression, compiled when a text is compared with it.
#[derive(Debug)]
struct Expression {
    source: String,
    compiled: OnceLock<Regex>,
}

impl Step {
    fn below(&self) -> impl Iterator<Item = &Self> {
        let either = match &self.wanted {
            Wanted::Either(steps) => steps.as_slice(),
            _ => &[],
        };
        self.children.iter().chain(either)
    }

    /// How often any of these captures stands in this step and below.
    fn occurrences(&self, captures: &[usize]) -> usize {
        let own = self
            .captures
            .iter()
            .filter(|capture| captures.contains(capture))
            .count();
        own + self.below().map(|step| step.occurrences(captures)).sum::<usize>()
    }

    /// Whether a match of this step binds any capture.
    fn binds(&self) -> bool {
        !self.captures.is_empty() || self.below().any(Self::binds)
    }
}

impl Test {
    fn captures(&self) -> Vec<usize> {
        match &self.says {
            Says::OneOf(capture, _) | Says::Matches(capture, _) => vec![*capture],
            Says::Same(one, other) => vec![*one, *other],
        }
    }
}

impl Expression {
    fn is_match(&self, text: &[u8]) -> bool {
        let compiled = self
            .compiled
            .get_or_init(|| Regex::new(&self.source).expect("queries were checked when the page was read"));
        compiled.is_match(text)
    }
}
