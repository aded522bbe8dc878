//! Prompts in Python: constants that are given to names such as `SYSTEM_PROMPT`, to `system=`, and to `content` in messages.
//!
//! Read with the lexer that rules for Python use; strings beside each other are one text. What is put together at run time is read as far
//! as it is constant. Source: [string literals](https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals).

use memchr::memmem;
use weighbridge_core::Span;

use super::Split;
use super::piece::Piece;
use crate::prompt::scalar::{Escapes, push_escaped};
use crate::prompt::template::Engine;
use crate::prompt::texts::{Speaker, is_prose, speaker_of_key};
use crate::prompt::{Context, Role};
use crate::python::lexer::{self, Lexed};
use crate::word::is_word;

/// Bytes before a string in which its name is looked for.
const BEFORE: usize = 120;

pub(super) fn split(text: &[u8]) -> Split {
    let mut split = Split::default();
    let lexed = lexer::lex(text);
    let quiet = lexed.quiet.iter().filter(|quiet| !quiet.is_comment);
    let mut strings: Vec<_> = quiet
        .map(|quiet| quiet.span)
        .chain(lexed.formatted.iter().copied())
        .collect();
    strings.sort_unstable();
    let mut at = 0;
    while at < strings.len() {
        let first = at;
        at += 1;
        while at < strings.len() && is_beside(text, &lexed, strings[at - 1].end, strings[at].start) {
            at += 1;
        }
        let Some(Speaker(role)) = speaker_of(text, strings[first].start - prefix_length(text, strings[first].start))
        else {
            continue;
        };
        let mut piece = Piece::prompt(Context {
            role,
            engine: Engine::Unknown,
        });
        strings[first..at].iter().for_each(|span| push(&mut piece, text, *span));
        if String::from_utf8_lossy(piece.text.text())
            .as_ref()
            .lines()
            .any(is_prose)
        {
            split.pieces.push(piece);
        }
    }
    split
}

/// Whether only white space and comments stand between two strings.
fn is_beside(text: &[u8], lexed: &Lexed, mut from: usize, to: usize) -> bool {
    let to = to - prefix_length(text, to);
    while from < to {
        match text[from] {
            byte if byte.is_ascii_whitespace() || byte == b'\\' => from += 1,
            b'#' => match lexed.quiet_at(from) {
                Some(quiet) if quiet.is_comment => from = quiet.span.end,
                _ => return false,
            },
            _ => return false,
        }
    }
    true
}

/// Who speaks in the string at `start`, if it is a prompt by the name that it is given to.
fn speaker_of(text: &[u8], start: usize) -> Option<Speaker> {
    let before = text[start.saturating_sub(BEFORE)..start].trim_ascii_end();
    // `textwrap.dedent("""…`, `prompt = (`
    let before = before.strip_suffix(b"(").map_or(before, <[u8]>::trim_ascii_end);
    let before = before.strip_suffix(b"dedent").map_or(before, |rest| {
        rest.strip_suffix(b"textwrap.").unwrap_or(rest).trim_ascii_end()
    });
    if let Some(before) = before.strip_suffix(b"=") {
        if before.ends_with(b"=") || before.ends_with(b"!") {
            return None;
        }
        let before = before.strip_suffix(b"+").unwrap_or(before).trim_ascii_end();
        // `NAME: str =`
        let before = [&b": str"[..], b": Final", b": Final[str]"]
            .iter()
            .find_map(|hint| before.strip_suffix(*hint))
            .unwrap_or(before);
        let name = last_word(before);
        let is_argument = before[..before.len() - name.len()].trim_ascii_end().ends_with(b",")
            || before[..before.len() - name.len()].trim_ascii_end().ends_with(b"(");
        if name == b"system" && is_argument {
            return Some(Speaker(Some(Role::System)));
        }
        return speaker_of_key(std::str::from_utf8(name).ok()?);
    }
    let before = before.strip_suffix(b":")?.trim_ascii_end();
    let quote = *before.last().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let name = last_word(&before[..before.len() - 1]);
    if name != b"content" {
        return speaker_of_key(std::str::from_utf8(name).ok()?);
    }
    // `{"role": "system", "content": "…"}`
    let rest = &before[..before.len() - 1 - name.len() - usize::from(quote > 0)];
    let rest = rest.trim_ascii_end().strip_suffix(b",")?.trim_ascii_end();
    let rest = &rest[..rest.len() - usize::from(rest.last().is_some_and(|byte| matches!(byte, b'"' | b'\'')))];
    let role = Role::named(std::str::from_utf8(last_word(rest)).ok()?)?;
    memmem::find(rest, b"role").map(|_| Speaker(Some(role)))
}

fn last_word(text: &[u8]) -> &[u8] {
    let start = text.iter().rposition(|byte| !is_word(*byte)).map_or(0, |at| at + 1);
    &text[start..]
}

/// How many letters stand before the quote at `quote` and belong to the string: `r`, `f`, `rb`.
fn prefix_length(text: &[u8], quote: usize) -> usize {
    let before = &text[quote.saturating_sub(3)..quote];
    let letters = before
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    if letters < 3 { letters } else { 0 }
}

/// Appends the text of a string, which begins with its quote: without quotes, escapes undone unless it is raw.
fn push(piece: &mut Piece, text: &[u8], span: Span) {
    let bytes = &text[span.range()];
    let prefix = &text[span.start - prefix_length(text, span.start)..span.start];
    let is_raw = prefix.iter().any(|byte| byte.eq_ignore_ascii_case(&b'r'));
    let is_long = bytes.len() >= 6 && bytes[1] == bytes[0] && bytes[2] == bytes[0];
    let quotes = if is_long { 3 } else { 1 };
    let start = span.start + quotes;
    let inside = Span::new(start, span.end.saturating_sub(quotes).max(start));
    if is_raw {
        piece.copy(text, inside);
    } else {
        push_escaped(&mut piece.text, text, inside, Escapes::Python);
    }
}
