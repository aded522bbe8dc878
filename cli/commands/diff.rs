//! `weighbridge diff`: what changed from one report to a later one.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum, ValueHint};
use weighbridge_emit::{ComparisonFormat, compare};

use crate::arguments::Leniency;
use crate::console::Console;
use crate::exit_code::{FINDINGS, INCOMPLETE};
use crate::failure::failure;
use crate::output::to_stdout;
use crate::report_file;
use crate::settings::FailOn;

const EXIT_CODES: &str = "\
A finding is the same in both reports if rule, path and fingerprint are, so lines may move. A suppressed finding \
is not open. A finding that was open before never leads to exit code 1.

Exit codes:
  0  no new finding at or above --fail-on
  1  new findings at or above --fail-on
  2  wrong use: bad flag, or no report of this version
  3  NEW is incomplete: something could not be searched, so there may be more that is new";

/// `diff`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct DiffArguments {
    /// The earlier report, in the format `json` or `jsonl`; `-` is standard input
    #[arg(value_name = "OLD", value_hint = ValueHint::FilePath)]
    old: PathBuf,
    /// The later report, in the format `json` or `jsonl`; `-` is standard input
    #[arg(value_name = "NEW", value_hint = ValueHint::FilePath)]
    new: PathBuf,
    /// How to print it
    #[arg(long, default_value = "text")]
    format: DiffFormat,
    /// Exit with 1 if there is a new finding of this severity or above [default: the stricter --fail-on of the two scans]
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    /// How the exit code is bent.
    #[command(flatten)]
    leniency: Leniency,
}

/// How a difference is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    /// For people: `+` is new, `-` is fixed, `?` cannot be told.
    Text,
    /// For programs.
    Json,
    /// For a comment on a change.
    Markdown,
}

/// Compares two reports and says what is new.
pub(crate) fn diff(arguments: &DiffArguments, console: &Console) -> Result<ExitCode> {
    let is_stdin = |path: &PathBuf| path.as_os_str() == report_file::STDIN;
    if is_stdin(&arguments.old) && is_stdin(&arguments.new) {
        return Err(failure(
            "both reports would come from standard input",
            "name a file for one of them",
        ));
    }
    let (old, new) = (report_file::read(&arguments.old)?, report_file::read(&arguments.new)?);
    let comparison = compare(&old, &new);
    let format = match arguments.format {
        DiffFormat::Text => ComparisonFormat::Text,
        DiffFormat::Json => ComparisonFormat::Json,
        DiffFormat::Markdown => ComparisonFormat::Markdown,
    };
    to_stdout(|out| comparison.emit(format, console.stdout_style(), out))?;

    // A change must not loosen the gate through the settings that its own report was made with.
    let stricter = [old.fail_on, new.fail_on].into_iter().flatten().min();
    let least = arguments.fail_on.map_or(stricter, FailOn::severity);
    let leniency = arguments.leniency;
    Ok(ExitCode::from(
        if !new.report.is_complete() && !leniency.allow_incomplete {
            INCOMPLETE
        } else if comparison.has_new(least) && !leniency.exit_zero {
            FINDINGS
        } else {
            0
        },
    ))
}
