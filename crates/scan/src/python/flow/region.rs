//! Cuts out the function, or the top level of the module, that is to be followed, and parses it.

use tree_sitter::Tree;
use weighbridge_core::Span;

use super::super::File;
use super::super::lexer::Line;
use super::super::scope::{enclosing_lines, is_definition};
use crate::code::snippet::Snippet;
use crate::word::is_word;

/// Larger functions and modules are not followed.
const MAX_BYTES: usize = 48 << 10;

/// What is followed as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Scope {
    /// The statements outside of functions.
    Module,
    /// The function whose header is the logical line with this index.
    Function(usize),
}

/// The text of a scope, and its tree.
pub(crate) struct Region {
    pub(crate) snippet: Snippet,
    pub(crate) tree: Tree,
}

/// The outermost function around `offset`, or the module.
pub(crate) fn scope_at(file: &File<'_>, offset: usize) -> Scope {
    // `def f(x): eval(x)` is its own header.
    let own = file.lexed.line_at(offset);
    let lines = own.into_iter().chain(enclosing_lines(file, offset));
    lines
        .filter(|line| is_definition(file, &file.lexed.lines[*line]))
        .last()
        .map_or(Scope::Module, Scope::Function)
}

/// The scope as it is parsed, without the statements that begin behind `end`; `None` if it is too large or the parser's budget runs
/// out.
pub(crate) fn region(file: &File<'_>, scope: Scope, end: usize) -> Option<Region> {
    let snippet = match scope {
        Scope::Module => module(file, end)?,
        Scope::Function(header) => function(file, header, end)?,
    };
    let tree = super::parse_text(file, snippet.text())?;
    Some(Region { snippet, tree })
}

/// The function with its decorators, as if it stood at the margin.
fn function(file: &File<'_>, header: usize, end: usize) -> Option<Snippet> {
    let lines = &file.lexed.lines;
    let margin = lines[header].indent();
    let body = &lines[header + 1..];
    let body_margin = body.first().map_or(margin, Line::indent);
    let is_needed = |line: &&Line| line.indent() > margin && (line.start < end || line.indent() > body_margin);
    let body = body.iter().take_while(is_needed).count();
    let mut snippet = Snippet::default();
    for line in &lines[first_decorator(file, header)..=header + body] {
        push_line(&mut snippet, file, indented(line, margin));
        if snippet.text().len() > MAX_BYTES {
            return None;
        }
    }
    Some(snippet)
}

/// The line of the first decorator of the function that a line begins; that line itself if it has none.
pub(super) fn first_decorator(file: &File<'_>, header: usize) -> usize {
    let lines = &file.lexed.lines;
    let margin = lines[header].indent();
    let is_decorator = |line: &&Line| line.indent() == margin && code(file, line).starts_with(b"@");
    header - lines[..header].iter().rev().take_while(is_decorator).count()
}

/// The module with `pass` in the place of every function.
fn module(file: &File<'_>, end: usize) -> Option<Snippet> {
    let mut snippet = Snippet::default();
    let mut skipped: Option<usize> = None;
    for line in &file.lexed.lines {
        if skipped.is_some_and(|margin| line.indent() > margin) {
            continue;
        }
        if line.start >= end && line.indent() == 0 {
            break;
        }
        skipped = None;
        if is_definition(file, line) {
            skipped = Some(line.indent());
            snippet.add(b" ".repeat(line.indent()).as_slice());
            snippet.add(b"pass\n");
        } else if !code(file, line).starts_with(b"@") {
            push_line(&mut snippet, file, indented(line, 0));
        }
        if snippet.text().len() > MAX_BYTES {
            return None;
        }
    }
    Some(snippet)
}

/// The logical lines with these indices, all of them at the margin.
pub(crate) fn region_of_lines(file: &File<'_>, lines: &[usize]) -> Option<Region> {
    let mut snippet = Snippet::default();
    for &index in lines {
        push_line(&mut snippet, file, indented(&file.lexed.lines[index], 0));
        if snippet.text().len() > MAX_BYTES {
            return None;
        }
    }
    let tree = super::parse_text(file, snippet.text())?;
    Some(Region { snippet, tree })
}

fn push_line(snippet: &mut Snippet, file: &File<'_>, code: Span) {
    snippet.copy(file.text(), code);
    snippet.add(b"\n");
}

/// The word a line begins with.
pub(super) fn first_word<'f>(file: &'f File<'_>, line: &Line) -> &'f [u8] {
    let code = code(file, line);
    let length = code.iter().take_while(|byte| is_word(**byte)).count();
    &code[..length]
}

pub(super) fn code<'f>(file: &'f File<'_>, line: &Line) -> &'f [u8] {
    &file.text()[line.code().range()]
}

/// The line without its first `margin` bytes; those of a byte-order mark are no indentation.
fn indented(line: &Line, margin: usize) -> Span {
    let start = if line.start == 0 {
        line.code_start
    } else {
        line.start + margin
    };
    Span::new(start.min(line.code_start), line.code_end)
}
