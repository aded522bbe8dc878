//! The binary: parses the command line, does what it says, and decides the exit code.
//!
//! The edge of the house. Files, threads, terminal and environment are touched here and nowhere else; how anything is detected
//! is none of its business.

#![expect(
    clippy::disallowed_methods,
    reason = "the binary is where the world is touched; the other crates switch the lint on"
)]

mod arguments;
mod baseline;
mod clock;
mod commands;
mod console;
mod exit_code;
mod failure;
mod files;
mod fix;
mod git;
mod globs;
mod guard;
mod images;
mod interrupt;
mod model;
mod output;
mod pages;
mod panics;
mod paths;
mod policy;
mod progress;
mod provenance;
mod read;
mod report_file;
mod run;
mod search;
mod selection;
mod settings;
mod walk;
mod weights;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::Arguments;
use console::Console;
use failure::Failure;

/// Wrong use, or anything else that leaves the user without a report.
const NO_REPORT: u8 = 2;

fn main() -> ExitCode {
    panics::install_hook();
    // Standard output may be closed while the help is printed; a panic there is no defect.
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(NO_REPORT)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    console::start_log(arguments.display.verbose);
    let console = Console::new(arguments.display);
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        commands::run(arguments.command, &console)
    }));
    match result {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            console.error(&error);
            let code = error.downcast_ref::<Failure>().map_or(NO_REPORT, Failure::exit_code);
            ExitCode::from(code)
        }
        // The hook has printed the place.
        Err(_) => ExitCode::from(NO_REPORT),
    }
}
