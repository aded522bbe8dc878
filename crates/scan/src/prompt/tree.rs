//! Values of YAML and JSON with their places.
//!
//! Aliases stay aliases: what they stand for is not copied, so a file cannot grow in memory.

use weighbridge_core::Span;

/// A document: its nodes, the root first.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(super) nodes: Vec<Node>,
}

/// A value, and where it is written. Of a text in quotes the quotes belong to it.
#[derive(Debug)]
pub(crate) struct Node {
    pub(super) span: Span,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Scalar(String, Style),
    List(Vec<usize>),
    /// Keys and values in the order of the file; keys may repeat.
    Map(Vec<(usize, usize)>),
    /// Stands for a value that has a name.
    Alias,
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes; two of them stand for one.
    Single,
    /// In double quotes, with escapes of YAML, of which those of JSON are a part.
    Double,
    /// A block behind `|`.
    Literal,
    /// A block behind `>`.
    Folded,
}

/// A node of a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'t> {
    tree: &'t Tree,
    index: usize,
}

impl Tree {
    /// The outermost value; `None` for an empty document.
    pub(crate) fn root(&self) -> Option<Value<'_>> {
        (!self.nodes.is_empty()).then_some(Value { tree: self, index: 0 })
    }

    /// Every value, in the order of the file.
    pub(crate) fn values(&self) -> impl Iterator<Item = Value<'_>> {
        (0..self.nodes.len()).map(|index| Value { tree: self, index })
    }
}

impl<'t> Value<'t> {
    fn node(self) -> &'t Node {
        &self.tree.nodes[self.index]
    }

    /// Where it is written.
    pub(crate) fn span(self) -> Span {
        self.node().span
    }

    /// The text of a scalar, quotes and escapes undone.
    pub(crate) fn text(self) -> Option<&'t str> {
        match &self.node().kind {
            Kind::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// How a scalar is written.
    pub(crate) fn style(self) -> Option<Style> {
        match &self.node().kind {
            Kind::Scalar(_, style) => Some(*style),
            _ => None,
        }
    }

    /// The elements of a list; none of anything else.
    pub(crate) fn items(self) -> impl Iterator<Item = Value<'t>> {
        let items = match &self.node().kind {
            Kind::List(items) => items.as_slice(),
            _ => &[],
        };
        items.iter().map(move |&index| Value { index, ..self })
    }

    /// The keys and values of a mapping; none of anything else.
    pub(crate) fn entries(self) -> impl Iterator<Item = (Value<'t>, Value<'t>)> {
        let entries = match &self.node().kind {
            Kind::Map(entries) => entries.as_slice(),
            _ => &[],
        };
        let at = move |index| Value { index, ..self };
        entries.iter().map(move |&(key, value)| (at(key), at(value)))
    }

    /// Whether it is a mapping.
    pub(crate) fn is_map(self) -> bool {
        matches!(self.node().kind, Kind::Map(_))
    }

    /// The value of a key.
    pub(crate) fn get(self, key: &str) -> Option<Value<'t>> {
        self.entries()
            .find(|(name, _)| name.text() == Some(key))
            .map(|(_, value)| value)
    }

    /// The value at the end of a way of keys.
    pub(crate) fn at(self, way: &[&str]) -> Option<Value<'t>> {
        way.iter().try_fold(self, |value, key| value.get(key))
    }
}
