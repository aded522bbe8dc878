//! Manifests and indexes, read strictly.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::FetchError;
use crate::ImageDigest;

/// A manifest or an index.
#[derive(Clone, Debug)]
pub(super) enum Document {
    Manifest(Manifest),
    Index(Vec<Descriptor>),
}

/// The manifest of an image or of something that refers to one.
#[derive(Clone, Debug)]
pub(super) struct Manifest {
    pub(super) config: Option<Descriptor>,
    pub(super) layers: Vec<Descriptor>,
    pub(super) subject: Option<ImageDigest>,
    pub(super) artifact_type: String,
}

/// What points at a blob.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    #[serde(default)]
    pub(super) media_type: String,
    #[serde(deserialize_with = "digest")]
    pub(super) digest: ImageDigest,
    #[serde(default)]
    pub(super) size: u64,
    #[serde(default)]
    pub(super) annotations: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) artifact_type: String,
}

fn digest<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<ImageDigest, D::Error> {
    let text = String::deserialize(deserializer)?;
    ImageDigest::parse(&text).ok_or_else(|| serde::de::Error::custom("a digest that is none"))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(default)]
    media_type: String,
    manifests: Option<Vec<Descriptor>>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    subject: Option<Descriptor>,
    #[serde(default)]
    artifact_type: String,
    // Of the first version of Docker's format, which is signed in another way.
    #[serde(rename = "fsLayers")]
    old_layers: Option<IgnoredAny>,
}

impl Document {
    /// Reads it. A document that could be taken for a manifest and for an index is refused (CVE-2021-41190).
    pub(super) fn read(bytes: &[u8]) -> Result<Self, FetchError> {
        let malformed = |problem: &str| FetchError::Malformed {
            what: "the manifest",
            problem: problem.to_owned(),
        };
        let raw: Raw = serde_json::from_slice(bytes).map_err(|_| malformed("it is no manifest"))?;
        if raw.old_layers.is_some() {
            return Err(malformed("it is of the first version of Docker's format"));
        }
        let is_index_type = raw.media_type.contains("index") || raw.media_type.contains("manifest.list");
        let has_parts = raw.layers.is_some() || raw.config.is_some();
        match raw.manifests {
            Some(_) if has_parts => Err(malformed("it could be a manifest and an index")),
            Some(_) if !raw.media_type.is_empty() && !is_index_type => {
                Err(malformed("its type is not that of an index"))
            }
            Some(manifests) => Ok(Self::Index(manifests)),
            None if is_index_type => Err(malformed("its type is that of an index")),
            None if !has_parts => Err(malformed("it has neither layers nor manifests")),
            None => Ok(Self::Manifest(Manifest {
                config: raw.config,
                layers: raw.layers.unwrap_or_default(),
                subject: raw.subject.map(|subject| subject.digest),
                artifact_type: raw.artifact_type,
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    fn problem(text: &str) -> String {
        match Document::read(text.replace('D', DIGEST).as_bytes()) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_is_two_things_is_nothing() {
        let both = r#"{"manifests":[{"digest":"D"}],"layers":[{"digest":"D"}]}"#;
        let typed = r#"{"mediaType":"application/vnd.oci.image.manifest.v1+json","manifests":[]}"#;
        let path = r#"{"layers":[{"digest":"sha256:../../x"}]}"#;

        assert!(problem(both).contains("a manifest and an index"));
        assert!(problem(typed).contains("not that of an index"));
        assert!(!problem(path).is_empty());
        assert_eq!(problem(r#"{"layers":[{"digest":"D"}]}"#), "");
    }
}
