//! What a check says about a value: `if name not in ALLOWED: return`.

use tree_sitter::Node;
use weighbridge_rules::SinkKind;

use super::calls::QUOTELESS;
use super::interpreter::Interpreter;
use super::value::{Harmless, Key, Literal, Value};
use super::{FIELDS, named_parts};

/// A text that is one quoted literal and nothing else.
const QUOTED: Harmless = Harmless::at(&[SinkKind::Code]);
pub(super) const INSIDE: Harmless = Harmless::at(&[SinkKind::Path]);
pub(super) const SAME_SERVER: Harmless = Harmless::at(&[SinkKind::Url]);

/// What a check says about one place.
pub(super) struct Fact {
    pub(super) place: String,
    pub(super) says: Says,
}

pub(super) enum Says {
    /// It is one of these.
    Is(Vec<Literal>),
    /// It is harmless there.
    Harmless(Harmless),
}

impl Interpreter<'_, '_> {
    /// Applies what holds where `condition` is true, or false.
    pub(crate) fn narrow(&mut self, condition: Node<'_>, is_true: bool) {
        for fact in self.facts(condition, is_true, 0) {
            self.apply(&fact, condition);
        }
    }

    /// The subject of a `match` is one of these.
    pub(crate) fn narrow_to(&mut self, subject: Node<'_>, literals: &[Literal]) {
        let fact = Fact {
            place: self.text(subject).to_owned(),
            says: Says::Is(literals.to_vec()),
        };
        self.apply(&fact, subject);
    }

    pub(super) fn apply(&mut self, fact: &Fact, condition: Node<'_>) {
        let span = self.span(condition);
        let known = self.places.get(fact.place.as_str()).cloned();
        match &fact.says {
            Says::Is(literals) => {
                let value = match literals.as_slice() {
                    [only] => Value::literal(only.clone()),
                    _ => Value::constant(),
                };
                self.places.insert(fact.place.as_str().into(), value);
            }
            Says::Harmless(harmless) => {
                if let Some(known) = known {
                    self.places
                        .insert(fact.place.as_str().into(), known.tamed(*harmless, span));
                }
            }
        }
    }

    fn facts(&mut self, condition: Node<'_>, is_true: bool, depth: usize) -> Vec<Fact> {
        if depth > 16 || !self.context.spend(1) {
            return Vec::new();
        }
        match condition.kind() {
            "parenthesized_expression" | "named_expression" | "await" => {
                let inner = condition
                    .child_by_field_id(FIELDS.value)
                    .or_else(|| condition.named_child(0));
                let mut facts = inner
                    .map(|inner| self.facts(inner, is_true, depth + 1))
                    .unwrap_or_default();
                if let Some(name) = condition.child_by_field_id(FIELDS.name) {
                    facts.retain(|fact| fact.place != self.text(name));
                }
                facts
            }
            "not_operator" => {
                let inner = condition.child_by_field_id(FIELDS.argument);
                inner
                    .map(|inner| self.facts(inner, !is_true, depth + 1))
                    .unwrap_or_default()
            }
            "boolean_operator" => self.facts_of_both(condition, is_true, depth),
            "comparison_operator" => self.facts_of_comparison(condition, is_true),
            "call" => self.facts_of_call(condition, is_true),
            _ => Vec::new(),
        }
    }

    /// Both sides of `and` hold where it is true; of `or`, neither where it is false.
    fn facts_of_both(&mut self, condition: Node<'_>, is_true: bool, depth: usize) -> Vec<Fact> {
        let operator = condition
            .child_by_field_id(FIELDS.operator)
            .map_or("", |operator| self.text(operator));
        let (Some(left), Some(right)) = (
            condition.child_by_field_id(FIELDS.left),
            condition.child_by_field_id(FIELDS.right),
        ) else {
            return Vec::new();
        };
        let holds_for_both = (operator == "and") == is_true;
        let first = self.facts(left, is_true, depth + 1);
        let second = self.facts(right, is_true, depth + 1);
        if holds_for_both {
            let mut facts = first;
            facts.extend(second);
            facts.extend(self.quoted_shape(condition, is_true));
            return facts;
        }
        // One of them holds: `x == "a" or x == "b"`.
        let mut facts = Vec::new();
        for one in first {
            let other = second.iter().find(|other| other.place == one.place);
            match (one.says, other.map(|other| &other.says)) {
                (Says::Is(mut literals), Some(Says::Is(more))) => {
                    literals.extend(more.iter().cloned());
                    facts.push(Fact {
                        place: one.place,
                        says: Says::Is(literals),
                    });
                }
                (Says::Harmless(harmless), Some(Says::Harmless(also))) if harmless == *also => {
                    facts.push(Fact {
                        place: one.place,
                        says: Says::Harmless(harmless),
                    });
                }
                _ => {}
            }
        }
        facts
    }

    /// A text that begins and ends with a quote and holds none between them is one literal: nothing else in it runs.
    fn quoted_shape(&self, condition: Node<'_>, is_true: bool) -> Option<Fact> {
        let text = self.text(condition);
        let place = text.split(".startswith(").next()?.trim_start_matches(['(', ' ']);
        let place = place.strip_prefix("not ").unwrap_or(place).trim();
        let has_shape = !place.is_empty()
            && place.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && text.contains(&format!("{place}.endswith("))
            && text.contains(&format!(" in {place}[1:-1]"));
        let negations = text.matches("not ").count();
        let is_rejecting = !is_true && negations >= 2 && !text.contains(" and ");
        (has_shape && is_rejecting).then(|| Fact {
            place: place.to_owned(),
            says: Says::Harmless(QUOTED),
        })
    }

    fn facts_of_comparison(&mut self, condition: Node<'_>, is_true: bool) -> Vec<Fact> {
        let sides = named_parts(condition);
        let mut cursor = condition.walk();
        let operators: Vec<_> = condition.children_by_field_name("operators", &mut cursor).collect();
        let ([left, right], [operator]) = (sides.as_slice(), operators.as_slice()) else {
            return Vec::new();
        };
        let operator = self.text(*operator);
        let (operator, is_true) = match operator {
            "!=" => ("==", !is_true),
            "not in" => ("in", !is_true),
            "is not" => ("is", !is_true),
            other => (other, is_true),
        };
        match operator {
            "==" if is_true => {
                let (left_value, right_value) = (self.evaluate(*left), self.evaluate(*right));
                let mut facts = Vec::new();
                for (place, value) in [(left, &right_value), (right, &left_value)] {
                    facts.extend(self.equals(*place, value));
                }
                facts
            }
            "in" => self.facts_of_membership(*left, *right, is_true),
            _ => Vec::new(),
        }
    }

    /// What follows from being equal to a constant.
    fn equals(&mut self, place: Node<'_>, value: &Value) -> Vec<Fact> {
        let Some(literal) = value.as_literal().filter(|_| value.is_constant()) else {
            return Vec::new();
        };
        if let Some(fact) = self.same_server(place) {
            return vec![fact];
        }
        // What a function gives, it need not give again.
        if !matches!(place.kind(), "identifier" | "attribute" | "subscript") {
            return Vec::new();
        }
        let text = self.text(place).to_owned();
        vec![Fact {
            place: text,
            says: Says::Is(vec![literal.clone()]),
        }]
    }

    fn facts_of_membership(&mut self, left: Node<'_>, right: Node<'_>, is_true: bool) -> Vec<Fact> {
        if !is_true {
            // `if ".." in path: raise` keeps a path where it is.
            let left = self.evaluate(left);
            return match left.as_text() {
                Some(".." | "../") => self.harmless(right, INSIDE),
                Some("'" | "\"") => self.harmless(right, QUOTELESS),
                _ => Vec::new(),
            };
        }
        let container = self.evaluate(right);
        let is_text = container.as_text().is_some();
        let is_list = !is_text && (container.is_constant() || is_name_of_constants(self.text(right)));
        if !is_list {
            return Vec::new();
        }
        if let Some(fact) = self.same_server(left) {
            return vec![fact];
        }
        let keys = container.items().map(|items| {
            items
                .iter()
                .all(|(key, value)| matches!(key, Key::Text(_)) || value.is_constant())
        });
        if keys == Some(false) {
            return Vec::new();
        }
        self.harmless(left, Harmless::EVERYWHERE)
    }

    /// A check of `urlparse(url).hostname`, or of a name that was given it, says something about the URL.
    fn same_server(&mut self, checked: Node<'_>) -> Option<Fact> {
        let value = self.evaluate(checked);
        let name = value.name().unwrap_or_default();
        let is_host = ["hostname", "netloc"].iter().any(|part| name.ends_with(part))
            && (name.contains("urlparse()") || name.contains("urlsplit()"));
        if !is_host {
            return None;
        }
        let source = value
            .parts()
            .iter()
            .find_map(|part| part.way.as_ref().map(|way| way.source()))?;
        let comes_from = |known: &Value| {
            known
                .parts()
                .iter()
                .any(|part| part.way.as_ref().is_some_and(|way| way.source() == source))
        };
        let places: Vec<_> = self
            .places
            .iter()
            .filter(|(_, known)| comes_from(known))
            .map(|(place, _)| place.to_string())
            .collect();
        let (first, rest) = places.split_first()?;
        for place in rest {
            self.apply(
                &Fact {
                    place: place.clone(),
                    says: Says::Harmless(SAME_SERVER),
                },
                checked,
            );
        }
        Some(Fact {
            place: first.clone(),
            says: Says::Harmless(SAME_SERVER),
        })
    }

    pub(super) fn harmless(&mut self, place: Node<'_>, harmless: Harmless) -> Vec<Fact> {
        self.remember(place);
        let place = self.text(place).to_owned();
        vec![Fact {
            place,
            says: Says::Harmless(harmless),
        }]
    }

    /// Keeps the value of an expression that reads a source, so that a check of it counts where it is read again.
    fn remember(&mut self, place: Node<'_>) {
        let text = self.text(place);
        if !matches!(place.kind(), "attribute" | "subscript" | "call") || self.places.contains_key(text) {
            return;
        }
        let value = self.evaluate(place);
        if value.is_source() {
            self.places.insert(text.into(), value);
        }
    }
}

/// `ALLOWED_HOSTS`, `settings.COMMANDS`: written like a constant.
fn is_name_of_constants(text: &str) -> bool {
    let last = text.rsplit('.').next().unwrap_or(text);
    last.len() > 1
        && last
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}
