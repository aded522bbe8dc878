//! `weighbridge doctor`: says whether everything around a scan is in order, and how to mend what is not.
//!
//! Each check is a function in a file of its own and a line in [`CHECKS`]. None depends on another, and none can end the command.

mod base;
mod baseline;
mod features;
#[cfg(feature = "forge")]
mod forge;
mod git;
mod hooks;
mod line;
mod pipeline;
mod rules;
mod settings;
mod trust;
mod version;

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use serde_json::json;

use super::load;
use crate::arguments::ConfigArguments;
use crate::console::Console;
use crate::files::Files;
use crate::output::print;
use crate::panics;
use crate::paths::Paths;
use crate::settings::Loaded;
use line::{Line, State, texts};

pub(super) use pipeline::text_of;

const PROBLEMS: u8 = 1;
const SCHEMA_VERSION: u32 = 1;

/// All checks: what the line is called, and what looks.
///
/// A check that asks somebody over the network does not belong here. It stands behind a flag of its own, and its lines are
/// added in [`doctor`], after these.
const CHECKS: &[(&str, Check)] = &[
    ("version", version::look),
    ("features", features::look),
    ("trust", trust::look),
    ("git", git::look),
    ("settings", settings::look),
    ("rules", rules::look),
    ("baseline", baseline::look),
    ("base", base::look),
    ("hooks", hooks::look),
    ("pipeline", pipeline::look),
];

type Check = fn(&Ground<'_>) -> Vec<Line>;

/// `doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// How to print the lines
    #[arg(long, default_value = "text")]
    format: DoctorFormat,
    /// Where settings come from.
    #[command(flatten)]
    config: ConfigArguments,
    /// Whether a forge is asked, and which.
    #[cfg(feature = "forge")]
    #[command(flatten)]
    forge: forge::AskForge,
}

/// How the lines are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DoctorFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What checks look at.
struct Ground<'a> {
    paths: &'a Paths,
    /// Where what decides is read from.
    files: &'a Files<'a>,
    /// The settings; checks that need them say nothing if there are none, since `settings` does.
    loaded: &'a Result<Loaded>,
}

/// Looks at everything and prints a line for each thing seen.
pub(crate) fn doctor(arguments: DoctorArguments, console: &Console) -> Result<ExitCode> {
    #[cfg_attr(not(feature = "forge"), expect(unused_mut, reason = "only a forge has more to say"))]
    let mut lines = match Paths::of_process() {
        Ok(paths) => {
            let files = Files::on_disk(&paths);
            let loaded = load(arguments.config, &[], &files);
            let ground = Ground {
                paths: &paths,
                files: &files,
                loaded: &loaded,
            };
            lines(CHECKS, &ground)
        }
        Err(error) => vec![("folder", Line::problem_of(&error))],
    };
    #[cfg(feature = "forge")]
    lines.extend(forge::look(arguments.forge).into_iter().map(|line| ("forge", line)));
    let problems = lines.iter().filter(|(_, line)| line.state == State::Problem).count();
    let text = match arguments.format {
        DoctorFormat::Text => texts(&lines, console.stdout_style().color),
        DoctorFormat::Json => document(&lines, problems)?,
    };
    print(text.as_bytes())?;
    Ok(if problems == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(PROBLEMS)
    })
}

/// What all checks say. One that panics says where.
fn lines(checks: &[(&'static str, Check)], ground: &Ground<'_>) -> Vec<(&'static str, Line)> {
    let mut lines = Vec::new();
    for (name, look) in checks {
        let seen = panics::guarded(|| look(ground)).unwrap_or_else(|place| {
            let message = format!("the check stopped because of a defect of weighbridge at {place}");
            vec![Line::problem(
                message,
                "please report this line together with `weighbridge --version`",
            )]
        });
        lines.extend(seen.into_iter().map(|line| (*name, line)));
    }
    lines
}

fn document(lines: &[(&str, Line)], problems: usize) -> Result<String> {
    let checks: Vec<_> = lines
        .iter()
        .map(|(name, line)| {
            json!({ "check": name, "state": line.state.name(), "message": line.message, "hint": line.hint })
        })
        .collect();
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "version": env!("CARGO_PKG_VERSION"),
        "problems": problems,
        "checks": checks,
    });
    let mut text = serde_json::to_string_pretty(&document).context("cannot write the lines")?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_that_panics_takes_no_other_with_it() {
        let paths = Paths::of_process().unwrap();
        let files = Files::on_disk(&paths);
        let loaded = Err(anyhow::anyhow!("no settings"));
        let ground = Ground {
            paths: &paths,
            files: &files,
            loaded: &loaded,
        };
        let checks: [(&str, Check); 2] = [
            ("first", |_| panic!("hunter2")),
            ("second", |_| vec![Line::ok("there")]),
        ];

        let lines = lines(&checks, &ground);

        assert_eq!(lines[0].1.state, State::Problem);
        assert!(!lines[0].1.message.contains("hunter2"));
        assert_eq!(lines[1], ("second", Line::ok("there")));
    }
}
