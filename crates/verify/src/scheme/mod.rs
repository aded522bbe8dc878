//! The signature schemes: pure functions from bytes, an authority and a time to what holds.
//!
//! To add one: a file here and a variant of [`Signature`](crate::Signature).

mod bundle;
mod simple_signing;
pub(crate) mod statement;

use crate::authority::{Authority, Means, SignatureFormat};
use crate::engine::{Artifact, CertificateRules, Checked, EngineError, check_by_certificate, check_by_key};
use crate::{ImageDigest, Reference, Signature};

/// The type of the statement that cosign 3 signs instead of the image itself.
pub(crate) const COSIGN_SIGN: &str = "https://sigstore.dev/cosign/sign/v1";

/// What is asked about a signature.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'q> {
    /// The image by the name under which it is run.
    pub(crate) reference: &'q Reference,
    /// The digest that must have been signed.
    pub(crate) digest: &'q ImageDigest,
    /// Whose word is asked for.
    pub(crate) authority: &'q Authority,
    /// The time, in seconds since 1970.
    pub(crate) now: i64,
}

/// Whether `signature` is a signature of the image by the authority; `None` if it is something else, such as a statement.
pub(crate) fn signature_of(question: Question<'_>, signature: &Signature) -> Option<Result<Checked, EngineError>> {
    let format = question.authority.format;
    match signature {
        Signature::Simple(layer) if format != SignatureFormat::Bundle => Some(simple_signing::check(question, layer)),
        Signature::Bundle(json) if format != SignatureFormat::Legacy => bundle::signature(question, json),
        _ => None,
    }
}

/// Whether `signature` is a statement by the authority about the image; `None` if it is something else.
pub(crate) fn statement_of(question: Question<'_>, signature: &Signature) -> Option<Result<Checked, EngineError>> {
    let format = question.authority.format;
    match signature {
        Signature::Envelope(layer) if format != SignatureFormat::Bundle => {
            Some(simple_signing::check_envelope(question, layer))
        }
        Signature::Bundle(json) if format != SignatureFormat::Legacy => bundle::statement(question, json),
        _ => None,
    }
}

/// Checks a bundle by what the authority is known by.
pub(crate) fn check(
    authority: &Authority,
    json: &str,
    artifact: Artifact<'_>,
    now: i64,
) -> Result<Checked, EngineError> {
    match &authority.means {
        Means::Key { key, hash, log } => {
            let checked = check_by_key(key, *hash, json, artifact, log.as_deref(), now)?;
            Ok(Checked {
                identity: Some(key.fingerprint()),
                ..checked
            })
        }
        Means::Keyless {
            root,
            identities,
            ignores_certificate_log,
        } => {
            // A root without a log can prove the time by timestamps alone; GitHub's is one.
            let rules = CertificateRules {
                log: root.has_log(),
                certificate_log: root.has_certificate_log() && !ignores_certificate_log,
            };
            let checked = check_by_certificate(root, json, artifact, rules, now)?;
            let (identity, issuer) = (checked.identity.as_deref(), checked.issuer.as_deref());
            let is_asked_for = identities.iter().any(|asked| {
                identity.is_some_and(|text| asked.subject.is_match(text))
                    && issuer.is_some_and(|text| asked.issuer.is_match(text))
            });
            if is_asked_for {
                return Ok(checked);
            }
            Err(EngineError::OtherSigner(format!(
                "it is signed by `{}`, for whom `{}` vouches",
                identity.unwrap_or("nobody"),
                issuer.unwrap_or("nobody"),
            )))
        }
        Means::Pass | Means::Fail(_) => Err(EngineError::Unsupported("no signature is asked for".to_owned())),
    }
}
