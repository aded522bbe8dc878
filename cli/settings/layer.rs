//! One source of settings: flags, `--config KEY=VALUE`, a variable of the environment, or a file.

use std::fmt::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use serde::de::DeserializeOwned;
use toml::Spanned;
use weighbridge_core::{closest, push_visible};

use super::raw::RawSettings;
use crate::failure::failure_because;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nobody said anything.
    Default,
    /// A settings file.
    File {
        /// Its name as reports show names.
        name: String,
        /// The line, from 1.
        line: usize,
    },
    /// A variable of the environment.
    Environment(String),
    /// `--config KEY=VALUE`.
    Override,
    /// A flag of its own.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { name, line } => write!(f, "{name}:{line}"),
            Self::Environment(name) => f.write_str(name),
            Self::Override => f.write_str("--config"),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

/// Settings of one source; or, for a policy, what its file says.
#[derive(Debug)]
pub(crate) struct Layer<R = RawSettings> {
    /// What it says.
    pub(crate) raw: R,
    /// The folder that its relative paths begin at; absolute.
    pub(crate) base: Arc<Path>,
    source: LayerSource,
}

#[derive(Debug)]
enum LayerSource {
    File { name: String, lines: Lines },
    Environment(String),
    Override,
    Flags,
}

impl<R: DeserializeOwned> Layer<R> {
    /// The `kind` of thing in the text of a file called `name`: settings, a policy.
    pub(crate) fn from_file(kind: &str, name: String, text: &str, base: Arc<Path>) -> Result<Self> {
        let lines = Lines::of(text);
        let raw = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| lines.number(span.start));
            let (cause, hint) = explained(error.message());
            failure_because(
                format!("cannot use the {kind} `{name}`"),
                anyhow!("line {line}: {cause}"),
                hint,
            )
        })?;
        let source = LayerSource::File { name, lines };
        Ok(Self { raw, base, source })
    }
}

impl Layer {
    /// The setting `key` with `value` from `--config KEY=VALUE`.
    pub(super) fn from_override(key: &str, value: &str, base: Arc<Path>) -> Result<Self> {
        let raw = key_value(key, value).map_err(|error| {
            let (cause, hint) = explained(error.message());
            failure_because(format!("cannot use `--config {key}={value}`"), anyhow!(cause), hint)
        })?;
        let source = LayerSource::Override;
        Ok(Self { raw, base, source })
    }

    /// The setting `key` with `value` from the variable `name`.
    pub(super) fn from_variable(name: &str, key: &str, value: &str, base: Arc<Path>) -> Result<Self> {
        let raw = key_value(key, value).map_err(|error| {
            let (cause, hint) = explained(error.message());
            failure_because(format!("cannot use the variable `{name}`"), anyhow!(cause), hint)
        })?;
        let source = LayerSource::Environment(name.to_owned());
        Ok(Self { raw, base, source })
    }

    /// What the flags say.
    pub(super) fn from_flags(raw: RawSettings, base: Arc<Path>) -> Self {
        let source = LayerSource::Flags;
        Self { raw, base, source }
    }
}

impl<R> Layer<R> {
    /// The origin of a value of this layer.
    pub(crate) fn origin<T>(&self, flag: &'static str, value: &Spanned<T>) -> Origin {
        match &self.source {
            LayerSource::File { name, lines } => Origin::File {
                name: name.clone(),
                line: lines.number(value.span().start),
            },
            LayerSource::Environment(name) => Origin::Environment(name.clone()),
            LayerSource::Override => Origin::Override,
            LayerSource::Flags => Origin::Flag(flag),
        }
    }
}

/// `KEY=VALUE` as TOML; a value that is no TOML is taken as text, so that `fail-on=high` needs no quotes.
fn key_value(key: &str, value: &str) -> Result<RawSettings, toml::de::Error> {
    let as_written = format!("{key} = {value}");
    if toml::from_str::<toml::Table>(&as_written).is_ok() {
        return toml::from_str(&as_written);
    }
    toml::from_str(&format!("{key} = {}", quoted(value)))
}

/// A text as TOML writes it, without hidden characters and without `##`, with which commands to log runners begin.
pub(super) fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    let mut written = String::with_capacity(json.len());
    for character in json.chars() {
        let start = written.len();
        push_visible(&mut written, character.encode_utf8(&mut [0; 4]).as_bytes());
        if !written[start..].starts_with(character) {
            written.truncate(start);
            write!(written, "\\U{:08x}", u32::from(character)).expect("writing to a string does not fail");
        }
    }
    written.replace("##", "#\\u0023")
}

/// Where the lines of a text begin. Found once, as every value of the file asks for its line.
#[derive(Debug)]
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at + 1).collect())
    }

    /// The line (from 1) that holds the byte `offset`.
    fn number(&self, offset: usize) -> usize {
        1 + self.0.partition_point(|&start| start <= offset)
    }
}

/// The message of the TOML reader in our words, and a hint.
fn explained(message: &str) -> (String, String) {
    let words: Vec<_> = message.split('`').skip(1).step_by(2).collect();
    let is_key = message.starts_with("unknown field");
    if !is_key && !message.starts_with("unknown variant") {
        let cause = message
            .lines()
            .next()
            .unwrap_or(message)
            .trim_end_matches('.')
            .to_owned();
        return (
            cause,
            "`weighbridge config schema` describes every key and its value".to_owned(),
        );
    }
    let (given, known) = words
        .split_first()
        .map_or(("", &[][..]), |(given, known)| (*given, known));
    let kind = if is_key { "key" } else { "value" };
    let hint = closest(given, known.iter().copied()).map_or_else(
        || format!("known are {}", known.join(", ")),
        |word| format!("did you mean `{word}`?"),
    );
    (format!("unknown {kind} `{given}`"), hint)
}
