//! What a call gives, and what it changes.

use tree_sitter::Node;
use weighbridge_core::Origin;
use weighbridge_rules::{ArgumentName, SinkKind};

use super::containers::method_result;
use super::interpreter::Interpreter;
use super::value::{Harmless, Value};
use super::{FIELDS, named_parts};
use super::{harmless, sources};

/// Functions behind which nothing runs.
const NEVER_RETURNING: [&str; 9] = [
    "sys.exit",
    "exit",
    "quit",
    "os._exit",
    "os.abort",
    "abort",
    "flask.abort",
    "bottle.abort",
    "werkzeug.exceptions.abort",
];

/// A text without the quotation mark that would end the string it stands in.
pub(super) const QUOTELESS: Harmless = Harmless::at(&[SinkKind::Query]);

/// The values of the arguments of a call.
#[derive(Default)]
pub(crate) struct Given {
    pub(super) positional: Vec<Value>,
    pub(super) keywords: Vec<(String, Value)>,
    /// Behind these positions, `*` or `**` decides.
    rest: Vec<Value>,
}

impl Given {
    /// The value of the first of these that is given.
    pub(crate) fn named(&self, names: &[ArgumentName]) -> Option<Value> {
        let given = names.iter().find_map(|name| match name {
            ArgumentName::Position(position) => self.positional.get(*position),
            ArgumentName::Keyword(keyword) => self.keyword(keyword),
        });
        given
            .cloned()
            .or_else(|| (!self.rest.is_empty()).then(|| Value::made_of(&self.rest).or(&Value::unknown())))
    }

    fn keyword(&self, keyword: &str) -> Option<&Value> {
        self.keywords
            .iter()
            .find(|(name, _)| name == keyword)
            .map(|(_, value)| value)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Value> {
        self.positional
            .iter()
            .chain(self.keywords.iter().map(|(_, value)| value))
            .chain(&self.rest)
    }
}

impl Interpreter<'_, '_> {
    pub(crate) fn call(&mut self, node: Node<'_>) -> Value {
        if let Some(known) = self.remembered(node) {
            return known;
        }
        let Some(function) = node.child_by_field_id(FIELDS.function) else {
            return Value::unknown();
        };
        let method = method_of(function);
        let receiver = method.map(|(object, _)| self.evaluate(object));
        let callee = match (&receiver, method) {
            (Some(receiver), Some((_, attribute))) => match self.places.get(self.text(function)) {
                Some(known) => known.clone(),
                None => self.attribute_of(receiver, self.text(attribute), function),
            },
            _ => self.evaluate(function),
        };
        let given = self.given(node);
        self.note_wanted(node, &given);
        let name = callee.name().map(str::to_owned);
        let value = self.result(node, function, receiver.as_ref(), &callee, &given);
        if let Some((object, attribute)) = method {
            self.change_receiver(object, self.text(attribute), &given);
            self.blur_attributes(object);
        }
        match name {
            Some(name) if value.name().is_none() => value.named(format!("{name}()")),
            _ => value,
        }
    }

    fn given(&mut self, call: Node<'_>) -> Given {
        let mut given = Given::default();
        let Some(list) = call.child_by_field_id(FIELDS.arguments) else {
            return given;
        };
        if list.kind() != "argument_list" {
            given.positional.push(self.evaluate(list));
            return given;
        }
        for child in named_parts(list) {
            let value = self.evaluate(child);
            match child.kind() {
                "keyword_argument" => {
                    let name = child.child_by_field_id(FIELDS.name).map_or("", |name| self.text(name));
                    given.keywords.push((name.to_owned(), value));
                }
                "list_splat" | "dictionary_splat" => given.rest.push(value),
                _ if given.rest.is_empty() => given.positional.push(value),
                _ => given.rest.push(value),
            }
        }
        given
    }

    /// Notes the values of the arguments that rules ask about.
    fn note_wanted(&self, node: Node<'_>, given: &Given) {
        if self.is_outermost
            && let Some(wanted) = self.context.wanted.get(&self.span(node))
        {
            wanted.iter().for_each(|index| self.context.note(*index, given));
        }
    }

    fn result(
        &mut self,
        node: Node<'_>,
        function: Node<'_>,
        receiver: Option<&Value>,
        callee: &Value,
        given: &Given,
    ) -> Value {
        let span = self.span(node);
        let name = callee.name().unwrap_or_default().to_owned();
        let everything = || Value::made_of(given.all().chain(receiver));
        if let Some(harmless) = harmless::of_call(&name) {
            return everything().tamed(harmless, span);
        }
        if self.asks_a_model(&name, function, receiver, given) {
            return Value::source(Origin::Llm, span);
        }
        if let Some(receiver) = receiver.filter(|receiver| receiver.is_source()) {
            let widened = receiver.widened(span);
            let is_number = given
                .keyword("type")
                .and_then(Value::name)
                .is_some_and(|name| harmless::of_call(name).is_some());
            return if is_number {
                widened.tamed(Harmless::EVERYWHERE, span)
            } else {
                widened
            };
        }
        if let Some(origin) = sources::of_call(&name, &|module| self.context.imports(module)) {
            return Value::source(origin, span);
        }
        let method = method_of(function).map(|(_, attribute)| self.text(attribute));
        if let (Some(receiver), Some(method)) = (receiver, method)
            && let Some(value) = method_result(receiver, method, given)
        {
            return value;
        }
        if let Some(value) = self.inlined(function, &name, given) {
            return value;
        }
        if let Some(receiver) = receiver.filter(|_| method == Some("replace") && takes_quotes_out(given)) {
            return Value::made_of([receiver]).tamed(QUOTELESS, span);
        }
        let on_constant = receiver.is_some_and(Value::is_constant);
        let method_name = method.unwrap_or_default();
        let is_pure = harmless::is_pure(&name, false) || (on_constant && harmless::is_pure(method_name, true));
        if is_pure {
            return Value::made_of(given.all().chain(receiver.filter(|_| on_constant)));
        }
        self.blur_arguments(node);
        let made = everything();
        let written = method.unwrap_or_else(|| self.text(function));
        match harmless::of_unknown_call(written) {
            Some(said) => made.or(&Value::unknown()).tamed(said, span),
            None if made.is_constant() => Value::unknown(),
            None => made,
        }
    }

    /// A collection that is given to a function of which nothing is known can come back changed.
    fn blur_arguments(&mut self, call: Node<'_>) {
        let arguments = call
            .child_by_field_id(FIELDS.arguments)
            .map(named_parts)
            .unwrap_or_default();
        for argument in arguments {
            let text = self.text(argument);
            let blurred = self
                .places
                .get(text)
                .filter(|known| known.items().is_some())
                .map(Value::blurred);
            if let Some(blurred) = blurred {
                self.set(text, blurred);
            }
        }
    }

    /// A method can change the attributes of its object.
    fn blur_attributes(&mut self, object: Node<'_>) {
        let text = self.text(object);
        for (place, value) in &mut self.places {
            if place
                .strip_prefix(text)
                .is_some_and(|rest| rest.starts_with('.') && !rest.contains('('))
            {
                *value = value.blurred();
            }
        }
    }

    fn asks_a_model(&self, name: &str, function: Node<'_>, receiver: Option<&Value>, given: &Given) -> bool {
        if receiver.is_some_and(|receiver| receiver.as_literal().is_some()) {
            return false;
        }
        let written = method_of(function).map(|(object, _)| self.text(object));
        let written = written.filter(|_| self.context.imports_llm_library());
        if sources::is_llm_call(name, written) || (name.ends_with("()") && sources::is_llm_thing(name)) {
            return true;
        }
        let is_post = matches!(name.rsplit('.').next(), Some("post" | "request" | "urlopen"));
        is_post && given.all().filter_map(Value::as_text).any(sources::is_llm_url)
    }

    /// The result of a function of the same file, worked out with these arguments.
    fn inlined(&mut self, function: Node<'_>, name: &str, given: &Given) -> Option<Value> {
        let written = match method_of(function) {
            Some((object, attribute)) if matches!(self.text(object), "self" | "cls") => self.text(attribute),
            Some(_) => return None,
            None => self.text(function),
        };
        let is_imported = !self.context.bindings.is_unbound(written);
        if is_imported || (name != written && !name.is_empty() && method_of(function).is_none()) {
            return None;
        }
        let scope = self.context.function(written)?;
        let region = self.context.region(scope)?;
        self.context.called(|| {
            let mut run = Interpreter::new(self.context, &region, false);
            run.run_called(given);
            let returned = std::mem::take(&mut run.returns).into_iter();
            // One without `return` may be overridden, or could not be read.
            returned
                .reduce(|one, other| one.or(&other))
                .unwrap_or_else(Value::unknown)
        })
    }

    fn run_called(&mut self, given: &Given) {
        let Some(root) = self.region.tree.root_node().named_child(0) else {
            return;
        };
        let definition = root.child_by_field_id(FIELDS.definition).unwrap_or(root);
        self.bind_parameters(definition, root);
        let parameters = definition
            .child_by_field_id(FIELDS.parameters)
            .map(named_parts)
            .unwrap_or_default();
        let mut positional = given.positional.iter();
        for parameter in parameters {
            let name = parameter.child_by_field_id(FIELDS.name).unwrap_or(parameter);
            let name = if name.kind() == "typed_parameter" {
                name.named_child(0).unwrap_or(name)
            } else {
                name
            };
            let name = self.text(name);
            if matches!(name, "self" | "cls") {
                continue;
            }
            let default = parameter.child_by_field_id(FIELDS.value);
            let value = match given.keyword(name).or_else(|| positional.next()) {
                Some(value) => value.clone(),
                None if !given.rest.is_empty() => Value::made_of(&given.rest),
                None => match default {
                    Some(default) => self.evaluate(default),
                    None => continue,
                },
            };
            self.set(name, value);
        }
        if let Some(body) = definition.child_by_field_id(FIELDS.body) {
            self.block(body);
        }
    }

    /// Whether nothing runs behind the call.
    pub(crate) fn never_returns(&self, call: Node<'_>) -> bool {
        let Some(function) = call.child_by_field_id(FIELDS.function) else {
            return false;
        };
        let written = self.text(function);
        let target = self.context.bindings.targets(written).first();
        NEVER_RETURNING.contains(&written) || target.is_some_and(|target| NEVER_RETURNING.contains(&target.as_str()))
    }
}

/// Whether `text.replace("'", "&apos;")` leaves no quotation mark of that kind.
fn takes_quotes_out(given: &Given) -> bool {
    match given.positional.as_slice() {
        [from, to] => {
            matches!(from.as_text(), Some(quote @ ("'" | "\"")) if to.as_text().is_some_and(|to| !to.contains(quote)))
        }
        _ => false,
    }
}

/// Object and name of `object.name`.
fn method_of(function: Node<'_>) -> Option<(Node<'_>, Node<'_>)> {
    if function.kind() != "attribute" {
        return None;
    }
    Some((
        function.child_by_field_id(FIELDS.object)?,
        function.child_by_field_id(FIELDS.attribute)?,
    ))
}
