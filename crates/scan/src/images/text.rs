//! What the readers share: text of the same length, scalars, variables.

use weighbridge_core::Span;
use weighbridge_yaml::Scalar;

use super::{ImageReference, ImageSystem};

/// The text with something else of the same length where it is no UTF-8, so that places stay what they are.
pub(super) fn same_length(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

/// The reference that a scalar of YAML is.
pub(super) fn of_scalar(text: &str, scalar: &Scalar) -> ImageReference {
    let span = unquoted(text, scalar);
    reference(span, scalar.text.trim())
}

/// The bytes of a scalar without its quotes.
pub(super) fn unquoted(text: &str, scalar: &Scalar) -> Span {
    let (start, end) = (scalar.bytes.start, scalar.bytes.end);
    let raw = &text[start..end];
    let is_quoted =
        raw.len() >= 2 && (raw.starts_with('"') && raw.ends_with('"') || raw.starts_with('\'') && raw.ends_with('\''));
    if is_quoted {
        Span::new(start + 1, end - 1)
    } else {
        Span::new(start, end)
    }
}

/// A reference to a container image with this name; what is left of variables makes it unresolved.
pub(super) fn reference(span: Span, name: &str) -> ImageReference {
    let is_resolved = !name.contains(['$', '{', '}', '<', '>', '%', '*', ' ']) && !name.contains("__");
    ImageReference {
        span,
        name: name.to_owned(),
        is_resolved,
        system: ImageSystem::Containers,
    }
}

/// `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME-default}` filled in; what has no value stays as it is.
pub(super) fn expanded(text: &str, value: &dyn Fn(&str) -> Option<String>) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        whole.push_str(&rest[..dollar]);
        let behind = &rest[dollar + 1..];
        let (written, known) = if let Some(inside) = behind.strip_prefix('{') {
            let Some(end) = closing(inside) else {
                whole.push_str(&rest[dollar..]);
                return whole;
            };
            let (name, default) = name_and_default(&inside[..end]);
            let default = default.map(|default| expanded(default, value));
            (end + 3, value(name).filter(|value| !value.is_empty()).or(default))
        } else {
            let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            let length = behind.bytes().take_while(is_name).count();
            (length + 1, value(&behind[..length]))
        };
        let written = written.min(rest.len() - dollar);
        match known {
            Some(value) => whole.push_str(&value),
            None => whole.push_str(&rest[dollar..dollar + written]),
        }
        rest = &rest[dollar + written..];
    }
    whole.push_str(rest);
    whole
}

/// Where the brace closes that was opened before `text`.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn name_and_default(inside: &str) -> (&str, Option<&str>) {
    let length = inside
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        .count();
    let (name, rest) = inside.split_at(length);
    let default = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'));
    (name, default)
}
