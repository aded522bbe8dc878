//! Image signatures: a subject, its evidence and a policy come to a verdict.
//!
//! Judging is pure: bytes, a policy and a time come in, a [`Verdict`] goes out. What fetches bytes lives in `fetch` and decides
//! nothing. Trust comes from the policy alone, never from the image, its registry or the repository that names it.

#![warn(clippy::disallowed_methods)]

pub mod authority;
mod digest;
pub mod engine;
mod evidence;
pub mod fetch;
mod judge;
pub mod policy;
mod reference;
mod scheme;
mod verdict;
pub mod weights;

pub use digest::ImageDigest;
pub use evidence::{Evidence, Layer, Signature};
pub use judge::{judge, judge_blob, needs_evidence};
pub use reference::{Reference, ReferenceError};
pub use scheme::statement::predicate_type;
pub use verdict::{Outcome, Signer, Verdict};
