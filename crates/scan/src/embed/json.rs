//! Reads JSON by its places: which strings stand where, and nothing else.
//!
//! Source: [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259). Nothing is built and nothing recurses on what is passed over, so a file
//! of any depth costs one pass.

use weighbridge_core::Span;

use super::piece::Piece;

/// A place in a JSON text. Every function returns `None` where the text is no JSON.
pub(crate) struct Reader<'t> {
    pub(crate) text: &'t [u8],
    at: usize,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Self {
        let at = if text.starts_with(crate::word::BYTE_ORDER_MARK) {
            3
        } else {
            0
        };
        Self { text, at }
    }

    /// The next byte that is no white space.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let rest = &self.text[self.at..];
        self.at += rest.iter().take_while(|byte| b" \t\r\n".contains(byte)).count();
        self.text.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// A string: the span between its quotes.
    pub(crate) fn string(&mut self) -> Option<Span> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            let found = memchr::memchr2(b'"', b'\\', &self.text[self.at..])?;
            self.at += found;
            if self.text[self.at] == b'"' {
                self.at += 1;
                return Some(Span::new(start, self.at - 1));
            }
            self.at += 2;
            if self.at > self.text.len() {
                return None;
            }
        }
    }

    /// An object: calls `member` for each key, which has to read or skip the value.
    pub(crate) fn object(&mut self, mut member: impl FnMut(&mut Self, &'t [u8]) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            return self.expect(b'}');
        }
        loop {
            let key = self.string()?;
            self.expect(b':')?;
            member(self, &self.text[key.range()])?;
            match self.peek()? {
                b',' => self.at += 1,
                _ => return self.expect(b'}'),
            }
        }
    }

    /// A list: calls `element` for each of its elements, which has to read or skip it.
    pub(crate) fn list(&mut self, mut element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.expect(b'[')?;
        if self.peek()? == b']' {
            return self.expect(b']');
        }
        loop {
            element(self)?;
            match self.peek()? {
                b',' => self.at += 1,
                _ => return self.expect(b']'),
            }
        }
    }

    /// A string or a list of strings; anything else is passed over.
    pub(crate) fn strings(&mut self, strings: &mut Vec<Span>) -> Option<()> {
        match self.peek()? {
            b'"' => strings.push(self.string()?),
            b'[' => self.list(|reader| {
                if reader.peek()? == b'"' {
                    strings.push(reader.string()?);
                    Some(())
                } else {
                    reader.skip()
                }
            })?,
            _ => self.skip()?,
        }
        Some(())
    }

    /// Passes over a value of any depth.
    pub(crate) fn skip(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => {
                    self.at += 1;
                    continue;
                }
                byte if byte == b'-' || byte.is_ascii_alphanumeric() => {
                    let rest = &self.text[self.at..];
                    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                    self.at += rest.iter().take_while(is_word).count();
                }
                _ => return None,
            }
            if depth == 0 {
                return Some(());
            }
        }
    }
}

/// Appends the value of the string at `span`. Each character leads back to its own bytes, an escape to the last byte before it.
pub(crate) fn push_value(piece: &mut Piece, source: &[u8], span: Span) {
    let mut at = span.start;
    while at < span.end {
        let plain = memchr::memchr(b'\\', &source[at..span.end]).map_or(span.end, |found| at + found);
        piece.copy(source, Span::new(at, plain));
        let Some(&kind) = source.get(plain + 1).filter(|_| plain + 1 < span.end) else {
            return;
        };
        at = plain + 2;
        match kind {
            b'n' => piece.add(b"\n"),
            b't' => piece.add(b"\t"),
            b'r' => piece.add(b"\r"),
            b'u' => {
                let (character, length) = unit(source, plain, span.end);
                piece.add(character.encode_utf8(&mut [0; 4]).as_bytes());
                at = (plain + length).min(span.end);
            }
            // `\"`, `\\`, `\/` stand for the character itself.
            _ => piece.copy(source, Span::new(plain + 1, plain + 2)),
        }
    }
}

/// The character that `\uXXXX`, or two of them, stand for, and how many bytes that takes.
fn unit(source: &[u8], at: usize, end: usize) -> (char, usize) {
    let code = |at: usize| {
        let digits = source.get(at..at + 6).filter(|_| at + 6 <= end)?.strip_prefix(b"\\u")?;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let Some(first) = code(at) else {
        return (char::REPLACEMENT_CHARACTER, 2);
    };
    if let Some(character) = char::from_u32(first) {
        return (character, 6);
    }
    let second = code(at + 6).filter(|second| (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(second));
    let joined = second.and_then(|second| char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)));
    joined.map_or((char::REPLACEMENT_CHARACTER, 6), |character| (character, 12))
}
