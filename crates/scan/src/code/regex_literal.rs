//! Regular expressions between slashes, as JavaScript has them: a slash can also divide.

use memchr::memchr;

use crate::word::is_word;

/// Words behind which an expression begins.
const BEFORE_EXPRESSION: [&[u8]; 13] = [
    b"return", b"typeof", b"case", b"in", b"of", b"delete", b"void", b"throw", b"new", b"else", b"do", b"yield",
    b"await",
];
const MAX_WORD_BYTES: usize = 10;

/// Whether a slash behind this code stands where an expression can begin.
pub(crate) fn may_begin(code: &[u8]) -> bool {
    let before = code.trim_ascii_end();
    let Some(&last) = before.last() else { return true };
    if !is_word(last) {
        return !b")]\"'`<$".contains(&last);
    }
    let near = &before[before.len().saturating_sub(MAX_WORD_BYTES)..];
    let word = near.iter().rposition(|byte| !is_word(*byte)).map_or(0, |at| at + 1);
    BEFORE_EXPRESSION.contains(&&near[word..])
}

/// The length of the regular expression at the beginning of `text`, flags left out; else how much was searched for its end.
pub(crate) fn length(text: &[u8]) -> Result<usize, usize> {
    let near = &text[..text.len().min(MAX_REGEX_BYTES)];
    let line = &near[..memchr(b'\n', near).unwrap_or(near.len())];
    let (mut at, mut in_class) = (1, false);
    while let Some(byte) = line.get(at) {
        match byte {
            b'\\' => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'/' if !in_class => return Ok(at + 1),
            _ => {}
        }
        at += 1;
    }
    Err(line.len())
}

/// Longer regular expressions are not taken for one.
const MAX_REGEX_BYTES: usize = 4096;
