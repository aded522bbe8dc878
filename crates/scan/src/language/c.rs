//! C and C++.
//!
//! One file for both: the names of the nodes that matter are the same in both grammars. A header is read as C++, which reads nearly all
//! of C. Headers are not opened, so a name means what the standard library or a well-known library calls so.
//!
//! Sources: [the C standard, working draft](https://www.open-std.org/jtc1/sc22/wg14/www/docs/n3220.pdf),
//! [the C++ standard, working draft](https://eel.is/c++draft/).

use tree_sitter::Node;
use weighbridge_core::Language;

use super::Recognised;
use crate::code::lexer::lex;
use crate::code::lexis::{Brace, Lexis, Odd, Oddities};
use crate::code::shape::{Argument, Bound, Code, Dialect, Function, Shape, Target, bytes, field, named_children, str};
use crate::code::table::dotted;
use crate::word::is_word;

pub(super) const C: Recognised = Recognised {
    language: Language::named("c"),
    extensions: &["c"],
    file_names: &[],
    interpreters: &[],
    code: Some(&CODE),
};

pub(super) const CPP: Recognised = Recognised {
    language: Language::named("cpp"),
    extensions: &[
        "cc", "cpp", "cxx", "c++", "h", "hh", "hpp", "hxx", "h++", "ipp", "inl", "cu", "cuh",
    ],
    file_names: &[],
    interpreters: &[],
    code: Some(&CODE),
};

static CODE: Code = Code {
    lex: |text| lex(text, &LEXIS),
    dialects: &[
        Dialect {
            grammar: || tree_sitter_cpp::LANGUAGE.into(),
            extensions: &[],
        },
        Dialect {
            grammar: || tree_sitter_c::LANGUAGE.into(),
            extensions: &["c"],
        },
    ],
    shape,
    binds,
    frame,
    words: dotted,
    usual_import: |_| None,
    import_words: &[b"namespace"],
    has_partial_imports: false,
    prelude: &[],
    builtin_prefixes: &["std."],
    loaders: &[],
    wrappers: &[],
    mirrors: &[],
    formatters: &["format", "fmt.format", "absl.StrCat", "absl.StrFormat", "*.append"],
    names_are_values: true,
    lookers: &["sizeof", "decltype"],
    definers: &["class", "struct", "define"],
    requests: None,
};

static LEXIS: Lexis = Lexis {
    brace,
    starters: &[
        b"static ",
        b"return ",
        b"typedef ",
        b"struct ",
        b"class ",
        b"namespace ",
        b"template ",
        b"int main",
        b"void ",
    ],
    followers: &[b"else", b"catch", b"while"],
    has_directives: true,
    odd: Oddities {
        firsts: b"\"'",
        at: odd,
    },
    ..Lexis::PLAIN
};

/// Raw literals, and the sign between the digits of a number.
fn odd(text: &[u8], at: usize) -> Odd {
    let before = &text[..at];
    if text[at] == b'\'' {
        let is_separator = before.last().is_some_and(u8::is_ascii_hexdigit)
            && text.get(at + 1).is_some_and(u8::is_ascii_hexdigit)
            && text.get(at + 2) != Some(&b'\'')
            && begins_with_digit(before);
        return if is_separator { Odd::Code } else { Odd::None };
    }
    // `R"name( … )name"`
    if !before.ends_with(b"R")
        || before
            .iter()
            .rev()
            .nth(1)
            .is_some_and(|byte| is_word(*byte) && !b"LuU8".contains(byte))
    {
        return Odd::None;
    }
    let behind = &text[at + 1..];
    let Some(length) = behind.iter().take(MAX_DELIMITER + 1).position(|byte| *byte == b'(') else {
        return Odd::None;
    };
    let close = [b")", &behind[..length], b"\""].concat();
    match memchr::memmem::find(behind, &close) {
        Some(end) => Odd::Literal(1 + end + close.len()),
        None => Odd::Open,
    }
}

/// The longest name of a raw literal.
const MAX_DELIMITER: usize = 16;
/// Digits of a number that are looked at.
const MAX_DIGITS: usize = 32;

fn begins_with_digit(before: &[u8]) -> bool {
    let near = &before[before.len().saturating_sub(MAX_DIGITS)..];
    let start = near
        .iter()
        .rposition(|byte| !byte.is_ascii_alphanumeric() && *byte != b'\'')
        .map_or(0, |at| at + 1);
    near.get(start).is_some_and(u8::is_ascii_digit)
}

fn brace(before: &[u8], is_inside_brackets: bool) -> Brace {
    let Some(&last) = before.last() else {
        return if is_inside_brackets {
            Brace::Inside
        } else {
            Brace::Block
        };
    };
    if last == b')' || last == b']' || (last == b':' && !is_inside_brackets) {
        return Brace::Block;
    }
    if b"=(,?".contains(&last) {
        return Brace::Inside;
    }
    let words: Vec<&[u8]> = before
        .split(|byte| !is_word(*byte))
        .filter(|word| !word.is_empty())
        .collect();
    let last_word = words.last().copied().unwrap_or_default();
    if matches!(
        last_word,
        b"else" | b"do" | b"try" | b"const" | b"override" | b"noexcept" | b"final" | b"mutable"
    ) && is_word(last)
    {
        return Brace::Block;
    }
    let first = words
        .iter()
        .find(|word| !matches!(**word, b"typedef" | b"inline" | b"static" | b"const" | b"export"));
    let declares = words
        .iter()
        .take(12)
        .any(|word| matches!(*word, b"struct" | b"class" | b"union"));
    match first.copied().unwrap_or_default() {
        b"namespace" | b"extern" | b"__except" => return Brace::Block,
        b"enum" => return Brace::Inside,
        _ if declares && !before.contains(&b'=') && !before.contains(&b'(') => return Brace::Members,
        _ => {}
    }
    // A head with a macro, a type or initializers behind its parameters.
    let has_parameters = before.contains(&b')') && !before.contains(&b'=');
    if has_parameters && !is_inside_brackets && last != b'>' || before.ends_with(b"}") {
        return Brace::Block;
    }
    Brace::Inside
}

fn frame(statement: &[u8], is_member: bool) -> (&'static str, &'static str) {
    let length = statement.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let is_complete = statement.starts_with(b"#") || matches!(statement.last(), Some(b';' | b'}'));
    // What a `#define` stands for may end with a comment.
    let end = if is_complete { "" } else { "\n;" };
    match &statement[..length] {
        b"else" => ("if (_) {} ", end),
        b"catch" => ("try {} ", end),
        _ if is_member => ("struct _ {", "};"),
        _ => ("", end),
    }
}

fn shape<'n>(node: Node<'n>, text: &[u8]) -> Shape<'n> {
    shape_of(node, text).unwrap_or(Shape::Other)
}

fn shape_of<'n>(node: Node<'n>, text: &[u8]) -> Option<Shape<'n>> {
    Some(match node.kind() {
        "identifier" | "type_identifier" | "namespace_identifier" | "field_identifier" | "this" => Shape::Name,
        "field_expression" => Shape::Member {
            object: field(node, "argument")?,
            name: field(node, "field")?,
        },
        "qualified_identifier" => match field(node, "scope") {
            Some(object) => Shape::Member {
                object,
                name: field(node, "name")?,
            },
            None => Shape::Inner(field(node, "name")?),
        },
        "template_function" | "template_type" | "template_method" => Shape::Inner(field(node, "name")?),
        "call_expression" => call(node, text)?,
        "new_expression" => Shape::Call {
            function: Function::Expression(field(node, "type")?),
            arguments: field(node, "arguments").map(arguments).unwrap_or_default(),
        },
        "compound_literal_expression" => Shape::Call {
            function: Function::Expression(field(node, "type")?),
            arguments: field(node, "value").map(arguments).unwrap_or_default(),
        },
        "string_literal" => Shape::Text {
            open: 1 + bytes(node, text).iter().position(|byte| *byte == b'"')?,
            close: 1,
            has_escapes: true,
        },
        "raw_string_literal" => Shape::Text {
            open: 0,
            close: 0,
            has_escapes: false,
        },
        // Macros between texts stand for texts: `"%" PRIu64`.
        "concatenated_string" => Shape::Text {
            open: 1,
            close: 0,
            has_escapes: false,
        },
        "number_literal" | "char_literal" => Shape::Number,
        "true" => Shape::Word("true", true),
        "false" => Shape::Word("false", false),
        "null" => Shape::Word("NULL", false),
        "binary_expression" if bytes(field(node, "operator")?, text) == b"+" => {
            Shape::Sum(field(node, "left")?, field(node, "right")?)
        }
        "parenthesized_expression" => Shape::Inner(node.named_child(0)?),
        "cast_expression" => Shape::Inner(field(node, "value")?),
        "pointer_expression" => Shape::Inner(field(node, "argument")?),
        "conditional_expression" => Shape::Either(field(node, "consequence")?, field(node, "alternative")?),
        "initializer_list" => Shape::Collection(named_children(node)),
        "assignment_expression" => Shape::Given {
            to: field(node, "left")?,
            value: field(node, "right")?,
        },
        "init_declarator" => Shape::Given {
            to: name_of(field(node, "declarator")?),
            value: field(node, "value")?,
        },
        "initializer_pair" => Shape::Given {
            to: field(node, "designator")?,
            value: field(node, "value")?,
        },
        _ => return None,
    })
}

/// The name in a declarator: `p` of `*p[4]`.
fn name_of(declarator: Node<'_>) -> Node<'_> {
    let mut name = declarator;
    while let Some(inner) = field(name, "declarator").or_else(|| {
        let is_reference = name.kind() == "reference_declarator";
        is_reference.then(|| name.named_child(0)).flatten()
    }) {
        name = inner;
    }
    name
}

/// A call. `static_cast<T>(x)` and `std::string("…")` are what is in them.
fn call<'n>(node: Node<'n>, text: &[u8]) -> Option<Shape<'n>> {
    let function = field(node, "function")?;
    let arguments = arguments(field(node, "arguments")?);
    let is_conversion = str(function, text).starts_with("static_cast<")
        || matches!(
            str(function, text),
            "std::string" | "string" | "std::string_view" | "_" | "QString" | "L"
        );
    match arguments.as_slice() {
        [Argument::Positional(value)] if is_conversion => Some(Shape::Inner(*value)),
        _ => Some(Shape::Call {
            function: Function::Expression(function),
            arguments,
        }),
    }
}

fn arguments(list: Node<'_>) -> Vec<Argument<'_>> {
    let is_spread = |node: &Node<'_>| node.kind() == "parameter_pack_expansion";
    named_children(list)
        .into_iter()
        .map(|node| {
            if is_spread(&node) {
                Argument::Spread
            } else {
                Argument::Positional(node)
            }
        })
        .collect()
}

fn binds<'n>(node: Node<'n>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    match node.kind() {
        // `namespace fs = std::filesystem;`
        "namespace_alias_definition" => {
            let children = named_children(node);
            if let [name, .., target] = children.as_slice() {
                let path = str(*target, text).trim_start_matches(':').replace("::", ".");
                bound.push(Bound {
                    name: str(*name, text).to_owned(),
                    target: Target::Import(path.strip_prefix("std.").map_or(path.clone(), str::to_owned)),
                });
            }
        }
        // `std::mt19937 generator(seed);`
        "declaration" | "field_declaration" | "parameter_declaration" => {
            let Some(class) = field(node, "type") else { return };
            if !matches!(
                class.kind(),
                "type_identifier" | "qualified_identifier" | "template_type"
            ) {
                return;
            }
            let mut cursor = node.walk();
            for declarator in node.children_by_field_name("declarator", &mut cursor) {
                let name = name_of(declarator);
                if matches!(name.kind(), "identifier" | "field_identifier") {
                    bound.push(Bound {
                        name: str(name, text).to_owned(),
                        target: Target::Instance(class),
                    });
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_open_members_blocks_and_lists() {
        assert_eq!(brace(b"int main(void)", false), Brace::Block);
        assert_eq!(brace(b"class A final : public B", false), Brace::Members);
        assert_eq!(brace(b"int a[] =", false), Brace::Inside);
        assert_eq!(brace(b"std::string name", false), Brace::Inside);
        assert_eq!(brace(b"Tool::Tool(int a) : a_(a)", false), Brace::Block);
        assert_eq!(brace(b"[&]", true), Brace::Block);
        assert_eq!(brace(b"extern \"C\"", false), Brace::Block);
    }

    #[test]
    fn a_sign_between_digits_begins_no_literal() {
        assert_eq!(odd(b"1'000", 1), Odd::Code);
        assert_eq!(odd(b"x = 'a'", 4), Odd::None);
        assert_eq!(odd(b"R\"x(a\")x\" b", 1), Odd::Literal(8));
    }
}
