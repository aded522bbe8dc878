//! The arguments of a call, as far as the text shows them.

use tree_sitter::Node;
use weighbridge_rules::ArgumentName;

use super::shape::{Argument, bytes};

/// The arguments of a call.
#[derive(Debug, Default)]
pub(crate) struct Arguments<'t, 'n> {
    pub(crate) positional: Vec<Node<'n>>,
    keywords: Vec<(&'t [u8], Node<'n>)>,
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

impl<'t, 'n> Arguments<'t, 'n> {
    /// The arguments in the order in which they are written.
    pub(crate) fn of(written: &[Argument<'n>], text: &'t [u8]) -> Self {
        let mut arguments = Self::default();
        for argument in written {
            match argument {
                Argument::Positional(node) => arguments.add_positional(*node),
                Argument::Keyword(name, value) => arguments.add_keyword(unquoted(bytes(*name, text)), *value),
                Argument::Spread => arguments.add_spread(),
                Argument::KeywordSpread => arguments.add_unknown_keywords(),
            }
        }
        arguments
    }

    /// Adds an argument without a name. Behind something spread nobody knows its position.
    pub(crate) fn add_positional(&mut self, node: Node<'n>) {
        if self.spread_from.is_none() {
            self.positional.push(node);
        }
    }

    /// Adds an argument with a name.
    pub(crate) fn add_keyword(&mut self, name: &'t [u8], value: Node<'n>) {
        self.keywords.push((name, value));
    }

    /// Adds `*args`: what stands at this position and behind it is unknown.
    pub(crate) fn add_spread(&mut self) {
        self.spread_from.get_or_insert(self.positional.len());
    }

    /// Adds `**kwargs`: it may hold any keyword.
    pub(crate) fn add_unknown_keywords(&mut self) {
        self.has_unknown_keywords = true;
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
                    is_unknown |= self.spread_from.is_some_and(|from| *position >= from);
                }
                ArgumentName::Keyword(keyword) => {
                    if let Some((_, node)) = self.keywords.iter().find(|(name, _)| *name == keyword.as_bytes()) {
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
