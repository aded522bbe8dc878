//! `weighbridge man`: the manual page, in roff.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;
use weighbridge_core::closest;

use crate::arguments::Arguments;
use crate::failure::{did_you_mean, failure};
use crate::output::print;

/// Prints the page of the command that `words` name, of the whole program without words.
pub(crate) fn man(words: &[String]) -> Result<ExitCode> {
    let mut command = Arguments::command();
    command.build();
    for word in words {
        let Some(inner) = command.find_subcommand(word) else {
            let suggestion = closest(word, command.get_subcommands().map(clap::Command::get_name));
            return Err(failure(
                format!("there is no command `{word}`"),
                did_you_mean(suggestion, "`weighbridge --help` lists the commands"),
            ));
        };
        command = inner.clone();
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .context("cannot write the page")?;
    print(&page)?;
    Ok(ExitCode::SUCCESS)
}
