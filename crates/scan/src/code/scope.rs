//! What a file defines itself, and the functions around a place.

use std::cell::RefCell;

use memchr::memmem;
use rustc_hash::FxHashMap;
use weighbridge_core::Span;

use super::file::File;
use crate::word::{is_boundary, is_word};

/// Definitions of names, looked for once: the statements that hold them.
pub(crate) type Definitions = RefCell<FxHashMap<String, Vec<Definition>>>;

/// A definition of a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Definition {
    statement: usize,
    /// Whether the name is a parameter, known only in the block of the statement.
    is_parameter: bool,
}

/// Whether `name`, used at `offset`, is something of the file's own: defined, declared or a parameter.
pub(crate) fn is_own(file: &File<'_>, name: &str, offset: usize) -> bool {
    let Some((used_in, _)) = file.lexed.statement_at(offset) else {
        return false;
    };
    if !file.definitions.borrow().contains_key(name) {
        let found = definitions(file, name);
        file.definitions.borrow_mut().insert(name.to_owned(), found);
    }
    let definitions = file.definitions.borrow();
    let Some(known) = definitions.get(name).filter(|known| !known.is_empty()) else {
        return false;
    };
    known.iter().any(|definition| {
        let is_around = |outer: usize| outer == used_in || file.lexed.around(used_in).any(|around| around == outer);
        if definition.is_parameter {
            is_around(definition.statement)
        } else {
            file.lexed.statements[definition.statement].parent.is_none_or(is_around)
        }
    })
}

fn definitions(file: &File<'_>, name: &str) -> Vec<Definition> {
    let text = file.text();
    let found = memmem::find_iter(text, name.as_bytes())
        .filter(|&at| is_boundary(text, at) && is_boundary(text, at + name.len()) && file.lexed.quiet_at(at).is_none());
    found
        .filter_map(|at| {
            let (statement, piece) = file.lexed.statement_at(at)?;
            let before = text[piece.start..at].trim_ascii_end();
            let behind = text[at + name.len()..piece.end].trim_ascii_start();
            let word = before.iter().rposition(|byte| !is_word(*byte)).map_or(0, |at| at + 1);
            let is_defined = std::str::from_utf8(&before[word..]).is_ok_and(|word| file.code.definers.contains(&word));
            // `std::string name` names a type.
            let is_parameter = is_parameter(before, behind) && !behind.starts_with(b"::") && !behind.starts_with(b".");
            // `curl() { … }`
            let body = behind
                .strip_prefix(b"()")
                .map(|_| text[at + name.len()..].trim_ascii_start()[2..].trim_ascii_start());
            let is_shell_function =
                before.is_empty() && body.is_some_and(|body| body.starts_with(b"{") || body.starts_with(b"("));
            (is_defined || is_parameter || is_shell_function).then_some(Definition {
                statement,
                is_parameter,
            })
        })
        .take(MAX_DEFINITIONS)
        .collect()
}

/// Definitions of one name that are kept.
const MAX_DEFINITIONS: usize = 64;

/// Whether a name between these texts stands in the last list in brackets before a block.
fn is_parameter(before: &[u8], behind: &[u8]) -> bool {
    let Some(head) = behind.strip_suffix(b"{") else {
        return false;
    };
    let Some(close) = head.iter().rposition(|byte| *byte == b')') else {
        return false;
    };
    let is_last_list = !head[..close].contains(&b'(');
    let opens = before.iter().rposition(|byte| *byte == b'(');
    is_last_list && opens.is_some_and(|open| !before[open..].contains(&b')')) && !head[..close].contains(&b')')
}

/// The name of the function around `offset`; empty outside of functions.
pub(crate) fn function_name(file: &File<'_>, offset: usize) -> String {
    let Some((statement, _)) = file.lexed.statement_at(offset) else {
        return String::new();
    };
    let name = file.lexed.around(statement).find_map(|outer| {
        let first: Span = file.lexed.pieces(outer).next()?;
        called(&file.text()[first.range()])
    });
    name.map_or_else(String::new, |name| String::from_utf8_lossy(name).into_owned())
}

/// Words with which a statement begins that has a block and is no function.
const STATEMENTS: [&[u8]; 10] = [
    b"if", b"for", b"while", b"switch", b"try", b"do", b"else", b"with", b"case", b"select",
];
/// Words in front of brackets that are no names.
const CONTROL: [&[u8]; 4] = [b"catch", b"function", b"func", b"async"];

/// The name that the head of a function gives it: the word before its parameters, or what it is assigned to.
fn called(head: &[u8]) -> Option<&[u8]> {
    if let Some(named) = head.strip_prefix(b"def ") {
        let named = named.strip_prefix(b"self.").unwrap_or(named);
        return Some(&named[..named.iter().take_while(|byte| is_word(**byte)).count()]);
    }
    let head = head.strip_suffix(b"{")?;
    let first = head.iter().take_while(|byte| is_word(**byte)).count();
    if STATEMENTS.contains(&&head[..first]) {
        return None;
    }
    if let Some(equals) = head.iter().position(|byte| *byte == b'=') {
        return last_word(head[..equals].trim_ascii_end().trim_suffix_colon());
    }
    let opens = head.iter().enumerate().filter(|(_, byte)| **byte == b'(');
    let mut words = opens.filter_map(|(open, _)| last_word(head[..open].trim_ascii_end()));
    words.find(|word| !CONTROL.contains(word))
}

fn last_word(text: &[u8]) -> Option<&[u8]> {
    let start = text.iter().rposition(|byte| !is_word(*byte)).map_or(0, |at| at + 1);
    (start < text.len()).then(|| &text[start..])
}

/// `:=` assigns as well.
trait TrimSuffixColon {
    fn trim_suffix_colon(&self) -> &Self;
}

impl TrimSuffixColon for [u8] {
    fn trim_suffix_colon(&self) -> &Self {
        self.strip_suffix(b":").unwrap_or(self).trim_ascii_end()
    }
}
