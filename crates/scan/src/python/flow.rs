//! Follows values inside one function: what was assigned to a name, and in the modules below, where a value comes from.
//!
//! What was assigned is asked only where a condition wants text that is built at run time and the call is given a name:
//! `execute(query)`. Where a value comes from is asked only for the functions that hold a finding of a rule with a sink.

mod call_checks;
mod calls;
mod containers;
mod context;
mod evaluate;
mod fold;
pub(crate) mod grade;
mod guards;
mod harmless;
mod hints;
mod interpreter;
mod parameters;
mod places;
mod region;
mod shell;
mod sources;
#[cfg(test)]
mod tests;
mod value;

use std::cell::RefCell;
use std::num::NonZeroU16;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use tree_sitter::{Node, Tree};
use weighbridge_core::Span;

use super::File;
use super::grammar::{KINDS, language};
use super::lexer::Line;
pub(crate) use sources::Outside;

use super::scope::{function_header, function_lines};
use super::{complete, parser};
use crate::code::bindings::Bindings;
use crate::code::parse::CodeParser;
use crate::code::snippet::Snippet;
use crate::word::is_word;

/// Assignments looked at for one use, the nearest first.
const MAX_ASSIGNMENTS: usize = 8;
/// Longer statements are passed over.
const MAX_STATEMENT_BYTES: usize = 16 << 10;

/// What was worked out for one file when it was first asked for.
#[derive(Default)]
pub(crate) struct Flow {
    /// The parser for pieces of the file.
    parser: RefCell<Option<CodeParser>>,
    /// For a function (the module for `None`) and a name the statements that assign to it, in order.
    assigning: RefCell<Assigning>,
}

type Assigning = FxHashMap<(Option<usize>, String), Vec<Span>>;

/// A parsed assignment.
pub(crate) struct Assignment {
    snippet: Snippet,
    tree: Tree,
}

impl Assignment {
    /// The text that the nodes of the assignment belong to.
    pub(crate) fn text(&self) -> &[u8] {
        self.snippet.text()
    }

    /// The expression on the right.
    pub(crate) fn value(&self) -> Option<Node<'_>> {
        let kinds = &*KINDS;
        let mut node = self.tree.root_node().named_child(0)?;
        while node.kind_id() != kinds.assignment && node.kind_id() != kinds.augmented_assignment {
            node = node.named_child(0)?;
        }
        node.child_by_field_name("right")
    }
}

/// The assignments to `name` in the function around `offset` (or in the module), before `offset`, the nearest first.
pub(crate) fn assignments(file: &File<'_>, name: &str, offset: usize) -> Vec<Assignment> {
    let header = function_header(file, offset);
    let mut known = file.flow.assigning.borrow_mut();
    let assigning = known.entry((header, name.to_owned())).or_insert_with(|| {
        let codes = function_lines(file, header).iter().map(Line::code);
        let short = codes.filter(|code| code.len() <= MAX_STATEMENT_BYTES);
        short
            .filter(|code| assigns(&file.text()[code.range()], name.as_bytes()))
            .collect()
    });
    let before = assigning.partition_point(|code| code.end <= offset);
    let nearest = assigning[..before].iter().rev().take(MAX_ASSIGNMENTS);
    nearest.filter_map(|code| parse(file, *code)).collect()
}

/// Whether a statement begins with `name =`, `name += ` or `name: type =`.
fn assigns(code: &[u8], name: &[u8]) -> bool {
    let Some(rest) = code
        .strip_prefix(name)
        .filter(|rest| !rest.first().is_some_and(|byte| is_word(*byte)))
    else {
        return false;
    };
    let rest = rest.trim_ascii_start();
    (rest.starts_with(b"=") && !rest.starts_with(b"==")) || rest.starts_with(b"+=") || rest.starts_with(b":")
}

fn parse(file: &File<'_>, code: Span) -> Option<Assignment> {
    let mut snippet = Snippet::default();
    complete::push(&mut snippet, file.text(), code);
    let tree = parse_text(file, snippet.text())?;
    Some(Assignment { snippet, tree })
}

macro_rules! fields {
    ($($name:ident),+ $(,)?) => {
        /// Fields of nodes as numbers, looked up once: by name, each look would search the table of the grammar.
        struct Fields { $($name: u16),+ }

        static FIELDS: LazyLock<Fields> = LazyLock::new(|| {
            let language = language();
            let number = |name| language.field_id_for_name(name).map_or(0, NonZeroU16::get);
            Fields { $($name: number(stringify!($name))),+ }
        });

        #[cfg(test)]
        const FIELD_NAMES: &[&str] = &[$(stringify!($name)),+];
    };
}

fields! {
    alias,
    alternative,
    argument,
    arguments,
    attribute,
    body,
    condition,
    consequence,
    definition,
    expression,
    function,
    guard,
    key,
    left,
    name,
    object,
    operator,
    parameters,
    right,
    subject,
    subscript,
    value,
}

/// Who outside could be heard in the file.
pub(crate) fn outside(file: &File<'_>, bindings: &Bindings) -> Outside {
    let imported = Outside::by_imports(&bindings.imported_modules());
    if imported.request && imported.llm {
        return imported;
    }
    imported.or(Outside::by_words(file.text()))
}

/// The named children of a node, comments left out. Nodes that the parser skipped stay: broken code is followed too.
fn named_parts(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|child| child.kind() != "comment")
        .collect()
}

fn parse_text(file: &File<'_>, text: &[u8]) -> Option<Tree> {
    file.flow.parser.borrow_mut().get_or_insert_with(parser).parse(text)
}
