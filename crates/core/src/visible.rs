//! Makes hidden characters visible.
//!
//! Everything that is shown from a scanned file passes through here: a report must show what is there, and must not let the
//! file speak to the terminal, the log runner or the reader's eye behind the reader's back.

use std::fmt::Write as _;

/// Appends `bytes` to `out` as text in which every character can be seen.
///
/// Control characters (but not the tab), bidirectional controls, zero-width characters, tag
/// characters, variation selectors of the supplement, line and paragraph separators become `\u{…}`; bytes that are not
/// UTF-8 become `\xNN`. Source: [Unicode TR 36 §3](https://www.unicode.org/reports/tr36/), CVE-2021-42574.
pub fn push_visible(out: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            push_character(out, character);
        }
        for byte in chunk.invalid() {
            push_formatted(out, format_args!("\\x{byte:02x}"));
        }
    }
}

/// `text` with every character in sight; line feeds stay.
pub fn visible_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        push_visible(&mut out, line.as_bytes());
    }
    out
}

fn push_character(out: &mut String, character: char) {
    if is_hidden(character) {
        push_formatted(out, format_args!("\\u{{{:x}}}", u32::from(character)));
    } else {
        out.push(character);
    }
}

fn push_formatted(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to a string does not fail");
}

/// Whether a character is drawn as nothing, or changes how others are drawn.
fn is_hidden(character: char) -> bool {
    match character {
        '\t' => false,
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{feff}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => character.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visible(text: &str) -> String {
        let mut out = String::new();
        push_visible(&mut out, text.as_bytes());
        out
    }

    #[test]
    fn bidi_tags_and_escapes_are_spelled_out() {
        assert_eq!(visible("a\u{202e}b"), "a\\u{202e}b");
        assert_eq!(visible("\u{e0041}"), "\\u{e0041}");
        assert_eq!(visible("\x1b[2J\r"), "\\u{1b}[2J\\u{d}");
    }

    #[test]
    fn ordinary_text_of_any_script_stays() {
        assert_eq!(visible("tab\tcafé 密码 🙂"), "tab\tcafé 密码 🙂");
    }
}
