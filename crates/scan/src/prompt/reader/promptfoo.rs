//! Promptfoo: `promptfooconfig.yaml`, prompts for Nunjucks in YAML.
//!
//! Source: [prompts](https://www.promptfoo.dev/docs/configuration/prompts/).

use weighbridge_core::{Source, Span};

use crate::prompt::format::Format;
use crate::prompt::template::Engine;
use crate::prompt::texts::{Text, messages};
use crate::prompt::tree::{Style, Value};
use crate::prompt::{Import, Prompt};

pub(in crate::prompt) const FORMAT: Format = Format {
    name: "promptfoo",
    engine: Engine::Jinja,
    is_one: |name| name.is_data() && name.file().starts_with("promptfoo"),
    read,
    texts: Some(texts),
};

fn read(source: &Source<'_>, prompt: &mut Prompt) {
    super::data(source, prompt);
    let Some(settings) = &prompt.settings else { return };
    for value in settings.values() {
        // The places of a plain text are those of the file.
        let Some(path) = value.text().filter(|_| value.style() == Some(Style::Plain)) else {
            continue;
        };
        if let Some(target) = path.strip_prefix("file://") {
            let start = value.span().start + "file://".len();
            prompt.imports.push(Import {
                span: value.span(),
                target: Span::new(start, start + target.len()),
            });
        }
    }
}

/// The prompts, each a text, a text under `raw`, or messages.
fn texts(root: Value<'_>) -> Vec<Text<'_>> {
    let mut texts = Vec::new();
    let Some(prompts) = root.get("prompts") else {
        return texts;
    };
    let of = |value| Text {
        value,
        role: None,
        engine: Engine::Jinja,
    };
    for prompt in prompts.items().chain([prompts]) {
        let text = prompt.get("raw").or_else(|| prompt.get("content")).unwrap_or(prompt);
        if text.text().is_some_and(|text| !text.starts_with("file://")) {
            texts.push(of(text));
        }
        texts.extend(messages(text, Engine::Jinja));
    }
    texts
}
