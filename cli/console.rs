//! What people see on standard error. Nothing else prints there.

use std::io::{IsTerminal, Write as _};

use anstyle::{AnsiColor, Style as Paint};
use weighbridge_core::{Notification, push_visible};
use weighbridge_emit::{Style, break_commands};

use crate::arguments::{DisplayArguments, When};
use crate::failure::Failure;

const ERROR: Paint = AnsiColor::Red.on_default().bold();
const WARNING: Paint = AnsiColor::Yellow.on_default().bold();
const HINT: Paint = AnsiColor::Cyan.on_default().bold();
const PLAIN: Paint = Paint::new();

/// Standard error, as the user wants it.
#[derive(Debug)]
pub(crate) struct Console {
    when: When,
    color: bool,
    quiet: bool,
}

impl Console {
    /// The console that the flags ask for.
    pub(crate) fn new(display: DisplayArguments) -> Self {
        Self {
            when: display.color,
            color: uses_color(display.color, std::io::stderr().is_terminal()),
            quiet: display.quiet > 0,
        }
    }

    /// How text for people is drawn on standard output.
    pub(crate) fn stdout_style(&self) -> Style {
        let is_terminal = std::io::stdout().is_terminal();
        let color = uses_color(self.when, is_terminal);
        let width = if is_terminal {
            terminal_size::terminal_size_of(std::io::stdout()).map_or(0, |(width, _)| usize::from(width.0))
        } else {
            0
        };
        Style {
            color,
            hyperlinks: color && is_terminal && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout),
            width,
        }
    }

    /// How the summary is drawn.
    pub(crate) fn stderr_style(&self) -> Style {
        Style {
            color: self.color,
            ..Style::default()
        }
    }

    /// Whether a progress bar is welcome.
    pub(crate) fn wants_progress(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    /// Prints why there is no result: the error, its causes, and the hint.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        let mut chain = error.chain();
        let message = chain.next().map(ToString::to_string).unwrap_or_default();
        self.labelled(ERROR, "error", &message);
        for cause in chain {
            self.labelled(PLAIN, "  cause", &cause.to_string());
        }
        if let Some(failure) = error.chain().find_map(|cause| cause.downcast_ref::<Failure>()) {
            self.labelled(HINT, "hint", failure.hint());
        }
    }

    /// Prints what the user should know although it changes nothing.
    pub(crate) fn warning(&self, message: &str, hint: &str) {
        if !self.quiet {
            self.labelled(WARNING, "warning", message);
            self.labelled(HINT, "hint", hint);
        }
    }

    /// Prints a notification that no report will carry.
    pub(crate) fn notification(&self, notification: &Notification) {
        let place = notification
            .path
            .as_ref()
            .map(|path| format!("{path}: "))
            .unwrap_or_default();
        self.labelled(WARNING, &notification.id, &format!("{place}{}", notification.message));
        if let Some(hint) = &notification.hint {
            self.labelled(HINT, "hint", hint);
        }
    }

    /// Prints a finished text that was made for people, unless they asked for quiet.
    pub(crate) fn summary(&self, text: &str) {
        if !self.quiet {
            write_line(text);
        }
    }

    /// Prints that the program itself is at fault. Holds no text of a scanned file, so the panic's own message stays unsaid.
    pub(crate) fn defect(place: &str) {
        write_line(&format!("error: weighbridge stopped because of a defect at {place}"));
        write_line("hint: please report this line together with `weighbridge --version`");
    }

    fn labelled(&self, paint: Paint, label: &str, text: &str) {
        let text = harmless(text);
        if self.color {
            write_line(&format!("{paint}{label}:{paint:#} {text}"));
        } else {
            write_line(&format!("{label}: {text}"));
        }
    }
}

/// The text in one line, with hidden characters spelled out and without commands to a log runner: names of files are in it.
pub(crate) fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    push_visible(&mut shown, text.as_bytes());
    break_commands(&shown).into_owned()
}

fn write_line(line: &str) {
    // A closed standard error leaves nobody to tell.
    _ = writeln!(anstream::AutoStream::always(std::io::stderr().lock()), "{line}");
}

/// Whether to use colours: the flag, then `NO_COLOR`, `FORCE_COLOR`, then what stands at the other end.
fn uses_color(when: When, is_terminal: bool) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_on = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let is_off = |name: &str| std::env::var_os(name).is_some_and(|value| value == "0");
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto if is_set("NO_COLOR") => false,
        When::Auto if is_on("FORCE_COLOR") || is_on("CLICOLOR_FORCE") => true,
        When::Auto => {
            let is_dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
            is_terminal && !is_dumb && !is_off("CLICOLOR") && !is_off("FORCE_COLOR")
        }
    }
}

/// Switches the log for developers on: `-v` decisions, `-vv` every file.
pub(crate) fn start_log(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(level)
        .with_ansi(false)
        .without_time()
        .init();
}
