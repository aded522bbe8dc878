//! Whether a rule can be used: everything on its page that is compiled only when a file needs it.

use weighbridge_core::Language;
use weighbridge_rules::{Detector, EditRule, Rule};

use crate::code::{query, table};
use crate::detect::DETECTORS;
use crate::language::{PYTHON, code_in, languages};
use crate::{pattern, python};

/// A rule that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("page `{page}`, line {line}: {message}")]
pub struct CompileError {
    /// The id of the page.
    pub page: String,
    /// The line in the page, from 1.
    pub line: usize,
    /// What is wrong: lower case, no full stop.
    pub message: String,
}

impl CompileError {
    pub(crate) fn new(rule: &Rule, message: String) -> Self {
        Self::at(rule, rule.detector_line, message)
    }

    pub(crate) fn at(rule: &Rule, line: usize, message: String) -> Self {
        Self {
            page: rule.id.to_string(),
            line,
            message,
        }
    }
}

/// Compiles everything on a rule's page that is otherwise compiled when a file needs it.
///
/// # Errors
///
/// The first expression, query, name or detector that cannot be used.
pub fn check_rule(rule: &Rule) -> Result<(), CompileError> {
    if rule.model_detector().is_some() {
        // Another room reads model files.
        return Ok(());
    }
    check_fix(rule)?;
    pattern::check(rule)?;
    table::check(rule)?;
    match &rule.detector {
        Detector::Query(query) => {
            for grammar in grammars(rule) {
                query::check(rule, query, &grammar)?;
            }
        }
        Detector::Code { name, .. } if !DETECTORS.iter().any(|(known, _)| known == name) => {
            let known: Vec<_> = DETECTORS.iter().map(|(name, _)| *name).collect();
            return Err(CompileError::new(
                rule,
                format!("unknown detector `{name}`; known are {}", known.join(", ")),
            ));
        }
        _ => {}
    }
    let needs_grammar = matches!(rule.detector, Detector::Calls(_) | Detector::Query(_));
    let has_grammar = |language: Language| language == PYTHON || code_in(language).is_some();
    let known = |name: &str| languages().any(|language| language.name() == name && has_grammar(language));
    match rule.languages.iter().find(|language| !known(language)) {
        Some(language) if needs_grammar => Err(CompileError::new(
            rule,
            format!("there is no grammar for `{language}` yet"),
        )),
        _ => Ok(()),
    }
}

/// Checks that the engine of each language can make the edits of the page.
fn check_fix(rule: &Rule) -> Result<(), CompileError> {
    let Some(fix) = &rule.fix else { return Ok(()) };
    let is_python = rule.languages.iter().all(|language| language == PYTHON.name());
    let edits = fix.items.iter().flat_map(|item| item.edits.iter());
    let is_everywhere = |edit: &EditRule| {
        let needs_python = matches!(edit, EditRule::Call(_) | EditRule::Set { .. } | EditRule::Append(_));
        !needs_python
    };
    let is_python = is_python && !rule.languages.is_empty();
    if is_python || edits.into_iter().all(is_everywhere) {
        return Ok(());
    }
    let message = "outside of Python a fix can only `remove` and `replace`";
    Err(CompileError::at(rule, fix.line, message.to_owned()))
}

/// The grammars of the languages that a rule is for.
pub(crate) fn grammars(rule: &Rule) -> Vec<tree_sitter::Language> {
    let wanted = languages().filter(|language| rule.applies_to(language.name()));
    let grammars = wanted.flat_map(|language| match code_in(language) {
        Some(code) => code.dialects.iter().map(|dialect| (dialect.grammar)()).collect(),
        None if language == PYTHON => vec![python::grammar::language()],
        None => Vec::new(),
    });
    grammars.collect()
}
