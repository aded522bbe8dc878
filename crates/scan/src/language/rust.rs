//! Rust.
//!
//! What stands in the round brackets of a macro is tokens to the grammar, and calls in them are not seen; what stands in its braces is
//! searched as statements.
//!
//! Source: [The Rust Reference](https://doc.rust-lang.org/reference/).

use tree_sitter::Node;
use weighbridge_core::Language;

use super::Recognised;
use crate::code::lexer::lex;
use crate::code::lexis::{Brace, Lexis, Literal, Odd, Oddities};
use crate::code::shape::{Argument, Bound, Code, Dialect, Function, Shape, Target, bytes, field, named_children, str};
use crate::code::table::dotted;
use crate::word::is_word;

pub(super) const RUST: Recognised = Recognised {
    language: Language::named("rust"),
    extensions: &["rs"],
    file_names: &[],
    interpreters: &["rust-script"],
    code: Some(&CODE),
};

static CODE: Code = Code {
    lex: |text| lex(text, &LEXIS),
    dialects: &[Dialect {
        grammar: || tree_sitter_rust::LANGUAGE.into(),
        extensions: &[],
    }],
    shape,
    binds,
    frame,
    words,
    usual_import: |name| {
        let path = &name[..imported_end(name)];
        Some((path.rsplit('.').next()?, path))
    },
    import_words: &[b"use", b"pub use", b"pub(crate) use"],
    has_partial_imports: true,
    prelude: &[],
    builtin_prefixes: &["crate."],
    loaders: &[],
    wrappers: &[],
    mirrors: &[],
    formatters: &["format", "*.concat", "*.join"],
    names_are_values: true,
    lookers: &[],
    definers: &[
        "fn",
        "struct",
        "enum",
        "trait",
        "mod",
        "type",
        "const",
        "static",
        "macro_rules",
    ],
    requests: None,
};

static LEXIS: Lexis = Lexis {
    literals: &[Literal {
        open: b"\"",
        close: b"\"",
        has_escapes: true,
        spans_lines: true,
    }],
    brace,
    starters: &[b"fn ", b"pub ", b"let ", b"use ", b"impl ", b"struct ", b"return "],
    followers: &[b"else"],
    odd: Oddities {
        firsts: b"\"'",
        at: odd,
    },
    ..Lexis::PLAIN
};

/// Raw literals; and characters, which lifetimes look like.
fn odd(text: &[u8], at: usize) -> Odd {
    if text[at] == b'\'' {
        let behind = &text[at + 1..];
        let length = match behind.first() {
            Some(b'\\') => behind
                .iter()
                .take(MAX_CHARACTER)
                .skip(2)
                .position(|byte| *byte == b'\'')
                .map(|at| at + 2),
            Some(byte) if *byte < 0x80 => (behind.get(1) == Some(&b'\'')).then_some(1),
            _ => behind.iter().take(5).position(|byte| *byte == b'\''),
        };
        return length.map_or(Odd::Code, |length| Odd::Literal(length + 2));
    }
    let before = &text[at.saturating_sub(MAX_HASHES + 3)..at];
    let hashes = before.iter().rev().take_while(|byte| **byte == b'#').count();
    let prefix = &before[..before.len() - hashes];
    let is_raw = [&b"r"[..], b"br", b"cr"].iter().any(|raw| {
        let rest = prefix.strip_suffix(*raw);
        rest.is_some_and(|rest| !rest.last().is_some_and(|byte| is_word(*byte)))
    });
    if !is_raw {
        return Odd::None;
    }
    let close = [b"\"", vec![b'#'; hashes].as_slice()].concat();
    match memchr::memmem::find(&text[at + 1..], &close) {
        Some(length) => Odd::Literal(1 + length + close.len()),
        None => Odd::Open,
    }
}

/// The longest escape between quotes: `\u{10FFFF}`.
const MAX_CHARACTER: usize = 12;
const MAX_HASHES: usize = 16;

fn brace(before: &[u8], is_inside_brackets: bool) -> Brace {
    let Some(&last) = before.last() else {
        return if is_inside_brackets {
            Brace::Inside
        } else {
            Brace::Block
        };
    };
    if before.ends_with(b"=>") || last == b'|' || last == b'!' {
        return Brace::Block;
    }
    let mut words = before.split(|byte| !is_word(*byte)).filter(|word| !word.is_empty());
    if is_word(last)
        && let Some(b"else" | b"unsafe" | b"loop" | b"async" | b"move" | b"const" | b"try") = words.clone().next_back()
    {
        return Brace::Block;
    }
    if is_inside_brackets {
        return Brace::Inside;
    }
    let is_modifier = |word: &&[u8]| matches!(*word, b"pub" | b"crate" | b"async" | b"const" | b"unsafe" | b"default");
    let first = words.find(|word| !is_modifier(word)).unwrap_or_default();
    match first {
        b"impl" | b"trait" => return Brace::Members,
        b"struct" | b"enum" | b"union" | b"use" | b"macro_rules" => return Brace::Inside,
        b"fn" | b"mod" | b"extern" | b"while" | b"for" | b"loop" | b"if" | b"else" => return Brace::Block,
        _ => {}
    }
    // `let x = if a {`; of `match` the arms are parts of an expression.
    let value = before
        .iter()
        .rposition(|byte| *byte == b'=')
        .map_or(&[][..], |at| &before[at + 1..]);
    let mut words = value.split(|byte| !is_word(*byte)).filter(|word| !word.is_empty());
    match words.next() {
        Some(b"if" | b"while" | b"for") => Brace::Block,
        _ if memchr::memmem::find(before, b"fn ").is_some() => Brace::Block,
        _ => Brace::Inside,
    }
}

fn frame(statement: &[u8], is_member: bool) -> (&'static str, &'static str) {
    let length = statement.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let end = if matches!(statement.last(), Some(b';' | b'}')) {
        ""
    } else {
        ";"
    };
    match &statement[..length] {
        _ if is_member => ("impl _ {", "}"),
        b"else" => ("if _ {} ", end),
        _ => ("", end),
    }
}

/// Where the part of a qualified name ends that is usually imported: a type, or the module of a function.
fn imported_end(name: &str) -> usize {
    let mut end = 0;
    for part in name.split('.') {
        if part.starts_with(char::is_uppercase) {
            return end + part.trim_end_matches("()").len();
        }
        end += part.len() + 1;
    }
    name.rfind('.').unwrap_or(0)
}

/// What stands where the name is used: the crate's own name may stand in an import only, and the type is there always.
fn words(name: &str) -> Vec<&str> {
    let end = imported_end(name);
    let start = name[..end].rfind('.').map_or(0, |at| at + 1);
    dotted(&name[start..])
}

fn shape<'n>(node: Node<'n>, text: &[u8]) -> Shape<'n> {
    shape_of(node, text).unwrap_or(Shape::Other)
}

fn shape_of<'n>(node: Node<'n>, text: &[u8]) -> Option<Shape<'n>> {
    Some(match node.kind() {
        "identifier" | "type_identifier" | "field_identifier" | "self" | "crate" => Shape::Name,
        "scoped_identifier" | "scoped_type_identifier" => match field(node, "path") {
            Some(object) => Shape::Member {
                object,
                name: field(node, "name")?,
            },
            None => Shape::Inner(field(node, "name")?),
        },
        "field_expression" => Shape::Member {
            object: field(node, "value")?,
            name: field(node, "field")?,
        },
        "generic_function" => Shape::Inner(field(node, "function")?),
        "generic_type" | "generic_type_with_turbofish" => Shape::Inner(field(node, "type")?),
        "index_expression" => Shape::Index {
            object: node.named_child(0)?,
            key: node.named_child(1)?,
        },
        "call_expression" => call(node, text)?,
        "struct_expression" => {
            let entries = named_children(field(node, "body")?).into_iter();
            Shape::Call {
                function: Function::Expression(field(node, "name")?),
                arguments: entries.filter_map(entry).collect(),
            }
        }
        "macro_invocation" => macro_of(node, text)?,
        "string_literal" => Shape::Text {
            open: 1 + bytes(node, text).iter().position(|byte| *byte == b'"')?,
            close: 1,
            has_escapes: true,
        },
        "raw_string_literal" => {
            let open = 1 + bytes(node, text).iter().position(|byte| *byte == b'"')?;
            Shape::Text {
                open,
                close: 1 + bytes(node, text).iter().rev().take_while(|byte| **byte == b'#').count(),
                has_escapes: false,
            }
        }
        "integer_literal" | "float_literal" | "char_literal" => Shape::Number,
        "boolean_literal" if bytes(node, text) == b"true" => Shape::Word("true", true),
        "boolean_literal" => Shape::Word("false", false),
        "binary_expression" if bytes(field(node, "operator")?, text) == b"+" => {
            Shape::Sum(field(node, "left")?, field(node, "right")?)
        }
        "reference_expression" | "type_cast_expression" => Shape::Inner(field(node, "value")?),
        "try_expression" | "await_expression" | "parenthesized_expression" | "unary_expression" => {
            Shape::Inner(node.named_child(0)?)
        }
        "array_expression" | "tuple_expression" => Shape::Collection(named_children(node)),
        "assignment_expression" | "compound_assignment_expr" => Shape::Given {
            to: field(node, "left")?,
            value: field(node, "right")?,
        },
        "let_declaration" => Shape::Given {
            to: field(node, "pattern")?,
            value: field(node, "value")?,
        },
        "const_item" | "static_item" => Shape::Given {
            to: field(node, "name")?,
            value: field(node, "value")?,
        },
        "field_initializer" => Shape::Given {
            to: field(node, "field")?,
            value: field(node, "value")?,
        },
        _ => return None,
    })
}

/// Methods that give their object in another type.
const CONVERSIONS: [&str; 10] = [
    "to_string",
    "to_owned",
    "as_str",
    "as_bytes",
    "as_ref",
    "into",
    "clone",
    "unwrap",
    "as_slice",
    "to_vec",
];

fn call<'n>(node: Node<'n>, text: &[u8]) -> Option<Shape<'n>> {
    let function = field(node, "function")?;
    let arguments = named_children(field(node, "arguments")?);
    if function.kind() == "field_expression" && arguments.is_empty() {
        let name = str(field(function, "field")?, text);
        let object = field(function, "value")?;
        if CONVERSIONS.contains(&name) {
            return Some(Shape::Inner(object));
        }
    }
    if let [text_given] = arguments.as_slice()
        && bytes(function, text) == b"String::from"
    {
        return Some(Shape::Inner(*text_given));
    }
    Some(Shape::Call {
        function: Function::Expression(function),
        arguments: arguments.into_iter().map(Argument::Positional).collect(),
    })
}

fn entry(node: Node<'_>) -> Option<Argument<'_>> {
    match node.kind() {
        "field_initializer" => Some(Argument::Keyword(field(node, "field")?, field(node, "value")?)),
        "shorthand_field_initializer" => node.named_child(0).map(|name| Argument::Keyword(name, name)),
        "base_field_initializer" => Some(Argument::KeywordSpread),
        _ => None,
    }
}

/// `format!` puts text together where something but literals stands in its brackets, or a name in its text; `vec!` is a list.
fn macro_of<'n>(node: Node<'n>, text: &[u8]) -> Option<Shape<'n>> {
    let name = field(node, "macro")?;
    let tokens = named_children(node)
        .last()
        .copied()
        .filter(|last| last.kind() == "token_tree")?;
    let parts = named_children(tokens);
    Some(match str(name, text) {
        "format" | "format_args" | "concat" => {
            let is_literal = |part: &Node<'_>| part.kind().ends_with("_literal");
            let has_names = parts.first().is_some_and(|first| holds_name(bytes(*first, text)));
            if parts.iter().all(is_literal) && !has_names {
                Shape::Collection(Vec::new())
            } else {
                Shape::Template(vec![name])
            }
        }
        "vec" => Shape::Collection(parts),
        _ => return None,
    })
}

/// Whether a format has a name in braces: `{name}`.
fn holds_name(format: &[u8]) -> bool {
    format
        .windows(2)
        .any(|pair| pair[0] == b'{' && (pair[1] == b'_' || pair[1].is_ascii_lowercase()))
}

fn binds<'n>(node: Node<'n>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    match node.kind() {
        "use_declaration" => {
            if let Some(argument) = field(node, "argument") {
                import(argument, "", text, bound);
            }
        }
        "let_declaration" | "parameter" => instance(field(node, "pattern"), field(node, "type"), text, bound),
        "field_declaration" => instance(field(node, "name"), field(node, "type"), text, bound),
        _ => {}
    }
}

fn instance<'n>(name: Option<Node<'n>>, class: Option<Node<'n>>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    let Some((name, mut class)) = name.zip(class) else {
        return;
    };
    while class.kind() == "reference_type" {
        let Some(inner) = field(class, "type") else { return };
        class = inner;
    }
    if matches!(name.kind(), "identifier" | "field_identifier")
        && matches!(class.kind(), "type_identifier" | "scoped_type_identifier")
    {
        bound.push(Bound {
            name: str(name, text).to_owned(),
            target: Target::Instance(class),
        });
    }
}

/// `use a::{b, c as d, e::*};`
fn import<'n>(node: Node<'n>, prefix: &str, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    let join = |node: Node<'_>| match str(node, text) {
        "self" => prefix.trim_end_matches('.').to_owned(),
        path => format!("{prefix}{}", path.trim_start_matches("::").replace("::", ".")),
    };
    let mut push = |name: &str, target: String| {
        bound.push(Bound {
            name: name.to_owned(),
            target: Target::Import(target),
        });
    };
    match node.kind() {
        "identifier" | "scoped_identifier" | "self" => {
            let target = join(node);
            push(target.clone().rsplit('.').next().unwrap_or_default(), target);
        }
        "use_as_clause" => {
            if let (Some(path), Some(alias)) = (field(node, "path"), field(node, "alias")) {
                push(str(alias, text), join(path));
            }
        }
        "use_wildcard" => {
            if let Some(path) = node.named_child(0) {
                push("*", join(path) + ".*");
            }
        }
        "scoped_use_list" => {
            let prefix = field(node, "path").map_or_else(|| prefix.to_owned(), |path| join(path) + ".");
            let list = field(node, "list").map(named_children).unwrap_or_default();
            // Lists nest as deep as somebody writes them; nobody needs more.
            if prefix.matches('.').count() < 16 {
                list.into_iter().for_each(|part| import(part, &prefix, text, bound));
            }
        }
        "use_list" => named_children(node)
            .into_iter()
            .for_each(|part| import(part, prefix, text, bound)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_are_no_characters() {
        assert_eq!(odd(b"'a'", 0), Odd::Literal(3));
        assert_eq!(odd(b"'a, 'b", 0), Odd::Code);
        assert_eq!(odd(b"'\\u{1F600}'", 0), Odd::Literal(11));
        assert_eq!(odd(b"r#\"a\"b\"# c", 2), Odd::Literal(6));
    }

    #[test]
    fn braces_open_members_blocks_and_lists() {
        assert_eq!(brace(b"pub(crate) fn a<T>(b: T) -> C", false), Brace::Block);
        assert_eq!(brace(b"impl A for B", false), Brace::Members);
        assert_eq!(brace(b"let a = if b", false), Brace::Block);
        assert_eq!(brace(b"let a = Config", false), Brace::Inside);
        assert_eq!(brace(b"x, ||", true), Brace::Block);
    }
}
