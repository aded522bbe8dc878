//! Whether what a rule asks holds: the part that is the same in every language.

use weighbridge_rules::{Argument, Condition, Test, Text};

use super::constant::Constant;
use crate::regexes::Regexes;

/// An expression that a test is about.
pub(crate) trait Operand {
    /// Its value, if the text alone decides it.
    fn constant(&self) -> Option<Constant>;
    /// The qualified names it can stand for.
    fn names(&self) -> Vec<String>;
    /// Whether it is text that is put together at run time.
    fn is_built(&self) -> bool;
    /// Whether it is seen to come from a request; with `only_first` its beginning.
    fn comes_from_request(&self, only_first: bool) -> bool;
    /// Its source text.
    fn written(&self) -> &[u8];
}

/// Whether an argument that is given passes a test.
pub(crate) fn passes(test: &Test, operand: &dyn Operand, regexes: &Regexes<'_>) -> bool {
    let is_named = |list: &[Text]| match operand.constant() {
        Some(constant) => list.iter().any(|known| known == constant.written()),
        None => operand
            .names()
            .iter()
            .any(|name| list.iter().any(|known| known == name)),
    };
    let matches = |regex: &str| {
        let regex = regexes.get(regex, true);
        match operand.constant() {
            Some(constant) if !constant.written().is_empty() => regex.is_match(constant.written().as_bytes()),
            _ => regex.is_match(operand.written()),
        }
    };
    match test {
        Test::Missing | Test::Imports(_) => false,
        Test::Present => true,
        Test::True => operand.constant().is_some_and(|constant| constant.is_truthy()),
        Test::NotTrue => !operand.constant().is_some_and(|constant| constant.is_truthy()),
        Test::False => operand.constant().is_some_and(|constant| !constant.is_truthy()),
        Test::NotFalse => operand.constant().is_none_or(|constant| constant.is_truthy()),
        Test::Literal => operand.constant().is_some(),
        Test::NotLiteral => operand.constant().is_none(),
        Test::Built => operand.is_built(),
        Test::FromRequest => operand.comes_from_request(false),
        Test::BeginsWithRequest => operand.comes_from_request(true),
        Test::OneOf(list) => is_named(list),
        Test::NotOneOf(list) => !is_named(list),
        Test::Matches(regex) => matches(regex),
        Test::NotMatches(regex) => !matches(regex),
    }
}

/// Whether a name passes a test; the empty name is one that is missing.
pub(crate) fn text_passes(test: &Test, text: &str, regexes: &Regexes<'_>) -> bool {
    match test {
        Test::Missing => text.is_empty(),
        Test::Present => !text.is_empty(),
        Test::OneOf(list) => list.iter().any(|known| known == text),
        Test::NotOneOf(list) => !text.is_empty() && !list.iter().any(|known| known == text),
        Test::Matches(regex) => !text.is_empty() && regexes.get(regex, true).is_match(text.as_bytes()),
        Test::NotMatches(regex) => !text.is_empty() && !regexes.get(regex, true).is_match(text.as_bytes()),
        _ => false,
    }
}

/// Whether the conditions hold for an argument of which nothing is known but that it is no literal.
pub(crate) fn holds_for_any_argument(conditions: &[Condition]) -> bool {
    conditions.iter().all(|condition| {
        matches!(condition.argument, Argument::Given(_))
            && condition
                .tests
                .iter()
                .any(|test| matches!(test, Test::NotLiteral | Test::NotMatches(_)))
    })
}
