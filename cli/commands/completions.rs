//! `weighbridge completions`: a script for the shell.

use std::process::ExitCode;

use anyhow::Result;
use clap::CommandFactory as _;

use crate::arguments::Arguments;
use crate::output::print;

/// Prints the completion script for `shell`.
pub(crate) fn completions(shell: clap_complete::Shell) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "weighbridge", &mut script);
    print(&script)?;
    Ok(ExitCode::SUCCESS)
}
