//! Finds the files to scan.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};

use anyhow::Result;
use ignore::{DirEntry, WalkBuilder, WalkState};
use weighbridge_core::{Notification, SourcePath};

use crate::failure::failure;
use crate::git::{Blob, Lines, Range};
use crate::globs::Globs;
use crate::interrupt;
use crate::paths::Paths;

/// The name of standard input in a report, where the user gives none.
const STDIN_NAME: &str = "<stdin>";

/// Walking waits for the file system and gains nothing from more.
const MAX_THREADS: usize = 12;

/// How to walk.
#[derive(Clone, Debug)]
pub(crate) struct WalkOptions {
    /// Whether names with a leading dot are entered.
    pub(crate) include_hidden: bool,
    /// Whether `.gitignore` is followed.
    pub(crate) respect_gitignore: bool,
    /// What is not entered besides.
    pub(crate) exclude: Globs,
    /// Whether that holds for what the arguments name too.
    pub(crate) force_exclude: bool,
    /// Threads to use.
    pub(crate) jobs: usize,
    /// The name of what comes through standard input.
    pub(crate) stdin_name: Option<PathBuf>,
}

impl WalkOptions {
    /// Whether what an argument names is left out all the same.
    fn leaves_out(&self, paths: &Paths, argument: &Path) -> bool {
        self.force_exclude
            && if argument.is_dir() {
                self.exclude.matches_folder_or_one_above(paths, argument)
            } else {
                self.exclude.matches_file_or_folder_above(paths, argument)
            }
    }
}

/// A file to scan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// Its name in the report.
    pub(crate) name: SourcePath,
    /// Where its bytes come from.
    pub(crate) input: Input,
    /// Where findings are wanted.
    pub(crate) lines: Lines,
    /// The lines that the change under judgement adds, on which suppressions may not count; `None` if it does not touch the file.
    pub(crate) new_lines: Option<Lines>,
    /// Whether the settings call it a prompt.
    pub(crate) is_prompt: bool,
}

/// Where bytes come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Input {
    /// A file; the path opens it.
    File(PathBuf),
    /// Standard input, under this name.
    Stdin(PathBuf),
    /// Standard input that was read, under this name.
    Held(PathBuf, Arc<[u8]>),
    /// A file in the index of a repository.
    Blob(Blob),
}

impl Input {
    /// The path, for patterns to look at.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Stdin(path) | Self::Held(path, _) => path,
            Self::Blob(blob) => &blob.path,
        }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// The files, sorted by name and each once.
    pub(crate) entries: Vec<Entry>,
    /// What could not be looked at.
    pub(crate) notifications: Vec<Notification>,
    /// Symbolic links that were not followed.
    pub(crate) symlinks: usize,
    /// The change that the files belong to; `None` if they were not looked for in a change.
    pub(crate) range: Option<Range>,
}

enum Found {
    File(Entry),
    Symlink(SourcePath),
    Notification(Notification),
}

/// Finds the files that the arguments name: files as they are, folders with what is in them.
///
/// # Errors
///
/// An argument that does not exist.
pub(crate) fn collect(arguments: &[PathBuf], options: &WalkOptions, paths: &Paths) -> Result<Walked> {
    let mut found = Vec::new();
    let mut folders = Vec::new();
    for argument in arguments {
        if argument.as_os_str() == "-" {
            let path = options.stdin_name.clone();
            if path.as_deref().is_some_and(|path| options.leaves_out(paths, path)) {
                continue;
            }
            let name = path
                .as_deref()
                .map_or_else(|| SourcePath::new(STDIN_NAME.as_bytes()), |path| paths.shown(path));
            let input = Input::Stdin(path.unwrap_or_else(|| STDIN_NAME.into()));
            let lines = Lines::All;
            found.push(Found::File(Entry {
                name,
                input,
                lines,
                new_lines: None,
                is_prompt: false,
            }));
            continue;
        }
        match argument.metadata() {
            Ok(_) if options.leaves_out(paths, argument) => tracing::debug!("argument left out: excluded"),
            Ok(metadata) if metadata.is_dir() => folders.push(argument),
            Ok(metadata) if metadata.is_file() => found.push(file(argument.clone(), paths)),
            Ok(_) => found.push(Found::Notification(special(paths.shown(argument)))),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Err(failure(
                    format!("there is no file or folder `{}`", argument.display()),
                    "check the spelling and the current folder",
                ));
            }
            Err(error) => found.push(Found::Notification(unreadable(Some(paths.shown(argument)), &error))),
        }
    }
    walk(&folders, options, paths, &mut found);
    Ok(sorted(found))
}

fn walk(folders: &[&PathBuf], options: &WalkOptions, paths: &Paths, found: &mut Vec<Found>) {
    let Some((first, rest)) = folders.split_first() else {
        return;
    };
    let mut builder = WalkBuilder::new(first);
    for folder in rest {
        builder.add(folder);
    }
    let exclude = options.exclude.clone();
    let names = Arc::new(paths.clone());
    let exclude_names = Arc::clone(&names);
    builder
        .hidden(!options.include_hidden)
        .git_ignore(options.respect_gitignore)
        .git_exclude(options.respect_gitignore)
        .parents(options.respect_gitignore)
        // A folder that was copied out of its repository still has its `.gitignore`.
        .require_git(false)
        // Neither of them belongs to the tree: the same tree gives the same report on every machine.
        .git_global(false)
        .ignore(false)
        .follow_links(false)
        .current_dir(paths.current())
        .threads(options.jobs.min(MAX_THREADS))
        .filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            entry.depth() == 0
                || (entry.file_name() != ".git" && !exclude.matches(&exclude_names, entry.path(), is_folder))
        });
    let (sender, receiver) = mpsc::channel();
    builder.build_parallel().run(|| {
        let sender = sender.clone();
        let names = Arc::clone(&names);
        Box::new(move |entry| {
            if interrupt::is_requested() {
                return WalkState::Quit;
            }
            look_at(entry, &names, &sender);
            WalkState::Continue
        })
    });
    drop(sender);
    found.extend(receiver);
}

fn look_at(entry: Result<DirEntry, ignore::Error>, paths: &Paths, sender: &Sender<Found>) {
    let send = |found| sender.send(found).expect("the receiver outlives the walk");
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => return send(Found::Notification(stopped(&error, paths))),
    };
    if entry.error().is_some() {
        send(Found::Notification(bad_ignore_file(paths.shown(entry.path()))));
    }
    match entry.file_type() {
        Some(kind) if kind.is_dir() => {}
        Some(kind) if kind.is_file() => send(file(entry.into_path(), paths)),
        Some(kind) if kind.is_symlink() => send(Found::Symlink(paths.shown(entry.path()))),
        _ => send(Found::Notification(special(paths.shown(entry.path())))),
    }
}

fn file(path: PathBuf, paths: &Paths) -> Found {
    let name = paths.shown(&path);
    tracing::trace!(%name, "file found");
    Found::File(Entry {
        name,
        input: Input::File(path),
        lines: Lines::All,
        new_lines: None,
        is_prompt: false,
    })
}

/// Every file once and in order, however many arguments led to it and whichever thread saw it first.
fn sorted(found: Vec<Found>) -> Walked {
    let mut walked = Walked::default();
    let mut symlinks = Vec::new();
    for found in found {
        match found {
            Found::File(entry) => walked.entries.push(entry),
            Found::Symlink(name) => symlinks.push(name),
            Found::Notification(notification) => walked.notifications.push(notification),
        }
    }
    walked.entries.sort();
    walked.entries.dedup_by(|a, b| a.name == b.name);
    walked.notifications.sort();
    walked.notifications.dedup();
    symlinks.sort();
    symlinks.dedup();
    walked.symlinks = symlinks.len();
    walked
}

/// What is neither file nor folder nor link.
pub(crate) fn special(name: SourcePath) -> Notification {
    Notification::incomplete(
        "file/special",
        Some(name),
        "is a pipe, socket or device and was not opened",
    )
    .with_hint("leave it out with `--exclude`, or pipe its contents in: `weighbridge scan -`")
}

/// A file or folder that the system does not let us read.
pub(crate) fn unreadable(name: Option<SourcePath>, error: &io::Error) -> Notification {
    Notification::incomplete("file/unreadable", name, format!("cannot be read: {error}"))
        .with_hint("give weighbridge the right to read it, or leave it out with `--exclude`")
}

fn bad_ignore_file(name: SourcePath) -> Notification {
    Notification::note(
        "file/bad-ignore-file",
        Some(name),
        "a line of the ignore file that applies here is no pattern and has no effect",
    )
    .with_hint("`git check-ignore --verbose PATH` shows which lines have one")
}

/// What made the walk stop at a place.
fn stopped(error: &ignore::Error, paths: &Paths) -> Notification {
    let name = path_of(error).map(|path| paths.shown(path));
    match error.io_error() {
        Some(error) => unreadable(name, error),
        None => Notification::incomplete("file/unreadable", name, "cannot be entered")
            .with_hint("leave it out with `--exclude`"),
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}
