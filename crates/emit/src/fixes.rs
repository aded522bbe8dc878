//! What formats say about a fix.

use weighbridge_core::{Applicability, Fix};

use crate::shown;

/// What the fix does, and with which flags: for people.
pub(crate) fn remark(fix: &Fix) -> String {
    let flags = match fix.applicability {
        Applicability::Safe => "`--fix`",
        Applicability::Unsafe => "`--fix --unsafe-fixes`, to be looked at",
    };
    format!("{} ({flags})", shown::one_line(&fix.message))
}

/// The text of an edit: what is hidden in it is spelled out, line ends stay as they are.
pub(crate) fn content(text: &str) -> String {
    let lines: Vec<_> = text.split("\r\n").map(shown::spelled_out).collect();
    lines.join("\r\n")
}
