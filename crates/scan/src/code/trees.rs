//! The parsed statements of a file, in any language.

use std::collections::BTreeSet;

use tree_sitter::Tree;
use weighbridge_core::{Notification, Source, Span};

use super::parse::CodeParser;
use super::snippet::Snippet;
use crate::word::is_word;

/// Bytes of statements that are parsed together.
const CHUNK_BYTES: usize = 64 << 10;
/// Longer statements are parsed in windows around their hits.
const MAX_STATEMENT_BYTES: usize = 128 << 10;
/// A window, before and behind a hit.
const WINDOW_BEFORE: usize = 2 << 10;
const WINDOW_BEHIND: usize = 8 << 10;

/// Statements up to this many bytes in all keep their trees; of more, the trees are made again for each visit. A tree takes a hundred
/// times the room of its text.
const KEPT_BYTES: usize = 256 << 10;

/// The marked statements of one file and their trees.
#[derive(Default)]
pub(crate) struct Forest {
    chunks: Vec<Vec<Span>>,
    bytes: usize,
    kept: Vec<Grown>,
    /// How many of the chunks are in `kept`.
    kept_chunks: usize,
    /// Statements for which the parser's budget ran out.
    unfinished: BTreeSet<usize>,
}

/// A file out of which statements can be cut.
pub(crate) trait Statements {
    /// Appends the statement at `span`, made complete, so that it can be parsed by itself.
    fn cut(&self, span: Span, snippet: &mut Snippet);
}

/// A parsed piece.
pub(crate) struct Grown {
    pub(crate) snippet: Snippet,
    pub(crate) tree: Tree,
}

impl Forest {
    /// Adds statements.
    pub(crate) fn add(&mut self, spans: &[Span]) {
        let mut rest = spans;
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = |span: &&Span| {
                bytes += span.len();
                bytes <= CHUNK_BYTES
            };
            let count = rest.iter().take_while(fits).count().max(1);
            let (chunk, behind) = rest.split_at(count);
            self.bytes += chunk.iter().map(|span| span.len()).sum::<usize>();
            self.chunks.push(chunk.to_vec());
            rest = behind;
        }
    }

    /// Visits every parsed piece, in the order in which statements were added.
    pub(crate) fn visit(&mut self, file: &impl Statements, parser: &mut CodeParser, mut visit: impl FnMut(&Grown)) {
        let keeps = self.bytes <= KEPT_BYTES;
        if !keeps {
            self.kept.clear();
            self.kept_chunks = 0;
        }
        self.kept.iter().for_each(&mut visit);
        for index in self.kept_chunks..self.chunks.len() {
            let chunk = std::mem::take(&mut self.chunks[index]);
            let grown = self.grow(file, &chunk, parser);
            self.chunks[index] = chunk;
            grown.iter().for_each(&mut visit);
            if keeps {
                self.kept.extend(grown);
                self.kept_chunks = index + 1;
            }
        }
    }

    /// Parses statements together, or each by itself where together they do not parse.
    fn grow(&mut self, file: &impl Statements, spans: &[Span], parser: &mut CodeParser) -> Vec<Grown> {
        let mut snippet = Snippet::default();
        spans.iter().for_each(|span| file.cut(*span, &mut snippet));
        match parser.parse(snippet.text()) {
            Some(tree) if spans.len() == 1 || !tree.root_node().has_error() => vec![Grown { snippet, tree }],
            None if spans.len() == 1 => {
                self.unfinished.insert(spans[0].start);
                Vec::new()
            }
            _ => spans
                .iter()
                .flat_map(|span| self.grow(file, &[*span], parser))
                .collect(),
        }
    }

    /// What could not be parsed.
    pub(crate) fn into_notifications(self, source: &Source<'_>) -> Vec<Notification> {
        let Some(first) = self.unfinished.first().copied() else {
            return Vec::new();
        };
        let line = source.position(first).line;
        let message = format!(
            "{} statement{} too involved to parse; the first begins on line {line}",
            self.unfinished.len(),
            if self.unfinished.len() == 1 { " is" } else { "s are" },
        );
        let notification = Notification::incomplete("file/parse-budget", Some(source.path().clone()), message);
        vec![
            notification.with_hint("look at the statement yourself; code written by people never comes near the limit"),
        ]
    }
}

/// The spans to parse: whole statements, or windows around the hits of a very long one. Takes statements with an offset in each.
pub(crate) fn whole_or_windows(text: &[u8], marked: impl ExactSizeIterator<Item = (Span, usize)>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::with_capacity(marked.len());
    for (code, offset) in marked {
        let span = if code.len() > MAX_STATEMENT_BYTES {
            window(text, code, offset)
        } else {
            code
        };
        match spans.last_mut() {
            Some(last) if span == *last => {}
            Some(last) if span.overlaps(*last) => {
                last.end = span.end.max(last.end).min(last.start + MAX_STATEMENT_BYTES);
            }
            _ => spans.push(span),
        }
    }
    spans
}

/// The physical line around `offset`, cut to the size of a window.
fn window(text: &[u8], code: Span, offset: usize) -> Span {
    let before = &text[code.start.max(offset.saturating_sub(WINDOW_BEFORE))..offset];
    let start = offset - memchr::memrchr(b'\n', before).map_or(before.len(), |at| before.len() - at - 1);
    let behind = &text[offset..code.end.min(offset + WINDOW_BEHIND)];
    let mut end = offset + memchr::memchr(b'\n', behind).unwrap_or(behind.len());
    // A cut behind an operator or a comma would leave half an expression.
    while end > offset && !is_word(text[end - 1]) && !b")]}\"'".contains(&text[end - 1]) {
        end -= 1;
    }
    let indent = text[start..end]
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    Span::new(start + indent, end)
}
