//! `weighbridge forge doctor`: whether the repository demands what the gate needs.

use std::process::ExitCode;

use anyhow::Result;
use weighbridge_forge::doctor::{Answer, Check, examine};

use super::arguments::{DoctorArguments, PlaceArguments};
use super::place::Surroundings;
use super::{client, no_token, print_line, unreachable};
use crate::failure::incomplete;

const MISSING: u8 = 1;
const INCOMPLETE: u8 = 3;

/// Prints one line for each thing that the gate needs.
pub(super) fn doctor(arguments: &DoctorArguments) -> Result<ExitCode> {
    let checks = examined(&arguments.place, &arguments.status, &arguments.guard)?;
    let (mut missing, mut unknown) = (false, false);
    for check in &checks {
        match &check.answer {
            Answer::Ok => print_line(&format!("ok       {}", check.name))?,
            Answer::Missing(what) => {
                missing = true;
                print_line(&format!("missing  {}: {what}", check.name))?;
                print_line(&format!("         hint: {}", check.hint))?;
            }
            Answer::Unknown(why) => {
                unknown = true;
                print_line(&format!("unknown  {}: {why}", check.name))?;
            }
        }
    }
    Ok(match (missing, unknown) {
        (true, _) => ExitCode::from(MISSING),
        (false, true) => ExitCode::from(INCOMPLETE),
        (false, false) => ExitCode::SUCCESS,
    })
}

/// What the repository demands of what the gate needs. `status` is the context of the gate, `guards` are further paths that only code
/// owners should change.
///
/// # Errors
///
/// No token, or a forge that does not answer.
pub(in crate::commands) fn examined(place: &PlaceArguments, status: &str, guards: &[String]) -> Result<Vec<Check>> {
    let Some(client) = client(place, &Surroundings::of_process())? else {
        return Err(incomplete("there is no token", None, no_token(place.forge.kind())));
    };
    examine(client.as_ref(), status, guards).map_err(|error| unreachable("cannot read the repository", error))
}
