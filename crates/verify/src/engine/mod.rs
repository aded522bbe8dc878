//! The one place that uses the Sigstore crates: bundles, trusted roots, certificates, keys.
//!
//! Their interface changes with each version, so nothing of it is seen outside: bytes and texts come in, [`Checked`] or an
//! [`EngineError`] goes out.

mod authorities;
mod checked;
mod error;
mod keys;
mod roots;

pub use checked::{Artifact, Checked};
pub(crate) use checked::{CertificateRules, check_by_certificate, check_by_key};
pub use error::EngineError;
pub use keys::{HashAlgorithm, KeyError, PublicKey};
pub use roots::{Root, RootError};

pub(crate) use keys::certificate_der;
