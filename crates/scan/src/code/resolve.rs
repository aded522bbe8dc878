//! From an expression to its value, and to the qualified names it can stand for.

use tree_sitter::Node;

use super::bindings::Bindings;
use super::constant::{Constant, unescape};
use super::shape::{Argument, Code, Function, Shape, str};

/// How deep an expression is followed.
const MAX_DEPTH: usize = 32;
/// Names that one expression can stand for at the most.
const MAX_NAMES: usize = 16;

/// A text with what its names stand for.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) code: &'static Code,
    pub(crate) text: &'a [u8],
    pub(crate) bindings: &'a Bindings,
}

impl Reader<'_> {
    /// What `node` means.
    pub(crate) fn shape<'n>(&self, node: Node<'n>) -> Shape<'n> {
        (self.code.shape)(node, self.text)
    }

    /// The qualified names that `node` can stand for; empty if the text does not tell.
    ///
    /// What is called gives the name with `()` behind it: `express().get`.
    pub(crate) fn names(&self, node: Node<'_>) -> Vec<String> {
        self.finished(self.names_at(node, 0))
    }

    /// The qualified names of what a call calls.
    pub(crate) fn function_names(&self, function: Function<'_>) -> Vec<String> {
        self.finished(self.function_names_at(function, 0))
    }

    fn finished(&self, mut names: Vec<String>) -> Vec<String> {
        for name in &mut names {
            *name = self.bindings.without_builtins(name).to_owned();
        }
        names
    }

    fn function_names_at(&self, function: Function<'_>, depth: usize) -> Vec<String> {
        match function {
            Function::Expression(node) => self.names_at(node, depth),
            Function::Method { object, name } => self.member(object, str(name, self.text), depth),
            Function::Word(word) => vec![command_name(str(word, self.text)).to_owned()],
        }
    }

    fn names_at(&self, node: Node<'_>, depth: usize) -> Vec<String> {
        if depth > MAX_DEPTH {
            return Vec::new();
        }
        let mut names = match self.shape(node) {
            Shape::Name => self.identifier(str(node, self.text)),
            Shape::Member { object, name } => {
                // `this.client = new Client()` binds the dotted name.
                let mut bound = self.bindings.targets(str(node, self.text));
                if bound.is_empty() && matches!(str(object, self.text), "this" | "$this") {
                    // A field that the class declares: `private client = new Client()`.
                    bound = self.bindings.targets(str(name, self.text));
                }
                if bound.is_empty() {
                    self.member(object, str(name, self.text), depth)
                } else {
                    bound.to_vec()
                }
            }
            Shape::Index { object, key } => match self.constant(key) {
                Some(Constant::Text(key)) => self.member(object, &key, depth),
                _ => Vec::new(),
            },
            Shape::Call { function, arguments } => self.call(function, &arguments, depth),
            Shape::Inner(inner) | Shape::Given { value: inner, .. } => self.names_at(inner, depth + 1),
            Shape::Either(one, other) => {
                let mut names = self.names_at(one, depth + 1);
                names.extend(self.names_at(other, depth + 1));
                names
            }
            _ => Vec::new(),
        };
        names.truncate(MAX_NAMES);
        names
    }

    fn identifier(&self, name: &str) -> Vec<String> {
        if name.contains('\\') {
            // `\Vendor\Class`: qualified as it stands.
            return vec![name.trim_start_matches('\\').replace('\\', ".")];
        }
        let targets = self.bindings.targets(name);
        if !targets.is_empty() {
            return targets.to_vec();
        }
        let stars = self.bindings.stars().iter().map(String::as_str);
        let modules = stars.chain(self.code.prelude.iter().copied());
        let qualified = modules.map(|module| format!("{module}.{name}"));
        std::iter::once(name.to_owned()).chain(qualified).collect()
    }

    fn member(&self, object: Node<'_>, name: &str, depth: usize) -> Vec<String> {
        let objects = self.names_at(object, depth + 1);
        if self.code.mirrors.contains(&name) {
            // `Function.call` calls what it is bound to.
            return objects
                .into_iter()
                .filter(|object| !object.starts_with("Function"))
                .collect();
        }
        objects.into_iter().map(|object| format!("{object}.{name}")).collect()
    }

    fn call(&self, function: Function<'_>, arguments: &[Argument<'_>], depth: usize) -> Vec<String> {
        let first = match arguments.first() {
            Some(Argument::Positional(node)) => Some(*node),
            _ => None,
        };
        let functions = self.function_names_at(function, depth + 1);
        if self.binds_a_function(function) {
            return functions;
        }
        functions
            .into_iter()
            .flat_map(|function| {
                let function = self.bindings.without_builtins(&function);
                if self.code.loaders.contains(&function) {
                    let module = first.and_then(|first| self.constant(first));
                    return match module {
                        Some(Constant::Text(module)) => vec![module.trim_start_matches("node:").to_owned()],
                        _ => Vec::new(),
                    };
                }
                if self.code.wrappers.contains(&function) {
                    return first.map(|first| self.names_at(first, depth + 1)).unwrap_or_default();
                }
                vec![format!("{function}()")]
            })
            .collect()
    }

    /// Whether a call is `f.bind(…)`, which gives `f` again.
    pub(crate) fn binds_a_function(&self, function: Function<'_>) -> bool {
        let Function::Expression(node) = function else {
            return false;
        };
        let is_bind = matches!(self.shape(node), Shape::Member { name, .. } if str(name, self.text) == "bind");
        is_bind && self.code.mirrors.contains(&"bind")
    }

    /// The value of `node`, if it is constant.
    pub(crate) fn constant(&self, node: Node<'_>) -> Option<Constant> {
        self.constant_at(node, 0)
    }

    fn constant_at(&self, node: Node<'_>, depth: usize) -> Option<Constant> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.shape(node) {
            Shape::Text {
                open,
                close,
                has_escapes,
            } => {
                let written = str(node, self.text);
                let inside = written
                    .get(open..written.len().saturating_sub(close))
                    .unwrap_or_default();
                let is_plain = !has_escapes || !inside.contains('\\');
                Some(Constant::Text(if is_plain {
                    inside.to_owned()
                } else {
                    unescape(inside)
                }))
            }
            Shape::Template(parts) => {
                // `${"a"}` is constant, and nobody asks for the value.
                let all = parts.iter().all(|part| self.constant_at(*part, depth + 1).is_some());
                all.then(|| Constant::Text(str(node, self.text).to_owned()))
            }
            Shape::Sum(left, right) => {
                match (self.constant_at(left, depth + 1)?, self.constant_at(right, depth + 1)?) {
                    (Constant::Text(left), Constant::Text(right) | Constant::Number(right)) => {
                        Some(Constant::Text(left + &right))
                    }
                    (Constant::Number(left), Constant::Text(right)) => Some(Constant::Text(left + &right)),
                    (Constant::Number(left), Constant::Number(_)) => Some(Constant::Number(left)),
                    _ => None,
                }
            }
            Shape::Number => Some(Constant::Number(str(node, self.text).to_owned())),
            Shape::Word(word, is_truthy) => Some(Constant::Word(word, is_truthy)),
            Shape::Collection(parts) => {
                let all = parts.iter().all(|part| self.constant_at(*part, depth + 1).is_some());
                all.then_some(Constant::Collection {
                    is_empty: parts.is_empty(),
                })
            }
            Shape::Given { value, .. } | Shape::Inner(value) => self.constant_at(value, depth + 1),
            _ => None,
        }
    }

    /// Whether `node` is text that is put together at run time.
    pub(crate) fn is_built(&self, node: Node<'_>) -> bool {
        self.is_built_at(node, 0)
    }

    fn is_built_at(&self, node: Node<'_>, depth: usize) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        match self.shape(node) {
            Shape::Template(parts) => parts.iter().any(|part| self.constant_at(*part, depth + 1).is_none()),
            Shape::Sum(left, right) => {
                let is_constant = |side| self.constant_at(side, depth + 1).is_some();
                self.is_built_at(left, depth + 1)
                    || self.is_built_at(right, depth + 1)
                    || ((self.is_text(left) || self.is_text(right)) && !(is_constant(left) && is_constant(right)))
            }
            Shape::Inner(inner) | Shape::Given { value: inner, .. } => self.is_built_at(inner, depth + 1),
            Shape::Either(one, other) => self.is_built_at(one, depth + 1) || self.is_built_at(other, depth + 1),
            Shape::Call { function, arguments } => {
                self.is_formatter(function, depth)
                    && arguments.iter().any(|argument| match argument {
                        Argument::Positional(node) => self.constant_at(*node, depth + 1).is_none(),
                        _ => true,
                    })
            }
            _ => false,
        }
    }

    fn is_formatter(&self, function: Function<'_>, depth: usize) -> bool {
        let method = match function {
            Function::Method { object, name } => Some((object, name)),
            Function::Word(_) => None,
            Function::Expression(node) => match self.shape(node) {
                Shape::Member { object, name } => Some((object, name)),
                _ => None,
            },
        };
        let is_method = |formatter: &&str| {
            formatter.strip_prefix("*.").is_some_and(|wanted| {
                method.is_some_and(|(object, name)| wanted == str(name, self.text) && self.is_text(object))
            })
        };
        self.code.formatters.iter().any(is_method)
            || self
                .function_names_at(function, depth + 1)
                .iter()
                .any(|name| self.code.formatters.contains(&name.as_str()))
    }

    /// Whether an expression is a text for certain: it begins with a literal. Walks down the left side only.
    fn is_text(&self, node: Node<'_>) -> bool {
        let mut next = Some(node);
        while let Some(node) = next {
            next = match self.shape(node) {
                Shape::Text { .. } | Shape::Template(_) => return true,
                Shape::Sum(left, _) => Some(left),
                Shape::Inner(inner) => Some(inner),
                _ => None,
            };
        }
        false
    }
}

/// The name of a command without its folder and quotes.
pub(crate) fn command_name(written: &str) -> &str {
    let name = written.trim_start_matches('\\').trim_matches(['"', '\'']);
    name.rsplit('/').next().unwrap_or(name)
}
