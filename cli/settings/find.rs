//! Finds the settings file: one for each repository.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

use crate::failure::{failure, failure_because};
use crate::files::Files;

const NAMES: [&str; 2] = ["weighbridge.toml", ".weighbridge.toml"];
/// No settings file written by a person is larger.
const MAX_BYTES: u64 = 1 << 20;

/// The settings file that applies to a scan of `roots`, else the one that applies to the current directory.
///
/// Looked for in a folder and those above it up to the repository root; outside of a repository in the folder alone, so that
/// a file in `/tmp` or in the home folder decides about nothing.
pub(super) fn settings_file(roots: &[PathBuf], files: &Files<'_>) -> Result<Option<PathBuf>> {
    let paths = files.paths();
    let mut seen = BTreeSet::new();
    let mut found = BTreeSet::new();
    let is_there = |path: &Path| files.has(path);
    for root in roots {
        let root = paths.absolute(root);
        let folder = if root.is_dir() { Some(&*root) } else { root.parent() };
        if let Some(folder) = folder {
            look_above(folder, &is_there, &mut seen, &mut found);
        }
    }
    if found.is_empty() {
        look_above(paths.current(), &is_there, &mut seen, &mut found);
    }
    match found.len() {
        0 | 1 => Ok(found.pop_first()),
        _ => {
            let names: Vec<_> = found
                .iter()
                .map(|path| format!("`{}`", paths.shown_from_below(path)))
                .collect();
            Err(failure(
                format!("more than one settings file applies: {}", names.join(", ")),
                "keep one for each repository, or choose with `--config FILE`",
            ))
        }
    }
}

/// Adds the settings files in `folder` and above. Folders in `seen` have been looked at.
fn look_above(
    folder: &Path,
    is_there: &dyn Fn(&Path) -> bool,
    seen: &mut BTreeSet<PathBuf>,
    found: &mut BTreeSet<PathBuf>,
) {
    if !seen.insert(folder.to_path_buf()) {
        return;
    }
    let above: Vec<_> = folder.ancestors().collect();
    let root = above.iter().position(|folder| folder.join(".git").exists());
    for folder in &above[..=root.unwrap_or(0)] {
        let candidates = NAMES.iter().map(|name| folder.join(name));
        found.extend(candidates.filter(|path| is_there(path)));
    }
}

/// The text of a settings file.
pub(super) fn text_of(path: &Path, files: &Files<'_>) -> Result<String> {
    let fail = |cause: anyhow::Error| {
        failure_because(
            format!("cannot read the settings `{}`", files.paths().shown(path)),
            cause,
            "name a readable TOML file with `--config FILE`, or pass `--isolated` to use none",
        )
    };
    let bytes = files.read(path, MAX_BYTES).map_err(|error| fail(error.into()))?;
    String::from_utf8(bytes).map_err(|_| fail(anyhow!("it is not UTF-8")))
}
