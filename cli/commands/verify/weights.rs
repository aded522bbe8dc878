//! `weighbridge verify weights`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::{Args, ValueHint};
use weighbridge_core::push_visible;
use weighbridge_verify::weights::listing::{self, Kind};
use weighbridge_verify::weights::{
    Algorithm, FileName, Folder, Observed, Problem, ProblemKind, compare, content_of, differs_from_its_name, wanted,
};

use crate::console::Console;
use crate::exit_code::{FINDINGS, INCOMPLETE};
use crate::interrupt;
use crate::output::print;
use crate::weights::{self, WeightFolder, hash, jobs, progress};

const EXIT_CODES: &str = "\
Lists: weights.lock, SHA256SUMS and its relatives, *.sha256, *.index.json; and stores that name files by their digest: caches \
of Hugging Face, Ollama, OCI layouts. They tell whether something was changed, not who wrote it.

Exit codes:
  0  every file that a list speaks of is as written down
  1  a file is not, or nothing speaks of the files
  2  wrong use
  3  something could not be looked at";

/// `verify weights`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct VerifyWeightsArguments {
    /// The folder with the files of the model
    #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    folder: PathBuf,
    /// Number of threads [default: one for each processor]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

/// What a run came to.
#[derive(Default)]
struct Tally {
    text: String,
    differs: bool,
    is_incomplete: bool,
}

pub(super) fn verify(arguments: &VerifyWeightsArguments, console: &Console) -> Result<ExitCode> {
    interrupt::listen();
    let began = Instant::now();
    let mut found = weights::walk(&arguments.folder)?;
    let lists: Vec<_> = found
        .lists
        .iter()
        .map(|list| {
            (
                list.name.clone(),
                list.kind,
                listing::read(list.kind, &list.name, &list.text),
            )
        })
        // An index of something else than tensors says nothing about files.
        .filter(|(_, kind, listing)| *kind != Kind::ShardIndex || *listing != listing::Listing::default())
        .collect();
    let mut asked: BTreeSet<(FileName, Algorithm)> = named_by_digest(&found.folder).collect();
    for (name, _, listing) in &lists {
        asked.extend(wanted(name, listing, &found.folder));
    }
    let progress = progress(&asked, &found.folder, began, console);
    hash(
        &arguments.folder,
        &asked,
        &mut found.folder,
        jobs(arguments.jobs),
        &progress,
    )?;
    if interrupt::is_requested() {
        return Ok(ExitCode::from(interrupt::EXIT_CODE));
    }

    let mut tally = Tally::default();
    for (name, kind, listing) in &lists {
        let problems = compare(name, *kind, listing, &found.folder);
        let count = listing.claims.len();
        let what = if *kind == Kind::ShardIndex {
            format!("{count} files are there; it holds no digests")
        } else {
            format!("{count} files are as written down")
        };
        tally.add(name.as_str(), &what, &problems);
    }
    let stored: Vec<FileName> = named_by_digest(&found.folder).map(|(name, _)| name).collect();
    if !stored.is_empty() {
        let problems: Vec<Problem> = stored
            .iter()
            .filter_map(|name| differs_from_its_name(name, &found.folder))
            .collect();
        tally.add(
            "files named by their digest",
            &format!("{} files are what their names say", stored.len()),
            &problems,
        );
    }
    tally.conclude(&found, lists.is_empty() && stored.is_empty());
    print(tally.text.as_bytes())?;
    Ok(ExitCode::from(match () {
        () if tally.is_incomplete => INCOMPLETE,
        () if tally.differs => FINDINGS,
        () => 0,
    }))
}

/// Files whose names are digests, with the algorithm.
fn named_by_digest(folder: &Folder) -> impl Iterator<Item = (FileName, Algorithm)> {
    let files = folder
        .files
        .iter()
        .filter(|(_, observed)| matches!(observed, Observed::File { .. } | Observed::Unreadable(_)));
    files.filter_map(|(name, _)| Some((name.clone(), content_of(name)?.algorithm())))
}

impl Tally {
    fn add(&mut self, list: &str, all_is_well: &str, problems: &[Problem]) {
        if problems.is_empty() {
            self.line(&format!("ok    {list}: {all_is_well}"));
        }
        for problem in problems {
            let (is_unknown, text) = told(problem);
            self.is_incomplete |= is_unknown;
            self.differs |= !is_unknown;
            let mark = if is_unknown { "?" } else { "BAD" };
            self.line(&format!("{mark:<5} {}: {text} ({list})", problem.file));
        }
    }

    /// What no list speaks of, and what was not looked at.
    fn conclude(&mut self, found: &WeightFolder, has_no_list: bool) {
        for (name, observed) in &found.folder.files {
            if let Observed::File {
                pointer: Some(pointer), ..
            } = observed
            {
                self.differs = true;
                let size = pointer.size;
                self.line(&format!(
                    "BAD   {name}: a pointer of Git LFS, not the file of {size} bytes; fetch it with `git lfs pull`"
                ));
            }
        }
        for (name, why) in &found.gaps {
            self.is_incomplete = true;
            self.line(&format!("?     {name}: not looked at: {why}"));
        }
        if has_no_list {
            self.differs = true;
            self.line(
                "BAD   nothing says what these files should be: no signature, no list of digests; \
                 `weighbridge manifest` writes one down",
            );
        }
    }

    /// File names are text from outside: what a terminal would obey is spelled out.
    fn line(&mut self, text: &str) {
        let mut shown = String::new();
        push_visible(&mut shown, text.as_bytes());
        writeln!(self.text, "{shown}").expect("writing to a string does not fail");
    }
}

/// Whether it is unknown, and the words.
fn told(problem: &Problem) -> (bool, String) {
    match &problem.kind {
        ProblemKind::Missing => (false, "it is not there".to_owned()),
        ProblemKind::OtherSize { expected, found } => {
            (false, format!("{found} bytes long, and {expected} were written down"))
        }
        ProblemKind::Tampered { expected, found } => {
            (false, format!("its digest is {found}, and {expected} was written down"))
        }
        ProblemKind::Pointer(pointer) => (
            false,
            format!("a pointer of Git LFS stands in the place of {} bytes", pointer.size),
        ),
        ProblemKind::Unlisted => (false, "nobody wrote it down".to_owned()),
        ProblemKind::NoFile => (false, "a link or a special file stands in its place".to_owned()),
        ProblemKind::Fault(why) => (false, why.clone()),
        ProblemKind::Unknown(why) => (true, why.clone()),
        other => (true, format!("{other:?}")),
    }
}
