//! The arguments of a call, as far as the text shows them.

use tree_sitter::Node;
use weighbridge_rules::ArgumentName;

use super::shape::{Argument, bytes};

/// The arguments of a call.
#[derive(Debug, Default)]
pub(crate) struct Arguments<'n> {
    pub(crate) positional: Vec<Node<'n>>,
    keywords: Vec<(Node<'n>, Node<'n>)>,
    /// From this position on, something spread decides.
    spread_from: Option<usize>,
    /// Whether something unknown could hold any keyword.
    has_unknown_keywords: bool,
}

/// What is known of one argument.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Given<'n> {
    /// It is this expression.
    As(Node<'n>),
    /// It is not given.
    Missing,
    /// Something unknown may hold it.
    Unknown,
}

impl<'n> Arguments<'n> {
    /// The arguments in the order in which they are written.
    pub(crate) fn of(written: &[Argument<'n>]) -> Self {
        let mut arguments = Self::default();
        for argument in written {
            match argument {
                Argument::Positional(node) if arguments.spread_from.is_none() => arguments.positional.push(*node),
                Argument::Positional(_) => {}
                Argument::Keyword(name, value) => arguments.keywords.push((*name, *value)),
                Argument::Spread => {
                    arguments.spread_from.get_or_insert(arguments.positional.len());
                }
                Argument::KeywordSpread => arguments.has_unknown_keywords = true,
            }
        }
        arguments
    }

    /// The first of `names` that is given.
    pub(crate) fn given(&self, names: &[ArgumentName], text: &[u8]) -> Given<'n> {
        let mut is_unknown = false;
        for name in names {
            match name {
                ArgumentName::Position(position) => {
                    if let Some(node) = self.positional.get(*position) {
                        return Given::As(*node);
                    }
                    is_unknown |= self.spread_from.is_some_and(|from| *position >= from);
                }
                ArgumentName::Keyword(keyword) => {
                    let is_it = |name: &Node<'_>| unquoted(bytes(*name, text)) == keyword.as_bytes();
                    if let Some((_, node)) = self.keywords.iter().find(|(name, _)| is_it(name)) {
                        return Given::As(*node);
                    }
                    is_unknown |= self.has_unknown_keywords;
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

fn unquoted(name: &[u8]) -> &[u8] {
    match name {
        [b'"', inside @ .., b'"'] | [b'\'', inside @ .., b'\''] | [b':', inside @ ..] => inside,
        _ => name,
    }
}
