//! An error that stops the run before there is a report, with the hint that mends it.

use std::error::Error;
use std::fmt;

use crate::exit_code::INCOMPLETE;

/// Wrong use.
const WRONG_USE: u8 = 2;

/// What went wrong, why, and what to do about it. Carried inside [`anyhow::Error`] and printed by the console.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    hint: String,
    cause: Option<anyhow::Error>,
    exit_code: u8,
}

impl Failure {
    /// How to mend it.
    pub(crate) fn hint(&self) -> &str {
        &self.hint
    }

    /// What the process ends with.
    pub(crate) fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref().map(AsRef::as_ref)
    }
}

/// An error without a deeper cause.
pub(crate) fn failure(message: impl Into<String>, hint: impl Into<String>) -> anyhow::Error {
    Failure {
        message: message.into(),
        hint: hint.into(),
        cause: None,
        exit_code: WRONG_USE,
    }
    .into()
}

/// An error that `cause` explains.
pub(crate) fn failure_because(
    message: impl Into<String>,
    cause: impl Into<anyhow::Error>,
    hint: impl Into<String>,
) -> anyhow::Error {
    Failure {
        message: message.into(),
        hint: hint.into(),
        cause: Some(cause.into()),
        exit_code: WRONG_USE,
    }
    .into()
}

/// An error because of which nothing could be looked at, although the command was right.
pub(crate) fn incomplete(
    message: impl Into<String>,
    cause: Option<anyhow::Error>,
    hint: impl Into<String>,
) -> anyhow::Error {
    Failure {
        message: message.into(),
        hint: hint.into(),
        cause,
        exit_code: INCOMPLETE,
    }
    .into()
}

/// "did you mean" if there is something to mean, else `otherwise`.
pub(crate) fn did_you_mean(suggestion: Option<&str>, otherwise: &str) -> String {
    suggestion.map_or_else(|| otherwise.to_owned(), |word| format!("did you mean `{word}`?"))
}
