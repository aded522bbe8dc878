//! Fenced blocks of Markdown: each by itself, in the language behind the fence.
//!
//! More lenient than [CommonMark §4.5](https://spec.commonmark.org/0.31.2/#fenced-code-blocks): what a model writes is often indented too
//! far, or ends in the middle. A fence in a list or quotation may be indented by anything; one that does not close runs to the end.

use memchr::memmem;
use weighbridge_core::Span;

use super::Split;
use super::piece::{Piece, lines, without_line_end};
use crate::language::by_interpreter;

/// An open fence.
struct Fence {
    byte: u8,
    length: usize,
    /// Bytes before the fence on its line: indentation and marks of quotations.
    indent: usize,
    is_quoted: bool,
    content: Content,
}

/// What stands in a fence.
enum Content {
    /// Code in a language that is known.
    Code(Piece, Style),
    /// Markdown, in which further fences count.
    Markdown,
    /// Nothing that is searched.
    Other,
}

/// How the lines of a block are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    /// Lines of a shell, which may begin with a prompt `$ `.
    Shell,
    /// A session of a shell: only lines with a prompt are commands.
    ShellSession,
    /// A session of Python: `>>> ` and `... `.
    PythonSession,
}

pub(super) fn split(text: &[u8]) -> Split {
    let mut split = Split::default();
    if memmem::find(text, b"```").is_none() && memmem::find(text, b"~~~").is_none() {
        return split;
    }
    let mut open: Vec<Fence> = Vec::new();
    let mut lines = lines(text).peekable();
    while let Some(line) = lines.next() {
        let content = without_line_end(text, line);
        let (start, is_quoted) = prefix(&text[content.range()]);
        let inside = &text[content.start + start..content.end];
        if let Some(fence) = open.last() {
            let closes = run(inside).is_some_and(|(byte, length)| {
                byte == fence.byte && length >= fence.length && inside[length..].trim_ascii().is_empty()
            });
            if closes || (fence.is_quoted && !is_quoted) {
                let fence = open.pop();
                split.pieces.extend(fence.and_then(Fence::into_piece));
                if closes {
                    continue;
                }
            }
        }
        if let Some(fence) = open.last_mut()
            && !matches!(fence.content, Content::Markdown)
        {
            if let Content::Code(piece, style) = &mut fence.content {
                let dedented = Span::new(
                    line.start + removable(&text[line.range()], fence.indent, fence.is_quoted),
                    line.end,
                );
                push(piece, *style, text, dedented);
            }
            continue;
        }
        let Some((byte, length)) = run(inside) else { continue };
        let info = inside[length..].trim_ascii();
        if byte == b'`' && info.contains(&b'`') {
            continue;
        }
        let first = lines.peek().map_or(&[][..], |next| &text[next.range()]);
        open.push(Fence {
            byte,
            length,
            indent: start,
            is_quoted,
            content: content_of(info, first),
        });
    }
    split.pieces.extend(open.into_iter().filter_map(Fence::into_piece));
    split.pieces.retain(|piece| !piece.is_blank());
    split
}

impl Fence {
    fn into_piece(self) -> Option<Piece> {
        match self.content {
            Content::Code(piece, _) => Some(piece),
            Content::Markdown | Content::Other => None,
        }
    }
}

/// Bytes of indentation, marks of quotations and bullets before what a line says, and whether it is a quotation.
fn prefix(line: &[u8]) -> (usize, bool) {
    let mut at = 0;
    let mut is_quoted = false;
    while let Some(byte) = line.get(at) {
        match byte {
            b' ' | b'\t' => at += 1,
            b'>' => {
                is_quoted = true;
                at += 1;
            }
            b'-' | b'*' | b'+' if line.get(at + 1) == Some(&b' ') => at += 2,
            b'0'..=b'9' => {
                let digits = line[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                match line.get(at + digits..at + digits + 2) {
                    Some(b". " | b") ") => at += digits + 2,
                    _ => break,
                }
            }
            _ => break,
        }
    }
    (at, is_quoted)
}

/// The byte of a fence and how often it stands, at the beginning of a text.
fn run(text: &[u8]) -> Option<(u8, usize)> {
    let &byte = text.first().filter(|byte| b"`~".contains(byte))?;
    let length = text.iter().take_while(|other| **other == byte).count();
    (length >= 3).then_some((byte, length))
}

/// Bytes of white space, and of marks of a quotation, that the block does not hold: at most as many as stand before its fence.
fn removable(line: &[u8], indent: usize, is_quoted: bool) -> usize {
    let is_margin = |byte: &&u8| b" \t".contains(byte) || (is_quoted && **byte == b'>');
    line.iter().take(indent).take_while(is_margin).count()
}

/// What a fence holds by the words behind it: `python title="a"`, `{.python}`, `{python}`, `{code-cell} python`, `rust,ignore`.
fn content_of(info: &[u8], first_line: &[u8]) -> Content {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+#_-".contains(byte);
    let mut words = info.split(|byte| !is_letter(byte)).filter(|word| !word.is_empty());
    let word = words.find(|word| !matches!(*word, b"code-cell" | b"code-block" | b"sourceCode"));
    let Some(word) = word.map(<[u8]>::to_ascii_lowercase) else {
        let piece = by_interpreter(first_line).and_then(|language| Piece::called(language.name().as_bytes()));
        return piece.map_or(Content::Other, |piece| Content::Code(piece, Style::Plain));
    };
    let (name, style): (&[u8], _) = match word.as_slice() {
        b"md" | b"markdown" | b"mdx" | b"qmd" => return Content::Markdown,
        b"pycon" | b"python-repl" | b"doctest" => (b"python", Style::PythonSession),
        b"console" | b"shell-session" | b"shellsession" | b"terminal" | b"bash-session" => (b"sh", Style::ShellSession),
        b"sh" | b"bash" | b"shell" | b"zsh" => (b"sh", Style::Shell),
        other => (other, Style::Plain),
    };
    Piece::called(name).map_or(Content::Other, |piece| Content::Code(piece, style))
}

/// Appends a line of a block.
fn push(piece: &mut Piece, style: Style, text: &[u8], line: Span) {
    let bytes = &text[line.range()];
    let prompts: &[&[u8]] = match style {
        Style::Plain => &[],
        Style::Shell | Style::ShellSession => &[b"$ "],
        Style::PythonSession => &[b">>> ", b"... "],
    };
    let prompt = prompts
        .iter()
        .find(|prompt| bytes.starts_with(prompt))
        .map(|prompt| prompt.len());
    // An answer of the program is no code, but what a backslash continues is.
    let is_continued = || piece.text.text().ends_with(b"\\\n");
    let is_session = matches!(style, Style::ShellSession | Style::PythonSession);
    if is_session && prompt.is_none() && !is_continued() {
        return;
    }
    piece.copy(text, Span::new(line.start + prompt.unwrap_or(0), line.end));
}
