//! `weighbridge forge`: the human gate on a forge. Everything here needs the network and a token; scanning needs neither.

mod arguments;
mod doctor;
mod place;
mod queue;
mod report;
mod sync;

use std::process::ExitCode;

use anyhow::Result;
use weighbridge_forge::{Address, Encryption, Forge, ForgeError, Http, Token, connect};

use crate::console::{Console, harmless};
use crate::failure::{failure, incomplete};
use crate::output::print;

pub(crate) use arguments::ForgeCommand;
pub(super) use arguments::{ForgeName, PlaceArguments, STATUS};
pub(super) use doctor::examined;
use place::{Surroundings, token_variables};

/// Does what the command line asks for.
pub(crate) fn forge(command: ForgeCommand, console: &Console) -> Result<ExitCode> {
    match command {
        ForgeCommand::Sync(arguments) => sync::sync(&arguments, console),
        ForgeCommand::Doctor(arguments) => doctor::doctor(&arguments),
    }
}

/// A client for what the arguments and the surroundings name; `None` without a token.
fn client(arguments: &PlaceArguments, surroundings: &Surroundings) -> Result<Option<Box<dyn Forge>>> {
    let kind = arguments.forge.kind();
    let encryption = if arguments.allow_http {
        Encryption::Waived
    } else {
        Encryption::Demanded
    };
    let address = arguments.api_url.clone().or_else(|| surroundings.api_url(kind));
    let address = address.ok_or_else(|| {
        failure(
            "it is not known where the API of the forge lies",
            "give `--api-url`, such as `https://git.example.org/api/v1`",
        )
    })?;
    let address = Address::new(&address, encryption).map_err(|error| wrong_use(&error))?;
    let repository = arguments.repository.clone().or_else(|| surroundings.repository(kind));
    let repository = repository.ok_or_else(|| {
        failure(
            "it is not known which repository is meant",
            "give `--repository owner/name`; in a CI job of the repository it is not needed",
        )
    })?;
    let Some(token) = surroundings.token(kind) else {
        return Ok(None);
    };
    let token = Token::new(&token).map_err(|error| wrong_use(&error))?;
    let transport = Box::new(Http::new(&address, env!("CARGO_PKG_VERSION")));
    connect(kind, address, &repository, token, transport)
        .map(Some)
        .map_err(|error| wrong_use(&error))
}

/// An error of the command line or of a variable.
fn wrong_use(error: &ForgeError) -> anyhow::Error {
    let hint = error.hint();
    failure(error.to_string(), hint)
}

/// An error because of which the gate could not be read or set.
fn unreachable(message: &str, error: ForgeError) -> anyhow::Error {
    let hint = error.hint();
    incomplete(message, Some(error.into()), hint)
}

fn no_token(kind: weighbridge_forge::ForgeKind) -> String {
    let names = token_variables(kind).join("` or `");
    format!("put a token into the variable `{names}`; docs/ci/human-gate.md lists the rights it needs")
}

/// Prints one line of data. Names in it come from a forge, so nothing in it may be obeyed.
fn print_line(line: &str) -> Result<()> {
    print(format!("{}\n", harmless(line)).as_bytes())
}
