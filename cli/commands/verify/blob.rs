//! `weighbridge verify blob`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueHint};
use weighbridge_verify::engine::Artifact;
use weighbridge_verify::judge_blob;

use super::exit_code;
use crate::clock::seconds_since_1970;
use crate::failure::failure_because;
use crate::files::Files;
use crate::images::{SignerArguments, TrustArguments, authority, read_bounded, table};
use crate::output::print;
use crate::paths::Paths;

/// `verify blob`.
#[derive(Debug, Args)]
pub(crate) struct VerifyBlobArguments {
    /// The file
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// The bundle with its signature [default: FILE.sigstore.json]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    bundle: Option<PathBuf>,
    /// Who must have signed.
    #[command(flatten)]
    signer: SignerArguments,
    /// Whom to trust.
    #[command(flatten)]
    trust: TrustArguments,
}

pub(super) fn verify(arguments: &VerifyBlobArguments) -> Result<ExitCode> {
    let paths = Paths::of_process()?;
    let files = Files::on_disk(&paths);
    let authority = authority(&arguments.signer, &arguments.trust, &files)?;
    let bundle = arguments.bundle.clone().unwrap_or_else(|| {
        let mut name = arguments.file.clone().into_os_string();
        name.push(".sigstore.json");
        PathBuf::from(name)
    });
    let bundle = String::from_utf8(read_bounded(&bundle, &files)?)?;
    let bytes = std::fs::read(&arguments.file).map_err(|error| {
        let hint = "name a file that exists";
        failure_because(format!("cannot read `{}`", arguments.file.display()), error, hint)
    })?;
    let now = i64::try_from(seconds_since_1970()).unwrap_or(i64::MAX);
    let verdict = judge_blob(Artifact::Bytes(&bytes), &bundle, &authority, now);
    let rows = [(arguments.file.display().to_string(), verdict)];
    print(table(&rows).as_bytes())?;
    Ok(exit_code(
        rows.iter().map(|(_, verdict)| (verdict.outcome, verdict.is_warning)),
    ))
}
