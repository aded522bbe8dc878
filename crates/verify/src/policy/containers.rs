//! `containers-policy.json`, the policy of podman, CRI-O and skopeo.
//!
//! The longest scope that holds an image decides, and all requirements of it must be met; so each requirement becomes a policy
//! with that scope and without the longer ones in it.
//! Source: [containers-policy.json(5)](https://github.com/containers/image/blob/main/docs/containers-policy.json.5.md).

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use serde::Deserialize;
use serde_json::Value;

use super::{ImagePolicy, Materials, Policy, PolicyError, Scope};
use crate::authority::{Authority, Identity, Match, Means, SignatureFormat, SignedIdentity, is_below};
use crate::engine::{PublicKey, certificate_der};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    default: Vec<Requirement>,
    #[serde(default)]
    transports: BTreeMap<String, BTreeMap<String, Vec<Requirement>>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Requirement {
    InsecureAcceptAnything,
    Reject,
    SigstoreSigned(Box<Signed>),
    SignedBy,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Signed {
    key_path: Option<String>,
    key_paths: Option<Vec<String>>,
    key_data: Option<String>,
    key_datas: Option<Vec<String>>,
    fulcio: Option<Fulcio>,
    pki: Option<Value>,
    rekor_public_key_path: Option<String>,
    rekor_public_key_paths: Option<Vec<String>>,
    rekor_public_key_data: Option<String>,
    rekor_public_key_datas: Option<Vec<String>>,
    #[serde(rename = "signedIdentity")]
    identity: Option<RawIdentity>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fulcio {
    #[serde(rename = "caPath")]
    path: Option<String>,
    #[serde(rename = "caData")]
    data: Option<String>,
    #[serde(rename = "oidcIssuer")]
    issuer: String,
    #[serde(rename = "subjectEmail")]
    email: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum RawIdentity {
    MatchExact,
    MatchRepoDigestOrExact,
    MatchRepository,
    #[serde(rename_all = "camelCase")]
    ExactReference {
        #[serde(rename = "dockerReference")]
        _reference: String,
    },
    #[serde(rename_all = "camelCase")]
    ExactRepository {
        docker_repository: String,
    },
    #[serde(rename_all = "camelCase")]
    RemapIdentity {
        prefix: String,
        signed_prefix: String,
    },
}

pub(super) fn read(text: &str, materials: &Materials<'_>) -> Result<Policy, PolicyError> {
    let document: Document = serde_json::from_str(text).map_err(|error| field("default", &error.to_string()))?;
    let empty = BTreeMap::new();
    let docker = document.transports.get("docker").unwrap_or(&empty);
    let mut images = Vec::new();
    for (scope, requirements) in docker {
        // An empty scope is the default of the transport.
        let except: Vec<_> = docker
            .keys()
            .filter(|longer| is_longer(longer, scope))
            .cloned()
            .collect();
        add(&mut images, scope, &except, requirements, materials)?;
    }
    if !docker.contains_key("") {
        let except: Vec<_> = docker.keys().cloned().collect();
        add(&mut images, "", &except, &document.default, materials)?;
    }
    Ok(Policy {
        images,
        ..Policy::default()
    })
}

fn is_longer(longer: &str, scope: &str) -> bool {
    longer != scope && (scope.is_empty() || is_below(longer, scope) || longer.starts_with(&format!("{scope}:")))
}

fn field(scope: &str, problem: &str) -> PolicyError {
    PolicyError::Field {
        policy: format!("containers-policy.json `{scope}`"),
        problem: problem.to_owned(),
    }
}

fn cannot(scope: &str, name: &str, why: &str) -> PolicyError {
    PolicyError::CannotHonour {
        policy: format!("containers-policy.json `{scope}`"),
        field: name.to_owned(),
        why: why.to_owned(),
    }
}

fn add(
    images: &mut Vec<ImagePolicy>,
    scope: &str,
    except: &[String],
    requirements: &[Requirement],
    materials: &Materials<'_>,
) -> Result<(), PolicyError> {
    if requirements.is_empty() {
        return Err(field(scope, "the list of requirements is empty"));
    }
    for (index, requirement) in requirements.iter().enumerate() {
        let authorities = authorities(scope, requirement, materials)?;
        let name = if scope.is_empty() { "default" } else { scope };
        images.push(ImagePolicy {
            name: format!("{name}#{index}"),
            scope: Scope::Prefix {
                prefix: scope.to_owned(),
                except: except.to_vec(),
            },
            authorities,
            is_warning: false,
        });
    }
    Ok(())
}

fn authorities(
    scope: &str,
    requirement: &Requirement,
    materials: &Materials<'_>,
) -> Result<Vec<Authority>, PolicyError> {
    let one = |name: &str, means, signed_identity| Authority {
        name: name.to_owned(),
        means,
        attestations: Vec::new(),
        format: SignatureFormat::Any,
        signed_identity,
    };
    let signed = match requirement {
        Requirement::InsecureAcceptAnything => {
            return Ok(vec![one("insecureAcceptAnything", Means::Pass, SignedIdentity::Any)]);
        }
        Requirement::Reject => {
            let why = "`containers-policy.json` rejects this image".to_owned();
            return Ok(vec![one("reject", Means::Fail(why), SignedIdentity::Any)]);
        }
        Requirement::SignedBy => return Err(cannot(scope, "signedBy", "signatures of OpenPGP are not verified")),
        Requirement::SigstoreSigned(signed) => signed,
    };
    if signed.pki.is_some() {
        return Err(cannot(
            scope,
            "pki",
            "write the chain as `ca-cert` of a `ClusterImagePolicy`",
        ));
    }
    let has_log = [&signed.rekor_public_key_path, &signed.rekor_public_key_data]
        .iter()
        .any(|one| one.is_some())
        || signed.rekor_public_key_paths.is_some()
        || signed.rekor_public_key_datas.is_some();
    if has_log {
        let why = "write the log into a `trusted_root.json` and the policy as `ClusterImagePolicy`";
        return Err(cannot(scope, "rekorPublicKeyPath", why));
    }
    let identity = identity(scope, signed.identity.as_ref())?;
    if let Some(fulcio) = &signed.fulcio {
        let means = keyless(scope, fulcio, materials)?;
        return Ok(vec![one("fulcio", means, identity)]);
    }
    let paths = signed.key_path.iter().chain(signed.key_paths.iter().flatten());
    let mut pems: Vec<Vec<u8>> = paths
        .map(|path| {
            materials
                .file(path)
                .map_err(|error| field(scope, &format!("`keyPath: {path}`: {error}")))
        })
        .collect::<Result<_, _>>()?;
    for data in signed.key_data.iter().chain(signed.key_datas.iter().flatten()) {
        pems.push(decoded(scope, "keyData", data)?);
    }
    let keys = pems.iter().enumerate().map(|(index, pem)| {
        let key = PublicKey::from_pem(&String::from_utf8_lossy(pem));
        let key = key.map_err(|error| field(scope, &format!("a key: {error}")))?;
        let means = Means::Key {
            key,
            hash: None,
            log: None,
        };
        Ok(one(&format!("key-{index}"), means, identity.clone()))
    });
    let keys: Vec<_> = keys.collect::<Result<_, PolicyError>>()?;
    if keys.is_empty() {
        return Err(field(scope, "`sigstoreSigned` names neither a key nor `fulcio`"));
    }
    Ok(keys)
}

fn decoded(scope: &str, name: &str, data: &str) -> Result<Vec<u8>, PolicyError> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(data);
    bytes.map_err(|_| field(scope, &format!("`{name}` is no base64")))
}

/// Podman asks for a log with Fulcio as well; the root of that name brings it.
fn keyless(scope: &str, fulcio: &Fulcio, materials: &Materials<'_>) -> Result<Means, PolicyError> {
    let pem = match (&fulcio.path, &fulcio.data) {
        (Some(path), None) => materials
            .file(path)
            .map_err(|error| field(scope, &format!("`caPath: {path}`: {error}")))?,
        (None, Some(data)) => decoded(scope, "caData", data)?,
        _ => return Err(field(scope, "`fulcio` needs one of `caPath` and `caData`")),
    };
    let pem = String::from_utf8_lossy(&pem);
    let blocks = pem.split_inclusive("-----END CERTIFICATE-----");
    let chain: Vec<_> = blocks
        .filter(|block| !block.trim().is_empty())
        .map(|block| certificate_der(block).ok_or_else(|| field(scope, "`fulcio`: it is no certificate")))
        .collect::<Result<_, _>>()?;
    let public = materials
        .root("public-good")
        .ok_or_else(|| field(scope, "the root `public-good` is missing"))?;
    let root = public
        .with_authority(scope, &chain)
        .map_err(|error| field(scope, &error.to_string()))?;
    let identity = Identity {
        issuer: Match::Exact(fulcio.issuer.clone()),
        subject: Match::Exact(fulcio.email.clone()),
    };
    Ok(Means::Keyless {
        root: Arc::new(root),
        identities: vec![identity],
        ignores_certificate_log: false,
    })
}

fn identity(scope: &str, raw: Option<&RawIdentity>) -> Result<SignedIdentity, PolicyError> {
    Ok(match raw {
        None | Some(RawIdentity::MatchRepoDigestOrExact) => SignedIdentity::MatchRepoDigestOrExact,
        Some(RawIdentity::MatchRepository) => SignedIdentity::MatchRepository,
        Some(RawIdentity::ExactRepository { docker_repository }) => {
            SignedIdentity::ExactRepository(docker_repository.clone())
        }
        Some(RawIdentity::RemapIdentity { prefix, signed_prefix }) => SignedIdentity::Remap {
            prefix: prefix.clone(),
            signed_prefix: signed_prefix.clone(),
        },
        Some(RawIdentity::MatchExact) => return Err(cannot(scope, "matchExact", "use `matchRepoDigestOrExact`")),
        Some(RawIdentity::ExactReference { .. }) => {
            return Err(cannot(scope, "exactReference", "use `exactRepository`"));
        }
    })
}
