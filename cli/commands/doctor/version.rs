//! Which weighbridge this is.

use super::Ground;
use super::line::Line;

/// The version and the machine it was built for.
pub(super) fn look(_: &Ground<'_>) -> Vec<Line> {
    vec![Line::ok(format!(
        "weighbridge {} for {} on {}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    ))]
}
