//! Searches code: parses the statements around hits, not files.
//!
//! One engine for every language but Python, which has rules of its own for lines and names (`crate::python`) and shares what is the
//! same thing. What differs between languages stands in one file each, `crate::language`.

pub(crate) mod arguments;
pub(crate) mod bindings;
pub(crate) mod condition;
pub(crate) mod constant;
pub(crate) mod file;
mod fix;
mod fixed;
mod flow;
pub(crate) mod lexed;
pub(crate) mod lexer;
pub(crate) mod lexis;
mod mark;
mod matching;
pub(crate) mod parse;
pub(crate) mod query;
pub(crate) mod regex_literal;
pub(crate) mod request;
pub(crate) mod resolve;
mod scope;
pub(crate) mod shape;
mod site;
mod small_query;
pub(crate) mod snippet;
pub(crate) mod table;
pub(crate) mod trees;
pub(crate) mod walk;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;

use tree_sitter::Language as Grammar;
use weighbridge_core::{Detection, Language, Notification, SourcePath};
use weighbridge_rules::Detector;

use crate::RuleUse;
use bindings::{Bindings, Import};
use file::File;
use mark::Marks;
use parse::CodeParser;
use query::QueryRule;
use shape::Code;
use table::CallTable;
use trees::Forest;

/// The rules for one language, compiled.
pub(crate) struct CodeRules<'r> {
    pub(crate) table: CallTable<'r>,
    /// For each dialect the queries, in the same order.
    pub(crate) queries: Vec<Vec<QueryRule<'r>>>,
}

impl<'r> CodeRules<'r> {
    /// The rules that are for a language.
    pub(crate) fn new(language: Language, code: &Code, uses: &[RuleUse<'r>]) -> Self {
        let mut rules = Self {
            table: CallTable::new(code.words),
            queries: code.dialects.iter().map(|_| Vec::new()).collect(),
        };
        for (index, rule) in uses.iter().map(|rule_use| rule_use.rule).enumerate() {
            if !rule.applies_to(language.name()) {
                continue;
            }
            match &rule.detector {
                Detector::Calls(_) => rules.table.add(index, rule),
                Detector::Query(query) => rules
                    .queries
                    .iter_mut()
                    .for_each(|queries| queries.push(QueryRule::new(index, rule, query))),
                Detector::Pattern(_) | Detector::Code { .. } => {}
            }
        }
        rules
    }
}

/// The dialect of a file.
pub(crate) fn dialect_of(code: &Code, path: &SourcePath) -> usize {
    let Some(extension) = path.extension() else { return 0 };
    let is_for = |known: &&str| extension.eq_ignore_ascii_case(known.as_bytes());
    code.dialects
        .iter()
        .position(|dialect| dialect.extensions.iter().any(is_for))
        .unwrap_or(0)
}

/// What one thread needs to search one dialect.
pub(crate) struct Tools {
    parser: CodeParser,
    grammar: Grammar,
    bindings: Bindings,
    marks: Marks,
}

impl Tools {
    pub(crate) fn new(code: &Code, dialect: usize) -> Self {
        let grammar = (code.dialects[dialect].grammar)();
        Self {
            parser: CodeParser::new(&grammar),
            grammar,
            bindings: Bindings::new(code.builtin_prefixes),
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
    /// Offsets at which a text that is put together may name something: modules in quotes, `globalThis[`, Python's `getattr`.
    pub(crate) dynamic: &'l [usize],
}

/// Adds what rules find in `file`.
pub(crate) fn scan(
    file: &File<'_>,
    live: &Live<'_>,
    tools: &mut Tools,
    found: &mut Vec<Detection>,
) -> Vec<Notification> {
    let Tools {
        parser,
        grammar,
        bindings,
        marks,
    } = tools;
    bindings.clear();
    marks.clear();
    let mut forest = Forest::default();
    let has_imports = marks.mark_imports(file, live.needs);
    if !has_imports {
        // A fragment: names are taken for those that an ordinary import would give.
        for &need in live.needs {
            if let Some((name, target)) = (file.code.usual_import)(file.rules.table.needs[need].name) {
                bindings.import(Import {
                    name: name.to_owned(),
                    target: target.to_owned(),
                });
            }
        }
    }
    marks.mark_dynamic(file, live.dynamic, bindings);
    forest.add(&marks.take_new(file));
    matching::collect_bindings(file, &mut forest, parser, bindings);

    let queries = &file.rules.queries[file.dialect];
    let queries: Vec<_> = live.queries.iter().map(|&index| &queries[index]).collect();
    let wanted: Vec<_> = queries.iter().map(|query| marks.mark_query(file, query)).collect();
    // `const run = cp.exec` is found in the first round: in the second the statements that use `run` are of interest too.
    for _ in 0..2 {
        marks.mark_needs(file, live.needs, bindings);
        marks.mark_dynamic(file, live.dynamic, bindings);
        forest.add(&marks.take_new(file));
        if !matching::collect_bindings(file, &mut forest, parser, bindings) {
            break;
        }
    }

    matching::match_calls(file, &mut forest, parser, bindings, found);
    let mut notifications: Vec<_> = queries
        .into_iter()
        .zip(&wanted)
        .filter_map(|(query, wanted)| query.run(file, wanted, grammar, &mut forest, parser, found))
        .collect();
    notifications.extend(forest.into_notifications(file.source));
    if file.is_dense {
        let message = "packed for machines (minified or bundled): searched in windows around hits";
        notifications.push(Notification::note(
            "file/packed",
            Some(file.source.path().clone()),
            message,
        ));
    }
    notifications
}
