//! What was fetched about an image, before anybody judges it.

use std::collections::BTreeMap;

use crate::ImageDigest;

/// The bytes that bear on the question who vouches for an image.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The digest of the manifest that the name leads to, computed from its bytes.
    pub digest: ImageDigest,
    /// What the signatures are about: `digest`, or the index that lists it if the name has a tag and a digest.
    pub signed: ImageDigest,
    /// The digest of the image's configuration, which pages of publishers call the image id; none for an index.
    pub config: Option<ImageDigest>,
    /// The manifests that an index lists.
    pub children: Vec<ImageDigest>,
    /// The signatures and statements, in the order in which they were found.
    pub signatures: Vec<Signature>,
    /// What was there and was not looked at, and why. The one good signature could be among it.
    pub gaps: Vec<String>,
}

/// A signature or a signed statement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signature {
    /// A layer of cosign before version 3: a payload that names the digest, and annotations with the signature over it.
    Simple(Layer),
    /// A signed statement of cosign before version 3: an envelope, and annotations with the certificate.
    Envelope(Layer),
    /// A Sigstore bundle as JSON.
    Bundle(String),
    /// A signature of another system, by its name. It is not verified, which is said.
    Foreign(&'static str),
}

/// A layer with its annotations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// The bytes, whose digest was compared with the descriptor.
    pub bytes: Vec<u8>,
    /// The annotations of the descriptor.
    pub annotations: BTreeMap<String, String>,
}
