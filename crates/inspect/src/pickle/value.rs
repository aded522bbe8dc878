//! What the machine knows of the values on its stack.
//!
//! A value is eight bytes, whatever it stands for: the parts lie in tables of a bounded size. When a table is full, values lose their
//! parts and nothing else: what needs them is then reported as not to be told.

use rustc_hash::FxHashMap;

/// Bytes of strings that are kept.
const MAX_TEXT_BYTES: usize = 6 << 20;
/// Strings that are kept.
const MAX_TEXTS: usize = 500_000;
/// Bytes kept of one string: no name of a module is longer, and arguments are cut there.
pub(crate) const MAX_TEXT: usize = 4096;
/// Tuples, dictionaries and calls whose parts are kept.
const MAX_NODES: usize = 60_000;
/// Parts kept of one of them.
pub(crate) const MAX_PARTS: usize = 16;
/// Different imports that are told apart, and bytes of their names.
const MAX_GLOBALS: usize = 20_000;
const MAX_GLOBAL_BYTES: usize = 2 << 20;

/// A value, as far as the bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    None,
    Bool(bool),
    Int(i32),
    /// A number that is not kept: a float, or an integer of more than 32 bits.
    Number,
    /// A string, kept whole.
    Text(u32),
    /// A string that is longer than what is kept; its beginning.
    LongText(u32),
    /// Bytes; their beginning.
    Bytes(u32),
    /// An import.
    Global(u32),
    /// What a call gives, with its parts.
    Call(u32),
    /// What a call of this import gives; its arguments are not kept.
    Made(u32),
    /// What a call of something else gives, or anything else that the bytes do not tell.
    Unknown,
    /// A tuple with its parts.
    Tuple(u32),
    /// A tuple whose parts are not kept.
    SomeTuple,
    /// A list, a set or a bytearray: its parts never decide anything.
    Collection,
    /// A dictionary with its first entries.
    Dict(u32),
    /// A dictionary whose entries are not kept.
    SomeDict,
    /// What a persistent id leads to: the loader decides, in PyTorch always a storage.
    Persistent,
}

impl Value {
    /// Whether it is a value of a kind that has neither state nor methods that fill it, and cannot be called.
    pub(crate) fn is_plain(self) -> bool {
        matches!(self, Self::Text(_) | Self::LongText(_)) || self.is_no_text()
    }

    /// Whether it is surely no string.
    pub(crate) fn is_no_text(self) -> bool {
        matches!(
            self,
            Self::None
                | Self::Bool(_)
                | Self::Int(_)
                | Self::Number
                | Self::Bytes(_)
                | Self::Tuple(_)
                | Self::SomeTuple
                | Self::Collection
                | Self::Dict(_)
                | Self::SomeDict
        )
    }
}

/// A tuple, a dictionary or a call.
#[derive(Debug)]
pub(crate) struct Node {
    /// What is called; `Value::None` for a tuple or dictionary.
    pub(crate) callee: Value,
    /// The parts: items, keys and values in turn, or arguments.
    pub(crate) parts: Vec<Value>,
    /// How many there are, whether they are kept or not.
    pub(crate) count: usize,
}

/// An import: a module and a name in it, as the loader would look them up.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Global {
    pub(crate) module: String,
    pub(crate) name: String,
}

/// The tables behind the values.
#[derive(Debug, Default)]
pub(crate) struct Store {
    bytes: Vec<u8>,
    texts: Vec<(u32, u32)>,
    nodes: Vec<Node>,
    globals: Vec<Global>,
    indexes: FxHashMap<Global, u32>,
    global_bytes: usize,
}

fn index(length: usize) -> u32 {
    u32::try_from(length).expect("the tables are bounded")
}

impl Store {
    /// Keeps bytes; `None` if there is no room.
    fn keep(&mut self, bytes: &[u8]) -> Option<u32> {
        let bytes = &bytes[..bytes.len().min(MAX_TEXT)];
        if self.texts.len() >= MAX_TEXTS || self.bytes.len() + bytes.len() > MAX_TEXT_BYTES {
            return None;
        }
        self.texts.push((index(self.bytes.len()), index(bytes.len())));
        self.bytes.extend_from_slice(bytes);
        Some(index(self.texts.len() - 1))
    }

    /// A string of `length` bytes in UTF-8, of which `head` is the beginning.
    pub(crate) fn text(&mut self, head: &[u8], length: u64) -> Value {
        let is_whole = head.len() as u64 == length && head.len() <= MAX_TEXT;
        match self.keep(head) {
            Some(index) if is_whole => Value::Text(index),
            Some(index) => Value::LongText(index),
            None => Value::Unknown,
        }
    }

    /// Bytes, of which `head` is the beginning.
    pub(crate) fn raw(&mut self, head: &[u8]) -> Value {
        self.keep(head).map_or(Value::Unknown, Value::Bytes)
    }

    /// What is kept of a string or of bytes.
    pub(crate) fn bytes_of(&self, index: u32) -> &[u8] {
        let (start, length) = self.texts[index as usize];
        &self.bytes[start as usize..(start + length) as usize]
    }

    /// The string, if it is one and was kept whole.
    pub(crate) fn text_of(&self, value: Value) -> Option<&str> {
        match value {
            Value::Text(index) => std::str::from_utf8(self.bytes_of(index)).ok(),
            _ => None,
        }
    }

    fn node(&mut self, callee: Value, parts: &[Value]) -> Option<u32> {
        if self.nodes.len() >= MAX_NODES {
            return None;
        }
        self.nodes.push(Node {
            callee,
            parts: parts[..parts.len().min(MAX_PARTS)].to_vec(),
            count: parts.len(),
        });
        Some(index(self.nodes.len() - 1))
    }

    /// A tuple of these.
    pub(crate) fn tuple(&mut self, parts: &[Value]) -> Value {
        self.node(Value::None, parts).map_or(Value::SomeTuple, Value::Tuple)
    }

    /// A dictionary of keys and values in turn.
    pub(crate) fn dict(&mut self, parts: &[Value]) -> Value {
        self.node(Value::None, parts).map_or(Value::SomeDict, Value::Dict)
    }

    /// Adds keys and values in turn to a dictionary.
    pub(crate) fn extend_dict(&mut self, index: u32, parts: &[Value]) {
        let node = &mut self.nodes[index as usize];
        let room = MAX_PARTS.saturating_sub(node.parts.len());
        node.parts.extend_from_slice(&parts[..parts.len().min(room)]);
        node.count += parts.len();
    }

    /// What a call gives.
    pub(crate) fn call(&mut self, callee: Value, arguments: &[Value]) -> Value {
        match (self.node(callee, arguments), callee) {
            (Some(index), _) => Value::Call(index),
            (None, Value::Global(index)) => Value::Made(index),
            (None, _) => Value::Unknown,
        }
    }

    /// The parts of a tuple, dictionary or call.
    pub(crate) fn node_of(&self, value: Value) -> Option<&Node> {
        match value {
            Value::Tuple(index) | Value::Dict(index) | Value::Call(index) => self.nodes.get(index as usize),
            _ => None,
        }
    }

    /// The value behind a key of a dictionary.
    pub(crate) fn entry(&self, dict: Value, key: &str) -> Option<Value> {
        let Value::Dict(_) = dict else { return None };
        let parts = &self.node_of(dict)?.parts;
        let mut pairs = parts.as_chunks::<2>().0.iter();
        pairs
            .find(|[name, _]| self.text_of(*name) == Some(key))
            .map(|[_, value]| *value)
    }

    /// The value of an import, and whether it is new; `None` if there are too many.
    pub(crate) fn global(&mut self, module: &str, name: &str) -> Option<(u32, bool)> {
        let global = Global {
            module: module.to_owned(),
            name: name.to_owned(),
        };
        if let Some(&known) = self.indexes.get(&global) {
            return Some((known, false));
        }
        self.global_bytes += module.len() + name.len();
        if self.globals.len() >= MAX_GLOBALS || self.global_bytes > MAX_GLOBAL_BYTES {
            return None;
        }
        let new = index(self.globals.len());
        self.globals.push(global.clone());
        self.indexes.insert(global, new);
        Some((new, true))
    }

    /// The import.
    pub(crate) fn global_of(&self, index: u32) -> &Global {
        &self.globals[index as usize]
    }

    /// The import that is called to make a value, or that it is.
    pub(crate) fn origin(&self, value: Value) -> Option<u32> {
        match value {
            Value::Global(index) | Value::Made(index) => Some(index),
            Value::Call(_) => match self.node_of(value)?.callee {
                Value::Global(index) => Some(index),
                _ => None,
            },
            _ => None,
        }
    }
}
