//! Lists of digests: texts that say what the files of a model are.
//!
//! To add one: a file here with a reader, and a line in `KINDS`.

mod checksums;
mod lock;
mod pointer;
mod shard_index;

use weighbridge_core::Span;

pub use lock::{LOCK_NAME, LockedFile, write_lock};
pub use pointer::{MAX_POINTER_BYTES, Pointer, pointer};

use super::digest::FileDigest;
use super::name::FileName;

/// What a list says about one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The file, below the folder of the list.
    pub name: FileName,
    /// Its length in bytes.
    pub size: Option<u64>,
    /// What its content is.
    pub digest: Option<FileDigest>,
    /// Where the list says so, in bytes.
    pub place: Span,
}

/// A list, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// What it says, in its order.
    pub claims: Vec<Claim>,
    /// Whether it means to name every file of the folder: one that it does not name was put there later.
    pub is_whole: bool,
    /// What of it could not be read. What was read counts all the same.
    pub faults: Vec<Fault>,
}

/// A part of a list that cannot be read, or that contradicts the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, in bytes of the list.
    pub place: Span,
    /// Why: lower case, no full stop, one line.
    pub problem: String,
}

impl Fault {
    fn new(place: Span, problem: impl Into<String>) -> Self {
        Self {
            place,
            problem: problem.into(),
        }
    }
}

/// A kind of list, known by the name of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `SHA256SUMS` and its relatives, of GNU and BSD.
    Checksums,
    /// `weights.lock`.
    Lock,
    /// `model.safetensors.index.json`: which tensor lies in which file.
    ShardIndex,
}

type Reader = fn(&FileName, &str) -> Listing;
type Recognizer = fn(&FileName) -> bool;

const KINDS: [(Kind, Recognizer, Reader); 3] = [
    (Kind::Checksums, checksums::is_one, checksums::read),
    (Kind::Lock, lock::is_one, lock::read),
    (Kind::ShardIndex, shard_index::is_one, shard_index::read),
];

/// The kind of list that a file is by its name.
pub fn kind_of(name: &FileName) -> Option<Kind> {
    let known = KINDS.iter().find(|(_, is_one, _)| is_one(name));
    known.map(|(kind, _, _)| *kind)
}

/// Reads a list. Never fails as a whole: what cannot be read is among its faults.
pub fn read(kind: Kind, name: &FileName, text: &str) -> Listing {
    let (_, _, reader) = KINDS
        .iter()
        .find(|(known, _, _)| *known == kind)
        .expect("every kind has a line in the table");
    let mut listing = reader(name, text);
    refuse_repeated_names(&mut listing);
    listing
}

/// Two claims on one file contradict each other, or one of them is never looked at by other tools.
fn refuse_repeated_names(listing: &mut Listing) {
    let mut order: Vec<usize> = (0..listing.claims.len()).collect();
    order.sort_by_key(|&index| (&listing.claims[index].name, index));
    for pair in order.windows(2) {
        let [first, second] = [&listing.claims[pair[0]], &listing.claims[pair[1]]];
        let algorithm = |claim: &Claim| claim.digest.as_ref().map(FileDigest::algorithm);
        if first.name == second.name && algorithm(first) == algorithm(second) {
            let problem = format!("`{}` is listed twice", second.name);
            listing.faults.push(Fault::new(second.place, problem));
        }
    }
    listing.faults.sort_by_key(|fault| fault.place);
}
