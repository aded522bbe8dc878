//! The parsed statements of a file.

use tree_sitter::Tree;
use weighbridge_core::{Notification, Span};

use super::File;
use super::mark::Marked;
use super::parse::PythonParser;
use super::snippet::Snippet;

/// Bytes of statements that are parsed together.
const CHUNK_BYTES: usize = 64 << 10;
/// Longer statements are parsed in windows around their hits.
const MAX_STATEMENT_BYTES: usize = 128 << 10;
/// A window, before and behind a hit.
const WINDOW_BEFORE: usize = 2 << 10;
const WINDOW_BEHIND: usize = 8 << 10;

/// Trees over pieces of one file.
#[derive(Default)]
pub(crate) struct Forest {
    pub(crate) trees: Vec<Grown>,
    /// Statements for which the parser's budget ran out.
    unfinished: Vec<usize>,
}

/// A parsed piece.
pub(crate) struct Grown {
    pub(crate) snippet: Snippet,
    pub(crate) tree: Tree,
}

impl Forest {
    /// Parses the marked statements.
    pub(crate) fn grow(&mut self, file: &File<'_>, marked: &[Marked], parser: &mut PythonParser) {
        let spans = statements(file, marked);
        let mut at = 0;
        while at < spans.len() {
            let mut bytes = 0;
            let count = spans[at..].iter().take_while(|span| {
                bytes += span.len();
                bytes <= CHUNK_BYTES || bytes == span.len()
            });
            let count = count.count().max(1);
            self.grow_chunk(file, &spans[at..at + count], parser);
            at += count;
        }
    }

    /// Parses statements together, or each by itself where together they do not parse.
    fn grow_chunk(&mut self, file: &File<'_>, spans: &[Span], parser: &mut PythonParser) {
        let mut snippet = Snippet::default();
        spans.iter().for_each(|span| snippet.push(file.text(), *span));
        match parser.parse(snippet.text()) {
            Some(tree) if spans.len() == 1 || !tree.root_node().has_error() => self.trees.push(Grown { snippet, tree }),
            None if spans.len() == 1 => self.unfinished.push(spans[0].start),
            _ => spans.iter().for_each(|span| self.grow_chunk(file, &[*span], parser)),
        }
    }

    /// What could not be parsed.
    pub(crate) fn into_notifications(self, file: &File<'_>) -> Vec<Notification> {
        let Some(&first) = self.unfinished.first() else {
            return Vec::new();
        };
        let line = file.source.position(first).line;
        let message = format!(
            "{} statement{} too involved to parse; the first begins on line {line}",
            self.unfinished.len(),
            if self.unfinished.len() == 1 { " is" } else { "s are" },
        );
        let notification = Notification::incomplete("file/parse-budget", Some(file.source.path().clone()), message);
        vec![
            notification.with_hint("look at the statement yourself; code written by people never comes near the limit"),
        ]
    }
}

/// The spans to parse: whole statements, or windows around the hits of a very long one.
fn statements(file: &File<'_>, marked: &[Marked]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::with_capacity(marked.len());
    for mark in marked {
        let code = mark.line.code();
        let span = if code.len() > MAX_STATEMENT_BYTES {
            window(file.text(), code, mark.offset)
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
    let end = offset + memchr::memchr(b'\n', behind).unwrap_or(behind.len());
    let indent = text[start..end]
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    Span::new(start + indent, end)
}
