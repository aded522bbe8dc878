//! `weighbridge hook`: what git hooks start that is no scan of files.

mod commit_msg;
mod trailer;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::console::Console;

/// `hook`.
#[derive(Debug, Subcommand)]
pub(crate) enum HookCommand {
    /// Look for credentials in a commit message, and add the trailer `Assisted-by` if the settings name an assistant
    CommitMsg(commit_msg::CommitMsgArguments),
}

/// Does what the subcommand says.
pub(crate) fn hook(command: HookCommand, console: &Console) -> Result<ExitCode> {
    match command {
        HookCommand::CommitMsg(arguments) => commit_msg::commit_msg(arguments, console),
    }
}
