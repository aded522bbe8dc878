//! What the engine says, sorted by what it means to the user.

use sigstore_verify::{CertificateError, Error, TimestampError, TransparencyLogError};
use thiserror::Error;

/// Why a bundle does not count.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// It is wrong: the signature, the certificate, the log entry, the timestamp, or what it is about.
    #[error("{0}")]
    Invalid(String),
    /// It is right as far as it goes, and by somebody else than is asked for.
    #[error("{0}")]
    OtherSigner(String),
    /// It cannot be told: a kind of key, entry or artifact that the engine does not know.
    #[error("{0}")]
    Unsupported(String),
}

impl From<Error> for EngineError {
    fn from(error: Error) -> Self {
        let text = sentence(&error);
        match error {
            Error::UnsupportedArtifact(_) | Error::UnsupportedBundle(_) => Self::Unsupported(text),
            Error::IdentityMismatch { .. } | Error::IssuerMismatch { .. } => Self::OtherSigner(text),
            _ => Self::Invalid(text),
        }
    }
}

/// What is wrong, in words of the field.
fn sentence(error: &Error) -> String {
    match error {
        Error::SignatureInvalid(_) => "the signature does not match".to_owned(),
        Error::ArtifactMismatch(_) => "the signature is about something else".to_owned(),
        Error::Certificate(CertificateError::Sct(_)) => {
            "the certificate has no valid timestamp of a trusted certificate log".to_owned()
        }
        Error::Certificate(CertificateError::ChainInvalid(_) | CertificateError::NoValidAuthority { .. }) => {
            "the certificate is not of a trusted authority".to_owned()
        }
        Error::Certificate(CertificateError::NotYetValid { .. } | CertificateError::Expired { .. }) => {
            "the certificate was not valid when the signature was made".to_owned()
        }
        Error::Certificate(_) => "the certificate cannot be read".to_owned(),
        Error::TransparencyLog(error) => log_sentence(error).to_owned(),
        Error::Timestamp(TimestampError::Invalid(_)) => "a timestamp is not of a trusted authority".to_owned(),
        Error::Timestamp(_) => "there is no trusted time of signing".to_owned(),
        Error::UnsupportedArtifact(_) => "this kind of key signs whole contents and not digests".to_owned(),
        other => visible(&other.to_string()),
    }
}

fn log_sentence(error: &TransparencyLogError) -> &'static str {
    match error {
        TransparencyLogError::UnknownLog { .. } => "the entry is of a log that is not trusted",
        TransparencyLogError::InclusionProof(_) => "the proof that the log holds the entry is wrong",
        TransparencyLogError::Checkpoint(_) => "the checkpoint of the log is wrong",
        TransparencyLogError::InclusionPromise(_) => "the promise of the log is missing or wrong",
        TransparencyLogError::EntryMismatch(_) => "the log entry is about another signature",
        TransparencyLogError::IntegratedTime(_) => "the time of the log entry is outside of the certificate's",
        _ => "the log entry cannot be read",
    }
}

/// Bounded, and in one line without control characters: parts of a message can come out of a bundle.
pub(super) fn visible(text: &str) -> String {
    let kept = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    kept.take(200).collect()
}
