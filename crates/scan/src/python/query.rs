//! Rules that are tree-sitter queries.

use std::sync::OnceLock;

use tree_sitter::{Query, QueryCursor, StreamingIterator as _, Tree};
use weighbridge_core::{Detection, Notification, Span};
use weighbridge_rules::{Rule, Scope};

use super::mark::Marks;
use super::parse::PythonParser;
use super::trees::Forest;
use super::{File, grammar};
use crate::CompileError;
use crate::commonness::commonness;
use crate::detect::detection;

/// Matches in progress that a query may hold; more are dropped by tree-sitter.
const MATCH_LIMIT: u32 = 4096;
/// Files up to this size are parsed whole for queries that need it.
const MAX_FILE_BYTES: usize = 2 << 20;

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

    /// Marks the statements that the query could match.
    pub(crate) fn mark(&self, file: &File<'_>, marks: &mut Marks) {
        let wanted = self
            .query
            .statement
            .as_deref()
            .map(|regex| file.regexes.get(regex, false));
        for word in self.words.iter().filter_map(|words| words.first()) {
            marks.mark_word(file, word, |code| wanted.is_none_or(|regex| regex.is_match(code)));
        }
    }

    /// Adds the matches in the file. Says so if a query that needs the whole file saw only its statements.
    pub(crate) fn run(
        &self,
        file: &File<'_>,
        forest: &mut Forest,
        parser: &mut PythonParser,
        found: &mut Vec<Detection>,
    ) -> Option<Notification> {
        let query = self
            .compiled
            .get_or_init(|| compile(&self.query.source).expect("queries were checked when the page was read"));
        let needs_file = self.query.scope == Scope::File;
        if needs_file
            && file.text().len() <= MAX_FILE_BYTES
            && let Some(tree) = parser.parse(file.text())
        {
            self.matches(
                file,
                query,
                &tree,
                file.text(),
                &|range| Span::new(range.start, range.end),
                found,
            );
            return None;
        }
        forest.visit(file, parser, |grown| {
            let source_span = |range| grown.snippet.source_span(range);
            self.matches(file, query, &grown.tree, grown.snippet.text(), &source_span, found);
        });
        needs_file.then(|| {
            let path = Some(file.source.path().clone());
            let message = format!(
                "too large to parse whole: `{}` saw single statements only",
                file.uses[self.rule].rule.id
            );
            Notification::incomplete("file/parse-budget", path, message)
                .with_hint("split the file, or set `scope = \"statement\"`")
        })
    }

    fn matches(
        &self,
        file: &File<'_>,
        query: &Query,
        tree: &Tree,
        text: &[u8],
        source_span: &dyn Fn(std::ops::Range<usize>) -> Span,
        found: &mut Vec<Detection>,
    ) {
        let capture = query.capture_index_for_name("finding");
        let mut cursor = QueryCursor::new();
        cursor.set_match_limit(MATCH_LIMIT);
        let mut matches = cursor.matches(query, tree.root_node(), text);
        while let Some(matched) = matches.next() {
            for node in matched
                .captures()
                .iter()
                .filter(|found| Some(found.index) == capture)
                .map(|found| found.node)
            {
                let span = source_span(node.byte_range());
                let scope = file
                    .lexed
                    .line_at(span.start)
                    .map_or(span, |index| file.lexed.lines[index].code());
                found.push(detection(&file.uses[self.rule], span, scope));
            }
        }
    }
}

fn compile(source: &str) -> Result<Query, tree_sitter::QueryError> {
    Query::new(&grammar::language(), source)
}

/// Checks the query of a page.
pub(crate) fn check(rule: &Rule, query: &weighbridge_rules::Query) -> Result<(), CompileError> {
    if query.statement.is_some() && query.scope == Scope::File {
        let message = "`statement` has no use where `scope` is `file`: the query sees all of them";
        return Err(CompileError::new(rule, message.to_owned()));
    }
    let compiled = compile(&query.source).map_err(|error| {
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
