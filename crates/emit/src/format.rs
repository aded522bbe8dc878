//! The table of formats.

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::str::FromStr;

use weighbridge_core::{Report, closest};

use crate::gitlab::{code_quality, security};
use crate::{Context, Times, azure, concise, github, html, json, jsonl, junit, markdown, rdjson, sarif, text};

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
    /// SARIF with suppressed findings, however many there are.
    SarifFull,
    /// Annotations in GitHub Actions.
    Github,
    /// Issues in Azure Pipelines.
    Azure,
    /// For GitLab's merge requests, every tier.
    GitlabCodequality,
    /// For GitLab's security widgets: everything but secrets.
    GitlabSast,
    /// For GitLab's security widgets: secrets.
    GitlabSecrets,
    /// For everything that reads test results.
    Junit,
    /// For reviewdog.
    Rdjson,
    /// For a comment or the summary of a job.
    Markdown,
    /// For people: a page that needs nothing besides.
    Html,
}

#[derive(Clone, Copy)]
enum Emitter {
    /// The report says what was found.
    Plain(fn(&Report, &Context<'_>, &mut dyn Write) -> io::Result<()>),
    /// It says when, too.
    Timed(fn(&Report, &Context<'_>, Times, &mut dyn Write) -> io::Result<()>),
}
use Emitter::{Plain, Timed};

/// To add a format, add its file, its variant, and its line here.
const TABLE: &[(Format, &str, Emitter)] = &[
    (Format::Text, "text", Plain(text::emit)),
    (Format::Concise, "concise", Plain(concise::emit)),
    (Format::Json, "json", Plain(json::emit)),
    (Format::Jsonl, "jsonl", Plain(jsonl::emit)),
    (Format::Sarif, "sarif", Plain(sarif::emit)),
    (Format::SarifFull, "sarif-full", Plain(sarif::emit_full)),
    (Format::Github, "github", Plain(github::emit)),
    (Format::Azure, "azure", Plain(azure::emit)),
    (
        Format::GitlabCodequality,
        "gitlab-codequality",
        Plain(code_quality::emit),
    ),
    (Format::GitlabSast, "gitlab-sast", Timed(security::emit_sast)),
    (Format::GitlabSecrets, "gitlab-secrets", Timed(security::emit_secrets)),
    (Format::Junit, "junit", Plain(junit::emit)),
    (Format::Rdjson, "rdjson", Plain(rdjson::emit)),
    (Format::Markdown, "markdown", Plain(markdown::emit)),
    (Format::Html, "html", Plain(html::emit)),
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

    /// Whether it shows the line hashes of findings.
    pub fn shows_line_hashes(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl | Self::Sarif | Self::SarifFull)
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

/// Writes `report` in `format` to `out`, and flushes it. A format that must hold times gets those of [`Times::default`].
///
/// # Errors
///
/// Whatever the writer reports; half a report may have been written then.
pub fn emit(format: Format, report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    emit_timed(format, report, context, Times::default(), out)
}

/// Like [`emit`], with the times of the run for the formats that must hold them: `gitlab-sast` and `gitlab-secrets`.
///
/// # Errors
///
/// Whatever the writer reports; half a report may have been written then.
pub fn emit_timed(
    format: Format,
    report: &Report,
    context: &Context<'_>,
    times: Times,
    out: &mut dyn Write,
) -> io::Result<()> {
    debug_assert!(
        context.rules.is_sorted_by_key(|rule| &rule.id),
        "rules are looked up by id"
    );
    let mut out = BufWriter::new(out);
    match format.line().2 {
        Plain(emitter) => emitter(report, context, &mut out)?,
        Timed(emitter) => emitter(report, context, times, &mut out)?,
    }
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
            "unknown format `sariff`; known are text, concise, json, jsonl, sarif, sarif-full, github, azure, \
             gitlab-codequality, gitlab-sast, gitlab-secrets, junit, rdjson, markdown, html"
        );
    }
}
