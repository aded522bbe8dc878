//! The structure of a source: where its statements, strings and comments lie, in whatever language it is.

use weighbridge_core::{Source, Span};

use crate::code::lexed::Lexed;
use crate::language::{PROMPT, PYTHON, code_in, prompt};
use crate::python::lexer;
use crate::region::{Kind, Regions};

/// What a lexer found.
pub(crate) enum Structure {
    Python(lexer::Lexed),
    Code(Lexed),
    /// Text without statements.
    Text,
}

impl Structure {
    /// The structure of a source.
    pub(crate) fn of(source: &Source<'_>) -> Self {
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
            Self::Text => true,
        }
    }

    /// The regions of the source, by the names that pages use.
    pub(crate) fn regions(&self, source: &Source<'_>) -> Regions {
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
            Self::Text if source.language() == PROMPT => {
                let regions = prompt::regions(source.bytes()).into_iter();
                let named = regions.map(|(start, end, kind)| (Span::new(start, end), region_name(kind)));
                Regions::new(named.collect(), "literal")
            }
            Self::Text => Regions::new(Vec::new(), "text"),
        }
    }
}

fn region_name(kind: prompt::RegionKind) -> Kind {
    match kind {
        prompt::RegionKind::FrontMatter => "front-matter",
        prompt::RegionKind::Literal => "literal",
        prompt::RegionKind::Placeholder => "placeholder",
        prompt::RegionKind::Comment => "comment",
        prompt::RegionKind::Fence => "fence",
    }
}
