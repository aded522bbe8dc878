//! Where a name is bound, as far as indentation shows it.

use std::cell::{OnceCell, RefCell};

use memchr::memmem;
use rustc_hash::FxHashMap;

use super::File;
use super::lexer::Line;
use crate::word::is_word;

/// What is known of the blocks of a file; worked out when a rule first asks.
#[derive(Default)]
pub(crate) struct Scopes {
    /// For each logical line the line that opens its block.
    parents: OnceCell<Vec<Option<usize>>>,
    /// Whether the block that a line opens (the module for `None`) binds a name.
    bound: RefCell<FxHashMap<(Option<usize>, String), bool>>,
}

/// The name of the function around the line that holds `offset`; empty at module level.
pub(crate) fn function_name(file: &File<'_>, offset: usize) -> String {
    let name = enclosing_lines(file, offset).find_map(|header| Some(definition(file, &file.lexed.lines[header])?.0));
    name.map_or_else(String::new, |name| String::from_utf8_lossy(name).into_owned())
}

/// The line that begins the function around `offset`; `None` at module level.
pub(crate) fn function_header(file: &File<'_>, offset: usize) -> Option<usize> {
    enclosing_lines(file, offset).find(|header| definition(file, &file.lexed.lines[*header]).is_some())
}

/// The logical lines of the function that a line begins, or of the whole module.
pub(crate) fn function_lines<'f>(file: &'f File<'_>, header: Option<usize>) -> &'f [Line] {
    let lines = &file.lexed.lines;
    let Some(header) = header else { return lines };
    let body = &lines[header + 1..];
    let length = body
        .iter()
        .take_while(|line| line.indent() > lines[header].indent())
        .count();
    &body[..length]
}

/// Whether `name`, used at `offset`, is something of the file's own: defined, assigned or a parameter.
///
/// Asked only about names that no import binds.
pub(crate) fn is_rebound(file: &File<'_>, name: &str, offset: usize) -> bool {
    let functions =
        enclosing_lines(file, offset).filter(|header| definition(file, &file.lexed.lines[*header]).is_some());
    functions.map(Some).chain(std::iter::once(None)).any(|scope| {
        let known = file.scopes.bound.borrow().get(&(scope, name.to_owned())).copied();
        known.unwrap_or_else(|| {
            let is_bound = is_bound_in(file, scope, name);
            file.scopes
                .bound
                .borrow_mut()
                .insert((scope, name.to_owned()), is_bound);
            is_bound
        })
    })
}

/// Whether the function that a line opens, or the module, binds `name`.
fn is_bound_in(file: &File<'_>, scope: Option<usize>, name: &str) -> bool {
    let lines = &file.lexed.lines;
    let Some(header) = scope else {
        return lines.iter().any(|line| line.indent() == 0 && binds(file, line, name));
    };
    let is_parameter = definition(file, &lines[header]).is_some_and(|(_, parameters)| has_parameter(parameters, name));
    let body = lines[header + 1..]
        .iter()
        .take_while(|line| line.indent() > lines[header].indent());
    is_parameter || body.into_iter().any(|line| binds(file, line, name))
}

/// The lines that open the blocks around `offset`, innermost first.
pub(crate) fn enclosing_lines<'f>(file: &'f File<'_>, offset: usize) -> impl Iterator<Item = usize> + 'f {
    let parents = file.scopes.parents.get_or_init(|| parents(&file.lexed.lines));
    let line = file.lexed.line_at(offset);
    std::iter::successors(line.and_then(|line| parents[line]), move |header| parents[*header])
}

/// For each line the nearest line above that is indented less.
fn parents(lines: &[Line]) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut parents = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        while open.last().is_some_and(|last| lines[*last].indent() >= line.indent()) {
            open.pop();
        }
        parents.push(open.last().copied());
        open.push(index);
    }
    parents
}

/// Whether a line begins a function.
pub(crate) fn is_definition(file: &File<'_>, line: &Line) -> bool {
    definition(file, line).is_some()
}

/// Name and parameters of the function that a line begins.
pub(crate) fn definition<'f>(file: &'f File<'_>, line: &Line) -> Option<(&'f [u8], &'f [u8])> {
    let code = &file.text()[line.code().range()];
    let code = code.strip_prefix(b"async ").map_or(code, <[u8]>::trim_ascii_start);
    let rest = code.strip_prefix(b"def ")?.trim_ascii_start();
    let length = rest.iter().take_while(|byte| is_word(**byte)).count();
    Some((&rest[..length], &rest[length..]))
}

fn has_parameter(parameters: &[u8], name: &str) -> bool {
    words(parameters, name).any(|at| {
        let before = parameters[..at].trim_ascii_end();
        before.ends_with(b"(") || before.ends_with(b",") || before.ends_with(b"*")
    })
}

/// Whether the line defines `name`, or assigns to it at its beginning.
fn binds(file: &File<'_>, line: &Line, name: &str) -> bool {
    let code = &file.text()[line.code().range()];
    if let Some(rest) = code.strip_prefix(name.as_bytes()) {
        let rest = rest.trim_ascii_start();
        return rest.starts_with(b"=") && !rest.starts_with(b"==");
    }
    let defined = [&b"def "[..], b"class ", b"async def ", b"for "]
        .iter()
        .find_map(|word| code.strip_prefix(*word));
    defined.is_some_and(|rest| {
        let rest = rest.trim_ascii_start();
        rest.starts_with(name.as_bytes()) && !rest.get(name.len()).is_some_and(|byte| is_word(*byte))
    })
}

/// Offsets at which `name` stands as a whole word.
fn words<'t>(text: &'t [u8], name: &'t str) -> impl Iterator<Item = usize> + 't {
    memmem::find_iter(text, name.as_bytes()).filter(move |&at| {
        let is_start = at == 0 || !is_word(text[at - 1]);
        is_start && !text.get(at + name.len()).is_some_and(|byte| is_word(*byte))
    })
}
