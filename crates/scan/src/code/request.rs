//! Whether a value comes from a request: from text that somebody else wrote and sent.
//!
//! Followed are names to what was assigned to them in sight, text that is put together, methods of a value and the functions that hand on
//! what they are given. What is cleaned on the way, or checked in an `if` before, does not count.

use std::cell::Cell;
use std::sync::LazyLock;

use regex::bytes::Regex;
use tree_sitter::Node;

use super::file::File;
use super::flow::assignments;
use super::resolve::Reader;
use super::shape::{Argument, Function, Shape, bytes, str};
use crate::word::is_boundary;

/// Steps from the call back to the request.
const MAX_DEPTH: usize = 12;
/// Assignments parsed for one value.
const MAX_PARSED: usize = 24;
/// Statements before the call that are searched for a check.
const MAX_STATEMENTS: usize = 60;

/// What holds text of a request in a language.
pub(crate) struct Requests {
    /// What an expression begins with that holds such text.
    pub(crate) expressions: LazyLock<Regex>,
    /// The head of a function that fills a parameter from a request; its group is the name.
    pub(crate) parameters: Option<LazyLock<Regex>>,
}

static CLEANS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)saniti[sz]e|escape|encode|purif|^xss$|^parse(?:int|float|long|bool|uint)|^(?:number|atoi|valueof|boolean|basename|base|getname|length|size|len|uuid|equals\w*|indexof|includes|startswith|endswith|contains|isempty|test|hash\w*|digest|tofixed|doublevalue|intvalue|nextint)$",
    )
});
/// `name.replace(/[^a-z]/g, "")` leaves nothing but what it names.
static KEEPS_ONLY: LazyLock<Regex> = LazyLock::new(|| compiled(r#"(?s)\.replace(?:All)?\(\s*["'/]\[\^"#));
static CARRIES: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"^(?:join|Join|resolve|normalize|Clean|format|Format|Sprintf|Sprint|concat|decode\w*|Decode\w*|unescape|\w*Unescape|String|Buffer|from|toString|File|\w*URL|\w*Url|URI|Uri|URLSearchParams|Path|Paths|get|of|StringBuilder|append|parse|Parse|ParseRequestURI|stringify|trim|Trim\w*|to[A-Z]\w*|replace|replaceAll|Replace\w*|substring|getBytes|asList|create|ReadAll|Object|assign|template|requireNonNull|Optional|ofNullable|orElse|InputStreamReader|BufferedReader|ByteArrayInputStream|StringReader|NewReader|byte|string|\[\]byte|\[\]rune|HttpGet|HttpPost|InputSource|StreamSource)$",
    )
});
/// What may stand before the name of a server.
static OPENS: LazyLock<Regex> = LazyLock::new(|| compiled(r"^(?:redirect:)?(?:(?:https?|ftps?|wss?)?:?//)?$"));
static CHECKS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)valid|allow|safe|check|white_?list|permit|trusted|known|includes|\bhas\(|contains|starts_?with|hasprefix|islocal|\.test\(|match|indexof|equals",
    )
});

/// Compiles an expression that stands in the source; the tests of the pages use each.
pub(crate) fn compiled(expression: &str) -> Regex {
    Regex::new(expression).expect("an expression of the source compiles")
}

/// Whether `node`, which the call at `offset` is given, comes from a request; with `only_first` what it begins with.
pub(crate) fn comes_from_request(
    file: &File<'_>,
    reader: Reader<'_>,
    node: Node<'_>,
    offset: usize,
    only_first: bool,
) -> bool {
    let Some(requests) = file.code.requests else {
        return false;
    };
    let trace = Trace {
        file,
        requests,
        only_first,
        parsed: Cell::new(0),
    };
    trace.value(reader, node, offset, 0)
}

/// The way of one value.
struct Trace<'a> {
    file: &'a File<'a>,
    requests: &'a Requests,
    /// Whether what stands behind the beginning of a text does not count.
    only_first: bool,
    parsed: Cell<usize>,
}

impl Trace<'_> {
    fn value(&self, reader: Reader<'_>, node: Node<'_>, offset: usize, depth: usize) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        let value = |node: Node<'_>| self.value(reader, node, offset, depth + 1);
        let code = bytes(node, reader.text);
        match reader.shape(node) {
            Shape::Name => self.name(reader, str(node, reader.text), offset, depth),
            Shape::Member { object, name } => {
                !CLEANS.is_match(bytes(name, reader.text)) && (self.is_request(code, offset) || value(object))
            }
            Shape::Index { object, .. } => self.is_request(code, offset) || value(object),
            Shape::Call { function, arguments } => {
                let (object, name) = method_of(reader, function);
                let name = bytes(name, reader.text);
                if CLEANS.is_match(name) || KEEPS_ONLY.is_match(code) {
                    return false;
                }
                if self.only_first && reader.is_built(node) {
                    return first_of(reader, &arguments).is_some_and(value);
                }
                let carries = CARRIES.is_match(name);
                self.is_request(code, offset)
                    || object.is_some_and(value)
                    || (carries
                        && arguments.iter().any(|argument| match argument {
                            Argument::Positional(given) => value(*given),
                            _ => false,
                        }))
            }
            Shape::Template(parts) if self.only_first => parts.first().copied().is_some_and(|part| {
                let before = part.start_byte().saturating_sub(node.start_byte());
                let opening = code.get(1..before.saturating_sub(2)).unwrap_or_default();
                OPENS.is_match(opening) && value(part)
            }),
            Shape::Sum(one, other) if self.only_first => match reader.constant(one) {
                Some(text) => OPENS.is_match(text.written().as_bytes()) && value(other),
                None => value(one),
            },
            Shape::Template(parts) | Shape::Collection(parts) => parts.into_iter().any(value),
            Shape::Sum(one, other) | Shape::Either(one, other) => value(one) || value(other),
            Shape::Inner(inner) | Shape::Given { value: inner, .. } => value(inner),
            Shape::Other if matches!(node.kind(), "slice_expression" | "array_access") => {
                node.named_child(0).is_some_and(value)
            }
            _ => false,
        }
    }

    fn name(&self, reader: Reader<'_>, name: &str, offset: usize, depth: usize) -> bool {
        if self.is_checked(name.as_bytes(), offset) {
            return false;
        }
        if self.is_parameter(name, offset) {
            return true;
        }
        assignments(self.file, name, offset).iter().any(|assignment| {
            self.parsed.set(self.parsed.get() + 1);
            let reader = Reader {
                text: assignment.text(),
                ..reader
            };
            self.parsed.get() <= MAX_PARSED
                && assignment
                    .value(self.file)
                    .is_some_and(|value| self.value(reader, value, assignment.offset_of(value), depth + 1))
        })
    }

    fn is_request(&self, code: &[u8], offset: usize) -> bool {
        self.requests.expressions.is_match(code) && !self.is_checked(code, offset)
    }

    /// Whether the head of a function around `offset` fills the parameter from a request.
    fn is_parameter(&self, name: &str, offset: usize) -> bool {
        let Some(parameters) = &self.requests.parameters else {
            return false;
        };
        self.heads_around(offset).any(|head| {
            let mut found = parameters.captures_iter(head);
            found.any(|groups| groups.get(1).is_some_and(|group| group.as_bytes() == name.as_bytes()))
        })
    }

    fn heads_around(&self, offset: usize) -> impl Iterator<Item = &[u8]> {
        let used_in = self.file.lexed.statement_at(offset).map(|(statement, _)| statement);
        let around = used_in.into_iter().flat_map(|used_in| self.file.lexed.around(used_in));
        around.filter_map(|outer| self.head(outer))
    }

    fn head(&self, statement: usize) -> Option<&[u8]> {
        let piece = self.file.lexed.pieces(statement).next()?;
        Some(&self.file.text()[piece.range()])
    }

    /// Whether an `if` around `offset` or before it asks about the expression in words that speak of a check.
    fn is_checked(&self, code: &[u8], offset: usize) -> bool {
        let Some((used_in, _)) = self.file.lexed.statement_at(offset) else {
            return false;
        };
        let own = self.file.lexed.statements[used_in].parent;
        let checks = |head: &[u8]| {
            head.starts_with(b"if")
                && CHECKS.is_match(head)
                && memchr::memmem::find_iter(head, code)
                    .any(|at| is_boundary(head, at) && is_boundary(head, at + code.len()))
        };
        let before = (0..used_in).rev().take(MAX_STATEMENTS);
        let mut beside = before.filter(|index| own.is_some() && self.file.lexed.statements[*index].parent == own);
        self.heads_around(offset).any(checks) || beside.any(|index| self.head(index).is_some_and(checks))
    }
}

/// The object and the last word of what is called.
fn method_of<'n>(reader: Reader<'_>, function: Function<'n>) -> (Option<Node<'n>>, Node<'n>) {
    match function {
        Function::Method { object, name } => (Some(object), name),
        Function::Word(word) => (None, word),
        Function::Expression(node) => match reader.shape(node) {
            Shape::Member { object, name } => (Some(object), name),
            _ => (None, node),
        },
    }
}

/// What a formatted text begins with: the argument behind the format, if a place for it stands first.
fn first_of<'n>(reader: Reader<'_>, arguments: &[Argument<'n>]) -> Option<Node<'n>> {
    let [Argument::Positional(format), Argument::Positional(first), ..] = arguments else {
        return None;
    };
    let format = reader.constant(*format)?;
    let (opening, _) = format.written().split_once('%')?;
    OPENS.is_match(opening.as_bytes()).then_some(*first)
}
