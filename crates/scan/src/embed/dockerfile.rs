//! `RUN`, `CMD`, `ENTRYPOINT` and `HEALTHCHECK` of Dockerfiles: lines for the shell, in each of their forms.
//!
//! Source: [Dockerfile reference](https://docs.docker.com/reference/dockerfile/).

use weighbridge_core::{SourcePath, Span};

use super::Split;
use super::json::{Reader, push_value};
use super::piece::{Piece, indent, lines, without_line_end};
use crate::language::by_interpreter;

/// `Dockerfile`, `Dockerfile.gpu`, `gpu.Dockerfile`, `Containerfile`.
pub(crate) fn is_one(path: &SourcePath) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    let names: [&[u8]; 2] = [b"dockerfile", b"containerfile"];
    let is_named = |known: &&[u8]| {
        let rest = name.strip_prefix(*known);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"."))
            || name.strip_suffix(*known).is_some_and(|rest| rest.ends_with(b"."))
    };
    names.iter().any(is_named)
}

pub(super) fn split(text: &[u8]) -> Split {
    let mut split = Split::default();
    let escape = escape(text);
    let mut is_posix = true;
    let mut all = lines(text).peekable();
    while let Some(first) = all.next() {
        let bytes = &text[first.range()];
        let Some((name, mut at)) = instruction(bytes) else {
            continue;
        };
        // The lines of the instruction; comments and empty lines may stand between them.
        let mut instruction = vec![without_line_end(text, first)];
        while ends_with_escape(text, *instruction.last().expect("there is a first line"), escape) {
            let Some(next) = all.next() else { break };
            let content = without_line_end(text, next);
            let trimmed = text[content.range()].trim_ascii();
            if !trimmed.is_empty() && !trimmed.starts_with(b"#") {
                instruction.push(content);
            } else if all.peek().is_none() {
                break;
            }
        }
        if name == b"SHELL" {
            let words = text[first.range()].to_ascii_lowercase();
            let has = |word: &[u8]| memchr::memmem::find(&words, word).is_some();
            is_posix = !has(b"powershell") && !has(b"pwsh") && !has(b"cmd");
            continue;
        }
        at += options(&bytes[at..]);
        instruction[0].start = (first.start + at).min(instruction[0].end);
        if text[instruction[0].range()].starts_with(b"[") {
            let until = instruction.last().map_or(first.end, |last| last.end);
            if let Some(piece) = exec_form(&text[..until], instruction[0].start) {
                split.pieces.push(piece);
                continue;
            }
        }
        let mut piece = Piece::shell();
        let mut marks = Vec::new();
        for line in &instruction {
            marks.extend(heredocs(&text[line.range()]));
            let is_continued = ends_with_escape(text, *line, escape);
            piece.copy(text, Span::new(line.start, line.end - usize::from(is_continued)));
            piece.add(if is_continued { b"\\\n" } else { b"\n" });
        }
        let is_bare = text[instruction[0].range()].starts_with(b"<<");
        for (mark, strips_tabs) in marks {
            let body: Vec<_> = std::iter::from_fn(|| {
                let line = all.next()?;
                let content = &text[without_line_end(text, line).range()];
                let content = if strips_tabs {
                    &content[content.iter().take_while(|byte| **byte == b'\t').count()..]
                } else {
                    content
                };
                (content != mark).then_some(line)
            })
            .collect();
            let head = body.first().map_or(&[][..], |line| &text[line.range()]);
            let other = by_interpreter(head).or_else(|| program(&text[instruction[0].range()]));
            match other.and_then(|language| Piece::called(language.name().as_bytes())) {
                Some(mut other) => {
                    body.iter().for_each(|line| other.copy(text, *line));
                    split.pieces.push(other);
                }
                // The body is the script itself, or text for a program that is not known.
                None if is_bare => {
                    piece = Piece::shell();
                    body.iter().for_each(|line| piece.copy(text, *line));
                }
                None => {}
            }
        }
        if is_posix {
            split.pieces.push(piece);
        }
    }
    split.pieces.retain(|piece| !piece.is_blank());
    split
}

/// The byte that continues a line: a directive at the top of the file may choose the backtick.
fn escape(text: &[u8]) -> u8 {
    let directive = lines(text)
        .map(|line| text[line.range()].trim_ascii())
        .take_while(|line| line.starts_with(b"#"))
        .find_map(|line| line[1..].trim_ascii_start().strip_prefix(b"escape"));
    let value = directive.and_then(|rest| rest.trim_ascii_start().strip_prefix(b"="));
    match value.map(<[u8]>::trim_ascii) {
        Some(b"`") => b'`',
        _ => b'\\',
    }
}

fn ends_with_escape(text: &[u8], line: Span, escape: u8) -> bool {
    text[line.range()].trim_ascii_end().last() == Some(&escape) && text[line.range()].last() == Some(&escape)
}

/// The instruction that a line begins with, if it runs something, in upper case; and where its argument begins.
fn instruction(line: &[u8]) -> Option<(&'static [u8], usize)> {
    const NAMES: [&[u8]; 4] = [b"RUN", b"CMD", b"ENTRYPOINT", b"SHELL"];
    let mut at = indent(line);
    loop {
        let length = line[at..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = &line[at..at + length];
        let behind = at + length + indent(&line[at + length..]);
        if let Some(name) = NAMES.into_iter().find(|name| word.eq_ignore_ascii_case(name)) {
            return (behind > at + length).then_some((name, behind));
        }
        // `ONBUILD RUN …`, `HEALTHCHECK --interval=5m CMD …`
        if !word.eq_ignore_ascii_case(b"ONBUILD") && !word.eq_ignore_ascii_case(b"HEALTHCHECK") {
            return None;
        }
        at = behind + options(&line[behind..]);
    }
}

/// Bytes of options such as `--mount=type=cache,target=/x`.
fn options(argument: &[u8]) -> usize {
    let mut at = 0;
    while argument[at..].starts_with(b"--") {
        at += argument[at..]
            .iter()
            .take_while(|byte| !byte.is_ascii_whitespace())
            .count();
        at += indent(&argument[at..]);
    }
    at
}

/// `["sh", "-c", "script"]` as its script, any other list as a command.
fn exec_form(text: &[u8], at: usize) -> Option<Piece> {
    let mut words = Vec::new();
    // The reader works on a text that begins with the list, so its places are moved.
    Reader::new(&text[at..]).strings(&mut words)?;
    words
        .iter_mut()
        .for_each(|word| *word = Span::new(word.start + at, word.end + at));
    let is = |index: usize, ends: &[&[u8]]| {
        let word = words.get(index).map(|word| &text[word.range()]);
        word.is_some_and(|word| {
            ends.iter()
                .any(|end| word == *end || (word.ends_with(end) && word.starts_with(b"/")))
        })
    };
    let mut piece = Piece::shell();
    if is(0, &[b"sh", b"bash", b"dash", b"ash", b"zsh"]) && is(1, &[b"-c", b"-ec", b"-lc", b"-xc", b"-exc"]) {
        push_value(&mut piece, text, *words.get(2)?);
        return Some(piece);
    }
    for word in words {
        push_value(&mut piece, text, word);
        piece.add(b" ");
    }
    Some(piece)
}

/// The marks of here-documents that a line opens, each with whether tabs before it do not count.
fn heredocs(line: &[u8]) -> Vec<(&[u8], bool)> {
    let mut marks = Vec::new();
    for at in memchr::memmem::find_iter(line, b"<<") {
        let rest = &line[at + 2..];
        if rest.starts_with(b"<") || line[..at].ends_with(b"<") {
            continue;
        }
        let (rest, strips_tabs) = rest.strip_prefix(b"-").map_or((rest, false), |rest| (rest, true));
        let rest = rest
            .strip_prefix(b"\"")
            .or_else(|| rest.strip_prefix(b"'"))
            .unwrap_or(rest);
        let length = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .count();
        if length > 0 && !rest[0].is_ascii_digit() {
            marks.push((&rest[..length], strips_tabs));
        }
    }
    marks
}

/// The language of the program that a here-document is for: `python3 <<EOF`.
fn program(command: &[u8]) -> Option<weighbridge_core::Language> {
    let before = &command[..memchr::memmem::find(command, b"<<")?];
    let last = before.rsplit(|byte| b"&|;".contains(byte)).next()?.trim_ascii();
    let word = last.split(u8::is_ascii_whitespace).next()?;
    let is_shell = [&b"sh"[..], b"bash"].contains(&word);
    (!word.is_empty() && !is_shell)
        .then(|| by_interpreter(&[b"#!", word].concat()))
        .flatten()
}
