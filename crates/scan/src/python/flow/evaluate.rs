//! What an expression is worth.

use tree_sitter::Node;
use weighbridge_core::Origin;

use super::super::constant::constant;
use super::interpreter::Interpreter;
use super::value::{Items, Key, Literal, Value};
use super::{FIELDS, named_parts};
use super::{fold, sources};
use crate::code::constant::Constant;

/// Longer expressions are no places whose value is remembered.
const MAX_PLACE_BYTES: usize = 120;

impl Interpreter<'_, '_> {
    /// The value of an expression; what it assigns is assigned.
    pub(crate) fn evaluate(&mut self, node: Node<'_>) -> Value {
        self.deeper(Value::unknown(), |this| this.expression(node))
    }

    fn expression(&mut self, node: Node<'_>) -> Value {
        let field = |field| node.child_by_field_id(field);
        match node.kind() {
            "identifier" => self.identifier(node),
            "string" => self.string(node),
            "concatenated_string" => {
                let parts = self.each(node);
                fold::concatenated(&parts)
            }
            "integer" => fold::integer(self.text(node)),
            "float" | "ellipsis" => Value::constant(),
            "true" => Value::boolean(true),
            "false" => Value::boolean(false),
            "none" => Value::literal(Literal::None),
            "parenthesized_expression" | "await" | "type" | "interpolation" | "keyword_argument" => {
                let inner = field(FIELDS.value)
                    .or_else(|| field(FIELDS.expression))
                    .or_else(|| node.named_child(0));
                inner.map(|inner| self.evaluate(inner)).unwrap_or_default()
            }
            "binary_operator" => self.binary(node),
            "boolean_operator" => self.boolean(node),
            "not_operator" => {
                let value = field(FIELDS.argument)
                    .map(|inner| self.evaluate(inner))
                    .unwrap_or_default();
                value
                    .truth()
                    .map_or_else(Value::constant, |truth| Value::boolean(!truth))
            }
            "comparison_operator" => self.comparison(node),
            "unary_operator" => {
                let value = field(FIELDS.argument)
                    .map(|inner| self.evaluate(inner))
                    .unwrap_or_default();
                match value.as_literal() {
                    Some(Literal::Number(number)) if self.text(node).starts_with('-') => {
                        Value::literal(Literal::Number(number.wrapping_neg()))
                    }
                    _ => Value::made_of([&value]),
                }
            }
            "conditional_expression" => self.conditional(node),
            "attribute" => self.attribute(node),
            "subscript" => self.subscript(node),
            "call" => self.call(node),
            "list" | "tuple" | "set" | "expression_list" => self.sequence(node),
            "dictionary" => self.dictionary(node),
            "list_comprehension" | "set_comprehension" | "generator_expression" | "dictionary_comprehension" => {
                self.comprehension(node)
            }
            "lambda" => self.lambda(node),
            "named_expression" => {
                let value = field(FIELDS.value)
                    .map(|value| self.evaluate(value))
                    .unwrap_or_default();
                field(FIELDS.name)
                    .into_iter()
                    .for_each(|name| self.assign(name, &value));
                value
            }
            "assignment" => {
                let value = field(FIELDS.right).map(|right| self.evaluate(right));
                if let (Some(target), Some(value)) = (field(FIELDS.left), &value) {
                    self.assign(target, value);
                }
                value.unwrap_or_default()
            }
            "augmented_assignment" => self.augmented(node),
            "list_splat" | "dictionary_splat" => {
                let value = node
                    .named_child(0)
                    .map(|inner| self.evaluate(inner))
                    .unwrap_or_default();
                Value::made_of([&value]).mixed()
            }
            "yield" => {
                let values = self.each(node);
                self.returns.extend(values);
                Value::unknown()
            }
            _ => {
                let values = self.each(node);
                if values.is_empty() {
                    Value::unknown()
                } else {
                    Value::made_of(&values)
                }
            }
        }
    }

    /// The values of all named children.
    fn each(&mut self, node: Node<'_>) -> Vec<Value> {
        named_parts(node)
            .into_iter()
            .map(|child| self.evaluate(child))
            .collect()
    }

    fn identifier(&mut self, node: Node<'_>) -> Value {
        let name = self.text(node);
        if let Some(known) = self.places.get(name) {
            return known.clone();
        }
        if sources::is_fixed(name) {
            return Value::constant();
        }
        let target = self.context.bindings.targets(name).first().cloned();
        if let Some(target) = &target {
            return self.thing(node, target);
        }
        match self.context.global(name) {
            Some(value) => value,
            None => self.thing(node, name),
        }
    }

    /// The thing called `name`, read at `node`.
    fn thing(&self, node: Node<'_>, name: &str) -> Value {
        if sources::is_fixed(name) {
            return Value::constant().named(name);
        }
        let value = match sources::of_name(name) {
            Some(origin) => Value::source(origin, self.span(node)),
            None => Value::unknown(),
        };
        value.named(name)
    }

    fn string(&mut self, node: Node<'_>) -> Value {
        let placeholders: Vec<_> = named_parts(node)
            .into_iter()
            .filter(|child| child.kind() == "interpolation")
            .collect();
        if placeholders.is_empty() {
            return match constant(node, self.region.snippet.text()) {
                Some(Constant::Text(text)) => Value::text(&text),
                _ => Value::constant(),
            };
        }
        let mut parts = Vec::new();
        for child in named_parts(node) {
            match child.kind() {
                "interpolation" => {
                    let value = self.evaluate(child);
                    // `{value!r}` is a literal of Python.
                    let is_quoted = named_parts(child)
                        .iter()
                        .any(|part| part.kind() == "type_conversion" && self.text(*part) == "!r");
                    let harmless = if is_quoted {
                        super::harmless::of_call("repr")
                    } else {
                        None
                    };
                    parts.push(match harmless {
                        Some(harmless) => value.tamed(harmless, self.span(child)),
                        None => value,
                    });
                }
                "string_content" => parts.push(Value::text(self.text(child))),
                _ => {}
            }
        }
        fold::concatenated(&parts)
    }

    fn binary(&mut self, node: Node<'_>) -> Value {
        // A sum of a thousand parts hangs on its left side a thousand deep.
        let mut rights = Vec::new();
        let mut next = node;
        while next.kind() == "binary_operator" && self.context.spend(1) {
            let (Some(left), Some(operator), Some(right)) = (
                next.child_by_field_id(FIELDS.left),
                next.child_by_field_id(FIELDS.operator),
                next.child_by_field_id(FIELDS.right),
            ) else {
                break;
            };
            rights.push((self.text(operator), right));
            next = left;
        }
        if rights.is_empty() {
            return Value::unknown();
        }
        let mut value = self.evaluate(next);
        for (operator, right) in rights.into_iter().rev() {
            let right = self.evaluate(right);
            value = fold::binary(operator, &value, &right);
        }
        value
    }

    fn boolean(&mut self, node: Node<'_>) -> Value {
        let (Some(left), Some(right)) = (
            node.child_by_field_id(FIELDS.left),
            node.child_by_field_id(FIELDS.right),
        ) else {
            return Value::unknown();
        };
        let operator = node
            .child_by_field_id(FIELDS.operator)
            .map_or("", |operator| self.text(operator));
        let first = self.evaluate(left);
        let goes_on_if = operator == "and";
        if first.truth() == Some(!goes_on_if) {
            return first;
        }
        let before = self.copied_places();
        self.narrow(left, goes_on_if);
        let second = self.evaluate(right);
        self.places = before;
        if first.truth() == Some(goes_on_if) {
            return second;
        }
        first.or(&second)
    }

    fn comparison(&mut self, node: Node<'_>) -> Value {
        let values = self.each(node);
        let mut cursor = node.walk();
        let operators: Vec<_> = node.children_by_field_name("operators", &mut cursor).collect();
        let ([left, right], [operator]) = (values.as_slice(), operators.as_slice()) else {
            return Value::constant();
        };
        fold::comparison(self.text(*operator), left, right).map_or_else(Value::constant, Value::boolean)
    }

    fn conditional(&mut self, node: Node<'_>) -> Value {
        let parts = named_parts(node);
        let [yes, condition, no] = parts.as_slice() else {
            return Value::unknown();
        };
        let truth = self.evaluate(*condition).truth();
        let before = self.copied_places();
        let branch = |this: &mut Self, value: Node<'_>, is_true: bool| {
            this.narrow(*condition, is_true);
            let value = this.evaluate(value);
            this.places.clone_from(&before);
            value
        };
        match truth {
            Some(true) => branch(self, *yes, true),
            Some(false) => branch(self, *no, false),
            None => {
                let first = branch(self, *yes, true);
                first.or(&branch(self, *no, false))
            }
        }
    }

    /// What is remembered of an attribute or element by its text.
    pub(crate) fn remembered(&self, node: Node<'_>) -> Option<Value> {
        let text = self.text(node);
        if text.len() > MAX_PLACE_BYTES {
            return None;
        }
        self.places.get(text).cloned()
    }

    fn attribute(&mut self, node: Node<'_>) -> Value {
        if let Some(known) = self.remembered(node) {
            return known;
        }
        let (Some(object), Some(attribute)) = (
            node.child_by_field_id(FIELDS.object),
            node.child_by_field_id(FIELDS.attribute),
        ) else {
            return Value::unknown();
        };
        let attribute = self.text(attribute);
        let object = self.evaluate(object);
        self.attribute_of(&object, attribute, node)
    }

    /// The attribute of an object whose value is known; `node` is the whole expression.
    pub(crate) fn attribute_of(&mut self, object: &Value, attribute: &str, node: Node<'_>) -> Value {
        let bound = self.context.bindings.targets(self.text(node)).first().cloned();
        let name = bound.or_else(|| object.name().map(|object| format!("{object}.{attribute}")));
        let full_name = name.as_deref().unwrap_or_default();
        if sources::is_fixed(full_name) {
            return Value::constant();
        }
        let value = if let Some(origin) = sources::of_name(full_name) {
            Value::source(origin, self.span(node))
        } else if object.is_source() {
            let is_request = object.parts().iter().all(|part| part.origin == Origin::Request);
            if is_request && sources::is_of_the_server(attribute) {
                return Value::unknown();
            }
            object.widened(self.span(node))
        } else if object.is_decided_elsewhere() && sources::is_answer_attribute(full_name, attribute) {
            Value::source(Origin::Llm, self.span(node))
        } else if self.is_of_http_handler(full_name)
            || (object.name() == Some("self") && self.is_request_attribute(attribute))
            || (object.name() == Some("request") && sources::is_of_the_sender(attribute))
        {
            Value::source(Origin::Request, self.span(node))
        } else {
            Value::made_of([object])
        };
        match name {
            Some(name) => value.named(name),
            None => value,
        }
    }

    /// `self.path` and others in a handler of `http.server`.
    fn is_of_http_handler(&self, name: &str) -> bool {
        ["self.path", "self.headers", "self.rfile"].contains(&name) && self.context.imports("http.server")
    }

    /// `self.request` in a view of Django or in a handler of Tornado.
    fn is_request_attribute(&self, attribute: &str) -> bool {
        attribute == "request" && self.context.imports_web_framework()
    }

    fn subscript(&mut self, node: Node<'_>) -> Value {
        if let Some(known) = self.remembered(node) {
            return known;
        }
        let (Some(container), Some(key)) = (
            node.child_by_field_id(FIELDS.value),
            node.child_by_field_id(FIELDS.subscript),
        ) else {
            return Value::unknown();
        };
        let container = self.evaluate(container);
        let is_slice = key.kind() == "slice";
        let key = self.evaluate(key);
        if container.is_source() {
            let widened = container.widened(self.span(node));
            return match container.name() {
                Some(name) => widened.named(name),
                None => widened,
            };
        }
        if is_slice {
            return Value::made_of([&container]);
        }
        let item = key.as_literal().and_then(|key| fold::item(&container, key));
        item.unwrap_or_else(|| self.any_item(&container))
    }

    fn sequence(&mut self, node: Node<'_>) -> Value {
        let mut items = Items::new();
        let mut is_mixed = false;
        for (index, child) in (0..).zip(named_parts(node)) {
            let value = self.evaluate(child);
            is_mixed |= child.kind() == "list_splat";
            items.insert(Key::Index(index), value);
        }
        let value = Value::of_items(items);
        if is_mixed {
            Value::made_of([&value]).mixed()
        } else {
            value
        }
    }

    fn dictionary(&mut self, node: Node<'_>) -> Value {
        let mut items = Items::new();
        let mut rest = Vec::new();
        for child in named_parts(node) {
            let (Some(key), Some(value)) = (
                child.child_by_field_id(FIELDS.key),
                child.child_by_field_id(FIELDS.value),
            ) else {
                rest.push(self.evaluate(child));
                continue;
            };
            let key = self.evaluate(key);
            let value = self.evaluate(value);
            match key.as_literal().and_then(Key::of) {
                Some(key) => drop(items.insert(key, value)),
                None => rest.push(value),
            }
        }
        let known = Value::of_items(items);
        if rest.is_empty() {
            return known;
        }
        rest.push(known);
        Value::made_of(&rest).mixed()
    }

    fn comprehension(&mut self, node: Node<'_>) -> Value {
        let before = self.copied_places();
        for clause in named_parts(node) {
            match clause.kind() {
                "for_in_clause" => {
                    if let (Some(target), Some(iterated)) = (
                        clause.child_by_field_id(FIELDS.left),
                        clause.child_by_field_id(FIELDS.right),
                    ) {
                        let iterated = self.evaluate(iterated);
                        let item = self.any_item(&iterated);
                        self.assign(target, &item);
                    }
                }
                "if_clause" => {
                    if let Some(condition) = clause.named_child(0) {
                        self.evaluate(condition);
                        self.narrow(condition, true);
                    }
                }
                _ => {}
            }
        }
        let body = node.child_by_field_id(FIELDS.body).map(|body| match body.kind() {
            "pair" => Value::made_of(&self.each(body)),
            _ => self.evaluate(body),
        });
        self.places = before;
        Value::made_of(&body).mixed()
    }

    /// The body runs later, with whatever it is given.
    fn lambda(&mut self, node: Node<'_>) -> Value {
        let before = self.copied_places();
        let parameters = node
            .child_by_field_id(FIELDS.parameters)
            .map(named_parts)
            .unwrap_or_default();
        for parameter in parameters {
            self.set(self.text(parameter), Value::from(Origin::Parameter));
        }
        node.child_by_field_id(FIELDS.body)
            .into_iter()
            .for_each(|body| drop(self.evaluate(body)));
        self.places = before;
        Value::unknown()
    }

    fn augmented(&mut self, node: Node<'_>) -> Value {
        let (Some(target), Some(right)) = (
            node.child_by_field_id(FIELDS.left),
            node.child_by_field_id(FIELDS.right),
        ) else {
            return Value::unknown();
        };
        let operator = node
            .child_by_field_id(FIELDS.operator)
            .map_or("", |operator| self.text(operator));
        let known = self.evaluate(target);
        let right = self.evaluate(right);
        let value = fold::binary(operator.trim_end_matches('='), &known, &right);
        self.assign(target, &value);
        value
    }
}
