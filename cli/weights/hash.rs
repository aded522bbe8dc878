//! Digests of the files that lists speak of: each file is read once, in pieces, whatever is asked about it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::Result;
use rayon::prelude::*;
use weighbridge_verify::weights::{Algorithm, FileDigest, FileName, Folder, Observed};

use crate::failure::failure_because;
use crate::interrupt;
use crate::progress::Progress;

/// Bytes read at a time.
const PIECE_BYTES: usize = 1 << 20;

/// Adds the wanted digests to the folder. A file that cannot be read is noted as such, and costs none of the others.
///
/// # Errors
///
/// Threads that the system does not give.
pub(crate) fn hash(
    root: &Path,
    wanted: &BTreeSet<(FileName, Algorithm)>,
    folder: &mut Folder,
    jobs: usize,
    progress: &Progress,
) -> Result<()> {
    let mut files: BTreeMap<&FileName, Vec<Algorithm>> = BTreeMap::new();
    for (name, algorithm) in wanted {
        files.entry(name).or_default().push(*algorithm);
    }
    let size = |name: &FileName| match folder.files.get(name) {
        Some(Observed::File { size, .. }) => *size,
        _ => 0,
    };
    let mut files: Vec<(&FileName, Vec<Algorithm>, u64)> = files
        .into_iter()
        .map(|(name, algorithms)| (name, algorithms, size(name)))
        .collect();
    // The largest first: begun last, it would keep one thread busy long after the others.
    files.sort_by_key(|(_, _, size)| std::cmp::Reverse(*size));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build();
    let pool = pool.map_err(|error| {
        let hint = "ask for fewer with `--jobs`";
        failure_because(format!("cannot start {jobs} threads"), error, hint)
    })?;
    let results: Vec<io::Result<Vec<FileDigest>>> = pool.install(|| {
        let results = files
            .par_iter()
            .with_max_len(1)
            .map(|(name, algorithms, size)| digests(&root.join(name.as_str()), algorithms, *size, progress));
        results.collect()
    });
    progress.clear();
    for ((name, _, _), result) in files.into_iter().zip(results) {
        match result {
            Ok(digests) => {
                let keyed = digests
                    .into_iter()
                    .map(|digest| ((name.clone(), digest.algorithm()), digest));
                folder.digests.extend(keyed);
            }
            Err(error) => {
                folder
                    .files
                    .insert(name.clone(), Observed::Unreadable(error.to_string()));
            }
        }
    }
    Ok(())
}

/// The digests of one file, whose length is known.
fn digests(path: &Path, algorithms: &[Algorithm], size: u64, progress: &Progress) -> io::Result<Vec<FileDigest>> {
    // Asked again although the walk knew: the file may have been replaced since, and opening a pipe would wait.
    if !path.symlink_metadata()?.is_file() {
        return Err(io::Error::other("it was replaced while it was looked at"));
    }
    let mut file = File::open(path)?;
    let mut digestings: Vec<_> = algorithms.iter().map(|algorithm| algorithm.begin(size)).collect();
    let mut piece = vec![0; PIECE_BYTES.min(usize::try_from(size).unwrap_or(PIECE_BYTES) + 1)];
    let mut seen = 0;
    loop {
        let length = match file.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        seen += length as u64;
        // A file that grows as fast as it is read would never end.
        if seen > size || interrupt::is_requested() {
            break;
        }
        for digesting in &mut digestings {
            digesting.update(&piece[..length]);
        }
        progress.advance_by(length as u64);
    }
    if seen != size {
        return Err(io::Error::other("its length changed while it was read"));
    }
    Ok(digestings
        .into_iter()
        .map(weighbridge_verify::weights::Digesting::finish)
        .collect())
}
