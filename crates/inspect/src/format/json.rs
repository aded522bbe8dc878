//! JSON with what the usual readers hide: the same key twice, and where a value stands.

use serde_json::{Map, Value};

/// The object of a text; an error if a key of its first two levels occurs twice, because readers differ in which one they take.
pub(crate) fn unique_object(text: &str) -> Result<Map<String, Value>, &'static str> {
    let value: Value = serde_json::from_str(text).map_err(|_| "it is not JSON")?;
    let Value::Object(map) = value else {
        return Err("it is no JSON object");
    };
    // The reader keeps one of two equal keys, so the keys in the text are counted.
    let kept: usize = map.len() + map.values().filter_map(Value::as_object).map(Map::len).sum::<usize>();
    if keys_of_two_levels(text) == kept {
        Ok(map)
    } else {
        Err("a key stands in it twice")
    }
}

/// Keys on the first two levels of a text that is JSON.
fn keys_of_two_levels(text: &str) -> usize {
    let mut count = 0;
    let mut open = Vec::new();
    let mut is_text = false;
    let mut is_escaped = false;
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            _ if is_text => {}
            b'{' | b'[' => open.push(byte),
            b'}' | b']' => {
                open.pop();
            }
            // Of an object, and of an object in it; what lies in a list is data.
            b':' if matches!(open.as_slice(), [b'{'] | [b'{', b'{']) => count += 1,
            _ => {}
        }
    }
    count
}

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
    fn a_key_that_stands_twice_is_noticed() {
        assert!(unique_object(r#"{"a": {"b": 1, "c": [{"b": 2}, {"b": 3}]}, "b": "x:\"y\":"}"#).is_ok());
        for text in [
            r#"{"a": 1, "a": 2}"#,
            r#"{"a": {"b": 1, "b": 2}}"#,
            r#"{"a": 1, "\u0061": 2}"#,
        ] {
            assert_eq!(unique_object(text), Err("a key stands in it twice"), "{text}");
        }
    }

    #[test]
    fn a_key_is_found_where_it_is_one() {
        let text = "{\"x\": \"key\",\n \"key\" : 1\n}";

        assert_eq!(key_at(text, "key", 0), Some((14, 23)));
    }
}
