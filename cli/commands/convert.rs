//! `weighbridge convert`: a report in another format, as `scan` would have written it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::{Args, ValueHint};
use weighbridge_emit::{Context, Format, ReadReport, Times};
use weighbridge_rules::Rule;

use super::load;
use crate::arguments::{ConfigArguments, Leniency};
use crate::clock::seconds_since_1970;
use crate::console::Console;
use crate::exit_code::exit_code;
use crate::failure::failure;
use crate::files::Files;
use crate::output::{Outputs, Target, format_of};
use crate::pages::own_rules;
use crate::paths::Paths;
use crate::report_file;
use crate::selection::Catalogue;

const EXIT_CODES: &str = "\
Exit codes:
  0  the report was written, whatever it says
  2  wrong use: no report of this version, an unknown rule, unwritable output
With --exit-code also those of the scan that made the report:
  1  findings at or above the --fail-on of that scan
  3  that scan was incomplete";

/// `convert`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ConvertArguments {
    /// The report, in the format `json` or `jsonl`; `-` is standard input
    #[arg(value_name = "REPORT", value_hint = ValueHint::FilePath)]
    report: PathBuf,
    /// The format of the report on standard output
    #[arg(long, value_name = "FORMAT", value_parser = format_of)]
    format: Option<Format>,
    /// Write a report to a file as well; without PATH the same as --format. May be repeated
    #[arg(short, long, value_name = "FORMAT[=PATH]", value_parser = OsStringValueParser::new().try_map(|text| Target::parse(&text)))]
    output: Vec<Target>,
    /// Exit as the scan did that made the report, without its --exit-zero and --allow-incomplete
    #[arg(long)]
    exit_code: bool,
    /// Where settings come from.
    #[command(flatten)]
    config: ConfigArguments,
}

/// Reads a report and writes it in other formats.
pub(crate) fn convert(arguments: ConvertArguments, console: &Console) -> Result<ExitCode> {
    let started = seconds_since_1970();
    let paths = Paths::of_process()?;
    let outputs = Outputs::new(arguments.format, &arguments.output, &paths)?;
    let files = Files::on_disk(&paths);
    let settings = load(arguments.config, &[], &files)?.settings;
    let own = own_rules(&settings.rules.value, &files)?;
    let read = report_file::read(&arguments.report)?;
    let context = Context {
        rules: &rules(&read, &Catalogue::new(&own))?,
        read_digest: Some(read.rules_digest),
        version: &read.version,
        fail_on: read.fail_on,
        style: console.stdout_style(),
        pages: Context::PAGES,
    };
    if context.pages_digest() != read.rules_digest {
        let version = &read.version;
        console.warning(
            "the report was made with other pages of these rules; what is said about a rule comes from the pages at hand",
            &format!("use weighbridge {version} with the `--rules` of the scan for the report that it would have written"),
        );
    }
    let times = Times {
        started,
        ended: seconds_since_1970(),
    };
    outputs.write(&read.report, &context, times)?;
    if !arguments.exit_code {
        return Ok(ExitCode::SUCCESS);
    }
    let strict = Leniency {
        exit_zero: false,
        allow_incomplete: false,
        fail_on_review: false,
    };
    Ok(ExitCode::from(exit_code(&read.report, read.fail_on, strict)))
}

/// The pages of the rules that were enabled when the report was made.
fn rules<'r>(read: &ReadReport, catalogue: &Catalogue<'r>) -> Result<Vec<&'r Rule>> {
    read.rules(catalogue.rules()).map_err(|unknown| {
        failure(
            unknown.to_string(),
            format!(
                "name the folder of their pages with `--rules DIR`, and use weighbridge {}, which made the report",
                read.version
            ),
        )
    })
}
