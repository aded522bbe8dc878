//! `weighbridge verify-bundle`: the protocol with which Sigstore's conformance suite asks a client.
//!
//! Source: [sigstore-conformance, "CLI protocol"](https://github.com/sigstore/sigstore-conformance/blob/main/docs/cli_protocol.md).

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use weighbridge_verify::engine::Artifact;
use weighbridge_verify::{ImageDigest, judge_blob};

use super::exit_code;
use crate::clock::seconds_since_1970;
use crate::failure::failure;
use crate::files::Files;
use crate::images::{SignerArguments, TrustArguments, authority, read_bounded, table};
use crate::output::print;
use crate::paths::Paths;

/// `verify-bundle`.
#[derive(Debug, Args)]
pub(crate) struct BundleArguments {
    /// The bundle
    #[arg(long, value_name = "FILE")]
    bundle: PathBuf,
    /// Whom the certificate must name
    #[arg(long, value_name = "IDENTITY")]
    certificate_identity: Option<String>,
    /// Who must vouch for that identity
    #[arg(long, value_name = "URL")]
    certificate_oidc_issuer: Option<String>,
    /// A public key in PEM
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The root; Sigstore's public-good instance without it
    #[arg(long, value_name = "FILE")]
    trusted_root: Option<PathBuf>,
    /// Sigstore's staging instance, whose root is not part of weighbridge
    #[arg(long)]
    staging: bool,
    /// A file, or `sha256:` and a digest
    #[arg(value_name = "FILE_OR_DIGEST")]
    subject: String,
}

pub(super) fn verify(arguments: &BundleArguments) -> Result<ExitCode> {
    if arguments.staging && arguments.trusted_root.is_none() {
        return Err(failure(
            "the root of the staging instance is not part of weighbridge",
            "give it with `--trusted-root FILE`",
        ));
    }
    let paths = Paths::of_process()?;
    let files = Files::on_disk(&paths);
    let root = arguments.trusted_root.iter();
    let trust = TrustArguments {
        image_policy: Vec::new(),
        trusted_root: root
            .map(|path| ("asked".to_owned(), path.display().to_string()))
            .collect(),
    };
    let signer = SignerArguments {
        key: arguments.key.clone(),
        certificate_identity: arguments.certificate_identity.clone(),
        certificate_oidc_issuer: arguments.certificate_oidc_issuer.clone(),
        root: if trust.trusted_root.is_empty() {
            "public-good"
        } else {
            "asked"
        }
        .to_owned(),
        require_log: arguments.key.is_some(),
        ..SignerArguments::default()
    };
    let authority = authority(&signer, &trust, &files)?;
    let bundle = String::from_utf8_lossy(&read_bounded(&arguments.bundle, &files)?).into_owned();
    let now = i64::try_from(seconds_since_1970()).unwrap_or(i64::MAX);
    let path = Path::new(&arguments.subject);
    let digest = ImageDigest::parse(&arguments.subject).filter(|_| !path.exists());
    let verdict = match &digest {
        Some(digest) => judge_blob(Artifact::Digest(digest), &bundle, &authority, now),
        None => judge_blob(Artifact::Bytes(&std::fs::read(path)?), &bundle, &authority, now),
    };
    let rows = [(arguments.subject.clone(), verdict)];
    print(table(&rows).as_bytes())?;
    Ok(exit_code(rows.iter().map(|(_, verdict)| (verdict.outcome, false))))
}
