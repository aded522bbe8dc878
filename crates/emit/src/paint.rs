//! Colours and links for a terminal, or nothing of the kind.

use std::fmt::Display;

use anstyle::{AnsiColor, Style as Ansi};
use weighbridge_core::Severity;

use crate::Style;

/// Line numbers, arrows and bars.
pub(crate) const GUTTER: Ansi = AnsiColor::BrightBlue.on_default().bold();
/// What a line is about.
pub(crate) const STRONG: Ansi = Ansi::new().bold();
/// What to do.
pub(crate) const HELP: Ansi = AnsiColor::Cyan.on_default();
/// The run is incomplete.
pub(crate) const INCOMPLETE: Ansi = AnsiColor::Magenta.on_default().bold();

/// The colour of a severity.
pub(crate) fn severity(severity: Severity) -> Ansi {
    match severity {
        Severity::Critical => AnsiColor::White.on(AnsiColor::Red).bold(),
        Severity::High => AnsiColor::BrightRed.on_default().bold(),
        Severity::Medium => AnsiColor::Yellow.on_default().bold(),
        Severity::Low => AnsiColor::Cyan.on_default().bold(),
        Severity::Info => AnsiColor::Green.on_default().bold(),
    }
}

impl Style {
    /// `text` in a colour, if colours are wanted.
    pub(crate) fn paint(self, ansi: Ansi, text: impl Display) -> String {
        if self.color {
            format!("{ansi}{text}{ansi:#}")
        } else {
            text.to_string()
        }
    }

    /// `text` as a link to `url`, if links are wanted.
    ///
    /// Source: [OSC 8](https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda), which allows printable ASCII only.
    pub(crate) fn link(self, url: &str, text: impl Display) -> String {
        if self.hyperlinks && url.bytes().all(|byte| byte.is_ascii_graphic()) {
            format!("\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\")
        } else {
            text.to_string()
        }
    }
}
