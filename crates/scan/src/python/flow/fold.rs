//! Works out what constants come to.

use super::sources;
use super::value::{Items, Key, Literal, MAX_TEXT, Value};

/// The value of a whole number as it is written.
pub(crate) fn integer(text: &str) -> Value {
    let digits = text.replace('_', "").to_ascii_lowercase();
    let number = match digits.get(..2) {
        Some("0x") => i64::from_str_radix(&digits[2..], 16),
        Some("0o") => i64::from_str_radix(&digits[2..], 8),
        Some("0b") => i64::from_str_radix(&digits[2..], 2),
        _ => digits.parse(),
    };
    number.map_or_else(|_| Value::constant(), |number| Value::literal(Literal::Number(number)))
}

/// The text that these values make one behind the other.
pub(crate) fn concatenated(parts: &[Value]) -> Value {
    let made = Value::joined(parts);
    if !made.is_constant() {
        return made;
    }
    let texts: Option<Vec<_>> = parts.iter().map(|part| part.as_literal().map(Literal::shown)).collect();
    texts.map_or(made, |texts| Value::text(&texts.concat()))
}

/// What an operator makes of two values.
pub(crate) fn binary(operator: &str, left: &Value, right: &Value) -> Value {
    let made = || match operator {
        "+" | "%" => Value::joined(&[left.clone(), right.clone()]),
        _ => Value::made_of([left, right]),
    };
    if operator == "|" {
        // `prompt | model | parser`: the chain answers as its model does.
        let names = [left.name(), right.name()];
        let model = names.into_iter().flatten().find(|name| sources::is_llm_thing(name));
        return match model {
            Some(name) => made().named(name),
            None => made(),
        };
    }
    if operator == "+"
        && let (Some(first), Some(second)) = (left.items(), right.items())
    {
        return appended(first, second.values());
    }
    if operator == "+" && (left.items().is_some() || right.items().is_some()) {
        return made().mixed();
    }
    if !(left.is_constant() && right.is_constant()) {
        return made();
    }
    let literal = match (left.as_literal(), right.as_literal()) {
        (Some(Literal::Text(left)), Some(Literal::Text(right))) if operator == "+" => {
            Some(Literal::Text(format!("{left}{right}").into()))
        }
        (Some(Literal::Number(left)), Some(Literal::Number(right))) => {
            arithmetic(operator, *left, *right).map(Literal::Number)
        }
        (Some(Literal::Text(text)), Some(argument)) if operator == "%" && text.matches('%').count() == 1 => {
            Some(Literal::Text(
                text.replacen("%s", &argument.shown(), 1)
                    .replacen("%d", &argument.shown(), 1)
                    .into(),
            ))
        }
        _ => None,
    };
    literal.map_or_else(Value::constant, Value::literal)
}

/// The list with further items behind.
pub(crate) fn appended<'v>(list: &Items, more: impl Iterator<Item = &'v Value>) -> Value {
    let mut items = list.clone();
    for (next, item) in (items.len()..).zip(more) {
        items.insert(Key::Index(i64::try_from(next).unwrap_or(i64::MAX)), item.clone());
    }
    Value::of_items(items)
}

fn arithmetic(operator: &str, left: i64, right: i64) -> Option<i64> {
    match operator {
        "+" => left.checked_add(right),
        "-" => left.checked_sub(right),
        "*" => left.checked_mul(right),
        "//" if right > 0 => Some(left.div_euclid(right)),
        "%" if right > 0 => Some(left.rem_euclid(right)),
        // A quotient is compared with whole numbers nearly always; one that is not whole is left alone.
        "/" if right != 0 && left.checked_rem(right) == Some(0) => left.checked_div(right),
        _ => None,
    }
}

/// What a comparison comes to, if that is certain.
pub(crate) fn comparison(operator: &str, left: &Value, right: &Value) -> Option<bool> {
    if !(left.is_constant() && right.is_constant()) {
        return None;
    }
    if matches!(operator, "in" | "not in") {
        let holds = match (left.as_literal()?, right.as_literal(), right.items()) {
            (Literal::Text(part), Some(Literal::Text(whole)), _) => whole.contains(part.as_ref()),
            (literal, _, Some(items)) => {
                let is_key = Key::of(literal).is_some_and(|key| items.contains_key(&key));
                let is_list = items.keys().all(|key| matches!(key, Key::Index(_)));
                let literals: Option<Vec<_>> = items.values().map(Value::as_literal).collect();
                match literals {
                    _ if !is_list => is_key,
                    // A dictionary with numbers for keys looks like a list.
                    Some(literals) if literals.contains(&literal) || !is_key => literals.contains(&literal),
                    _ => return None,
                }
            }
            _ => return None,
        };
        return Some(holds == (operator == "in"));
    }
    let (left, right) = (left.as_literal()?, right.as_literal()?);
    match (operator, left, right) {
        ("==" | "is", left, right) => Some(left == right),
        ("!=" | "is not", left, right) => Some(left != right),
        ("<", Literal::Number(left), Literal::Number(right)) => Some(left < right),
        ("<=", Literal::Number(left), Literal::Number(right)) => Some(left <= right),
        (">", Literal::Number(left), Literal::Number(right)) => Some(left > right),
        (">=", Literal::Number(left), Literal::Number(right)) => Some(left >= right),
        _ => None,
    }
}

/// The item of a container under a constant key.
pub(crate) fn item(container: &Value, key: &Literal) -> Option<Value> {
    if let (Some(Literal::Text(text)), Literal::Number(index)) = (container.as_literal(), key) {
        let index = position(*index, text.chars().count())?;
        return text
            .chars()
            .nth(index)
            .map(|character| Value::text(&character.to_string()));
    }
    let items = container.items()?;
    if let Some(item) = items.get(&Key::of(key)?) {
        return Some(item.clone());
    }
    let Literal::Number(index) = key else { return None };
    let is_list = items.keys().all(|key| matches!(key, Key::Index(_)));
    let index = i64::try_from(position(*index, items.len())?).ok()?;
    is_list.then(|| items.get(&Key::Index(index)).cloned()).flatten()
}

/// An index from the end as one from the beginning.
fn position(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let index = if index < 0 { index + length } else { index };
    usize::try_from(index)
        .ok()
        .filter(|index| *index < usize::try_from(length).unwrap_or(0))
}

/// What a method of a constant text gives for constant arguments, where that is easily said.
pub(crate) fn text_method(text: &str, method: &str, arguments: &[Value]) -> Option<Value> {
    let texts: Option<Vec<&str>> = arguments.iter().map(Value::as_text).collect();
    let texts = texts?;
    let made = match (method, texts.as_slice()) {
        ("lower" | "casefold", []) => text.to_lowercase(),
        ("upper", []) => text.to_uppercase(),
        ("strip", []) => text.trim().to_owned(),
        ("replace", [from, to]) if !from.is_empty() => {
            if text.matches(from).count() * to.len() > MAX_TEXT {
                return Some(Value::constant());
            }
            text.replace(from, to)
        }
        ("removeprefix", [prefix]) => text.strip_prefix(prefix).unwrap_or(text).to_owned(),
        ("removesuffix", [suffix]) => text.strip_suffix(suffix).unwrap_or(text).to_owned(),
        ("startswith", [prefix]) => return Some(Value::boolean(text.starts_with(prefix))),
        ("endswith", [suffix]) => return Some(Value::boolean(text.ends_with(suffix))),
        _ => return None,
    };
    Some(Value::text(&made))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: i64) -> Value {
        Value::literal(Literal::Number(number))
    }

    #[test]
    fn arithmetic_never_overflows() {
        assert_eq!(binary("*", &number(7), &number(6)), number(42));
        assert_eq!(binary("+", &number(i64::MAX), &number(1)), Value::constant());
        assert_eq!(binary("/", &number(i64::MIN), &number(-1)), Value::constant());
        assert_eq!(binary("//", &number(1), &number(0)), Value::constant());
        assert_eq!(integer("0x_1F"), number(31));
        assert_eq!(integer("99999999999999999999"), Value::constant());
    }

    #[test]
    fn items_are_found_from_both_ends() {
        let list = appended(&Items::new(), [Value::text("a"), Value::text("b")].iter());

        assert_eq!(item(&list, &Literal::Number(-1)), Some(Value::text("b")));
        assert_eq!(item(&list, &Literal::Number(2)), None);
        assert_eq!(item(&Value::text("ABC"), &Literal::Number(1)), Some(Value::text("B")));
        assert_eq!(item(&Value::text(""), &Literal::Number(i64::MIN)), None);
    }
}
