//! Which rules are on, and whether the organisation's pages can be used.

use anyhow::Result;
use weighbridge_emit::{Context, Style};

use super::Ground;
use super::line::Line;
use crate::files::Files;
use crate::pages::own_rules;
use crate::selection::{Catalogue, Selection};
use crate::settings::Settings;

/// The number of rules and the digest that reports carry too.
pub(super) fn look(ground: &Ground<'_>) -> Vec<Line> {
    let Ok(loaded) = ground.loaded else { return Vec::new() };
    vec![line_about(&loaded.settings, ground.files).unwrap_or_else(|error| Line::problem_of(&error))]
}

fn line_about(settings: &Settings, files: &Files<'_>) -> Result<Line> {
    let own = own_rules(&settings.rules.value, files)?;
    let catalogue = Catalogue::new(&own);
    let selection = Selection::new(&catalogue, settings)?;
    let on = selection.reported();
    let context = Context::of_scan(&on, env!("CARGO_PKG_VERSION"), settings.fail_on(), Style::default());
    Ok(Line::ok(format!(
        "{} of {} rules are on, {} of them from pages of your own; digest {}",
        on.len(),
        catalogue.rules().len(),
        on.iter().filter(|rule| own.iter().any(|one| one.id == rule.id)).count(),
        context.rules_digest()
    )))
}
