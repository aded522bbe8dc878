//! Go.
//!
//! Source: [The Go Programming Language Specification](https://go.dev/ref/spec).

use std::sync::LazyLock;

use tree_sitter::Node;
use weighbridge_core::Language;

use super::Recognised;
use crate::code::lexer::lex;
use crate::code::lexis::{Brace, Lexis, Literal};
use crate::code::request::{Requests, compiled};
use crate::code::shape::{Argument, Bound, Code, Dialect, Function, Shape, Target, bytes, field, named_children, str};

pub(super) const GO: Recognised = Recognised {
    language: Language::named("go"),
    extensions: &["go"],
    file_names: &[],
    interpreters: &[],
    code: Some(&CODE),
};

static CODE: Code = Code {
    lex: |text| lex(text, &LEXIS),
    dialects: &[Dialect {
        grammar: || tree_sitter_go::LANGUAGE.into(),
        extensions: &[],
    }],
    shape,
    binds,
    frame,
    words,
    usual_import: |name| {
        let module = &name[..module_length(name)];
        Some((usual_name(module)?, module))
    },
    import_words: &[b"import"],
    has_partial_imports: false,
    prelude: &[],
    builtin_prefixes: &[],
    loaders: &[],
    wrappers: &[],
    mirrors: &[],
    formatters: &[
        "fmt.Sprintf",
        "fmt.Sprint",
        "fmt.Sprintln",
        "fmt.Appendf",
        "strings.Join",
        "strings.ReplaceAll",
    ],
    names_are_values: true,
    lookers: &["reflect.TypeOf", "reflect.ValueOf"],
    definers: &["func", "var", "const", "type"],
    requests: Some(&REQUESTS),
};

static REQUESTS: Requests = Requests {
    expressions: LazyLock::new(|| {
        compiled(
            r"^(?:\w+\.)?(?:r|req|request)\.(?:URL\.(?:Query\(|Path|RawPath|RawQuery|Host|String\()|(?:FormValue|PostFormValue|FormFile|Cookie|Cookies|Referer|UserAgent|PathValue)\(|(?:Form|PostForm|MultipartForm|Header|Body|Host|RequestURI|QueryStringParameters|PathParameters)\b)|^(?:c|ctx)\.(?:Query|QueryParam|Param|Params|PostForm|DefaultQuery|DefaultPostForm|FormValue|GetHeader|GetQuery|GetPostForm|GetRawData|QueryArray|Cookie)\(|^mux\.Vars\(|^chi\.URLParam\(|^(?:ps|params)\.ByName\(",
        )
    }),
    parameters: None,
};

static LEXIS: Lexis = Lexis {
    literals: &[
        Literal {
            open: b"`",
            close: b"`",
            has_escapes: false,
            spans_lines: true,
        },
        Literal::line(b"\""),
        Literal::line(b"'"),
    ],
    lines_end_statements: true,
    joiners: b")",
    brace,
    starters: &[b"func ", b"var ", b"return ", b"package ", b"import ", b"if ", b"for "],
    followers: &[b"else"],
    ..Lexis::PLAIN
};

fn brace(before: &[u8], is_inside_brackets: bool) -> Brace {
    if before.is_empty() {
        return if is_inside_brackets {
            Brace::Inside
        } else {
            Brace::Block
        };
    }
    let length = before.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let begins_block = matches!(
        &before[..length],
        b"if" | b"for" | b"switch" | b"select" | b"else" | b"case" | b"default"
    );
    let ends_with = |word: &[u8]| before.ends_with(word);
    if ends_with(b"struct") || ends_with(b"interface") {
        return Brace::Inside;
    }
    let has_function = memchr::memmem::rfind(before, b"func").is_some_and(|at| {
        let is_word = at == 0 || !before[at - 1].is_ascii_alphanumeric();
        let is_type = at > 0 && before[at - 1] == b']';
        is_word && !is_type && matches!(before.get(at + 4), Some(b'(' | b' '))
    });
    let is_block = has_function || (begins_block && !is_inside_brackets) || ends_with(b"else") || ends_with(b":");
    if is_block { Brace::Block } else { Brace::Inside }
}

fn frame(statement: &[u8], _: bool) -> (&'static str, &'static str) {
    let length = statement.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    match &statement[..length] {
        b"case" | b"default" => ("switch _ {\n", "\n}"),
        b"else" => ("if _ {} ", ""),
        _ => ("", ""),
    }
}

/// The length of the import path at the beginning of a qualified name: `os/exec` of `os/exec.Command`.
fn module_length(name: &str) -> usize {
    let last_part = name.rfind('/').map_or(0, |at| at + 1);
    let is_version = |part: &str| part.starts_with('v') && part[1..].starts_with(|c: char| c.is_ascii_digit());
    let mut end = last_part + name[last_part..].find('.').unwrap_or(name.len() - last_part);
    // `gopkg.in/yaml.v3`
    let behind = name.get(end + 1..).unwrap_or_default();
    let part = behind.split('.').next().unwrap_or_default();
    if is_version(part) {
        end += 1 + part.len();
    }
    end
}

/// The name that an import gives a package: the last part of its path, versions left out.
fn usual_name(path: &str) -> Option<&str> {
    let is_version =
        |part: &&str| !(part.starts_with('v') && part[1..].chars().all(|c| c.is_ascii_digit()) && part.len() > 1);
    let last = path.rsplit('/').find(is_version)?;
    let last = last.split(".v").next().unwrap_or(last);
    Some(last.strip_prefix("go-").unwrap_or(last))
}

/// The package's own name and what stands behind it.
fn words(name: &str) -> Vec<&str> {
    let end = module_length(name);
    let package = usual_name(&name[..end]).unwrap_or_default();
    let members = name[end..].split('.').filter(|part| !part.is_empty());
    std::iter::once(package)
        .filter(|package| !package.is_empty())
        .chain(members.map(|part| part.trim_end_matches("()")))
        .collect()
}

fn shape<'n>(node: Node<'n>, text: &[u8]) -> Shape<'n> {
    shape_of(node, text).unwrap_or(Shape::Other)
}

fn shape_of<'n>(node: Node<'n>, text: &[u8]) -> Option<Shape<'n>> {
    Some(match node.kind() {
        "identifier" | "type_identifier" | "package_identifier" | "field_identifier" => Shape::Name,
        "selector_expression" => Shape::Member {
            object: field(node, "operand")?,
            name: field(node, "field")?,
        },
        "qualified_type" => Shape::Member {
            object: field(node, "package")?,
            name: field(node, "name")?,
        },
        "index_expression" => Shape::Index {
            object: field(node, "operand")?,
            key: field(node, "index")?,
        },
        "call_expression" => Shape::Call {
            function: Function::Expression(field(node, "function")?),
            arguments: named_children(field(node, "arguments")?)
                .into_iter()
                .map(argument)
                .collect(),
        },
        "type_conversion_expression" => Shape::Call {
            function: Function::Expression(field(node, "type")?),
            arguments: vec![Argument::Positional(field(node, "operand")?)],
        },
        "composite_literal" => composite(node)?,
        "interpreted_string_literal" => Shape::text(true),
        "raw_string_literal" => Shape::text(false),
        "int_literal" | "float_literal" | "rune_literal" => Shape::Number,
        "true" => Shape::Word("true", true),
        "false" => Shape::Word("false", false),
        "nil" => Shape::Word("nil", false),
        "binary_expression" if bytes(field(node, "operator")?, text) == b"+" => {
            Shape::Sum(field(node, "left")?, field(node, "right")?)
        }
        "parenthesized_expression" | "literal_element" | "expression_list" | "pointer_type" => {
            Shape::Inner(node.named_child(0)?)
        }
        "unary_expression" | "type_assertion_expression" => Shape::Inner(field(node, "operand")?),
        "assignment_statement" | "short_var_declaration" => {
            let (left, right) = (field(node, "left")?, field(node, "right")?);
            Shape::Given {
                to: left.named_child(0).unwrap_or(left),
                value: right.named_child(0).unwrap_or(right),
            }
        }
        "var_spec" | "const_spec" => Shape::Given {
            to: field(node, "name")?,
            value: field(node, "value")?.named_child(0)?,
        },
        "keyed_element" => Shape::Given {
            to: inner(field(node, "key").or_else(|| node.named_child(0))?),
            value: inner(field(node, "value").or_else(|| node.named_child(1))?),
        },
        _ => return None,
    })
}

fn inner(node: Node<'_>) -> Node<'_> {
    match node.kind() {
        "literal_element" => node.named_child(0).unwrap_or(node),
        _ => node,
    }
}

fn argument(node: Node<'_>) -> Argument<'_> {
    if node.kind() == "variadic_argument" {
        Argument::Spread
    } else {
        Argument::Positional(node)
    }
}

/// `tls.Config{InsecureSkipVerify: true}` is a call of the type with keywords; of a list or map only the elements count.
fn composite(node: Node<'_>) -> Option<Shape<'_>> {
    let elements = named_children(field(node, "body")?);
    let class = field(node, "type")?;
    if !matches!(class.kind(), "type_identifier" | "qualified_type") {
        return Some(Shape::Collection(elements));
    }
    let arguments = elements.into_iter().filter_map(|element| match element.kind() {
        "keyed_element" => {
            let key = field(element, "key").or_else(|| element.named_child(0))?;
            let value = field(element, "value").or_else(|| element.named_child(1))?;
            Some(Argument::Keyword(inner(key), inner(value)))
        }
        _ => Some(Argument::Positional(inner(element))),
    });
    Some(Shape::Call {
        function: Function::Expression(class),
        arguments: arguments.collect(),
    })
}

fn binds<'n>(node: Node<'n>, text: &[u8], bound: &mut Vec<Bound<'n>>) {
    match node.kind() {
        "import_spec" => {
            let Some(path) = field(node, "path") else { return };
            let path = str(path, text).trim_matches(['"', '`']);
            let written = field(node, "name").map(|name| str(name, text));
            let (name, target) = match written {
                Some(".") => ("*", format!("{path}.*")),
                Some(name) => (name, path.to_owned()),
                None => (usual_name(path).unwrap_or(path), path.to_owned()),
            };
            bound.push(Bound {
                name: name.to_owned(),
                target: Target::Import(target),
            });
        }
        // `var client http.Client`, `func f(db *sql.DB)`
        "var_spec" | "parameter_declaration" | "field_declaration" => {
            let Some(class) = field(node, "type") else { return };
            let class = match class.kind() {
                "pointer_type" => class.named_child(0).unwrap_or(class),
                _ => class,
            };
            if !matches!(class.kind(), "qualified_type" | "type_identifier") {
                return;
            }
            let mut cursor = node.walk();
            for name in node.children_by_field_name("name", &mut cursor) {
                bound.push(Bound {
                    name: str(name, text).to_owned(),
                    target: Target::Instance(class),
                });
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_gives_its_package_a_name() {
        assert_eq!(words("os/exec.Command"), ["exec", "Command"]);
        assert_eq!(words("gopkg.in/yaml.v3.Unmarshal"), ["yaml", "Unmarshal"]);
        assert_eq!(words("github.com/x/go-ldap/v3.Dial"), ["ldap", "Dial"]);
        assert_eq!(words("database/sql.Open().Query"), ["sql", "Open", "Query"]);
        assert_eq!(words("panic"), ["panic"]);
    }
}
