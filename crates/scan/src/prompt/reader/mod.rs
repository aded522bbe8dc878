//! One file for each format: what its names are, and how it is read.
//!
//! Front matter and text are read by [`text`], values by [`data`]; a format adds what is its own.

pub(super) mod copilot;
pub(super) mod cursor;
pub(super) mod dotprompt;
pub(super) mod github_models;
pub(super) mod jinja;
pub(super) mod langchain;
mod links;
pub(super) mod mcp;
pub(super) mod notes;
pub(super) mod poml;
pub(super) mod promptfoo;
pub(super) mod prompty;
pub(super) mod semantic_kernel;
pub(super) mod skill;

use memchr::memchr;
use weighbridge_core::{Source, Span};

use super::front::{Front, front};
use super::template::add_placeholders;
use super::text::{read_body, read_settings};
use super::tree::{Style, Tree};
use super::{Message, Prompt, Region, RegionKind, Role, Trouble, json, yaml};
use crate::embed::piece::lines;

/// Reads front matter and text, all of it one message of `role`.
pub(super) fn text(source: &Source<'_>, prompt: &mut Prompt, role: Option<Role>) {
    let text = source.bytes();
    front_matter(text, front(text), prompt);
    let body = prompt.body_start();
    read_body(text, body, &mut prompt.regions);
    prompt.messages.push(Message {
        role,
        span: Span::new(body, text.len()),
    });
    add_placeholders(text, prompt);
}

/// Reads the front matter, if there is any.
fn front_matter(text: &[u8], front: Option<Front>, prompt: &mut Prompt) {
    let Some(front) = front else { return };
    prompt.front = Some(front);
    read_settings(&text[..front.span.end], 0, &mut prompt.regions);
    if front.is_yaml {
        let (tree, trouble) = yaml::read(&text[front.inside.range()], front.inside.start);
        prompt.settings = Some(tree);
        prompt.trouble = trouble;
    }
}

/// Reads a file that is made of values. Its texts are pieces of their own.
pub(super) fn data(source: &Source<'_>, prompt: &mut Prompt) {
    let text = source.bytes();
    let (tree, trouble) = values(source);
    let mut apart = comments(text, &tree);
    if let (Some(texts), Some(root)) = (prompt.format.texts, tree.root()) {
        let spans = texts(root).into_iter().map(|text| text.value.span());
        apart.extend(spans.map(|span| (span, RegionKind::Template)));
    }
    apart.sort_by_key(|(span, _)| *span);
    let mut at = 0;
    for (span, kind) in apart {
        if span.start < at || span.is_empty() {
            continue;
        }
        settings_up_to(text, at, span.start, &mut prompt.regions);
        prompt.regions.push((span, kind));
        at = span.end;
    }
    settings_up_to(text, at, text.len(), &mut prompt.regions);
    prompt.settings = Some(tree);
    prompt.trouble = trouble;
}

fn settings_up_to(text: &[u8], from: usize, end: usize, regions: &mut Vec<Region>) {
    if from < end {
        read_settings(&text[..end], from, regions);
    }
}

/// The values of a file in YAML or JSON.
pub(super) fn values(source: &Source<'_>) -> (Tree, Option<Trouble>) {
    let is_json = source
        .path()
        .extension()
        .is_some_and(|own| own.eq_ignore_ascii_case(b"json"));
    if is_json {
        json::read(source.bytes())
    } else {
        yaml::read(source.bytes(), 0)
    }
}

/// The comments of YAML: from a `#` at the beginning of a line, or behind a blank, outside of scalars that may hold one.
fn comments(text: &[u8], tree: &Tree) -> Vec<Region> {
    let mut spans: Vec<_> = tree
        .values()
        .filter(|value| value.style().is_some_and(|style| style != Style::Plain))
        .map(super::tree::Value::span)
        .collect();
    spans.sort_unstable();
    let mut found = Vec::new();
    let mut next = 0;
    for line in lines(text) {
        let mut at = line.start;
        while let Some(hash) = memchr(b'#', &text[at..line.end]).map(|hash| at + hash) {
            at = hash + 1;
            while spans.get(next).is_some_and(|span| span.end <= hash) {
                next += 1;
            }
            let is_inside = spans.get(next).is_some_and(|span| span.start <= hash);
            let is_comment = hash == line.start || matches!(text[hash - 1], b' ' | b'\t');
            if is_comment && !is_inside {
                found.push((Span::new(hash, line.end), RegionKind::Comment));
                break;
            }
        }
    }
    found
}
