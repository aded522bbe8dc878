//! Ruby.
//!
//! Source: [Ruby's own documentation of its syntax](https://docs.ruby-lang.org/en/master/syntax_rdoc.html).

mod lexer;

use tree_sitter::Node;
use weighbridge_core::Language;

use super::Recognised;
use crate::code::shape::{Argument, Code, Dialect, Function, Shape, bytes, field, named_children};
use crate::code::table::dotted;
use crate::word::is_word;

pub(super) const RUBY: Recognised = Recognised {
    language: Language::named("ruby"),
    extensions: &["rb", "rake", "gemspec", "ru", "rbw", "podspec", "thor"],
    file_names: &[
        "Rakefile",
        "Gemfile",
        "Vagrantfile",
        "Guardfile",
        "Capfile",
        "Podfile",
        "Fastfile",
        "Brewfile",
        "Dangerfile",
    ],
    interpreters: &["ruby", "jruby"],
    code: Some(&CODE),
};

static CODE: Code = Code {
    lex: lexer::lex,
    dialects: &[Dialect {
        grammar: || tree_sitter_ruby::LANGUAGE.into(),
        extensions: &[],
    }],
    shape,
    binds: |_, _, _| {},
    frame,
    words: dotted,
    usual_import: |_| None,
    import_words: &[],
    has_partial_imports: false,
    prelude: &[],
    builtin_prefixes: &["Kernel.", "Object."],
    loaders: &[],
    wrappers: &[],
    mirrors: &[],
    formatters: &["format", "sprintf", "*.concat"],
    names_are_values: false,
    lookers: &[],
    definers: &["def", "class", "module", "alias"],
    requests: None,
};

/// What begins a statement that goes on to an `end`.
const OPENERS: [&[u8]; 10] = [
    b"if", b"unless", b"while", b"until", b"case", b"for", b"def", b"class", b"module", b"begin",
];

/// A line is parsed by itself: what it opens is closed, what it closes or goes on with is begun.
fn frame(statement: &[u8], _: bool) -> (&'static str, &'static str) {
    let length = statement.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let first = &statement[..length];
    let before = match first {
        b"elsif" | b"else" => "if _\n",
        b"when" | b"in" => "case _\n",
        b"rescue" | b"ensure" | b"end" => "begin\n",
        b"" if statement.starts_with(b"}") => "_ {",
        _ => "",
    };
    let ends_itself = last_word(statement) == b"end" && statement.len() > 3;
    let behind = match first {
        b"else" | b"elsif" | b"when" | b"in" | b"rescue" | b"ensure" if !ends_itself => "\nend",
        b"end" => opened(statement),
        _ if OPENERS.contains(&first) && !ends_itself && !is_endless(statement) => "\nend",
        _ => opened(statement),
    };
    (before, behind)
}

/// What closes the block, or the `if` behind an `=`, that the end of a statement opens.
fn opened(statement: &[u8]) -> &'static str {
    let head = match statement.strip_suffix(b"|") {
        // `do |name|`
        Some(inside) => match memchr::memrchr(b'|', inside) {
            Some(bar) => inside[..bar].trim_ascii_end(),
            None => statement,
        },
        None => statement,
    };
    if head.ends_with(b"{") {
        return "\n}";
    }
    if last_word(head) == b"do" {
        return "\nend";
    }
    let value = memchr::memmem::find(statement, b"= ").map(|at| statement[at + 2..].trim_ascii_start());
    let begins = value.is_some_and(|value| {
        let length = value.iter().take_while(|byte| is_word(**byte)).count();
        matches!(
            &value[..length],
            b"if" | b"unless" | b"case" | b"begin" | b"while" | b"until"
        )
    });
    if begins && last_word(statement) != b"end" {
        return "\nend";
    }
    ""
}

/// Whether this is `def name(…) = value`.
fn is_endless(statement: &[u8]) -> bool {
    let Some(rest) = statement.strip_prefix(b"def ") else {
        return false;
    };
    let name = rest
        .iter()
        .take_while(|byte| is_word(**byte) || b".?!".contains(byte))
        .count();
    let rest = match rest[name..].strip_prefix(b"(") {
        Some(parameters) => memchr::memchr(b')', parameters).map_or(&[][..], |at| &parameters[at + 1..]),
        None => &rest[name..],
    };
    rest.starts_with(b" = ")
}

fn last_word(text: &[u8]) -> &[u8] {
    let start = text.iter().rposition(|byte| !is_word(*byte)).map_or(0, |at| at + 1);
    &text[start..]
}

fn shape<'n>(node: Node<'n>, text: &[u8]) -> Shape<'n> {
    shape_of(node, text).unwrap_or(Shape::Other)
}

fn shape_of<'n>(node: Node<'n>, text: &[u8]) -> Option<Shape<'n>> {
    Some(match node.kind() {
        "identifier" | "constant" | "instance_variable" | "class_variable" | "global_variable" | "self" => Shape::Name,
        "scope_resolution" => match field(node, "scope") {
            Some(object) => Shape::Member {
                object,
                name: field(node, "name")?,
            },
            None => Shape::Inner(field(node, "name")?),
        },
        "call" => call(node)?,
        "element_reference" => Shape::Index {
            object: field(node, "object")?,
            key: node.named_child(1)?,
        },
        "string" | "subshell" => {
            let parts = interpolations(node);
            // `%q(…)` is longer than one quote: its value is not asked for.
            let is_quoted = matches!(bytes(node, text).first(), Some(b'"' | b'\'' | b'`'));
            match (parts.is_empty(), is_quoted) {
                (false, _) => Shape::Template(parts),
                (true, true) => Shape::text(bytes(node, text).starts_with(b"\"")),
                (true, false) => Shape::Text {
                    open: 0,
                    close: 0,
                    has_escapes: false,
                },
            }
        }
        "chained_string" => Shape::Template(named_children(node)),
        "simple_symbol" => Shape::Text {
            open: 1,
            close: 0,
            has_escapes: false,
        },
        // The text stands further down.
        "heredoc_beginning" => Shape::Template(Vec::new()),
        "integer" | "float" | "rational" | "complex" | "character" => Shape::Number,
        "true" => Shape::Word("true", true),
        "false" => Shape::Word("false", false),
        "nil" => Shape::Word("nil", false),
        "binary" => {
            let (left, right) = (field(node, "left")?, field(node, "right")?);
            match bytes(field(node, "operator")?, text) {
                b"+" | b"<<" => Shape::Sum(left, right),
                b"%" if matches!(left.kind(), "string" | "heredoc_beginning") => Shape::Sum(left, right),
                b"||" | b"&&" => Shape::Either(left, right),
                _ => return None,
            }
        }
        "parenthesized_statements" if node.named_child_count() == 1 => Shape::Inner(node.named_child(0)?),
        "conditional" => Shape::Either(field(node, "consequence")?, field(node, "alternative")?),
        "array" | "hash" | "string_array" | "symbol_array" => Shape::Collection(named_children(node)),
        "assignment" | "operator_assignment" => Shape::Given {
            to: field(node, "left")?,
            value: field(node, "right")?,
        },
        "pair" => Shape::Given {
            to: field(node, "key")?,
            value: field(node, "value")?,
        },
        _ => return None,
    })
}

fn interpolations(node: Node<'_>) -> Vec<Node<'_>> {
    let children = named_children(node).into_iter();
    children
        .filter(|child| child.kind() == "interpolation")
        .filter_map(|child| child.named_child(0))
        .collect()
}

/// A call; of `name` alone nobody knows whether it is one.
fn call(node: Node<'_>) -> Option<Shape<'_>> {
    let list = field(node, "arguments");
    // `run.(x)` calls what `run` is.
    let function = match (field(node, "receiver"), field(node, "method")) {
        (Some(object), Some(name)) => Function::Method { object, name },
        (None, Some(name)) => Function::Expression(name),
        (Some(object), None) => Function::Expression(object),
        (None, None) => return None,
    };
    let arguments = list.map(named_children).unwrap_or_default().into_iter();
    Some(Shape::Call {
        function,
        arguments: arguments.flat_map(argument).collect(),
    })
}

fn keyword(pair: Node<'_>) -> Argument<'_> {
    match (field(pair, "key"), field(pair, "value")) {
        (Some(key), Some(value)) => Argument::Keyword(key, value),
        // `f(name:)`
        (Some(key), None) => Argument::Keyword(key, key),
        _ => Argument::KeywordSpread,
    }
}

fn argument(node: Node<'_>) -> Vec<Argument<'_>> {
    match node.kind() {
        "pair" => vec![keyword(node)],
        // A table in braces holds options as well as keywords do.
        "hash" => {
            let pairs = named_children(node).into_iter().filter(|child| child.kind() == "pair");
            std::iter::once(Argument::Positional(node))
                .chain(pairs.map(keyword))
                .collect()
        }
        "splat_argument" | "forward_argument" => vec![Argument::Spread, Argument::KeywordSpread],
        "hash_splat_argument" => vec![Argument::KeywordSpread],
        "block_argument" => Vec::new(),
        _ => vec![Argument::Positional(node)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_opens_is_closed() {
        assert_eq!(frame(b"if x", false), ("", "\nend"));
        assert_eq!(frame(b"if x then y end", false), ("", ""));
        assert_eq!(frame(b"names.each do |name|", false), ("", "\nend"));
        assert_eq!(frame(b"names.map {", false), ("", "\n}"));
        assert_eq!(frame(b"x = case y", false), ("", "\nend"));
        assert_eq!(frame(b"def a(b) = eval(b)", false), ("", ""));
        assert_eq!(frame(b"end.join(x)", false), ("begin\n", ""));
        assert_eq!(frame(b"else", false), ("if _\n", "\nend"));
    }
}
