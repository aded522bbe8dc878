//! Encoded text inside of a text: base64, hexadecimal digits, percent signs, escapes and entities.
//!
//! A decoder finds stretches that are text when they are decoded, and keeps for each byte where it stands in the outer text, so
//! that what is found in it points at the bytes of the file. What decodes to anything but text is left alone: most long words are
//! no base64, and pictures hold no passwords.

mod escapes;
mod runs;
mod search;
#[cfg(test)]
mod tests;
mod wide;

use weighbridge_core::Span;

/// How deep encodings are undone inside of one another.
const DEPTH: usize = 3;

/// A stretch of a text, decoded.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    /// What people call the encoding.
    pub(crate) encoding: &'static str,
    text: Vec<u8>,
    /// For each byte of `text` the bytes of the outer text that it comes from; starts and ends only ever grow.
    origins: Vec<Span>,
}

impl Decoded {
    fn new(encoding: &'static str) -> Self {
        Self {
            encoding,
            ..Self::default()
        }
    }

    fn push(&mut self, byte: u8, origin: Span) {
        self.text.push(byte);
        self.origins.push(origin);
    }

    /// The decoded text.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The bytes of the outer text that a span of the decoded text comes from.
    pub(crate) fn span_outside(&self, span: Span) -> Span {
        let (Some(first), Some(last)) = (self.origins.get(span.start), self.origins.get(span.end.max(1) - 1)) else {
            let end = self.origins.last().map_or(0, |origin| origin.end);
            return Span::new(end, end);
        };
        if span.is_empty() {
            return Span::new(first.start, first.start);
        }
        Span::new(first.start, last.end)
    }
}

/// Every stretch of `text` that is encoded text.
pub(crate) fn decoded(text: &[u8]) -> Vec<Decoded> {
    let mut found = Vec::new();
    runs::decode(text, &mut found);
    escapes::decode(text, &mut found);
    found
}

/// Whether bytes are text: valid UTF-8 without control characters other than white space.
fn is_text(bytes: &[u8]) -> bool {
    let is_control = |byte: &u8| *byte == 0x7f || (*byte < 0x20 && !byte.is_ascii_whitespace());
    !bytes.iter().any(is_control) && std::str::from_utf8(bytes).is_ok()
}
