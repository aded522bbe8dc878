//! Scripts in HTML and in what is written like it.
//!
//! Source: [HTML: the script element](https://html.spec.whatwg.org/multipage/scripting.html#the-script-element).

use memchr::memchr;
use weighbridge_core::Span;

use super::Split;
use super::piece::Piece;

pub(super) fn split(text: &[u8]) -> Split {
    let mut split = Split::default();
    let mut at = 0;
    while let Some(open) = find(text, at, b"<script") {
        let attributes = open + b"<script".len();
        let Some(close) = memchr(b'>', &text[attributes..]).map(|found| attributes + found) else {
            break;
        };
        at = close + 1;
        if !text[attributes].is_ascii_whitespace() && text[attributes] != b'>' {
            continue;
        }
        let end = find(text, at, b"</script").unwrap_or(text.len());
        if let Some(mut piece) = language(&text[attributes..close]).and_then(Piece::called) {
            piece.copy(text, Span::new(at, end));
            split.pieces.push(piece);
        }
        at = end;
    }
    split.pieces.retain(|piece| !piece.is_blank());
    split
}

/// Where `tag`, in lower case, stands from `at` on, in any case.
fn find(text: &[u8], mut at: usize, tag: &[u8]) -> Option<usize> {
    loop {
        at += memchr(b'<', text.get(at..)?)?;
        if text
            .get(at..at + tag.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(tag))
        {
            return Some(at);
        }
        at += 1;
    }
}

/// The language of a script by its attributes; `None` for data and templates.
fn language(attributes: &[u8]) -> Option<&'static [u8]> {
    let lower = attributes.to_ascii_lowercase();
    let value = |name: &[u8]| {
        let at = memchr::memmem::find_iter(&lower, name).find(|at| *at > 0 && lower[at - 1].is_ascii_whitespace())?;
        let rest = lower[at + name.len()..]
            .trim_ascii_start()
            .strip_prefix(b"=")?
            .trim_ascii_start();
        let quoted = |quote: u8| {
            rest.strip_prefix(&[quote])
                .and_then(|rest| rest.split(|byte| *byte == quote).next())
        };
        let bare = || rest.split(u8::is_ascii_whitespace).next();
        quoted(b'"').or_else(|| quoted(b'\'')).or_else(bare).map(<[u8]>::to_vec)
    };
    let is_typed = |value: &[u8]| matches!(value, b"ts" | b"tsx" | b"typescript" | b"text/typescript");
    match (value(b"lang"), value(b"type")) {
        (Some(language), _) if is_typed(&language) => Some(b"ts"),
        (_, Some(kind)) if is_typed(&kind) => Some(b"ts"),
        (_, None) => Some(b"js"),
        (_, Some(kind)) => {
            let is_script = matches!(kind.as_slice(), b"" | b"module" | b"text/babel" | b"text/jsx" | b"jsx");
            let is_javascript = kind.ends_with(b"javascript") || kind.ends_with(b"ecmascript");
            (is_script || is_javascript).then_some(b"js")
        }
    }
}
