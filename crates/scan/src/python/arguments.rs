//! The arguments of a call in Python.

use tree_sitter::Node;

use super::constant::constant;
use super::grammar::{KINDS, bytes, named_children};
use crate::code::arguments::Arguments;
use crate::code::constant::Constant;

/// The arguments of `call`, as far as the text shows them.
pub(crate) fn arguments<'t, 'n>(call: Node<'n>, text: &'t [u8]) -> Arguments<'t, 'n> {
    let kinds = &*KINDS;
    let mut arguments = Arguments::default();
    let Some(list) = call.child_by_field_name("arguments") else {
        return arguments;
    };
    if list.kind_id() != kinds.argument_list {
        // `f(x for x in y)`: the generator is the one argument.
        arguments.add_positional(list);
        return arguments;
    }
    for child in named_children(list) {
        if child.kind_id() == kinds.keyword_argument {
            if let (Some(name), Some(value)) = (child.child_by_field_name("name"), child.child_by_field_name("value")) {
                arguments.add_keyword(bytes(name, text), value);
            }
        } else if child.kind_id() == kinds.list_splat {
            arguments.add_spread();
        } else if child.kind_id() == kinds.dictionary_splat {
            add_double_splat(&mut arguments, child, text);
        } else {
            arguments.add_positional(child);
        }
    }
    arguments
}

/// `**{"shell": True}` names its keywords; any other `**` may hold anything.
fn add_double_splat<'t, 'n>(arguments: &mut Arguments<'t, 'n>, splat: Node<'n>, text: &'t [u8]) {
    let kinds = &*KINDS;
    let dictionary = named_children(splat)
        .first()
        .copied()
        .filter(|inner| inner.kind_id() == kinds.dictionary);
    let Some(dictionary) = dictionary else {
        arguments.add_unknown_keywords();
        return;
    };
    for pair in named_children(dictionary) {
        let (Some(key), Some(value)) = (pair.child_by_field_name("key"), pair.child_by_field_name("value")) else {
            arguments.add_unknown_keywords();
            continue;
        };
        match constant(key, text) {
            Some(Constant::Text(_)) => {
                let quoted = bytes(key, text);
                let name = quoted.trim_ascii_start();
                let name = name
                    .strip_prefix(b"\"")
                    .or_else(|| name.strip_prefix(b"'"))
                    .unwrap_or(name);
                let name = name
                    .strip_suffix(b"\"")
                    .or_else(|| name.strip_suffix(b"'"))
                    .unwrap_or(name);
                arguments.add_keyword(name, value);
            }
            _ => arguments.add_unknown_keywords(),
        }
    }
}
