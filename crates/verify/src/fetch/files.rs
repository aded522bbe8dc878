//! Files of a folder or of a tar archive, by name and up to a length.

#![expect(
    clippy::disallowed_methods,
    reason = "the one place of this crate that reads files; only names that are digests or constants get here"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sha2::Digest as _;

use super::FetchError;
use crate::ImageDigest;

/// More names than this are not listed.
const MAX_NAMES: usize = 100_000;

/// Files by name, with `/` between the parts.
pub trait Files: Sync {
    /// The bytes of a file; `None` if it is not there.
    ///
    /// # Errors
    ///
    /// It cannot be read or is longer than `limit` bytes.
    fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, FetchError>;

    /// The names below a folder that are at most `limit` bytes long, sorted; none if there is no such folder.
    fn names_below(&self, folder: &str, limit: u64) -> Vec<String>;

    /// The SHA-256 digest of a file of any length; `None` if it is not there.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    fn digest(&self, name: &str) -> Result<Option<ImageDigest>, FetchError>;
}

/// A folder.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder at `path`.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    fn open(&self, name: &str) -> Result<Option<File>, FetchError> {
        match File::open(self.0.join(name)) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(name, &error)),
        }
    }
}

fn unreadable(name: &str, error: &io::Error) -> FetchError {
    FetchError::File {
        path: name.to_owned(),
        problem: error.to_string(),
    }
}

fn read_up_to(name: &str, reader: impl io::Read, limit: u64) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    let read = reader.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(name, &error))?;
    if bytes.len() as u64 > limit {
        return Err(FetchError::TooLong { what: "a file", limit });
    }
    Ok(bytes)
}

fn digest_of(name: &str, mut reader: impl io::Read) -> Result<ImageDigest, FetchError> {
    let mut hash = sha2::Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = reader.read(&mut buffer).map_err(|error| unreadable(name, &error))?;
        if count == 0 {
            break;
        }
        hash.update(&buffer[..count]);
    }
    let text = format!("sha256:{}", crate::digest::hexadecimal(&hash.finalize()));
    Ok(ImageDigest::parse(&text).expect("a digest of this form"))
}

impl Files for Folder {
    fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, FetchError> {
        let file = self.open(name)?;
        file.map(|file| read_up_to(name, file, limit)).transpose()
    }

    fn names_below(&self, folder: &str, limit: u64) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.0.join(folder)) else {
            return Vec::new();
        };
        let mut names: Vec<_> = entries
            .flatten()
            .take(MAX_NAMES)
            .filter(|entry| entry.metadata().is_ok_and(|data| data.is_file() && data.len() <= limit))
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }

    fn digest(&self, name: &str) -> Result<Option<ImageDigest>, FetchError> {
        let file = self.open(name)?;
        file.map(|file| digest_of(name, file)).transpose()
    }
}

/// A tar archive: its names are read once, its contents when they are asked for.
#[derive(Debug)]
pub struct TarFile {
    file: Mutex<File>,
    /// Where the contents begin, and how long they are.
    places: BTreeMap<String, (u64, u64)>,
}

impl TarFile {
    /// The archive at `path`.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is no tar archive.
    pub fn open(path: &Path) -> Result<Self, FetchError> {
        let shown = path.display().to_string();
        let failed = |error: io::Error| unreadable(&shown, &error);
        let file = File::open(path).map_err(failed)?;
        let mut archive = tar::Archive::new(&file);
        let mut places = BTreeMap::new();
        for entry in archive.entries_with_seek().map_err(failed)?.take(MAX_NAMES) {
            let entry = entry.map_err(failed)?;
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let name = entry.path_bytes();
            let name = String::from_utf8_lossy(&name);
            let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
            // Of two files of one name the first counts, here and in every answer.
            places.entry(name).or_insert((entry.raw_file_position(), entry.size()));
        }
        Ok(Self {
            file: Mutex::new(file),
            places,
        })
    }

    fn with<T>(
        &self,
        name: &str,
        take: impl FnOnce(io::Take<&File>, u64) -> Result<T, FetchError>,
    ) -> Result<Option<T>, FetchError> {
        let Some(&(start, length)) = self.places.get(name) else {
            return Ok(None);
        };
        let guard = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file: &File = &guard;
        let moved = file.seek(SeekFrom::Start(start));
        moved.map_err(|error| unreadable(name, &error))?;
        take(file.take(length), length).map(Some)
    }
}

impl Files for TarFile {
    fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, FetchError> {
        self.with(name, |reader, length| {
            let bytes = read_up_to(name, reader, limit)?;
            if bytes.len() as u64 == length {
                return Ok(bytes);
            }
            Err(unreadable(name, &io::ErrorKind::UnexpectedEof.into()))
        })
    }

    fn names_below(&self, folder: &str, limit: u64) -> Vec<String> {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        let entries = self.places.iter().filter(|(_, (_, length))| *length <= limit);
        entries
            .filter_map(|(name, _)| name.strip_prefix(&prefix))
            .filter(|rest| !rest.contains('/'))
            .map(ToOwned::to_owned)
            .collect()
    }

    fn digest(&self, name: &str) -> Result<Option<ImageDigest>, FetchError> {
        self.with(name, |reader, _| digest_of(name, reader))
    }
}
