//! OCI image layouts: a folder or tar archive with an `index.json` and blobs.
//!
//! Source: [OCI image layout](https://github.com/opencontainers/image-spec/blob/main/image-layout.md).

use std::fmt;

use super::document::{Descriptor, Document};
use super::{FetchError, Files, Referrers, Store};
use crate::{ImageDigest, Reference};

/// As for manifests of registries.
const MAX_MANIFEST: u64 = 4 << 20;
/// Blobs that are looked at for whether they refer to an image: tools that save an image list some of them nowhere.
const MAX_SMALL: u64 = 64 << 10;
const MAX_LOOKED_AT: usize = 5_000;

const NAMES: [&str; 3] = [
    "org.opencontainers.image.ref.name",
    "io.containerd.image.name",
    "dev.cosignproject.cosign/image-name",
];
const KIND: &str = "kind";

/// A layout. It holds the images of whatever registry: an image is found by its digest, its whole name, or its tag.
pub struct Layout {
    files: Box<dyn Files + Send>,
    index: Vec<Descriptor>,
}

impl fmt::Debug for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Layout({} entries)", self.index.len())
    }
}

impl Layout {
    /// The layout in these files.
    ///
    /// # Errors
    ///
    /// There is no `index.json`, or it is none.
    pub fn new(files: Box<dyn Files + Send>) -> Result<Self, FetchError> {
        let bytes = files.read("index.json", MAX_MANIFEST)?.ok_or(FetchError::Malformed {
            what: "the layout",
            problem: "it has no `index.json`".to_owned(),
        })?;
        let Document::Index(index) = Document::read(&bytes)? else {
            return Err(FetchError::Malformed {
                what: "`index.json`",
                problem: "it is no index".to_owned(),
            });
        };
        Ok(Self { files, index })
    }

    fn bytes(&self, digest: &ImageDigest, limit: u64) -> Result<Option<Vec<u8>>, FetchError> {
        let name = format!("blobs/{}/{}", digest.algorithm(), digest.hexadecimal());
        let Some(bytes) = self.files.read(&name, limit)? else {
            return Ok(None);
        };
        if digest.is_of(&bytes) {
            return Ok(Some(bytes));
        }
        Err(FetchError::OtherContent { what: "a blob" })
    }

    /// The entry that is called so: the whole name before the tag alone.
    fn named(&self, image: &Reference, tag: &str) -> Option<&Descriptor> {
        let is_called = |descriptor: &&Descriptor, test: &dyn Fn(&str) -> bool| {
            NAMES
                .iter()
                .any(|name| descriptor.annotations.get(*name).is_some_and(|text| test(text)))
        };
        let is_whole = |text: &str| {
            Reference::parse(text)
                .is_ok_and(|named| named.name() == image.name() && named.tag().unwrap_or("latest") == tag)
        };
        let whole = self.index.iter().find(|one| is_called(one, &is_whole));
        let bare = || self.index.iter().find(|one| is_called(one, &|text| text == tag));
        // A layout of one image needs no names: `cosign save` and `skopeo copy` write none.
        let images: Vec<_> = self.index.iter().filter(|one| is_image(one)).collect();
        let only =
            || (image.tag().unwrap_or("latest") == tag && images.len() == 1 && !has_name(images[0])).then(|| images[0]);
        whole.or_else(bare).or_else(only)
    }
}

fn has_name(descriptor: &Descriptor) -> bool {
    NAMES.iter().any(|name| descriptor.annotations.contains_key(*name))
}

/// Whether an entry of the index is an image, and nothing that cosign keeps beside one.
fn is_image(descriptor: &Descriptor) -> bool {
    let kind = descriptor.annotations.get(KIND).map_or("", String::as_str);
    let artifact = descriptor.artifact_type.as_str();
    let is_image_type = artifact.is_empty() || artifact.starts_with("application/vnd.oci.image.config.");
    !kind.ends_with("/sigs") && !kind.ends_with("/atts") && is_image_type
}

impl Store for Layout {
    fn manifest_by_tag(&self, image: &Reference, tag: &str) -> Result<Option<Vec<u8>>, FetchError> {
        // `cosign save` marks signatures by kind; there is one image in such a layout.
        let kind = match tag.rsplit_once('.') {
            Some((_, "sig")) => "dev.cosignproject.cosign/sigs",
            Some((_, "att")) => "dev.cosignproject.cosign/atts",
            _ => "-",
        };
        let is_kind = |one: &&Descriptor| one.annotations.get(KIND).is_some_and(|text| text == kind);
        let found = self.named(image, tag).or_else(|| self.index.iter().find(is_kind));
        match found {
            Some(descriptor) => self.bytes(&descriptor.digest, MAX_MANIFEST),
            None => Ok(None),
        }
    }

    fn manifest_by_digest(&self, _: &Reference, digest: &ImageDigest) -> Result<Option<Vec<u8>>, FetchError> {
        self.bytes(digest, MAX_MANIFEST)
    }

    fn blob(&self, _: &Reference, digest: &ImageDigest, limit: u64) -> Result<Vec<u8>, FetchError> {
        self.bytes(digest, limit)?.ok_or(FetchError::NotFound)
    }

    fn referrers(&self, image: &Reference, digest: &ImageDigest) -> Result<Referrers, FetchError> {
        let mut referrers = Referrers::default();
        if let Some(bytes) = self.manifest_by_tag(image, &digest.tag(""))?
            && let Document::Index(list) = Document::read(&bytes)?
        {
            referrers.digests.extend(list.into_iter().map(|one| one.digest));
        }
        let names = self.files.names_below("blobs/sha256", MAX_SMALL);
        if names.len() > MAX_LOOKED_AT {
            referrers.gap = Some(format!("{} blobs were not looked at", names.len() - MAX_LOOKED_AT));
        }
        for name in names.iter().take(MAX_LOOKED_AT) {
            let Some(candidate) = ImageDigest::parse(&format!("sha256:{name}")) else {
                continue;
            };
            let Some(bytes) = self.files.read(&format!("blobs/sha256/{name}"), MAX_SMALL)? else {
                continue;
            };
            let is_about = bytes.windows(7).any(|part| part == b"subject")
                && matches!(Document::read(&bytes), Ok(Document::Manifest(manifest)) if manifest.subject.as_ref() == Some(digest));
            if is_about && !referrers.digests.contains(&candidate) {
                referrers.digests.push(candidate);
            }
        }
        Ok(referrers)
    }
}
