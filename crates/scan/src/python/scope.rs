//! Where a name is bound, as far as indentation shows it.

use memchr::memmem;

use super::File;
use super::lexer::{Line, is_word};

/// The name of the function around the line that holds `offset`; empty at module level.
pub(crate) fn function_name(file: &File<'_>, offset: usize) -> String {
    enclosing_headers(file, offset)
        .find_map(|line| {
            let parameters_at = definition(file, &line)?;
            Some(String::from_utf8_lossy(parameters_at.0).into_owned())
        })
        .unwrap_or_default()
}

/// Whether `name`, used at `offset`, is something of the file's own: defined, assigned or a parameter.
///
/// Asked only about names that no import binds, and only for matches, of which there are few.
pub(crate) fn is_rebound(file: &File<'_>, name: &str, offset: usize) -> bool {
    let is_module_level = file
        .lexed
        .lines
        .iter()
        .any(|line| line.indent() == 0 && binds(file, line, name));
    is_module_level
        || enclosing_headers(file, offset)
            .any(|line| definition(file, &line).is_some_and(|(_, parameters)| has_parameter(parameters, name)))
        || is_bound_in_function(file, name, offset)
}

/// Block headers around `offset`, innermost first.
fn enclosing_headers<'f>(file: &'f File<'_>, offset: usize) -> impl Iterator<Item = Line> + 'f {
    let index = file.lexed.line_at(offset);
    let mut indent = index.map_or(0, |index| file.lexed.lines[index].indent());
    let before = &file.lexed.lines[..index.unwrap_or(0)];
    before.iter().rev().filter_map(move |line| {
        if line.indent() < indent {
            indent = line.indent();
            return Some(*line);
        }
        None
    })
}

/// Name and parameters of the function that a line begins.
fn definition<'f>(file: &'f File<'_>, line: &Line) -> Option<(&'f [u8], &'f [u8])> {
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

/// Whether a line of the function around `offset` assigns to `name`.
fn is_bound_in_function(file: &File<'_>, name: &str, offset: usize) -> bool {
    let Some(header) = enclosing_headers(file, offset).find(|line| definition(file, line).is_some()) else {
        return false;
    };
    let body = file.lexed.lines.iter().skip_while(|line| line.start <= header.start);
    let body = body.take_while(|line| line.indent() > header.indent());
    body.into_iter().any(|line| binds(file, line, name))
}

/// Offsets at which `name` stands as a whole word.
fn words<'t>(text: &'t [u8], name: &'t str) -> impl Iterator<Item = usize> + 't {
    memmem::find_iter(text, name.as_bytes()).filter(move |&at| {
        let is_start = at == 0 || !is_word(text[at - 1]);
        is_start && !text.get(at + name.len()).is_some_and(|byte| is_word(*byte))
    })
}
