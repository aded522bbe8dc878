//! What a check says, and how it looks.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Paint};

use crate::console::harmless;
use crate::failure::Failure;
use crate::git::Trouble;

/// How things stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// In order.
    Ok,
    /// Worth knowing; nothing fails because of it.
    Note,
    /// Something fails, or would be missed.
    Problem,
}

impl State {
    /// The word for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Problem => "problem",
        }
    }

    fn paint(self) -> Paint {
        match self {
            Self::Ok => AnsiColor::Green.on_default(),
            Self::Note => AnsiColor::Yellow.on_default().bold(),
            Self::Problem => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// One thing that was seen.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// How it stands.
    pub(super) state: State,
    /// What was seen.
    pub(super) message: String,
    /// What to do about it.
    pub(super) hint: Option<String>,
}

impl Line {
    /// Something is in order.
    pub(super) fn ok(message: impl Into<String>) -> Self {
        Self {
            state: State::Ok,
            message: message.into(),
            hint: None,
        }
    }

    /// Something is worth knowing.
    pub(super) fn note(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            state: State::Note,
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// Something has to be mended.
    pub(super) fn problem(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            state: State::Problem,
            ..Self::note(message, hint)
        }
    }

    /// An error of the edge as a problem, with its causes.
    pub(super) fn problem_of(error: &anyhow::Error) -> Self {
        let failure = error.chain().find_map(|cause| cause.downcast_ref::<Failure>());
        Self {
            state: State::Problem,
            message: format!("{error:#}"),
            hint: failure.map(|failure| failure.hint().to_owned()),
        }
    }

    /// What git could not tell, as a note.
    pub(super) fn note_of(trouble: &Trouble) -> Self {
        Self::note(trouble.message(), trouble.hint())
    }
}

/// The lines for people: state, check and message in columns, the hint below.
pub(super) fn texts(lines: &[(&str, Line)], color: bool) -> String {
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    lines.iter().fold(String::new(), |mut text, (name, line)| {
        let state = line.state.name();
        let gap = " ".repeat(State::Problem.name().len() - state.len());
        let message = harmless(&line.message);
        let written = if color {
            let paint = line.state.paint();
            writeln!(text, "{paint}{state}{paint:#}{gap}  {name:width$}  {message}")
        } else {
            writeln!(text, "{state}{gap}  {name:width$}  {message}")
        };
        written.expect("writing to a string does not fail");
        if let Some(hint) = &line.hint {
            let indent = " ".repeat(State::Problem.name().len() + 2 + width + 2);
            writeln!(text, "{indent}hint: {}", harmless(hint)).expect("writing to a string does not fail");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_in_columns_and_names_of_files_are_made_harmless() {
        let lines = [
            ("git", Line::ok("fine")),
            ("settings", Line::problem("`a\u{1b}[31m` ##[x]", "mend it")),
        ];

        assert_eq!(
            texts(&lines, false),
            "ok       git       fine\n\
             problem  settings  `a\\u{1b}[31m` ## [x]\n\
             \x20                  hint: mend it\n"
        );
    }
}
