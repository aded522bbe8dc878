//! What was assigned to a name before it is used.
//!
//! Asked only where a condition could hold if a name were replaced by its value: `query(sql)`, `spawn(command, options)`.

use tree_sitter::Node;
use weighbridge_core::Span;

use super::file::File;
use super::parse::CodeParser;
use super::shape::{Shape, bytes, named_children};
use super::snippet::Snippet;
use super::trees::{Grown, Statements as _};
use super::walk::for_each_node;
use crate::word::{is_boundary, is_word};

/// Assignments looked at for one use, the nearest first.
const MAX_ASSIGNMENTS: usize = 8;
/// Statements looked at before a use.
const MAX_STATEMENTS: usize = 400;
/// Longer statements are passed over.
const MAX_STATEMENT_BYTES: usize = 16 << 10;
/// Where in a statement the name that it assigns to stands at the latest.
const MAX_TARGET_BYTES: usize = 160;

/// A parsed assignment to a name.
pub(crate) struct Assignment {
    grown: Grown,
    name: String,
}

impl Assignment {
    /// The text that the nodes of the assignment belong to.
    pub(crate) fn text(&self) -> &[u8] {
        self.grown.snippet.text()
    }

    /// The value that is assigned.
    pub(crate) fn value<'a>(&'a self, file: &File<'_>) -> Option<Node<'a>> {
        let mut value = None;
        for_each_node(&self.grown.tree, |node, _| {
            if value.is_none()
                && let Shape::Given { to, value: given } = (file.code.shape)(node, self.text())
                && self.is_target(to)
            {
                value = Some(given);
            }
        });
        value
    }

    /// Whether a target is the name, or a pattern such as `{ name }` that holds it.
    fn is_target(&self, to: Node<'_>) -> bool {
        let is_name = |node: Node<'_>| bytes(node, self.text()) == self.name.as_bytes();
        let is_pattern = matches!(to.kind(), "object_pattern" | "array_pattern");
        is_name(to) || (is_pattern && named_children(to).into_iter().any(is_name))
    }

    /// Whether it adds to what the name held: `name += value`.
    pub(crate) fn adds(&self) -> bool {
        let behind = memchr::memmem::find(self.text(), self.name.as_bytes()).map(|at| at + self.name.len());
        let rest = behind.map_or(&[][..], |at| self.text()[at..].trim_ascii_start());
        rest.starts_with(b"+=")
    }

    /// Where in the source a node of the assignment begins.
    pub(crate) fn offset_of(&self, node: Node<'_>) -> usize {
        self.grown.snippet.source_span(node.byte_range()).start
    }
}

/// The assignments to `name` that are in sight at `offset`, before `offset`, the nearest first.
pub(crate) fn assignments(file: &File<'_>, name: &str, offset: usize) -> Vec<Assignment> {
    let Some((used_in, _)) = file.lexed.statement_at(offset) else {
        return Vec::new();
    };
    let around: Vec<usize> = file.lexed.around(used_in).collect();
    let own = file.lexed.statements[used_in].parent;
    let is_in_sight = |parent: Option<usize>| match parent {
        None => true,
        parent if parent == own => true,
        Some(parent) => around.contains(&parent),
    };
    let before = (0..used_in).rev().take(MAX_STATEMENTS);
    let assigning = before.filter(|&index| {
        let statement = &file.lexed.statements[index];
        statement.length <= MAX_STATEMENT_BYTES && is_in_sight(statement.parent) && assigns(file, index, name)
    });
    let spans: Vec<Span> = assigning
        .take(MAX_ASSIGNMENTS)
        .map(|index| file.lexed.statements[index].span)
        .collect();
    spans.into_iter().filter_map(|span| parse(file, span, name)).collect()
}

/// How many statements of the file begin with an assignment to `name`.
pub(crate) fn count_assignments(file: &File<'_>, name: &str) -> usize {
    (0..file.lexed.statements.len())
        .filter(|&statement| assigns(file, statement, name))
        .count()
}

/// Whether a statement begins with an assignment to `name`.
fn assigns(file: &File<'_>, statement: usize, name: &str) -> bool {
    let Some(first) = file.lexed.pieces(statement).next() else {
        return false;
    };
    let code = &file.text()[first.range()];
    let head = &code[..code.len().min(MAX_TARGET_BYTES)];
    memchr::memmem::find_iter(head, name.as_bytes()).any(|at| {
        let end = at + name.len();
        if !is_boundary(code, at) || !is_boundary(code, end) {
            return false;
        }
        let rest = code[end..].trim_ascii_start();
        let is_equals = |rest: &[u8]| rest.starts_with(b"=") && !rest.starts_with(b"==") && !rest.starts_with(b"=>");
        is_equals(rest)
            || [&b":="[..], b"+=", b".=", b":"]
                .iter()
                .any(|sign| rest.starts_with(sign))
            || is_one_of_several(rest)
    })
}

/// Whether an assignment goes on behind one of its targets: `, err := …`, `, other } = …`.
fn is_one_of_several(rest: &[u8]) -> bool {
    let length = rest
        .iter()
        .take_while(|byte| is_word(**byte) || b", }]".contains(byte))
        .count();
    let behind = rest[length..].strip_prefix(b":").unwrap_or(&rest[length..]);
    length > 0 && behind.starts_with(b"=") && !behind.starts_with(b"==") && !behind.starts_with(b"=>")
}

fn parse(file: &File<'_>, span: Span, name: &str) -> Option<Assignment> {
    let mut snippet = Snippet::default();
    file.cut(span, &mut snippet);
    let mut parser = file.parser.borrow_mut();
    let parser = parser.get_or_insert_with(|| CodeParser::new(&(file.dialect().grammar)()));
    let tree = parser.parse(snippet.text())?;
    let grown = Grown { snippet, tree };
    Some(Assignment {
        grown,
        name: name.to_owned(),
    })
}
