//! Searches Python: parses the statements around hits, not files.
//!
//! The order follows what each step costs: words, logical lines, imports, the statements that a rule could match, their trees. A file
//! that ends in the middle, or is no Python at all, goes the same way: each statement is parsed by itself where a few of them together
//! do not parse.

pub(crate) mod arguments;
mod complete;
pub(crate) mod condition;
pub(crate) mod constant;
pub(crate) mod fix;
pub(crate) mod flow;
pub(crate) mod grammar;
pub(crate) mod imports;
pub(crate) mod lexer;
mod mark;
mod matching;
pub(crate) mod resolve;
pub(crate) mod scope;
mod spelled;

use weighbridge_core::{Detection, Notification, Source, Span};
use weighbridge_rules::Detector;

use crate::RuleUse;
use crate::code::Live;
use crate::code::bindings::Bindings;
use crate::code::parse::CodeParser;
use crate::code::query::{QueryRule, Searched};
use crate::code::snippet::Snippet;
use crate::code::table::{CallTable, dotted};
use crate::code::trees::{Forest, Statements, whole_or_windows};
use crate::language::PYTHON;
use crate::regexes::Regexes;
use lexer::Lexed;
use mark::{Marked, Marks};

/// The rules for Python, compiled.
pub(crate) struct PythonRules<'r> {
    pub(crate) table: CallTable<'r>,
    pub(crate) queries: Vec<QueryRule<'r>>,
}

impl<'r> PythonRules<'r> {
    /// The rules that are for Python.
    pub(crate) fn new(uses: &[RuleUse<'r>]) -> Self {
        let mut rules = Self {
            table: CallTable::new(dotted),
            queries: Vec::new(),
        };
        for (index, rule) in uses.iter().map(|rule_use| rule_use.rule).enumerate() {
            if !rule.applies_to(PYTHON.name()) {
                continue;
            }
            match &rule.detector {
                Detector::Calls(_) => rules.table.add(index, rule),
                Detector::Query(query) => rules.queries.push(QueryRule::new(index, rule, query)),
                Detector::Pattern(_) | Detector::Code { .. } => {}
            }
        }
        rules
    }
}

/// Prefixes under which builtins can be reached.
const BUILTIN_PREFIXES: [&str; 3] = ["builtins.", "__builtins__.", "__builtin__."];

/// A parser for Python.
pub(crate) fn parser() -> CodeParser {
    CodeParser::new(&grammar::language())
}

/// What one thread needs to search Python.
pub(crate) struct Tools {
    parser: CodeParser,
    bindings: Bindings,
    marks: Marks,
}

impl Tools {
    pub(crate) fn new() -> Self {
        Self {
            parser: parser(),
            bindings: Bindings::new(&BUILTIN_PREFIXES),
            marks: Marks::default(),
        }
    }
}

/// Everything about the file under search that does not change while it is searched.
pub(crate) struct File<'f> {
    pub(crate) source: &'f Source<'f>,
    pub(crate) lexed: &'f Lexed,
    pub(crate) rules: &'f PythonRules<'f>,
    pub(crate) uses: &'f [RuleUse<'f>],
    pub(crate) regexes: &'f Regexes<'f>,
    pub(crate) scopes: scope::Scopes,
    pub(crate) flow: flow::Flow,
    pub(crate) names_for_fixes: fix::NamesForFixes,
}

impl File<'_> {
    fn text(&self) -> &[u8] {
        self.source.bytes()
    }

    /// The spans to parse for the marked statements.
    fn spans(&self, marked: &[Marked]) -> Vec<Span> {
        whole_or_windows(self.text(), marked.iter().map(|mark| (mark.line.code(), mark.offset)))
    }
}

impl Statements for File<'_> {
    fn cut(&self, span: Span, snippet: &mut Snippet) {
        complete::push(snippet, self.text(), span);
    }
}

impl Searched for File<'_> {
    fn source(&self) -> &Source<'_> {
        self.source
    }

    fn uses(&self) -> &[RuleUse<'_>] {
        self.uses
    }

    fn scope_of(&self, span: Span) -> Span {
        let line = self.lexed.line_at(span.start);
        line.map_or(span, |index| self.lexed.lines[index].code())
    }
}

/// Adds what rules for Python find in `file`.
pub(crate) fn scan(
    file: &File<'_>,
    live: &Live<'_>,
    tools: &mut Tools,
    found: &mut Vec<Detection>,
) -> Vec<Notification> {
    let Tools {
        parser,
        bindings,
        marks,
    } = tools;
    bindings.clear();
    marks.clear();
    for line in &file.lexed.lines {
        let code = &file.text()[line.code().range()];
        if imports::is_import(code) {
            imports::imports(code)
                .into_iter()
                .for_each(|import| bindings.import(import));
        }
    }

    // Rules that want to see a source have nothing to find where there is none.
    let mut needs = live.needs.to_vec();
    let only_from = |index: &usize| file.rules.table.needs[*index].only_from;
    if needs.iter().any(|index| !only_from(index).is_empty()) {
        let outside = flow::outside(file, bindings);
        needs.retain(|index| outside.may_give(only_from(index)));
    }
    marks.mark_needs(file, &needs, bindings);
    marks.mark_offsets(file, live.dynamic);
    marks.mark_dynamic_names(file, bindings);
    let queries: Vec<_> = live.queries.iter().map(|&index| &file.rules.queries[index]).collect();
    let wanted: Vec<_> = queries.iter().map(|query| marks.mark_query(file, query)).collect();
    let mut forest = Forest::default();
    forest.add(&file.spans(&marks.take_new(file)));
    if matching::collect_bindings(file, &mut forest, parser, bindings) {
        // `f = os.system` was found: now the lines that use `f` are of interest too.
        marks.mark_needs(file, &needs, bindings);
        marks.mark_dynamic_names(file, bindings);
        forest.add(&file.spans(&marks.take_new(file)));
        matching::collect_bindings(file, &mut forest, parser, bindings);
    }

    let sinks = matching::match_calls(file, &mut forest, parser, bindings, found);
    flow::grade::grade(file, bindings, &sinks, found);
    let grammar = grammar::language();
    let mut notifications: Vec<_> = queries
        .into_iter()
        .zip(&wanted)
        .filter_map(|(query, wanted)| query.run(file, wanted, &grammar, &mut forest, parser, found))
        .collect();
    notifications.extend(forest.into_notifications(file.source));
    notifications
}
