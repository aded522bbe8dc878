//! PHP.
//!
//! What stands outside of `<?php … ?>` is text of the page and no code; a file without such a tag is taken for code.
//!
//! Source: [PHP manual, language reference](https://www.php.net/manual/en/langref.php).

mod pages;

use tree_sitter::Node;
use weighbridge_core::Language;

use super::Recognised;
use crate::code::lexis::{Brace, Lexis, Literal, Oddities};
use crate::code::shape::{Argument, Bound, Code, Dialect, Function, Shape, Target, bytes, field, named_children, str};
use crate::code::table::dotted;

pub(super) const PHP: Recognised = Recognised {
    language: Language::named("php"),
    extensions: &["php", "php5", "php7", "phtml", "inc", "module"],
    file_names: &["artisan"],
    interpreters: &["php"],
    code: Some(&CODE),
};

static CODE: Code = Code {
    lex: pages::lex,
    dialects: &[Dialect {
        grammar: || tree_sitter_php::LANGUAGE_PHP_ONLY.into(),
        extensions: &[],
    }],
    shape,
    binds,
    frame,
    words: dotted,
    usual_import: |_| None,
    import_words: &[b"use"],
    has_partial_imports: false,
    prelude: &[],
    builtin_prefixes: &[],
    loaders: &[],
    wrappers: &[],
    mirrors: &[],
    formatters: &["sprintf", "vsprintf", "implode", "str_replace", "strtr"],
    names_are_values: true,
    lookers: &["function_exists", "is_callable"],
    definers: &["function", "class", "const", "interface", "trait"],
    requests: None,
};

const STARTERS: &[&[u8]] = &[
    b"function ",
    b"class ",
    b"public ",
    b"private ",
    b"protected ",
    b"return ",
    b"echo ",
    b"if (",
    b"foreach ",
];

static LEXIS: Lexis = Lexis {
    line_comments: &[b"//", b"#"],
    literals: &[
        Literal {
            open: b"'",
            close: b"'",
            has_escapes: true,
            spans_lines: true,
        },
        Literal {
            open: b"`",
            close: b"`",
            has_escapes: true,
            spans_lines: true,
        },
    ],
    brace,
    starters: STARTERS,
    followers: FOLLOWERS,
    odd: Oddities {
        firsts: b"\"<",
        at: pages::odd,
    },
    ..Lexis::PLAIN
};

/// For files with a string that does not close: every string ends with its line.
static BY_LINES: Lexis = Lexis {
    line_comments: &[b"//", b"#"],
    literals: &[Literal::line(b"'"), Literal::line(b"\""), Literal::line(b"`")],
    brace,
    starters: STARTERS,
    followers: FOLLOWERS,
    ..Lexis::PLAIN
};

const FOLLOWERS: &[&[u8]] = &[b"else", b"elseif", b"catch", b"finally", b"while"];

fn brace(before: &[u8], is_inside_brackets: bool) -> Brace {
    let Some(&last) = before.last() else {
        return if is_inside_brackets {
            Brace::Inside
        } else {
            Brace::Block
        };
    };
    let declares = before
        .split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_' && *byte != b'$')
        .filter(|word| !word.is_empty())
        .take(8)
        .any(|word| matches!(word, b"class" | b"interface" | b"trait" | b"enum"));
    let is_named = !before.ends_with(b")") || !before.contains(&b'=');
    if declares && is_named {
        return Brace::Members;
    }
    // `$object->{$name}`, `${name}`, `match (x) {`
    if before.ends_with(b"->") || before.ends_with(b"::") || last == b'$' || holds_match(before) {
        return Brace::Inside;
    }
    Brace::Block
}

/// Whether brackets of `match` stand at the end.
fn holds_match(before: &[u8]) -> bool {
    let open = before.iter().position(|byte| *byte == b'(').unwrap_or(0);
    before.ends_with(b")") && before[..open].trim_ascii_end().ends_with(b"match")
}

fn frame(statement: &[u8], is_member: bool) -> (&'static str, &'static str) {
    let length = statement.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let is_complete = matches!(statement.last(), Some(b';' | b'}' | b'{'));
    let end = if is_complete { "" } else { ";" };
    match &statement[..length] {
        _ if is_member => ("class _ {", "}"),
        b"case" | b"default" => ("switch (_) {", if is_complete { "}" } else { ";}" }),
        b"else" | b"elseif" => ("if (_) {} ", end),
        b"catch" | b"finally" => ("try {} ", end),
        // `<?= $text ?>`: its sign is all that is left of the tag.
        b"" if statement.starts_with(b"=") => ("echo $_ ", end),
        _ => ("", end),
    }
}

fn shape<'n>(node: Node<'n>, text: &[u8]) -> Shape<'n> {
    shape_of(node, text).unwrap_or(Shape::Other)
}

fn shape_of<'n>(node: Node<'n>, text: &[u8]) -> Option<Shape<'n>> {
    Some(match node.kind() {
        "name" | "variable_name" | "qualified_name" | "namespace_name" | "relative_scope" => Shape::Name,
        "function_call_expression" => Shape::Call {
            function: Function::Expression(field(node, "function")?),
            arguments: arguments(field(node, "arguments")?),
        },
        "member_call_expression" | "nullsafe_member_call_expression" | "scoped_call_expression" => Shape::Call {
            function: Function::Method {
                object: field(node, "object").or_else(|| field(node, "scope"))?,
                name: field(node, "name")?,
            },
            arguments: arguments(field(node, "arguments")?),
        },
        "object_creation_expression" => {
            let children = named_children(node);
            let list = children.iter().find(|child| child.kind() == "arguments");
            Shape::Call {
                function: Function::Expression(*children.first()?),
                arguments: list.map(|list| arguments(*list)).unwrap_or_default(),
            }
        }
        "member_access_expression" | "nullsafe_member_access_expression" => Shape::Member {
            object: field(node, "object")?,
            name: field(node, "name")?,
        },
        "class_constant_access_expression" => Shape::Member {
            object: node.named_child(0)?,
            name: node.named_child(1)?,
        },
        "subscript_expression" => Shape::Index {
            object: node.named_child(0)?,
            key: node.named_child(1)?,
        },
        "string" => Shape::text(true),
        "encapsed_string" => {
            let parts = expressions(node);
            if parts.is_empty() {
                Shape::text(true)
            } else {
                Shape::Template(parts)
            }
        }
        "heredoc" => {
            let parts = field(node, "value").map(expressions).unwrap_or_default();
            if parts.is_empty() {
                WHOLE
            } else {
                Shape::Template(parts)
            }
        }
        "nowdoc" => WHOLE,
        "integer" | "float" => Shape::Number,
        // `(int) $x` is a number whatever `$x` is.
        "cast_expression" => match bytes(field(node, "type")?, text) {
            b"int" | b"integer" | b"bool" | b"boolean" | b"float" | b"double" => Shape::Number,
            _ => Shape::Inner(field(node, "value")?),
        },
        "boolean" if bytes(node, text).eq_ignore_ascii_case(b"true") => Shape::Word("true", true),
        "boolean" => Shape::Word("false", false),
        "null" => Shape::Word("null", false),
        "binary_expression" => {
            let (left, right) = (field(node, "left")?, field(node, "right")?);
            match bytes(field(node, "operator")?, text) {
                b"." => Shape::Sum(left, right),
                b"??" | b"||" => Shape::Either(left, right),
                _ => return None,
            }
        }
        "conditional_expression" => Shape::Either(
            field(node, "body").or_else(|| field(node, "condition"))?,
            field(node, "alternative")?,
        ),
        "parenthesized_expression" | "error_suppression_expression" | "by_ref" => Shape::Inner(node.named_child(0)?),
        "array_creation_expression" => Shape::Collection(named_children(node)),
        "array_element_initializer" => match named_children(node).as_slice() {
            [key, value] => Shape::Given {
                to: *key,
                value: *value,
            },
            [value] => Shape::Inner(*value),
            _ => return None,
        },
        "assignment_expression" | "augmented_assignment_expression" => Shape::Given {
            to: field(node, "left")?,
            value: field(node, "right")?,
        },
        "property_element" => Shape::Given {
            to: field(node, "name")?,
            value: field(node, "default_value")?,
        },
        "const_element" => Shape::Given {
            to: node.named_child(0)?,
            value: node.named_child(1)?,
        },
        _ => return None,
    })
}

/// A text of which only the whole is of interest.
const WHOLE: Shape<'static> = Shape::Text {
    open: 0,
    close: 0,
    has_escapes: false,
};

/// The expressions in a text.
fn expressions(node: Node<'_>) -> Vec<Node<'_>> {
    let is_text = |child: &Node<'_>| matches!(child.kind(), "string_content" | "escape_sequence");
    named_children(node)
        .into_iter()
        .filter(|child| !is_text(child))
        .collect()
}

fn arguments(list: Node<'_>) -> Vec<Argument<'_>> {
    let mut arguments = Vec::new();
    for child in named_children(list) {
        let value = named_children(child).last().copied().unwrap_or(child);
        arguments.push(match field(child, "name") {
            Some(name) => Argument::Keyword(name, value),
            None if value.kind() == "variadic_unpacking" => Argument::Spread,
            None => Argument::Positional(value),
        });
    }
    // The options stand in a table, which is the last argument.
    if let Some(Argument::Positional(options)) = arguments.last().copied()
        && options.kind() == "array_creation_expression"
    {
        let pairs = named_children(options).into_iter().filter_map(|element| {
            let pair = named_children(element);
            (pair.len() == 2).then(|| Argument::Keyword(pair[0], pair[1]))
        });
        arguments.extend(pairs);
    }
    arguments
}

fn binds<'n>(node: Node<'n>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    match node.kind() {
        "namespace_use_declaration" => import(node, text, bound),
        "simple_parameter" | "property_promotion_parameter" => {
            instance(field(node, "name"), field(node, "type"), text, bound);
        }
        "property_declaration" => {
            for element in named_children(node) {
                if element.kind() == "property_element" {
                    instance(field(element, "name"), field(node, "type"), text, bound);
                }
            }
        }
        _ => {}
    }
}

/// `Type $name` is an object of that type; a field is used without the sign: `$this->name`.
fn instance<'n>(name: Option<Node<'n>>, class: Option<Node<'n>>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    let Some((name, mut class)) = name.zip(class) else {
        return;
    };
    while matches!(class.kind(), "optional_type" | "named_type") {
        let Some(inner) = class.named_child(0) else { return };
        class = inner;
    }
    if !matches!(class.kind(), "name" | "qualified_name") {
        return;
    }
    let written = str(name, text);
    for name in [written, written.trim_start_matches('$')] {
        bound.push(Bound {
            name: name.to_owned(),
            target: Target::Instance(class),
        });
    }
}

/// `use A\B;`, `use A\B as C;`, `use A\{B, C as D};`, `use function A\b;`.
fn import<'n>(node: Node<'n>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    let children = named_children(node);
    let prefix = children.iter().find(|child| child.kind() == "namespace_name");
    let prefix = prefix.map(|prefix| format!("{}.", path(*prefix, text)));
    let clauses = match field(node, "body") {
        Some(group) => named_children(group),
        None => children,
    };
    for clause in clauses {
        if clause.kind() != "namespace_use_clause" {
            continue;
        }
        let Some(imported) = clause.named_child(0) else {
            continue;
        };
        let target = prefix.clone().unwrap_or_default() + &path(imported, text);
        let last = target.rsplit('.').next().unwrap_or(&target).to_owned();
        bound.push(Bound {
            name: field(clause, "alias").map_or(last, |alias| str(alias, text).to_owned()),
            target: Target::Import(target),
        });
    }
}

/// A name with dots.
fn path(node: Node<'_>, text: &[u8]) -> String {
    str(node, text).trim_start_matches('\\').replace('\\', ".")
}
