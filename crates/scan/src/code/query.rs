//! Rules that are tree-sitter queries.

use std::ops::Range;
use std::sync::OnceLock;

use tree_sitter::{Language, Query, QueryCursor, StreamingIterator as _, Tree};
use weighbridge_core::{Detection, Notification, Source, Span};
use weighbridge_rules::{Rule, Scope};

use super::parse::CodeParser;
use super::trees::{Forest, Statements};
use crate::CompileError;
use crate::RuleUse;
use crate::commonness::commonness;
use crate::detect::detection;

/// Matches in progress that a query may hold; more are dropped by tree-sitter.
const MATCH_LIMIT: u32 = 4096;
/// Files up to this size are parsed whole for queries that need it.
const MAX_FILE_BYTES: usize = 2 << 20;

/// A file that queries are run over.
pub(crate) trait Searched: Statements {
    /// The file.
    fn source(&self) -> &Source<'_>;
    /// The rules of the run.
    fn uses(&self) -> &[RuleUse<'_>];
    /// The statement that holds the beginning of `span`.
    fn scope_of(&self, span: Span) -> Span;
}

/// What a query is run over.
struct Parsed<'p> {
    tree: &'p Tree,
    text: &'p [u8],
    /// From ranges of the text to the source.
    source_span: &'p dyn Fn(Range<usize>) -> Span,
}

/// A compiled `## Query` section.
pub(crate) struct QueryRule<'r> {
    rule: usize,
    query: &'r weighbridge_rules::Query,
    compiled: OnceLock<Query>,
    words: Vec<Vec<&'r str>>,
}

impl<'r> QueryRule<'r> {
    pub(crate) fn new(index: usize, rule: &'r Rule, query: &'r weighbridge_rules::Query) -> Self {
        let words = rule.keywords.iter().map(|keyword| {
            let mut words: Vec<&str> = keyword.iter().map(AsRef::as_ref).collect();
            words.sort_by_key(|word| commonness(word));
            words
        });
        Self {
            rule: index,
            query,
            compiled: OnceLock::new(),
            words: words.collect(),
        }
    }

    /// Sets of words that a file must hold; the rarest of each first: it also stands in the statement that the query wants.
    pub(crate) fn words(&self) -> &[Vec<&'r str>] {
        &self.words
    }

    /// What the text of a statement must match to be worth parsing.
    pub(crate) fn statement(&self) -> Option<&'r str> {
        self.query.statement.as_deref()
    }

    /// Adds the matches in the `wanted` statements, or in the file if the query needs all of it. Says so if it could not have it.
    pub(crate) fn run(
        &self,
        file: &impl Searched,
        wanted: &[Span],
        grammar: &Language,
        forest: &mut Forest,
        parser: &mut CodeParser,
        found: &mut Vec<Detection>,
    ) -> Option<Notification> {
        if wanted.is_empty() {
            return None;
        }
        let query = self
            .compiled
            .get_or_init(|| compile(&self.query.source, grammar).expect("queries were checked when the page was read"));
        let text = file.source().bytes();
        let needs_file = self.query.scope == Scope::File;
        if needs_file
            && text.len() <= MAX_FILE_BYTES
            && let Some(tree) = parser.parse(text)
        {
            let parsed = Parsed {
                tree: &tree,
                text,
                source_span: &|range| Span::new(range.start, range.end),
            };
            self.matches(file, query, &parsed, 0..text.len(), found);
            return None;
        }
        forest.visit(file, parser, |grown| {
            let parsed = Parsed {
                tree: &grown.tree,
                text: grown.snippet.text(),
                source_span: &|range| grown.snippet.source_span(range),
            };
            for range in grown.snippet.ranges_of(wanted) {
                self.matches(file, query, &parsed, range, found);
            }
        });
        needs_file.then(|| {
            let path = Some(file.source().path().clone());
            let message = format!(
                "too large to parse whole: `{}` saw single statements only",
                file.uses()[self.rule].rule.id
            );
            Notification::incomplete("file/parse-budget", path, message)
                .with_hint("split the file, or set `scope = \"statement\"`")
        })
    }

    fn matches(
        &self,
        file: &impl Searched,
        query: &Query,
        parsed: &Parsed<'_>,
        range: Range<usize>,
        found: &mut Vec<Detection>,
    ) {
        let capture = query.capture_index_for_name("finding");
        let mut cursor = QueryCursor::new();
        cursor.set_match_limit(MATCH_LIMIT);
        cursor.set_byte_range(range);
        let mut matches = cursor.matches(query, parsed.tree.root_node(), parsed.text);
        while let Some(matched) = matches.next() {
            for node in matched
                .captures()
                .iter()
                .filter(|found| Some(found.index) == capture)
                .map(|found| found.node)
            {
                let span = (parsed.source_span)(node.byte_range());
                found.push(detection(&file.uses()[self.rule], span, file.scope_of(span)));
            }
        }
    }
}

fn compile(source: &str, grammar: &Language) -> Result<Query, tree_sitter::QueryError> {
    Query::new(grammar, source)
}

/// Checks the query of a page against a grammar.
pub(crate) fn check(rule: &Rule, query: &weighbridge_rules::Query, grammar: &Language) -> Result<(), CompileError> {
    if query.statement.is_some() && query.scope == Scope::File {
        let message = "`statement` has no use where `scope` is `file`: the query sees all of them";
        return Err(CompileError::new(rule, message.to_owned()));
    }
    let compiled = compile(&query.source, grammar).map_err(|error| {
        CompileError::at(
            rule,
            rule.detector_line + error.row,
            format!("the query does not compile: {}", error.message),
        )
    })?;
    match compiled.capture_index_for_name("finding") {
        Some(_) => Ok(()),
        None => Err(CompileError::new(
            rule,
            "the query has no capture `@finding`".to_owned(),
        )),
    }
}
