//! `weighbridge hook commit-msg`: the last look at a message before it is part of history.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::{Args, ValueHint};
use weighbridge_core::{Outcome, Report, Source, Summary};
use weighbridge_emit::{Context, Format, Times};
use weighbridge_scan::{Options, RuleUse, Scanner, language_of};

use super::trailer::{self, TRAILER};
use crate::arguments::ConfigArguments;
use crate::commands::{load, warn_of_unknown_variables};
use crate::console::{Console, harmless};
use crate::failure::{failure, failure_because};
use crate::files::Files;
use crate::output::{Outputs, write_file};
use crate::pages::own_rules;
use crate::paths::Paths;
use crate::selection::{Catalogue, Selection};
use crate::settings::Settings;

const REFUSED: u8 = 1;
const INCOMPLETE: u8 = 3;
/// The shelf whose rules are for any text.
const SHELF: &str = "secret";

/// `hook commit-msg`.
#[derive(Debug, Args)]
pub(crate) struct CommitMsgArguments {
    /// The file with the message, as git passes it
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// Refuse a message without the trailer instead of adding it
    #[arg(long)]
    check: bool,
    /// Where settings come from.
    #[command(flatten)]
    config: ConfigArguments,
}

/// Exits with 1 if the message holds a credential, or lacks the trailer under `--check`.
pub(crate) fn commit_msg(arguments: CommitMsgArguments, console: &Console) -> Result<ExitCode> {
    let paths = Paths::of_process()?;
    let files = Files::on_disk(&paths);
    let loaded = load(arguments.config, &[], &files)?;
    warn_of_unknown_variables(&loaded, console);
    let settings = loaded.settings;
    let message = message_in(&arguments.file, settings.max_file_size.value.0)?;
    // Git makes no commit of it.
    if trailer::is_empty(&message) {
        return Ok(ExitCode::SUCCESS);
    }
    let code = credentials(&arguments.file, &message, &settings, &files, console)?;
    if code != 0 {
        return Ok(ExitCode::from(code));
    }
    let Some(assistant) = &settings.assisted_by.value else {
        return Ok(ExitCode::SUCCESS);
    };
    if assistant.text.chars().any(char::is_control) {
        return Err(failure(
            format!("`assisted-by` ({}) is not one line of text", assistant.origin),
            "write it as in `Claude:claude-opus-4.6`",
        ));
    }
    if trailer::has_trailer(&message) {
        return Ok(ExitCode::SUCCESS);
    }
    let line = format!("{TRAILER}: {}", assistant.text.trim());
    if arguments.check {
        console.error(&failure(
            format!("the message does not say who assisted, as {} demands", assistant.origin),
            format!("add the line `{line}` at its end"),
        ));
        return Ok(ExitCode::from(REFUSED));
    }
    let text = trailer::with_trailer(&message, assistant.text.trim());
    write_file(&arguments.file, |out| out.write_all(&text)).map_err(|error| {
        let name = paths.shown_from_below(&arguments.file);
        failure_because(
            format!("cannot write the message `{name}`"),
            error,
            "write the trailer by hand",
        )
    })?;
    console.summary(&harmless(&format!("added to the message: {line}")));
    Ok(ExitCode::SUCCESS)
}

fn message_in(path: &Path, max_bytes: u64) -> Result<Vec<u8>> {
    let fail = |cause: anyhow::Error| {
        failure_because(
            format!("cannot read the message `{}`", path.display()),
            cause,
            "name the file that git passes to the hook commit-msg",
        )
    };
    let metadata = path.metadata().map_err(|error| fail(error.into()))?;
    if !metadata.is_file() || metadata.len() > max_bytes {
        return Err(fail(anyhow!("it is not a regular file of at most {max_bytes} bytes")));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(max_bytes).read_to_end(&mut bytes))
        .map_err(|error| fail(error.into()))?;
    Ok(bytes)
}

/// Reports the credentials in what git keeps of the message; gives the exit code.
fn credentials(path: &Path, message: &[u8], settings: &Settings, files: &Files<'_>, console: &Console) -> Result<u8> {
    let paths = files.paths();
    let own = own_rules(&settings.rules.value, files)?;
    let catalogue = Catalogue::new(&own);
    let selection = Selection::new(&catalogue, settings)?;
    let uses = selection.uses.iter().map(|one| RuleUse {
        reported: one.reported && one.rule.id.shelf() == SHELF,
        ..*one
    });
    let uses: Vec<_> = uses.filter(|one| one.reported || one.rule.sensitive).collect();
    let reported: Vec<_> = uses.iter().filter(|one| one.reported).map(|one| one.rule).collect();
    let options = Options {
        intranet_suffixes: Vec::new(),
        intranet_ranges: Vec::new(),
        max_findings: settings.max_findings.value.get(),
        foreign_suppressions: false,
        line_hashes: false,
        ..Options::default()
    };

    let kept = trailer::kept(message);
    let name = paths.shown(path);
    let source = Source::new(name.clone(), language_of(&name, kept), kept);
    let mut found = Scanner::new(uses, options, false).worker().scan(&source);
    found.findings.retain(|finding| {
        finding.severity >= settings.min_severity.value.severity() && selection.is_wanted(paths, path, &finding.rule)
    });
    let summary = Summary {
        files: 1,
        bytes: kept.len() as u64,
        ..Summary::default()
    };
    let report = Report::new(found.findings, found.notifications, summary);
    let code = match report.outcome(settings.fail_on()) {
        Outcome::Incomplete => INCOMPLETE,
        Outcome::Findings => REFUSED,
        Outcome::Clean => 0,
    };
    if report.open_findings().next().is_some() || code != 0 {
        let context = Context::of_scan(
            &reported,
            env!("CARGO_PKG_VERSION"),
            settings.fail_on(),
            console.stdout_style(),
        );
        Outputs::new(Some(Format::Text), &[], paths)?.write(&report, &context, Times::default())?;
    }
    Ok(code)
}
