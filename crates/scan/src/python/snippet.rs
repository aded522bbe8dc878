//! Puts single statements together into a text that can be parsed by itself, with offsets kept.

use weighbridge_core::Span;

use super::lexer::{is_word, lex};

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
    pub(crate) fn source_span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.source_offset(range.start), self.source_offset(range.end))
    }

    /// Appends one statement of `source`, dedented and completed: a block header gets a body, a lone clause its head.
    pub(crate) fn push(&mut self, source: &[u8], code: Span) {
        let text = &source[code.range()];
        let word_length = text.iter().position(|&byte| !is_word(byte)).unwrap_or(text.len());
        let is_header = text.last() == Some(&b':');
        let closers = missing_closers(text);
        match &text[..word_length] {
            b"elif" => self.copy(source, Span::new(code.start + 2, code.end)),
            b"else" | b"try" | b"finally" if text[word_length..].trim_ascii_start().starts_with(b":") => {
                let colon = word_length + text[word_length..].iter().position(|&byte| byte == b':').unwrap_or(0);
                let rest = &text[colon + 1..];
                let skipped = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                let start = code.start + colon + 1 + skipped;
                if start < code.end {
                    self.push(source, Span::new(start, code.end));
                }
                return;
            }
            b"except" => {
                self.text.extend_from_slice(b"try: pass\n");
                self.copy(source, code);
            }
            b"case" if is_header => {
                self.text.extend_from_slice(b"match _:\n  ");
                self.copy(source, code);
            }
            b"match" if is_header => {
                self.copy(source, code);
                self.text.extend_from_slice(b"\n  case _: pass\n");
                return;
            }
            b"" if text.first() == Some(&b'@') => {
                self.copy(source, code);
                self.text.extend_from_slice(b"\ndef _(): pass\n");
                return;
            }
            _ => self.copy(source, code),
        }
        self.text.extend(closers);
        self.text.extend_from_slice(if is_header { b" pass\n" } else { b"\n" });
    }

    /// Appends a piece of `source` as it is, as a line.
    pub(crate) fn push_line(&mut self, source: &[u8], span: Span) {
        self.copy(source, span);
        self.text.push(b'\n');
    }

    /// Appends text that is not of the source.
    pub(crate) fn push_text(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
    }

    fn copy(&mut self, source: &[u8], span: Span) {
        self.pieces.push(Piece {
            in_text: self.text.len(),
            in_source: span.start,
            length: span.len(),
        });
        self.text.extend_from_slice(&source[span.range()]);
    }
}

/// Brackets beyond this are left open: nobody nests so deep, and closing them costs the parser.
const MAX_CLOSERS: usize = 64;

/// The brackets that would close what `text` leaves open; nothing for text that closes itself, or opens too much.
fn missing_closers(text: &[u8]) -> Vec<u8> {
    let lexed = lex(text);
    if lexed.is_balanced {
        return Vec::new();
    }
    let mut open = Vec::new();
    for (at, byte) in text.iter().enumerate().filter(|(_, byte)| b"([{)]}".contains(byte)) {
        if lexed.quiet_at(at).is_some() {
            continue;
        }
        match byte {
            b'(' => open.push(b')'),
            b'[' => open.push(b']'),
            b'{' => open.push(b'}'),
            _ => {
                open.pop();
            }
        }
    }
    if open.len() > MAX_CLOSERS {
        return Vec::new();
    }
    open.reverse();
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(code: &str) -> String {
        let mut snippet = Snippet::default();
        snippet.push(code.as_bytes(), Span::new(0, code.len()));
        String::from_utf8(snippet.text().to_vec()).expect("the code is UTF-8")
    }

    #[test]
    fn clauses_become_whole_statements() {
        assert_eq!(completed("if x:"), "if x: pass\n");
        assert_eq!(completed("elif eval(x):"), "if eval(x): pass\n");
        assert_eq!(completed("else: eval(x)"), "eval(x)\n");
        assert_eq!(completed("try: import os"), "import os\n");
        assert_eq!(completed("except E as e:"), "try: pass\nexcept E as e: pass\n");
        assert_eq!(completed("@eval"), "@eval\ndef _(): pass\n");
        assert_eq!(completed("else"), "else\n");
        assert_eq!(completed("os.system(a + b['x'"), "os.system(a + b['x'])\n");
    }

    #[test]
    fn offsets_lead_back_to_the_source() {
        let source = b"  elif eval(x):\n\n  y = eval(z)";
        let mut snippet = Snippet::default();
        snippet.push(source, Span::new(2, 15));
        snippet.push(source, Span::new(19, 30));

        let text = snippet.text().to_vec();
        for (at, _) in String::from_utf8_lossy(&text).match_indices("eval") {
            assert_eq!(&source[snippet.source_span(at..at + 4).range()], b"eval");
        }
    }
}
