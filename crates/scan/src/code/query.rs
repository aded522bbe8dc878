//! Rules that are tree-sitter queries.

use std::ops::Range;
use std::sync::OnceLock;

use tree_sitter::{Language, Node, Query, QueryCursor, StreamingIterator as _, Tree};
use weighbridge_core::{DetectedFix, Detection, Notification, Source, Span};
use weighbridge_rules::{EditRule, FixRule, Rule, Scope};

use super::parse::CodeParser;
use super::small_query::SmallQuery;
use super::trees::{Forest, Statements};
use crate::CompileError;
use crate::RuleUse;
use crate::commonness::commonness;
use crate::detect::detection;
use crate::fix::detected;

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

/// A query, ready for use.
enum Compiled {
    Small(SmallQuery),
    Any(Query),
}

/// A compiled `## Query` section.
pub(crate) struct QueryRule<'r> {
    rule: usize,
    query: &'r weighbridge_rules::Query,
    compiled: OnceLock<Compiled>,
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
        let query = self.compiled.get_or_init(|| compile(&self.query.source, grammar));
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
        query: &Compiled,
        parsed: &Parsed<'_>,
        range: Range<usize>,
        found: &mut Vec<Detection>,
    ) {
        match query {
            Compiled::Small(query) => query.for_each_match(parsed.tree, parsed.text, &range, |matched| {
                let finding = matched.node("finding").into_iter();
                found.extend(finding.map(|node| self.detection(file, parsed, node, |name| matched.node(name))));
            }),
            Compiled::Any(query) => {
                let mut cursor = QueryCursor::new();
                cursor.set_match_limit(MATCH_LIMIT);
                cursor.set_byte_range(range);
                let mut matches = cursor.matches(query, parsed.tree.root_node(), parsed.text);
                while let Some(matched) = matches.next() {
                    let nodes = |name: &str| {
                        let capture = query.capture_index_for_name(name);
                        let captures = matched.captures().iter();
                        captures
                            .filter(move |found| Some(found.index) == capture)
                            .map(|found| found.node)
                    };
                    let findings = nodes("finding");
                    found.extend(findings.map(|node| self.detection(file, parsed, node, |name| nodes(name).next())));
                }
            }
        }
    }

    /// What is said about a match with its `@finding` and the nodes of its other captures.
    fn detection<'t>(
        &self,
        file: &impl Searched,
        parsed: &Parsed<'_>,
        finding: Node<'t>,
        captured: impl Fn(&str) -> Option<Node<'t>>,
    ) -> Detection {
        let span = (parsed.source_span)(finding.byte_range());
        let rule_use = &file.uses()[self.rule];
        let mut detection = detection(rule_use, span, file.scope_of(span));
        if let Some(fix) = &rule_use.rule.fix {
            let span_of = |name: &str| captured(name).map(|node| (parsed.source_span)(node.byte_range()));
            detection.fix = fix_of_captures(fix, span_of);
        }
        detection
    }
}

/// The fix that replaces captures; none where one of them is not there.
fn fix_of_captures(rule: &FixRule, captured: impl Fn(&str) -> Option<Span>) -> Option<DetectedFix> {
    let mut edits = Vec::new();
    let mut steps = Vec::new();
    for edit in rule.items.first()?.edits.iter() {
        let EditRule::Replace { capture, text } = edit else {
            return None;
        };
        edits.push((captured(capture)?, text.to_string()));
        steps.push(format!("write `{text}`"));
    }
    detected(rule, edits, &steps)
}

/// Takes tree-sitter's engine only where it has to: it reads the whole grammar first.
fn compile(source: &str, grammar: &Language) -> Compiled {
    match SmallQuery::read(source, grammar) {
        Some(small) => Compiled::Small(small),
        None => Compiled::Any(Query::new(grammar, source).expect("queries were checked when the page was read")),
    }
}

/// Checks the query of a page against a grammar.
pub(crate) fn check(rule: &Rule, query: &weighbridge_rules::Query, grammar: &Language) -> Result<(), CompileError> {
    if query.statement.is_some() && query.scope == Scope::File {
        let message = "`statement` has no use where `scope` is `file`: the query sees all of them";
        return Err(CompileError::new(rule, message.to_owned()));
    }
    let compiled = Query::new(grammar, &query.source).map_err(|error| {
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
