//! Finds the settings file: one for each repository.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

use crate::failure::{failure, failure_because};
use crate::paths::Paths;

const NAMES: [&str; 2] = ["weighbridge.toml", ".weighbridge.toml"];
/// No settings file written by a person is larger.
const MAX_BYTES: u64 = 1 << 20;

/// The settings file that applies to a scan of `roots`, else the one that applies to the current directory.
///
/// Looked for in a folder and those above it up to the repository root; outside of a repository in the folder alone, so that
/// a file in `/tmp` or in the home folder decides about nothing.
pub(super) fn settings_file(paths: &Paths, roots: &[PathBuf]) -> Result<Option<PathBuf>> {
    let mut seen = BTreeSet::new();
    let mut found = BTreeSet::new();
    for root in roots {
        let root = paths.absolute(root);
        let folder = if root.is_dir() { Some(&*root) } else { root.parent() };
        if let Some(folder) = folder {
            look_above(folder, &mut seen, &mut found);
        }
    }
    if found.is_empty() {
        look_above(paths.current(), &mut seen, &mut found);
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
fn look_above(folder: &Path, seen: &mut BTreeSet<PathBuf>, found: &mut BTreeSet<PathBuf>) {
    if !seen.insert(folder.to_path_buf()) {
        return;
    }
    let above: Vec<_> = folder.ancestors().collect();
    let root = above.iter().position(|folder| folder.join(".git").exists());
    for folder in &above[..=root.unwrap_or(0)] {
        let candidates = NAMES.iter().map(|name| folder.join(name));
        found.extend(candidates.filter(|path| path.symlink_metadata().is_ok()));
    }
}

/// The text of a settings file. Refuses what is no regular file, so that a pipe in a repository cannot stop the run.
pub(super) fn text_of(paths: &Paths, path: &Path) -> Result<String> {
    let fail = |cause: anyhow::Error| {
        failure_because(
            format!("cannot read the settings `{}`", paths.shown(path)),
            cause,
            "name a readable TOML file with `--config FILE`, or pass `--isolated` to use none",
        )
    };
    let metadata = path.metadata().map_err(|error| fail(error.into()))?;
    if !metadata.is_file() {
        return Err(fail(anyhow!("it is not a regular file")));
    }
    let file = std::fs::File::open(path).map_err(|error| fail(error.into()))?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| fail(error.into()))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(fail(anyhow!("it is larger than 1 MiB")));
    }
    String::from_utf8(bytes).map_err(|_| fail(anyhow!("it is not UTF-8")))
}
