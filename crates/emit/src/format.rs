//! The table of formats.

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::str::FromStr;

use weighbridge_core::{Report, closest};

use crate::{Context, concise, json, jsonl, sarif, text};

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// For people: each finding with its lines of source.
    Text,
    /// For people and `grep`: one finding a line.
    Concise,
    /// For programs: one document, see `docs/report.schema.json`.
    Json,
    /// For programs: one object a line.
    Jsonl,
    /// For GitHub code scanning and other readers of SARIF 2.1.0.
    Sarif,
}

type Emitter = fn(&Report, &Context<'_>, &mut dyn Write) -> io::Result<()>;

/// To add a format, add its file, its variant, and its line here.
const TABLE: &[(Format, &str, Emitter)] = &[
    (Format::Text, "text", text::emit),
    (Format::Concise, "concise", concise::emit),
    (Format::Json, "json", json::emit),
    (Format::Jsonl, "jsonl", jsonl::emit),
    (Format::Sarif, "sarif", sarif::emit),
];

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &{
        let mut all = [Self::Text; TABLE.len()];
        let mut index = 0;
        while index < TABLE.len() {
            all[index] = TABLE[index].0;
            index += 1;
        }
        all
    };

    /// The name, as written on the command line.
    pub fn name(self) -> &'static str {
        self.line().1
    }

    fn line(self) -> &'static (Self, &'static str, Emitter) {
        let line = TABLE.iter().find(|line| line.0 == self);
        line.expect("every variant has a line in the table")
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The name of a format that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown format `{given}`; known are {}", known_names().join(", "))]
pub struct UnknownFormat {
    /// What was written.
    pub given: String,
    /// The format that may have been meant.
    pub suggestion: Option<Format>,
}

fn known_names() -> Vec<&'static str> {
    TABLE.iter().map(|line| line.1).collect()
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let named = |name: &str| TABLE.iter().find(|line| line.1 == name).map(|line| line.0);
        named(text).ok_or_else(|| UnknownFormat {
            given: text.to_owned(),
            suggestion: closest(text, known_names()).and_then(named),
        })
    }
}

/// Writes `report` in `format` to `out`, and flushes it.
///
/// # Errors
///
/// Whatever the writer reports; half a report may have been written then.
pub fn emit(format: Format, report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    debug_assert!(
        context.rules.is_sorted_by_key(|rule| &rule.id),
        "rules are looked up by id"
    );
    let mut out = BufWriter::new(out);
    format.line().2(report, context, &mut out)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        assert_eq!(Format::ALL.len(), TABLE.len());
        for &format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
    }

    #[test]
    fn a_slip_is_answered_with_the_nearest_name() {
        let error = "sariff".parse::<Format>().unwrap_err();

        assert_eq!(error.suggestion, Some(Format::Sarif));
        assert_eq!(
            error.to_string(),
            "unknown format `sariff`; known are text, concise, json, jsonl, sarif"
        );
    }
}
