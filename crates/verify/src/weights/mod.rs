//! Weights: whether the files of a model are those that somebody wrote down.
//!
//! Pure: lists and digests come in, [`Problem`]s go out. Walking and hashing are for the caller, who asks [`wanted`] what to hash.

mod compare;
mod content_name;
mod digest;
pub mod listing;
mod name;

pub use compare::{Folder, Observed, Problem, ProblemKind, compare, differs_from_its_name, is_for_a_lock, wanted};
pub use content_name::content_of;
pub use digest::{Algorithm, Digesting, FileDigest};
pub use name::{FileName, NameError};
