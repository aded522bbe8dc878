//! `weighbridge rules test`: reads the pages of a folder and runs their examples.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use weighbridge_rules::ExampleFailure;

use crate::console::Console;
use crate::files::Files;
use crate::output::print;
use crate::pages::{PageFile, pages_in};
use crate::paths::Paths;

const FAILURES: u8 = 1;
const UNREADABLE: u8 = 2;

/// Checks every page below `folder`. All faults of all pages are said in one go.
pub(crate) fn test(folder: &Path, console: &Console) -> Result<ExitCode> {
    let paths = Paths::of_process()?;
    let files = Files::on_disk(&paths);
    let pages = pages_in(folder, &files)?;
    let mut failures = String::new();
    let mut failed = 0;
    let mut unreadable = 0;
    for file in &pages {
        match page_failures(file, &files) {
            Ok(found) => {
                failed += usize::from(!found.is_empty());
                for failure in found {
                    writeln!(failures, "{}: {failure}", file.path.display()).context("cannot write a failure")?;
                }
            }
            Err(error) => {
                console.error(&error);
                unreadable += 1;
            }
        }
    }
    print(failures.as_bytes())?;
    let passed = pages.len() - failed - unreadable;
    console.summary(&format!("{passed} of {} pages are correct", pages.len()));
    Ok(match (unreadable, failed) {
        (0, 0) => ExitCode::SUCCESS,
        (0, _) => ExitCode::from(FAILURES),
        _ => ExitCode::from(UNREADABLE),
    })
}

/// What the examples of a page show to be wrong.
fn page_failures(file: &PageFile, files: &Files<'_>) -> Result<Vec<ExampleFailure>> {
    let page = file.read(files)?;
    if page.rule.model_detector().is_some() {
        return weighbridge_inspect::check_examples(&page).map_err(|error| file.unusable(error.line, &error.message));
    }
    weighbridge_scan::check_examples(&page).map_err(|error| file.unusable(error.line, &error.message))
}
