//! Writes a fixed file: whole or not at all, with its permissions, and never through a link that leads elsewhere.

use std::io;
use std::path::Path;

use weighbridge_core::{Notification, SourcePath};

use crate::output::write_file;
use crate::paths::Paths;

/// Why a file was not written.
#[derive(Debug)]
pub(super) enum Problem {
    /// It is a link, and what it leads to lies elsewhere.
    Elsewhere,
    /// Its permissions forbid it.
    ReadOnly,
    /// The system refuses.
    System(io::Error),
}

impl Problem {
    /// What is said about it.
    pub(super) fn notification(&self, name: Option<SourcePath>) -> Notification {
        let (message, hint) = match self {
            Self::Elsewhere => (
                "was not fixed: it is a link to a file outside of its folder and of the current one".to_owned(),
                "name the file itself",
            ),
            Self::ReadOnly => (
                "was not fixed: it must not be written".to_owned(),
                "give yourself the right to write it",
            ),
            Self::System(error) => (
                format!("was not fixed: it cannot be written: {error}"),
                "check the rights and the room on the disk",
            ),
        };
        Notification::incomplete("fix/unwritable", name, message).with_hint(hint)
    }
}

/// Writes the text to a file that is there.
pub(super) fn write(path: &Path, text: &[u8], paths: &Paths) -> Result<(), Problem> {
    let metadata = path.symlink_metadata().map_err(Problem::System)?;
    let target = path.canonicalize().map_err(Problem::System)?;
    if metadata.is_symlink() {
        let folder = path.parent().map_or(paths.current(), |folder| folder);
        let is_below = |folder: &Path| folder.canonicalize().is_ok_and(|folder| target.starts_with(folder));
        if !is_below(&paths.absolute(folder)) && !is_below(paths.current()) {
            return Err(Problem::Elsewhere);
        }
    }
    let metadata = target.metadata().map_err(Problem::System)?;
    if metadata.permissions().readonly() {
        return Err(Problem::ReadOnly);
    }
    write_file(&target, |out| out.write_all(text)).map_err(Problem::System)
}
