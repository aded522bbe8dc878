//! What a call in a condition says about what it is given: `name.isdigit()`, `re.fullmatch(…, name)`, `is_allowed(name)`.

use tree_sitter::Node;
use weighbridge_core::Origin;

use super::guards::{Fact, INSIDE, SAME_SERVER, Says};
use super::harmless::is_raising;
use super::interpreter::Interpreter;
use super::value::{Harmless, begins_with_server};
use super::{FIELDS, named_parts};

/// Methods that hold only for texts without anything special in them.
const PLAIN_TEXT: [&str; 6] = [
    "isdigit",
    "isdecimal",
    "isnumeric",
    "isalnum",
    "isalpha",
    "isidentifier",
];
/// Parts of names of functions that hold for what may pass, and of those that hold for what may not.
const PASSING: [&str; 12] = [
    "allow",
    "valid",
    "safe",
    "permit",
    "permitted",
    "trusted",
    "whitelist",
    "known",
    "verif",
    "authorized",
    "authorised",
    "acceptable",
];
const FAILING: [&str; 13] = [
    "disallow",
    "invalid",
    "unsafe",
    "danger",
    "forbid",
    "forbidden",
    "block",
    "malicious",
    "illegal",
    "untrusted",
    "unknown",
    "suspicious",
    "bad_",
];

impl Interpreter<'_, '_> {
    pub(super) fn facts_of_call(&mut self, call: Node<'_>, is_true: bool) -> Vec<Fact> {
        let Some(function) = call.child_by_field_id(FIELDS.function) else {
            return Vec::new();
        };
        let written = self.text(function);
        let last = written.rsplit('.').next().unwrap_or(written);
        let arguments = call
            .child_by_field_id(FIELDS.arguments)
            .map(named_parts)
            .unwrap_or_default();
        let object = function.child_by_field_id(FIELDS.object);
        if let Some(object) = object.filter(|_| arguments.is_empty() && PLAIN_TEXT.contains(&last)) {
            return if is_true {
                self.harmless(object, Harmless::EVERYWHERE)
            } else {
                Vec::new()
            };
        }
        if last == "startswith"
            && let (Some(object), Some(prefix)) = (object, arguments.first())
        {
            return if is_true {
                self.facts_of_prefix(object, *prefix)
            } else {
                Vec::new()
            };
        }
        if last == "is_relative_to"
            && let Some(object) = object
        {
            return if is_true {
                self.harmless(object, INSIDE)
            } else {
                Vec::new()
            };
        }
        let name = self.evaluate(function).name().unwrap_or_default().to_owned();
        if let ("re.fullmatch" | "re.match", [pattern, subject, ..]) = (name.as_str(), arguments.as_slice()) {
            let is_strict = self
                .evaluate(*pattern)
                .as_text()
                .is_some_and(|pattern| is_strict(pattern, name == "re.fullmatch"));
            return if is_true && is_strict {
                self.harmless(*subject, Harmless::EVERYWHERE)
            } else {
                Vec::new()
            };
        }
        let lower = last.to_ascii_lowercase();
        let says = if FAILING.iter().any(|word| lower.contains(word)) {
            Some(false)
        } else if PASSING.iter().any(|word| lower.contains(word)) {
            Some(true)
        } else {
            None
        };
        match arguments.first() {
            Some(subject) if says == Some(is_true) => self.harmless(*subject, Harmless::SAID),
            _ => Vec::new(),
        }
    }

    /// `path.startswith(BASE)` of a resolved path, `url.startswith("https://host/")`.
    fn facts_of_prefix(&mut self, object: Node<'_>, prefix: Node<'_>) -> Vec<Fact> {
        let prefix = self.evaluate(prefix);
        if !prefix.is_constant() && prefix.parts().iter().any(|part| part.origin > Origin::Unknown) {
            return Vec::new();
        }
        let made_by = self.evaluate(object).name().unwrap_or_default().to_owned();
        let is_resolved = ["realpath()", "abspath()", "normpath()", "resolve()"]
            .iter()
            .any(|function| made_by.contains(function));
        let text = prefix.as_text();
        let names_server = text.is_some_and(begins_with_server);
        // `/srv/data` is the beginning of `/srv/data-of-others` too.
        let ends_folder = text.is_none_or(|text| text.ends_with(['/', '\\']));
        if names_server {
            self.harmless(object, SAME_SERVER)
        } else if is_resolved && ends_folder {
            self.harmless(object, INSIDE)
        } else {
            Vec::new()
        }
    }

    /// `validate_path(path)` as a statement of its own raises if it does not hold; `int(text)` does too.
    pub(crate) fn narrow_by_validator(&mut self, call: Node<'_>) {
        let Some(function) = call.child_by_field_id(FIELDS.function) else {
            return;
        };
        let name = self.text(function);
        let last = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
        let is_validator = last.starts_with("validate")
            || ["ensure_", "assert_", "require_"].iter().any(|start| {
                last.strip_prefix(start)
                    .is_some_and(|rest| PASSING.iter().any(|word| rest.contains(word)))
            });
        let Some(argument) = first_argument(call).filter(|_| is_validator || is_raising(name)) else {
            return;
        };
        let harmless = if is_raising(name) {
            Harmless::EVERYWHERE
        } else {
            Harmless::SAID
        };
        let fact = Fact {
            place: self.text(argument).to_owned(),
            says: Says::Harmless(harmless),
        };
        self.apply(&fact, call);
    }
}

fn first_argument(call: Node<'_>) -> Option<Node<'_>> {
    call.child_by_field_id(FIELDS.arguments)
        .and_then(|list| list.named_child(0))
}

/// Whether an expression holds for the whole text, and lets no character through that it does not name.
fn is_strict(pattern: &str, is_whole: bool) -> bool {
    let is_anchored = is_whole || pattern.ends_with('$') || pattern.ends_with("\\Z") || pattern.ends_with("\\z");
    let mut in_class = false;
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            // `\S`, `\D` and `\W` name what is left out.
            '\\' => {
                if matches!(characters.next(), Some('S' | 'D' | 'W')) {
                    return false;
                }
            }
            '[' if !in_class => {
                in_class = true;
                if characters.clone().next() == Some('^') {
                    return false;
                }
            }
            ']' => in_class = false,
            '.' if !in_class => return false,
            _ => {}
        }
    }
    is_anchored
}

#[cfg(test)]
mod tests {
    use super::is_strict;

    #[test]
    fn only_an_expression_that_names_its_characters_is_a_check() {
        assert!(is_strict("[a-z0-9.-]+", true));
        assert!(is_strict(r"^\w+$", false));
        assert!(!is_strict(r"^\w+", false));
        assert!(!is_strict(".*", true));
        assert!(!is_strict("[^;]+", true));
        assert!(!is_strict(r"\S+", true));
    }
}
