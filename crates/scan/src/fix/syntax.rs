//! Whether a text is still a program.

use weighbridge_core::{Language, Source};

use crate::code::{self, parse::CodeParser};
use crate::language::{PROMPT, PYTHON, code_in};
use crate::prompt::Prompt;
use crate::prompt::blocks::faults;
use crate::python;

/// Larger files are not parsed whole, and so not fixed.
pub(crate) const MAX_BYTES: usize = 2 << 20;

/// How many places of the text the grammar cannot read; `None` if that cannot be told: no grammar, too large, or the parser's budget
/// ran out.
pub(crate) fn errors(source: &Source<'_>) -> Option<usize> {
    if source.bytes().len() > MAX_BYTES {
        return None;
    }
    if source.language() == PROMPT {
        let prompt = Prompt::read(source);
        return Some(usize::from(prompt.trouble.is_some()) + faults(source.bytes(), &prompt).len());
    }
    // Text without a grammar cannot be broken.
    if source.language() == Language::TEXT {
        return Some(0);
    }
    let mut parser = match code_in(source.language()) {
        Some(code) => {
            let dialect = code::dialect_of(code, source.path());
            CodeParser::new(&(code.dialects[dialect].grammar)())
        }
        None if source.language() == PYTHON => python::parser(),
        None => return None,
    };
    let tree = parser.parse(source.bytes())?;
    let mut cursor = tree.walk();
    let mut count = 0;
    loop {
        let node = cursor.node();
        count += usize::from(node.is_error() || node.is_missing());
        // Only where an error lies below is there anything to count.
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Some(count);
            }
        }
    }
}
