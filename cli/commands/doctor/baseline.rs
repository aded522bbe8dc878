//! Whether the baseline can be read, and what in it is out of date.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use weighbridge_core::Notification;

use super::Ground;
use super::line::Line;
use crate::arguments::{DisplayArguments, When};
use crate::baseline::{Baseline, DEFAULT_NAME};
use crate::console::Console;
use crate::files::Files;
use crate::guard::Guard;
use crate::pages::own_rules;
use crate::search::Search;
use crate::selection::{Catalogue, Selection};
use crate::settings::Settings;

/// The baseline of the settings. To see what is stale in it, the files it names are scanned.
pub(super) fn look(ground: &Ground<'_>) -> Vec<Line> {
    let Ok(loaded) = ground.loaded else { return Vec::new() };
    let settings = &loaded.settings;
    match Baseline::of_settings(settings, ground.files) {
        Ok(None) if Path::new(DEFAULT_NAME).exists() => vec![Line::note(
            format!("`{DEFAULT_NAME}` is here, and no setting names it"),
            format!("to use it: `baseline = \"{DEFAULT_NAME}\"` in the settings"),
        )],
        Ok(None) => vec![Line::ok("none is used")],
        Ok(Some(baseline)) => {
            lines_about(&baseline, settings, ground.files).unwrap_or_else(|error| vec![Line::problem_of(&error)])
        }
        Err(error) => vec![Line::problem_of(&error)],
    }
}

fn lines_about(baseline: &Baseline, settings: &Settings, files: &Files<'_>) -> Result<Vec<Line>> {
    let paths = files.paths();
    let mut lines = vec![Line::ok(format!("findings accepted: {}", baseline.len()))];
    let expired = baseline.expired();
    if expired > 0 {
        lines.push(Line::note(
            format!("entries that have expired, so that their findings count again: {expired}"),
            "mend the findings, or set a later `expires`",
        ));
    }
    let own = own_rules(&settings.rules.value, files)?;
    let catalogue = Catalogue::new(&own);
    let selection = Selection::new(&catalogue, settings)?;
    let files: Vec<PathBuf> = baseline.files().into_iter().map(PathBuf::from).collect();
    let there: Vec<_> = files.into_iter().filter(|file| file.is_file()).collect();
    let search = Search::new(settings, &selection, paths, &there, None)?;
    let walked = search.files(None, &Guard::Off)?;
    let mut scanned = search.results(&walked, Instant::now(), &silent())?;
    let notes = baseline.apply(&mut scanned, &walked, &selection, paths, true);
    let stale = notes.into_iter().filter(|note| note.id == "baseline/stale");
    lines.extend(stale.map(|note| line_of(&note)));
    Ok(lines)
}

fn line_of(note: &Notification) -> Line {
    Line::note(note.message.clone(), note.hint.clone().unwrap_or_default())
}

/// A console that shows no progress.
fn silent() -> Console {
    Console::new(DisplayArguments {
        color: When::Never,
        quiet: 1,
        verbose: 0,
    })
}
