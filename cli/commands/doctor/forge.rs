//! `doctor --forge`: what `forge doctor` asks, as lines of this command.
//!
//! It is no check like the others: it needs the network and a token, so it runs only on demand.

use clap::Args;
use weighbridge_forge::doctor::{Answer, Check};

use super::line::Line;
use crate::commands::forge::{ForgeName, PlaceArguments, STATUS, examined};

/// The flags of `doctor` that are about a forge.
#[derive(Debug, Args)]
#[command(next_help_heading = "Forge")]
pub(super) struct AskForge {
    /// Ask this kind of forge too whether the repository demands what the gate needs, as `forge doctor` does
    #[arg(long, value_name = "FORGE")]
    forge: Option<ForgeName>,
    /// The repository: OWNER/NAME, on GitLab also a number [default: the one of the CI job]
    #[arg(long, value_name = "OWNER/NAME", requires = "forge")]
    repository: Option<String>,
    /// The root of the API [default: the one of the CI job, else that of github.com or gitlab.com]
    #[arg(long, value_name = "URL", requires = "forge")]
    api_url: Option<String>,
    /// Send the token without encryption
    #[arg(long, requires = "forge")]
    allow_http: bool,
    /// The context of the status that the branch has to require
    #[arg(long, value_name = "NAME", default_value = STATUS, requires = "forge")]
    status: String,
    /// A further path that only code owners should change; a folder ends in a slash. May be repeated
    #[arg(long, value_name = "PATH", requires = "forge")]
    guard: Vec<String>,
}

/// What the forge says; nothing if nobody wants to know.
pub(super) fn look(asked: AskForge) -> Vec<Line> {
    let Some(forge) = asked.forge else { return Vec::new() };
    let place = PlaceArguments {
        forge,
        repository: asked.repository,
        api_url: asked.api_url,
        allow_http: asked.allow_http,
    };
    match examined(&place, &asked.status, &asked.guard) {
        Ok(checks) => checks.iter().map(line).collect(),
        Err(error) => vec![Line::problem_of(&error)],
    }
}

fn line(check: &Check) -> Line {
    match &check.answer {
        Answer::Ok => Line::ok(check.name),
        Answer::Missing(what) => Line::problem(format!("not so: {}: {what}", check.name), check.hint),
        // An answer that nobody gives is no yes.
        Answer::Unknown(why) => Line::problem(
            format!("cannot be told: {}: {why}", check.name),
            "ask with a token that may see it, such as an administrator's, or look yourself",
        ),
    }
}
