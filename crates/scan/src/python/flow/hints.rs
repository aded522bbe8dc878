//! Whether a function can see a request or the answer of a model at all: a look at its text, before it is parsed.

use memchr::memmem;

use super::super::File;
use super::super::scope::{definition, function_lines};
use super::region::{Scope, first_decorator};
use super::sources;
use crate::code::bindings::Bindings;

/// Functions with a word of a source that others are compared with.
const MAX_FUNCTIONS: usize = 64;

/// What the text of a file says about sources in it.
pub(crate) struct Hints<'f> {
    /// A framework or a library of models is imported: its things go by any name.
    everywhere: bool,
    /// Functions of the file in whose text a source could stand; what they give back may be one.
    functions: Vec<&'f [u8]>,
}

impl<'f> Hints<'f> {
    /// Looks through the functions of a file.
    pub(crate) fn of(file: &'f File<'f>, bindings: &Bindings) -> Self {
        let everywhere = sources::imports_any(&|module| bindings.imports_module(module));
        let mut functions = Vec::new();
        if !everywhere {
            for (header, line) in file.lexed.lines.iter().enumerate() {
                if let Some((name, _)) = definition(file, line)
                    && holds_word(text_of(file, header))
                {
                    functions.push(name);
                }
            }
        }
        // So many that each function would be compared with all of them: then none is left out.
        let everywhere = everywhere || functions.len() > MAX_FUNCTIONS;
        Self { everywhere, functions }
    }

    /// Whether a source could reach something in this scope.
    pub(crate) fn reach(&self, file: &File<'_>, scope: Scope) -> bool {
        let Scope::Function(header) = scope else { return true };
        let text = text_of(file, header);
        let calls = |name: &[u8]| memmem::find(text, name).is_some();
        self.everywhere || holds_word(text) || self.functions.iter().any(|name| calls(name))
    }
}

fn holds_word(text: &[u8]) -> bool {
    let mut words = sources::WORDS.iter();
    words.any(|word| memmem::find(text, word.as_bytes()).is_some())
}

/// The function whose header is this line, with its decorators.
fn text_of<'f>(file: &'f File<'_>, header: usize) -> &'f [u8] {
    let lines = &file.lexed.lines;
    let end = function_lines(file, Some(header))
        .last()
        .unwrap_or(&lines[header])
        .code_end;
    &file.text()[lines[first_decorator(file, header)].start..end]
}
