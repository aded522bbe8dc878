//! Java.
//!
//! Source: [The Java Language Specification](https://docs.oracle.com/javase/specs/jls/se21/html/index.html).

use std::sync::LazyLock;

use tree_sitter::Node;
use weighbridge_core::Language;

use super::Recognised;
use crate::code::lexer::lex;
use crate::code::lexis::{Brace, Lexis, Literal};
use crate::code::request::{Requests, compiled};
use crate::code::shape::{Argument, Bound, Code, Dialect, Function, Shape, Target, bytes, field, named_children, str};

pub(super) const JAVA: Recognised = Recognised {
    language: Language::named("java"),
    extensions: &["java"],
    file_names: &[],
    interpreters: &[],
    code: Some(&CODE),
};

static CODE: Code = Code {
    lex: |text| lex(text, &LEXIS),
    dialects: &[Dialect {
        grammar: || tree_sitter_java::LANGUAGE.into(),
        extensions: &[],
    }],
    shape,
    binds,
    frame,
    words,
    usual_import: |name| {
        let class = class_of(name)?;
        Some((class.rsplit('.').next()?, class))
    },
    import_words: &[b"import"],
    has_partial_imports: false,
    prelude: &["java.lang"],
    builtin_prefixes: &[],
    loaders: &[],
    wrappers: &[],
    mirrors: &[],
    formatters: &[
        "java.lang.String.format",
        "String.format",
        "*.formatted",
        "*.concat",
        "java.lang.String.join",
        "java.text.MessageFormat.format",
    ],
    names_are_values: true,
    lookers: &[],
    definers: &["class", "interface", "enum", "record"],
    requests: Some(&REQUESTS),
};

static REQUESTS: Requests = Requests {
    expressions: LazyLock::new(|| {
        compiled(
            r"^(?:\w+\.)*\w*[rR]eq(?:uest)?\w*(?:\(\))?\.get(?:Parameter\w*|Headers?|HeaderNames|QueryString|Cookies|RequestUR[IL]|PathInfo|InputStream|Reader|Parts?|ServletPath)\(|^\w*[cC]ookie\w*\.getValue\(",
        )
    }),
    parameters: Some(LazyLock::new(|| {
        compiled(
            r"@(?:RequestParam|PathVariable|RequestBody|RequestHeader|CookieValue|ModelAttribute|MatrixVariable|QueryParam|PathParam|FormParam|HeaderParam|CookieParam|RequestPart)\b(?:\([^)]*\))?\s*(?:(?:final|@\w+(?:\([^)]*\))?)\s+)*[\w.<>\[\], ?]+?\s(\w+)\s*[,)]",
        )
    })),
};

static LEXIS: Lexis = Lexis {
    literals: &[
        Literal {
            open: b"\"\"\"",
            close: b"\"\"\"",
            has_escapes: true,
            spans_lines: true,
        },
        Literal::line(b"\""),
        Literal::line(b"'"),
    ],
    brace,
    starters: &[
        b"public ",
        b"private ",
        b"protected ",
        b"return ",
        b"import ",
        b"if (",
        b"for (",
        b"try ",
    ],
    followers: &[b"else", b"catch", b"finally", b"while"],
    ..Lexis::PLAIN
};

fn brace(before: &[u8], is_inside_brackets: bool) -> Brace {
    let Some(&last) = before.last() else {
        return if is_inside_brackets {
            Brace::Inside
        } else {
            Brace::Block
        };
    };
    if before.ends_with(b"->") {
        return Brace::Block;
    }
    let words: Vec<&[u8]> = before
        .split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_' && *byte != b'@')
        .filter(|word| !word.is_empty())
        .collect();
    let declares = words
        .iter()
        .take(12)
        .any(|word| matches!(*word, b"class" | b"interface" | b"enum" | b"record" | b"@interface"));
    if declares && !before.contains(&b'=') {
        return Brace::Members;
    }
    if last == b')' {
        return if makes_anonymous_class(before) {
            Brace::Members
        } else {
            Brace::Block
        };
    }
    if b"=]([,{".contains(&last) || is_inside_brackets {
        return Brace::Inside;
    }
    Brace::Block
}

/// Whether the brackets at the end are those of `new Type(…)`.
fn makes_anonymous_class(before: &[u8]) -> bool {
    let mut depth = 0_usize;
    let open = before.iter().rposition(|byte| {
        match byte {
            b')' => depth += 1,
            b'(' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *byte == b'(' && depth == 0
    });
    let Some(open) = open else { return false };
    let head = before[..open].trim_ascii_end();
    let is_type = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.<>, ?\n\r\t".contains(byte);
    let start = head.iter().rposition(|byte| !is_type(byte)).map_or(0, |at| at + 1);
    let mut words = head[start..]
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    words.any(|word| word == b"new")
}

fn frame(statement: &[u8], is_member: bool) -> (&'static str, &'static str) {
    let length = statement.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    match &statement[..length] {
        b"case" | b"default" if !is_member => ("switch (_) {", "}"),
        b"else" => ("if (_) {} ", ""),
        b"catch" | b"finally" => ("try {} ", ""),
        _ if is_member => ("class _ {", "}"),
        _ => ("", ""),
    }
}

/// The part of a qualified name that names a class: up to the first part with a capital.
fn class_of(name: &str) -> Option<&str> {
    let mut end = 0;
    for part in name.split('.') {
        end += part.len();
        if part.starts_with(char::is_uppercase) {
            return Some(name[..end].trim_end_matches("()"));
        }
        end += 1;
    }
    None
}

/// The class and what stands behind it: the package may come in with `*`.
fn words(name: &str) -> Vec<&str> {
    let parts = name.split('.').map(|part| part.trim_end_matches("()"));
    if class_of(name).is_none() {
        return parts.collect();
    }
    parts.skip_while(|part| !part.starts_with(char::is_uppercase)).collect()
}

fn shape<'n>(node: Node<'n>, text: &[u8]) -> Shape<'n> {
    shape_of(node, text).unwrap_or(Shape::Other)
}

fn shape_of<'n>(node: Node<'n>, text: &[u8]) -> Option<Shape<'n>> {
    Some(match node.kind() {
        "identifier" | "type_identifier" => Shape::Name,
        "field_access" => Shape::Member {
            object: field(node, "object")?,
            name: field(node, "field")?,
        },
        "scoped_identifier" => Shape::Member {
            object: field(node, "scope")?,
            name: field(node, "name")?,
        },
        "scoped_type_identifier" => Shape::Member {
            object: node.named_child(0)?,
            name: named_children(node).last().copied()?,
        },
        "method_invocation" => {
            let name = field(node, "name")?;
            Shape::Call {
                function: match field(node, "object") {
                    Some(object) => Function::Method { object, name },
                    None => Function::Expression(name),
                },
                arguments: arguments(node),
            }
        }
        "object_creation_expression" => Shape::Call {
            function: Function::Expression(field(node, "type")?),
            arguments: arguments(node),
        },
        "string_literal" => {
            let quotes = if bytes(node, text).starts_with(b"\"\"\"") { 3 } else { 1 };
            Shape::Text {
                open: quotes,
                close: quotes,
                has_escapes: true,
            }
        }
        "decimal_integer_literal"
        | "hex_integer_literal"
        | "octal_integer_literal"
        | "decimal_floating_point_literal"
        | "character_literal" => Shape::Number,
        "true" => Shape::Word("true", true),
        "false" => Shape::Word("false", false),
        "null_literal" => Shape::Word("null", false),
        "binary_expression" if bytes(field(node, "operator")?, text) == b"+" => {
            Shape::Sum(field(node, "left")?, field(node, "right")?)
        }
        "parenthesized_expression" | "generic_type" => Shape::Inner(node.named_child(0)?),
        "cast_expression" => Shape::Inner(field(node, "value")?),
        "ternary_expression" => Shape::Either(field(node, "consequence")?, field(node, "alternative")?),
        "array_initializer" => Shape::Collection(named_children(node)),
        "array_creation_expression" => Shape::Collection(named_children(field(node, "value")?)),
        "assignment_expression" => Shape::Given {
            to: field(node, "left")?,
            value: field(node, "right")?,
        },
        "variable_declarator" | "resource" => Shape::Given {
            to: field(node, "name")?,
            value: field(node, "value")?,
        },
        _ => return None,
    })
}

fn arguments(node: Node<'_>) -> Vec<Argument<'_>> {
    let list = field(node, "arguments").map(named_children).unwrap_or_default();
    list.into_iter().map(Argument::Positional).collect()
}

fn binds<'n>(node: Node<'n>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    match node.kind() {
        "import_declaration" => import(node, text, bound),
        "local_variable_declaration" | "field_declaration" => {
            let Some(class) = field(node, "type") else { return };
            let mut cursor = node.walk();
            for declarator in node.children_by_field_name("declarator", &mut cursor) {
                instance(field(declarator, "name"), class, text, bound);
            }
        }
        "formal_parameter" | "resource" | "catch_formal_parameter" => {
            if let Some(class) = field(node, "type") {
                instance(field(node, "name"), class, text, bound);
            }
        }
        _ => {}
    }
}

fn instance<'n>(name: Option<Node<'n>>, class: Node<'n>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    if let Some(name) = name
        && matches!(
            class.kind(),
            "type_identifier" | "scoped_type_identifier" | "generic_type"
        )
    {
        bound.push(Bound {
            name: str(name, text).to_owned(),
            target: Target::Instance(class),
        });
    }
}

/// `import a.B;`, `import a.*;`, `import static a.B.c;`.
fn import<'n>(node: Node<'n>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    let children = named_children(node);
    let Some(path) = children.iter().find(|child| child.kind() == "scoped_identifier") else {
        return;
    };
    let target = str(*path, text).split_ascii_whitespace().collect::<String>();
    let has_star = children.iter().any(|child| child.kind() == "asterisk");
    let name = target.rsplit('.').next().unwrap_or(&target).to_owned();
    bound.push(if has_star {
        Bound {
            name: "*".to_owned(),
            target: Target::Import(target + ".*"),
        }
    } else {
        Bound {
            name,
            target: Target::Import(target),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_with_the_class() {
        assert_eq!(
            words("java.io.ObjectInputStream().readObject"),
            ["ObjectInputStream", "readObject"]
        );
        assert_eq!(
            class_of("java.lang.Runtime.getRuntime().exec"),
            Some("java.lang.Runtime")
        );
        assert_eq!(words("executeQuery"), ["executeQuery"]);
    }

    #[test]
    fn braces_open_members_blocks_and_lists() {
        assert_eq!(brace(b"public final class A<T> extends B", false), Brace::Members);
        assert_eq!(brace(b"x.run(new Thread()", false), Brace::Members);
        assert_eq!(brace(b"void run() throws IOException", false), Brace::Block);
        assert_eq!(brace(b"int[] a =", false), Brace::Inside);
        assert_eq!(brace(b"if (x)", false), Brace::Block);
    }
}
