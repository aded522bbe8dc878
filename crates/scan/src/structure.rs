//! The structure of a source: where its statements, strings and comments lie, in whatever language it is.

use weighbridge_core::{Source, Span};

use crate::code::lexed::Lexed;
use crate::language::{PROMPT, PYTHON, code_in};
use crate::prompt::{Context, Prompt};
use crate::python::lexer;
use crate::region::{Kind, Regions};

/// What a lexer found.
pub(crate) enum Structure {
    Python(lexer::Lexed),
    Code(Lexed),
    Prompt(Box<Prompt>),
    /// Text without statements.
    Text,
}

impl Structure {
    /// The structure of a source; of a piece of a prompt with what is known of it.
    pub(crate) fn of(source: &Source<'_>, context: Option<Context>) -> Self {
        if source.language() == PROMPT {
            return Self::Prompt(Box::new(match context {
                Some(context) => Prompt::read_piece(source.bytes(), context),
                None => Prompt::read(source),
            }));
        }
        if source.language() == PYTHON {
            return Self::Python(lexer::lex(source.bytes()));
        }
        match code_in(source.language()) {
            Some(code) => Self::Code((code.lex)(source.bytes())),
            None => Self::Text,
        }
    }

    /// Whether a mark that begins comments does so at `offset`: not inside of a string. In text without statements nobody tells.
    pub(crate) fn is_comment(&self, offset: usize) -> bool {
        match self {
            Self::Python(lexed) => lexed.quiet_at(offset).is_some_and(|quiet| quiet.is_comment),
            Self::Code(lexed) => lexed.quiet_at(offset).is_some_and(|quiet| quiet.is_comment),
            Self::Prompt(_) | Self::Text => true,
        }
    }

    /// The prompt, if it is one.
    pub(crate) fn prompt(&self) -> Option<&Prompt> {
        match self {
            Self::Prompt(prompt) => Some(prompt),
            _ => None,
        }
    }

    /// The regions of the source, by the names that pages use.
    pub(crate) fn regions(&self) -> Regions {
        let kind = |is_comment| if is_comment { "comment" } else { "string" };
        let of_code = |quiet: Vec<(Span, Kind)>| Regions::new(quiet, "code");
        match self {
            Self::Python(lexed) => {
                let quiet = lexed.quiet.iter().map(|quiet| (quiet.span, kind(quiet.is_comment)));
                of_code(quiet.collect())
            }
            Self::Code(lexed) => {
                let quiet = lexed.quiet.iter().map(|quiet| (quiet.span, kind(quiet.is_comment)));
                of_code(quiet.collect())
            }
            Self::Prompt(prompt) => {
                let named = prompt.regions.iter().map(|(span, kind)| (*span, kind.name()));
                Regions::new(named.collect(), "literal")
            }
            Self::Text => Regions::new(Vec::new(), "text"),
        }
    }
}
