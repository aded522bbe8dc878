//! Whether git starts weighbridge before a commit.

use std::path::Path;

use super::Ground;
use super::line::Line;
use super::pipeline::{PRE_COMMIT_CONFIG, text_of};
use crate::git::home;

/// What the program that runs hooks writes into them.
const RUNNERS: [&str; 2] = ["pre-commit", "prek"];

/// The hook that runs before a commit.
pub(super) fn look(ground: &Ground<'_>) -> Vec<Line> {
    // What is wrong with the repository is said by the check of git.
    let Ok(home) = home(ground.paths.current()) else {
        return Vec::new();
    };
    let hook = home.hooks.join("pre-commit");
    let name = ground.paths.shown_from_below(&hook);
    let is_configured = text_of(&home.folder.join(PRE_COMMIT_CONFIG)).is_some_and(|text| text.contains("weighbridge"));
    let missing = if is_configured {
        "`pre-commit install` sets up what `.pre-commit-config.yaml` names"
    } else {
        "`weighbridge init --hook` writes one, `weighbridge init --pre-commit` an entry for pre-commit"
    };
    let Some(text) = text_of(&hook) else {
        return vec![Line::note("no hook looks at a commit before it is made", missing)];
    };
    let is_run = text.contains("weighbridge") || (is_configured && RUNNERS.iter().any(|name| text.contains(name)));
    vec![if !is_run {
        Line::note(
            format!("`{name}` does not start weighbridge"),
            "add `weighbridge scan --staged` to it",
        )
    } else if is_executable(&hook) {
        Line::ok(format!("`{name}` starts weighbridge"))
    } else {
        Line::problem(
            format!("`{name}` is not executable, so git passes over it"),
            format!("`chmod +x {name}`"),
        )
    }]
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    path.metadata()
        .is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

/// Git for Windows starts every hook.
#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}
