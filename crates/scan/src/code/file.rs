//! The file under search.

use std::cell::RefCell;

use weighbridge_core::{Source, Span};

use super::CodeRules;
use super::lexed::Lexed;
use super::parse::CodeParser;
use super::query::Searched;
use super::scope::Definitions;
use super::shape::{Code, Dialect};
use super::snippet::Snippet;
use super::trees::Statements;
use crate::RuleUse;
use crate::regexes::Regexes;

/// Everything about the file under search that does not change while it is searched.
pub(crate) struct File<'f> {
    pub(crate) source: &'f Source<'f>,
    pub(crate) lexed: &'f Lexed,
    pub(crate) code: &'static Code,
    /// Which of the dialects the file is in.
    pub(crate) dialect: usize,
    pub(crate) rules: &'f CodeRules<'f>,
    pub(crate) uses: &'f [RuleUse<'f>],
    pub(crate) regexes: &'f Regexes<'f>,
    /// Whether the file was packed for machines.
    pub(crate) is_dense: bool,
    pub(crate) definitions: Definitions,
    /// The parser for single assignments; made when the first is needed.
    pub(crate) parser: RefCell<Option<CodeParser>>,
}

/// Files above this size are taken for bundles.
const BUNDLE_BYTES: usize = 1 << 20;
/// Lines longer than this on average are not written by hand.
const DENSE_LINE_BYTES: usize = 300;

/// Whether a file was packed for machines: minified, or bundled with others.
pub(crate) fn is_dense(source: &Source<'_>) -> bool {
    let bytes = source.bytes();
    let is_long = bytes.len() > DENSE_LINE_BYTES * 4;
    source.path().file_name().windows(5).any(|part| part == b".min.")
        || bytes.len() > BUNDLE_BYTES
        || (is_long && bytes.len() / source.line_count().max(1) > DENSE_LINE_BYTES)
}

impl File<'_> {
    pub(crate) fn text(&self) -> &[u8] {
        self.source.bytes()
    }

    pub(crate) fn dialect(&self) -> &'static Dialect {
        &self.code.dialects[self.dialect]
    }

    /// The brackets that would close what these pieces leave open.
    fn missing_closers(&self, pieces: impl Iterator<Item = Span>) -> Vec<u8> {
        let mut open = Vec::new();
        for piece in pieces {
            for (at, byte) in piece.range().zip(&self.text()[piece.range()]) {
                let close = match byte {
                    b'(' => b')',
                    b'[' => b']',
                    b'{' => b'}',
                    b')' | b']' | b'}' => 0,
                    _ => continue,
                };
                if self.lexed.quiet_at(at).is_some() {
                    continue;
                }
                if close == 0 {
                    open.pop();
                } else {
                    open.push(close);
                }
            }
        }
        open.reverse();
        if open.len() > MAX_CLOSERS { Vec::new() } else { open }
    }
}

/// Brackets beyond this are left open: nobody nests so deep, and closing them costs the parser.
const MAX_CLOSERS: usize = 64;

impl Statements for File<'_> {
    fn cut(&self, span: Span, snippet: &mut Snippet) {
        let whole = self
            .lexed
            .statement_at(span.start)
            .filter(|(index, _)| self.lexed.statements[*index].span == span);
        let Some((index, _)) = whole else {
            snippet.copy(self.text(), span);
            snippet.add(&self.missing_closers(std::iter::once(span)));
            snippet.add(b"\n");
            return;
        };
        let statement = &self.lexed.statements[index];
        let first = self.lexed.pieces(index).next().unwrap_or(span);
        let (before, behind) = (self.code.frame)(&self.text()[first.range()], statement.is_member);
        snippet.add(before.as_bytes());
        for piece in self.lexed.pieces(index) {
            snippet.copy(self.text(), piece);
        }
        if statement.is_open {
            snippet.add(&self.missing_closers(self.lexed.pieces(index)));
        }
        snippet.add(behind.as_bytes());
        snippet.add(b"\n");
    }
}

impl Searched for File<'_> {
    fn source(&self) -> &Source<'_> {
        self.source
    }

    fn uses(&self) -> &[RuleUse<'_>] {
        self.uses
    }

    fn scope_of(&self, span: Span) -> Span {
        self.lexed
            .statement_at(span.start)
            .map_or(span, |(_, piece)| Span::new(piece.start, piece.end.max(span.end)))
    }
}
