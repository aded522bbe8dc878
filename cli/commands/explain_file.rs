//! `weighbridge explain-file`: what a model file would import and call, and what else is to be seen in it.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use weighbridge_core::{Language, Severity, Source, SourcePath};
use weighbridge_inspect::{Inspector, Neighbourhood};
use weighbridge_rules::{RuleUse, built_in_rules};
use weighbridge_scan::{Options, Scanner};

use crate::console::Console;
use crate::exit_code::{FINDINGS, INCOMPLETE};
use crate::failure::failure_because;
use crate::model::ModelFile;
use crate::output::print;

/// Characters of a line that are shown.
const MAX_LINE: usize = 400;

/// `explain-file`.
#[derive(Debug, Args)]
pub(crate) struct ExplainFileArguments {
    /// The file
    #[arg(value_name = "PATH")]
    path: PathBuf,
}

/// Prints the listing of a file: a line for each import, call and oddity, with the rule that says something about it. Secrets in
/// arguments are masked.
pub(crate) fn explain_file(arguments: &ExplainFileArguments, console: &Console) -> Result<ExitCode> {
    let path = &arguments.path;
    let file = ModelFile::open(path).map_err(|error| {
        failure_because(
            format!("cannot read `{}`", path.display()),
            error,
            "name a file that can be read",
        )
    })?;
    let uses: Vec<_> = built_in_rules()
        .iter()
        .map(|rule| RuleUse {
            rule,
            reported: rule.default,
            severity: rule.severity,
        })
        .collect();
    let inspection = Inspector::new(&uses).inspect(&path.display().to_string(), Neighbourhood::Models, &file);
    let name = SourcePath::new(path.as_os_str().as_encoded_bytes());
    let source = Source::new(name, Language::TEXT, inspection.listing.as_bytes());
    let scanner = Scanner::new(uses, Options::default(), false);
    let mut worker = scanner.worker();
    let masked = worker.masked(&source);
    let report = worker.admit(&source, inspection.detections);
    let mut text = String::new();
    for (index, line) in String::from_utf8_lossy(&masked).lines().enumerate() {
        let shown: String = line.chars().take(MAX_LINE).collect();
        text.push_str(&shown);
        if shown.len() < line.len() {
            text.push('…');
        }
        let here = report
            .findings
            .iter()
            .filter(|one| one.location.start.line == index + 1);
        for finding in here {
            write!(text, "  <- {} [{}]", finding.rule, finding.severity).context("cannot write the listing")?;
        }
        text.push('\n');
    }
    if text.is_empty() {
        text.push_str("nothing in it is read by a loader of models\n");
    }
    print(text.as_bytes())?;
    for trouble in &inspection.troubles {
        console.warning(trouble, "what is listed is not everything");
    }
    let is_found = report.findings.iter().any(|finding| finding.severity >= Severity::Low);
    Ok(match (inspection.troubles.is_empty(), is_found) {
        (false, _) => ExitCode::from(INCOMPLETE),
        (true, true) => ExitCode::from(FINDINGS),
        (true, false) => ExitCode::SUCCESS,
    })
}
