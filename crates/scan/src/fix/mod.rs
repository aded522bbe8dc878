//! Fixes: from the edits of a page to the spans they change, and from fixes to a fixed text.
//!
//! `arguments` knows how a list of arguments is edited, `apply` which fixes go together, `syntax` whether the result is still a
//! program. How a call is renamed is a matter of its language: `crate::python::fix`.

mod apply;
pub(crate) mod arguments;
mod syntax;
#[cfg(test)]
mod tests;

use weighbridge_core::{DetectedFix, Span};
use weighbridge_rules::{ArgumentName, FixRule};

pub use apply::Fixed;

/// The fix that makes `edits`; none where they are nothing, or meet each other.
pub(crate) fn detected(rule: &FixRule, mut edits: Vec<(Span, String)>, steps: &[String]) -> Option<DetectedFix> {
    edits.sort();
    let meet = |pair: &[(Span, String)]| pair[0].0.end > pair[1].0.start;
    if edits.is_empty() || edits.windows(2).any(meet) {
        return None;
    }
    Some(DetectedFix {
        applicability: rule.applicability,
        message: steps.join(", "),
        edits,
    })
}

/// How an argument is called in a message.
pub(crate) fn argument_label(names: &[ArgumentName]) -> String {
    let keyword = names.iter().find_map(|name| match name {
        ArgumentName::Keyword(keyword) => Some(format!("`{keyword}`")),
        ArgumentName::Position(_) => None,
    });
    keyword.unwrap_or_else(|| match names.first() {
        Some(ArgumentName::Position(position)) => format!("argument {}", position + 1),
        _ => "the argument".to_owned(),
    })
}

/// The line end that a text uses.
pub(crate) fn line_end(text: &[u8]) -> &'static str {
    match memchr::memchr(b'\n', text) {
        Some(at) if at > 0 && text[at - 1] == b'\r' => "\r\n",
        _ => "\n",
    }
}
