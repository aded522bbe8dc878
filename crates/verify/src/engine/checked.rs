//! Bundles, checked.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;
use sigstore_types::{ArtifactDigest, Bundle, HashAlgorithm as Hash, SignatureContent, VerificationMaterialContent};
use sigstore_verify::{PublicKeyVerificationPolicy, VerificationPolicy, VerificationResult};

use super::error::visible;
use super::{EngineError, HashAlgorithm, PublicKey, Root};
use crate::ImageDigest;

/// More entries of logs, or timestamps, than any client writes.
const MAX_PROOFS: usize = 32;

/// What was signed.
#[derive(Clone, Copy, Debug)]
pub enum Artifact<'a> {
    /// All of it.
    Bytes(&'a [u8]),
    /// Its digest.
    Digest(&'a ImageDigest),
}

/// A signature that holds, and what it says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checked {
    /// Whom the certificate names: an e-mail address or a URI.
    pub identity: Option<String>,
    /// Who vouched for the identity.
    pub issuer: Option<String>,
    /// The earliest proven time of signing, in seconds since 1970.
    pub time: Option<i64>,
    /// Whether a transparency log was shown to hold it.
    pub is_logged: bool,
    /// The signed statement, if it is one.
    pub statement: Option<Value>,
}

/// What is asked of a certificate besides its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CertificateRules {
    /// Whether a log must hold the signature.
    pub(crate) log: bool,
    /// Whether a log of certificates must have seen the certificate.
    pub(crate) certificate_log: bool,
}

/// Checks a bundle that carries a certificate. Whom it names is for the caller to judge.
///
/// # Errors
///
/// The signature does not hold, or the engine cannot tell.
pub(crate) fn check_by_certificate(
    root: &Root,
    json: &str,
    artifact: Artifact<'_>,
    rules: CertificateRules,
    now: i64,
) -> Result<Checked, EngineError> {
    let bundle = read(json)?;
    if matches!(
        bundle.verification_material.content,
        VerificationMaterialContent::PublicKey(_)
    ) {
        return Err(EngineError::OtherSigner(
            "it is signed with a key, and a certificate is asked for".to_owned(),
        ));
    }
    let mut policy = VerificationPolicy::any_identity();
    if !rules.log {
        policy = policy.skip_tlog_unsafe();
    }
    if !rules.certificate_log {
        policy = policy.skip_sct();
    }
    let result = match artifact {
        Artifact::Bytes(bytes) => root.verifier.verify(bytes, &bundle, &policy)?,
        Artifact::Digest(digest) => root.verifier.verify(engine_digest(digest)?, &bundle, &policy)?,
    };
    // The engine has been told to check both; what it says must not rest on that alone.
    if !result.certificate_verified() || result.verified_timestamps().is_empty() {
        return Err(EngineError::Invalid("there is no trusted time of signing".to_owned()));
    }
    let issuer_is_valid = bundle.signing_certificate().is_some_and(|certificate| {
        let times = result.verified_timestamps().iter().map(|time| time.as_second());
        root.authorities.were_valid(certificate.as_bytes(), times)
    });
    if !issuer_is_valid {
        let text = "the authority's own certificate was not valid when the signature was made";
        return Err(EngineError::Invalid(text.to_owned()));
    }
    checked(&bundle, &result, now)
}

/// Checks a bundle with a key. With `log`, a log of that root must hold it; without, the signature alone counts.
///
/// # Errors
///
/// The signature does not hold, or the engine cannot tell.
pub(crate) fn check_by_key(
    key: &PublicKey,
    hash: Option<HashAlgorithm>,
    json: &str,
    artifact: Artifact<'_>,
    log: Option<&Root>,
    now: i64,
) -> Result<Checked, EngineError> {
    let bundle = read(json)?;
    let VerificationMaterialContent::PublicKey(identifier) = &bundle.verification_material.content else {
        return Err(EngineError::OtherSigner(
            "it is signed with a certificate, and a key is asked for".to_owned(),
        ));
    };
    let own = own_check(&bundle, key, hash, artifact);
    let Some(root) = log else {
        return own
            .map_err(|error| blame(error, &identifier.hint, key))
            .map(|()| Checked {
                statement: statement(&bundle),
                ..Checked::default()
            });
    };
    if !key.is_known_to_the_engine() {
        let text = "log entries of signatures by keys on P-521 cannot be checked";
        return Err(EngineError::Unsupported(text.to_owned()));
    }
    let policy = PublicKeyVerificationPolicy::new(key.der.clone());
    let result = match artifact {
        Artifact::Bytes(bytes) => root.verifier.verify(bytes, &bundle, &policy),
        Artifact::Digest(digest) => root.verifier.verify(engine_digest(digest)?, &bundle, &policy),
    };
    let result = result.map_err(|error| blame(error.into(), &identifier.hint, key))?;
    // With its own choice of hash the engine could pass what the policy's hash would not.
    match own {
        Ok(()) | Err(EngineError::Unsupported(_)) => {}
        Err(error) => return Err(blame(error, &identifier.hint, key)),
    }
    checked(&bundle, &result, now)
}

fn read(json: &str) -> Result<Bundle, EngineError> {
    let bundle = Bundle::from_json(json)
        .map_err(|error| EngineError::Invalid(format!("the bundle cannot be read: {}", visible(&error.to_string()))))?;
    let material = &bundle.verification_material;
    let timestamps = &material.timestamp_verification_data.rfc3161_timestamps;
    if material.tlog_entries.len() > MAX_PROOFS || timestamps.len() > MAX_PROOFS {
        return Err(EngineError::Invalid("the bundle carries too many proofs".to_owned()));
    }
    let entries = &material.tlog_entries;
    let is_twice = |index: usize| {
        entries[..index]
            .iter()
            .any(|entry| entry.canonicalized_body == entries[index].canonicalized_body)
    };
    if (1..entries.len()).any(is_twice) {
        return Err(EngineError::Invalid("a log entry is there twice".to_owned()));
    }
    // The engine proves the entry against the checkpoint; a root hash that says otherwise is no accident.
    let proofs = material
        .tlog_entries
        .iter()
        .filter_map(|entry| entry.inclusion_proof.as_ref());
    for proof in proofs {
        let stated = BASE64.encode(proof.root_hash.as_bytes());
        if proof.checkpoint.envelope().lines().nth(2) != Some(stated.as_str()) {
            return Err(EngineError::Invalid("the checkpoint of the log is wrong".to_owned()));
        }
    }
    Ok(bundle)
}

fn engine_digest(digest: &ImageDigest) -> Result<ArtifactDigest, EngineError> {
    let algorithm = match digest.algorithm() {
        "sha256" => Hash::Sha2256,
        _ => Hash::Sha2512,
    };
    let digits = digest.hexadecimal().as_bytes();
    let nibble = |digit: u8| char::from(digit).to_digit(16).unwrap_or_default();
    let pairs = digits.chunks_exact(2);
    let bytes: Vec<u8> = pairs
        .map(|pair| u8::try_from(nibble(pair[0]) << 4 | nibble(pair[1])).expect("two hexadecimal digits are a byte"))
        .collect();
    ArtifactDigest::new(algorithm, bytes).map_err(|error| EngineError::Unsupported(visible(&error.to_string())))
}

/// The signature and what it is about, by the key alone.
fn own_check(
    bundle: &Bundle,
    key: &PublicKey,
    hash: Option<HashAlgorithm>,
    artifact: Artifact<'_>,
) -> Result<(), EngineError> {
    let no_match = || EngineError::Invalid("the signature does not match".to_owned());
    match &bundle.content {
        SignatureContent::DsseEnvelope(envelope) => {
            if !key.has_signed(&envelope.pae(), envelope.signature.sig.as_bytes(), hash) {
                return Err(no_match());
            }
            let statement = statement(bundle)
                .ok_or_else(|| EngineError::Invalid("the signed statement cannot be read".to_owned()))?;
            let digest = match artifact {
                Artifact::Bytes(bytes) => ImageDigest::of(bytes),
                Artifact::Digest(digest) => digest.clone(),
            };
            if is_about(&statement, &digest) {
                Ok(())
            } else {
                Err(EngineError::Invalid("the signature is about something else".to_owned()))
            }
        }
        SignatureContent::MessageSignature(message) => match artifact {
            Artifact::Bytes(bytes) if key.has_signed(bytes, message.signature.as_bytes(), hash) => Ok(()),
            Artifact::Bytes(_) => Err(no_match()),
            Artifact::Digest(_) => Err(EngineError::Unsupported(
                "with a key alone, the content is needed and not only its digest".to_owned(),
            )),
        },
        _ => Err(EngineError::Unsupported(
            "the bundle holds no signature that is known".to_owned(),
        )),
    }
}

/// Whether one of the statement's subjects has this digest.
///
/// Source: [in-toto Statement v1](https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md).
fn is_about(statement: &Value, digest: &ImageDigest) -> bool {
    let is_statement = statement["_type"]
        .as_str()
        .is_some_and(|kind| kind.starts_with("https://in-toto.io/Statement/"));
    let subjects = statement["subject"].as_array();
    is_statement
        && subjects.is_some_and(|subjects| {
            subjects
                .iter()
                .any(|subject| subject["digest"][digest.algorithm()].as_str() == Some(digest.hexadecimal()))
        })
}

/// A signature that does not match the key: by somebody else, unless the bundle says that it is of this very key.
fn blame(error: EngineError, hint: &str, key: &PublicKey) -> EngineError {
    let is_of_signature = matches!(&error, EngineError::Invalid(text) if text == "the signature does not match");
    let fingerprint = key.fingerprint();
    let digits = fingerprint.strip_prefix("sha256:").unwrap_or_default();
    let is_named = !hint.is_empty()
        && BASE64
            .decode(hint)
            .is_ok_and(|bytes| crate::digest::hexadecimal(&bytes) == digits);
    if is_of_signature && !is_named {
        EngineError::OtherSigner("it is signed with another key, or was changed after it was signed".to_owned())
    } else {
        error
    }
}

/// The statement in the envelope of a bundle.
fn statement(bundle: &Bundle) -> Option<Value> {
    match &bundle.content {
        SignatureContent::DsseEnvelope(envelope) => serde_json::from_slice(envelope.payload.as_bytes()).ok(),
        _ => None,
    }
}

fn checked(bundle: &Bundle, result: &VerificationResult, now: i64) -> Result<Checked, EngineError> {
    let times = result.verified_timestamps().iter().map(|time| time.as_second());
    let time = times.clone().min();
    // The engine looks at its own clock; the verdict must follow from the time that is given.
    if times.clone().any(|time| time > now) {
        return Err(EngineError::Invalid(
            "the time of signing lies in the future".to_owned(),
        ));
    }
    Ok(Checked {
        identity: result.identity().map(|identity| visible(identity.as_str())),
        issuer: result.issuer().map(visible),
        time,
        is_logged: result.tlog_verified(),
        statement: statement(bundle),
    })
}
