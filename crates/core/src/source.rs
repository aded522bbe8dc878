//! One file as it was read.

use std::cell::{Cell, OnceCell};

use crate::{Language, SourcePath, Span};

/// A place in a source, as people and other programs count it. Everything counts from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line; CR, LF and CRLF each end one.
    pub line: usize,
    /// The column in characters (an invalid byte counts as one).
    pub column: usize,
    /// The column in UTF-16 code units, as SARIF's `columnKind` and editors want it.
    pub column_utf16: usize,
}

/// The bytes of one file with its name and language; never re-read, cheap to pass by reference.
///
/// Offsets count bytes of `bytes`. A file in UTF-16 is decoded before it becomes a source, so its offsets are those of the
/// UTF-8 text.
pub struct Source<'a> {
    path: SourcePath,
    language: Language,
    bytes: &'a [u8],
    line_starts: OnceCell<Vec<usize>>,
    /// Where the last column was counted to: (line index, offset, characters, UTF-16 units). Findings come in order, so a long
    /// line is walked once and not once for each finding.
    counted: Cell<(usize, usize, usize, usize)>,
}

impl<'a> Source<'a> {
    /// The source called `path` with these bytes.
    pub fn new(path: SourcePath, language: Language, bytes: &'a [u8]) -> Self {
        Self {
            path,
            language,
            bytes,
            line_starts: OnceCell::new(),
            counted: Cell::new((usize::MAX, 0, 0, 0)),
        }
    }

    /// The name under which findings are reported.
    pub fn path(&self) -> &SourcePath {
        &self.path
    }

    /// The language the text was taken for.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The whole text.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The number of lines; an empty source has one.
    pub fn line_count(&self) -> usize {
        self.line_starts().len()
    }

    /// The index (from 0) of the line that holds `offset`.
    pub fn line_index(&self, offset: usize) -> usize {
        self.line_starts().partition_point(|&start| start <= offset) - 1
    }

    /// The bytes of a line (index from 0) without its line end.
    pub fn line_span(&self, index: usize) -> Span {
        let starts = self.line_starts();
        let Some(&start) = starts.get(index) else {
            return Span::new(self.bytes.len(), self.bytes.len());
        };
        let mut end = starts.get(index + 1).copied().unwrap_or(self.bytes.len());
        if end > start && self.bytes[end - 1] == b'\n' {
            end -= 1;
        }
        if end > start && self.bytes[end - 1] == b'\r' && starts.len() > index + 1 {
            end -= 1;
        }
        Span::new(start, end)
    }

    /// Line and column of `offset`; an offset behind the end counts as the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.character_start(offset.min(self.bytes.len()));
        let index = self.line_index(offset);
        let start = self.line_starts()[index];
        let (line, from, characters, units) = self.counted.get();
        let (from, mut characters, mut units) = if line == index && from <= offset {
            (from, characters, units)
        } else {
            (start, 0, 0)
        };
        let text = &self.bytes[from..offset];
        if text.is_ascii() {
            characters += text.len();
            units += text.len();
        } else {
            for chunk in text.utf8_chunks() {
                for character in chunk.valid().chars() {
                    characters += 1;
                    units += character.len_utf16();
                }
                characters += usize::from(!chunk.invalid().is_empty());
                units += usize::from(!chunk.invalid().is_empty());
            }
        }
        self.counted.set((index, offset, characters, units));
        Position {
            line: index + 1,
            column: characters + 1,
            column_utf16: units + 1,
        }
    }

    /// `offset`, moved back to the first byte of the character it lies in.
    fn character_start(&self, offset: usize) -> usize {
        let is_inside = |at: &usize| self.bytes.get(*at).is_some_and(|byte| byte & 0xC0 == 0x80);
        (offset.saturating_sub(3)..=offset)
            .rev()
            .find(|at| !is_inside(at))
            .unwrap_or(offset)
    }

    fn line_starts(&self) -> &[usize] {
        self.line_starts.get_or_init(|| line_starts(self.bytes))
    }
}

/// Offsets at which lines begin. CRLF ends one line; a lone CR ends one as well, as it does for editors and for GitHub.
fn line_starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
            continue;
        }
        starts.push(at + 1);
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(bytes: &[u8]) -> Source<'_> {
        Source::new(SourcePath::new(b"a.txt"), Language::TEXT, bytes)
    }

    #[test]
    fn every_line_end_counts_once() {
        let source = source(b"a\nb\r\nc\rd");

        let lines: Vec<_> = (0..source.line_count())
            .map(|i| &source.bytes()[source.line_span(i).range()])
            .collect();

        assert_eq!(lines, [b"a", b"b", b"c", b"d"]);
    }

    #[test]
    fn columns_count_characters_and_utf16_units() {
        let source = source("é🙂x".as_bytes());

        let position = source.position("é🙂".len());

        assert_eq!((position.line, position.column, position.column_utf16), (1, 3, 4));
    }

    #[test]
    fn asking_backwards_gives_the_same_columns() {
        let source = source("ab🙂cd\nxy".as_bytes());
        let forward: Vec<_> = (0..10).map(|offset| source.position(offset)).collect();
        let backward: Vec<_> = (0..10).rev().map(|offset| source.position(offset)).collect();

        assert!(forward.iter().eq(backward.iter().rev()));
    }

    #[test]
    fn an_empty_source_has_one_empty_line() {
        let source = source(b"");

        assert_eq!(
            source.position(7),
            Position {
                line: 1,
                column: 1,
                column_utf16: 1
            }
        );
        assert!(source.line_span(0).is_empty());
    }
}
