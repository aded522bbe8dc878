//! Text in, detections out: prompts, credentials and source code.
//!
//! A [`Scanner`] is made once from the rules and shared by all threads; each thread has a [`Worker`] with its buffers.

#![warn(clippy::disallowed_methods)]

use weighbridge_core::{Finding, Language, Notification, Severity, Source, SourcePath};
use weighbridge_rules::Rule;

/// A rule as it is to be used in a run.
#[derive(Clone, Copy, Debug)]
pub struct RuleUse<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// Whether its detections become findings. Sensitive rules that are switched off are passed with `false`: they still mask.
    pub reported: bool,
    /// The severity its findings get.
    pub severity: Severity,
}

/// What a run may decide beside its rules.
#[derive(Clone, Debug)]
pub struct Options {
    /// The organisation's own intranet suffixes: `corp.example`.
    pub intranet_suffixes: Vec<String>,
    /// Findings reported of one file; what is beyond becomes a notification.
    pub max_findings: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { intranet_suffixes: Vec::new(), max_findings: 10_000 }
    }
}

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

/// What one file came to.
#[derive(Debug, Default)]
pub struct FileReport {
    /// The findings, sorted; suppressed ones are marked.
    pub findings: Vec<Finding>,
    /// What could not be done.
    pub notifications: Vec<Notification>,
}

/// Compiled rules, immutable, for all threads.
pub struct Scanner<'r> {
    rules: Vec<RuleUse<'r>>,
    options: Options,
}

impl<'r> Scanner<'r> {
    /// Compiles the rules. `many_files` chooses an automaton that is slower to build and faster to run.
    ///
    /// # Errors
    ///
    /// The first rule whose expression, query or names cannot be used.
    pub fn new(rules: Vec<RuleUse<'r>>, options: Options, many_files: bool) -> Result<Self, CompileError> {
        let _ = many_files;
        Ok(Self { rules, options })
    }

    /// A worker for one thread.
    pub fn worker(&self) -> Worker<'_> {
        Worker { _scanner: (self.rules.len(), &self.options) }
    }
}

/// The buffers and parsers of one thread.
pub struct Worker<'s> {
    _scanner: (usize, &'s Options),
}

impl Worker<'_> {
    /// Searches one source.
    pub fn scan(&mut self, source: &Source<'_>) -> FileReport {
        let _ = source;
        FileReport::default()
    }
}

/// The language of a file by its name, or else by its first line.
pub fn language_of(path: &SourcePath, head: &[u8]) -> Language {
    let _ = (path, head);
    Language::TEXT
}

/// Whether `head`, the beginning of a file of `language`, is not text and the file need not be read.
pub fn is_binary(language: Language, head: &[u8]) -> bool {
    language == Language::TEXT && head.contains(&0)
}

/// The text of a file as UTF-8, if it was written in UTF-16 (by its byte-order mark or by its pattern of zeros); else `None`.
pub fn decode_utf16(bytes: &[u8]) -> Option<Vec<u8>> {
    let _ = bytes;
    None
}
