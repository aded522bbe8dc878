//! Our own JSON, read back: the formats `json` and `jsonl`.
//!
//! A report may come from somebody else: a job that ran the code of a fork, an artifact that anybody could replace. So
//! every text in it is data. Nothing is taken that [`Format::Json`](crate::Format::Json) does not write, sizes are bounded,
//! hidden characters are spelled out once more, and what says the same thing twice must agree with itself. Whether the
//! report is *true* nobody can tell.

mod document;
mod finding;
mod lines;
mod values;

#[cfg(test)]
mod line_tests;
#[cfg(test)]
mod tests;

use std::io::{self, BufReader, Read};

use serde::Deserialize;
use serde_json::Deserializer;
use weighbridge_core::{Digest, Report, RuleId, Severity};
use weighbridge_rules::Rule;

use crate::json::SCHEMA_VERSION;
use crate::prose::at_most;
use crate::shown::joined;
use document::Whole;
use values::Object;

/// The largest report that is read from somebody who may not be trusted.
pub const MAX_REPORT_BYTES: usize = 64 << 20;
/// The largest report that is read from its owner: some three million findings.
pub const MAX_OWN_REPORT_BYTES: u64 = 4 << 30;
/// So much is looked at to tell the formats apart.
const START_BYTES: u64 = 64;
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

    /// The rules that were enabled, out of those that are `known`, which are sorted by id.
    ///
    /// # Errors
    ///
    /// A rule that is not known: without its page the report cannot be written again.
    pub fn rules<'r>(&self, known: &[&'r Rule]) -> Result<Vec<&'r Rule>, UnknownRules> {
        let page = |id: &RuleId| known.binary_search_by(|rule| rule.id.cmp(id)).map(|index| known[index]);
        let pages: Vec<_> = self.enabled_rules.iter().filter_map(|id| page(id).ok()).collect();
        match self.enabled_rules.iter().find(|id| page(id).is_err()) {
            None => Ok(pages),
            Some(first) => Err(UnknownRules {
                first: first.clone(),
                more: self.enabled_rules.len() - pages.len() - 1,
            }),
        }
    }
}

/// A report names rules for which there is no page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the report was made with rules that are not known here: `{first}`{}", and_more(*more))]
pub struct UnknownRules {
    /// The first of them.
    pub first: RuleId,
    /// How many there are besides.
    pub more: usize,
}

fn and_more(count: usize) -> String {
    match count {
        0 => String::new(),
        _ => format!(" and {count} more"),
    }
}

/// Why bytes are no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// More bytes than are read.
    #[error("it is larger than {} MiB", limit >> 20)]
    TooLarge {
        /// The bytes that are read.
        limit: u64,
    },
    /// Lines that do not end with a summary.
    #[error("its last line is no summary, so it was cut")]
    Cut,
    /// A source that does not give all its bytes.
    #[error("it cannot be read to its end: {kind}")]
    Unreadable {
        /// What the system says.
        kind: io::ErrorKind,
    },
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
            Self::TooLarge { .. } => {
                "scan what changed (`--changed`), parts of the project, or fewer rules; `scan --output FORMAT=PATH` writes other formats without reading a report"
            }
            Self::Cut => "scan again; a disk may have been full, or a job stopped",
            Self::Unreadable { .. } => "name a file that can be read",
            Self::OtherVersion { .. } => "use the weighbridge that wrote the report, or scan again with this one",
            Self::Malformed { .. } => {
                "name a report that `weighbridge scan --format json` (or `jsonl`) of this version wrote, whole and unchanged"
            }
            Self::Contradiction { .. } => "the report was changed after it was written: scan again",
        }
    }
}

/// Reads a report in the format `json` or `jsonl`. Any bytes give an answer, and what is read is written the same again.
///
/// # Errors
///
/// Bytes that are no report, or none of this version, or more than [`MAX_REPORT_BYTES`]; see [`ReadError`].
pub fn read_report(bytes: &[u8]) -> Result<ReadReport, ReadError> {
    if bytes.len() > MAX_REPORT_BYTES {
        return Err(ReadError::TooLarge {
            limit: MAX_REPORT_BYTES as u64,
        });
    }
    read(Deserializer::from_slice(bytes), lines::begin_with(bytes))
        .unwrap_or_else(|error| Err(malformed(bytes, &error)))
}

/// Reads a report like [`read_report`] without holding its bytes, so that it may have up to [`MAX_OWN_REPORT_BYTES`].
///
/// # Errors
///
/// Those of [`read_report`], and a source that cannot be read.
pub fn read_own_report(source: impl Read) -> Result<ReadReport, ReadError> {
    let mut source = Limited {
        source,
        left: MAX_OWN_REPORT_BYTES,
    };
    let mut start = Vec::new();
    source
        .by_ref()
        .take(START_BYTES)
        .read_to_end(&mut start)
        .map_err(|error| ReadError::Unreadable { kind: error.kind() })?;
    let is_lines = lines::begin_with(&start);
    let whole = BufReader::new(start.as_slice().chain(source));
    read(Deserializer::from_reader(whole), is_lines).unwrap_or_else(|error| {
        Err(match error.io_error_kind() {
            Some(io::ErrorKind::FileTooLarge) => ReadError::TooLarge {
                limit: MAX_OWN_REPORT_BYTES,
            },
            Some(kind) => ReadError::Unreadable { kind },
            None => malformed(&start, &error),
        })
    })
}

/// Bytes up to a limit, beyond which there is an error and not the end.
struct Limited<R> {
    source: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.left = (self.left.checked_sub(count as u64)).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(count)
    }
}

/// The report; what is no JSON of ours is the outer error.
fn read<'de, R: serde_json::de::Read<'de>>(
    mut input: Deserializer<R>,
    is_lines: bool,
) -> Result<Result<ReadReport, ReadError>, serde_json::Error> {
    if is_lines {
        return lines::read(input);
    }
    let Object(document): Object<Whole> = Object::deserialize(&mut input)?;
    input.end()?;
    Ok(document.read())
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
