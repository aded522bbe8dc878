//! The files of a model on disk: what lies in a folder, and what it is by its digests.

mod folder;
mod hash;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use std::time::Instant;

use weighbridge_verify::weights::{Algorithm, FileName, Folder, Observed};

use crate::console::Console;
use crate::progress::Progress;
pub(crate) use folder::{WeightFolder, walk};
pub(crate) use hash::hash;

/// The number of threads: as given, or one for each processor.
pub(crate) fn jobs(given: Option<NonZeroUsize>) -> usize {
    given
        .or_else(|| available_parallelism().ok())
        .map_or(1, NonZeroUsize::get)
}

/// The progress over the bytes that are to be hashed.
pub(crate) fn progress(
    wanted: &BTreeSet<(FileName, Algorithm)>,
    folder: &Folder,
    began: Instant,
    console: &Console,
) -> Progress {
    if !console.wants_progress() {
        return Progress::hidden(0);
    }
    let files: BTreeSet<&FileName> = wanted.iter().map(|(name, _)| name).collect();
    let sizes = files.into_iter().map(|name| match folder.files.get(name) {
        Some(Observed::File { size, .. }) => *size,
        _ => 0,
    });
    Progress::visible_bytes(sizes.sum(), began)
}
