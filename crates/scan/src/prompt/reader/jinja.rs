//! Templates for Jinja: prompts in `.j2`, `.jinja`, `.jinja2`, and the chat templates of language models.
//!
//! Sources: [Jinja](https://jinja.palletsprojects.com/en/stable/templates/),
//! [chat templates](https://huggingface.co/docs/transformers/chat_templating). Pages and settings of servers are written in Jinja too,
//! so a file counts as a prompt only if its path or its beginning says so.

use weighbridge_core::Span;

use crate::prompt::format::{Format, Name};
use crate::prompt::template::Engine;
use crate::prompt::{Region, RegionKind};

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
        let says_so = is_below_prompts(name) || name.path.contains("system_message") || name.begins_with("You are ");
        name.ends_with(&ENDINGS) && is_text && says_so
    },
    read: |source, prompt| super::text(source, prompt, None),
    texts: None,
};

/// A chat template, whose work it is to write the tokens that separate roles.
pub(in crate::prompt) const CHAT_TEMPLATE: Format = Format {
    name: "chat template",
    is_one: |name| {
        let is_called_so = name.path.contains("chat_template") || name.path.contains("chat-template");
        name.ends_with(&ENDINGS) && (is_called_so || (name.begins_with("messages") && name.begins_with("['role']")))
    },
    read: |source, prompt| {
        super::text(source, prompt, None);
        let text = source.bytes();
        let regions = std::mem::take(&mut prompt.regions);
        for (span, kind) in regions {
            if kind == RegionKind::Literal {
                tokens_apart(text, span, &mut prompt.regions);
            } else {
                prompt.regions.push((span, kind));
            }
        }
    },
    ..FORMAT
};

/// Tells the tokens that separate roles from the text around them: what stands between `<` or `[` and its end, without white space.
fn tokens_apart(text: &[u8], span: Span, regions: &mut Vec<Region>) {
    let (mut at, mut from) = (span.start, span.start);
    while let Some(found) = memchr::memchr2(b'<', b'[', &text[at..span.end]) {
        let start = at + found;
        at = start + 1;
        let close = if text[start] == b'<' { b'>' } else { b']' };
        let rest = &text[start..span.end.min(start + 64)];
        let is_end = |byte: &u8| *byte == close || byte.is_ascii_whitespace();
        let Some(length) = rest.iter().position(is_end).filter(|&length| rest[length] == close) else {
            continue;
        };
        let mut end = start + length + 1;
        end += text[end..span.end].iter().take_while(|&&byte| byte == close).count();
        if from < start {
            regions.push((Span::new(from, start), RegionKind::Literal));
        }
        regions.push((Span::new(start, end), RegionKind::Token));
        (at, from) = (end, end);
    }
    if from < span.end {
        regions.push((Span::new(from, span.end), RegionKind::Literal));
    }
}

/// Whether the file, or a folder above it, is called a prompt: `prompts/`, `system_prompts/`; not a program such as `promptflow/`.
fn is_below_prompts(name: &Name<'_>) -> bool {
    let is_called_so = |part: &str| part.ends_with("prompt") || part.ends_with("prompts");
    name.file().contains("prompt") || name.path.split('/').any(is_called_so)
}

/// The name without the ending that says Jinja.
fn stem<'n>(name: &'n Name<'_>) -> &'n str {
    let file = name.file();
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}
