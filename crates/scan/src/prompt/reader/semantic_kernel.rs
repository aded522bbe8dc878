//! Prompts of Semantic Kernel: a text and its variables in YAML, or `skprompt.txt` beside a `config.json`.
//!
//! Source: [the YAML schema](https://learn.microsoft.com/semantic-kernel/concepts/prompts/yaml-schema).

use weighbridge_core::Source;

use crate::prompt::Prompt;
use crate::prompt::format::Format;
use crate::prompt::template::Engine;
use crate::prompt::texts::Text;
use crate::prompt::tree::Value;

pub(in crate::prompt) const FORMAT: Format = Format {
    name: "Semantic Kernel",
    engine: Engine::SemanticKernel,
    is_one: |name| {
        let has_text = || name.begins_with("\ntemplate:") || name.head.starts_with(b"template:");
        let has_settings = || {
            name.begins_with("\ntemplate_format:")
                || name.begins_with("\ninput_variables:")
                || name.begins_with("\nexecution_settings:")
        };
        name.file() == "skprompt.txt" || (name.ends_with(&[".yaml", ".yml"]) && has_text() && has_settings())
    },
    read: |source: &Source<'_>, prompt: &mut Prompt| {
        if source.path().extension() == Some(b"txt") {
            return super::text(source, prompt, None);
        }
        super::data(source, prompt);
        let root = prompt.settings.as_ref().and_then(super::Tree::root);
        prompt.engine = root.map_or(Engine::SemanticKernel, engine);
    },
    texts: Some(texts),
};

fn engine(root: Value<'_>) -> Engine {
    match root.get("template_format").and_then(Value::text) {
        Some("handlebars") => Engine::Handlebars,
        Some("liquid" | "jinja2") => Engine::Jinja,
        _ => Engine::SemanticKernel,
    }
}

fn texts(root: Value<'_>) -> Vec<Text<'_>> {
    let text = |value| Text {
        value,
        role: None,
        engine: engine(root),
    };
    root.get("template")
        .filter(|value| value.text().is_some())
        .map(text)
        .into_iter()
        .collect()
}
