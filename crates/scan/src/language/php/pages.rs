//! Where the code of a page begins and ends, and literals with code in them.

use memchr::{memchr3, memmem};
use weighbridge_core::Span;

use super::{BY_LINES, LEXIS};
use crate::code::lexed::{Lexed, Quiet};
use crate::code::lexer;
use crate::code::lexis::Odd;
use crate::word::{is_boundary, is_word};

/// Code between braces in a text that is looked at.
const MAX_INSIDE: usize = 256;
/// After so many heredocs that do not close none is looked for.
const MAX_OPEN_HEREDOCS: usize = 64;

/// The structure of a page. The text around the code is quiet; each piece of code ends its last statement.
///
/// Where a string does not close, nobody knows which one it is, and strings end with their lines.
pub(super) fn lex(text: &[u8]) -> Lexed {
    let outside = outside(text);
    let mut code = text.to_vec();
    for span in &outside {
        code[span.range()].fill(b' ');
        // The sign of `<?=` stays: it stands for `echo`.
        if text[span.range()].ends_with(b"<?=") {
            code[span.end - 1] = b'=';
        }
        // `?>` ends a line comment, and a statement.
        if span.start > 0 {
            code[span.start..span.start + 2].copy_from_slice(b"\n;");
        }
    }
    let mut lexed = lexer::lex(&code, &LEXIS);
    if lexed.is_broken {
        lexed = lexer::lex(&code, &BY_LINES);
    }
    if !outside.is_empty() {
        lexed.quiet.extend(outside.into_iter().map(|span| Quiet {
            span: Span::new(span.start, span.end - usize::from(text[span.range()].ends_with(b"<?="))),
            is_comment: false,
        }));
        lexed.quiet.sort_by_key(|quiet| quiet.span.start);
        // A string that spans the end of a piece of code, which only broken code has.
        let mut end = 0;
        lexed.quiet.retain_mut(|quiet| {
            quiet.span.start = quiet.span.start.max(end);
            end = end.max(quiet.span.end);
            quiet.span.start < quiet.span.end
        });
    }
    lexed
}

/// What is no code, tags included.
fn outside(text: &[u8]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut start = 0;
    loop {
        let Some(inside) = opening(text, start) else {
            if start > 0 {
                spans.push(Span::new(start, text.len()));
            }
            break;
        };
        spans.push(Span::new(start, inside));
        match closing(text, inside) {
            Some(end) => start = end,
            None => break,
        }
    }
    spans.retain(|span| span.start < span.end);
    spans
}

/// Behind the next tag that begins code.
fn opening(text: &[u8], from: usize) -> Option<usize> {
    for at in memmem::find_iter(&text[from..], b"<?").map(|at| from + at) {
        let behind = &text[at + 2..];
        if behind.starts_with(b"=") {
            return Some(at + 3);
        }
        if behind.get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"php")) {
            return Some(at + 5);
        }
        if behind.first().is_none_or(u8::is_ascii_whitespace) {
            return Some(at + 2);
        }
    }
    None
}

/// The tag that ends the code which begins at `from`: one that stands in no string and no block comment.
fn closing(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    let mut open_heredocs = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'?' if text[at..].starts_with(b"?>") => return Some(at),
            b'\\' => at += 2,
            b'\'' | b'"' => at = string_end(text, at).unwrap_or(at + 1),
            b'/' if text[at..].starts_with(b"/*") => {
                at = memmem::find(&text[at + 2..], b"*/").map_or(text.len(), |length| at + length + 4);
            }
            // A tag ends a line comment too; an apostrophe in one begins nothing.
            b'/' if text[at..].starts_with(b"//") => at += comment_length(&text[at..]),
            b'#' => at += comment_length(&text[at..]),
            b'<' if text[at..].starts_with(b"<<<") && open_heredocs < MAX_OPEN_HEREDOCS => {
                if let Odd::Literal(length) = heredoc(&text[at..]) {
                    at += length;
                } else {
                    open_heredocs += 1;
                    at += 3;
                }
            }
            _ => at += 1,
        }
    }
    None
}

fn comment_length(text: &[u8]) -> usize {
    let line = memchr::memchr(b'\n', text).unwrap_or(text.len());
    memmem::find(&text[..line], b"?>").unwrap_or(line).max(1)
}

fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let quote = text[start];
    let mut at = start + 1;
    loop {
        at += memchr3(quote, b'\\', b'{', text.get(at..)?)?;
        match text[at] {
            b'\\' => at += 2,
            b'{' if quote == b'"' && text[at..].starts_with(b"{$") => at = expression_end(text, at),
            b'{' => at += 1,
            _ => return Some(at + 1),
        }
    }
}

/// Behind `{$…}`, or behind its brace if it does not close near.
fn expression_end(text: &[u8], start: usize) -> usize {
    let near = &text[start..text.len().min(start + MAX_INSIDE)];
    let mut depth = 0_usize;
    for (at, byte) in near.iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return start + at + 1,
            b'}' => depth -= 1,
            b'\n' => break,
            _ => {}
        }
    }
    start + 1
}

/// Strings in double quotes, and heredocs.
pub(super) fn odd(text: &[u8], at: usize) -> Odd {
    match text[at] {
        b'"' => string_end(text, at).map_or(Odd::Open, |end| Odd::Literal(end - at)),
        b'<' => heredoc(&text[at..]),
        _ => Odd::None,
    }
}

/// `<<<NAME`, to the line that begins with the name.
fn heredoc(text: &[u8]) -> Odd {
    let Some(behind) = text.strip_prefix(b"<<<") else {
        return Odd::None;
    };
    let behind = behind.trim_ascii_start();
    let quoted = behind
        .strip_prefix(b"'")
        .or_else(|| behind.strip_prefix(b"\""))
        .unwrap_or(behind);
    let length = quoted.iter().take_while(|byte| is_word(**byte)).count();
    if length == 0 {
        return Odd::None;
    }
    let name = &quoted[..length];
    let offset = text.len() - quoted.len() + length;
    for found in memmem::find_iter(&text[offset..], name).map(|found| offset + found) {
        let blanks = text[..found]
            .iter()
            .rev()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        if text[..found - blanks].ends_with(b"\n") && is_boundary(text, found + length) {
            return Odd::Literal(found + length);
        }
    }
    Odd::Open
}
