//! What Sigstore's policies have no words for: digests that are written down, publishers, words in names.

use serde::Deserialize;

use super::{Policy, PolicyError};
use crate::{ImageDigest, Reference};

/// A digest that was written down, such as from the page on which a publisher announces a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The image, with its tag if the digest is of that tag alone.
    pub image: Reference,
    /// Its digest.
    pub digest: ImageDigest,
    /// What the digest is of; none: any of them.
    pub kind: Option<PinKind>,
    /// Where it was read.
    pub source: Option<String>,
}

/// What a digest that was written down is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PinKind {
    /// The list of platforms.
    Index,
    /// The manifest of a platform.
    Manifest,
    /// The configuration: the "image id" on many pages.
    Config,
}

impl Pin {
    /// Whether it is about this image: the same repository and, if it names a tag, the same tag.
    pub(super) fn is_of(&self, reference: &Reference) -> bool {
        let is_tag = |tag: &str| {
            reference.tag().unwrap_or("latest") == tag || reference.tag().is_none() && reference.digest().is_some()
        };
        self.image.name() == reference.name() && self.image.tag().is_none_or(is_tag)
    }
}

/// The words of a name: what stands between `-`, `_`, `.`, `/` and `:`, in lower case.
///
/// Words and not parts of words: `fastapi` and `breakfast` are not fast.
pub(super) fn tokens_of(name: &str) -> impl Iterator<Item = String> {
    name.split(['-', '_', '.', '/', ':'])
        .filter(|token| !token.is_empty())
        .map(str::to_lowercase)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawRules {
    #[serde(rename = "apiVersion")]
    _version: String,
    #[serde(rename = "kind")]
    _kind: String,
    #[serde(default)]
    publishers: Vec<String>,
    #[serde(default)]
    banned: Vec<String>,
    #[serde(default)]
    pins: Vec<RawPin>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPin {
    image: String,
    digest: String,
    kind: Option<PinKind>,
    source: Option<String>,
    // Who looked, and when: for people.
    #[serde(rename = "checked")]
    _checked: Option<String>,
    #[serde(rename = "by")]
    _by: Option<String>,
}

/// Reads a document of the kind `ImageRules`.
pub(super) fn read(document: serde_json::Value) -> Result<Policy, PolicyError> {
    let field = |problem: String| PolicyError::Field {
        policy: "ImageRules".to_owned(),
        problem,
    };
    let raw: RawRules = serde_json::from_value(document).map_err(|error| field(error.to_string()))?;
    let mut pins = Vec::new();
    for pin in raw.pins {
        let image = Reference::parse(&pin.image).map_err(|error| field(format!("`image: {}`: {error}", pin.image)))?;
        let digest =
            ImageDigest::parse(&pin.digest).ok_or_else(|| field(format!("`digest: {}` is no digest", pin.digest)))?;
        pins.push(Pin {
            image,
            digest,
            kind: pin.kind,
            source: pin.source,
        });
    }
    let mut publishers = Vec::new();
    for publisher in raw.publishers {
        if publisher.contains('*') || publisher.contains("://") {
            return Err(field(format!(
                "`publishers`: `{publisher}` is no prefix of a name, such as `ghcr.io/acme`"
            )));
        }
        publishers.push(publisher.trim_end_matches('/').to_owned());
    }
    Ok(Policy {
        images: Vec::new(),
        pins,
        publishers,
        banned: raw.banned.iter().map(|word| word.to_lowercase()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_parts_of_words() {
        let has = |name: &str, word: &str| tokens_of(name).any(|token| token == word);

        assert!(has("x/qwen-7b-uncensored:1", "uncensored") && has("a/b:v1-Optimized", "optimized"));
        assert!(!has("tiangolo/uvicorn-gunicorn-fastapi", "fast") && !has("x/elite", "lite"));
    }
}
