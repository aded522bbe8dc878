//! Values as people read them: `os.system("id")`.

use std::fmt::Write as _;

use super::value::{Store, Value};

/// How deep values in values are written out.
const DEPTH: usize = 4;
/// Characters written of a call in all.
const MAX_LENGTH: usize = 6000;

/// A value as Python would write it, as far as it is known.
pub(super) fn value(store: &Store, value: Value) -> String {
    let mut out = String::new();
    push(&mut out, store, value, DEPTH);
    out
}

/// The arguments of a call, in brackets.
pub(super) fn arguments(store: &Store, values: &[Value]) -> String {
    let mut out = String::new();
    push_list(&mut out, store, values, values.len(), ("(", ")"), DEPTH);
    out
}

fn push(out: &mut String, store: &Store, value: Value, depth: usize) {
    if out.len() > MAX_LENGTH {
        if !out.ends_with('…') {
            out.push('…');
        }
        return;
    }
    match value {
        Value::None => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Int(number) => write!(out, "{number}").expect("writing to a string does not fail"),
        Value::Number => out.push_str("<number>"),
        Value::Text(index) => push_quoted(out, store.bytes_of(index)),
        Value::LongText(index) => {
            push_quoted(out, store.bytes_of(index));
            out.push('…');
        }
        Value::Bytes(index) => {
            out.push('b');
            push_quoted(out, store.bytes_of(index));
        }
        Value::Global(index) => push_name(out, store, index),
        Value::Made(index) => {
            push_name(out, store, index);
            out.push_str("(…)");
        }
        Value::Unknown => out.push('?'),
        Value::SomeTuple => out.push_str("(…)"),
        Value::Collection => out.push_str("[…]"),
        Value::SomeDict => out.push_str("{…}"),
        Value::Persistent => out.push_str("<persistent>"),
        Value::Tuple(_) | Value::Dict(_) | Value::Call(_) if depth == 0 => out.push('…'),
        Value::Tuple(_) => {
            let Some(node) = store.node_of(value) else { return };
            push_list(out, store, &node.parts, node.count, ("(", ")"), depth - 1);
        }
        Value::Dict(_) => {
            let Some(node) = store.node_of(value) else { return };
            push_list(out, store, &node.parts, node.count, ("{", "}"), depth - 1);
        }
        Value::Call(_) => {
            let Some(node) = store.node_of(value) else { return };
            push(out, store, node.callee, depth - 1);
            push_list(out, store, &node.parts, node.count, ("(", ")"), depth - 1);
        }
    }
}

fn push_name(out: &mut String, store: &Store, index: u32) {
    let global = store.global_of(index);
    for (number, part) in [&global.module, &global.name].into_iter().enumerate() {
        if number > 0 {
            out.push('.');
        }
        // A name is the sender's text like any other.
        part.chars().for_each(|character| push_character(out, character));
    }
}

fn push_list(
    out: &mut String,
    store: &Store,
    parts: &[Value],
    count: usize,
    (open, close): (&str, &str),
    depth: usize,
) {
    let is_dict = open == "{";
    out.push_str(open);
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push_str(if is_dict && index % 2 == 1 { ": " } else { ", " });
        }
        push(out, store, *part, depth);
    }
    if parts.len() < count {
        out.push_str(", …");
    }
    out.push_str(close);
}

/// The text in quotes, on one line.
fn push_quoted(out: &mut String, bytes: &[u8]) {
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                other => push_character(out, other),
            }
        }
        for byte in chunk.invalid() {
            write!(out, "\\x{byte:02x}").expect("writing to a string does not fail");
        }
    }
    out.push('"');
}

/// The character, so that it breaks no line.
fn push_character(out: &mut String, character: char) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        other if other.is_control() => {
            write!(out, "\\x{:02x}", u32::from(other)).expect("writing to a string does not fail");
        }
        other => out.push(other),
    }
}
