//! `devcontainer.json`: the image, and features, which are kept in registries too.
//!
//! Source: [dev container metadata](https://containers.dev/implementors/json_reference/).

use weighbridge_core::SourcePath;
use weighbridge_yaml::{Node, read as read_yaml};

use super::ImageReference;
use super::text::{of_scalar, reference, unquoted};

pub(super) fn is_one(path: &SourcePath) -> bool {
    matches!(path.file_name(), b"devcontainer.json" | b".devcontainer.json")
}

pub(super) fn read(text: &str, found: &mut Vec<ImageReference>) {
    let plain = without_comments(text);
    for document in &read_yaml(&plain).documents {
        if let Some(scalar) = document.get("image").and_then(Node::scalar) {
            found.push(of_scalar(text, scalar));
        }
        for feature in document.get("features").map(Node::entries).unwrap_or_default() {
            let name = &feature.key.text;
            // Paths and archives are no names.
            if name.contains('/') && !name.starts_with(['.', '/']) && !name.contains("://") {
                found.push(reference(unquoted(text, &feature.key), name));
            }
        }
    }
}

/// The text with blanks for comments and for commas before a closing bracket: the JSON in it, at the same places.
fn without_comments(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let (mut at, mut comma) = (0, None);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                comma = None;
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += 1 + usize::from(bytes[at] == b'\\');
                }
                at += 1;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                while at < bytes.len() && bytes[at] != b'\n' {
                    bytes[at] = b' ';
                    at += 1;
                }
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let end = memchr::memmem::find(&bytes[at..], b"*/").map_or(bytes.len(), |length| at + length + 2);
                bytes[at..end]
                    .iter_mut()
                    .filter(|byte| **byte != b'\n')
                    .for_each(|byte| *byte = b' ');
                at = end;
            }
            b',' => {
                comma = Some(at);
                at += 1;
            }
            byte => {
                if matches!(byte, b'}' | b']')
                    && let Some(comma) = comma
                {
                    bytes[comma] = b' ';
                }
                // YAML takes no tabs for indentation; JSON does not care.
                if byte == b'\t' {
                    bytes[at] = b' ';
                }
                if !byte.is_ascii_whitespace() {
                    comma = None;
                }
                at += 1;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}
