//! Puts pieces of a source together into a text that can be parsed by itself, with offsets kept.

use std::ops::Range;

use weighbridge_core::Span;

/// Ranges that are looked at one by one.
const MAX_RANGES: usize = 32;

/// Statements cut out of a source, each made complete, and the way back to the source.
#[derive(Debug, Default)]
pub(crate) struct Snippet {
    text: Vec<u8>,
    /// Where pieces of the source lie in `text`, in order.
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    in_text: usize,
    in_source: usize,
    length: usize,
}

impl Snippet {
    /// The text to parse.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The offset in the source of an offset in the text; an added byte counts as the end of the piece before it.
    pub(crate) fn source_offset(&self, offset: usize) -> usize {
        let index = self.pieces.partition_point(|piece| piece.in_text <= offset);
        let Some(piece) = index.checked_sub(1).and_then(|index| self.pieces.get(index)) else {
            return self.pieces.first().map_or(0, |piece| piece.in_source);
        };
        piece.in_source + (offset - piece.in_text).min(piece.length)
    }

    /// The span in the source of a range of the text.
    pub(crate) fn source_span(&self, range: Range<usize>) -> Span {
        Span::new(self.source_offset(range.start), self.source_offset(range.end))
    }

    /// The ranges of the text that hold parts of these spans of the source, in order; [`MAX_RANGES`] at most, then one for all.
    pub(crate) fn ranges_of(&self, spans: &[Span]) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for piece in &self.pieces {
            let source = Span::new(piece.in_source, piece.in_source + piece.length);
            let first = spans.partition_point(|span| span.end <= source.start);
            if !spans.get(first).is_some_and(|span| span.overlaps(source)) {
                continue;
            }
            ranges.push(piece.in_text..piece.in_text + piece.length);
        }
        if ranges.len() > MAX_RANGES {
            ranges[0].end = ranges[ranges.len() - 1].end;
            ranges.truncate(1);
        }
        ranges
    }

    /// Appends text that is not in the source.
    pub(crate) fn add(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
    }

    /// Appends a piece of the source.
    pub(crate) fn copy(&mut self, source: &[u8], span: Span) {
        self.pieces.push(Piece {
            in_text: self.text.len(),
            in_source: span.start,
            length: span.len(),
        });
        self.text.extend_from_slice(&source[span.range()]);
    }
}
