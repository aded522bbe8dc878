//! `weighbridge verify`: who vouches for images and files.

mod blob;
mod bundle;
mod image;
mod policy;
mod weights;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use weighbridge_verify::Outcome;

use crate::arguments::ScanArguments;
use crate::console::Console;
use crate::exit_code::{FINDINGS, INCOMPLETE};

pub(crate) use bundle::BundleArguments;

/// `verify`.
#[derive(Debug, Subcommand)]
pub(crate) enum VerifyCommand {
    /// Verify images by name
    Image(Box<image::VerifyImageArguments>),
    /// Verify every image that the files of a repository run: a scan with the rules of the shelf `image`
    Repo(Box<ScanArguments>),
    /// Verify a file with the bundle beside it
    Blob(Box<blob::VerifyBlobArguments>),
    /// Compare the files of a model with the digests that were written down
    Weights(weights::VerifyWeightsArguments),
    /// Check a policy for images, and say what is weak in it
    Policy(policy::PolicyArguments),
}

/// Does what the command line asks for.
///
/// # Errors
///
/// Wrong use.
pub(super) fn verify(command: VerifyCommand, console: &Console) -> Result<ExitCode> {
    match command {
        VerifyCommand::Image(arguments) => image::verify(&arguments, console),
        VerifyCommand::Repo(mut arguments) => {
            arguments.images.verify = true;
            arguments.images.demands_images = true;
            if arguments.settings.select.is_empty() {
                arguments.settings.select = vec!["image/*".to_owned()];
            }
            super::scan::scan(*arguments, console)
        }
        VerifyCommand::Blob(arguments) => blob::verify(&arguments),
        VerifyCommand::Weights(arguments) => weights::verify(&arguments, console),
        VerifyCommand::Policy(arguments) => policy::check(&arguments, console),
    }
}

/// The conformance protocol of Sigstore clients.
///
/// # Errors
///
/// Wrong use.
pub(super) fn verify_bundle(arguments: &BundleArguments) -> Result<ExitCode> {
    bundle::verify(arguments)
}

/// The exit code of outcomes: what is not known wins.
fn exit_code(outcomes: impl Iterator<Item = (Outcome, bool)>) -> ExitCode {
    let mut code = 0;
    for (outcome, is_warning) in outcomes {
        let own = match outcome {
            Outcome::Trusted => 0,
            Outcome::CouldNotVerify => INCOMPLETE,
            _ if is_warning => 0,
            _ => FINDINGS,
        };
        code = code.max(own);
    }
    ExitCode::from(code)
}
