//! The arguments of a call.

use tree_sitter::Node;

use super::constant::constant;
use super::grammar::{KINDS, bytes, named_children};
use crate::code::constant::Constant;
use weighbridge_rules::ArgumentName;

/// The arguments of a call, as far as the text shows them.
#[derive(Debug, Default)]
pub(crate) struct Arguments<'t, 'n> {
    positional: Vec<Node<'n>>,
    keywords: Vec<(&'t [u8], Node<'n>)>,
    /// From this position on, `*args` decides.
    splat_from: Option<usize>,
    /// Whether `**kwargs` could hold any keyword.
    double_splat: bool,
}

/// What is known of one argument.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Given<'n> {
    /// It is this expression.
    As(Node<'n>),
    /// It is not given.
    Missing,
    /// `*args` or `**kwargs` may hold it.
    Unknown,
}

impl<'t, 'n> Arguments<'t, 'n> {
    /// The arguments of `call`.
    pub(crate) fn of(call: Node<'n>, text: &'t [u8]) -> Self {
        let kinds = &*KINDS;
        let mut arguments = Self::default();
        let Some(list) = call.child_by_field_name("arguments") else {
            return arguments;
        };
        if list.kind_id() != kinds.argument_list {
            // `f(x for x in y)`: the generator is the one argument.
            arguments.positional.push(list);
            return arguments;
        }
        for child in named_children(list) {
            if child.kind_id() == kinds.keyword_argument {
                if let (Some(name), Some(value)) =
                    (child.child_by_field_name("name"), child.child_by_field_name("value"))
                {
                    arguments.keywords.push((bytes(name, text), value));
                }
            } else if child.kind_id() == kinds.list_splat {
                arguments.splat_from.get_or_insert(arguments.positional.len());
            } else if child.kind_id() == kinds.dictionary_splat {
                arguments.double_splat(child, text);
            } else if arguments.splat_from.is_none() {
                arguments.positional.push(child);
            }
        }
        arguments
    }

    /// `**{"shell": True}` names its keywords; any other `**` may hold anything.
    fn double_splat(&mut self, splat: Node<'n>, text: &'t [u8]) {
        let kinds = &*KINDS;
        let dictionary = named_children(splat)
            .first()
            .copied()
            .filter(|inner| inner.kind_id() == kinds.dictionary);
        let Some(dictionary) = dictionary else {
            self.double_splat = true;
            return;
        };
        for pair in named_children(dictionary) {
            let (Some(key), Some(value)) = (pair.child_by_field_name("key"), pair.child_by_field_name("value")) else {
                self.double_splat = true;
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
                    self.keywords.push((name, value));
                }
                _ => self.double_splat = true,
            }
        }
    }

    /// The first of `names` that is given.
    pub(crate) fn given(&self, names: &[ArgumentName]) -> Given<'n> {
        let mut is_unknown = false;
        for name in names {
            match name {
                ArgumentName::Position(position) => {
                    if let Some(node) = self.positional.get(*position) {
                        return Given::As(*node);
                    }
                    is_unknown |= self.splat_from.is_some_and(|from| *position >= from);
                }
                ArgumentName::Keyword(keyword) => {
                    if let Some((_, node)) = self.keywords.iter().find(|(name, _)| *name == keyword.as_bytes()) {
                        return Given::As(*node);
                    }
                    is_unknown |= self.double_splat;
                }
            }
        }
        if is_unknown { Given::Unknown } else { Given::Missing }
    }

    /// Every argument that is written out.
    pub(crate) fn all(&self) -> impl Iterator<Item = Node<'n>> + '_ {
        self.positional
            .iter()
            .copied()
            .chain(self.keywords.iter().map(|(_, node)| *node))
    }
}
