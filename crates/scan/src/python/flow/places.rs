//! What is known of names, attributes and elements: assigned, joined, forgotten.

use tree_sitter::Node;

use super::interpreter::{End, Interpreter, Places};
use super::value::{Items, Key, Value};
use super::{FIELDS, named_parts};

/// Names, attributes and elements that are kept apart.
const MAX_PLACES: usize = 512;

impl Interpreter<'_, '_> {
    /// Goes on with what holds on any of the ways; leaves if there is none.
    pub(super) fn meet(&mut self, ways: Vec<Places>) -> End {
        let mut ways = ways.into_iter();
        let Some(mut met) = ways.next() else {
            return End::Leaves;
        };
        for way in ways {
            self.context.spend(way.values().map(Value::weight).sum::<usize>() / 4);
            for (place, value) in way {
                match met.remove(&place) {
                    Some(known) => met.insert(place, known.or(&value)),
                    None => met.insert(place, value),
                };
            }
        }
        self.places = met;
        End::Falls
    }

    /// Whether as much is known as before, whatever the ways were.
    pub(super) fn is_like(&self, before: &Places) -> bool {
        self.places.len() == before.len()
            && self
                .places
                .iter()
                .all(|(place, value)| before.get(place).is_some_and(|known| known.is_like(value)))
    }

    pub(crate) fn copied_places(&self) -> Places {
        self.context.spend(self.places.len() / 4);
        self.places.clone()
    }

    /// Lets the target stand for the value.
    pub(crate) fn assign(&mut self, target: Node<'_>, value: &Value) {
        match target.kind() {
            "identifier" => {
                let value = self.stepped(value, target);
                self.set(self.text(target), value);
            }
            "pattern_list" | "tuple_pattern" | "list_pattern" | "tuple" | "list" | "expression_list" => {
                for (index, part) in (0..).zip(named_parts(target)) {
                    let item = value.items().and_then(|items| items.get(&Key::Index(index)).cloned());
                    let item = item.unwrap_or_else(|| self.any_item(value));
                    self.deeper((), |this| this.assign(part, &item));
                }
            }
            "attribute" => {
                let value = self.stepped(value, target);
                target
                    .child_by_field_id(FIELDS.object)
                    .into_iter()
                    .for_each(|object| self.add_to(object, &value));
                self.set(self.text(target), value);
            }
            "subscript" => self.assign_item(target, value),
            "list_splat_pattern" | "as_pattern_target" | "parenthesized_expression" | "list_splat" => {
                let inner = if target.kind().contains("splat") {
                    Value::made_of([value])
                } else {
                    value.clone()
                };
                named_parts(target)
                    .into_iter()
                    .for_each(|part| self.deeper((), |this| this.assign(part, &inner)));
            }
            _ => {}
        }
    }

    /// The value with the assignment as a step, unless the step before stands on the same line.
    fn stepped(&self, value: &Value, target: Node<'_>) -> Value {
        let line = |offset| self.context.file.source.line_index(offset);
        value.clone().assigned(self.span(target), &line)
    }

    /// `container[key] = value`.
    fn assign_item(&mut self, target: Node<'_>, value: &Value) {
        let (Some(container), Some(key)) = (
            target.child_by_field_id(FIELDS.value),
            target.child_by_field_id(FIELDS.subscript),
        ) else {
            return;
        };
        let key = self.evaluate(key).as_literal().and_then(Key::of);
        let known = self.places.get(self.text(container)).cloned();
        match (known.as_ref().and_then(Value::items), key) {
            (Some(items), Some(key)) => {
                self.context.spend(items.len() / 8);
                let mut items: Items = items.clone();
                items.insert(key, value.clone());
                self.set_keeping_name(container, Value::of_items(items), known.as_ref());
            }
            _ => self.add_to(container, value),
        }
        self.forget_below(self.text(target));
    }

    pub(crate) fn set_keeping_name(&mut self, place: Node<'_>, value: Value, known: Option<&Value>) {
        let value = match known.and_then(Value::name) {
            Some(name) => value.named(name),
            None => value,
        };
        self.set(self.text(place), value);
    }

    /// What an item of the value can be.
    pub(super) fn any_item(&self, value: &Value) -> Value {
        self.context.spend(value.weight() / 8);
        value.any_item()
    }

    /// Something of the value is in the thing from now on.
    pub(crate) fn add_to(&mut self, place: Node<'_>, value: &Value) {
        let text = self.text(place);
        let Some(known) = self.places.get(text) else { return };
        let name = known.name().map(str::to_owned);
        let mut both = Value::made_of([known, value]).mixed();
        if let Some(name) = name {
            both = both.named(name);
        }
        self.set(text, both);
    }

    pub(crate) fn set(&mut self, place: &str, value: Value) {
        self.forget_below(place);
        if self.places.len() >= MAX_PLACES && !self.places.contains_key(place) {
            self.context.give_up();
            return;
        }
        self.places.insert(place.into(), value);
    }

    pub(super) fn forget(&mut self, target: Node<'_>) {
        let text = self.text(target);
        self.forget_below(text);
        self.places.remove(text);
    }

    /// What was known of parts of `place`, and of what was made of it by methods.
    fn forget_below(&mut self, place: &str) {
        let is_below = |other: &str| {
            other
                .strip_prefix(place)
                .is_some_and(|rest| rest.starts_with(['.', '[']))
        };
        self.places.retain(|other, _| !is_below(other));
    }
}
