//! Text of scanned files on its way to a reader that obeys some texts.
//!
//! An [`Excerpt`](weighbridge_core::Excerpt) has no hidden characters left; messages, hints and paths go through here
//! to be sure. What remains is text that a log runner obeys: `##[…]` and `##vso[…]` anywhere in a line (GitHub, Azure),
//! `::…::` at the beginning of one (GitHub).

use std::borrow::Cow;

use weighbridge_core::{SourcePath, push_visible};

/// The text with hidden characters spelled out; line feeds and tabs stay.
pub(crate) fn spelled_out(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            shown.push('\n');
        }
        push_visible(&mut shown, line.as_bytes());
    }
    shown
}

/// The text as one line that no log runner obeys, if it does not stand at the beginning of a line.
pub(crate) fn one_line(text: &str) -> String {
    break_commands(&joined(text)).into_owned()
}

/// The text as one line with hidden characters spelled out. First spelled out, then trimmed: what a hidden character at
/// the end of a line looks like must not depend on whether the text comes from a scan or from a written report.
pub(crate) fn joined(text: &str) -> String {
    let shown = spelled_out(text);
    let parts = shown.split(['\n', '\t']).map(str::trim).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

/// The message of a notification and its causes, which stand on further lines.
pub(crate) fn message_and_causes(message: &str) -> impl Iterator<Item = String> {
    let shown = spelled_out(message);
    let lines = shown.lines().map(|line| line.trim().trim_start_matches("cause: "));
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).map(str::to_owned).collect();
    lines.into_iter()
}

/// The path as text that no log runner obeys, wherever in a line it stands.
pub fn path(path: &SourcePath) -> String {
    let shown = path.to_string();
    let shown = break_commands(&shown);
    // A colon follows the path in many formats, so one alone would make two.
    if shown.trim_start().starts_with(':') {
        return format!("./{shown}");
    }
    shown.into_owned()
}

/// The text with a space in every `##[` and `##word[`, with which commands to log runners begin.
pub fn break_commands(text: &str) -> Cow<'_, str> {
    let mut broken = String::new();
    let mut copied = 0;
    for at in command_breaks(text) {
        broken.push_str(&text[copied..at]);
        broken.push(' ');
        copied = at;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    broken.push_str(&text[copied..]);
    Cow::Owned(broken)
}

/// Offsets behind the `##` of every `##[` and `##word[`: where something must stand between, so that no runner obeys.
///
/// Source: `ActionCommand.cs` of [actions/runner](https://github.com/actions/runner), which looks for `##[` anywhere in a line;
/// [Azure's logging commands](https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands), which begin with
/// `##vso[`; `TeamCity` has `##teamcity[`.
pub(crate) fn command_breaks(text: &str) -> impl Iterator<Item = usize> {
    text.match_indices('[').filter_map(|(bracket, _)| {
        let before = text[..bracket].trim_end_matches(|c: char| c.is_ascii_alphanumeric());
        before.ends_with("##").then_some(before.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_broken_and_other_brackets_stay() {
        assert_eq!(break_commands("a ##[x] ##vso[y] ###[z]"), "a ## [x] ## vso[y] ### [z]");
        assert_eq!(break_commands("#[x] ## a[0] ##"), "#[x] ## a[0] ##");
    }

    #[test]
    fn a_path_cannot_begin_a_line_with_a_command() {
        assert_eq!(path(&SourcePath::new(b" ::error::x")), "./ ::error::x");
        assert_eq!(path(&SourcePath::new(b":")), "./:");
        assert_eq!(path(&SourcePath::new(b"a/##[x]\n::error::")), "a/## [x]\\u{a}::error::");
    }

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(one_line("a\n  b\tc\r\u{1b}[1m"), "a b c\\u{d}\\u{1b}[1m");
        assert_eq!(spelled_out("a\nb\r"), "a\nb\\u{d}");
    }
}
