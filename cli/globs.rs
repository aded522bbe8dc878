//! Path patterns of the settings, in the language of `.gitignore`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::failure::failure_because;
use crate::paths::Paths;
use crate::settings::Item;

/// Patterns below one folder.
#[derive(Clone, Debug)]
pub(crate) struct Globs {
    base: PathBuf,
    patterns: Gitignore,
}

impl Globs {
    /// The patterns, relative to `base`, which is absolute.
    pub(crate) fn new<'i>(base: &Path, patterns: impl IntoIterator<Item = &'i Item>) -> Result<Self> {
        let mut builder = GitignoreBuilder::new(".");
        for pattern in patterns {
            builder.add_line(None, &pattern.text).map_err(|error| {
                failure_because(
                    format!("cannot use the pattern `{}` ({})", pattern.text, pattern.origin),
                    error,
                    "patterns are written as in `.gitignore`: `vendor/`, `*.lock`, `docs/**/*.py`",
                )
            })?;
        }
        let patterns = builder.build().map_err(|error| {
            failure_because(
                "cannot use the patterns together",
                error,
                "use fewer or shorter patterns",
            )
        })?;
        Ok(Self {
            base: base.to_path_buf(),
            patterns,
        })
    }

    /// Whether a file or folder met while walking is meant. Folders above it have been asked before.
    pub(crate) fn matches(&self, paths: &Paths, path: &Path, is_folder: bool) -> bool {
        !self.patterns.is_empty()
            && paths
                .absolute(path)
                .strip_prefix(&self.base)
                .is_ok_and(|path| self.patterns.matched(path, is_folder).is_ignore())
    }

    /// Whether a file or one of the folders above it is meant.
    pub(crate) fn matches_file_or_folder_above(&self, paths: &Paths, path: &Path) -> bool {
        self.matches_here_or_above(paths, path, false)
    }

    /// Whether a folder or one of those above it is meant.
    pub(crate) fn matches_folder_or_one_above(&self, paths: &Paths, path: &Path) -> bool {
        self.matches_here_or_above(paths, path, true)
    }

    fn matches_here_or_above(&self, paths: &Paths, path: &Path, is_folder: bool) -> bool {
        !self.patterns.is_empty()
            && paths
                .absolute(path)
                .strip_prefix(&self.base)
                .is_ok_and(|path| self.patterns.matched_path_or_any_parents(path, is_folder).is_ignore())
    }
}
