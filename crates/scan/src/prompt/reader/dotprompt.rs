//! Dotprompt: `.prompt`, front matter in YAML and a text for Handlebars.
//!
//! Sources: [front matter](https://google.github.io/dotprompt/reference/frontmatter/),
//! [template](https://google.github.io/dotprompt/reference/template/).

use weighbridge_core::Span;

use crate::prompt::format::Format;
use crate::prompt::template::{Engine, Mark};
use crate::prompt::{Message, Role};

pub(in crate::prompt) const FORMAT: Format = Format {
    name: "Dotprompt",
    engine: Engine::Handlebars,
    is_one: |name| name.ends_with(&[".prompt"]),
    read: |source, prompt| {
        super::text(source, prompt, Some(Role::User));
        // Who speaks is said by `{{role "…"}}`; behind `{{history}}` it is the language model.
        let text = source.bytes();
        let mut messages = std::mem::take(&mut prompt.messages);
        for placeholder in &prompt.placeholders {
            let role = match placeholder.mark {
                Mark::Role(role) => role,
                Mark::Value { .. } if &text[placeholder.expression.range()] == b"history" => Some(Role::Assistant),
                _ => continue,
            };
            if let Some(last) = messages.last_mut() {
                last.span.end = placeholder.span.start;
            }
            messages.push(Message {
                role,
                span: Span::new(placeholder.span.end, text.len()),
            });
        }
        prompt.messages = messages;
    },
    texts: None,
};
