//! The text of a scalar, with the way back to the file.

use memchr::memchr;
use weighbridge_core::Span;

use super::tree::{Style, Value};
use crate::code::snippet::Snippet;
use crate::embed::piece::{indent, lines, without_line_end};

/// Appends the text of a scalar: without quotes, escapes and indentation. Each byte leads back to where it is written; the text of an
/// escape to the byte before it.
pub(crate) fn push(snippet: &mut Snippet, source: &[u8], value: Value<'_>) {
    let span = Span::new(value.span().start, value.span().end.min(source.len()));
    let inside = |quote: u8| {
        let text = &source[span.range()];
        let is_quoted = text.len() >= 2 && text[0] == quote && text[text.len() - 1] == quote;
        is_quoted.then(|| Span::new(span.start + 1, span.end - 1))
    };
    match value.style() {
        None => {}
        Some(Style::Plain) => flow(snippet, source, span, copy),
        Some(Style::Single) => flow(snippet, source, inside(b'\'').unwrap_or(span), push_single),
        Some(Style::Double) => flow(snippet, source, inside(b'"').unwrap_or(span), push_double),
        Some(Style::Literal) => block(snippet, source, span, b"\n"),
        Some(Style::Folded) => block(snippet, source, span, b" "),
    }
}

/// The text between the quotes of a text in double quotes: escapes of YAML and JSON undone.
pub(super) fn unescaped(text: &[u8]) -> String {
    let mut snippet = Snippet::default();
    push_double(&mut snippet, text, Span::new(0, text.len()));
    String::from_utf8_lossy(snippet.text()).into_owned()
}

fn copy(snippet: &mut Snippet, source: &[u8], span: Span) {
    if !span.is_empty() {
        snippet.copy(source, span);
    }
}

/// A scalar outside of a block: line ends with the blanks around them are one blank, or a line end for each empty line.
///
/// Source: [YAML 1.2.2 §7.3](https://yaml.org/spec/1.2.2/#73-flow-scalar-styles).
fn flow(snippet: &mut Snippet, source: &[u8], span: Span, push: fn(&mut Snippet, &[u8], Span)) {
    let mut is_first = true;
    let mut empty = 0;
    for line in lines(&source[span.range()]) {
        let line = Span::new(span.start + line.start, span.start + line.end);
        let text = without_line_end(source, line);
        let blanks = if is_first { 0 } else { indent(&source[text.range()]) };
        let text = Span::new(text.start + blanks, text.end);
        if !is_first && text.is_empty() {
            empty += 1;
            continue;
        }
        if !is_first {
            let between: &[u8] = if empty > 0 { b"\n" } else { b" " };
            for _ in 0..empty.max(1) {
                snippet.add(between);
            }
        }
        push(snippet, source, text);
        (is_first, empty) = (false, 0);
    }
}

/// A block: the lines behind the one with the indicator, without their common indentation.
///
/// Source: [YAML 1.2.2 §8.1](https://yaml.org/spec/1.2.2/#81-block-scalar-styles). Folding keeps empty lines and lines that are
/// indented further.
fn block(snippet: &mut Snippet, source: &[u8], span: Span, between: &[u8]) {
    // The parser may place the beginning at the indicator or at the text.
    let text = &source[span.range()];
    let header = if matches!(text.first(), Some(b'|' | b'>')) {
        memchr(b'\n', text).map_or(text.len(), |end| end + 1)
    } else {
        0
    };
    // Where the text begins behind its indentation, the whole line is meant.
    let from = span.start + header;
    let from = memchr::memrchr(b'\n', &source[..from]).map_or(0, |end| end + 1);
    let all: Vec<_> = lines(&source[from..span.end])
        .map(|line| without_line_end(source, Span::new(from + line.start, from + line.end)))
        .collect();
    let is_blank = |line: &Span| source[line.range()].trim_ascii().is_empty();
    let depth = all
        .iter()
        .find(|line| !is_blank(line))
        .map_or(0, |line| indent(&source[line.range()]));
    for (index, line) in all.iter().enumerate() {
        let own = indent(&source[line.range()]).min(depth);
        copy(snippet, source, Span::new(line.start + own, line.end));
        let is_text = |line: &Span| !is_blank(line) && indent(&source[line.range()]) == depth;
        let next = all[index + 1..].iter().position(|line| !is_blank(line));
        let is_folded = between == b" " && is_text(line) && next.is_some_and(|next| is_text(&all[index + 1 + next]));
        snippet.add(match next {
            Some(0) if is_folded => between,
            // The empty lines between two lines of text are all that is left of the line ends.
            Some(_) if is_folded => b"",
            _ => b"\n",
        });
    }
}

/// Two single quotes are one.
fn push_single(snippet: &mut Snippet, source: &[u8], span: Span) {
    let mut at = span.start;
    while let Some(found) = memchr(b'\'', &source[at..span.end]) {
        let quote = at + found;
        copy(snippet, source, Span::new(at, quote + 1));
        at = (quote + 2).min(span.end);
    }
    copy(snippet, source, Span::new(at, span.end));
}

fn push_double(snippet: &mut Snippet, source: &[u8], span: Span) {
    push_escaped(snippet, source, span, Escapes::Yaml);
}

/// Whose escapes a text has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// YAML, and JSON, whose escapes YAML has too.
    ///
    /// Source: [YAML 1.2.2 §5.7](https://yaml.org/spec/1.2.2/#57-escaped-characters).
    Yaml,
    /// Python; a backslash before any other character stays.
    ///
    /// Source: [escape sequences](https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences).
    Python,
}

/// Appends a text with its escapes undone.
pub(crate) fn push_escaped(snippet: &mut Snippet, source: &[u8], span: Span, escapes: Escapes) {
    let mut at = span.start;
    while let Some(found) = memchr(b'\\', &source[at..span.end]) {
        let start = at + found;
        copy(snippet, source, Span::new(at, start));
        let Some(&kind) = source[..span.end].get(start + 1) else {
            return;
        };
        at = start + 2;
        let digits = match kind {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        if digits > 0 {
            let (character, length) = unit(&source[..span.end], start, digits);
            snippet.add(character.encode_utf8(&mut [0; 4]).as_bytes());
            at = (start + length).min(span.end);
            continue;
        }
        let character = match escapes {
            Escapes::Yaml => named(kind),
            // A line end behind a backslash is none.
            Escapes::Python if kind == b'\n' => continue,
            Escapes::Python => named(kind).filter(|_| b"abfnrtv0".contains(&kind)),
        };
        match character {
            Some(character) => snippet.add(character.encode_utf8(&mut [0; 4]).as_bytes()),
            // A quote, a slash, a backslash stand for themselves.
            None if escapes == Escapes::Yaml || b"\\'\"".contains(&kind) => {
                copy(snippet, source, Span::new(start + 1, start + 2));
            }
            None => copy(snippet, source, Span::new(start, start + 2)),
        }
    }
    copy(snippet, source, Span::new(at, span.end));
}

fn named(kind: u8) -> Option<char> {
    Some(match kind {
        b'0' => '\0',
        b'a' => '\u{7}',
        b'b' => '\u{8}',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\u{b}',
        b'f' => '\u{c}',
        b'r' => '\r',
        b'e' => '\u{1b}',
        b'N' => '\u{85}',
        b'_' => '\u{a0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        _ => return None,
    })
}

/// The character of an escape in hexadecimal digits, two of them for a pair of surrogates, and how many bytes that takes.
fn unit(text: &[u8], at: usize, digits: usize) -> (char, usize) {
    let code = |at: usize| {
        let digits = text.get(at + 2..at + 2 + digits)?;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let length = digits + 2;
    let Some(first) = code(at) else {
        return (char::REPLACEMENT_CHARACTER, 2);
    };
    if let Some(character) = char::from_u32(first) {
        return (character, length);
    }
    let second = text
        .get(at + length..)
        .filter(|rest| rest.starts_with(b"\\u") && (0xd800..0xdc00).contains(&first))
        .and_then(|_| code(at + length))
        .filter(|second| (0xdc00..0xe000).contains(second));
    let joined = second.and_then(|second| char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)));
    joined.map_or((char::REPLACEMENT_CHARACTER, length), |character| {
        (character, 2 * length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::yaml;

    fn text_of(yaml: &str) -> String {
        let (tree, _) = yaml::read(yaml.as_bytes(), 0);
        let value = tree.root().unwrap().get("a").unwrap();
        let mut snippet = Snippet::default();
        push(&mut snippet, yaml.as_bytes(), value);
        assert_eq!(
            String::from_utf8_lossy(snippet.text()).trim(),
            value.text().unwrap().trim(),
            "{yaml}"
        );
        String::from_utf8(snippet.text().to_vec()).unwrap()
    }

    /// The text is the one that the parser reads.
    #[test]
    fn every_style_gives_the_text_that_is_meant() {
        for yaml in [
            "a: plain text\n",
            "a: plain\n  text\n\n  of lines\nb: c\n",
            "a: 'it''s\n  quoted'\n",
            "a: \"\\x41\\u00e9\\U0001F600 \\\"b\\\" \\\\ c\\td\\n\"\n",
            "a: |\n  one\n   two\n\n  three\nb: c\n",
            "a: |-\n  one\n  two\n",
            "a: >\n  one\n  two\n\n  three\n   four\n  five\n",
            "x:\n  - y\na: |\n\n   one\n   two\n\n",
        ] {
            text_of(yaml);
        }
        assert_eq!(unescaped(br"\ud83d\ude00 \/ \ud800"), "😀 / \u{fffd}");
    }
}
