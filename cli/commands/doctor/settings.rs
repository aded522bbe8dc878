//! Which settings apply.

use super::Ground;
use super::line::Line;
use crate::failure::did_you_mean;

/// The settings file, and variables that nobody reads.
pub(super) fn look(ground: &Ground<'_>) -> Vec<Line> {
    let loaded = match ground.loaded {
        Ok(loaded) => loaded,
        Err(error) => return vec![Line::problem_of(error)],
    };
    let mut lines = vec![loaded.file.as_ref().map_or_else(
        || Line::ok("no settings file; defaults apply"),
        |file| {
            Line::ok(format!(
                "`{file}` applies; `weighbridge config show` prints every value"
            ))
        },
    )];
    lines.extend(loaded.unknown_variables.iter().map(|(name, suggestion)| {
        Line::note(
            format!("the variable `{name}` is no setting"),
            did_you_mean(*suggestion, "`weighbridge config show` lists all settings"),
        )
    }));
    lines
}
