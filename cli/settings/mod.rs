//! What the user decided: flags, environment and settings file, laid over each other.
//!
//! Order: flag > `--config KEY=VALUE` > `WEIGHBRIDGE_*` > file > default. Every value remembers where it comes from.

mod environment;
mod find;
mod layer;
mod raw;
mod schema;
mod show;
mod size;
mod valid;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;

pub(crate) use layer::Layer;
pub(crate) use raw::{FailOn, Level, Profile, RawSettings, SpannedList};
pub(crate) use schema::schema;
pub(crate) use show::shown;
pub(crate) use size::{Size, rounded};
pub(crate) use valid::{Item, Settings};

use crate::failure::failure;
use crate::files::Files;
use crate::policy::Policy;

/// What the command line says about settings.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// Values of `--config`.
    pub(crate) config: Vec<OsString>,
    /// Whether settings files are left alone.
    pub(crate) isolated: bool,
    /// The policy.
    pub(crate) policy: Option<PathBuf>,
    /// Flags with a value of their own.
    pub(crate) flags: RawSettings,
}

/// Settings with where they were found.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// What applies.
    pub(crate) settings: Settings,
    /// The policy that they were raised to.
    pub(crate) policy: Policy,
    /// The name of the settings file, if there is one.
    pub(crate) file: Option<String>,
    /// Where it lies.
    pub(crate) path: Option<PathBuf>,
    /// Variables that look like ours and are not, each with what was probably meant.
    pub(crate) unknown_variables: Vec<(String, Option<&'static str>)>,
}

/// Reads and checks everything that decides about a run on `roots`.
///
/// # Errors
///
/// The first thing that is not a setting, with its place and a hint.
pub(crate) fn load(given: Given, roots: &[PathBuf], files: &Files<'_>) -> Result<Loaded> {
    let paths = files.paths();
    let base: Arc<Path> = paths.current().into();
    let (mut file, overrides) = sorted(&given.config, &base)?;
    if given.isolated
        && let Some(file) = &file
    {
        return Err(failure(
            format!("`--isolated` and `--config {}` exclude each other", paths.shown(file)),
            "`--isolated` goes together with `--config KEY=VALUE` only",
        ));
    }
    let environment = environment::read(std::env::vars_os(), &base)?;
    if file.is_none() && !given.isolated {
        file = match environment.config {
            Some(file) => Some(file),
            None => find::settings_file(roots, files)?,
        };
    }

    let mut layers = vec![Layer::from_flags(given.flags, base)];
    // Of two overrides the later one counts.
    layers.extend(overrides.into_iter().rev());
    layers.extend(environment.layers);
    let (mut name, mut path) = (None, None);
    if let Some(file) = file.filter(|file| !files.is_new(file)) {
        let shown = paths.shown_from_below(&file);
        let text = find::text_of(&file, files)?;
        let absolute = paths.absolute(&file);
        let base = absolute.parent().unwrap_or(paths.current());
        layers.push(Layer::from_file("settings", shown.clone(), &text, base.into())?);
        name = Some(shown);
        path = Some(file);
    }
    tracing::debug!(file = name.as_deref(), layers = layers.len(), "settings read");
    let policy = Policy::load(given.policy.or(environment.policy).as_deref(), files)?;
    let mut settings = Settings::merge(&layers)?;
    policy.raise(&mut settings);
    Ok(Loaded {
        settings,
        policy,
        file: name,
        path,
        unknown_variables: environment.unknown,
    })
}

/// The settings file and the overrides among the values of `--config`.
fn sorted(values: &[OsString], base: &Arc<Path>) -> Result<(Option<PathBuf>, Vec<Layer>)> {
    let mut file = None;
    let mut overrides = Vec::new();
    for value in values {
        let key_value = value.to_str().and_then(|text| text.split_once('='));
        match key_value {
            Some((key, text)) if !Path::new(value).exists() => {
                overrides.push(Layer::from_override(key.trim(), text.trim(), Arc::clone(base))?);
            }
            _ if file.is_some() => {
                return Err(failure(
                    "`--config` names two files",
                    "name one file; further settings go as `--config KEY=VALUE`",
                ));
            }
            _ => file = Some(PathBuf::from(value)),
        }
    }
    Ok((file, overrides))
}
