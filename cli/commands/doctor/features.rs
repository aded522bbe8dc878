//! What this binary was built with, and what it therefore cannot do.

use super::Ground;
use super::line::Line;

/// One line for each part that a binary may lack. Whoever builds such a part says here what it finds.
pub(super) fn look(_: &Ground<'_>) -> Vec<Line> {
    let missing = [
        ("review", "no model gives an opinion on findings"),
        ("cuda", "no GPU is used"),
    ];
    let lines = missing.map(|(part, consequence)| Line {
        hint: None,
        ..Line::note(format!("{part}: not built in; {consequence}"), "")
    });
    lines.into()
}
