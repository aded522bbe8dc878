//! What the engine knows of a language: how it is written, and what its nodes mean.

use tree_sitter::{Language, Node};

use super::lexed::Lexed;
use super::request::Requests;
use super::table::Words;

/// A language with a grammar. To add one, see ARCHITECTURE.md, "How to add a language".
pub(crate) struct Code {
    /// Divides a text into statements, strings and comments.
    pub(crate) lex: fn(&[u8]) -> Lexed,
    /// The grammars; the first one is for every file that no other one asks for.
    pub(crate) dialects: &'static [Dialect],
    /// What a node means.
    pub(crate) shape: for<'n> fn(Node<'n>, &[u8]) -> Shape<'n>,
    /// Names that a node binds in other ways than by an assignment: imports, patterns, declarations with a type.
    pub(crate) binds: for<'n> fn(Node<'n>, &[u8], &mut Vec<Bound<'n>>),
    /// What has to stand before and behind a statement so that it can be parsed by itself.
    pub(crate) frame: fn(statement: &[u8], is_member: bool) -> (&'static str, &'static str),
    /// The parts of a qualified name that stand in a file that uses it.
    pub(crate) words: Words,
    /// The binding that an ordinary import makes for this qualified name: for fragments without their imports.
    pub(crate) usual_import: fn(&str) -> Option<(&str, &str)>,
    /// Words with which statements begin that import something.
    pub(crate) import_words: &'static [&'static [u8]],
    /// Whether an import may name a part of a qualified name that stands nowhere else in the file: `use a::b as c`, `using A.B`.
    pub(crate) has_partial_imports: bool,
    /// Modules whose names need no import.
    pub(crate) prelude: &'static [&'static str],
    /// Prefixes under which builtins can be reached: `globalThis.`.
    pub(crate) builtin_prefixes: &'static [&'static str],
    /// Functions whose result is the module that their first argument names.
    pub(crate) loaders: &'static [&'static str],
    /// Functions whose result does what their first argument does.
    pub(crate) wrappers: &'static [&'static str],
    /// Members that stand for the thing itself: `default`.
    pub(crate) mirrors: &'static [&'static str],
    /// Functions that put text together; a method of anything with `*.` before it.
    pub(crate) formatters: &'static [&'static str],
    /// Whether the name of a function without brackets stands for the function: in Ruby it calls it.
    pub(crate) names_are_values: bool,
    /// Functions that take another one and do not call it.
    pub(crate) lookers: &'static [&'static str],
    /// Words before a name that give it a meaning of the file's own.
    pub(crate) definers: &'static [&'static str],
    /// What holds text of a request, if pages may ask for it.
    pub(crate) requests: Option<&'static Requests>,
}

/// A grammar of a language, and the files it is for.
pub(crate) struct Dialect {
    pub(crate) grammar: fn() -> Language,
    pub(crate) extensions: &'static [&'static str],
}

/// What a node means.
#[derive(Debug)]
pub(crate) enum Shape<'n> {
    /// A variable, function, type or module by its name.
    Name,
    /// `object.name`.
    Member { object: Node<'n>, name: Node<'n> },
    /// `object["key"]`.
    Index { object: Node<'n>, key: Node<'n> },
    /// A call, `new` and literals with a type included.
    Call {
        function: Function<'n>,
        arguments: Vec<Argument<'n>>,
    },
    /// A text literal, with the bytes of its node before and behind the text.
    Text {
        open: usize,
        close: usize,
        has_escapes: bool,
    },
    /// A text with expressions in it.
    Template(Vec<Node<'n>>),
    /// Two expressions added, which puts texts together.
    Sum(Node<'n>, Node<'n>),
    /// A number.
    Number,
    /// A word with a value of its own, and whether it counts as true.
    Word(&'static str, bool),
    /// A list or table of expressions.
    Collection(Vec<Node<'n>>),
    /// Something whose value is that of a node in it: brackets, `await`, a cast.
    Inner(Node<'n>),
    /// Something whose value is that of one of these.
    Either(Node<'n>, Node<'n>),
    /// An assignment, a declaration with a value, or a value with its key.
    Given { to: Node<'n>, value: Node<'n> },
    /// Anything else.
    Other,
}

/// What is called.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Function<'n> {
    /// An expression.
    Expression(Node<'n>),
    /// A method, in grammars that have no node for `object.name`.
    Method { object: Node<'n>, name: Node<'n> },
    /// A command, by a word that may hold its folder.
    Word(Node<'n>),
}

/// An argument of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Argument<'n> {
    /// By its place.
    Positional(Node<'n>),
    /// By its name; quotes around the name do not count.
    Keyword(Node<'n>, Node<'n>),
    /// Something that can hold any further arguments.
    Spread,
    /// Something that can hold any further keywords.
    KeywordSpread,
}

/// A name that a node binds.
#[derive(Debug)]
pub(crate) struct Bound<'n> {
    pub(crate) name: String,
    pub(crate) target: Target<'n>,
}

/// What a name is bound to.
#[derive(Debug)]
pub(crate) enum Target<'n> {
    /// A qualified name; `module.*` for the name `*`.
    Import(String),
    /// A member of what a node stands for.
    MemberOf(Node<'n>, String),
    /// An object of the type that a node names.
    Instance(Node<'n>),
}

impl Shape<'_> {
    /// The shape of a literal that is quoted with one byte on each side.
    pub(crate) const fn text(has_escapes: bool) -> Self {
        Self::Text {
            open: 1,
            close: 1,
            has_escapes,
        }
    }
}

/// The named children of a node, comments left out.
pub(crate) fn named_children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|child| !child.is_extra())
        .collect()
}

/// The field of a node, or the shape of nothing.
pub(crate) fn field<'n>(node: Node<'n>, name: &str) -> Option<Node<'n>> {
    node.child_by_field_name(name)
}

/// The bytes of a node.
pub(crate) fn bytes<'t>(node: Node<'_>, text: &'t [u8]) -> &'t [u8] {
    text.get(node.byte_range()).unwrap_or_default()
}

/// The text of a node, if it is UTF-8.
pub(crate) fn str<'t>(node: Node<'_>, text: &'t [u8]) -> &'t str {
    std::str::from_utf8(bytes(node, text)).unwrap_or_default()
}
