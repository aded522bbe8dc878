//! `weighbridge config`: show, check and describe the settings.

use std::process::ExitCode;

use anyhow::{Context as _, Result};

use super::{load, warn_of_unknown_variables};
use crate::arguments::{ConfigCommand, SettingsArguments};
use crate::console::Console;
use crate::files::Files;
use crate::output::print;
use crate::pages::own_rules;
use crate::paths::Paths;
use crate::policy::RawPolicy;
use crate::selection::{Catalogue, Selection};
use crate::settings::{Loaded, RawSettings, schema, shown};

/// Does what the subcommand says.
pub(crate) fn config(command: ConfigCommand, console: &Console) -> Result<ExitCode> {
    match command {
        ConfigCommand::Show(arguments) => {
            let paths = Paths::of_process()?;
            let loaded = loaded(*arguments, &Files::on_disk(&paths), console)?;
            print(shown(&loaded.settings).as_bytes())?;
        }
        ConfigCommand::Check(arguments) => check(*arguments, console)?,
        ConfigCommand::Schema { policy } => {
            let schema = if policy {
                schema::<RawPolicy>()
            } else {
                schema::<RawSettings>()
            };
            let mut text = serde_json::to_string_pretty(&schema).context("cannot write the schema")?;
            text.push('\n');
            print(text.as_bytes())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn loaded(arguments: SettingsArguments, files: &Files<'_>, console: &Console) -> Result<Loaded> {
    let loaded = load(arguments, &[], files)?;
    warn_of_unknown_variables(&loaded, console);
    Ok(loaded)
}

/// Everything that a scan would refuse is refused here.
fn check(arguments: SettingsArguments, console: &Console) -> Result<()> {
    let paths = Paths::of_process()?;
    let files = Files::on_disk(&paths);
    let loaded = loaded(arguments, &files, console)?;
    let own = own_rules(&loaded.settings.rules.value, &files)?;
    let catalogue = Catalogue::new(&own);
    let selection = Selection::new(&catalogue, &loaded.settings)?;
    let file = loaded.file.map_or_else(
        || "no settings file; defaults apply".to_owned(),
        |file| format!("{file}: correct"),
    );
    print(format!("{file}; {} rules are on\n", selection.reported().len()).as_bytes())
}
