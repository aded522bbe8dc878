//! Our own JSON, read back.
//!
//! A report may come from somebody else: a job that ran the code of a fork, an artifact that anybody could replace. So
//! every text in it is data. Nothing is taken that [`Format::Json`](crate::Format::Json) does not write, sizes are bounded,
//! hidden characters are spelled out once more, and what says the same thing twice must agree with itself. Whether the
//! report is *true* nobody can tell.

mod document;
mod finding;
mod values;

#[cfg(test)]
mod tests;

use serde::Deserialize;
use weighbridge_core::{Digest, Report, RuleId, Severity};

use crate::json::SCHEMA_VERSION;
use crate::prose::at_most;
use crate::shown::joined;
use document::Document;
use values::Object;

/// The largest report that is read.
pub const MAX_REPORT_BYTES: usize = 64 << 20;
/// The longest explanation of what is wrong with one: it may quote the report.
const MAX_PROBLEM: usize = 300;

/// A report that was written before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadReport {
    /// What was found.
    pub report: Report,
    /// The version of the program that made it.
    pub version: String,
    /// Findings of this severity and above made the run fail; `None` if none did.
    pub fail_on: Option<Severity>,
    /// The rules that were enabled, sorted.
    pub enabled_rules: Vec<RuleId>,
    /// Names the set of enabled rules, by the text of their pages.
    pub rules_digest: Digest,
}

impl ReadReport {
    /// Whether findings of `rule` would be in the report.
    pub fn has_enabled(&self, rule: &RuleId) -> bool {
        self.enabled_rules.binary_search(rule).is_ok()
    }
}

/// Why bytes are no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// More bytes than are read.
    #[error("it is larger than {} MiB", MAX_REPORT_BYTES >> 20)]
    TooLarge,
    /// Another version of the format.
    #[error("its `schema_version` is {given}, and this weighbridge reads {SCHEMA_VERSION}")]
    OtherVersion {
        /// What it says.
        given: u64,
    },
    /// Not JSON, or not what a report holds at this place.
    #[error("line {line}, column {column}: {problem}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column in bytes, from 1, at or behind the fault.
        column: usize,
        /// What is wrong; may quote the report, shortened.
        problem: String,
    },
    /// What it says about itself is not so.
    #[error("`{field}` says {said}, and the report holds {counted}")]
    Contradiction {
        /// Where it says so.
        field: &'static str,
        /// What it says.
        said: String,
        /// What is so.
        counted: String,
    },
}

impl ReadError {
    /// How to mend it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::TooLarge => "scan parts of the project, or fewer rules, each into a report of its own",
            Self::OtherVersion { .. } => "use the weighbridge that wrote the report, or scan again with this one",
            Self::Malformed { .. } => {
                "name a report that `weighbridge scan --format json` of this version wrote, whole and unchanged"
            }
            Self::Contradiction { .. } => "the report was changed after it was written: scan again",
        }
    }
}

/// Reads a report in the format `json`. Any bytes give an answer, and what is read is written the same again.
///
/// # Errors
///
/// Bytes that are no report, or none of this version; see [`ReadError`].
pub fn read_report(bytes: &[u8]) -> Result<ReadReport, ReadError> {
    if bytes.len() > MAX_REPORT_BYTES {
        return Err(ReadError::TooLarge);
    }
    let document = serde_json::from_slice(bytes);
    let Object(document): Object<Document> = document.map_err(|error| malformed(bytes, &error))?;
    document.into_report()
}

/// A report of another version differs in anything, so the version is looked at first.
fn malformed(bytes: &[u8], error: &serde_json::Error) -> ReadError {
    #[derive(Deserialize)]
    struct Version {
        schema_version: u64,
    }

    if let Ok(Version { schema_version: given }) = serde_json::from_slice(bytes)
        && given != u64::from(SCHEMA_VERSION)
    {
        return ReadError::OtherVersion { given };
    }
    let text = error.to_string();
    let (line, column) = (error.line(), error.column());
    let problem = text.strip_suffix(&format!(" at line {line} column {column}"));
    ReadError::Malformed {
        line,
        column,
        problem: at_most(MAX_PROBLEM, &joined(problem.unwrap_or(&text))),
    }
}
