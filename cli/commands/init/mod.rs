//! `weighbridge init`: writes settings, pipelines and hooks into a repository. What is there is left alone.

mod pieces;
mod place;
mod write;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueHint};

use crate::console::{Console, harmless};
use crate::failure::failure;
use crate::output::print;
use crate::paths::Paths;
use pieces::Piece;
use place::Place;

/// `init`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct InitArguments {
    /// Write into the repository around this folder instead of the current one
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    dir: Option<PathBuf>,
    /// Write a workflow for GitHub. Without one of these flags: whatever the repository seems to use
    #[arg(long)]
    github: bool,
    /// Write the workflows of the human gate for GitHub, which follow --github; on GitLab the gate lies outside of the repository
    #[arg(long)]
    gate: bool,
    /// Write a job for GitLab
    #[arg(long)]
    gitlab: bool,
    /// Write an entry for pre-commit or prek
    #[arg(long)]
    pre_commit: bool,
    /// Write a git hook that needs no other program
    #[arg(long)]
    hook: bool,
    /// Write all of them but the gate
    #[arg(long)]
    all: bool,
    /// Print what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Writes what the flags ask for, else what the repository seems to use. Settings always.
pub(crate) fn init(arguments: &InitArguments, console: &Console) -> Result<ExitCode> {
    let paths = Paths::of_process()?;
    let start = arguments.dir.as_deref().unwrap_or(Path::new("."));
    if !start.is_dir() {
        return Err(failure(
            format!("there is no folder `{}`", start.display()),
            "name the folder of a repository with `--dir`",
        ));
    }
    let place = Place::around(&paths.absolute(start))?;
    let pieces = chosen(arguments, &place)?;
    // Nothing is written before everything was looked at.
    for piece in &pieces {
        write::check(piece, &paths)?;
    }
    let mut steps = Vec::new();
    for piece in &pieces {
        let name = paths.shown_from_below(&piece.path);
        if let Some(existing) = piece.existing() {
            leave_alone(&existing, piece, &paths, console)?;
            continue;
        }
        if arguments.dry_run {
            console.summary(&harmless(&format!("would write: {name}")));
            print(format!("==> {} <==\n{}\n", harmless(&name), piece.text).as_bytes())?;
        } else {
            write::write(piece, &paths)?;
            console.summary(&harmless(&format!("written: {name}")));
        }
        steps.extend(piece.next.map(|next| next.replace("@NAME@", &name)));
    }
    steps.push(
        "`weighbridge scan`; `weighbridge baseline create` accepts what it finds today; `weighbridge doctor`"
            .to_owned(),
    );
    for step in steps {
        console.summary(&harmless(&format!("next: {step}")));
    }
    Ok(ExitCode::SUCCESS)
}

/// Says that a file stays as it is, and prints what to add to it.
fn leave_alone(existing: &Path, piece: &Piece, paths: &Paths, console: &Console) -> Result<()> {
    let name = paths.shown_from_below(existing);
    let Some(addition) = piece.addition_to(existing) else {
        console.summary(&harmless(&format!("left alone: {name} is there")));
        return Ok(());
    };
    console.summary(&harmless(&format!(
        "left alone: {name} is there; add these lines to it"
    )));
    print(format!("==> add to {} <==\n{addition}\n", harmless(&name)).as_bytes())
}

fn chosen(arguments: &InitArguments, place: &Place) -> Result<Vec<Piece>> {
    let InitArguments {
        github,
        gate,
        gitlab,
        pre_commit,
        hook,
        all,
        ..
    } = *arguments;
    let is_guessed = !(github || gate || gitlab || pre_commit || hook || all);
    let mut pieces = vec![pieces::settings(place)];
    if github || gate || all || is_guessed && place.uses_github() {
        pieces.push(pieces::github(place));
    }
    if gate {
        pieces.extend(pieces::github_gate(place));
    }
    if gitlab || all || is_guessed && place.uses_gitlab() {
        pieces.extend(pieces::gitlab(place));
    }
    if pre_commit || all || is_guessed && place.uses_pre_commit() {
        pieces.push(pieces::pre_commit(place));
    }
    if hook || all {
        pieces.push(pieces::hook(place)?);
    }
    Ok(pieces)
}
