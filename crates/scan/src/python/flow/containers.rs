//! Lists, dictionaries, settings and texts: what their methods give, and what they change.

use std::rc::Rc;

use tree_sitter::Node;

use super::calls::Given;
use super::fold;
use super::interpreter::Interpreter;
use super::value::{Items, Key, Value};

/// What methods of collections and texts give.
pub(super) fn method_result(receiver: &Value, method: &str, given: &Given) -> Option<Value> {
    let key = given.positional.first().and_then(Value::as_literal);
    if let Some(text) = receiver.as_text()
        && let Some(value) = fold::text_method(text, method, &given.positional)
    {
        return Some(value);
    }
    if let Some(text) = receiver
        .as_text()
        .filter(|_| method == "format" && given.all().all(Value::is_constant))
    {
        return Some(formatted(text, given));
    }
    if method == "format" && receiver.as_text().is_some() {
        let parts: Vec<_> = std::iter::once(receiver).chain(given.all()).cloned().collect();
        return Some(Value::joined(&parts));
    }
    let items = receiver.items()?;
    match (method, given.positional.as_slice()) {
        // `parser.get(section, option)` of a `ConfigParser`.
        ("get", [section, option]) if receiver.name().is_some_and(is_config_parser) => {
            items.get(&config_key(section, option)?).cloned()
        }
        ("get" | "pop" | "setdefault", [_, rest @ ..]) => {
            let item = key.and_then(|key| fold::item(receiver, key));
            let item = item.unwrap_or_else(|| receiver.any_item());
            Some(rest.iter().fold(item, Value::or))
        }
        ("pop" | "popleft", []) => {
            let index = if method == "popleft" {
                0
            } else {
                i64::try_from(items.len()).ok()?.checked_sub(1)?
            };
            items.get(&Key::Index(index)).cloned()
        }
        ("copy", []) => Some(receiver.clone()),
        ("values", []) => Some(receiver.any_item()),
        ("keys", []) => Some(Value::constant()),
        _ => None,
    }
}

impl Interpreter<'_, '_> {
    /// What a method changes in the object it is called on.
    pub(super) fn change_receiver(&mut self, object: Node<'_>, method: &str, given: &Given) {
        let Some(known) = self.places.get(self.text(object)).cloned() else {
            return;
        };
        let everything = Value::made_of(given.all());
        let is_parser = known.name().is_some_and(is_config_parser);
        let nothing = Items::new();
        let Some(items) = known.items().or_else(|| is_parser.then_some(&nothing)) else {
            if matches!(
                method,
                "append" | "add" | "extend" | "insert" | "update" | "write" | "put" | "appendleft" | "set"
            ) {
                self.add_to(object, &everything);
            }
            return;
        };
        self.context.spend(items.len() / 8);
        let mut changed = items.clone();
        match (method, given.positional.as_slice()) {
            ("append" | "add", [item]) => {
                let value = fold::appended(items, std::iter::once(item));
                return self.set_keeping_name(object, value, Some(&known));
            }
            ("extend", [more]) if more.items().is_some() => {
                let value = fold::appended(items, more.items().into_iter().flat_map(Items::values));
                return self.set_keeping_name(object, value, Some(&known));
            }
            ("set", [section, option, value]) if is_parser => match config_key(section, option) {
                Some(key) => drop(changed.insert(key, value.clone())),
                None => return self.add_to(object, &everything),
            },
            ("add_section" | "read" | "read_string", _) if is_parser => return,
            ("setdefault", [key, value]) => match key.as_literal().and_then(Key::of) {
                Some(key) => drop(changed.entry(key).or_insert_with(|| value.clone())),
                None => return self.add_to(object, &everything),
            },
            ("pop" | "popleft", arguments) => {
                if !take_out(&mut changed, method, arguments) {
                    return self.add_to(object, &everything);
                }
            }
            ("clear", []) => changed.clear(),
            ("update", [more]) if more.items().is_some() && given.keywords.is_empty() => {
                changed.extend(
                    more.items()
                        .into_iter()
                        .flatten()
                        .map(|(key, value)| (key.clone(), value.clone())),
                );
            }
            ("get" | "keys" | "values" | "items" | "copy" | "index" | "count" | "join", _) => return,
            _ => return self.add_to(object, &everything),
        }
        self.set_keeping_name(object, Value::of_items(changed), Some(&known));
    }
}

/// Takes the item out that `pop` names; says whether it is known which.
fn take_out(items: &mut Items, method: &str, arguments: &[Value]) -> bool {
    let Ok(length) = i64::try_from(items.len()) else {
        return false;
    };
    let key = match (method, arguments) {
        ("popleft", []) => Some(Key::Index(0)),
        (_, []) => Some(Key::Index(length - 1)),
        (_, [key, ..]) => key.as_literal().and_then(Key::of),
    };
    let Some(key) = key.map(|key| match key {
        Key::Index(index) if index < 0 => Key::Index(index + length),
        key => key,
    }) else {
        return false;
    };
    if items.remove(&key).is_none() {
        return false;
    }
    if matches!(key, Key::Index(_)) && items.keys().all(|key| matches!(key, Key::Index(_))) {
        *items = (0..).map(Key::Index).zip(std::mem::take(items).into_values()).collect();
    }
    true
}

fn is_config_parser(name: &str) -> bool {
    name.starts_with("configparser.") && name.ends_with("()")
}

fn config_key(section: &Value, option: &Value) -> Option<Key> {
    let key = format!("{}\n{}", section.as_text()?, option.as_text()?.to_lowercase());
    Some(Key::Text(Rc::from(key)))
}

/// `text.format(…)` of constants.
fn formatted(text: &str, given: &Given) -> Value {
    let literals: Option<Vec<_>> = given.positional.iter().map(Value::as_literal).collect();
    match literals.as_deref() {
        Some([only]) if given.keywords.is_empty() && text.matches('{').count() == 1 => {
            Value::text(&text.replacen("{}", &only.shown(), 1))
        }
        _ => Value::constant(),
    }
}
