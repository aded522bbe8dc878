//! Who may vouch for an image, and how that is shown.

use std::sync::Arc;

use regex::Regex;
use serde_json::Value;

use crate::Reference;
use crate::engine::{HashAlgorithm, PublicKey, Root};

/// One of those whose word suffices.
#[derive(Clone, Debug)]
pub struct Authority {
    /// Its name in the policy.
    pub name: String,
    /// How its word is known.
    pub means: Means,
    /// Statements that must be there, each signed by it. Without any, a signature of the image itself must be.
    pub attestations: Vec<AttestationRule>,
    /// Which kinds of signatures count.
    pub format: SignatureFormat,
    /// Under which name the image must have been signed.
    pub signed_identity: SignedIdentity,
}

/// How an authority's word is known.
#[derive(Clone, Debug)]
pub enum Means {
    /// By a key.
    Key {
        /// The key.
        key: PublicKey,
        /// The digest it signs; none: SHA-256, or the one that goes with the curve.
        hash: Option<HashAlgorithm>,
        /// The root with the log that must hold the signature, if one must.
        log: Option<Arc<Root>>,
    },
    /// By a certificate that names somebody for a few minutes.
    Keyless {
        /// The authorities and logs that count.
        root: Arc<Root>,
        /// Whom a certificate may name: one of them suffices.
        identities: Vec<Identity>,
        /// Whether the log of certificates is left out.
        ignores_certificate_log: bool,
    },
    /// Without looking: all pass.
    Pass,
    /// Without looking: none passes, and this says why.
    Fail(String),
}

/// Whom a certificate may name. Both must match.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Who vouched for the identity.
    pub issuer: Match,
    /// The e-mail address or URI.
    pub subject: Match,
}

/// How a text is compared.
#[derive(Clone, Debug)]
pub enum Match {
    /// It is this text.
    Exact(String),
    /// This expression is found in it; anchors are the author's business.
    Pattern(Regex),
}

impl Match {
    /// Whether `text` matches.
    pub fn is_match(&self, text: &str) -> bool {
        match self {
            Self::Exact(expected) => expected == text,
            Self::Pattern(pattern) => pattern.is_match(text),
        }
    }

    /// How a message names it.
    pub fn shown(&self) -> String {
        match self {
            Self::Exact(text) => format!("`{text}`"),
            Self::Pattern(pattern) => format!("/{pattern}/"),
        }
    }
}

/// Which kinds of signatures count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureFormat {
    /// Both.
    #[default]
    Any,
    /// Layers under a tag, as cosign wrote them up to version 2.
    Legacy,
    /// Bundles that refer to the image, as cosign writes them from version 3 on.
    Bundle,
}

/// A statement that must be there.
#[derive(Clone, Debug, PartialEq)]
pub struct AttestationRule {
    /// Its name in the policy.
    pub name: String,
    /// The type of the predicate: `https://slsa.dev/provenance/v1`.
    pub predicate_type: String,
    /// What the predicate must say: JSON pointers and the values there.
    pub equals: Vec<(String, Value)>,
}

/// Under which name an image must have been signed, as `containers-policy.json` has it.
///
/// Source: [containers-policy.json(5), `signedIdentity`](https://github.com/containers/image/blob/main/docs/containers-policy.json.5.md).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SignedIdentity {
    /// Whatever the signature says; the digest decides.
    #[default]
    Any,
    /// The repository must be the same, the tag may differ.
    MatchRepository,
    /// The name must be the same; a reference by digest matches any tag.
    MatchRepoDigestOrExact,
    /// The repository must be this one.
    ExactRepository(String),
    /// The first prefix of the name is taken for the second, as for a mirror.
    Remap {
        /// What the name begins with.
        prefix: String,
        /// What the signed name begins with.
        signed_prefix: String,
    },
}

impl SignedIdentity {
    /// Whether a signature that names `signed` may stand for `reference`.
    pub(crate) fn accepts(&self, reference: &Reference, signed: Option<&str>) -> bool {
        if *self == Self::Any {
            return true;
        }
        let Some(signed) = signed.and_then(|text| Reference::parse(text).ok()) else {
            return false;
        };
        match self {
            Self::Any => true,
            Self::MatchRepository => signed.name() == reference.name(),
            Self::MatchRepoDigestOrExact => is_same(reference, &signed),
            Self::ExactRepository(name) => Reference::parse(name).is_ok_and(|name| name.name() == signed.name()),
            Self::Remap { prefix, signed_prefix } => {
                let is_below = is_below(&reference.name(), prefix);
                let moved = if is_below {
                    reference.moved(prefix, signed_prefix)
                } else {
                    Ok(reference.clone())
                };
                moved.is_ok_and(|moved| is_same(&moved, &signed))
            }
        }
    }
}

fn is_same(reference: &Reference, signed: &Reference) -> bool {
    let is_same_tag =
        reference.digest().is_some() || reference.tag().unwrap_or("latest") == signed.tag().unwrap_or("latest");
    reference.name() == signed.name() && is_same_tag
}

/// Whether `name` is `prefix` or lies below it.
pub(crate) fn is_below(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix.trim_end_matches('/'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(identity: &SignedIdentity, reference: &str, signed: &str) -> bool {
        identity.accepts(&Reference::parse(reference).unwrap(), Some(signed))
    }

    #[test]
    fn the_signed_name_is_compared_as_podman_does() {
        let remap = SignedIdentity::Remap {
            prefix: "mirror.example/vendor".to_owned(),
            signed_prefix: "vendor.example".to_owned(),
        };
        let exact = SignedIdentity::MatchRepoDigestOrExact;

        assert!(accepts(&SignedIdentity::Any, "a.example/b:1", "c.example/d:2"));
        assert!(accepts(
            &SignedIdentity::MatchRepository,
            "a.example/b:1",
            "a.example/b:2"
        ));
        assert!(!accepts(
            &SignedIdentity::MatchRepository,
            "a.example/b:1",
            "a.example/c:1"
        ));
        assert!(accepts(&exact, "a.example/b:1", "a.example/b:1"));
        assert!(!accepts(&exact, "a.example/b:1", "a.example/b:2"));
        assert!(accepts(&remap, "mirror.example/vendor/llm:1", "vendor.example/llm:1"));
        assert!(!accepts(&remap, "mirror.example/vendors/llm:1", "vendor.example/llm:1"));
    }

    #[test]
    fn a_signature_without_a_name_matches_no_name() {
        let reference = Reference::parse("a.example/b:1").unwrap();

        assert!(!SignedIdentity::MatchRepository.accepts(&reference, None));
    }
}
