//! Reads a report that was written before.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::Result;
use weighbridge_emit::{MAX_REPORT_BYTES, ReadReport, read_report};

use crate::failure::failure_because;

/// What stands for standard input.
pub(crate) const STDIN: &str = "-";

/// The report in a file of the format `json`; `-` is standard input.
///
/// # Errors
///
/// A file that cannot be read or is no report.
pub(crate) fn read(path: &Path) -> Result<ReadReport> {
    let is_stdin = path.as_os_str() == STDIN;
    let fail = |cause: anyhow::Error, hint: &str| {
        let message = if is_stdin {
            "cannot read the report on standard input".to_owned()
        } else {
            format!("cannot read the report `{}`", path.display())
        };
        failure_because(message, cause, hint)
    };
    // One byte beyond the limit shows that it is larger.
    let limit = MAX_REPORT_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let read = if is_stdin {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(|error| {
        fail(
            error.into(),
            "name a file that `weighbridge scan --format json` wrote; `-` is standard input",
        )
    })?;
    read_report(&bytes).map_err(|error| {
        let hint = error.hint();
        fail(error.into(), hint)
    })
}
