//! Writes a file that is not there yet, inside of the folders that it belongs into.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

use super::pieces::Piece;
use crate::failure::failure_because;
use crate::paths::Paths;

/// Checks that no link leads out of the folders that the file belongs into.
///
/// # Errors
///
/// It would lie elsewhere, or cannot lie there at all.
pub(super) fn check(piece: &Piece, paths: &Paths) -> Result<()> {
    if piece.existing().is_some() {
        return Ok(());
    }
    let fail = |cause: anyhow::Error, hint: &str| {
        failure_because(
            format!("cannot write `{}`", paths.shown_from_below(&piece.path)),
            cause,
            hint,
        )
    };
    let folder = nearest_folder(&piece.path)
        .map_err(|error| fail(error.into(), "move what is in the way, or choose other flags"))?;
    let is_inside = piece
        .inside
        .iter()
        .filter_map(|outer| outer.canonicalize().ok())
        .any(|outer| folder.starts_with(outer));
    if is_inside {
        return Ok(());
    }
    Err(fail(
        anyhow!("it would lie in `{}`, outside of the repository", folder.display()),
        "if that is right, write it by hand: `--dry-run` prints it",
    ))
}

/// The real path of the nearest folder above `path` that there is.
fn nearest_folder(path: &Path) -> io::Result<PathBuf> {
    for folder in path.ancestors().skip(1) {
        match folder.symlink_metadata() {
            // A link to nowhere is an error of its own; a file in the place of a folder too.
            Ok(_) if folder.metadata()?.is_dir() => return folder.canonicalize(),
            Ok(_) => return Err(io::ErrorKind::NotADirectory.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

/// Writes the file with the folders above it. What appeared there in the meantime is not overwritten.
pub(super) fn write(piece: &Piece, paths: &Paths) -> Result<()> {
    let folder = piece.path.parent().unwrap_or(Path::new("."));
    let written = fs::create_dir_all(folder)
        .and_then(|()| create(&piece.path, piece.is_program))
        .and_then(|mut file| {
            let written = file.write_all(piece.text.as_bytes());
            if written.is_err() {
                // Half a file would be left alone the next time.
                _ = fs::remove_file(&piece.path);
            }
            written
        });
    written.map_err(|error| {
        failure_because(
            format!("cannot write `{}`", paths.shown_from_below(&piece.path)),
            error,
            "run it where you may write, or print the files with `--dry-run`",
        )
    })
}

#[cfg(unix)]
fn create(path: &Path, is_program: bool) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;

    let mode = if is_program { 0o777 } else { 0o666 };
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

/// There is no mark for programs here.
#[cfg(not(unix))]
fn create(path: &Path, _: bool) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
