//! Long runs of letters and digits that are base64 or hexadecimal.

use weighbridge_core::Span;

use super::{Decoded, is_text, wide};

/// The shortest run that is tried: sixteen bytes in base64, and nobody hides a shorter credential.
const LEAST: usize = 22;
/// Shorter runs are lines of their own and not the first of many.
const LEAST_LINE: usize = 40;

/// Decodes every run of `text` that comes to text.
pub(super) fn decode(text: &[u8], found: &mut Vec<Decoded>) {
    let mut at = 0;
    while let Some(run) = next_run(text, at) {
        let (lines, end) = with_further_lines(text, run);
        at = end;
        found.extend(hexadecimal(text, &lines).or_else(|| base64(text, &lines)));
    }
}

/// The next run of at least [`LEAST`] characters of base64 at or behind `from`.
///
/// Every [`LEAST`]th byte is looked at: where it is no such character, no run goes across it.
fn next_run(text: &[u8], from: usize) -> Option<Span> {
    let mut start = from;
    while start + LEAST <= text.len() {
        let window = &text[start..start + LEAST];
        if let Some(breaks) = window.iter().rposition(|byte| !is_digit(*byte)) {
            start += breaks + 1;
        } else {
            let more = text[start + LEAST..].iter().take_while(|byte| is_digit(**byte));
            return Some(Span::new(start, start + LEAST + more.count()));
        }
    }
    None
}

/// Whether a byte is a character of base64, of either alphabet.
fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// The run and those on the lines behind it, as programs break long base64 into lines of one length; and where they end.
fn with_further_lines(text: &[u8], run: Span) -> (Vec<Span>, usize) {
    let mut lines = vec![run];
    let mut last = run;
    while last.len() >= LEAST_LINE && last.len() == run.len() {
        let behind = &text[last.end..];
        let line_end = match behind {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            _ => break,
        };
        let start = last.end + line_end;
        let blanks = text[start..]
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let start = start + blanks;
        let length = text[start..].iter().take_while(|byte| is_digit(**byte)).count();
        if length == 0 || length > run.len() {
            break;
        }
        last = Span::new(start, start + length);
        lines.push(last);
    }
    (lines, last.end)
}

/// The run as hexadecimal digits, if it is such and comes to text.
fn hexadecimal(text: &[u8], lines: &[Span]) -> Option<Decoded> {
    let digits = || lines.iter().flat_map(|line| line.range());
    if !text[lines[0].range()].iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut decoded = Decoded::new("hexadecimal digits");
    let mut high = None;
    for at in digits() {
        let value = char::from(text[at]).to_digit(16)?;
        match high.take() {
            None => high = Some((value, at)),
            Some((first, start)) => {
                let byte = u8::try_from(first * 16 + value).expect("two hexadecimal digits make a byte");
                decoded.push(byte, Span::new(start, at + 1));
            }
        }
    }
    (high.is_none() && decoded.text.len() * 2 >= LEAST && is_text(&decoded.text)).then_some(decoded)
}

/// The run as base64, if it comes to text, in UTF-8 or in UTF-16.
fn base64(text: &[u8], lines: &[Span]) -> Option<Decoded> {
    // What begins like nothing readable is nothing: nearly all words end here.
    let begins: Vec<u8> = Sextets::new(text, &lines[..1]).map(|(byte, _)| byte).take(12).collect();
    let is_wide = begins.get(1) == Some(&0);
    if !is_wide && !begins_like_text(&begins) {
        return None;
    }
    let mut decoded = Decoded::new("base64");
    for (byte, origin) in Sextets::new(text, lines) {
        decoded.push(byte, origin);
    }
    let decoded = if is_wide { wide::narrowed(&decoded)? } else { decoded };
    is_text(&decoded.text).then_some(decoded)
}

/// Whether text could go on like this; its last character may be cut.
fn begins_like_text(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => is_text(bytes),
        Err(error) => error.error_len().is_none() && is_text(&bytes[..error.valid_up_to()]),
    }
}

/// The bytes that base64 characters make, each with the characters that it is made of.
struct Sextets<'t, I> {
    text: &'t [u8],
    digits: I,
    bits: u32,
    count: u32,
    /// Where the first character begins whose bits are not used up.
    start: usize,
}

impl<'t>
    Sextets<
        't,
        std::iter::FlatMap<std::slice::Iter<'t, Span>, std::ops::Range<usize>, fn(&Span) -> std::ops::Range<usize>>,
    >
{
    fn new(text: &'t [u8], lines: &'t [Span]) -> Self {
        let range: fn(&Span) -> std::ops::Range<usize> = |line| line.range();
        Self {
            text,
            digits: lines.iter().flat_map(range),
            bits: 0,
            count: 0,
            start: lines[0].start,
        }
    }
}

impl<I: Iterator<Item = usize>> Iterator for Sextets<'_, I> {
    type Item = (u8, Span);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let at = self.digits.next()?;
            let value = match self.text[at] {
                upper @ b'A'..=b'Z' => upper - b'A',
                lower @ b'a'..=b'z' => lower - b'a' + 26,
                digit @ b'0'..=b'9' => digit - b'0' + 52,
                b'+' | b'-' => 62,
                _ => 63,
            };
            if self.count == 0 {
                self.start = at;
            }
            self.bits = self.bits << 6 | u32::from(value);
            self.count += 6;
            if self.count >= 8 {
                self.count -= 8;
                let byte = u8::try_from(self.bits >> self.count & 0xff).expect("eight bits make a byte");
                let origin = Span::new(self.start, at + 1);
                self.start = at;
                return Some((byte, origin));
            }
        }
    }
}
