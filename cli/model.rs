//! Hands files to the room that looks into models, and what it says to the scanner, which knows what may be shown.

use std::cell::Cell;
use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::Path;

use weighbridge_core::{Language, Notification, Source, SourcePath};
use weighbridge_inspect::{Input, Inspection, Inspector, Neighbourhood, marks_models};
use weighbridge_scan::{FileReport, Worker};

use crate::walk::Entry;

/// A file that is read at any place. Counts what is read of it.
pub(crate) struct ModelFile {
    file: File,
    length: u64,
    read: Cell<u64>,
}

impl ModelFile {
    /// Opens the file at `path`.
    ///
    /// # Errors
    ///
    /// Whatever the system says.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self {
            file,
            length,
            read: Cell::new(0),
        })
    }

    /// Bytes that were read so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.read.get()
    }
}

impl Input for ModelFile {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let count = read_at(&self.file, offset, buffer)?;
        self.read.set(self.read.get() + count as u64);
        Ok(count)
    }
}

#[cfg(unix)]
fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    use std::io::{Read as _, Seek as _, SeekFrom};

    file.seek(SeekFrom::Start(offset))?;
    file.read(buffer)
}

/// The folders among `entries` in which models lie.
pub(crate) fn model_folders(entries: &[Entry]) -> HashSet<&[u8]> {
    let models = entries.iter().filter(|entry| marks_models(entry.name.file_name()));
    models.map(|entry| folder(&entry.name)).collect()
}

fn folder(name: &SourcePath) -> &[u8] {
    let path = name.as_bytes();
    &path[..path.len() - name.file_name().len()]
}

/// Whether the file lies among models.
pub(crate) fn neighbourhood(entry: &Entry, folders: &HashSet<&[u8]>) -> Neighbourhood {
    if folders.contains(folder(&entry.name)) {
        Neighbourhood::Models
    } else {
        Neighbourhood::Other
    }
}

/// What looking into a file came to; `None` if nothing was seen in it that is worth a line.
pub(crate) fn report(
    inspector: &Inspector<'_>,
    worker: &mut Worker<'_, '_>,
    name: &SourcePath,
    place: Neighbourhood,
    input: &dyn Input,
) -> Option<FileReport> {
    let inspection = inspector.inspect(&name.to_string(), place, input);
    let Inspection {
        listing,
        detections,
        troubles,
    } = inspection;
    if listing.is_empty() && troubles.is_empty() {
        return None;
    }
    let source = Source::new(name.clone(), Language::TEXT, listing.as_bytes());
    let mut report = if detections.is_empty() {
        FileReport::default()
    } else {
        worker.admit(&source, detections)
    };
    report.notifications.extend(troubles.into_iter().map(|trouble| {
        Notification::incomplete("file/not-inspected", Some(name.clone()), trouble)
            .with_hint("`weighbridge explain-file PATH` shows what was seen of it")
    }));
    Some(report)
}
