//! `weights.lock`: our own list, for models that nobody has signed.
//!
//! TOML, one table a file and sorted, so that a change of one weight file is a change of a few lines in review.

use std::fmt::Write as _;

use serde::Deserialize;
use toml::Spanned;
use weighbridge_core::Span;

use super::super::digest::{Algorithm, FileDigest};
use super::super::name::FileName;
use super::{Claim, Fault, Listing};

/// The name of the file.
pub const LOCK_NAME: &str = "weights.lock";

/// The version of the format.
const VERSION: u32 = 1;

/// A file as the lock holds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LockedFile {
    /// Its name below the folder of the lock.
    pub name: FileName,
    /// Its length in bytes.
    pub size: u64,
    /// Its digest, SHA-256.
    pub digest: FileDigest,
}

/// The text of a lock that holds these files, sorted by name.
pub fn write_lock(files: &[LockedFile]) -> String {
    let mut files: Vec<_> = files.iter().collect();
    files.sort();
    let mut text =
        String::from("# Written by `weighbridge manifest`; `weighbridge verify weights` compares the files with it.\n");
    writeln!(text, "version = {VERSION}").expect(NO_FAILURE);
    for file in files {
        // A name holds no backslash and no control character, so nothing else is to be escaped.
        let name = file.name.as_str().replace('"', "\\\"");
        let (size, algorithm, digits) = (file.size, file.digest.algorithm().name(), file.digest.digits());
        write!(
            text,
            "\n[[file]]\nname = \"{name}\"\nsize = {size}\n{algorithm} = \"{digits}\"\n"
        )
        .expect(NO_FAILURE);
    }
    text
}

const NO_FAILURE: &str = "writing to a string does not fail";

/// Whether a file is a lock by its name.
pub(super) fn is_one(name: &FileName) -> bool {
    name.last() == LOCK_NAME
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lock {
    version: Spanned<u32>,
    #[serde(default)]
    file: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    size: u64,
    sha256: String,
}

/// Reads a lock. It is ours, so nothing of it may be missing: a fault anywhere leaves no claims.
pub(super) fn read(_: &FileName, text: &str) -> Listing {
    let fault = |place: Span, problem: String| Listing {
        faults: vec![Fault::new(place, problem)],
        ..Listing::default()
    };
    let lock: Lock = match toml::from_str(text) {
        Ok(lock) => lock,
        Err(error) => {
            let place = error.span().unwrap_or(0..0);
            return fault(Span::new(place.start, place.end), error.message().to_owned());
        }
    };
    if *lock.version.get_ref() != VERSION {
        let place = lock.version.span();
        let problem = format!(
            "version {} is not known; this is version {VERSION}",
            lock.version.get_ref()
        );
        return fault(Span::new(place.start, place.end), problem);
    }
    let mut listing = Listing {
        is_whole: true,
        ..Listing::default()
    };
    for entry in lock.file {
        let place = Span::new(entry.span().start, entry.span().end);
        let entry = entry.into_inner();
        let name = match FileName::parse(&entry.name) {
            Ok(name) => name,
            Err(error) => return fault(place, error.to_string()),
        };
        let Some(digest) = FileDigest::parse(Algorithm::Sha256, &entry.sha256) else {
            return fault(place, "`sha256` is no SHA-256 digest".to_owned());
        };
        listing.claims.push(Claim {
            name,
            size: Some(entry.size),
            digest: Some(digest),
            place,
        });
    }
    listing
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn locked(name: &str, content: &[u8]) -> LockedFile {
        LockedFile {
            name: FileName::parse(name).unwrap(),
            size: content.len() as u64,
            digest: FileDigest::of(Algorithm::Sha256, content),
        }
    }

    fn lock(text: &str) -> Listing {
        read(&FileName::parse(LOCK_NAME).unwrap(), text)
    }

    #[test]
    fn a_lock_is_sorted_and_reads_back() {
        let files = [locked("b.bin", b"b"), locked("a \"quoted\".bin", b"")];

        let text = write_lock(&files);
        let listing = lock(&text);

        assert!(listing.faults.is_empty() && listing.is_whole);
        let names: Vec<_> = listing.claims.iter().map(|claim| claim.name.as_str()).collect();
        assert_eq!(names, ["a \"quoted\".bin", "b.bin"]);
        assert_eq!(listing.claims[1].digest.as_ref(), Some(&files[0].digest));
    }

    #[test]
    fn a_lock_with_a_fault_says_nothing_else() {
        let good = write_lock(&[locked("a.bin", b"a")]);
        for (bad, problem) in [
            (
                good.replace("version = 1", "version = 2"),
                "version 2 is not known; this is version 1",
            ),
            (
                good.replace("\"a.bin\"", "\"../a.bin\""),
                "the name leads out of the folder or is written in a roundabout way",
            ),
            (
                good.replace("size = 1", "size = 1\nextra = 2"),
                "unknown field `extra`, expected one of `name`, `size`, `sha256`",
            ),
            (
                good.replace("sha256 = \"", "sha256 = \"zz"),
                "`sha256` is no SHA-256 digest",
            ),
        ] {
            let listing = lock(&bad);

            assert!(listing.claims.is_empty());
            assert_eq!(listing.faults[0].problem, problem);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_locked_reads_back(names in proptest::collection::btree_set("[ -\\[\\]-~é]{1,12}", 0..6)) {
            let files: Vec<_> = names
                .iter()
                .filter_map(|name| FileName::parse(name).ok())
                .map(|name| LockedFile { size: 3, digest: FileDigest::of(Algorithm::Sha256, b"abc"), name })
                .collect();

            let listing = lock(&write_lock(&files));

            prop_assert!(listing.faults.is_empty());
            prop_assert_eq!(listing.claims.len(), files.len());
        }
    }
}
