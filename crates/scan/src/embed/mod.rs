//! Code inside of other files: cells of notebooks, fences of Markdown, `RUN` of Dockerfiles, steps of pipelines.
//!
//! A splitter takes the text of a file and gives pieces: a language, and the text in it with the way back to the file. A piece is then
//! searched like a file of its own, and everything found is carried back. To add one, see ARCHITECTURE.md, "How to embed a language".

mod dockerfile;
mod html;
mod json;
mod makefile;
mod markdown;
mod notebook;
mod package;
pub(crate) mod piece;
mod pipeline;
mod python;
#[cfg(test)]
mod tests;

use weighbridge_core::{Detection, MessagePart, Notification, Source, SourcePath, Span};

pub(crate) use dockerfile::is_one as is_dockerfile;
pub(crate) use piece::Piece;

use crate::prompt::texts;

/// What a splitter makes of a text.
#[derive(Debug, Default)]
pub(crate) struct Split {
    pub(crate) pieces: Vec<Piece>,
    /// Why the rest of the text could not be split.
    pub(crate) trouble: Option<&'static str>,
}

/// A kind of file that holds code in other languages.
struct Host {
    is_one: fn(&Source<'_>) -> bool,
    split: fn(&[u8]) -> Split,
    /// Whether only prompts are looked for in it.
    is_for_prompts: bool,
}

/// Every kind; the first that fits is taken. Only names are looked at, so other files cost nothing. Prompts that are made of values
/// come before them.
const HOSTS: &[Host] = &[
    Host {
        is_one: |source| has_extension(source.path(), &[b"ipynb"]),
        split: notebook::split,
        is_for_prompts: false,
    },
    Host {
        is_one: |source| has_extension(source.path(), &[b"md", b"markdown", b"mdx", b"mdc", b"qmd", b"rmd"]),
        split: markdown::split,
        is_for_prompts: false,
    },
    Host {
        is_one: |source| dockerfile::is_one(source.path()),
        split: dockerfile::split,
        is_for_prompts: false,
    },
    Host {
        is_one: |source| makefile::is_one(source.path()),
        split: makefile::split,
        is_for_prompts: false,
    },
    Host {
        is_one: |source| pipeline::is_one(source.path()),
        split: pipeline::split,
        is_for_prompts: false,
    },
    Host {
        is_one: |source| source.path().file_name() == b"package.json",
        split: package::split,
        is_for_prompts: false,
    },
    Host {
        is_one: |source| has_extension(source.path(), &[b"html", b"htm", b"vue", b"svelte"]),
        split: html::split,
        is_for_prompts: false,
    },
    Host {
        is_one: |source| source.language() == crate::language::PYTHON,
        split: python::split,
        is_for_prompts: true,
    },
    Host {
        is_one: |source| has_extension(source.path(), &[b"yaml", b"yml"]),
        split: texts::split_yaml,
        is_for_prompts: true,
    },
];

/// Words of which one stands in every file of another language that holds prompts.
pub(crate) const PROMPT_WORDS: [&str; 9] = [
    "rompt",
    "ROMPT",
    "\"role\"",
    "'role'",
    "system=",
    "messages:",
    "system_message",
    "system_instruction",
    "SYSTEM_MESSAGE",
];

fn has_extension(path: &SourcePath, extensions: &[&[u8]]) -> bool {
    let is_it = |own: &[u8]| extensions.iter().any(|one| own.eq_ignore_ascii_case(one));
    path.extension().is_some_and(is_it)
}

/// The pieces of a source; `None` if it is no file that holds any. `mentions_prompts` says whether one of [`PROMPT_WORDS`] occurs.
pub(crate) fn split(source: &Source<'_>, mentions_prompts: bool) -> Option<Split> {
    if let Some(split) = texts::split(source) {
        return Some(split);
    }
    let host = HOSTS.iter().find(|host| (host.is_one)(source))?;
    (mentions_prompts || !host.is_for_prompts).then(|| (host.split)(source.bytes()))
}

impl Split {
    /// The bytes of the file that stand in pieces: sorted, disjoint.
    pub(crate) fn covered(&self) -> Vec<Span> {
        let mut spans: Vec<_> = self.pieces.iter().flat_map(|piece| piece.text.spans()).collect();
        spans.sort_unstable();
        spans
    }

    /// What is said about a text that could not be split to its end.
    pub(crate) fn notification(&self, path: &SourcePath) -> Option<Notification> {
        let trouble = self.trouble?;
        let message = format!("the code in it was searched as plain text from some place on: {trouble}");
        let notification = Notification::incomplete("file/not-split", Some(path.clone()), message);
        Some(notification.with_hint("mend the file, or leave it out with `--exclude`"))
    }
}

/// Carries what was found in a piece back to the file, by the way `back`. A fix stays behind: what it writes may need to be written
/// otherwise there.
pub(crate) fn carried_back(back: impl Fn(Span) -> Span, mut detection: Detection) -> Detection {
    detection.span = back(detection.span);
    detection.scope = back(detection.scope);
    for part in &mut detection.message {
        if let MessagePart::Source(span) = part {
            *span = back(*span);
        }
    }
    if let Some(secret) = &mut detection.secret {
        secret.span = back(secret.span);
        secret.shown_prefix = secret.shown_prefix.min(secret.span.len());
    }
    if let Some(by) = &mut detection.suppression {
        by.at = back(Span::new(by.at, by.at + 1)).start;
        by.reason = back(by.reason);
    }
    if let Some(flow) = &mut detection.flow {
        flow.steps.iter_mut().for_each(|step| *step = back(*step));
    }
    detection.fix = None;
    detection
}

/// The pieces of `text` as a file called `name` would give them: for the fuzzer, which cannot see the types.
///
/// Each with the name of its language, its text, and for every byte of the text the offset it comes from.
pub fn pieces(name: &str, text: &[u8]) -> Vec<(&'static str, Vec<u8>, Vec<usize>)> {
    let path = SourcePath::new(name.as_bytes());
    let source = Source::new(path.clone(), crate::language::language_of(&path, text), text);
    let Some(split) = split(&source, true) else {
        return Vec::new();
    };
    let seen = split.pieces.iter().map(|piece| {
        let inner = piece.text.text();
        let offsets = (0..inner.len()).map(|at| piece.text.source_offset(at)).collect();
        (piece.language.name(), inner.to_vec(), offsets)
    });
    seen.collect()
}
