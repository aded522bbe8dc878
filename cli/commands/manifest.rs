//! `weighbridge manifest`: writes down what the files of a model are.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::{Args, ValueHint};
use weighbridge_verify::weights::listing::{LOCK_NAME, LockedFile, write_lock};
use weighbridge_verify::weights::{Algorithm, FileName, Folder, Observed, is_for_a_lock};

use crate::console::Console;
use crate::failure::{failure, failure_because};
use crate::interrupt;
use crate::output::{print, write_file};
use crate::weights::{self, hash, jobs, progress};

/// `manifest`.
#[derive(Debug, Args)]
pub(crate) struct ManifestArguments {
    /// The folder with the files of the model
    #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    folder: PathBuf,
    /// Where to write it; `-` is standard output [default: FOLDER/weights.lock]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// Number of threads [default: one for each processor]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

/// Hashes every file of a folder and writes the lock.
///
/// # Errors
///
/// A file that cannot be read: a lock that leaves it out would call it added later.
pub(crate) fn manifest(arguments: &ManifestArguments, console: &Console) -> Result<ExitCode> {
    interrupt::listen();
    let began = Instant::now();
    let mut found = weights::walk(&arguments.folder)?;
    if let Some((name, problem)) = found.gaps.first() {
        return Err(failure(
            format!("cannot write down `{name}`: {problem}"),
            "rename or remove it",
        ));
    }
    let names: Vec<FileName> = found
        .folder
        .files
        .keys()
        .filter(|name| is_for_a_lock(name))
        .cloned()
        .collect();
    for name in &names {
        refuse_what_is_no_file(name, &found.folder)?;
    }
    let wanted: BTreeSet<_> = names.iter().map(|name| (name.clone(), Algorithm::Sha256)).collect();
    let progress = progress(&wanted, &found.folder, began, console);
    hash(
        &arguments.folder,
        &wanted,
        &mut found.folder,
        jobs(arguments.jobs),
        &progress,
    )?;
    if interrupt::is_requested() {
        return Ok(ExitCode::from(interrupt::EXIT_CODE));
    }
    let locked: Vec<LockedFile> = names
        .iter()
        .map(|name| locked(name, &found.folder))
        .collect::<Result<_>>()?;
    if locked.is_empty() {
        let hint = "name the folder that holds the files of the model";
        return Err(failure(
            format!("there is no file in `{}`", arguments.folder.display()),
            hint,
        ));
    }
    let text = write_lock(&locked);
    let path = arguments
        .output
        .clone()
        .unwrap_or_else(|| arguments.folder.join(LOCK_NAME));
    if path.as_os_str() == "-" {
        print(text.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    write_file(&path, |out| out.write_all(text.as_bytes())).map_err(|error| {
        failure_because(
            format!("cannot write `{}`", path.display()),
            error,
            "choose another file with `--output`",
        )
    })?;
    let bytes: u64 = locked.iter().map(|file| file.size).sum();
    let files = locked.len();
    console.summary(&format!("wrote {} with {files} files, {bytes} bytes", path.display()));
    Ok(ExitCode::SUCCESS)
}

fn refuse_what_is_no_file(name: &FileName, folder: &Folder) -> Result<()> {
    let (problem, hint) = match folder.files.get(name) {
        Some(Observed::File { pointer: None, .. }) | None => return Ok(()),
        Some(Observed::File { pointer: Some(_), .. }) => (
            "a pointer of Git LFS stands in the place of the file".to_owned(),
            "fetch the file with `git lfs pull`",
        ),
        Some(Observed::Link) => (
            "it is a symbolic link, and what it leads to is not in the folder".to_owned(),
            "write down the folder that holds the files themselves, or a copy made with `cp -rL`",
        ),
        Some(Observed::Special) => ("it is no file".to_owned(), "remove it"),
        Some(Observed::Unreadable(why)) => (why.clone(), "make it readable"),
    };
    Err(failure(format!("cannot write down `{name}`: {problem}"), hint))
}

fn locked(name: &FileName, folder: &Folder) -> Result<LockedFile> {
    refuse_what_is_no_file(name, folder)?;
    let digest = folder.digests.get(&(name.clone(), Algorithm::Sha256));
    match (folder.files.get(name), digest) {
        (Some(Observed::File { size, .. }), Some(digest)) => Ok(LockedFile {
            name: name.clone(),
            size: *size,
            digest: digest.clone(),
        }),
        _ => Err(failure(
            format!("cannot write down `{name}`: it was not hashed"),
            "try again",
        )),
    }
}
