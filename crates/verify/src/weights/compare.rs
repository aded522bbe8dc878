//! A list and a folder, side by side.

use std::collections::{BTreeMap, BTreeSet};

use weighbridge_core::Span;

use super::content_name::content_of;
use super::digest::{Algorithm, FileDigest};
use super::listing::{self, Claim, Kind, Listing, Pointer};
use super::name::FileName;

/// What lies in a folder under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observed {
    /// A file.
    File {
        /// Its length in bytes.
        size: u64,
        /// The file of Git LFS that it only points to.
        pointer: Option<Pointer>,
    },
    /// A symbolic link: what it leads to may be another thing tomorrow.
    Link,
    /// Something that is no file: a FIFO, a socket, a device.
    Special,
    /// A file that could not be read, and why.
    Unreadable(String),
}

/// A folder with everything below it.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// What lies in it, by name.
    pub files: BTreeMap<FileName, Observed>,
    /// Digests of files, as far as they were asked for.
    pub digests: BTreeMap<(FileName, Algorithm), FileDigest>,
}

/// A place where list and folder differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, below the folder.
    pub file: FileName,
    /// The place in the list, in bytes; `None` if the list does not speak of the file.
    pub place: Option<Span>,
    /// What it is.
    pub kind: ProblemKind,
}

/// In what a list and a folder differ.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The file is not there.
    Missing,
    /// The file has another length.
    OtherSize {
        /// The length that was written down.
        expected: u64,
        /// The length it has.
        found: u64,
    },
    /// The file has another content.
    Tampered {
        /// The digest that was written down.
        expected: FileDigest,
        /// The digest it has.
        found: FileDigest,
    },
    /// A pointer of Git LFS stands in the place of the file.
    Pointer(Pointer),
    /// The list means to name all files, and does not name this one.
    Unlisted,
    /// A symbolic link or a special file stands in the place of the file.
    NoFile,
    /// It could not be found out, and why.
    Unknown(String),
    /// The list itself cannot be read here, and why.
    Fault(String),
}

/// The digests that [`compare`] will ask for.
pub fn wanted(list: &FileName, listing: &Listing, folder: &Folder) -> BTreeSet<(FileName, Algorithm)> {
    let claims = listing.claims.iter().filter_map(|claim| {
        let name = claim.name.within(folder_of(list));
        let digest = claim.digest.as_ref()?;
        match folder.files.get(&name)? {
            // A file of another length has another content: nothing is to be hashed.
            Observed::File { size, pointer: None } if claim.size.is_none_or(|expected| expected == *size) => {
                Some((name, digest.algorithm()))
            }
            _ => None,
        }
    });
    claims.collect()
}

/// Where the folder differs from what the list says, in the order of the list; files that it does not name come last.
pub fn compare(list: &FileName, kind: Kind, listing: &Listing, folder: &Folder) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for fault in &listing.faults {
        problems.push(Problem {
            file: list.clone(),
            place: Some(fault.place),
            kind: ProblemKind::Fault(fault.problem.clone()),
        });
    }
    for claim in &listing.claims {
        let name = claim.name.within(folder_of(list));
        if let Some(kind) = difference(claim, &name, folder) {
            problems.push(Problem {
                file: name,
                place: Some(claim.place),
                kind,
            });
        }
    }
    if listing.is_whole {
        problems.extend(unlisted(list, kind, listing, folder));
    }
    problems
}

/// Whether a file that is named by its digest is another.
pub fn differs_from_its_name(name: &FileName, folder: &Folder) -> Option<Problem> {
    let claim = Claim {
        name: name.clone(),
        size: None,
        digest: Some(content_of(name)?),
        place: Span::new(0, 0),
    };
    let kind = difference(&claim, name, folder)?;
    Some(Problem {
        file: name.clone(),
        place: None,
        kind,
    })
}

/// Whether a lock names such a file: all but what belongs to git, signatures, and lists.
pub fn is_for_a_lock(name: &FileName) -> bool {
    !is_of_git(name) && !is_about_others(name)
}

fn difference(claim: &Claim, name: &FileName, folder: &Folder) -> Option<ProblemKind> {
    let (size, pointer) = match folder.files.get(name) {
        None => return Some(ProblemKind::Missing),
        Some(Observed::Link | Observed::Special) => return Some(ProblemKind::NoFile),
        Some(Observed::Unreadable(why)) => return Some(ProblemKind::Unknown(why.clone())),
        Some(Observed::File { size, pointer }) => (*size, pointer.as_ref()),
    };
    if let Some(pointer) = pointer {
        return Some(ProblemKind::Pointer(pointer.clone()));
    }
    if let Some(expected) = claim.size.filter(|expected| *expected != size) {
        return Some(ProblemKind::OtherSize { expected, found: size });
    }
    let expected = claim.digest.as_ref()?;
    match folder.digests.get(&(name.clone(), expected.algorithm())) {
        None => Some(ProblemKind::Unknown("it was not hashed".to_owned())),
        Some(found) if found == expected => None,
        Some(found) => Some(ProblemKind::Tampered {
            expected: expected.clone(),
            found: found.clone(),
        }),
    }
}

/// Files below the list that it does not name and that a loader could read.
fn unlisted<'f>(
    list: &'f FileName,
    kind: Kind,
    listing: &Listing,
    folder: &'f Folder,
) -> impl Iterator<Item = Problem> + use<'f> {
    let below = folder_of(list);
    let named: BTreeSet<FileName> = listing.claims.iter().map(|claim| claim.name.within(below)).collect();
    let files = folder.files.keys().filter(move |name| {
        let is_below = below.is_empty()
            || name
                .as_str()
                .strip_prefix(below)
                .is_some_and(|rest| rest.starts_with('/'));
        // A lock names everything; who writes checksums leaves out what nobody loads.
        let counts = match kind {
            Kind::Lock => is_for_a_lock(name),
            _ => is_loaded(name),
        };
        is_below && counts && *name != list && !named.contains(*name) && !is_about_others(name)
    });
    files.map(|name| Problem {
        file: name.clone(),
        place: None,
        kind: ProblemKind::Unlisted,
    })
}

/// The folder that a list lies in; empty for the top.
fn folder_of(list: &FileName) -> &str {
    list.as_str().rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Files by which a repository of git works.
fn is_of_git(name: &FileName) -> bool {
    name.parts().any(|part| part == ".git") || matches!(name.last(), ".gitattributes" | ".gitignore")
}

/// Other lists, and signatures: they are looked at for themselves.
fn is_about_others(name: &FileName) -> bool {
    const ENDINGS: [&str; 7] = [
        ".sig",
        ".asc",
        ".minisig",
        ".sigstore",
        ".sigstore.json",
        ".bundle",
        ".pem",
    ];
    let last = name.last();
    ENDINGS.iter().any(|ending| last.ends_with(ending))
        || matches!(listing::kind_of(name), Some(Kind::Checksums | Kind::Lock))
}

/// Whether software that runs models would read or run such a file.
fn is_loaded(name: &FileName) -> bool {
    const ENDINGS: [&str; 28] = [
        "bin",
        "ckpt",
        "dll",
        "dylib",
        "engine",
        "gguf",
        "ggml",
        "h5",
        "hdf5",
        "jinja",
        "joblib",
        "json",
        "keras",
        "llamafile",
        "model",
        "msgpack",
        "npy",
        "npz",
        "onnx",
        "pb",
        "pickle",
        "pkl",
        "pt",
        "pth",
        "py",
        "safetensors",
        "so",
        "tflite",
    ];
    let ending = name.last().rsplit_once('.').map_or("", |(_, ending)| ending);
    ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending))
}

#[cfg(test)]
mod tests {
    use super::super::listing::{LockedFile, read, write_lock};
    use super::*;

    fn name(text: &str) -> FileName {
        FileName::parse(text).unwrap()
    }

    fn file(content: &[u8]) -> Observed {
        Observed::File {
            size: content.len() as u64,
            pointer: None,
        }
    }

    /// A folder with these files, all of whose digests are known.
    fn folder(files: &[(&str, &[u8])]) -> Folder {
        let mut folder = Folder::default();
        for (text, content) in files {
            folder.files.insert(name(text), file(content));
            folder.digests.insert(
                (name(text), Algorithm::Sha256),
                FileDigest::of(Algorithm::Sha256, content),
            );
        }
        folder
    }

    fn lock_of(files: &[(&str, &[u8])]) -> Listing {
        let files: Vec<_> = files
            .iter()
            .map(|(text, content)| LockedFile {
                name: name(text),
                size: content.len() as u64,
                digest: FileDigest::of(Algorithm::Sha256, content),
            })
            .collect();
        read(Kind::Lock, &name("weights.lock"), &write_lock(&files))
    }

    fn kinds(folder: &Folder, listing: &Listing) -> Vec<(String, ProblemKind)> {
        let problems = compare(&name("m/weights.lock"), Kind::Lock, listing, folder);
        problems
            .into_iter()
            .map(|problem| (problem.file.to_string(), problem.kind))
            .collect()
    }

    #[test]
    fn a_folder_as_it_was_written_down_has_no_problem() {
        let listing = lock_of(&[("a.bin", b"one"), ("sub/b.bin", b"two")]);
        let mut folder = folder(&[("m/a.bin", b"one"), ("m/sub/b.bin", b"two"), ("beside.bin", b"x")]);
        folder.files.insert(name("m/weights.lock"), file(b"lock"));
        folder.files.insert(name("m/model.sig"), file(b"signature"));

        assert_eq!(kinds(&folder, &listing), []);
        let asked = wanted(&name("m/weights.lock"), &listing, &folder);
        assert_eq!(asked.len(), 2);
    }

    #[test]
    fn each_difference_is_told_from_the_others() {
        let listing = lock_of(&[
            ("a.bin", b"one"),
            ("b.bin", b"two"),
            ("c.bin", b"three"),
            ("d.bin", b"four"),
            ("e.bin", b"five"),
        ]);
        let mut folder = folder(&[("m/a.bin", b"ONE"), ("m/b.bin", b"longer"), ("m/new.py", b"import os")]);
        folder.files.insert(name("m/d.bin"), Observed::Link);
        folder
            .files
            .insert(name("m/e.bin"), Observed::Unreadable("permission denied".to_owned()));

        let kinds = kinds(&folder, &listing);

        assert!(matches!(&kinds[0], (file, ProblemKind::Tampered { .. }) if file == "m/a.bin"));
        assert_eq!(
            kinds[1],
            ("m/b.bin".to_owned(), ProblemKind::OtherSize { expected: 3, found: 6 })
        );
        assert_eq!(kinds[2], ("m/c.bin".to_owned(), ProblemKind::Missing));
        assert_eq!(kinds[3], ("m/d.bin".to_owned(), ProblemKind::NoFile));
        assert_eq!(
            kinds[4],
            (
                "m/e.bin".to_owned(),
                ProblemKind::Unknown("permission denied".to_owned())
            )
        );
        assert_eq!(kinds[5], ("m/new.py".to_owned(), ProblemKind::Unlisted));
        // A file of another length is not hashed.
        assert_eq!(wanted(&name("m/weights.lock"), &listing, &folder).len(), 1);
    }

    #[test]
    fn what_was_not_hashed_is_not_taken_for_good() {
        let listing = lock_of(&[("a.bin", b"one")]);
        let mut folder = folder(&[("m/a.bin", b"one")]);
        folder.digests.clear();

        assert_eq!(
            kinds(&folder, &listing),
            [(
                "m/a.bin".to_owned(),
                ProblemKind::Unknown("it was not hashed".to_owned())
            )]
        );
    }

    #[test]
    fn a_pointer_in_the_place_of_weights_is_named_as_one() {
        let listing = lock_of(&[("a.bin", b"one")]);
        let pointer = Pointer {
            digest: FileDigest::of(Algorithm::Sha256, b"one"),
            size: 3,
        };
        let mut folder = Folder::default();
        let observed = Observed::File {
            size: 130,
            pointer: Some(pointer.clone()),
        };
        folder.files.insert(name("m/a.bin"), observed);

        assert_eq!(
            kinds(&folder, &listing),
            [("m/a.bin".to_owned(), ProblemKind::Pointer(pointer))]
        );
        assert!(wanted(&name("m/weights.lock"), &listing, &folder).is_empty());
    }
}
