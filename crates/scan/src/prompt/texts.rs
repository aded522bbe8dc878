//! Texts for the language model inside of other values, as pieces that are read like a file of their own.

use weighbridge_core::Source;

use super::template::Engine;
use super::tree::Value;
use super::{Context, Role, format, scalar, yaml};
use crate::embed::{Piece, Split};
use crate::language::PROMPT;

/// A text among values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'t> {
    /// The scalar.
    pub(super) value: Value<'t>,
    pub(super) role: Option<Role>,
    pub(super) engine: Engine,
}

/// The texts of a prompt file that is made of values; `None` for any other file.
pub(crate) fn split(source: &Source<'_>) -> Option<Split> {
    if source.language() != PROMPT {
        return None;
    }
    let texts = format::of(source.path(), source.bytes()).texts?;
    let (tree, _) = super::reader::values(source);
    let found = tree.root().map_or_else(Vec::new, texts);
    Some(pieces(source.bytes(), &found))
}

/// The texts in YAML that is no prompt file: what keys such as `system_prompt` and `messages` hold. What cannot be read is no prompt.
pub(crate) fn split_yaml(text: &[u8]) -> Split {
    let (tree, _) = yaml::read(text, 0);
    let found = tree.root().map_or_else(Vec::new, by_keys);
    pieces(text, &found)
}

fn pieces(source: &[u8], texts: &[Text<'_>]) -> Split {
    let mut split = Split::default();
    for text in texts {
        let mut piece = Piece::prompt(Context {
            role: text.role,
            engine: text.engine,
        });
        scalar::push(&mut piece.text, source, text.value);
        if !piece.is_blank() {
            split.pieces.push(piece);
        }
    }
    split
}

/// Every sentence of a document.
pub(super) fn sentences(root: Value<'_>) -> Vec<Text<'_>> {
    let mut texts = Vec::new();
    let mut open = vec![root];
    while let Some(value) = open.pop() {
        open.extend(value.items());
        open.extend(value.entries().map(|(_, value)| value));
        if value.text().is_some_and(is_prose) {
            texts.push(Text {
                value,
                role: None,
                engine: Engine::Unknown,
            });
        }
    }
    texts.sort_by_key(|text| text.value.span());
    texts
}

/// What keys that speak of prompts hold, anywhere in a document.
pub(super) fn by_keys(root: Value<'_>) -> Vec<Text<'_>> {
    let mut texts = Vec::new();
    let mut open = vec![root];
    while let Some(value) = open.pop() {
        open.extend(value.items());
        for (key, value) in value.entries() {
            let name = key.text().unwrap_or_default();
            if name == "messages" {
                texts.extend(messages(value, Engine::Unknown));
            } else if let Some(Speaker(role)) = speaker_of_key(name)
                && value.text().is_some_and(is_prose)
            {
                texts.push(Text {
                    value,
                    role,
                    engine: Engine::Unknown,
                });
            } else {
                open.push(value);
            }
        }
    }
    texts.sort_by_key(|text| text.value.span());
    texts
}

/// Who speaks in a text, if anything says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Speaker(pub(crate) Option<Role>);

/// Who speaks in the text that a key or variable called `name` holds, if its name says that it holds one.
pub(crate) fn speaker_of_key(name: &str) -> Option<Speaker> {
    let name = name.to_ascii_lowercase();
    // `prompt_id`, `prompt_file`, `prompt_tokens` hold no prompt; `system_prompt`, `PROMPT`, `prompt_template` do.
    let is_prompt = [
        "prompt",
        "prompts",
        "prompt_template",
        "prompttemplate",
        "prompt_text",
        "prompt_suffix",
        "prompt_prefix",
    ]
    .iter()
    .any(|ending| name.ends_with(ending));
    let is_system =
        name.contains("system") && (is_prompt || name.ends_with("message") || name.ends_with("instructions"));
    (is_prompt || is_system || name == "system_instruction")
        .then(|| Speaker(name.contains("system").then_some(Role::System)))
}

/// Whether a text is more than a name, a path or an address.
pub(crate) fn is_prose(text: &str) -> bool {
    text.split_whitespace().nth(1).is_some() || !text.is_ascii()
}

/// Messages with `role` and `content`.
pub(super) fn messages(list: Value<'_>, engine: Engine) -> Vec<Text<'_>> {
    let mut texts = Vec::new();
    for message in list.items() {
        let role = message.get("role").and_then(|role| Role::named(role.text()?));
        let Some(content) = message.get("content") else {
            continue;
        };
        let parts = content.items().filter_map(|part| part.get("text"));
        let text = |value| Text { value, role, engine };
        texts.extend(Some(content).filter(|content| content.text().is_some()).map(text));
        texts.extend(parts.filter(|part| part.text().is_some()).map(text));
    }
    texts
}
