//! Text inside of XML and HTML.

use std::fmt::Write as _;

use crate::shown::{command_breaks, joined, spelled_out};

/// The text as content or as the value of an attribute in quotes, on as many lines as it has.
///
/// Hidden characters are spelled out, and so are U+FFFE and U+FFFF, which are no characters of
/// [XML 1.0 §2.2](https://www.w3.org/TR/xml/#charsets). A `#` of every command to a log runner is written as a reference.
pub(crate) fn escaped(text: &str) -> String {
    let text = spelled_out(text);
    let mut breaks = command_breaks(&text).peekable();
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for (offset, character) in text.char_indices() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '#' if breaks.next_if_eq(&(offset + 1)).is_some() => escaped.push_str("&#35;"),
            '\u{fffe}' | '\u{ffff}' => {
                write!(escaped, "\\u{{{:x}}}", u32::from(character)).expect("writing to a string does not fail");
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

/// The same on one line.
pub(crate) fn escaped_line(text: &str) -> String {
    escaped(&joined(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup_and_nothing_is_forbidden() {
        assert_eq!(
            escaped("<a b=\"c\">&'\0\u{b}\u{1b}\u{fffe}\u{ffff}]]>"),
            "&lt;a b=&quot;c&quot;&gt;&amp;&#39;\\u{0}\\u{b}\\u{1b}\\u{fffe}\\u{ffff}]]&gt;"
        );
    }

    #[test]
    fn commands_keep_their_meaning_as_text_only() {
        assert_eq!(
            escaped("##[a] ##vso[b] ###[c] #[d]"),
            "#&#35;[a] #&#35;vso[b] ##&#35;[c] #[d]"
        );
        assert_eq!(escaped_line(" a\n\tb "), "a b");
    }
}
