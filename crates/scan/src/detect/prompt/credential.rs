//! Credentials that are written out where the format has a reference: `apiKey`, `env`, `headers`, arguments.
//!
//! Sources: [Prompty: connection](https://github.com/microsoft/prompty/blob/main/spec/spec.md),
//! [MCP in VS Code](https://code.visualstudio.com/docs/copilot/reference/mcp-configuration).

use weighbridge_core::{Detection, Span};

use crate::check::check_named;
use crate::detect::{Input, detection};
use crate::placeholder::is_placeholder;
use crate::prompt::tree::{Style, Tree, Value};

/// Words of which a key has one, in one writing.
const WORDS: [&str; 12] = [
    "apikey",
    "token",
    "secret",
    "password",
    "passwd",
    "authorization",
    "credential",
    "privatekey",
    "accesskey",
    "authkey",
    "clientsecret",
    "xapikey",
];
/// Ends of keys that hold something about a credential.
const HARMLESS_ENDS: [&str; 15] = [
    "url", "uri", "endpoint", "file", "path", "name", "id", "type", "count", "limit", "tokens", "env", "envar", "ttl",
    "header",
];

/// Values of settings that are credentials.
pub(in crate::detect) fn literals(input: &Input<'_>, found: &mut Vec<Detection>) {
    let Some(prompt) = input.prompt else { return };
    let Some(root) = prompt.settings.as_ref().and_then(Tree::root) else {
        return;
    };
    let mut open = vec![root];
    while let Some(value) = open.pop() {
        open.extend(value.items());
        let items: Vec<_> = value.items().collect();
        for pair in items.windows(2) {
            // `["--api-key", "…"]`
            let names = pair[0]
                .text()
                .is_some_and(|text| text.starts_with("--") && is_credential_key(text));
            if names {
                add(input, pair[1], found);
            }
        }
        for item in items {
            if let Some((key, _)) = item.text().and_then(|text| text.strip_prefix("--")?.split_once('='))
                && is_credential_key(key)
            {
                add(input, item, found);
            }
        }
        for (key, value) in value.entries() {
            if key.text().is_some_and(is_credential_key) {
                add(input, value, found);
            }
            open.push(value);
        }
    }
}

/// Whether a key, a variable or an option is called like a credential.
fn is_credential_key(key: &str) -> bool {
    let plain: String = key
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    WORDS.iter().any(|word| plain.contains(word)) && !HARMLESS_ENDS.iter().any(|end| plain.ends_with(end))
}

fn add(input: &Input<'_>, value: Value<'_>, found: &mut Vec<Detection>) {
    let Some(text) = value.text() else { return };
    let secret = text
        .split_once('=')
        .filter(|_| text.starts_with("--"))
        .map_or(text, |(_, secret)| secret);
    let secret = ["Bearer ", "bearer ", "Basic ", "Token ", "token "]
        .iter()
        .find_map(|scheme| secret.strip_prefix(scheme))
        .unwrap_or(secret);
    if !is_written_out(secret) || value.style() == Some(Style::Literal) {
        return;
    }
    // Where the text is written as it is meant, only the secret is hidden and shown; else all of it.
    let span = value.span();
    let quotes = span.len().saturating_sub(text.len()) / 2;
    let is_verbatim = span.len() == text.len() + 2 * quotes && quotes <= 1;
    let span = if is_verbatim {
        Span::new(span.end - quotes - secret.len(), span.end - quotes)
    } else {
        span
    };
    found.extend(input.uses.iter().map(|rule| detection(rule, span, span)));
}

/// Whether a value is a credential itself: no reference, no stand-in, no word.
fn is_written_out(secret: &str) -> bool {
    let is_reference = secret.contains("${")
        || secret.contains("{{")
        || secret.starts_with('$')
        || secret.starts_with('%')
        || secret.starts_with('<');
    let is_one_word = !secret.contains(char::is_whitespace);
    let has_digit = secret.bytes().any(|byte| byte.is_ascii_digit());
    let has_letter = secret.bytes().any(|byte| byte.is_ascii_alphabetic());
    // `string`, `true`, `OPENAI_API_KEY`, `env.KEY` say where a credential comes from.
    let is_name = secret
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    secret.len() >= 8
        && is_one_word
        && has_digit
        && has_letter
        && !is_reference
        && !is_name
        && !secret.contains("env.")
        && !secret.contains("://")
        && !is_placeholder(secret.as_bytes())
        && check_named("random-text").is_some_and(|is_random| is_random(secret.as_bytes()))
}
