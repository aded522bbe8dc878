//! The tree.

use std::ops::Range;

/// A node, and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// The line it begins on, from 1.
    pub line: usize,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text, number, boolean or nothing.
    Scalar(Scalar),
    /// A sequence.
    Sequence(Vec<Node>),
    /// A mapping, in the order of the text.
    Mapping(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key; keys that are no scalars are empty.
    pub key: Scalar,
    /// The value.
    pub value: Node,
}

/// A scalar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scalar {
    /// Its text, escapes undone and lines folded.
    pub text: String,
    /// Its bytes in the source, quotes included; for a plain or quoted scalar on one line the text stands in them.
    pub bytes: Range<usize>,
    /// Whether it is written without quotes: `true` may be a boolean then.
    pub is_plain: bool,
}

impl Node {
    /// The value under `key`, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .find(|entry| entry.key.text == key)
            .map(|entry| &entry.value)
    }

    /// The entries, if this is a mapping; else none.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items, if this is a sequence; else none.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The scalar, if this is one.
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of the scalar under `key`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.scalar().map(|scalar| scalar.text.as_str())
    }

    /// Calls `visit` for this node and all below it, each with its path of keys; items of sequences add nothing to the path.
    pub fn walk<'n>(&'n self, path: &mut Vec<&'n str>, visit: &mut impl FnMut(&[&'n str], &'n Self)) {
        visit(path, self);
        match &self.value {
            Value::Scalar(_) => {}
            Value::Sequence(items) => items.iter().for_each(|item| item.walk(path, visit)),
            Value::Mapping(entries) => {
                for entry in entries {
                    path.push(&entry.key.text);
                    entry.value.walk(path, visit);
                    path.pop();
                }
            }
        }
    }
}
