//! JSON as a tree that is walked without recursion, and where a key stands in its text.

use serde_json::{Map, Value};

/// A value with the keys that lead to it.
pub(crate) struct Found<'v> {
    /// The key it stands under; empty in a list.
    pub(crate) key: &'v str,
    pub(crate) value: &'v Value,
    /// The object around it.
    pub(crate) object: Option<&'v Map<String, Value>>,
}

/// Every value in a tree, each after what it lies in. Without recursion: depth is the sender's.
pub(crate) fn every<'v>(root: &'v Value, mut see: impl FnMut(&Found<'v>)) {
    let mut stack = vec![Found {
        key: "",
        value: root,
        object: None,
    }];
    while let Some(found) = stack.pop() {
        see(&found);
        match found.value {
            Value::Object(map) => stack.extend(map.iter().rev().map(|(key, value)| Found {
                key,
                value,
                object: Some(map),
            })),
            Value::Array(list) => stack.extend(list.iter().rev().map(|value| Found {
                key: found.key,
                value,
                object: found.object,
            })),
            _ => {}
        }
    }
}

/// Where `"key"` stands in a text as a key, and where its value ends at the latest: the rest of its line.
pub(crate) fn key_at(text: &str, key: &str, from: usize) -> Option<(usize, usize)> {
    let quoted = serde_json::to_string(key).ok()?;
    let mut at = from;
    while let Some(found) = text.get(at..)?.find(&quoted) {
        let start = at + found;
        let behind = &text[start + quoted.len()..];
        if behind.trim_start().starts_with(':') {
            let end = text[start..].find(['\n', '\r']).map_or(text.len(), |end| start + end);
            return Some((start, end));
        }
        at = start + quoted.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_where_it_is_one() {
        let text = "{\"x\": \"key\",\n \"key\" : 1\n}";

        assert_eq!(key_at(text, "key", 0), Some((14, 23)));
    }
}
