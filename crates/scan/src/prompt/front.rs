//! Finds the front matter of a prompt: settings in YAML or TOML between two delimiter lines at the top.

use memchr::memchr;
use weighbridge_core::Span;

/// Front matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Front {
    /// Licence lines before it and both delimiter lines included.
    pub(crate) span: Span,
    /// Between the delimiter lines.
    pub(crate) inside: Span,
    /// Whether it is YAML; else it is TOML.
    pub(crate) is_yaml: bool,
}

/// The front matter of `source`; `None` where there is none, or it has no end.
///
/// Source: [Dotprompt](https://google.github.io/dotprompt/reference/frontmatter/).
pub(crate) fn front(source: &[u8]) -> Option<Front> {
    let (delimiter, start) = opening(source)?;
    let mut at = start;
    let mut is_mapping = None;
    while at < source.len() {
        let (line, next) = line_at(source, at);
        if line == delimiter {
            return is_mapping.unwrap_or(true).then_some(Front {
                span: Span::new(0, next),
                inside: Span::new(start, at),
                is_yaml: delimiter == b"---",
            });
        }
        if is_mapping.is_none() && !line.is_empty() && !line.starts_with(b"#") {
            // Between two rulers of Markdown stands prose; between delimiters the first line is `key: value`.
            is_mapping = Some(is_key_line(line, delimiter));
        }
        if is_mapping == Some(false) {
            return None;
        }
        at = next;
    }
    None
}

/// The delimiter of front matter that nothing closes: right behind it stands a line with a key in small letters.
pub(crate) fn unclosed(source: &[u8]) -> Option<Span> {
    let (delimiter, start) = opening(source)?;
    let (first, mut at) = line_at(source, start);
    if !is_key_line(first, delimiter) || !first.first().is_some_and(u8::is_ascii_lowercase) {
        return None;
    }
    while at < source.len() {
        let (line, next) = line_at(source, at);
        if line == delimiter {
            return None;
        }
        at = next;
    }
    let line = source[..start].trim_ascii_end().len();
    Some(Span::new(line - delimiter.len(), line))
}

/// The delimiter at the top, and where the line behind it begins.
fn opening(source: &[u8]) -> Option<(&[u8], usize)> {
    let mut at = if source.starts_with(crate::word::BYTE_ORDER_MARK) {
        3
    } else {
        0
    };
    // Dotprompt lets licence lines and empty lines stand before the first delimiter.
    loop {
        let (line, next) = line_at(source, at);
        match line {
            b"---" | b"+++" => return Some((line, next)),
            [] | [b'#', ..] if next > at => at = next,
            _ => return None,
        }
    }
}

/// The line at `at` without trailing white space, and the start of the next one.
fn line_at(source: &[u8], at: usize) -> (&[u8], usize) {
    let end = memchr(b'\n', &source[at..]).map_or(source.len(), |end| at + end);
    (source[at..end].trim_ascii_end(), (end + 1).min(source.len()))
}

fn is_key_line(line: &[u8], delimiter: &[u8]) -> bool {
    let separator = if delimiter == b"+++" { b'=' } else { b':' };
    if separator == b'=' && line.starts_with(b"[") {
        return true;
    }
    let Some(end) = memchr(separator, line) else {
        return false;
    };
    let key = line[..end].trim_ascii();
    !key.is_empty()
        && key
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.\"'$@/".contains(byte) || *byte >= 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(source: &str) -> Option<(&str, &str)> {
        let front = front(source.as_bytes())?;
        Some((&source[front.inside.range()], &source[front.span.end..]))
    }

    #[test]
    fn dotprompt_front_matter_may_follow_licence_lines() {
        let source = "# Copyright\n\n---\nmodel: x\n---\nHello {{name}}.\n";

        assert_eq!(parts(source), Some(("model: x\n", "Hello {{name}}.\n")));
        assert_eq!(parts("---\r\na: b\r\n---\r\nc"), Some(("a: b\r\n", "c")));
        assert_eq!(parts("---\n---\nc"), Some(("", "c")));
    }

    #[test]
    fn a_heading_and_a_ruler_are_no_front_matter() {
        assert_eq!(parts("# Title\n\n---\nSome prose here.\n\n---\nMore.\n"), None);
    }

    #[test]
    fn front_matter_without_an_end_is_none() {
        assert_eq!(parts("---\na: b\n"), None);
        assert_eq!(unclosed(b"---\na: b\nText.\n"), Some(Span::new(0, 3)));
        assert_eq!(unclosed(b"---\nText.\n"), None);
    }
}
