//! `weighbridge redact`: standard input to standard output, without credentials, private keys and intranet hosts.

mod report;

use std::ffi::OsStr;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use weighbridge_scan::{Options, Redactor, Scanner, redaction_uses};

use super::load;
use crate::arguments::ConfigArguments;
use crate::console::Console;
use crate::exit_code::INCOMPLETE;
use crate::failure::{failure_because, incomplete};
use crate::files::Files;
use crate::output::{print, write_file};
use crate::pages::own_rules;
use crate::paths::Paths;
use crate::selection::{Catalogue, Selection};
use crate::settings::Settings;

const EXIT_CODES: &str = "\
Each credential, private key and intranet host is replaced by `[redacted:RULE]`. A line is handed on when all of it was read, \
so that no part of a secret leaves first; the output is the same whatever pieces the input comes in.

Exit codes:
  0  all of the input was handed on, whatever was taken out
  2  wrong use, or output that fails
  3  input that fails; with --code also a text that is too large to be looked at as a whole";

/// Bytes read at a time.
const PIECE: usize = 16 << 10;

/// `redact`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct RedactArguments {
    /// Count risky calls in the fenced blocks of code, too; goes into the report
    #[arg(long, requires = "report")]
    code: bool,
    /// Print a report about the text instead of the text, or with PATH write it beside; FORMAT is `json`
    #[arg(long, value_name = "FORMAT[=PATH]", value_parser = OsStringValueParser::new().try_map(|text| Target::parse(&text)))]
    report: Option<Target>,
    /// Where settings come from.
    #[command(flatten)]
    config: ConfigArguments,
}

/// Where the report goes.
#[derive(Clone, Debug)]
enum Target {
    /// To standard output, in place of the text.
    InPlace,
    /// To a file.
    File(PathBuf),
}

impl Target {
    fn parse(text: &OsStr) -> Result<Self, String> {
        let Some(text) = text.to_str() else {
            return Err("it is not UTF-8".to_owned());
        };
        match text.split_once('=') {
            None if text == "json" => Ok(Self::InPlace),
            Some(("json", "")) => Err("there is no path behind `=`".to_owned()),
            Some(("json", path)) => Ok(Self::File(path.into())),
            _ => Err("the format is `json`".to_owned()),
        }
    }
}

/// Filters standard input.
pub(crate) fn redact(arguments: RedactArguments, console: &Console) -> Result<ExitCode> {
    let paths = Paths::of_process()?;
    let files = Files::on_disk(&paths);
    let settings = load(arguments.config, &[], &files)?.settings;
    let own = own_rules(&settings.rules.value, &files)?;
    let catalogue = Catalogue::new(&own);
    let scanner = Scanner::new(
        redaction_uses(catalogue.rules().iter().copied()),
        options(&settings),
        false,
    );
    let prints_text = !matches!(arguments.report, Some(Target::InPlace));
    let limit = if arguments.code {
        settings.max_file_size.value.0
    } else {
        0
    };
    let mut gathered = report::Gathered::new(limit);
    let mut redactor = Redactor::new(&scanner);

    files.notes().iter().for_each(|note| console.notification(note));
    let is_open = filter(&mut redactor, &mut |text| {
        gathered.add(text);
        if prints_text { hand_on(text) } else { Ok(()) }
    })?;
    if !is_open {
        return Ok(ExitCode::SUCCESS);
    }
    let Some(target) = arguments.report else {
        return Ok(ExitCode::SUCCESS);
    };
    let is_whole = gathered.is_whole();
    let code = (arguments.code && is_whole)
        .then(|| {
            let selection = Selection::new(&catalogue, &settings)?;
            let uses = selection
                .uses
                .iter()
                .filter(|one| one.reported && !one.rule.sensitive)
                .copied();
            anyhow::Ok(report::Code::of(
                gathered.text(),
                &Scanner::new(uses.collect(), options(&settings), false),
            ))
        })
        .transpose()?;
    let report = gathered.report(redactor.counts(), code)?;
    match target {
        Target::InPlace => print(report.as_bytes())?,
        Target::File(path) => write_file(&path, |out| out.write_all(report.as_bytes())).map_err(|error| {
            let name = paths.shown_from_below(&path);
            let hint = "name a file in a folder that exists and that you may write to";
            failure_because(format!("cannot write the report `{name}`"), error, hint)
        })?,
    }
    if arguments.code && !is_whole {
        console.warning(
            "the text is larger than `max-file-size`: its code was not looked at",
            "raise `max-file-size`",
        );
        return Ok(ExitCode::from(INCOMPLETE));
    }
    Ok(ExitCode::SUCCESS)
}

fn options(settings: &Settings) -> Options {
    let suffixes = settings.intranet_suffixes.value.iter();
    Options {
        intranet_suffixes: suffixes.map(|item| item.text.clone()).collect(),
        max_findings: settings.max_findings.value.get(),
        foreign_suppressions: false,
        line_hashes: false,
        ..Options::default()
    }
}

/// Reads standard input to its end and hands on what may be seen; `false` if nobody reads any more.
fn filter(redactor: &mut Redactor<'_, '_>, hand_on: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> Result<bool> {
    let mut input = io::stdin().lock();
    let mut piece = vec![0; PIECE];
    let mut out = Vec::new();
    loop {
        let length = match input.read(&mut piece) {
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => {
                let hint = "what was read before was handed on";
                return Err(incomplete("cannot read standard input", Some(error.into()), hint));
            }
        };
        out.clear();
        if length == 0 {
            redactor.finish(&mut out);
        } else {
            redactor.push(&piece[..length], &mut out);
        }
        match hand_on(&out) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(false),
            Err(error) => {
                return Err(failure_because(
                    "cannot write to standard output",
                    error,
                    "check what it leads to",
                ));
            }
        }
        if length == 0 {
            return Ok(true);
        }
    }
}

fn hand_on(text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.flush()
}
