//! POML: `.poml`, a text with tags; `{{ … }}` is JavaScript.
//!
//! Source: [the language](https://microsoft.github.io/poml/latest/language/standalone/). Read by its marks and not as XML: a file that
//! is none still shows its text.

use memchr::{memchr, memmem};
use weighbridge_core::{Source, Span};

use crate::prompt::format::Format;
use crate::prompt::template::{Engine, add_placeholders, quoted};
use crate::prompt::text::{read_body, read_settings};
use crate::prompt::{Import, Message, Prompt, RegionKind, Role};

pub(in crate::prompt) const FORMAT: Format = Format {
    name: "POML",
    engine: Engine::JavaScript,
    is_one: |name| name.ends_with(&[".poml"]),
    read,
    texts: None,
};

/// Tags that say who speaks.
const SPEAKERS: [(&[u8], Role); 9] = [
    (b"system-msg", Role::System),
    (b"systemmessage", Role::System),
    (b"human-msg", Role::User),
    (b"humanmessage", Role::User),
    (b"user-msg", Role::User),
    (b"ai-msg", Role::Assistant),
    (b"aimessage", Role::Assistant),
    (b"assistant-msg", Role::Assistant),
    (b"assistantmessage", Role::Assistant),
];

fn read(source: &Source<'_>, prompt: &mut Prompt) {
    let text = source.bytes();
    let mut speakers: Vec<(usize, Option<Role>)> = vec![(0, None)];
    let mut text_start = 0;
    let mut at = 0;
    let mut no_comment_end = false;
    while let Some(found) = memchr(b'<', &text[at..]) {
        let start = at + found;
        let (end, kind) = if text[start..].starts_with(b"<!--") {
            let end = if no_comment_end {
                None
            } else {
                memmem::find(&text[start..], b"-->")
            };
            no_comment_end |= end.is_none();
            (end.map(|end| start + end + 3), RegionKind::Comment)
        } else {
            (tag_end(text, start), RegionKind::FrontMatter)
        };
        let Some(end) = end else {
            at = start + 1;
            continue;
        };
        if text_start < start {
            read_body(&text[..start], text_start, &mut prompt.regions);
        }
        if kind == RegionKind::Comment {
            prompt.regions.push((Span::new(start, end), kind));
        } else {
            read_settings(&text[..end], start, &mut prompt.regions);
            tag(text, Span::new(start, end), &mut speakers, prompt);
        }
        (at, text_start) = (end, end);
    }
    if text_start < text.len() {
        read_body(text, text_start, &mut prompt.regions);
    }
    let ends = speakers.iter().skip(1).map(|(start, _)| *start).chain([text.len()]);
    let messages = speakers.iter().zip(ends).map(|(&(start, role), end)| Message {
        role,
        span: Span::new(start, end),
    });
    prompt.messages = messages.filter(|message| !message.span.is_empty()).collect();
    add_placeholders(text, prompt);
}

/// One past the `>` of the tag at `start`; a quoted value may hold one. `None` for a `<` that begins no tag.
fn tag_end(text: &[u8], start: usize) -> Option<usize> {
    let first = text.get(start + 1)?;
    if !first.is_ascii_alphabetic() && !b"/?!".contains(first) {
        return None;
    }
    let mut quote = None;
    for (offset, &byte) in text[start..].iter().enumerate().skip(1).take(64 << 10) {
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None => match byte {
                b'"' | b'\'' => quote = Some(byte),
                b'>' => return Some(start + offset + 1),
                b'<' => return None,
                _ => {}
            },
        }
    }
    None
}

/// Takes note of who speaks from a tag on, and of the file it pulls in.
fn tag(text: &[u8], span: Span, speakers: &mut Vec<(usize, Option<Role>)>, prompt: &mut Prompt) {
    let bytes = &text[span.range()];
    let is_end = bytes[1] == b'/';
    let name = &bytes[1 + usize::from(is_end)..];
    let name = &name[..name
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-')
        .unwrap_or(name.len())];
    if let Some((_, role)) = SPEAKERS.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(name)) {
        speakers.push(if is_end {
            (span.end, None)
        } else {
            (span.end, Some(*role))
        });
    }
    if let Some(role) = attribute(text, span, b"speaker")
        && !is_end
    {
        let role = std::str::from_utf8(&text[role.range()]).ok().and_then(Role::named);
        speakers.push((span.end, role));
    }
    if let Some(target) = attribute(text, span, b"src") {
        prompt.imports.push(Import { span, target });
    }
}

/// The value of an attribute of the tag at `span`.
fn attribute(text: &[u8], span: Span, name: &[u8]) -> Option<Span> {
    let bytes = &text[span.range()];
    let at = memmem::find_iter(bytes, name).find(|&at| {
        let is_word = at > 0 && bytes[at - 1].is_ascii_whitespace();
        is_word && bytes[at + name.len()..].trim_ascii_start().starts_with(b"=")
    })?;
    quoted(text, Span::new(span.start + at, span.end))
}
