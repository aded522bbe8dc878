//! From flags and files to a policy.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use regex::Regex;
use weighbridge_verify::authority::{
    AttestationRule, Authority, Identity, Match, Means, SignatureFormat, SignedIdentity,
};
use weighbridge_verify::engine::{PublicKey, Root};
use weighbridge_verify::policy::{
    Glob, ImagePolicy, Materials, Policy, Scope, lint, read_containers_policy, read_policy,
};
use weighbridge_verify::predicate_type;

use super::{SignerArguments, TrustArguments};
use crate::console::Console;
use crate::failure::{failure, failure_because};
use crate::files::Files;

const MAX_BYTES: u64 = 4 << 20;

/// The policy of the flags. Files that a change could have touched are read from its base, like everything that decides.
///
/// # Errors
///
/// No policy, or one that cannot be followed to the letter.
pub(crate) fn policy_of(arguments: &TrustArguments, files: &Files<'_>) -> Result<Policy> {
    if arguments.image_policy.is_empty() {
        return Err(failure(
            "no policy says who must vouch for images",
            "name one with `--image-policy FILE`; docs/images.md shows how to write it",
        ));
    }
    let read_file = |path: &str| read(files, Path::new(path)).map_err(|error| error.to_string());
    let materials = materials(arguments, files, &read_file)?;
    let mut policy = Policy::default();
    for path in &arguments.image_policy {
        let text = read(files, path)
            .and_then(|bytes| Ok(String::from_utf8(bytes)?))
            .map_err(|error| unreadable(path, error))?;
        let is_json = path.extension().is_some_and(|extension| extension == "json");
        let part = if is_json {
            read_containers_policy(&text, &materials)
        } else {
            read_policy(&text, &materials)
        };
        policy.merge(part.map_err(|error| unreadable(path, error.into()))?);
    }
    Ok(policy)
}

/// Says what is weak in the policy.
pub(crate) fn warn_of_weak_policy(policy: &Policy, console: &Console) -> usize {
    let lints = lint(policy);
    for lint in &lints {
        console.warning(&format!("policy `{}`: {}", lint.place, lint.message), lint.hint);
    }
    lints.len()
}

fn unreadable(path: &Path, error: anyhow::Error) -> anyhow::Error {
    failure_because(
        format!("cannot use the image policy `{}`", path.display()),
        error,
        "every field must be honoured, so nothing is left out; docs/images.md lists them",
    )
}

fn read(files: &Files<'_>, path: &Path) -> Result<Vec<u8>> {
    if files.is_new(path) {
        return Err(anyhow!("it is new in this change and does not decide about it"));
    }
    Ok(files.read(path, MAX_BYTES)?)
}

fn materials<'m>(
    arguments: &TrustArguments,
    files: &Files<'_>,
    read_file: &'m dyn Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<Materials<'m>> {
    let mut materials = Materials::new(read_file)?;
    for (name, path) in &arguments.trusted_root {
        materials.add(root_at(name, Path::new(path), files)?);
    }
    Ok(materials)
}

fn root_at(name: &str, path: &Path, files: &Files<'_>) -> Result<Root> {
    let root = read(files, path).and_then(|bytes| Ok(Root::parse(name, &String::from_utf8(bytes)?)?));
    root.map_err(|error| {
        failure_because(
            format!("cannot use the trusted root `{}`", path.display()),
            error,
            "it is the `trusted_root.json` of a Sigstore instance",
        )
    })
}

/// The root with this name: one of the flags, or one that comes with weighbridge.
///
/// # Errors
///
/// There is none, or it cannot be used.
fn root_of(name: &str, arguments: &TrustArguments, files: &Files<'_>) -> Result<Arc<Root>> {
    let no_file = |_: &str| Err("no file is named here".to_owned());
    let materials = materials(arguments, files, &no_file)?;
    materials.root(name).ok_or_else(|| {
        let known: Vec<_> = materials.names().collect();
        failure(
            format!("there is no trusted root `{name}`"),
            format!(
                "there are `{}`; add one with `--trusted-root NAME=FILE`",
                known.join("`, `")
            ),
        )
    })
}

/// A file that an argument names, up to 4 MiB.
///
/// # Errors
///
/// It cannot be read.
pub(crate) fn read_bounded(path: &Path, files: &Files<'_>) -> Result<Vec<u8>> {
    files.read(path, MAX_BYTES).map_err(|error| {
        failure_because(
            format!("cannot read `{}`", path.display()),
            error,
            "name a file of at most 4 MiB that exists",
        )
    })
}

/// The authority that the flags describe.
///
/// # Errors
///
/// Flags that describe none.
pub(crate) fn authority(signer: &SignerArguments, trust: &TrustArguments, files: &Files<'_>) -> Result<Authority> {
    let means = if let Some(path) = &signer.key {
        let pem = read_bounded(path, files)?;
        let key = PublicKey::from_pem(&String::from_utf8_lossy(&pem)).map_err(|error| {
            failure_because(
                format!("cannot use the key `{}`", path.display()),
                error,
                "it is a public key in PEM, such as `cosign public-key` prints",
            )
        })?;
        let log = signer
            .require_log
            .then(|| root_of(&signer.root, trust, files))
            .transpose()?;
        Means::Key { key, hash: None, log }
    } else {
        let subject = matching(
            signer.certificate_identity.as_ref(),
            signer.certificate_identity_regexp.as_ref(),
        )?;
        let issuer = matching(
            signer.certificate_oidc_issuer.as_ref(),
            signer.certificate_oidc_issuer_regexp.as_ref(),
        )?;
        let (Some(subject), Some(issuer)) = (subject, issuer) else {
            return Err(failure(
                "nothing says who must have signed",
                "give `--key FILE`, or `--certificate-identity` and `--certificate-oidc-issuer`",
            ));
        };
        Means::Keyless {
            root: root_of(&signer.root, trust, files)?,
            identities: vec![Identity { issuer, subject }],
            ignores_certificate_log: false,
        }
    };
    let attestations = signer.predicate_type.iter().map(|name| AttestationRule {
        name: name.clone(),
        predicate_type: predicate_type(name).to_owned(),
        equals: signer
            .predicate
            .iter()
            .map(|(pointer, value)| (pointer.clone(), value.as_str().into()))
            .collect(),
    });
    Ok(Authority {
        name: "flags".to_owned(),
        means,
        attestations: attestations.collect(),
        format: SignatureFormat::Any,
        signed_identity: SignedIdentity::Any,
    })
}

/// A policy that asks one authority about every image.
pub(crate) fn policy_of_authority(authority: Authority) -> Policy {
    Policy {
        images: vec![ImagePolicy {
            name: "command line".to_owned(),
            scope: Scope::Globs(vec![Glob::new("**")]),
            authorities: vec![authority],
            is_warning: false,
        }],
        ..Policy::default()
    }
}

fn matching(exact: Option<&String>, pattern: Option<&String>) -> Result<Option<Match>> {
    if let Some(text) = exact {
        return Ok(Some(Match::Exact(text.clone())));
    }
    let Some(text) = pattern else { return Ok(None) };
    match Regex::new(text) {
        Ok(pattern) => Ok(Some(Match::Pattern(pattern))),
        Err(error) => Err(failure_because(
            format!("`{text}` is no regular expression"),
            error,
            "see https://docs.rs/regex/latest/regex/#syntax",
        )),
    }
}
