//! Sigstore bundles that refer to an image: signatures of cosign 3, and statements.

use serde::Deserialize;

use super::{COSIGN_SIGN, Question, check};
use crate::engine::{Artifact, Checked, EngineError};

/// A signature of the image: a bundle whose statement has the type of one. `None` for a statement of another type.
pub(super) fn signature(question: Question<'_>, json: &str) -> Option<Result<Checked, EngineError>> {
    match announced_type(json) {
        Ok(Some(kind)) if kind != COSIGN_SIGN => None,
        Ok(_) => Some(checked(question, json)),
        Err(error) => Some(Err(error)),
    }
}

/// A statement about the image. `None` for a signature.
pub(super) fn statement(question: Question<'_>, json: &str) -> Option<Result<Checked, EngineError>> {
    match announced_type(json) {
        Ok(Some(kind)) if kind != COSIGN_SIGN => Some(checked(question, json)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    }
}

/// The parts of a bundle that are looked at before the engine reads it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outline {
    #[serde(default)]
    media_type: String,
    dsse_envelope: Option<Envelope>,
}

#[derive(Deserialize)]
struct Envelope {
    payload: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    predicate_type: String,
}

fn outline(json: &str) -> Result<Outline, EngineError> {
    serde_json::from_str(json).map_err(|_| unreadable())
}

fn unreadable() -> EngineError {
    EngineError::Invalid("the bundle cannot be read".to_owned())
}

/// The type that the statement has, before it is known who says so; `None` if the bundle holds no statement.
fn announced_type(json: &str) -> Result<Option<String>, EngineError> {
    use base64::Engine as _;

    let Some(envelope) = outline(json)?.dsse_envelope else {
        return Ok(None);
    };
    let payload = base64::engine::general_purpose::STANDARD.decode(envelope.payload);
    let statement: Option<Statement> = payload.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    statement
        .map(|statement| Some(statement.predicate_type))
        .ok_or_else(unreadable)
}

/// The type of a bundle says which proofs it needs, and is not signed: older ones, which need fewer, do not count here.
fn checked(question: Question<'_>, json: &str) -> Result<Checked, EngineError> {
    let outline = outline(json)?;
    let is_current = matches!(
        outline.media_type.as_str(),
        "application/vnd.dev.sigstore.bundle.v0.3+json" | "application/vnd.dev.sigstore.bundle+json;version=0.3"
    );
    if !is_current {
        return Err(EngineError::Invalid("the bundle is of a version before 0.3".to_owned()));
    }
    if outline.dsse_envelope.is_none() {
        return Err(EngineError::Invalid("the bundle names no image".to_owned()));
    }
    check(
        question.authority,
        json,
        Artifact::Digest(question.digest),
        question.now,
    )
}
