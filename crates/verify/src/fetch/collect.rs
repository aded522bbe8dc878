//! Gathers the evidence about an image from a store.
//!
//! Bundles that refer to the image, and the tags that cosign used before there were referrers. Whatever is there and is not looked
//! at becomes a gap, because the one good signature could be in it.

use super::document::{Descriptor, Document, Manifest};
use super::{FetchError, Store};
use crate::evidence::{Evidence, Layer, Signature};
use crate::{ImageDigest, Reference};

const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
const NOTATION: &str = "application/vnd.cncf.notary.signature";

/// How much is looked at for one image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Signatures and statements.
    pub signatures: usize,
    /// Bytes of one of them.
    pub signature_bytes: u64,
    /// Bytes of all of them.
    pub total_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            signatures: 50,
            signature_bytes: 2 << 20,
            total_bytes: 8 << 20,
        }
    }
}

/// The evidence about the image.
///
/// # Errors
///
/// The image itself could not be fetched. What is wrong with a signature is no error: it is left out or named as a gap.
pub fn collect(store: &dyn Store, image: &Reference, limits: Limits) -> Result<Evidence, FetchError> {
    let bytes = match image.digest() {
        Some(digest) => store.manifest_by_digest(image, digest)?,
        None => store.manifest_by_tag(image, image.tag().unwrap_or("latest"))?,
    };
    let bytes = bytes.ok_or(FetchError::NotFound)?;
    let digest = image.digest().cloned().unwrap_or_else(|| ImageDigest::of(&bytes));
    let document = Document::read(&bytes)?;
    let mut collector = Collector {
        store,
        image,
        limits,
        left: limits.total_bytes,
        signatures: Vec::new(),
        gaps: Vec::new(),
    };
    let mut signed = digest.clone();
    collector.all_of(&digest);
    if collector.signatures.is_empty()
        && let Some(index) = collector.index_that_lists(&digest)
    {
        collector.all_of(&index);
        signed = index;
    }
    let (config, children) = match document {
        Document::Manifest(manifest) => (manifest.config.map(|config| config.digest), Vec::new()),
        Document::Index(list) => (None, list.into_iter().map(|one| one.digest).collect()),
    };
    Ok(Evidence {
        digest,
        signed,
        config,
        children,
        signatures: collector.signatures,
        gaps: collector.gaps,
    })
}

struct Collector<'c> {
    store: &'c dyn Store,
    image: &'c Reference,
    limits: Limits,
    /// Bytes that may still be read.
    left: u64,
    signatures: Vec<Signature>,
    gaps: Vec<String>,
}

impl Collector<'_> {
    fn all_of(&mut self, digest: &ImageDigest) {
        if let Err(error) = self.referrers_of(digest) {
            self.gaps
                .push(format!("what refers to the image is not known: {error}"));
        }
        for suffix in [".sig", ".att"] {
            if let Err(error) = self.tagged(&digest.tag(suffix)) {
                self.gaps
                    .push(format!("what cosign keeps under a tag is not known: {error}"));
            }
        }
    }

    fn is_full(&self) -> bool {
        self.signatures.len() >= self.limits.signatures
    }

    fn referrers_of(&mut self, digest: &ImageDigest) -> Result<(), FetchError> {
        let referrers = self.store.referrers(self.image, digest)?;
        self.gaps.extend(referrers.gap);
        for (index, referrer) in referrers.digests.iter().enumerate() {
            if self.is_full() {
                self.more(referrers.digests.len() - index);
                break;
            }
            if let Err(error) = self.referrer(referrer, digest) {
                self.gaps.push(format!("a signature is not known: {error}"));
            }
        }
        Ok(())
    }

    fn more(&mut self, count: usize) {
        self.gaps.push(format!("{count} more signatures were not looked at"));
    }

    fn referrer(&mut self, referrer: &ImageDigest, subject: &ImageDigest) -> Result<(), FetchError> {
        let Some(bytes) = self.store.manifest_by_digest(self.image, referrer)? else {
            return Ok(());
        };
        let Document::Manifest(manifest) = Document::read(&bytes)? else {
            return Ok(());
        };
        // The list is not signed and may lie about what refers to what.
        if manifest.subject.as_ref() != Some(subject) {
            return Ok(());
        }
        self.take(&manifest)
    }

    fn take(&mut self, manifest: &Manifest) -> Result<(), FetchError> {
        let config = manifest.config.as_ref().map_or("", |config| config.media_type.as_str());
        if [manifest.artifact_type.as_str(), config].contains(&NOTATION) {
            self.signatures.push(Signature::Foreign("Notation"));
            return Ok(());
        }
        for layer in manifest
            .layers
            .iter()
            .filter(|layer| layer.media_type.starts_with(BUNDLE))
        {
            let bytes = self.layer(layer)?;
            let json = String::from_utf8(bytes).map_err(|_| FetchError::Malformed {
                what: "a bundle",
                problem: "it is no text".to_owned(),
            })?;
            self.signatures.push(Signature::Bundle(json));
        }
        Ok(())
    }

    fn tagged(&mut self, tag: &str) -> Result<(), FetchError> {
        let Some(bytes) = self.store.manifest_by_tag(self.image, tag)? else {
            return Ok(());
        };
        let Document::Manifest(manifest) = Document::read(&bytes)? else {
            return Ok(());
        };
        for (index, descriptor) in manifest.layers.iter().enumerate() {
            if self.is_full() {
                self.more(manifest.layers.len() - index);
                break;
            }
            let wrap: fn(Layer) -> Signature = match descriptor.media_type.as_str() {
                SIMPLE_SIGNING => Signature::Simple,
                ENVELOPE => Signature::Envelope,
                _ => continue,
            };
            match self.layer(descriptor) {
                Ok(bytes) => self.signatures.push(wrap(Layer {
                    bytes,
                    annotations: descriptor.annotations.clone(),
                })),
                Err(error) => self.gaps.push(format!("a signature is not known: {error}")),
            }
        }
        Ok(())
    }

    fn layer(&mut self, descriptor: &Descriptor) -> Result<Vec<u8>, FetchError> {
        let limit = self.limits.signature_bytes.min(self.left);
        if descriptor.size > limit {
            let what = "a signature";
            return Err(FetchError::TooLong { what, limit });
        }
        let bytes = self.store.blob(self.image, &descriptor.digest, limit)?;
        self.left = self.left.saturating_sub(bytes.len() as u64);
        Ok(bytes)
    }

    /// The index under the tag of the name, if it lists the digest of the name: cosign signs the index alone unless it is told otherwise.
    fn index_that_lists(&mut self, digest: &ImageDigest) -> Option<ImageDigest> {
        let (tag, pinned) = (self.image.tag()?, self.image.digest()?);
        let bytes = self.store.manifest_by_tag(self.image, tag).ok()??;
        let index = ImageDigest::of(&bytes);
        let Document::Index(list) = Document::read(&bytes).ok()? else {
            return None;
        };
        (pinned == digest && list.iter().any(|one| one.digest == *digest)).then_some(index)
    }
}
