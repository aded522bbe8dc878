//! Archives of `docker save`, whose manifest is gone.
//!
//! Docker keeps the configuration and the layers but not the manifest that was signed. With the manifest from elsewhere the chain
//! holds again: signature → manifest → configuration → layers, each by digest.

use serde::Deserialize;
use thiserror::Error;

use super::document::Document;
use super::{FetchError, Files, Referrers, Store};
use crate::{ImageDigest, Reference};

const MAX_MANIFEST: u64 = 4 << 20;
const MAX_CONFIG: u64 = 4 << 20;

/// An archive and the manifest that goes with it. What it holds has been compared with the manifest.
#[derive(Clone, Debug)]
pub struct DockerArchive {
    manifest: Vec<u8>,
    digest: ImageDigest,
}

/// Why an archive is not the image of the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// A part cannot be read.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The archive has no image or several.
    #[error("the archive holds {count} images, and one is expected")]
    Images {
        /// How many.
        count: usize,
    },
    /// A part is missing or is another than the manifest says.
    #[error("{what} of the archive is not what the manifest says")]
    Other {
        /// Which part.
        what: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    config: String,
    layers: Vec<String>,
}

#[derive(Deserialize)]
struct Config {
    rootfs: RootFs,
}

#[derive(Deserialize)]
struct RootFs {
    diff_ids: Vec<String>,
}

impl DockerArchive {
    /// Whether the files are such an archive.
    pub fn is_one(files: &dyn Files) -> bool {
        let has = |name: &str| matches!(files.read(name, MAX_MANIFEST), Ok(Some(_)));
        has("manifest.json") && !has("index.json")
    }

    /// Compares the archive with the manifest.
    ///
    /// # Errors
    ///
    /// A part that is missing or another.
    pub fn new(files: &dyn Files, manifest: Vec<u8>) -> Result<Self, ArchiveError> {
        let other = |what: &str| ArchiveError::Other { what: what.to_owned() };
        let malformed = |what| FetchError::Malformed {
            what,
            problem: "it has another form".to_owned(),
        };
        let list = files
            .read("manifest.json", MAX_MANIFEST)?
            .ok_or_else(|| malformed("the archive"))?;
        let entries: Vec<Entry> = serde_json::from_slice(&list).map_err(|_| malformed("`manifest.json`"))?;
        let [entry] = entries.as_slice() else {
            return Err(ArchiveError::Images { count: entries.len() });
        };
        let Document::Manifest(document) = Document::read(&manifest)? else {
            return Err(malformed("the manifest").into());
        };
        let config = files
            .read(&entry.config, MAX_CONFIG)?
            .ok_or_else(|| other("the configuration"))?;
        let is_config = document
            .config
            .is_some_and(|descriptor| descriptor.digest.is_of(&config));
        if !is_config {
            return Err(other("the configuration"));
        }
        let config: Config = serde_json::from_slice(&config).map_err(|_| malformed("the configuration"))?;
        let ids = &config.rootfs.diff_ids;
        if ids.len() != entry.layers.len() || ids.len() != document.layers.len() {
            return Err(other("the number of layers"));
        }
        for (name, id) in entry.layers.iter().zip(ids) {
            let digest = files.digest(name)?;
            if digest.as_ref().map(ImageDigest::as_str) != Some(id.as_str()) {
                return Err(other(&format!("the layer `{name}`")));
            }
        }
        let digest = ImageDigest::of(&manifest);
        Ok(Self { manifest, digest })
    }
}

impl Store for DockerArchive {
    fn manifest_by_tag(&self, image: &Reference, tag: &str) -> Result<Option<Vec<u8>>, FetchError> {
        let is_image = image.tag().unwrap_or("latest") == tag;
        Ok(is_image.then(|| self.manifest.clone()))
    }

    fn manifest_by_digest(&self, _: &Reference, digest: &ImageDigest) -> Result<Option<Vec<u8>>, FetchError> {
        Ok((*digest == self.digest).then(|| self.manifest.clone()))
    }

    fn blob(&self, _: &Reference, _: &ImageDigest, _: u64) -> Result<Vec<u8>, FetchError> {
        Err(FetchError::NotFound)
    }

    /// The signatures come from files beside the archive.
    fn referrers(&self, _: &Reference, _: &ImageDigest) -> Result<Referrers, FetchError> {
        Ok(Referrers::default())
    }
}
