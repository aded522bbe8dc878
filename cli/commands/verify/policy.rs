//! `weighbridge verify policy`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueHint};

use crate::console::Console;
use crate::exit_code::FINDINGS;
use crate::files::Files;
use crate::images::{TrustArguments, policy_of, warn_of_weak_policy};
use crate::output::print;
use crate::paths::Paths;

/// `verify policy`.
#[derive(Debug, Args)]
pub(crate) struct PolicyArguments {
    /// The files
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
    /// A root of your own, under the name with which the policy refers to it
    #[arg(long, value_name = "NAME=FILE")]
    trusted_root: Vec<String>,
}

pub(super) fn check(arguments: &PolicyArguments, console: &Console) -> Result<ExitCode> {
    let paths = Paths::of_process()?;
    let files = Files::on_disk(&paths);
    let roots = arguments.trusted_root.iter().filter_map(|text| text.split_once('='));
    let trust = TrustArguments {
        image_policy: arguments.files.clone(),
        trusted_root: roots.map(|(name, path)| (name.to_owned(), path.to_owned())).collect(),
    };
    let policy = policy_of(&trust, &files)?;
    let weak = warn_of_weak_policy(&policy, console);
    let counts = format!(
        "{} policies, {} digests, {} publishers: {}\n",
        policy.images.len(),
        policy.pins.len(),
        policy.publishers.len(),
        if weak == 0 {
            "nothing weak".to_owned()
        } else {
            format!("{weak} weak places")
        },
    );
    print(counts.as_bytes())?;
    Ok(ExitCode::from(if weak == 0 { 0 } else { FINDINGS }))
}
