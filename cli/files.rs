//! Where the files that decide about a run are read from: settings, rule pages, baseline and policy.
//!
//! From the disk; or, where a change is judged, from its base, as far as the change could have touched them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use weighbridge_core::{Notification, SourcePath};

use crate::git::{Past, Standing};
use crate::paths::Paths;

/// Reads what decides about a run.
pub(crate) struct Files<'p> {
    paths: &'p Paths,
    past: Option<&'p Past>,
    /// Paths that the change brings and that therefore do not count yet.
    new: RefCell<BTreeSet<PathBuf>>,
    /// What is to be said about what was read.
    remarks: RefCell<BTreeSet<Notification>>,
}

/// Where a path leads.
enum Place<'p> {
    Disk,
    Base(&'p Past, Standing),
    Nowhere,
}

impl<'p> Files<'p> {
    /// Reads from the disk.
    pub(crate) fn on_disk(paths: &'p Paths) -> Self {
        Self {
            paths,
            past: None,
            new: RefCell::default(),
            remarks: RefCell::default(),
        }
    }

    /// Reads what the change could have touched from its base.
    pub(crate) fn at_base(paths: &'p Paths, past: &'p Past) -> Self {
        Self {
            past: Some(past),
            ..Self::on_disk(paths)
        }
    }

    /// How files are named.
    pub(crate) fn paths(&self) -> &'p Paths {
        self.paths
    }

    fn place(&self, path: &Path) -> Place<'p> {
        let Some(past) = self.past else { return Place::Disk };
        let path = self.paths.absolute(path);
        match past.standing(&path) {
            Standing::Outside => Place::Disk,
            Standing::New => Place::Nowhere,
            standing => Place::Base(past, standing),
        }
    }

    /// Whether something is at `path`; a link counts, wherever it leads.
    pub(crate) fn has(&self, path: &Path) -> bool {
        match self.place(path) {
            Place::Disk => path.symlink_metadata().is_ok(),
            Place::Base(..) => true,
            Place::Nowhere => !self.is_new(path),
        }
    }

    /// Whether the change brings the file or folder, so that it does not count yet. It is remembered for [`Self::notes`].
    pub(crate) fn is_new(&self, path: &Path) -> bool {
        let is_new = matches!(self.place(path), Place::Nowhere);
        if is_new {
            self.new.borrow_mut().insert(self.paths.absolute(path));
        }
        is_new
    }

    /// The commit that the file at `path` is read from; `None` if that is the disk.
    pub(crate) fn revision_of(&self, path: &Path) -> Option<&'p str> {
        match self.place(path) {
            Place::Base(past, _) => Some(past.revision()),
            Place::Disk | Place::Nowhere => None,
        }
    }

    /// The content of the regular file at `path`. A pipe is refused, so that one in a repository cannot stop the run.
    ///
    /// # Errors
    ///
    /// No regular file of at most `max_bytes` is there.
    pub(crate) fn read(&self, path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
        match self.place(path) {
            Place::Disk => from_disk(path, max_bytes),
            Place::Base(past, _) => past.read(&self.paths.absolute(path), max_bytes),
            Place::Nowhere => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Names in the folder at `path`, each with whether it is a folder itself.
    ///
    /// # Errors
    ///
    /// A folder that cannot be read.
    pub(crate) fn list(&self, path: &Path) -> io::Result<Vec<(String, bool)>> {
        match self.place(path) {
            Place::Disk => fs::read_dir(path)?
                .map(|entry| {
                    let entry = entry?;
                    let name = entry.file_name().to_string_lossy().into_owned();
                    Ok((name, entry.file_type()?.is_dir()))
                })
                .collect(),
            Place::Base(past, Standing::Folder) => past.list(&self.paths.absolute(path)),
            Place::Base(..) => Err(io::ErrorKind::NotADirectory.into()),
            Place::Nowhere => Ok(Vec::new()),
        }
    }

    /// Keeps something to be said about a file that was read, for [`Self::notes`].
    pub(crate) fn remark(&self, path: &Path, id: &'static str, message: String, hint: &str) {
        let name = SourcePath::new(self.paths.shown_from_below(path).as_bytes());
        let note = Notification::note(id, Some(name), message).with_hint(hint);
        self.remarks.borrow_mut().insert(note);
    }

    /// What was asked for and does not count yet, and what was said about the rest.
    pub(crate) fn notes(&self) -> Vec<Notification> {
        let remarks = self.remarks.borrow();
        let new = self.new.borrow();
        let new = new.iter().map(|path| {
            let name = SourcePath::new(self.paths.shown_from_below(path).as_bytes());
            Notification::note(
                "guard/new-file",
                Some(name),
                "is new in this change and does not decide about it",
            )
            .with_hint("it counts from the next change on, when it is on the base branch")
        });
        new.chain(remarks.iter().cloned()).collect()
    }
}

fn from_disk(path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(max_bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        return Err(io::Error::other(format!("it is larger than {} MiB", max_bytes >> 20)));
    }
    Ok(bytes)
}
