//! Sentences and their limits.

use crate::shown;

/// The text of a message: what, then what to do; nothing in it is a link.
///
/// GitHub shows the first sentence alone where space is short.
pub(crate) fn message(what: &str, cure: Option<&str>) -> String {
    let mut text = escaped(&sentence(what));
    if let Some(cure) = cure {
        text.push(' ');
        text.push_str(&escaped(&sentence(cure)));
    }
    text
}

/// The text as one sentence on one line. A word of code at its beginning keeps its letters.
pub(crate) fn sentence(text: &str) -> String {
    let text = shown::spelled_out(text);
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let first_word = line.split(' ').next().unwrap_or_default();
    if !first_word.is_empty() && first_word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        line[..1].make_ascii_uppercase();
    }
    if !line.ends_with(['.', '!', '?', '…']) {
        line.push('.');
    }
    line
}

/// The text with everything escaped that could make it a link.
///
/// Source: [SARIF §3.11.6](https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317468): `[text](1)` links to a
/// location unless a backslash stands before the bracket; so a backslash that is there already needs one as well.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '[' | ']') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// At most `limit` characters of the text, ending with `…` if it was longer.
pub(crate) fn at_most(limit: usize, text: &str) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let cut: String = text.chars().take(limit - 1).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scanned_text_makes_no_link() {
        assert_eq!(message("a [x](1)", None), r"A \[x\](1).");
        assert_eq!(message(r"\[x\](1)", Some("do b.")), r"\\\[x\\\](1). Do b.");
    }

    #[test]
    fn a_sentence_begins_with_a_capital_unless_it_begins_with_code() {
        assert_eq!(sentence("the token  is\n old"), "The token is old.");
        assert_eq!(sentence("os.system(x) runs!"), "os.system(x) runs!");
    }

    #[test]
    fn long_texts_end_in_an_ellipsis() {
        assert_eq!(at_most(4, "äöüß"), "äöüß");
        assert_eq!(at_most(4, "äöüßx"), "äöü…");
    }
}
