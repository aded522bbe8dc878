//! Percent signs of URLs, escapes of strings and entities of HTML.
//!
//! Only escapes that stand for printable ASCII count: an escaped letter of another script hides no credential.

use weighbridge_core::Span;

use super::Decoded;

/// Bytes of a line that are decoded before the first escape, and behind each.
const BEFORE: usize = 256;
const BEHIND: usize = 512;

/// Decodes the neighbourhood of every escape, line by line.
pub(super) fn decode(text: &[u8], found: &mut Vec<Decoded>) {
    let mut from = 0;
    while let Some(first) = next_escape(text, from) {
        let start = first.span.start.saturating_sub(BEFORE).max(from);
        let start = memchr::memrchr(b'\n', &text[start..first.span.start]).map_or(start, |at| start + at + 1);
        let mut decoded = Decoded::new(first.kind);
        let mut at = start;
        let mut escape = Some(first);
        // The stretch goes on while the next escape is near and on the same line.
        while let Some(Escape { byte, span, .. }) = escape {
            copy(text, Span::new(at, span.start), &mut decoded);
            decoded.push(byte, span);
            at = span.end;
            let end = line_end(text, at, BEHIND);
            escape = next_escape(&text[..end], at);
        }
        let end = line_end(text, at, BEHIND);
        copy(text, Span::new(at, end), &mut decoded);
        from = end.max(at);
        found.push(decoded);
    }
}

fn copy(text: &[u8], span: Span, decoded: &mut Decoded) {
    for at in span.range() {
        decoded.push(text[at], Span::new(at, at + 1));
    }
}

/// The end of the line that holds `from`, or `most` bytes behind it.
fn line_end(text: &[u8], from: usize, most: usize) -> usize {
    let end = text.len().min(from + most);
    memchr::memchr(b'\n', &text[from..end]).map_or(end, |at| from + at)
}

/// An escape and the character it stands for.
struct Escape {
    byte: u8,
    span: Span,
    kind: &'static str,
}

/// The next escape of a printable ASCII character at or behind `from`.
fn next_escape(text: &[u8], from: usize) -> Option<Escape> {
    memchr::memchr3_iter(b'%', b'\\', b'&', &text[from..]).find_map(|at| escape_at(text, from + at))
}

fn escape_at(text: &[u8], at: usize) -> Option<Escape> {
    let rest = &text[at..text.len().min(at + 12)];
    let (code, length, kind) = match rest {
        [b'%', high, low, ..] => (hex(&[*high, *low])?, 3, "percent signs"),
        [b'\\', b'x', high, low, ..] => (hex(&[*high, *low])?, 4, "escapes"),
        [b'\\', b'u', b'{', ..] => {
            let digits = rest[3..].iter().position(|byte| *byte == b'}')?;
            (hex(&rest[3..3 + digits])?, digits + 4, "escapes")
        }
        [b'\\', b'u', b'0', b'0', high, low, ..] => (hex(&[*high, *low])?, 6, "escapes"),
        [b'&', b'#', b'x' | b'X', ..] => {
            let digits = rest[3..].iter().position(|byte| *byte == b';')?;
            (hex(&rest[3..3 + digits])?, digits + 4, "entities")
        }
        [b'&', b'#', ..] => {
            let digits = rest[2..].iter().position(|byte| *byte == b';')?;
            let number = std::str::from_utf8(&rest[2..2 + digits]).ok()?.parse().ok()?;
            (number, digits + 3, "entities")
        }
        [b'&', ..] => {
            let (name, code) = NAMED.iter().find(|(name, _)| rest[1..].starts_with(name))?;
            (u32::from(*code), name.len() + 1, "entities")
        }
        _ => return None,
    };
    let byte = u8::try_from(code).ok().filter(|byte| (0x20..0x7f).contains(byte))?;
    Some(Escape {
        byte,
        span: Span::new(at, at + length),
        kind,
    })
}

/// Entities that stand for a character of ASCII, without their `&`.
///
/// Source: [HTML, named character references](https://html.spec.whatwg.org/multipage/named-characters.html).
const NAMED: [(&[u8], u8); 12] = [
    (b"amp;", b'&'),
    (b"apos;", b'\''),
    (b"colon;", b':'),
    (b"commat;", b'@'),
    (b"equals;", b'='),
    (b"gt;", b'>'),
    (b"lowbar;", b'_'),
    (b"lt;", b'<'),
    (b"period;", b'.'),
    (b"plus;", b'+'),
    (b"quot;", b'"'),
    (b"sol;", b'/'),
];

fn hex(digits: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok()?;
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    is_number.then(|| u32::from_str_radix(text, 16).ok()).flatten()
}
