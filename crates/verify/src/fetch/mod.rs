//! Where evidence comes from. Fetching decides nothing: it compares digests and keeps to limits.
//!
//! To add a place: a file here with a [`Store`].

mod archive;
mod collect;
mod credentials;
mod document;
mod files;
mod layout;
#[cfg(feature = "registry")]
mod registry;

pub use archive::{ArchiveError, DockerArchive};
pub use collect::{Limits, collect};
pub use credentials::{CredentialError, DockerConfig, Login, LoginSource};
pub use files::{Files, Folder, TarFile};
pub use layout::Layout;
#[cfg(feature = "registry")]
pub use registry::{Mirror, OneImage, Registry, RegistryOptions};

use thiserror::Error;

use crate::{ImageDigest, Reference};

/// A place that holds images and what refers to them.
pub trait Store: Sync {
    /// The bytes of the manifest with this tag; `None` if there is none.
    ///
    /// # Errors
    ///
    /// It could not be found out.
    fn manifest_by_tag(&self, image: &Reference, tag: &str) -> Result<Option<Vec<u8>>, FetchError>;

    /// The bytes of the manifest with this digest, compared with it; `None` if there is none.
    ///
    /// # Errors
    ///
    /// It could not be found out, or the bytes have another digest.
    fn manifest_by_digest(&self, image: &Reference, digest: &ImageDigest) -> Result<Option<Vec<u8>>, FetchError>;

    /// The bytes of a blob, compared with its digest.
    ///
    /// # Errors
    ///
    /// It is not there, is longer than `limit` bytes, or has another digest.
    fn blob(&self, image: &Reference, digest: &ImageDigest, limit: u64) -> Result<Vec<u8>, FetchError>;

    /// The digests of the manifests that refer to this one, and whether there were more than were read.
    ///
    /// # Errors
    ///
    /// It could not be found out.
    fn referrers(&self, image: &Reference, digest: &ImageDigest) -> Result<Referrers, FetchError>;
}

/// Manifests that refer to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Referrers {
    /// Their digests.
    pub digests: Vec<ImageDigest>,
    /// What was left out, and why.
    pub gap: Option<String>,
}

/// Why something was not fetched.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The image is not there.
    #[error("there is no such image")]
    NotFound,
    /// The registry wants a login, or another one.
    #[error("`{host}` refuses access")]
    Unauthorized {
        /// The registry.
        host: String,
    },
    /// An answer is longer than is read.
    #[error("{what} is longer than {limit} bytes")]
    TooLong {
        /// What it was.
        what: &'static str,
        /// What is read.
        limit: u64,
    },
    /// The bytes have another digest than was asked for.
    #[error("{what} has another digest than it was asked for by")]
    OtherContent {
        /// What it was.
        what: &'static str,
    },
    /// The answer makes no sense.
    #[error("{what} cannot be read: {problem}")]
    Malformed {
        /// What it was.
        what: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The registry sends elsewhere, where nothing is fetched from.
    #[error("`{host}` redirects to where nothing is fetched from")]
    Redirect {
        /// The registry.
        host: String,
    },
    /// The registry does not answer as it should.
    #[error("`{host}` answered with status {status}")]
    Status {
        /// The registry.
        host: String,
        /// The status.
        status: u16,
    },
    /// There is no connection, or it took too long.
    #[error("no answer from `{host}`: {problem}")]
    Connection {
        /// The registry.
        host: String,
        /// What happened.
        problem: String,
    },
    /// A file could not be read.
    #[error("cannot read `{path}`: {problem}")]
    File {
        /// The file.
        path: String,
        /// What happened.
        problem: String,
    },
    /// Nothing may be fetched.
    #[error("nothing is fetched with `--offline`")]
    Offline,
}

/// A store that has nothing and opens no connection.
#[derive(Clone, Copy, Debug)]
pub struct Offline;

impl Store for Offline {
    fn manifest_by_tag(&self, _: &Reference, _: &str) -> Result<Option<Vec<u8>>, FetchError> {
        Err(FetchError::Offline)
    }

    fn manifest_by_digest(&self, _: &Reference, _: &ImageDigest) -> Result<Option<Vec<u8>>, FetchError> {
        Err(FetchError::Offline)
    }

    fn blob(&self, _: &Reference, _: &ImageDigest, _: u64) -> Result<Vec<u8>, FetchError> {
        Err(FetchError::Offline)
    }

    fn referrers(&self, _: &Reference, _: &ImageDigest) -> Result<Referrers, FetchError> {
        Err(FetchError::Offline)
    }
}
