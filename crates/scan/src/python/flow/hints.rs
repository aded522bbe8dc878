//! Whether a function can see a request or the answer of a model at all: a look at its text, before it is parsed.

use memchr::memmem;

use super::super::File;
use super::super::scope::{definition, function_lines};
use super::region::{Scope, first_decorator};
use super::sources::Outside;
use crate::code::bindings::Bindings;

/// Functions with a word of a source that others are compared with.
const MAX_FUNCTIONS: usize = 64;

/// What the text of a file says about sources in it.
pub(crate) struct Hints<'f> {
    /// The imports.
    imported: Outside,
    /// Functions of the file in whose text a source could stand; what they give back may be one.
    functions: Vec<(&'f [u8], Outside)>,
    /// What stands in so many functions that each would be compared with all of them.
    anywhere: Outside,
}

impl<'f> Hints<'f> {
    /// Looks through the functions of a file.
    pub(crate) fn of(file: &'f File<'f>, bindings: &Bindings) -> Self {
        let mut hints = Self {
            imported: Outside::by_imports(&bindings.imported_modules()),
            functions: Vec::new(),
            anywhere: Outside::default(),
        };
        for (header, line) in file.lexed.lines.iter().enumerate() {
            if let Some((name, _)) = definition(file, line) {
                let own = hints.in_function(text_of(file, header));
                if own.is_any() {
                    hints.functions.push((name, own));
                }
            }
        }
        if hints.functions.len() > MAX_FUNCTIONS {
            let all = hints.functions.drain(..);
            hints.anywhere = all.fold(Outside::default(), |all, (_, own)| all.or(own));
        }
        hints
    }

    /// Who outside could be heard in this scope.
    pub(crate) fn outside(&self, file: &File<'_>, scope: Scope) -> Outside {
        let Scope::Function(header) = scope else {
            return Outside {
                request: true,
                llm: true,
            };
        };
        let text = text_of(file, header);
        let own = self.anywhere.or(self.in_function(text));
        let called = self
            .functions
            .iter()
            .filter(|(name, _)| memmem::find(text, name).is_some());
        called.fold(own, |all, (_, words)| all.or(*words))
    }

    /// A framework gives requests to functions that it is told of by a decorator, or in things whose names say so. A model goes by
    /// any name.
    fn in_function(&self, text: &[u8]) -> Outside {
        let is_served =
            || text.starts_with(b"@") || FRAMEWORK_WORDS.iter().any(|word| memmem::find(text, word).is_some());
        let imported = Outside {
            request: self.imported.request && is_served(),
            llm: self.imported.llm,
        };
        imported.or(Outside::by_words(text))
    }
}

/// Parts of what a function names that reads a request, if the file imports a framework; the first begins a decorator.
const FRAMEWORK_WORDS: [&[u8]; 7] = [b"@", b"req", b"Req", b"argument", b"receive_", b"input", b"WebSocket"];

/// The function whose header is this line, with its decorators.
fn text_of<'f>(file: &'f File<'_>, header: usize) -> &'f [u8] {
    let lines = &file.lexed.lines;
    let end = function_lines(file, Some(header))
        .last()
        .unwrap_or(&lines[header])
        .code_end;
    &file.text()[lines[first_decorator(file, header)].start..end]
}
