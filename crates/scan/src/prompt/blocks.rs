//! Blocks that are not closed, ends of blocks that are not open, braces that do not close.

use weighbridge_core::Span;

use super::template::{Engine, Mark, Placeholder, Syntax};
use super::{Prompt, RegionKind};

/// A fault in the template, at what brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) span: Span,
    pub(crate) kind: FaultKind,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// A block without an end.
    Unclosed,
    /// An end without a block, or of another one.
    Unmatched,
}

/// The faults of a prompt, in order. Only where the engine is known: two braces in other text are text.
pub(crate) fn faults(text: &[u8], prompt: &Prompt) -> Vec<Fault> {
    let mut faults = Vec::new();
    let has_blocks = matches!(prompt.engine, Engine::Handlebars | Engine::Mustache | Engine::Jinja);
    if !has_blocks || prompt.is_piece {
        return faults;
    }
    let mut open: Vec<&Placeholder> = Vec::new();
    let mut raw = false;
    for placeholder in prompt
        .placeholders
        .iter()
        .filter(|mark| is_of(mark.syntax, prompt.engine))
    {
        let name = &text[placeholder.expression.range()];
        match placeholder.mark {
            Mark::Open if !raw => {
                raw = name == b"raw";
                open.push(placeholder);
            }
            Mark::Close if !raw || name == b"raw" => {
                raw = false;
                let is_open = |mark: &&&Placeholder| &text[mark.expression.range()] == name;
                match open.iter().rposition(|mark| is_open(&mark)) {
                    Some(at) => {
                        // What was opened since has no end.
                        faults.extend(open.drain(at + 1..).map(unclosed));
                        open.pop();
                    }
                    None => faults.push(Fault {
                        span: placeholder.span,
                        kind: FaultKind::Unmatched,
                    }),
                }
            }
            _ => {}
        }
    }
    faults.extend(open.into_iter().map(unclosed));
    faults.extend(broken(text, prompt));
    faults.sort_by_key(|fault| fault.span);
    faults
}

fn unclosed(placeholder: &Placeholder) -> Fault {
    Fault {
        span: placeholder.span,
        kind: FaultKind::Unclosed,
    }
}

/// Whether an engine reads placeholders that are written so.
pub(crate) fn is_of(syntax: Syntax, engine: Engine) -> bool {
    match syntax {
        Syntax::Double => !matches!(engine, Engine::Format | Engine::Editor),
        Syntax::Statement => engine == Engine::Jinja,
        Syntax::Dollar => engine == Engine::Editor,
        Syntax::Single => engine == Engine::Format,
    }
}

/// Placeholders that begin and do not end.
fn broken<'p>(text: &'p [u8], prompt: &'p Prompt) -> impl Iterator<Item = Fault> + 'p {
    let from = prompt.body_start();
    let spans = prompt
        .regions
        .iter()
        .filter(move |(span, kind)| *kind == RegionKind::Placeholder && span.start >= from);
    spans.filter_map(move |(span, _)| {
        let bytes = &text[span.range()];
        let is_broken = bytes.starts_with(b"{{") && !bytes.ends_with(b"}}")
            || bytes.starts_with(b"{%") && !bytes.ends_with(b"%}") && prompt.engine == Engine::Jinja;
        is_broken.then_some(Fault {
            span: *span,
            kind: FaultKind::Unclosed,
        })
    })
}
