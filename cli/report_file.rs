//! Reads a report that was written before.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Result;
use weighbridge_emit::{MAX_REPORT_BYTES, ReadReport, read_own_report, read_report};

use crate::failure::failure_because;

/// What stands for standard input.
pub(crate) const STDIN: &str = "-";

/// The report in a file of the format `json` or `jsonl`; `-` is standard input. For whoever reads a report of their own.
///
/// # Errors
///
/// A file that cannot be read or is no report.
pub(crate) fn read(path: &Path) -> Result<ReadReport> {
    let (start, rest) = opened(path)?;
    let report = if is_within_limit(&start) {
        read_report(&start)
    } else {
        read_own_report(start.chain(rest))
    };
    report.map_err(|error| failed(path, error.hint(), error.clone().into()))
}

/// The same for a report that a stranger may have written: a large one is refused.
///
/// # Errors
///
/// A file that cannot be read, is no report, or is too large.
#[cfg(feature = "forge")]
pub(crate) fn read_of_stranger(path: &Path) -> Result<ReadReport> {
    let (start, _) = opened(path)?;
    read_report(&start).map_err(|error| failed(path, error.hint(), error.clone().into()))
}

fn is_within_limit(bytes: &[u8]) -> bool {
    bytes.len() <= MAX_REPORT_BYTES
}

/// The bytes up to the limit and one beyond, which shows that there are more; and what gives these.
fn opened(path: &Path) -> Result<(Vec<u8>, Box<dyn Read>)> {
    let read = || {
        let mut source: Box<dyn Read> = if path.as_os_str() == STDIN {
            Box::new(io::stdin().lock())
        } else {
            Box::new(File::open(path)?)
        };
        let mut bytes = Vec::new();
        source
            .by_ref()
            .take(MAX_REPORT_BYTES as u64 + 1)
            .read_to_end(&mut bytes)?;
        io::Result::Ok((bytes, source))
    };
    read().map_err(|error| {
        let hint = "name a file that `weighbridge scan --format json` wrote; `-` is standard input";
        failed(path, hint, error.into())
    })
}

fn failed(path: &Path, hint: &str, cause: anyhow::Error) -> anyhow::Error {
    let message = if path.as_os_str() == STDIN {
        "cannot read the report on standard input".to_owned()
    } else {
        format!("cannot read the report `{}`", path.display())
    };
    failure_because(message, cause, hint)
}
