//! Where things are written, and what the repository there seems to use.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::failure::failure;
use crate::git::{Home, Trouble, home};

/// The folder that files are written into.
#[derive(Debug)]
pub(super) struct Place {
    /// The root of the repository, or the folder itself where there is none.
    pub(super) root: PathBuf,
    /// What git says about it, or why it says nothing.
    pub(super) home: Result<Home, Trouble>,
}

impl Place {
    /// The place around the folder `start`, which is absolute.
    ///
    /// # Errors
    ///
    /// A repository without files, of somebody else, or broken. One that libgit2 cannot read has a root all the same.
    pub(super) fn around(start: &Path) -> Result<Self> {
        let home = home(start);
        let root = match &home {
            Ok(home) => home.folder.clone(),
            Err(Trouble::NoRepository) => start.to_path_buf(),
            Err(Trouble::UnknownFormat(_)) => {
                let root = start.ancestors().find(|folder| folder.join(".git").exists());
                root.unwrap_or(start).to_path_buf()
            }
            Err(Trouble::Bare) => {
                return Err(failure(
                    "the git repository has no working tree to write into",
                    "run in a checkout of it",
                ));
            }
            Err(Trouble::Other(error)) => {
                return Err(failure(
                    format!("the repository cannot be read: {}", error.message()),
                    "check it with `git fsck`",
                ));
            }
            Err(trouble) => return Err(failure(trouble.message(), trouble.hint())),
        };
        Ok(Self { root, home })
    }

    /// Whether it is hosted on GitHub, or has files for it.
    pub(super) fn uses_github(&self) -> bool {
        self.root.join(".github").is_dir() || self.has_host("github")
    }

    /// Whether it is hosted on GitLab, or has files for it.
    pub(super) fn uses_gitlab(&self) -> bool {
        self.root.join(".gitlab-ci.yml").is_file() || self.has_host("gitlab")
    }

    /// Whether it has settings of pre-commit.
    pub(super) fn uses_pre_commit(&self) -> bool {
        self.root.join(".pre-commit-config.yaml").is_file()
    }

    /// The branch that changes go to, in the form that YAML needs no quotes for.
    pub(super) fn branch(&self) -> &str {
        let named = self.home.as_ref().ok().and_then(|home| home.branch.as_deref());
        named.filter(|name| is_plain(name)).unwrap_or("main")
    }

    fn has_host(&self, word: &str) -> bool {
        self.home
            .as_ref()
            .is_ok_and(|home| home.hosts.iter().any(|host| host.contains(word)))
    }
}

/// Whether YAML reads the name as a text, and GitHub as a name and no pattern.
fn is_plain(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    let is_word = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
        .iter()
        .any(|word| name.eq_ignore_ascii_case(word));
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_letter) && !is_word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_that_yaml_or_github_would_misread_is_not_plain() {
        for name in ["main", "release/1.x", "trunk_2"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["", "on", "True", "1.0", "a]b", "a*", "-a", "größe", "a b", "a#"] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
