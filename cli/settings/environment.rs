//! Settings from variables of the environment: `WEIGHBRIDGE_FAIL_ON=high`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use weighbridge_core::closest;

use super::layer::{Layer, quoted};
use crate::failure::{did_you_mean, failure};

const PREFIX: &str = "WEIGHBRIDGE_";
const CONFIG: &str = "WEIGHBRIDGE_CONFIG";
const POLICY: &str = "WEIGHBRIDGE_POLICY";
/// Ours, and no setting: `forge` reads it, and nothing else does.
const TOKEN: &str = "WEIGHBRIDGE_GITLAB_TOKEN";

/// How the value of a variable is written.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    One,
    /// A text, whatever it looks like: a file may be called `1`.
    Text,
    /// Separated by commas.
    Words,
    /// Separated as in `PATH`.
    Folders,
}

const VARIABLES: &[(&str, &str, Kind)] = &[
    ("WEIGHBRIDGE_FAIL_ON", "fail-on", Kind::One),
    ("WEIGHBRIDGE_MIN_SEVERITY", "min-severity", Kind::One),
    ("WEIGHBRIDGE_PROFILE", "profile", Kind::One),
    ("WEIGHBRIDGE_SELECT", "select", Kind::Words),
    ("WEIGHBRIDGE_IGNORE", "ignore", Kind::Words),
    ("WEIGHBRIDGE_EXCLUDE", "exclude", Kind::Words),
    ("WEIGHBRIDGE_FORCE_EXCLUDE", "force-exclude", Kind::One),
    ("WEIGHBRIDGE_INCLUDE_HIDDEN", "include-hidden", Kind::One),
    ("WEIGHBRIDGE_RESPECT_GITIGNORE", "respect-gitignore", Kind::One),
    ("WEIGHBRIDGE_MAX_FILE_SIZE", "max-file-size", Kind::One),
    ("WEIGHBRIDGE_MAX_FINDINGS", "max-findings", Kind::One),
    ("WEIGHBRIDGE_FOREIGN_SUPPRESSIONS", "foreign-suppressions", Kind::One),
    ("WEIGHBRIDGE_RULES", "rules", Kind::Folders),
    ("WEIGHBRIDGE_INTRANET_SUFFIXES", "intranet-suffixes", Kind::Words),
    ("WEIGHBRIDGE_INTRANET_RANGES", "intranet-ranges", Kind::Words),
    ("WEIGHBRIDGE_PROMPT_FILES", "prompt-files", Kind::Words),
    ("WEIGHBRIDGE_BASELINE", "baseline", Kind::Text),
    ("WEIGHBRIDGE_JOBS", "jobs", Kind::One),
    ("WEIGHBRIDGE_ASSISTED_BY", "assisted-by", Kind::Text),
];

/// What the environment says about settings.
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// The settings file that `WEIGHBRIDGE_CONFIG` names.
    pub(super) config: Option<PathBuf>,
    /// The policy that `WEIGHBRIDGE_POLICY` names.
    pub(super) policy: Option<PathBuf>,
    /// One layer for each variable.
    pub(super) layers: Vec<Layer>,
    /// Variables that look like ours and are not, with what was probably meant. Other programs may own them, so they are no error.
    pub(super) unknown: Vec<(String, Option<&'static str>)>,
}

/// Reads the variables; those that are empty count as not set.
pub(super) fn read(variables: impl Iterator<Item = (OsString, OsString)>, base: &Arc<Path>) -> Result<Environment> {
    let mut environment = Environment::default();
    let mut ours: Vec<_> = variables
        .filter(|(name, value)| name.as_encoded_bytes().starts_with(PREFIX.as_bytes()) && !value.is_empty())
        .collect();
    ours.sort();
    for (name, value) in ours {
        let name = name.to_string_lossy();
        if name == TOKEN {
            continue;
        }
        if name == CONFIG {
            environment.config = Some(value.into());
            continue;
        }
        if name == POLICY {
            environment.policy = Some(value.into());
            continue;
        }
        let Some(&(_, key, kind)) = VARIABLES.iter().find(|(known, ..)| *known == name) else {
            let known = VARIABLES.iter().map(|(known, ..)| *known).chain([CONFIG, POLICY]);
            environment.unknown.push((name.to_string(), nearest(&name, known)));
            continue;
        };
        let Some(value) = value.to_str() else {
            return Err(failure(
                format!("the variable `{name}` is not UTF-8"),
                did_you_mean(None, "set it to plain text, or use the flag"),
            ));
        };
        let value = match kind {
            Kind::One => value.to_owned(),
            Kind::Text => quoted(value),
            Kind::Words => array(value.split(',').map(|word| word.trim().to_owned())),
            Kind::Folders => array(std::env::split_paths(value).map(|path| path.to_string_lossy().into_owned())),
        };
        environment
            .layers
            .push(Layer::from_variable(&name, key, &value, Arc::clone(base))?);
    }
    Ok(environment)
}

/// The known name nearest to `given`; the common beginning is left out of the comparison, or everything would be alike.
fn nearest<'k>(given: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let known: Vec<_> = known.collect();
    let ending = closest(
        given.strip_prefix(PREFIX)?,
        known.iter().filter_map(|name| name.strip_prefix(PREFIX)),
    )?;
    known.into_iter().find(|name| name.strip_prefix(PREFIX) == Some(ending))
}

fn array(words: impl Iterator<Item = String>) -> String {
    let words: Vec<_> = words
        .filter(|word| !word.is_empty())
        .map(|word| quoted(&word))
        .collect();
    format!("[{}]", words.join(", "))
}
