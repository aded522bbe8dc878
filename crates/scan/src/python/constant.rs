//! What an expression is worth, where the text alone decides it.

use tree_sitter::Node;

use super::grammar::{KINDS, bytes, named_children, str};
use crate::code::constant::{Constant, unescape};

/// How deep an expression is followed. Deeper ones count as not constant.
const MAX_DEPTH: usize = 40;

const TRUE: Constant = Constant::Word("True", true);
const FALSE: Constant = Constant::Word("False", false);
const NONE: Constant = Constant::Word("None", false);

/// The value of `node`, if it is constant.
pub(crate) fn constant(node: Node<'_>, text: &[u8]) -> Option<Constant> {
    constant_at(node, text, 0)
}

fn constant_at(node: Node<'_>, text: &[u8], depth: usize) -> Option<Constant> {
    if depth > MAX_DEPTH {
        return None;
    }
    let kinds = &*KINDS;
    let kind = node.kind_id();
    if kind == kinds.string {
        return string(node, text).map(Constant::Text);
    }
    if kind == kinds.integer || kind == kinds.float {
        return Some(Constant::Number(str(node, text).to_owned()));
    }
    if kind == kinds.true_literal {
        return Some(TRUE);
    }
    if kind == kinds.false_literal {
        return Some(FALSE);
    }
    if kind == kinds.none {
        return Some(NONE);
    }
    let children = named_children(node);
    if kind == kinds.concatenated_string {
        let parts: Option<Vec<_>> = children.iter().map(|child| string(*child, text)).collect();
        return parts.map(|parts| Constant::Text(parts.concat()));
    }
    if kind == kinds.parenthesized_expression || kind == kinds.unary_operator {
        return constant_at(*children.first()?, text, depth + 1);
    }
    if kind == kinds.binary_operator {
        return binary(node, text, depth);
    }
    if kind == kinds.list || kind == kinds.tuple || kind == kinds.set || kind == kinds.dictionary || kind == kinds.pair
    {
        let all_constant = children
            .iter()
            .all(|child| constant_at(*child, text, depth + 1).is_some());
        return all_constant.then_some(Constant::Collection {
            is_empty: children.is_empty(),
        });
    }
    None
}

fn binary(node: Node<'_>, text: &[u8], depth: usize) -> Option<Constant> {
    let left = constant_at(node.child_by_field_name("left")?, text, depth + 1)?;
    let right = constant_at(node.child_by_field_name("right")?, text, depth + 1)?;
    match (bytes(node.child_by_field_name("operator")?, text), left, right) {
        (b"+", Constant::Text(left), Constant::Text(right)) => Some(Constant::Text(left + &right)),
        // `0o600 | 0o077`, `1 << 20`: constant, and nobody asks for the value.
        (_, Constant::Number(left), Constant::Number(right)) => Some(Constant::Number(format!("{left} {right}"))),
        (b"*", Constant::Text(part), Constant::Number(_)) | (b"%", Constant::Text(part), _) => {
            Some(Constant::Text(part))
        }
        (b"+" | b"*", Constant::Collection { is_empty }, _) => Some(Constant::Collection { is_empty }),
        _ => None,
    }
}

/// The text of a string literal without placeholders; simple escapes are resolved, others stay as written.
fn string(node: Node<'_>, text: &[u8]) -> Option<String> {
    let kinds = &*KINDS;
    if node.kind_id() != kinds.string {
        return None;
    }
    let mut value = String::new();
    for child in named_children(node) {
        if child.kind_id() == kinds.interpolation {
            return None;
        }
        if child.kind_id() == kinds.string_content {
            value.push_str(&String::from_utf8_lossy(bytes(child, text)));
        }
    }
    let is_raw = bytes(node, text)
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .any(|byte| byte | 0x20 == b'r');
    Some(if is_raw || !value.contains('\\') {
        value
    } else {
        unescape(&value)
    })
}

/// Whether `node` is text that is put together at run time.
pub(crate) fn is_built(node: Node<'_>, text: &[u8]) -> bool {
    is_built_at(node, text, 0)
}

fn is_built_at(node: Node<'_>, text: &[u8], depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    let kinds = &*KINDS;
    let kind = node.kind_id();
    let built = |child: Node<'_>| is_built_at(child, text, depth + 1);
    if kind == kinds.string {
        return named_children(node)
            .iter()
            .any(|child| child.kind_id() == kinds.interpolation);
    }
    if kind == kinds.concatenated_string
        || kind == kinds.parenthesized_expression
        || kind == kinds.conditional_expression
    {
        return named_children(node).into_iter().any(built);
    }
    if kind == kinds.binary_operator {
        let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else {
            return false;
        };
        let operator = node
            .child_by_field_name("operator")
            .map_or(&b""[..], |operator| bytes(operator, text));
        let is_constant = |side| constant(side, text).is_some();
        return match operator {
            b"%" => is_text(left) && !is_constant(right),
            b"+" => {
                built(left)
                    || built(right)
                    || ((is_text(left) || is_text(right)) && !(is_constant(left) && is_constant(right)))
            }
            _ => false,
        };
    }
    if kind == kinds.call {
        let Some(function) = node.child_by_field_name("function") else {
            return false;
        };
        let is_method = function.kind_id() == kinds.attribute;
        let method = function
            .child_by_field_name("attribute")
            .map_or("", |attribute| str(attribute, text));
        let on_text = function
            .child_by_field_name("object")
            .is_some_and(|object| is_text(object));
        let arguments = node
            .child_by_field_name("arguments")
            .map(named_children)
            .unwrap_or_default();
        return is_method
            && on_text
            && matches!(method, "format" | "join" | "format_map")
            && arguments.iter().any(|argument| constant(*argument, text).is_none());
    }
    false
}

/// Whether an expression is a text for certain: it begins with a literal or an f-string.
///
/// Walks down the left side only: a sum of a thousand parts must not cost more than its length.
fn is_text(node: Node<'_>) -> bool {
    let kinds = &*KINDS;
    let mut next = Some(node);
    while let Some(node) = next {
        let kind = node.kind_id();
        if kind == kinds.string || kind == kinds.concatenated_string {
            return true;
        }
        next = if kind == kinds.binary_operator {
            node.child_by_field_name("left")
        } else if kind == kinds.parenthesized_expression {
            node.named_child(0)
        } else {
            None
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::parser;

    /// The value of an expression, and whether it is built.
    fn judged(expression: &str) -> (Option<Constant>, bool) {
        let tree = parser().parse(expression.as_bytes()).expect("the expression is short");
        let statement = tree.root_node().named_child(0).expect("the text is a statement");
        let node = statement.named_child(0).expect("the statement is an expression");
        (
            constant(node, expression.as_bytes()),
            is_built(node, expression.as_bytes()),
        )
    }

    #[test]
    fn literals_have_a_value_and_names_have_none() {
        assert_eq!(judged("'a' \"b\\n\"").0, Some(Constant::Text("ab\n".to_owned())));
        assert_eq!(judged("'a' + ('b' + 'c')").0, Some(Constant::Text("abc".to_owned())));
        assert_eq!(judged("r'\\d'").0, Some(Constant::Text("\\d".to_owned())));
        assert_eq!(
            judged("[1, (2, 'x')]").0,
            Some(Constant::Collection { is_empty: false })
        );
        assert_eq!(judged("f'{x}'").0, None);
        assert_eq!(judged("[x]").0, None);
    }

    #[test]
    fn text_put_together_at_run_time_is_built() {
        for expression in [
            "f'{x}'",
            "'a' + x",
            "x + 'a'",
            "'%s' % x",
            "'{}'.format(x)",
            "' '.join(xs)",
            "('a' + b) % c",
            "'a' 'b' f'{c}'",
        ] {
            assert!(judged(expression).1, "{expression}");
        }
        for expression in [
            "x",
            "'a' + 'b'",
            "'%d' % 3",
            "x + y",
            "x.format(y)",
            "' '.join(['a'])",
            "f'a'",
        ] {
            assert!(!judged(expression).1, "{expression}");
        }
    }

    #[test]
    fn a_long_sum_is_judged_in_time() {
        let sum = vec!["name"; 5_000].join(" + ");

        assert!(!judged(&sum).1);
        assert!(judged(&format!("'a' + {sum}")).1);
    }
}
