//! Prompty: `.prompty`, front matter and a text in which lines such as `system:` say who speaks.
//!
//! Source: [the specification](https://github.com/microsoft/prompty/blob/main/spec/spec.md). The text is for Jinja unless the front
//! matter says Mustache.

use weighbridge_core::{Source, Span};

use crate::embed::piece::{lines, without_line_end};
use crate::prompt::format::Format;
use crate::prompt::template::Engine;
use crate::prompt::tree::{Tree, Value};
use crate::prompt::{Import, Message, Prompt, Role};

pub(in crate::prompt) const FORMAT: Format = Format {
    name: "Prompty",
    engine: Engine::Jinja,
    is_one: |name| name.ends_with(&[".prompty"]),
    read,
    texts: None,
};

fn read(source: &Source<'_>, prompt: &mut Prompt) {
    let text = source.bytes();
    super::front_matter(text, super::front(text), prompt);
    if prompt.settings.as_ref().is_some_and(is_for_mustache) {
        prompt.engine = Engine::Mustache;
    }
    let body = prompt.body_start();
    super::read_body(text, body, &mut prompt.regions);
    super::add_placeholders(text, prompt);
    prompt.messages.push(Message {
        role: Some(Role::System),
        span: Span::new(body, text.len()),
    });
    for line in lines(&text[body..]) {
        let line = Span::new(body + line.start, body + line.end);
        let Some(role) = role_of(&text[without_line_end(text, line).range()]) else {
            continue;
        };
        if let Some(last) = prompt.messages.last_mut() {
            last.span.end = line.start;
        }
        prompt.messages.push(Message {
            role: Some(role),
            span: Span::new(line.end, text.len()),
        });
    }
    files(prompt);
}

/// `template: mustache`, or `template: {format: mustache}` with a name or a kind in it.
fn is_for_mustache(settings: &Tree) -> bool {
    let template = settings.root().and_then(|root| root.get("template"));
    let ways: [&[&str]; 4] = [&[], &["format"], &["format", "kind"], &["type"]];
    ways.iter().any(|way| {
        let value = template.and_then(|template| template.at(way));
        value.and_then(Value::text) == Some("mustache")
    })
}

/// The role that a line such as `# system:` or `user[name="x"]:` announces.
pub(in crate::prompt) fn role_of(line: &[u8]) -> Option<Role> {
    let line = line.trim_ascii().strip_suffix(b":")?.trim_ascii_end();
    let line = line.strip_prefix(b"#").unwrap_or(line).trim_ascii_start();
    let line = match line.iter().position(|&byte| byte == b'[') {
        Some(at) if line.ends_with(b"]") => &line[..at],
        _ => line,
    };
    let name = std::str::from_utf8(line).ok()?;
    matches!(name.len(), 4..=9).then(|| Role::named(name)).flatten()
}

/// `${file:path}` in the front matter puts a file in.
fn files(prompt: &mut Prompt) {
    let Some(settings) = &prompt.settings else { return };
    for value in settings.values() {
        let Some(text) = value.text() else { continue };
        let Some(at) = text.find("${file:") else { continue };
        let Some(length) = text[at..].find('}') else { continue };
        // Only where the text is written as it is meant do places in it lie in the file.
        if value.span().len() < text.len() || value.span().len() > text.len() + 2 {
            continue;
        }
        let start = value.span().start + (value.span().len() - text.len()) / 2 + at;
        prompt.imports.push(Import {
            span: Span::new(start, start + length + 1),
            target: Span::new(start + 7, start + length),
        });
    }
}
