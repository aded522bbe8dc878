//! Templates for Jinja: prompts in `.j2`, `.jinja`, `.jinja2`, and the chat templates of language models.
//!
//! Sources: [Jinja](https://jinja.palletsprojects.com/en/stable/templates/),
//! [chat templates](https://huggingface.co/docs/transformers/chat_templating). Pages and settings of servers are written in Jinja too,
//! so a file counts as a prompt only if its path or its beginning says so.

use crate::prompt::format::{Format, Name};
use crate::prompt::template::Engine;

const ENDINGS: [&str; 3] = [".j2", ".jinja", ".jinja2"];

/// A prompt.
pub(in crate::prompt) const FORMAT: Format = Format {
    name: "Jinja",
    engine: Engine::Jinja,
    is_one: |name| {
        let stem = stem(name);
        // `page.html.j2` makes HTML, `server.conf.j2` settings.
        let is_text = !stem.contains('.')
            || [".md", ".txt", ".prompt", ".system", ".user"]
                .iter()
                .any(|end| stem.ends_with(end));
        let says_so =
            name.path.contains("prompt") || name.path.contains("system_message") || name.begins_with("You are ");
        name.ends_with(&ENDINGS) && is_text && says_so
    },
    read: |source, prompt| super::text(source, prompt, None),
    texts: None,
    has_control_tokens: false,
};

/// A chat template, whose work it is to write the tokens that separate roles.
pub(in crate::prompt) const CHAT_TEMPLATE: Format = Format {
    name: "chat template",
    is_one: |name| {
        let is_called_so = name.path.contains("chat_template") || name.path.contains("chat-template");
        name.ends_with(&ENDINGS) && (is_called_so || (name.begins_with("messages") && name.begins_with("['role']")))
    },
    has_control_tokens: true,
    ..FORMAT
};

/// The name without the ending that says Jinja.
fn stem<'n>(name: &'n Name<'_>) -> &'n str {
    let file = name.file();
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}
