//! Sigstore's `ClusterImagePolicy`, as the policy controller reads it.
//!
//! All policies that match must pass, and of each any authority suffices. A field that is not honoured here is an error with its
//! name, whether it is unknown or would have to be looked up somewhere else.
//! Source: [policy controller](https://docs.sigstore.dev/policy-controller/overview/).

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use super::{Glob, ImagePolicy, Materials, PolicyError, Scope};
use crate::authority::{AttestationRule, Authority, Identity, Match, Means, SignatureFormat, SignedIdentity};
use crate::engine::{HashAlgorithm, PublicKey, Root};
use crate::scheme::statement::predicate_type;

/// What an annotation of the policy begins with that says what the predicate of a statement must say; the name of the statement
/// follows, and the value is a JSON object of pointers and values.
const PREDICATE: &str = "predicate.weighbridge.dev/";
const PUBLIC_FULCIO: &str = "https://fulcio.sigstore.dev";
const PUBLIC_REKOR: &str = "https://rekor.sigstore.dev";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Document {
    #[serde(rename = "apiVersion")]
    _version: String,
    #[serde(rename = "kind")]
    _kind: String,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Metadata {
    name: String,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    #[serde(rename = "labels")]
    _labels: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Spec {
    images: Vec<ImagePattern>,
    #[serde(default)]
    authorities: Vec<RawAuthority>,
    mode: Option<Mode>,
    r#match: Option<Value>,
    policy: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Enforce,
    Warn,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ImagePattern {
    glob: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawAuthority {
    name: Option<String>,
    key: Option<RawKey>,
    keyless: Option<RawKeyless>,
    r#static: Option<RawStatic>,
    #[serde(default)]
    attestations: Vec<RawAttestation>,
    ctlog: Option<RawLog>,
    rfc3161timestamp: Option<RawTimestamp>,
    signature_format: Option<RawFormat>,
    source: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawKey {
    data: Option<String>,
    hash_algorithm: Option<String>,
    kms: Option<Value>,
    secret_ref: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawKeyless {
    url: Option<String>,
    #[serde(default)]
    identities: Vec<RawIdentity>,
    #[serde(rename = "ca-cert")]
    authority: Option<RawKey>,
    trust_root_ref: Option<String>,
    #[serde(rename = "insecureIgnoreSCT", default)]
    ignores_certificate_log: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawIdentity {
    issuer: Option<String>,
    subject: Option<String>,
    issuer_reg_exp: Option<String>,
    subject_reg_exp: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStatic {
    action: RawAction,
    message: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawAction {
    Pass,
    Fail,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawAttestation {
    name: String,
    predicate_type: String,
    policy: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawLog {
    url: Option<String>,
    trust_root_ref: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawTimestamp {
    trust_root_ref: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawFormat {
    Legacy,
    Bundle,
}

/// Says which policy an error is in.
struct Reader<'r> {
    policy: String,
    materials: &'r Materials<'r>,
    predicates: BTreeMap<String, Vec<(String, Value)>>,
}

pub(super) fn read(document: Value, materials: &Materials<'_>) -> Result<ImagePolicy, PolicyError> {
    let policy = document["metadata"]["name"].as_str().unwrap_or("?").to_owned();
    let mut reader = Reader {
        policy,
        materials,
        predicates: BTreeMap::new(),
    };
    let raw: Document = serde_json::from_value(document).map_err(|error| reader.field(&error.to_string()))?;
    reader.predicates = reader.predicates(&raw.metadata.annotations)?;
    let spec = raw.spec;
    reader.absent(
        spec.r#match.is_some(),
        "spec.match",
        "it selects resources of a cluster",
    )?;
    reader.absent(
        spec.policy.is_some(),
        "spec.policy",
        "write what a predicate must say as an annotation",
    )?;
    if spec.images.is_empty() {
        return Err(reader.field("`spec.images` names no image"));
    }
    if spec.authorities.is_empty() {
        return Err(reader.field("`spec.authorities` is empty: nothing would be asked"));
    }
    let globs = spec.images.iter().map(|image| Glob::new(&image.glob)).collect();
    let authorities = spec.authorities.into_iter().enumerate();
    let authorities: Vec<_> = authorities
        .map(|(index, raw)| reader.authority(index, raw))
        .collect::<Result<_, _>>()?;
    let named: Vec<_> = authorities
        .iter()
        .flat_map(|authority| &authority.attestations)
        .collect();
    if let Some(name) = reader
        .predicates
        .keys()
        .find(|name| !named.iter().any(|rule| rule.name == **name))
    {
        return Err(reader.field(&format!("the annotation `{PREDICATE}{name}` names no statement")));
    }
    Ok(ImagePolicy {
        name: raw.metadata.name,
        scope: Scope::Globs(globs),
        authorities,
        is_warning: spec.mode == Some(Mode::Warn),
    })
}

impl Reader<'_> {
    fn field(&self, problem: &str) -> PolicyError {
        PolicyError::Field {
            policy: self.policy.clone(),
            problem: problem.to_owned(),
        }
    }

    fn absent(&self, is_there: bool, field: &str, why: &str) -> Result<(), PolicyError> {
        if !is_there {
            return Ok(());
        }
        Err(PolicyError::CannotHonour {
            policy: self.policy.clone(),
            field: field.to_owned(),
            why: why.to_owned(),
        })
    }

    fn predicates(
        &self,
        annotations: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, Vec<(String, Value)>>, PolicyError> {
        let mut predicates = BTreeMap::new();
        for (key, text) in annotations {
            let Some(name) = key.strip_prefix(PREDICATE) else {
                continue;
            };
            let wrong = || {
                self.field(&format!(
                    "the annotation `{key}` is no JSON object of pointers and values"
                ))
            };
            let map: serde_json::Map<String, Value> = serde_json::from_str(text).map_err(|_| wrong())?;
            if map.is_empty() || map.keys().any(|pointer| !pointer.starts_with('/')) {
                return Err(wrong());
            }
            predicates.insert(name.to_owned(), map.into_iter().collect());
        }
        Ok(predicates)
    }

    fn authority(&self, index: usize, raw: RawAuthority) -> Result<Authority, PolicyError> {
        let name = raw.name.unwrap_or_else(|| format!("authority-{index}"));
        self.absent(
            raw.source.is_some(),
            "spec.authorities.source",
            "signatures are looked for beside the image",
        )?;
        let log = raw.ctlog.map(|log| self.log(&log)).transpose()?;
        let means = match (raw.key, raw.keyless, raw.r#static) {
            (Some(key), None, None) => self.key(&key, log)?,
            (None, Some(keyless), None) => {
                self.same_root(&keyless, log.as_ref(), raw.rfc3161timestamp.as_ref())?;
                self.keyless(keyless)?
            }
            (None, None, Some(action)) => match action.action {
                RawAction::Pass => Means::Pass,
                RawAction::Fail => {
                    let message = action.message;
                    Means::Fail(message.unwrap_or_else(|| "the policy refuses this image".to_owned()))
                }
            },
            _ => {
                let problem = format!("authority `{name}` has none, or several, of `key`, `keyless` and `static`");
                return Err(self.field(&problem));
            }
        };
        let attestations = raw.attestations.into_iter().map(|rule| self.attestation(rule));
        Ok(Authority {
            attestations: attestations.collect::<Result<_, _>>()?,
            name,
            means,
            format: match raw.signature_format {
                None => SignatureFormat::Any,
                Some(RawFormat::Legacy) => SignatureFormat::Legacy,
                Some(RawFormat::Bundle) => SignatureFormat::Bundle,
            },
            signed_identity: SignedIdentity::Any,
        })
    }

    fn root(&self, name: &str) -> Result<Arc<Root>, PolicyError> {
        self.materials.root(name).ok_or_else(|| {
            let known: Vec<_> = self.materials.names().collect();
            self.field(&format!(
                "`trustRootRef: {name}`: there is no root of this name; there are `{}`",
                known.join("`, `")
            ))
        })
    }

    fn log(&self, log: &RawLog) -> Result<Arc<Root>, PolicyError> {
        let is_public = log
            .url
            .as_deref()
            .is_none_or(|url| url.trim_end_matches('/') == PUBLIC_REKOR);
        match &log.trust_root_ref {
            Some(name) => self.root(name),
            None if is_public => self.root("public-good"),
            None => Err(self.field("`ctlog.url`: the key of a log of your own comes by `trustRootRef`")),
        }
    }

    fn key(&self, raw: &RawKey, log: Option<Arc<Root>>) -> Result<Means, PolicyError> {
        let (pem, hash) = self.pem(raw, "spec.authorities.key")?;
        let key = PublicKey::from_pem(&pem).map_err(|error| self.field(&format!("`key.data`: {error}")))?;
        let hash = hash.unwrap_or("sha256".to_owned());
        let hash = match hash.to_lowercase().as_str() {
            "sha256" => HashAlgorithm::Sha256,
            "sha384" => HashAlgorithm::Sha384,
            "sha512" => HashAlgorithm::Sha512,
            other => {
                return Err(self.field(&format!(
                    "`key.hashAlgorithm: {other}` is none of sha256, sha384, sha512"
                )));
            }
        };
        // Clients before and after version 3 disagree about keys on the larger curves; either hash is as good.
        let hash = (raw.hash_algorithm.is_some()).then_some(hash);
        Ok(Means::Key { key, hash, log })
    }

    fn pem(&self, raw: &RawKey, path: &str) -> Result<(String, Option<String>), PolicyError> {
        self.absent(
            raw.kms.is_some(),
            &format!("{path}.kms"),
            "no key service is asked; write the public key as `data`",
        )?;
        let why = "there is no cluster to ask; write it as `data`";
        self.absent(raw.secret_ref.is_some(), &format!("{path}.secretRef"), why)?;
        let data = raw.data.clone();
        let data = data.ok_or_else(|| self.field(&format!("`{path}.data` is missing")))?;
        Ok((data, raw.hash_algorithm.clone()))
    }

    /// One root knows the authorities, logs and clocks of one instance; a mixture is not offered.
    fn same_root(
        &self,
        keyless: &RawKeyless,
        log: Option<&Arc<Root>>,
        timestamp: Option<&RawTimestamp>,
    ) -> Result<(), PolicyError> {
        let name = keyless.trust_root_ref.as_deref().unwrap_or("public-good");
        let timestamp = timestamp.and_then(|timestamp| timestamp.trust_root_ref.as_deref());
        let is_other = log.is_some_and(|log| log.name() != name) || timestamp.is_some_and(|other| other != name);
        let why = "certificates, logs and timestamps must be of one root";
        self.absent(is_other, "trustRootRef", why)
    }

    fn keyless(&self, raw: RawKeyless) -> Result<Means, PolicyError> {
        let is_public = raw
            .url
            .as_deref()
            .is_none_or(|url| url.trim_end_matches('/') == PUBLIC_FULCIO);
        if !is_public && raw.trust_root_ref.is_none() {
            return Err(
                self.field("`keyless.url`: the certificates of an authority of your own come by `trustRootRef`")
            );
        }
        let mut root = self.root(raw.trust_root_ref.as_deref().unwrap_or("public-good"))?;
        if let Some(authority) = &raw.authority {
            let (pem, _) = self.pem(authority, "spec.authorities.keyless.ca-cert")?;
            let wrong = |problem: String| self.field(&format!("`keyless.ca-cert.data`: {problem}"));
            let blocks = pem.split_inclusive("-----END CERTIFICATE-----");
            let chain: Vec<_> = blocks
                .filter(|block| !block.trim().is_empty())
                .map(|block| {
                    crate::engine::certificate_der(block).ok_or_else(|| wrong("it is no certificate".to_owned()))
                })
                .collect::<Result<_, _>>()?;
            let own = root.with_authority(&self.policy, &chain);
            root = Arc::new(own.map_err(|error| wrong(error.to_string()))?);
        }
        if raw.identities.is_empty() {
            return Err(self.field("`keyless.identities` is empty: anybody could sign"));
        }
        let identities = raw.identities.into_iter().map(|identity| self.identity(identity));
        Ok(Means::Keyless {
            root,
            identities: identities.collect::<Result<_, _>>()?,
            ignores_certificate_log: raw.ignores_certificate_log,
        })
    }

    fn identity(&self, raw: RawIdentity) -> Result<Identity, PolicyError> {
        Ok(Identity {
            issuer: self.matching("issuer", raw.issuer, raw.issuer_reg_exp)?,
            subject: self.matching("subject", raw.subject, raw.subject_reg_exp)?,
        })
    }

    fn matching(&self, field: &str, exact: Option<String>, pattern: Option<String>) -> Result<Match, PolicyError> {
        match (exact, pattern) {
            (Some(text), None) if !text.is_empty() => Ok(Match::Exact(text)),
            (None, Some(text)) if !text.is_empty() => {
                let pattern = Regex::new(&text);
                pattern
                    .map(Match::Pattern)
                    .map_err(|_| self.field(&format!("`{field}RegExp: {text}` is no regular expression")))
            }
            _ => Err(self.field(&format!("an identity needs one of `{field}` and `{field}RegExp`"))),
        }
    }

    fn attestation(&self, raw: RawAttestation) -> Result<AttestationRule, PolicyError> {
        let why = format!(
            "neither CUE nor Rego is run; use the annotation `{PREDICATE}{}`",
            raw.name
        );
        self.absent(raw.policy.is_some(), "spec.authorities.attestations.policy", &why)?;
        Ok(AttestationRule {
            predicate_type: predicate_type(&raw.predicate_type).to_owned(),
            equals: self.predicates.get(&raw.name).cloned().unwrap_or_default(),
            name: raw.name,
        })
    }
}
