//! C#.
//!
//! Source: [C# language specification](https://learn.microsoft.com/en-us/dotnet/csharp/language-reference/language-specification/lexical-structure).

use tree_sitter::Node;
use weighbridge_core::Language;

use super::Recognised;
use crate::code::lexer::lex;
use crate::code::lexis::{Brace, Lexis, Odd, Oddities};
use crate::code::shape::{Argument, Bound, Code, Dialect, Function, Shape, Target, bytes, field, named_children, str};
use crate::word::is_word;

pub(super) const CSHARP: Recognised = Recognised {
    language: Language::named("csharp"),
    extensions: &["cs", "csx"],
    file_names: &[],
    interpreters: &["dotnet-script"],
    code: Some(&CODE),
};

static CODE: Code = Code {
    lex: |text| lex(text, &LEXIS),
    dialects: &[Dialect {
        grammar: || tree_sitter_c_sharp::LANGUAGE.into(),
        extensions: &[],
    }],
    shape,
    binds,
    frame,
    words,
    usual_import: |name| {
        let class = &name[..class_end(name)?];
        Some((class.rsplit('.').next()?, class))
    },
    import_words: &[b"using", b"global using"],
    has_partial_imports: true,
    // What a project imports by itself since .NET 6.
    prelude: &["System", "System.IO", "System.Net.Http", "System.Threading.Tasks"],
    builtin_prefixes: &["global."],
    loaders: &[],
    wrappers: &[],
    mirrors: &[],
    formatters: &[
        "string.Format",
        "String.Format",
        "System.String.Format",
        "string.Concat",
        "String.Concat",
        "string.Join",
    ],
    names_are_values: true,
    lookers: &["nameof", "typeof"],
    definers: &["class", "interface", "enum", "record", "struct"],
    requests: None,
};

static LEXIS: Lexis = Lexis {
    brace,
    starters: &[
        b"public ",
        b"private ",
        b"protected ",
        b"internal ",
        b"return ",
        b"using ",
        b"if (",
        b"foreach (",
    ],
    followers: &[b"else", b"catch", b"finally", b"while"],
    has_directives: true,
    odd: Oddities { firsts: b"\"", at: odd },
    ..Lexis::PLAIN
};

/// Code in a text that is looked at.
const MAX_INSIDE: usize = 256;

/// Verbatim, interpolated and raw literals.
fn odd(text: &[u8], at: usize) -> Odd {
    let near = &text[at.saturating_sub(4)..at];
    let signs = &near[near
        .iter()
        .rposition(|byte| !b"$@".contains(byte))
        .map_or(0, |at| at + 1)..];
    let (is_verbatim, has_code) = (signs.contains(&b'@'), signs.contains(&b'$'));
    let quotes = text[at..].iter().take_while(|byte| **byte == b'"').count();
    if quotes >= 3 && !is_verbatim {
        let close = &text[at..at + quotes];
        let found = memchr::memmem::find(&text[at + quotes..], close);
        return found.map_or(Odd::Open, |length| Odd::Literal(length + 2 * quotes));
    }
    if !is_verbatim && !has_code {
        return Odd::None;
    }
    let mut end = at + 1;
    while let Some(byte) = text.get(end) {
        match byte {
            b'"' if is_verbatim && text.get(end + 1) == Some(&b'"') => end += 1,
            b'"' => return Odd::Literal(end + 1 - at),
            b'\\' if !is_verbatim => end += 1,
            b'\n' if !is_verbatim => return Odd::Open,
            b'{' if has_code && text.get(end + 1) == Some(&b'{') => end += 1,
            b'{' if has_code => end = code_end(text, end),
            _ => {}
        }
        end += 1;
    }
    Odd::Open
}

/// The brace that closes the code in a text; else the one that opens it.
fn code_end(text: &[u8], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in text[open..].iter().enumerate().take(MAX_INSIDE) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return open + at,
            b'}' => depth -= 1,
            b'\n' => break,
            _ => {}
        }
    }
    open
}

fn brace(before: &[u8], is_inside_brackets: bool) -> Brace {
    let Some(&last) = before.last() else {
        return if is_inside_brackets {
            Brace::Inside
        } else {
            Brace::Block
        };
    };
    if before.ends_with(b"=>") {
        return Brace::Block;
    }
    let words: Vec<&[u8]> = before
        .split(|byte| !is_word(*byte))
        .filter(|word| !word.is_empty())
        .collect();
    let is_assigned = before.contains(&b'=');
    let declares = |word: &&[u8]| matches!(*word, b"class" | b"interface" | b"struct" | b"record" | b"namespace");
    if words.iter().take(12).any(declares) && !is_assigned {
        return Brace::Members;
    }
    if words.first() == Some(&&b"enum"[..]) || words.iter().take(3).any(|word| *word == b"enum") {
        return Brace::Inside;
    }
    let last_word = words.last().copied().unwrap_or_default();
    if is_word(last)
        && matches!(
            last_word,
            b"else" | b"try" | b"finally" | b"do" | b"unsafe" | b"checked" | b"delegate"
        )
    {
        return Brace::Block;
    }
    // `new Type(…) { Name = value }`, `x switch { … }`, `is { … }`, `with { … }`
    if makes_object(before) || matches!(last_word, b"switch" | b"is" | b"with" | b"new") && is_word(last) {
        return Brace::Inside;
    }
    if last == b')' || last == b':' {
        return Brace::Block;
    }
    if is_assigned || is_inside_brackets || b"([,?".contains(&last) {
        return Brace::Inside;
    }
    Brace::Block
}

/// Whether a type behind `new`, with or without its brackets, stands at the end.
fn makes_object(before: &[u8]) -> bool {
    let mut head = before;
    while let Some(open) = open_of(head) {
        head = head[..open].trim_ascii_end();
    }
    let is_type = |byte: &u8| is_word(*byte) || b"._<>, ?[]".contains(byte);
    let start = head.iter().rposition(|byte| !is_type(byte)).map_or(0, |at| at + 1);
    head[start..].split(|byte| !is_word(*byte)).any(|word| word == b"new")
}

/// The bracket that the one at the end closes.
fn open_of(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    if !text.ends_with(b")") {
        return None;
    }
    text.iter().rposition(|byte| {
        match byte {
            b')' => depth += 1,
            b'(' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })
}

fn frame(statement: &[u8], is_member: bool) -> (&'static str, &'static str) {
    let length = statement.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let is_complete = statement.starts_with(b"#") || matches!(statement.last(), Some(b';' | b'}'));
    let end = if is_complete { "" } else { ";" };
    match &statement[..length] {
        // In a namespace too.
        b"using" => ("", end),
        _ if is_member => ("class _ {", "}"),
        b"case" | b"default" => ("switch (_) {", if is_complete { "}" } else { ";}" }),
        b"else" => ("if (_) {} ", end),
        b"catch" | b"finally" => ("try {} ", end),
        b"get" | b"set" | b"init" => ("int _ { ", "}"),
        _ => ("", end),
    }
}

/// Namespaces of which rules name classes: whether `A.B` is a class in `A` or a method of `A` cannot be told from the name.
const NAMESPACES: [&str; 24] = [
    "Microsoft.AspNetCore.Components",
    "Microsoft.AspNetCore.Html",
    "Microsoft.CodeAnalysis.CSharp.Scripting",
    "Microsoft.Data.SqlClient",
    "Microsoft.Data.Sqlite",
    "MySql.Data.MySqlClient",
    "MySqlConnector",
    "Npgsql",
    "System.Data.Odbc",
    "System.Data.OleDb",
    "System.Data.SQLite",
    "System.Data.SqlClient",
    "System.Diagnostics",
    "System.IO",
    "System.Management.Automation",
    "System.Reflection",
    "System.Runtime.Serialization",
    "System.Runtime.Serialization.Formatters.Binary",
    "System.Runtime.Serialization.Formatters.Soap",
    "System.Security.Cryptography",
    "System.Web",
    "System.Web.Mvc",
    "System.Web.UI",
    "System.Xml",
];

/// Where the part of a qualified name ends that names a class: behind a namespace, before the first brackets, or before the last part.
fn class_end(name: &str) -> Option<usize> {
    let inside = |namespace: &&str| name.strip_prefix(*namespace)?.strip_prefix('.');
    if let Some(rest) = NAMESPACES.iter().filter_map(inside).min_by_key(|rest| rest.len()) {
        let class = rest.split('.').next().unwrap_or(rest).trim_end_matches("()");
        return Some(name.len() - rest.len() + class.len());
    }
    name.find("()").or_else(|| name.rfind('.'))
}

/// The class and what stands behind it: the namespace comes in with `using`.
fn words(name: &str) -> Vec<&str> {
    let end = class_end(name).unwrap_or(0);
    let start = name[..end].rfind('.').map_or(0, |at| at + 1);
    name[start..]
        .split('.')
        .map(|part| part.trim_end_matches("()"))
        .collect()
}

fn shape<'n>(node: Node<'n>, text: &[u8]) -> Shape<'n> {
    shape_of(node, text).unwrap_or(Shape::Other)
}

fn shape_of<'n>(node: Node<'n>, text: &[u8]) -> Option<Shape<'n>> {
    Some(match node.kind() {
        // A type of the language stands before a dot too: `string.Format`.
        "identifier" | "this" | "predefined_type" => Shape::Name,
        "generic_name" => Shape::Inner(node.named_child(0)?),
        "member_access_expression" => Shape::Member {
            object: field(node, "expression")?,
            name: without_types(field(node, "name")?),
        },
        "conditional_access_expression" => Shape::Inner(named_children(node).last().copied()?),
        "member_binding_expression" => Shape::Inner(field(node, "name")?),
        "qualified_name" => Shape::Member {
            object: field(node, "qualifier")?,
            name: without_types(field(node, "name")?),
        },
        "element_access_expression" => Shape::Index {
            object: field(node, "expression")?,
            key: field(node, "subscript")?.named_child(0)?.named_child(0)?,
        },
        "invocation_expression" => Shape::Call {
            function: Function::Expression(field(node, "function")?),
            arguments: arguments(field(node, "arguments")),
        },
        "object_creation_expression" => {
            let mut arguments = arguments(field(node, "arguments"));
            let entries = field(node, "initializer").map(named_children).unwrap_or_default();
            let named = entries
                .into_iter()
                .filter(|entry| entry.kind() == "assignment_expression");
            arguments.extend(
                named.filter_map(|entry| Some(Argument::Keyword(field(entry, "left")?, field(entry, "right")?))),
            );
            Shape::Call {
                function: Function::Expression(field(node, "type")?),
                arguments,
            }
        }
        "string_literal" => Shape::text(true),
        "verbatim_string_literal" => Shape::Text {
            open: 2,
            close: 1,
            has_escapes: false,
        },
        "raw_string_literal" => Shape::Text {
            open: 3,
            close: 3,
            has_escapes: false,
        },
        "interpolated_string_expression" => {
            let holes = named_children(node)
                .into_iter()
                .filter(|child| child.kind() == "interpolation");
            let is_code = |child: &Node<'_>| child.kind() != "interpolation_brace";
            let parts: Vec<_> = holes
                .filter_map(|hole| named_children(hole).into_iter().find(is_code))
                .collect();
            if parts.is_empty() {
                Shape::Text {
                    open: 2,
                    close: 1,
                    has_escapes: true,
                }
            } else {
                Shape::Template(parts)
            }
        }
        "integer_literal" | "real_literal" | "character_literal" => Shape::Number,
        "boolean_literal" if bytes(node, text) == b"true" => Shape::Word("true", true),
        "boolean_literal" => Shape::Word("false", false),
        "null_literal" => Shape::Word("null", false),
        "binary_expression" => {
            let (left, right) = (field(node, "left")?, field(node, "right")?);
            match bytes(field(node, "operator")?, text) {
                b"+" => Shape::Sum(left, right),
                b"??" => Shape::Either(left, right),
                _ => return None,
            }
        }
        "conditional_expression" => Shape::Either(field(node, "consequence")?, field(node, "alternative")?),
        "parenthesized_expression" | "await_expression" | "postfix_unary_expression" => {
            Shape::Inner(node.named_child(0)?)
        }
        "cast_expression" => Shape::Inner(field(node, "value")?),
        "as_expression" => Shape::Inner(field(node, "left")?),
        "initializer_expression" | "collection_expression" => Shape::Collection(named_children(node)),
        "array_creation_expression" | "implicit_array_creation_expression" => {
            let list = named_children(node).last().copied()?;
            Shape::Collection(named_children(list))
        }
        "assignment_expression" => Shape::Given {
            to: field(node, "left")?,
            value: field(node, "right")?,
        },
        "variable_declarator" => {
            let name = field(node, "name")?;
            let value = named_children(node).last().copied().filter(|value| *value != name)?;
            Shape::Given { to: name, value }
        }
        _ => return None,
    })
}

/// `Name` of `Name<Type>`.
fn without_types(name: Node<'_>) -> Node<'_> {
    match name.kind() {
        "generic_name" => name.named_child(0).unwrap_or(name),
        _ => name,
    }
}

fn arguments(list: Option<Node<'_>>) -> Vec<Argument<'_>> {
    let list = list.map(named_children).unwrap_or_default().into_iter();
    list.filter_map(|argument| {
        let value = named_children(argument).last().copied()?;
        Some(match field(argument, "name") {
            Some(name) => Argument::Keyword(name, value),
            None => Argument::Positional(value),
        })
    })
    .collect()
}

fn binds<'n>(node: Node<'n>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    match node.kind() {
        "using_directive" => import(node, text, bound),
        "variable_declaration" => {
            let declarators = named_children(node).into_iter();
            for declarator in declarators.filter(|child| child.kind() == "variable_declarator") {
                instance(field(declarator, "name"), field(node, "type"), text, bound);
            }
        }
        "parameter" | "property_declaration" => instance(field(node, "name"), field(node, "type"), text, bound),
        _ => {}
    }
}

fn instance<'n>(name: Option<Node<'n>>, class: Option<Node<'n>>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    let Some((name, mut class)) = name.zip(class) else {
        return;
    };
    if class.kind() == "nullable_type" {
        class = class.named_child(0).unwrap_or(class);
    }
    if matches!(class.kind(), "identifier" | "qualified_name" | "generic_name") {
        bound.push(Bound {
            name: str(name, text).to_owned(),
            target: Target::Instance(class),
        });
    }
}

/// `using A.B;`, `using static A.B;`, `using C = A.B;`.
fn import<'n>(node: Node<'n>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    let Some(path) = named_children(node).last().copied() else {
        return;
    };
    let path = str(path, text)
        .trim_start_matches("global::")
        .replace(char::is_whitespace, "");
    bound.push(match field(node, "name") {
        Some(name) => Bound {
            name: str(name, text).to_owned(),
            target: Target::Import(path),
        },
        None => Bound {
            name: "*".to_owned(),
            target: Target::Import(path + ".*"),
        },
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_with_the_class() {
        assert_eq!(words("System.Diagnostics.Process.Start"), ["Process", "Start"]);
        assert_eq!(words("System.Random().Next"), ["Random", "Next"]);
        assert_eq!(words("System.Web.UI.LosFormatter"), ["LosFormatter"]);
        assert_eq!(words("Fact"), ["Fact"]);
    }

    #[test]
    fn braces_open_members_blocks_and_lists() {
        assert_eq!(brace(b"public sealed class A : B", false), Brace::Members);
        assert_eq!(brace(b"var c = new SqlCommand(\"a\", b(c))", false), Brace::Inside);
        assert_eq!(brace(b"if (x)", false), Brace::Block);
        assert_eq!(brace(b"public string Name", false), Brace::Block);
        assert_eq!(brace(b"(a, b) =>", true), Brace::Block);
    }

    #[test]
    fn texts_hold_quotes_and_code() {
        assert_eq!(odd(b"@\"a\"\"b\" c", 1), Odd::Literal(6));
        assert_eq!(odd(b"$\"a{d[\"x\"]}\" c", 1), Odd::Literal(11));
        assert_eq!(odd(b"\"\"\"a\"b\"\"\" c", 0), Odd::Literal(9));
    }
}
