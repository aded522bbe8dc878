//! What lies in the folder of a model. Nothing outside of it is read: links are noted and not followed.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use weighbridge_verify::weights::listing::{self, Kind, MAX_POINTER_BYTES, pointer};
use weighbridge_verify::weights::{FileName, Folder, Observed};

use crate::failure::failure_because;

/// Longer lists are not read, in bytes. A line for each of a million files fits.
const MAX_LIST_BYTES: u64 = 256 << 20;

/// A folder, and the lists in it.
#[derive(Debug, Default)]
pub(crate) struct WeightFolder {
    /// Its files.
    pub(crate) folder: Folder,
    /// Lists of digests among them.
    pub(crate) lists: Vec<List>,
    /// What could not be looked at, and why.
    pub(crate) gaps: Vec<(String, String)>,
}

/// A list of digests.
#[derive(Debug)]
pub(crate) struct List {
    /// Its file.
    pub(crate) name: FileName,
    /// What it is written in.
    pub(crate) kind: Kind,
    /// All of it.
    pub(crate) text: String,
}

/// Looks through a folder.
///
/// # Errors
///
/// It is no folder that can be read.
pub(crate) fn walk(root: &Path) -> Result<WeightFolder> {
    let mut found = WeightFolder::default();
    let hint = "name the folder that holds the files of the model";
    let cannot = |error| failure_because(format!("cannot read the folder `{}`", root.display()), error, hint);
    let mut open: Vec<(PathBuf, String)> = Vec::new();
    found.enter(root, "", &mut open).map_err(cannot)?;
    while let Some((path, name)) = open.pop() {
        if let Err(error) = found.enter(&path, &name, &mut open) {
            found.gaps.push((name, error.to_string()));
        }
    }
    found.lists.sort_by(|a, b| a.name.cmp(&b.name));
    found.gaps.sort();
    Ok(found)
}

impl WeightFolder {
    fn enter(&mut self, path: &Path, name: &str, open: &mut Vec<(PathBuf, String)>) -> std::io::Result<()> {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let last = entry.file_name();
            let shown = if name.is_empty() {
                last.to_string_lossy().into_owned()
            } else {
                format!("{name}/{}", last.to_string_lossy())
            };
            let kind = match entry.file_type() {
                Ok(kind) => kind,
                Err(error) => {
                    self.gaps.push((shown, error.to_string()));
                    continue;
                }
            };
            if last.to_str().is_none() {
                self.gaps
                    .push((shown, "its name is no UTF-8, so no list can name it".to_owned()));
            } else if kind.is_dir() {
                if last != ".git" {
                    open.push((entry.path(), shown));
                }
            } else {
                match FileName::parse(&shown) {
                    Ok(name) => self.add(name, &entry.path()),
                    Err(error) => self.gaps.push((shown, error.to_string())),
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, name: FileName, path: &Path) {
        let observed = match path.symlink_metadata() {
            Err(error) => Observed::Unreadable(error.to_string()),
            Ok(metadata) if metadata.is_symlink() => Observed::Link,
            Ok(metadata) if !metadata.is_file() => Observed::Special,
            Ok(metadata) => match self.look_at(&name, path, metadata.len()) {
                Ok(observed) => observed,
                Err(error) => Observed::Unreadable(error.to_string()),
            },
        };
        self.folder.files.insert(name, observed);
    }

    fn look_at(&mut self, name: &FileName, path: &Path, size: u64) -> std::io::Result<Observed> {
        let pointer = if size < MAX_POINTER_BYTES {
            pointer(&read(path, MAX_POINTER_BYTES)?)
        } else {
            None
        };
        if let Some(kind) = listing::kind_of(name) {
            if size > MAX_LIST_BYTES {
                self.gaps.push((
                    name.to_string(),
                    format!("a list of more than {MAX_LIST_BYTES} bytes is not read"),
                ));
            } else {
                match String::from_utf8(read(path, MAX_LIST_BYTES)?) {
                    Ok(text) => self.lists.push(List {
                        name: name.clone(),
                        kind,
                        text,
                    }),
                    Err(_) => self
                        .gaps
                        .push((name.to_string(), "a list that is no UTF-8 is not read".to_owned())),
                }
            }
        }
        Ok(Observed::File { size, pointer })
    }
}

/// At most the first `limit` bytes.
fn read(path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}
