//! One file for each command.

mod baseline;
mod completions;
mod config;
mod convert;
mod diff;
mod doctor;
mod explain;
mod explain_file;
#[cfg(feature = "forge")]
pub(crate) mod forge;
mod hook;
mod init;
mod man;
mod manifest;
mod redact;
mod rules;
mod rules_test;
mod scan;
pub(crate) mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use crate::arguments::{BaselineCommand, Command, RulesCommand};
use crate::console::Console;
use crate::failure::did_you_mean;
use crate::files::Files;
use crate::settings::{self, Given, Loaded};
pub(crate) use convert::ConvertArguments;
pub(crate) use diff::DiffArguments;

pub(crate) use doctor::DoctorArguments;
pub(crate) use explain_file::ExplainFileArguments;
pub(crate) use hook::HookCommand;
pub(crate) use init::InitArguments;
pub(crate) use manifest::ManifestArguments;
pub(crate) use redact::RedactArguments;

/// Does what the command line asks for.
///
/// # Errors
///
/// Whatever leaves the user without a result; the exit code is then 2.
pub(crate) fn run(command: Command, console: &Console) -> Result<ExitCode> {
    match command {
        Command::Scan(arguments) => scan::scan(*arguments, console),
        Command::Baseline(BaselineCommand::Create(arguments)) => baseline::create(*arguments, console),
        Command::Baseline(BaselineCommand::Prune(arguments)) => baseline::prune(*arguments, console),
        Command::Rules(RulesCommand::List {
            selectors,
            format,
            config,
        }) => rules::list(&selectors, format, config),
        Command::Convert(arguments) => convert::convert(*arguments, console),
        Command::Diff(arguments) => diff::diff(&arguments, console),
        Command::Redact(arguments) => redact::redact(*arguments, console),
        Command::Rules(RulesCommand::Test { folder }) => rules_test::test(&folder, console),
        Command::Hook(command) => hook::hook(command, console),
        Command::Init(arguments) => init::init(&arguments, console),
        Command::Doctor(arguments) => doctor::doctor(*arguments, console),
        Command::Explain(arguments) => explain::explain(arguments, console),
        Command::ExplainFile(arguments) => explain_file::explain_file(&arguments, console),
        Command::Config(command) => config::config(command, console),
        #[cfg(feature = "forge")]
        Command::Forge(command) => forge::forge(command, console),
        Command::Verify(command) => verify::verify(command, console),
        Command::VerifyBundle(arguments) => verify::verify_bundle(&arguments),
        Command::Manifest(arguments) => manifest::manifest(&arguments, console),
        Command::Completions { shell } => completions::completions(shell),
        Command::Man { command } => man::man(&command),
    }
}

/// Reads the settings for a run on `roots`.
fn load(given: impl Into<Given>, roots: &[PathBuf], files: &Files<'_>) -> Result<Loaded> {
    settings::load(given.into(), roots, files)
}

/// A mistyped variable would otherwise be obeyed by nobody and noticed by nobody.
fn warn_of_unknown_variables(loaded: &Loaded, console: &Console) {
    for (name, suggestion) in &loaded.unknown_variables {
        console.warning(
            &format!("the variable `{name}` is no setting"),
            &did_you_mean(*suggestion, "`weighbridge config show` lists all settings"),
        );
    }
}
