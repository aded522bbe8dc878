//! Names that stand for a constant wherever they are used: `const TABLE = "users"`.

use tree_sitter::Node;

use super::file::File;
use super::flow::{assignments, count_assignments};
use super::resolve::Reader;
use super::shape::{Argument, Shape, bytes, str};
use crate::word::is_boundary;

/// Parts of an expression that are looked at.
const MAX_DEPTH: usize = 16;

/// Whether an expression, used at `offset`, is made of constants and of names that stand for constants, at least one of them.
pub(crate) fn is_fixed(file: &File<'_>, reader: Reader<'_>, node: Node<'_>, offset: usize) -> bool {
    holds_fixed(file, reader, node, offset, 0)
}

fn holds_fixed(file: &File<'_>, reader: Reader<'_>, node: Node<'_>, offset: usize, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    if reader.constant(node).is_some() {
        return true;
    }
    let is_fixed = |node: Node<'_>| holds_fixed(file, reader, node, offset, depth + 1);
    match reader.shape(node) {
        Shape::Name => stands_for_constant(file, reader, node, offset),
        Shape::Sum(one, other) | Shape::Either(one, other) => is_fixed(one) && is_fixed(other),
        Shape::Template(parts) => parts.into_iter().all(is_fixed),
        Shape::Inner(inner) => is_fixed(inner),
        Shape::Call { arguments, .. } if reader.is_built(node) => arguments.iter().all(|argument| match argument {
            Argument::Positional(given) => is_fixed(*given),
            _ => false,
        }),
        _ => false,
    }
}

/// Whether all that the file assigns to the name is in sight and constant, and no function around has a parameter of that name.
fn stands_for_constant(file: &File<'_>, reader: Reader<'_>, node: Node<'_>, offset: usize) -> bool {
    let name = str(node, reader.text);
    let known = assignments(file, name, offset);
    let is_constant = |assignment: &super::flow::Assignment| {
        let reader = Reader {
            text: assignment.text(),
            ..reader
        };
        assignment
            .value(file)
            .is_some_and(|value| reader.constant(value).is_some())
    };
    !known.is_empty()
        && known.iter().all(is_constant)
        && count_assignments(file, name) == known.len()
        && !is_in_head(file, bytes(node, reader.text), offset)
}

/// Whether the head of a block around `offset` holds the name.
fn is_in_head(file: &File<'_>, name: &[u8], offset: usize) -> bool {
    let used_in = file.lexed.statement_at(offset).map(|(statement, _)| statement);
    let mut around = used_in.into_iter().flat_map(|used_in| file.lexed.around(used_in));
    around.any(|outer| {
        file.lexed.pieces(outer).any(|piece| {
            let head = &file.text()[piece.range()];
            memchr::memmem::find_iter(head, name).any(|at| is_boundary(head, at) && is_boundary(head, at + name.len()))
        })
    })
}
