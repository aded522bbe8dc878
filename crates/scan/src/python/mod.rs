//! Searches Python: parses the statements around hits, not files.
//!
//! The order follows what each step costs: words, logical lines, imports, the statements that a rule could match, their trees. A file
//! that ends in the middle, or is no Python at all, goes the same way: each statement is parsed by itself where a few of them together
//! do not parse.

pub(crate) mod arguments;
pub(crate) mod bindings;
pub(crate) mod condition;
pub(crate) mod constant;
pub(crate) mod flow;
pub(crate) mod grammar;
pub(crate) mod imports;
pub(crate) mod lexer;
mod mark;
mod matching;
pub(crate) mod parse;
pub(crate) mod query;
pub(crate) mod resolve;
pub(crate) mod scope;
pub(crate) mod snippet;
pub(crate) mod table;
mod trees;

use rustc_hash::FxHashSet;
use weighbridge_core::{Detection, Notification, Source};
use weighbridge_rules::{Argument, Detector, Rule, Test};

use crate::RuleUse;
use crate::regexes::Regexes;
use bindings::Bindings;
use lexer::Lexed;
use mark::Marks;
use parse::PythonParser;
use query::QueryRule;
use table::CallTable;

/// The rules for Python, compiled.
#[derive(Default)]
pub(crate) struct PythonRules<'r> {
    pub(crate) table: CallTable<'r>,
    pub(crate) queries: Vec<QueryRule<'r>>,
    /// Names that lead to a rule: the names rules ask for and everything before a dot or a call in them.
    leading: FxHashSet<String>,
}

impl<'r> PythonRules<'r> {
    /// Adds the rule with this index, if it is one for this room.
    pub(crate) fn add(&mut self, index: usize, rule: &'r Rule) {
        match &rule.detector {
            Detector::Calls(items) => {
                self.table.add(index, rule);
                let tested =
                    items
                        .iter()
                        .flat_map(|item| item.conditions.iter())
                        .flat_map(|condition| match &condition.argument {
                            Argument::Given(_) | Argument::Any => condition.tests.iter(),
                            _ => [].iter(),
                        });
                let listed = tested.flat_map(|test| match test {
                    Test::OneOf(list) | Test::NotOneOf(list) => list.iter(),
                    _ => [].iter(),
                });
                for name in items.iter().flat_map(|item| item.names.iter()).chain(listed) {
                    self.add_leading(name);
                }
            }
            Detector::Query(query) => self.queries.push(QueryRule::new(index, rule, query)),
            Detector::Pattern(_) | Detector::Code { .. } => {}
        }
    }

    fn add_leading(&mut self, name: &str) {
        let cuts = name
            .match_indices('.')
            .map(|(at, _)| at)
            .chain(std::iter::once(name.len()));
        for cut in cuts {
            let prefix = &name[..cut];
            self.leading.insert(prefix.to_owned());
            if let Some(called) = prefix.strip_suffix("()") {
                self.leading.insert(called.to_owned());
            }
        }
    }

    /// Whether a thing of this qualified name can be part of a match.
    fn leads(&self, name: &str) -> bool {
        self.leading.contains(name)
    }
}

/// What one thread needs to search Python.
pub(crate) struct Tools {
    parser: PythonParser,
    bindings: Bindings,
    marks: Marks,
}

impl Tools {
    pub(crate) fn new() -> Self {
        Self {
            parser: PythonParser::new(),
            bindings: Bindings::default(),
            marks: Marks::default(),
        }
    }
}

/// What is to be looked for in a file: what the prefilter saw.
pub(crate) struct Live<'l> {
    /// Indices of needs of the call table.
    pub(crate) needs: &'l [usize],
    /// Indices of query rules.
    pub(crate) queries: &'l [usize],
    /// Offsets of words that reach names dynamically: `getattr`, `__import__`, …
    pub(crate) dynamic: &'l [usize],
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
}

impl File<'_> {
    fn text(&self) -> &[u8] {
        self.source.bytes()
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
    let has_source = flow::may_hold_source(file, bindings);
    let is_wanted = |index: &usize| has_source || !file.rules.table.needs[*index].wants_source;
    let needs: Vec<usize> = live.needs.iter().copied().filter(is_wanted).collect();
    marks.mark_needs(file, &needs, bindings);
    marks.mark_offsets(file, live.dynamic);
    for &index in live.queries {
        file.rules.queries[index].mark(file, marks);
    }
    let mut forest = trees::Forest::default();
    forest.add(file, &marks.take_new(file));
    if matching::collect_bindings(file, &mut forest, parser, bindings) {
        // `f = os.system` was found: now the lines that use `f` are of interest too.
        marks.mark_needs(file, &needs, bindings);
        forest.add(file, &marks.take_new(file));
        matching::collect_bindings(file, &mut forest, parser, bindings);
    }

    let sinks = matching::match_calls(file, &mut forest, parser, bindings, found);
    flow::grade::grade(file, bindings, &sinks, found);
    let queries = live.queries.iter().map(|&index| &file.rules.queries[index]);
    let mut notifications: Vec<_> = queries
        .filter_map(|query| query.run(file, &mut forest, parser, found))
        .collect();
    notifications.extend(forest.into_notifications(file));
    notifications
}
