//! The files that can be written.
//!
//! `tests/ci/init.sh` holds each of them against its schema and the tools that judge it.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::place::Place;
use crate::baseline::DEFAULT_NAME;
use crate::commands::doctor::text_of;
use crate::failure::failure;

const SETTINGS: &str = include_str!("templates/weighbridge.toml");
const GITHUB: &str = include_str!("templates/github.yml");
const GITHUB_NEWS: &str = include_str!("templates/github-news.yml");
const GITHUB_GATE: &str = include_str!("templates/github-gate.yml");
/// The template that projects include from elsewhere is copied, so that the pipeline needs no other project.
const GITLAB_JOB: &str = include_str!("../../../.gitlab-ci-template.yml");
const GITLAB_INCLUDE: &str = include_str!("templates/gitlab-include.yml");
const PRE_COMMIT_ENTRY: &str = include_str!("templates/pre-commit-entry.yaml");
const HOOK: &str = include_str!("templates/pre-commit.sh");

const SETTINGS_NAMES: [&str; 2] = ["weighbridge.toml", ".weighbridge.toml"];

/// A file that can be written.
#[derive(Debug)]
pub(super) struct Piece {
    /// Where.
    pub(super) path: PathBuf,
    /// What.
    pub(super) text: String,
    /// Whether it is executable.
    pub(super) is_program: bool,
    /// Folders that it must lie in; links must not lead out of them.
    pub(super) inside: Vec<PathBuf>,
    /// What to do once it is written.
    pub(super) next: Option<&'static str>,
    /// Other names that the file may have already.
    other_paths: Vec<PathBuf>,
    /// What to add to a file that is there.
    addition: Option<String>,
}

impl Piece {
    fn new(place: &Place, name: &str, text: String) -> Self {
        Self {
            path: place.root.join(name),
            addition: Some(text.clone()),
            text,
            is_program: false,
            inside: vec![place.root.clone()],
            next: None,
            other_paths: Vec::new(),
        }
    }

    /// The file that is there already, be it a link to nowhere.
    pub(super) fn existing(&self) -> Option<PathBuf> {
        let mut paths = [&self.path].into_iter().chain(&self.other_paths);
        paths.find(|path| path.symlink_metadata().is_ok()).cloned()
    }

    /// What to add to the file that is there, unless it names weighbridge.
    pub(super) fn addition_to(&self, existing: &Path) -> Option<&str> {
        let is_named = text_of(existing).is_some_and(|text| text.contains("weighbridge"));
        self.addition.as_deref().filter(|_| !is_named)
    }
}

/// The settings. A baseline that is there is put to use.
pub(super) fn settings(place: &Place) -> Piece {
    let has_baseline = place.root.join(DEFAULT_NAME).is_file();
    let text = if has_baseline {
        SETTINGS.replace("# baseline = ", "baseline = ")
    } else {
        SETTINGS.to_owned()
    };
    Piece {
        other_paths: SETTINGS_NAMES.map(|name| place.root.join(name)).into(),
        // Any settings file is whole.
        addition: None,
        ..Piece::new(place, SETTINGS_NAMES[0], text)
    }
}

/// A workflow for GitHub.
pub(super) fn github(place: &Place) -> Piece {
    let text = versioned(GITHUB).replace("@BRANCH@", place.branch());
    Piece {
        next: Some("put a commit of weighbridge in place of the zeros in @NAME@, and make the job a required check"),
        ..Piece::new(place, ".github/workflows/weighbridge.yml", text)
    }
}

/// The workflows of the human gate for GitHub, which follow the one that scans.
pub(super) fn github_gate(place: &Place) -> [Piece; 2] {
    let news = Piece::new(place, ".github/workflows/weighbridge-news.yml", GITHUB_NEWS.to_owned());
    let gate = Piece {
        next: Some(
            "put a commit of weighbridge in place of the zeros in @NAME@, name who may approve in the variable \
             `WEIGHBRIDGE_APPROVERS`, and require the status `weighbridge/human-review`",
        ),
        ..Piece::new(place, ".github/workflows/weighbridge-gate.yml", GITHUB_GATE.to_owned())
    };
    [news, gate]
}

/// A job for GitLab, and the lines that include it.
pub(super) fn gitlab(place: &Place) -> [Piece; 2] {
    let job = GITLAB_JOB.lines().skip_while(|line| line.starts_with('#'));
    let job: String = job.flat_map(|line| [line, "\n"]).collect();
    let job = format!(
        "# Written by `weighbridge init` {}: one job, included by .gitlab-ci.yml.\n{job}",
        env!("CARGO_PKG_VERSION")
    );
    let include = Piece {
        addition: Some(format!(
            "# below `include:`, which may be there already\n{GITLAB_INCLUDE}"
        )),
        next: Some("put an image that holds weighbridge in place of the zeros in @NAME@"),
        ..Piece::new(place, ".gitlab-ci.yml", GITLAB_INCLUDE.to_owned())
    };
    [Piece::new(place, ".gitlab/weighbridge.yml", job), include]
}

/// The settings of pre-commit.
pub(super) fn pre_commit(place: &Place) -> Piece {
    let entry = versioned(PRE_COMMIT_ENTRY);
    let text = format!("default_install_hook_types: [pre-commit, pre-push]\nrepos:\n{entry}");
    Piece {
        addition: Some(format!("# below `repos:`\n{entry}")),
        next: Some("put a commit of weighbridge in place of the zeros in @NAME@, then `pre-commit install`"),
        ..Piece::new(place, ".pre-commit-config.yaml", text)
    }
}

/// A git hook, in the folder that git takes hooks from.
///
/// # Errors
///
/// No repository, or one whose index we cannot read.
pub(super) fn hook(place: &Place) -> Result<Piece> {
    let home = place.home.as_ref().map_err(|trouble| {
        failure(
            format!("there is no place for a hook: {}", trouble.message()),
            "leave out `--hook`, or run inside a repository that git and weighbridge can read",
        )
    })?;
    Ok(Piece {
        path: home.hooks.join("pre-commit"),
        is_program: true,
        inside: vec![home.folder.clone(), home.common.clone()],
        addition: Some("weighbridge scan --staged || exit $?\n".to_owned()),
        ..Piece::new(place, "", HOOK.to_owned())
    })
}

fn versioned(text: &str) -> String {
    text.replace("@VERSION@", env!("CARGO_PKG_VERSION"))
}
