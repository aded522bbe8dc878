//! From an expression to the qualified names it can stand for.

use tree_sitter::Node;

use super::grammar::{KINDS, named_children, str};
use super::spelled::spelled;
use crate::code::bindings::Bindings;

/// How deep an expression is followed.
const MAX_DEPTH: usize = 32;
/// Names that one expression can stand for at the most.
const MAX_NAMES: usize = 16;

/// Functions that reach a thing by a text; under another name they do so too.
pub(crate) const DYNAMIC_FUNCTIONS: [&str; 4] = ["__import__", "getattr", "importlib.import_module", "vars"];

/// Modules that other modules are known to import, and that lead to the system.
const SYSTEM_MODULES: [&str; 5] = ["builtins", "importlib", "os", "subprocess", "sys"];

/// The qualified names that `node` can stand for; empty if the text does not tell.
///
/// What is called gives the name with `()` behind it: `flask.Flask()`.
pub(crate) fn names(node: Node<'_>, text: &[u8], bindings: &Bindings) -> Vec<String> {
    let mut names = Resolver { text, bindings }.names(node, 0);
    for name in &mut names {
        *name = bindings.without_builtins(name).to_owned();
    }
    names
}

struct Resolver<'a> {
    text: &'a [u8],
    bindings: &'a Bindings,
}

impl Resolver<'_> {
    fn names(&self, node: Node<'_>, depth: usize) -> Vec<String> {
        if depth > MAX_DEPTH {
            return Vec::new();
        }
        let kinds = &*KINDS;
        let kind = node.kind_id();
        let mut names = if kind == kinds.identifier {
            self.identifier(str(node, self.text))
        } else if kind == kinds.attribute {
            self.attribute(node, depth)
        } else if kind == kinds.call {
            self.call(node, depth)
        } else if kind == kinds.subscript {
            self.subscript(node, depth)
        } else if kind == kinds.parenthesized_expression || kind == kinds.await_expression {
            named_children(node)
                .first()
                .map(|inner| self.names(*inner, depth + 1))
                .unwrap_or_default()
        } else if kind == kinds.named_expression {
            self.field(node, "value", depth)
        } else if kind == kinds.conditional_expression {
            // `a if test else b`: the first and the last child are the values.
            let children = named_children(node);
            let values = [children.first(), children.last()].into_iter().flatten();
            values.flat_map(|value| self.names(*value, depth + 1)).collect()
        } else {
            Vec::new()
        };
        names.truncate(MAX_NAMES);
        names
    }

    fn field(&self, node: Node<'_>, field: &str, depth: usize) -> Vec<String> {
        node.child_by_field_name(field)
            .map(|child| self.names(child, depth + 1))
            .unwrap_or_default()
    }

    fn identifier(&self, name: &str) -> Vec<String> {
        let targets = self.bindings.targets(name);
        if !targets.is_empty() {
            return targets.to_vec();
        }
        let from_stars = self.bindings.stars().iter().map(|module| format!("{module}.{name}"));
        std::iter::once(name.to_owned()).chain(from_stars).collect()
    }

    fn attribute(&self, node: Node<'_>, depth: usize) -> Vec<String> {
        // `self.client = paramiko.SSHClient()` binds the dotted name.
        let bound = self.bindings.targets(str(node, self.text));
        if !bound.is_empty() {
            return bound.to_vec();
        }
        let Some(attribute) = node.child_by_field_name("attribute") else {
            return Vec::new();
        };
        let attribute = str(attribute, self.text);
        let objects = self.field(node, "object", depth);
        if attribute == "__call__" {
            return objects;
        }
        objects
            .into_iter()
            .map(|object| {
                // `pathlib.os` is `os`: a module holds the modules that it imports.
                let is_module = SYSTEM_MODULES.contains(&attribute) && self.bindings.imports_module(&object);
                if is_module && !object.ends_with("()") {
                    attribute.to_owned()
                } else {
                    join(&object, attribute)
                }
            })
            .collect()
    }

    fn call(&self, node: Node<'_>, depth: usize) -> Vec<String> {
        let functions = self.field(node, "function", depth);
        let arguments = node
            .child_by_field_name("arguments")
            .map(named_children)
            .unwrap_or_default();
        let objects = || {
            let first = arguments.first();
            first.map(|object| self.names(*object, depth + 1)).unwrap_or_default()
        };
        let text_at = |index: usize| arguments.get(index).and_then(|argument| spelled(*argument, self.text));
        functions
            .into_iter()
            .flat_map(|function| match self.bindings.without_builtins(&function) {
                "getattr" => {
                    let name = text_at(1);
                    objects()
                        .into_iter()
                        .filter_map(|object| name.as_deref().map(|name| join(&object, name)))
                        .collect()
                }
                "__import__" | "importlib.import_module" | "importlib.__import__" => text_at(0).into_iter().collect(),
                "vars" => objects()
                    .into_iter()
                    .map(|object| format!("{object}.__dict__"))
                    .collect(),
                "operator.attrgetter()" => {
                    // `operator.attrgetter("system")(os)`: the text stands in the call before.
                    let name = self.argument_of_function(node);
                    objects()
                        .into_iter()
                        .filter_map(|object| name.as_deref().map(|name| join(&object, name)))
                        .collect()
                }
                function => {
                    let endings = [".__getattribute__", ".__dict__.get"];
                    let object = endings.iter().find_map(|ending| function.strip_suffix(ending));
                    match (object, text_at(0)) {
                        (Some(object), Some(name)) => vec![join(object, &name)],
                        _ => vec![format!("{function}()")],
                    }
                }
            })
            .collect()
    }

    /// The first argument of the call that gives the function of this call.
    fn argument_of_function(&self, call: Node<'_>) -> Option<String> {
        let maker = call.child_by_field_name("function")?.child_by_field_name("arguments")?;
        spelled(*named_children(maker).first()?, self.text)
    }

    /// `module.__dict__["name"]`, `sys.modules["module"]`, `globals()["name"]`.
    fn subscript(&self, node: Node<'_>, depth: usize) -> Vec<String> {
        let Some(key) = node
            .child_by_field_name("subscript")
            .and_then(|key| spelled(key, self.text))
        else {
            return Vec::new();
        };
        let values = self.field(node, "value", depth);
        values
            .into_iter()
            .flat_map(|value| match self.bindings.without_builtins(&value) {
                "sys.modules" | "__builtins__" | "__dict__" => vec![key.clone()],
                "globals()" | "locals()" => self.identifier(&key),
                value => value
                    .strip_suffix(".__dict__")
                    .map(|object| join(object, &key))
                    .into_iter()
                    .collect(),
            })
            .collect()
    }
}

fn join(object: &str, attribute: &str) -> String {
    format!("{object}.{attribute}")
}
