//! Whether the files of the repository start weighbridge in a pipeline, and whether they name a version of it.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::Ground;
use super::line::Line;
use crate::git::home;

/// The settings of pre-commit and prek.
pub(super) const PRE_COMMIT_CONFIG: &str = ".pre-commit-config.yaml";
/// What `init` writes where somebody has to choose a commit or an image.
const PLACEHOLDER: &str = "0000000000000000000000000000000000000000";
const FOLDERS: [&str; 4] = [".github/workflows", ".gitea/workflows", ".forgejo/workflows", ".gitlab"];
const FILES: [&str; 2] = [".gitlab-ci.yml", PRE_COMMIT_CONFIG];
/// No pipeline written by a person is larger, and nobody has more.
const MAX_BYTES: u64 = 1 << 20;
const MAX_FILES: usize = 200;

/// The pipelines that start weighbridge.
pub(super) fn look(ground: &Ground<'_>) -> Vec<Line> {
    let folder = home(ground.paths.current()).map_or_else(|_| ground.paths.current().to_path_buf(), |home| home.folder);
    let mut lines = Vec::new();
    for file in files(&folder) {
        let Some(text) = text_of(&file).filter(|text| text.contains("weighbridge")) else {
            continue;
        };
        let name = ground.paths.shown_from_below(&file);
        lines.push(if text.contains(PLACEHOLDER) {
            Line::problem(
                format!("`{name}` names the placeholder 000… and cannot run"),
                "put the commit or the image that you have looked at in its place",
            )
        } else {
            Line::ok(format!("`{name}` names weighbridge"))
        });
    }
    if lines.is_empty() {
        lines.push(Line::note(
            "no pipeline in this repository starts weighbridge",
            "`weighbridge init --github` or `--gitlab` writes one; without it nothing stops a merge",
        ));
    }
    lines
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let is_yaml = |path: &PathBuf| {
        path.extension()
            .is_some_and(|ending| ending == "yml" || ending == "yaml")
    };
    let listed = FOLDERS.iter().filter_map(|name| fs::read_dir(folder.join(name)).ok());
    let listed = listed.flatten().filter_map(Result::ok).map(|entry| entry.path());
    let mut files: Vec<_> = listed.filter(is_yaml).take(MAX_FILES).collect();
    files.sort();
    files.extend(FILES.map(|name| folder.join(name)));
    files
}

/// The text of a regular file of a size that people write; none if there is no such file.
pub(in crate::commands) fn text_of(path: &Path) -> Option<String> {
    let metadata = path.metadata().ok()?;
    if !metadata.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    fs::File::open(path)
        .ok()?
        .take(MAX_BYTES)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
