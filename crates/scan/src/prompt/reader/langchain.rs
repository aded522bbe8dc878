//! Prompts of `LangChain` as it saves and loads them: `_type: prompt` in YAML or JSON.
//!
//! Source: [prompt serialization](https://reference.langchain.com/python/langchain-core/prompts/prompt).

use weighbridge_core::Source;

use crate::prompt::Prompt;
use crate::prompt::format::Format;
use crate::prompt::template::Engine;
use crate::prompt::texts::Text;
use crate::prompt::tree::Value;

/// Keys that hold text for the language model.
const KEYS: [&str; 4] = ["template", "prefix", "suffix", "content"];

pub(in crate::prompt) const FORMAT: Format = Format {
    name: "LangChain",
    engine: Engine::Format,
    is_one: |name| {
        let types = [
            "_type: prompt",
            "_type: few_shot",
            "_type: chat",
            "\"_type\": \"prompt\"",
            "\"_type\": \"few_shot\"",
        ];
        name.is_data()
            && (types.iter().any(|one| name.begins_with(one)) || name.begins_with("\"langchain_core\", \"prompts\""))
    },
    read: |source: &Source<'_>, prompt: &mut Prompt| {
        super::data(source, prompt);
        let root = prompt.settings.as_ref().and_then(super::Tree::root);
        prompt.engine = root.map_or(Engine::Format, engine);
    },
    texts: Some(texts),
};

/// What `template_format` says.
fn engine(root: Value<'_>) -> Engine {
    match root.get("template_format").and_then(Value::text) {
        Some("jinja2") => Engine::Jinja,
        Some("mustache") => Engine::Mustache,
        _ => Engine::Format,
    }
}

fn texts(root: Value<'_>) -> Vec<Text<'_>> {
    let mut texts = Vec::new();
    let mut open = vec![root];
    while let Some(value) = open.pop() {
        open.extend(value.items());
        for (key, inner) in value.entries() {
            let is_key = key.text().is_some_and(|key| KEYS.contains(&key));
            if is_key && inner.text().is_some() {
                texts.push(Text {
                    value: inner,
                    role: None,
                    engine: engine(value),
                });
            } else {
                open.push(inner);
            }
        }
    }
    texts.sort_by_key(|text| text.value.span());
    texts
}
