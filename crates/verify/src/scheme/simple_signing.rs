//! Signatures and statements under a tag, as cosign wrote them up to version 2.
//!
//! A layer's annotations hold what a bundle holds, so a layer becomes a bundle of version 0.1 over its payload, and one engine
//! checks both. Formats: [simple signing](https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md),
//! [bundle](https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use sha2::Digest as _;

use super::{Question, check as check_bundle};
use crate::authority::Means;
use crate::engine::{Artifact, Checked, EngineError, certificate_der};
use crate::evidence::Layer;

/// The type of every payload that cosign signs.
const PAYLOAD_TYPE: &str = "cosign container image signature";

/// Checks a layer: the signature over the payload, and that the payload is about this image.
pub(super) fn check(question: Question<'_>, layer: &Layer) -> Result<Checked, EngineError> {
    let payload: Value = serde_json::from_slice(&layer.bytes)
        .map_err(|_| EngineError::Invalid("the signed payload is no JSON".to_owned()))?;
    let signature = annotation(layer, "dev.cosignproject.cosign/signature")
        .and_then(|text| BASE64.decode(text).ok())
        .ok_or_else(|| EngineError::Invalid("the layer carries no signature".to_owned()))?;
    let content = json!({
        "messageSignature": {
            "messageDigest": {"algorithm": "SHA2_256", "digest": BASE64.encode(sha2::Sha256::digest(&layer.bytes))},
            "signature": BASE64.encode(&signature),
        }
    });
    let checked = if let Means::Key { key, hash, log: None } = &question.authority.means {
        // Without a log to ask, the key says all there is, whatever hash goes with it.
        if certificate(layer).transpose()?.is_some() {
            let text = "it is signed with a certificate, and a key is asked for";
            return Err(EngineError::OtherSigner(text.to_owned()));
        }
        if !key.has_signed(&layer.bytes, &signature, *hash) {
            let text = "it is signed with another key, or was changed after it was signed";
            return Err(EngineError::OtherSigner(text.to_owned()));
        }
        Checked {
            identity: Some(key.fingerprint()),
            ..Checked::default()
        }
    } else {
        let json = bundle(layer, content)?;
        check_bundle(question.authority, &json, Artifact::Bytes(&layer.bytes), question.now)?
    };
    // The signature holds; now for what it says. Two payloads of one signer must not be taken for each other.
    let critical = &payload["critical"];
    if critical["type"].as_str() != Some(PAYLOAD_TYPE) {
        return Err(EngineError::Invalid(
            "the payload is no signature of an image".to_owned(),
        ));
    }
    if critical["image"]["docker-manifest-digest"].as_str() != Some(question.digest.as_str()) {
        return Err(EngineError::Invalid("the signature is about another image".to_owned()));
    }
    let signed = critical["identity"]["docker-reference"].as_str();
    if !question.authority.signed_identity.accepts(question.reference, signed) {
        return Err(EngineError::Invalid(
            "the image was signed under another name than the policy asks for".to_owned(),
        ));
    }
    Ok(checked)
}

/// Checks a layer that is an envelope around a statement.
pub(super) fn check_envelope(question: Question<'_>, layer: &Layer) -> Result<Checked, EngineError> {
    let envelope: Value =
        serde_json::from_slice(&layer.bytes).map_err(|_| EngineError::Invalid("the envelope is no JSON".to_owned()))?;
    let signatures: Vec<_> = envelope["signatures"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .map(|signature| json!({"sig": signature["sig"]}))
        .collect();
    let content = json!({
        "dsseEnvelope": {
            "payload": envelope["payload"],
            "payloadType": envelope["payloadType"],
            "signatures": signatures,
        }
    });
    let json = bundle(layer, content)?;
    check_bundle(
        question.authority,
        &json,
        Artifact::Digest(question.digest),
        question.now,
    )
}

fn annotation<'l>(layer: &'l Layer, name: &str) -> Option<&'l str> {
    layer
        .annotations
        .get(name)
        .map(String::as_str)
        .filter(|text| !text.is_empty())
}

/// The certificate of the layer, if it has one; an error if it is no certificate.
fn certificate(layer: &Layer) -> Option<Result<Vec<u8>, EngineError>> {
    let pem = annotation(layer, "dev.sigstore.cosign/certificate")?;
    let der = certificate_der(pem);
    Some(der.ok_or_else(|| EngineError::Invalid("the certificate cannot be read".to_owned())))
}

/// The bundle that says what the annotations say.
fn bundle(layer: &Layer, mut content: Value) -> Result<String, EngineError> {
    let mut material = match certificate(layer).transpose()? {
        Some(der) => json!({"x509CertificateChain": {"certificates": [{"rawBytes": BASE64.encode(der)}]}}),
        None => json!({"publicKey": {"hint": ""}}),
    };
    let entries: Vec<_> = log_entry(layer)?.into_iter().collect();
    material["tlogEntries"] = Value::Array(entries);
    if let Some(token) = timestamp(layer)? {
        material["timestampVerificationData"] = json!({"rfc3161Timestamps": [{"signedTimestamp": token}]});
    }
    content["mediaType"] = json!("application/vnd.dev.sigstore.bundle+json;version=0.1");
    content["verificationMaterial"] = material;
    Ok(content.to_string())
}

/// The entry of the log, from the annotation that cosign calls its bundle.
fn log_entry(layer: &Layer) -> Result<Option<Value>, EngineError> {
    let Some(text) = annotation(layer, "dev.sigstore.cosign/bundle") else {
        return Ok(None);
    };
    let unreadable = || EngineError::Invalid("the log entry cannot be read".to_owned());
    let entry: Value = serde_json::from_str(text).map_err(|_| unreadable())?;
    let payload = &entry["Payload"];
    let body = payload["body"].as_str().ok_or_else(unreadable)?;
    let decoded = BASE64.decode(body).map_err(|_| unreadable())?;
    let decoded: Value = serde_json::from_slice(&decoded).map_err(|_| unreadable())?;
    let log = payload["logID"].as_str().and_then(bytes_of).ok_or_else(unreadable)?;
    let number = |name: &str| payload[name].as_i64().ok_or_else(unreadable);
    Ok(Some(json!({
        "logIndex": number("logIndex")?.to_string(),
        "logId": {"keyId": BASE64.encode(log)},
        "kindVersion": {"kind": decoded["kind"], "version": decoded["apiVersion"]},
        "integratedTime": number("integratedTime")?.to_string(),
        "inclusionPromise": {"signedEntryTimestamp": entry["SignedEntryTimestamp"]},
        "canonicalizedBody": body,
    })))
}

/// The token of a timestamp authority.
fn timestamp(layer: &Layer) -> Result<Option<Value>, EngineError> {
    let Some(text) = annotation(layer, "dev.sigstore.cosign/rfc3161timestamp") else {
        return Ok(None);
    };
    let unreadable = || EngineError::Invalid("the timestamp cannot be read".to_owned());
    let entry: Value = serde_json::from_str(text).map_err(|_| unreadable())?;
    let token = entry["SignedRFC3161Timestamp"].as_str().ok_or_else(unreadable)?;
    Ok(Some(json!(token)))
}

/// The bytes that 64 hexadecimal digits stand for.
fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let is_whole = digits.len() == 64 && digits.is_ascii();
    let pairs = (0..digits.len()).step_by(2);
    is_whole
        .then(|| {
            pairs
                .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok())
                .collect()
        })
        .flatten()
}
