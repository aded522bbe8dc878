//! JavaScript and TypeScript.
//!
//! One file for both: the grammar of TypeScript with JSX reads JavaScript as well, and the names of its nodes are the same. Only `<T>x`,
//! which is a cast in `.ts` and an element elsewhere, needs a grammar of its own.
//!
//! Source: [ECMAScript, lexical grammar](https://tc39.es/ecma262/#sec-ecmascript-language-lexical-grammar).

use std::sync::LazyLock;

use tree_sitter::Node;
use weighbridge_core::Language;

use super::Recognised;
use crate::code::lexer::lex;
use crate::code::lexis::{Brace, Lexis};
use crate::code::request::{Requests, compiled};
use crate::code::shape::{Argument, Bound, Code, Dialect, Function, Shape, Target, bytes, field, named_children, str};
use crate::code::table::dotted;

pub(super) const JAVASCRIPT: Recognised = Recognised {
    language: Language::named("javascript"),
    extensions: &["js", "mjs", "cjs", "jsx"],
    file_names: &["Jakefile"],
    interpreters: &["node", "nodejs", "bun"],
    code: Some(&CODE),
};

pub(super) const TYPESCRIPT: Recognised = Recognised {
    language: Language::named("typescript"),
    extensions: &["ts", "mts", "cts", "tsx"],
    file_names: &[],
    interpreters: &["deno", "ts-node", "tsx"],
    code: Some(&CODE),
};

static CODE: Code = Code {
    lex: |text| lex(text, &LEXIS),
    dialects: &[
        Dialect {
            grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
            extensions: &[],
        },
        Dialect {
            grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
            extensions: &["ts", "mts", "cts"],
        },
    ],
    shape,
    binds,
    frame,
    words: dotted,
    usual_import: |_| None,
    import_words: &[b"import", b"export"],
    has_partial_imports: false,
    prelude: &[],
    builtin_prefixes: &["globalThis.", "window.", "global.", "self."],
    loaders: &["require", "import", "module.require", "process.mainModule.require"],
    wrappers: &["util.promisify", "promisify"],
    mirrors: &["default", "call", "apply", "bind"],
    formatters: &["util.format", "*.concat"],
    names_are_values: true,
    lookers: &["expect", "console.log", "Boolean", "jest.spyOn", "sinon.stub"],
    definers: &["function", "class", "const", "let", "var", "enum", "namespace"],
    requests: Some(&REQUESTS),
};

static REQUESTS: Requests = Requests {
    expressions: LazyLock::new(|| {
        compiled(
            r"^(?:this\.)?(?:(?:ctx|c|context|event)\.)?(?:req|request|_req)\.(?:query|params?|body|headers?|cookies|signedCookies|url|originalUrl|path|hostname|host|files?|get|rawBody|nextUrl|json|text|formData)\b|^ctx\.(?:query|params|querystring|url|path|originalUrl|cookies)\b|^event\.(?:body|queryStringParameters|pathParameters|headers|rawPath|rawQueryString)\b|^(?:(?:window|document|self)\.)?location\.(?:search|hash)\b|^(?:document\.referrer|window\.name)$",
        )
    }),
    parameters: Some(LazyLock::new(|| {
        compiled(r"@(?:Query|Param|Body|Headers)\([^)]*\)\s*(\w+)")
    })),
};

static LEXIS: Lexis = Lexis {
    has_templates: true,
    has_regexes: true,
    lines_end_statements: true,
    joiners: b".,?:)]=+-*/%<>&|^`(",
    brace,
    starters: &[b"const ", b"let ", b"var ", b"return ", b"import ", b"export "],
    followers: &[
        b"else",
        b"catch",
        b"finally",
        b"while",
        b"as",
        b"satisfies",
        b"instanceof",
        b"in",
        b"of",
    ],
    ..Lexis::PLAIN
};

/// Words behind which a brace opens statements.
const BLOCK_WORDS: [&[u8]; 8] = [
    b"else",
    b"try",
    b"finally",
    b"do",
    b"static",
    b"global",
    b"module",
    b"namespace",
];

fn brace(before: &[u8], is_inside_brackets: bool) -> Brace {
    if before.ends_with(b"=>") || before.ends_with(b")") {
        return Brace::Block;
    }
    let Some(&last) = before.last() else {
        return if is_inside_brackets {
            Brace::Inside
        } else {
            Brace::Block
        };
    };
    let mut words = before
        .split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_' && *byte != b'$')
        .filter(|word| !word.is_empty());
    let is_word = last == b'_' || last == b'$' || last.is_ascii_alphanumeric() || last >= 0x80;
    if is_word
        && words
            .clone()
            .next_back()
            .is_some_and(|word| BLOCK_WORDS.contains(&word))
    {
        return Brace::Block;
    }
    let is_modifier = |word: &&[u8]| {
        matches!(
            *word,
            b"export" | b"default" | b"abstract" | b"declare" | b"const" | b"return"
        )
    };
    let first = words.find(|word| !is_modifier(word)).unwrap_or_default();
    match first {
        b"interface" | b"enum" | b"type" | b"import" => return Brace::Inside,
        b"namespace" | b"module" | b"case" if last != b'=' => return Brace::Block,
        _ => {}
    }
    let is_class = is_word || last == b'>';
    if is_class && (first == b"class" || ends_with_class(before)) {
        return Brace::Members;
    }
    // `name(…): Type {`
    let result = before
        .iter()
        .rposition(|byte| *byte == b')')
        .map(|at| before[at + 1..].trim_ascii_start());
    let has_result_type = result.is_some_and(|behind| behind.starts_with(b":") && !b"(,=".contains(&last));
    if has_result_type || (last == b':' && !is_inside_brackets && !before.contains(&b'?')) || last == b';' {
        return Brace::Block;
    }
    Brace::Inside
}

/// Whether an expression such as `= class A extends B` stands at the end.
fn ends_with_class(before: &[u8]) -> bool {
    let Some(at) = memchr::memmem::rfind(before, b"class") else {
        return false;
    };
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$. \t<>,\r\n".contains(byte);
    (at == 0 || !before[at - 1].is_ascii_alphanumeric()) && before[at..].iter().all(is_name)
}

fn frame(statement: &[u8], is_member: bool) -> (&'static str, &'static str) {
    let length = statement.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    match &statement[..length] {
        _ if is_member => ("class _{", "}"),
        b"case" | b"default" => ("switch(_){", "}"),
        b"else" => ("if(_){}", ""),
        b"catch" | b"finally" => ("try{}", ""),
        _ => ("", ""),
    }
}

fn shape<'n>(node: Node<'n>, text: &[u8]) -> Shape<'n> {
    shape_of(node, text).unwrap_or(Shape::Other)
}

fn shape_of<'n>(node: Node<'n>, text: &[u8]) -> Option<Shape<'n>> {
    Some(match node.kind() {
        "identifier"
        | "import"
        | "type_identifier"
        | "this"
        | "property_identifier"
        | "shorthand_property_identifier" => Shape::Name,
        "member_expression" => Shape::Member {
            object: field(node, "object")?,
            name: field(node, "property")?,
        },
        "subscript_expression" => Shape::Index {
            object: field(node, "object")?,
            key: field(node, "index")?,
        },
        "call_expression" => call(node, field(node, "function")?),
        "new_expression" => call(node, field(node, "constructor")?),
        "string" => Shape::text(true),
        "template_string" => {
            let parts: Vec<_> = named_children(node)
                .into_iter()
                .filter(|child| child.kind() == "template_substitution")
                .filter_map(|child| child.named_child(0))
                .collect();
            if parts.is_empty() {
                Shape::text(true)
            } else {
                Shape::Template(parts)
            }
        }
        "binary_expression" => {
            let (left, right) = (field(node, "left")?, field(node, "right")?);
            match bytes(field(node, "operator")?, text) {
                b"+" => Shape::Sum(left, right),
                b"||" | b"??" | b"&&" => Shape::Either(left, right),
                _ => return None,
            }
        }
        "number" => Shape::Number,
        "true" => Shape::Word("true", true),
        "false" => Shape::Word("false", false),
        "null" => Shape::Word("null", false),
        "undefined" => Shape::Word("undefined", false),
        "array" | "object" => Shape::Collection(named_children(node)),
        "parenthesized_expression"
        | "await_expression"
        | "as_expression"
        | "satisfies_expression"
        | "non_null_expression"
        | "spread_element" => Shape::Inner(node.named_child(0)?),
        "unary_expression" => match bytes(field(node, "operator")?, text) {
            b"-" | b"+" => Shape::Inner(field(node, "argument")?),
            _ => return None,
        },
        "type_assertion" | "sequence_expression" => Shape::Inner(named_children(node).last().copied()?),
        "ternary_expression" => Shape::Either(field(node, "consequence")?, field(node, "alternative")?),
        "assignment_expression" | "augmented_assignment_expression" => Shape::Given {
            to: field(node, "left")?,
            value: field(node, "right")?,
        },
        "variable_declarator" | "public_field_definition" => Shape::Given {
            to: field(node, "name")?,
            value: field(node, "value")?,
        },
        "pair" => Shape::Given {
            to: field(node, "key")?,
            value: field(node, "value")?,
        },
        _ => return None,
    })
}

fn call<'n>(node: Node<'n>, function: Node<'n>) -> Shape<'n> {
    let written = field(node, "arguments").filter(|list| list.kind() == "arguments");
    let mut arguments = Vec::new();
    for child in written.map(named_children).unwrap_or_default() {
        if child.kind() == "spread_element" {
            arguments.push(Argument::Spread);
        } else {
            arguments.push(Argument::Positional(child));
        }
    }
    // The options stand in a table, which is the last argument.
    if let Some(Argument::Positional(options)) = arguments.last().copied()
        && options.kind() == "object"
    {
        arguments.extend(named_children(options).into_iter().filter_map(option));
    }
    Shape::Call {
        function: Function::Expression(function),
        arguments,
    }
}

fn option(node: Node<'_>) -> Option<Argument<'_>> {
    match node.kind() {
        "pair" => Some(Argument::Keyword(field(node, "key")?, field(node, "value")?)),
        "shorthand_property_identifier" => Some(Argument::Keyword(node, node)),
        "spread_element" => Some(Argument::KeywordSpread),
        _ => None,
    }
}

fn binds<'n>(node: Node<'n>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    match node.kind() {
        "import_statement" => import(node, text, bound),
        "variable_declarator" => {
            if let (Some(pattern), Some(value)) = (field(node, "name"), field(node, "value")) {
                pattern_of(pattern, value, text, bound);
            }
            instance(field(node, "name"), field(node, "type"), text, bound);
        }
        "assignment_expression" => {
            if let (Some(pattern), Some(value)) = (field(node, "left"), field(node, "right")) {
                pattern_of(pattern, value, text, bound);
            }
        }
        "required_parameter" | "optional_parameter" => {
            instance(field(node, "pattern"), field(node, "type"), text, bound);
        }
        _ => {}
    }
}

/// `name: Type` is an object of that type.
fn instance<'n>(name: Option<Node<'n>>, annotation: Option<Node<'n>>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    let class = annotation.and_then(|annotation| annotation.named_child(0));
    if let (Some(name), Some(class)) = (name, class)
        && name.kind() == "identifier"
        && matches!(class.kind(), "type_identifier" | "nested_type_identifier")
    {
        bound.push(Bound {
            name: str(name, text).to_owned(),
            target: Target::Instance(class),
        });
    }
}

/// `const { exec, spawn: start } = value`.
fn pattern_of<'n>(pattern: Node<'n>, value: Node<'n>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    if pattern.kind() != "object_pattern" {
        return;
    }
    for part in named_children(pattern) {
        let part = match part.kind() {
            "object_assignment_pattern" => field(part, "left").unwrap_or(part),
            _ => part,
        };
        let names = match part.kind() {
            "shorthand_property_identifier_pattern" => Some((part, part)),
            "pair_pattern" => field(part, "key").zip(field(part, "value")),
            _ => None,
        };
        if let Some((key, name)) = names {
            bound.push(Bound {
                name: str(name, text).to_owned(),
                target: Target::MemberOf(value, str(key, text).to_owned()),
            });
        }
    }
}

fn import<'n>(node: Node<'n>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    let mut push = |name: Node<'n>, target: String| {
        bound.push(Bound {
            name: str(name, text).to_owned(),
            target: Target::Import(target),
        });
    };
    let children = named_children(node);
    let module = |node: Option<Node<'_>>| {
        let quoted = node.map_or("", |source| str(source, text));
        quoted.trim_matches(['"', '\'']).trim_start_matches("node:").to_owned()
    };
    for clause in children {
        if clause.kind() == "import_require_clause"
            && let Some(name) = clause.named_child(0)
        {
            push(name, module(field(clause, "source")));
        }
        if clause.kind() != "import_clause" {
            continue;
        }
        let source = module(field(node, "source"));
        for part in named_children(clause) {
            match part.kind() {
                "identifier" => push(part, source.clone()),
                "namespace_import" => {
                    if let Some(name) = part.named_child(0) {
                        push(name, source.clone());
                    }
                }
                "named_imports" => {
                    for specifier in named_children(part) {
                        let Some(name) = field(specifier, "name") else { continue };
                        let target = match str(name, text) {
                            "default" => source.clone(),
                            member => format!("{source}.{member}"),
                        };
                        push(field(specifier, "alias").unwrap_or(name), target);
                    }
                }
                _ => {}
            }
        }
    }
}
