//! The text that an expression spells out of constants: `"metsys"[::-1]`, `"".join(["sys", "tem"])`, `chr(111) + "s"`.
//!
//! Names that are looked up by such a text are the ones it spells. Only what an expression of literals comes to is worked out; a
//! variable is never followed.

use tree_sitter::Node;

use super::constant::constant;
use super::grammar::{KINDS, bytes, named_children, str};
use crate::code::constant::Constant;

/// How deep an expression is followed.
const MAX_DEPTH: usize = 12;
/// Names are shorter; longer texts are given up.
const MAX_TEXT: usize = 256;

/// The text that `node` spells.
pub(crate) fn spelled(node: Node<'_>, text: &[u8]) -> Option<String> {
    Speller { text }.text_of(node, 0)
}

struct Speller<'a> {
    text: &'a [u8],
}

impl Speller<'_> {
    fn text_of(&self, node: Node<'_>, depth: usize) -> Option<String> {
        if depth > MAX_DEPTH {
            return None;
        }
        let kinds = &*KINDS;
        let kind = node.kind_id();
        let spelled = if let Some(Constant::Text(text)) = constant(node, self.text).filter(|_| !self.has_operator(node))
        {
            text
        } else if kind == kinds.parenthesized_expression {
            self.text_of(named_children(node).first().copied()?, depth + 1)?
        } else if kind == kinds.string || kind == kinds.concatenated_string {
            self.formatted(node, depth)?
        } else if kind == kinds.binary_operator {
            self.binary(node, depth)?
        } else if kind == kinds.call {
            self.call(node, depth)?
        } else if kind == kinds.subscript {
            self.slice(node, depth)?
        } else {
            return None;
        };
        (spelled.len() <= MAX_TEXT).then_some(spelled)
    }

    /// Whether the value of a constant hangs on an operator that is worked out here and not there.
    fn has_operator(&self, node: Node<'_>) -> bool {
        let is_other = |operator| bytes(operator, self.text) != b"+";
        node.kind_id() == KINDS.binary_operator && node.child_by_field_name("operator").is_some_and(is_other)
    }

    /// An f-string, or strings side by side.
    fn formatted(&self, node: Node<'_>, depth: usize) -> Option<String> {
        let kinds = &*KINDS;
        let parts = named_children(node).into_iter().map(|part| {
            let kind = part.kind_id();
            if kind == kinds.string_content {
                Some(String::from_utf8_lossy(bytes(part, self.text)).into_owned())
            } else if kind == kinds.interpolation {
                self.text_of(part.child_by_field_name("expression")?, depth + 1)
            } else if kind == kinds.string {
                self.text_of(part, depth + 1)
            } else {
                Some(String::new())
            }
        });
        parts.collect()
    }

    fn binary(&self, node: Node<'_>, depth: usize) -> Option<String> {
        let left = self.text_of(node.child_by_field_name("left")?, depth + 1)?;
        let right = node.child_by_field_name("right")?;
        match bytes(node.child_by_field_name("operator")?, self.text) {
            b"+" => Some(left + &self.text_of(right, depth + 1)?),
            b"%" => {
                let values = if right.kind_id() == KINDS.tuple {
                    self.texts(right, depth)?
                } else {
                    vec![self.text_of(right, depth + 1)?]
                };
                fill(&left, "%s", &values)
            }
            _ => None,
        }
    }

    /// `text[::-1]`, and one character of a text.
    fn slice(&self, node: Node<'_>, depth: usize) -> Option<String> {
        let whole = self.text_of(node.child_by_field_name("value")?, depth + 1)?;
        let key = node.child_by_field_name("subscript")?;
        let written: String = str(key, self.text).split_whitespace().collect();
        if written == "::-1" {
            return Some(whole.chars().rev().collect());
        }
        whole.chars().nth(written.parse().ok()?).map(String::from)
    }

    fn call(&self, node: Node<'_>, depth: usize) -> Option<String> {
        let function = node.child_by_field_name("function")?;
        let arguments = named_children(node.child_by_field_name("arguments")?);
        let texts = || -> Option<Vec<String>> {
            arguments
                .iter()
                .map(|argument| self.text_of(*argument, depth + 1))
                .collect()
        };
        if function.kind_id() == KINDS.identifier {
            return match (str(function, self.text), arguments.as_slice()) {
                ("chr", [number]) => char::from_u32(self.number(*number)?).map(String::from),
                ("str", [text]) => self.text_of(*text, depth + 1),
                ("bytes" | "bytearray", [list]) => self.characters(*list),
                _ => None,
            };
        }
        let object = function.child_by_field_name("object")?;
        let method = str(function.child_by_field_name("attribute")?, self.text);
        if (str(object, self.text), method) == ("bytes", "fromhex") {
            return from_hex(texts()?.first()?);
        }
        if (str(object, self.text), method) == ("codecs", "decode") {
            let texts = texts()?;
            return matches!(texts.get(1)?.as_str(), "rot13" | "rot_13").then(|| rot13(&texts[0]));
        }
        let object = self.text_of(object, depth + 1)?;
        match method {
            "lower" | "casefold" => Some(object.to_lowercase()),
            "upper" => Some(object.to_uppercase()),
            "strip" if arguments.is_empty() => Some(object.trim().to_owned()),
            "encode" | "decode" => Some(object),
            "replace" => match texts()?.as_slice() {
                [from, to] if !from.is_empty() => Some(object.replace(from.as_str(), to)),
                _ => None,
            },
            "format" => fill(&object, "{}", &texts()?),
            "join" => match arguments.as_slice() {
                [list] => self.joined(&object, *list, depth),
                _ => None,
            },
            _ => None,
        }
    }

    /// `"".join([…])`, `"".join(map(chr, […]))`, `"".join(reversed("…"))`.
    fn joined(&self, between: &str, list: Node<'_>, depth: usize) -> Option<String> {
        if list.kind_id() != KINDS.call {
            return self.texts(list, depth).map(|texts| texts.join(between));
        }
        let function = str(list.child_by_field_name("function")?, self.text);
        let arguments = named_children(list.child_by_field_name("arguments")?);
        match (function, arguments.as_slice()) {
            ("map", [maker, numbers]) if str(*maker, self.text) == "chr" => self.characters(*numbers),
            ("reversed", [text]) => Some(self.text_of(*text, depth + 1)?.chars().rev().collect()),
            _ => None,
        }
    }

    /// The texts in a list or tuple.
    fn texts(&self, list: Node<'_>, depth: usize) -> Option<Vec<String>> {
        items(list)?
            .into_iter()
            .map(|item| self.text_of(item, depth + 1))
            .collect()
    }

    /// The characters with the numbers in a list or tuple.
    fn characters(&self, list: Node<'_>) -> Option<String> {
        items(list)?
            .into_iter()
            .map(|item| char::from_u32(self.number(item)?))
            .collect()
    }

    fn number(&self, node: Node<'_>) -> Option<u32> {
        let written = str(node, self.text);
        match written.strip_prefix("0x") {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => written.parse().ok(),
        }
    }
}

/// What a list or tuple holds.
fn items(list: Node<'_>) -> Option<Vec<Node<'_>>> {
    let is_list = list.kind_id() == KINDS.list || list.kind_id() == KINDS.tuple;
    let items = is_list.then(|| named_children(list))?;
    (items.len() <= MAX_TEXT).then_some(items)
}

/// The text with each mark replaced by the next value; every value must have its mark.
fn fill(text: &str, mark: &str, values: &[String]) -> Option<String> {
    let parts: Vec<&str> = text.split(mark).collect();
    if parts.len() != values.len() + 1 {
        return None;
    }
    let mut filled = parts[0].to_owned();
    for (value, part) in values.iter().zip(&parts[1..]) {
        filled.push_str(value);
        filled.push_str(part);
    }
    Some(filled)
}

fn from_hex(digits: &str) -> Option<String> {
    let digits: Vec<u8> = digits.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let pairs = digits.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    String::from_utf8(pairs.collect::<Option<Vec<_>>>()?).ok()
}

fn rot13(text: &str) -> String {
    let rotate = |character: char, first: u8| {
        let place = (u32::from(character) - u32::from(first) + 13) % 26;
        char::from(first + u8::try_from(place).unwrap_or(0))
    };
    let rotated = text.chars().map(|character| match character {
        'a'..='z' => rotate(character, b'a'),
        'A'..='Z' => rotate(character, b'A'),
        _ => character,
    });
    rotated.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::parser;

    fn spells(expression: &str) -> Option<String> {
        let tree = parser().parse(expression.as_bytes()).expect("the expression is short");
        let statement = tree.root_node().named_child(0).expect("the text is a statement");
        spelled(
            statement.named_child(0).expect("the statement is an expression"),
            expression.as_bytes(),
        )
    }

    #[test]
    fn constants_spell_a_name_in_many_ways() {
        for expression in [
            "'system'",
            "'sys' + 'tem'",
            "'sys' 'tem'",
            "'metsys'[::-1]",
            "''.join(['sys', 'tem'])",
            "''.join(map(chr, [115, 121, 115, 116, 101, 109]))",
            "''.join(reversed('metsys'))",
            "'%s%s' % ('sys', 'tem')",
            "'sys%s' % 'tem'",
            "'{}{}'.format('sys', 'tem')",
            "f\"{'sys'}tem\"",
            "'SYSTEM'.lower()",
            "'s.y.s.t.e.m'.replace('.', '')",
            "bytes([115, 121, 115, 116, 101, 109]).decode()",
            "bytes.fromhex('73797374656d').decode()",
            "chr(0x73) + 'ystem'",
            "codecs.decode('flfgrz', 'rot13')",
            "('sys' + ('tem'))",
            "'xsystem'[1] + 'ystem'",
        ] {
            assert_eq!(spells(expression).as_deref(), Some("system"), "{expression}");
        }
    }

    #[test]
    fn what_is_no_constant_spells_nothing() {
        for expression in [
            "name",
            "'sys' + name",
            "f'{name}tem'",
            "'%s' % name",
            "'%s%s' % ('sys',)",
            "'sys' * 3",
            "''.join(names)",
            "chr(number)",
            "'a'[9]",
            "bytes.fromhex('7')",
        ] {
            assert_eq!(spells(expression), None, "{expression}");
        }
    }

    #[test]
    fn endless_expressions_are_given_up() {
        let sum = vec!["'a'"; 2_000].join(" + ");
        let calls = format!("'a'{}", ".lower()".repeat(2_000));

        assert_eq!(spells(&sum), None);
        assert_eq!(spells(&calls), None);
    }
}
