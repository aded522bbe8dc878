//! `--fix`, `--unsafe-fixes`, `--diff`: fixes the files that have findings which a rule can fix.

mod diff;
mod write;

use std::collections::BTreeSet;
use std::io::{self, Read as _};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use weighbridge_core::{Applicability, Finding, Notification, NotificationLevel, Source};
use weighbridge_emit::Format;
use weighbridge_scan::{Fixed, Worker};

use crate::arguments::Leniency;
use crate::baseline::Baseline;
use crate::console::Console;
use crate::exit_code::{FINDINGS, INCOMPLETE};
use crate::failure::{failure, failure_because};
use crate::output::print;
use crate::panics;
use crate::paths::Paths;
use crate::read::{Reader, Reading};
use crate::run::Scanned;
use crate::search::Search;
use crate::settings::{Settings, Size};
use crate::walk::{Entry, Input, Walked};

/// What is fixed, and where the result goes.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Fixes")]
#[group(id = "fixing")]
pub(crate) struct FixArguments {
    /// Fix what can be fixed safely, and report what is left
    #[arg(long, conflicts_with_all = ["files", "since-what", "diff"])]
    fix: bool,
    /// Show what --fix would change, and change nothing; exit with 1 if there is anything
    #[arg(long, conflicts_with_all = ["files", "since-what", "format", "output"])]
    diff: bool,
}

/// How far fixes go.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Fixes")]
pub(crate) struct FixLimits {
    /// Fix also what may make the code behave otherwise
    #[arg(long, requires = "fixing")]
    unsafe_fixes: bool,
    /// Exit with 1 if anything was fixed, even if nothing is left
    #[arg(long, requires = "fix")]
    exit_non_zero_on_fix: bool,
}

/// What is done with a fixed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Write,
    Show,
}

/// The fixes that the arguments ask for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    mode: Mode,
    applicability: Applicability,
    fails_on_fix: bool,
}

impl Wish {
    /// What the arguments ask for; `None` if they ask for no fixes.
    pub(crate) fn of(arguments: FixArguments, limits: FixLimits) -> Option<Self> {
        let mode = match (arguments.fix, arguments.diff) {
            (true, _) => Mode::Write,
            (false, true) => Mode::Show,
            (false, false) => return None,
        };
        Some(Self {
            mode,
            applicability: if limits.unsafe_fixes {
                Applicability::Unsafe
            } else {
                Applicability::Safe
            },
            fails_on_fix: limits.exit_non_zero_on_fix,
        })
    }

    /// Whether files are only shown.
    pub(crate) fn is_diff(self) -> bool {
        self.mode == Mode::Show
    }

    /// Whether the run fails because of these fixes.
    pub(crate) fn fails_because_of(self, fixes: &Fixes) -> bool {
        self.fails_on_fix && fixes.count > 0
    }
}

/// Where fixes are made.
pub(crate) struct Place<'p> {
    pub(crate) search: &'p Search<'p>,
    pub(crate) baseline: Option<&'p Baseline>,
    pub(crate) paths: &'p Paths,
    pub(crate) limit: Size,
}

/// What became of the fixes.
#[derive(Debug, Default)]
pub(crate) struct Fixes {
    /// Findings that were fixed.
    count: usize,
    /// Findings whose fix was not asked for.
    held_back: usize,
    /// The texts before and after, for those that changed, in order of the entries.
    changed: Vec<Changed>,
    /// What could not be done.
    notifications: Vec<Notification>,
}

/// A text that changed.
#[derive(Debug)]
struct Changed {
    /// The index of the entry.
    entry: usize,
    /// The text with secrets cut out, before and after.
    shown: [Vec<u8>; 2],
}

/// Reads standard input once and for all, if it is to be scanned: it cannot be read again after the fixes. Says whether it is.
///
/// # Errors
///
/// Input that cannot be read; files or a report beside it, because only one text can go to standard output.
pub(crate) fn hold_stdin(walked: &mut Walked, settings: &Settings, format: Option<Format>) -> Result<bool> {
    let limit = settings.max_file_size.value;
    let is_stdin = |entry: &Entry| matches!(entry.input, Input::Stdin(_));
    if !walked.entries.iter().any(is_stdin) {
        return Ok(false);
    }
    if format.is_some() {
        return Err(failure(
            "the fixed text and a report would both go to standard output",
            "send the report to a file: `--output FORMAT=PATH`",
        ));
    }
    let [entry] = walked.entries.as_mut_slice() else {
        return Err(failure(
            "standard input and files cannot be fixed in one run",
            "name either `-` or files",
        ));
    };
    let mut bytes = Vec::new();
    // One byte more shows that there is too much.
    let read = io::stdin().lock().take(limit.0 + 1).read_to_end(&mut bytes);
    read.map_err(|error| {
        failure_because(
            "cannot read standard input",
            error,
            "check the program at the other end",
        )
    })?;
    if bytes.len() as u64 > limit.0 {
        return Err(failure(
            "standard input is larger than the limit and cannot be fixed",
            "raise the limit with `--max-file-size`",
        ));
    }
    entry.input = Input::Held(entry.input.path().to_path_buf(), Arc::from(bytes));
    Ok(true)
}

/// The text that was held of standard input, fixed or not.
pub(crate) fn held(walked: &Walked) -> Option<Arc<[u8]>> {
    walked.entries.iter().find_map(|entry| match &entry.input {
        Input::Held(_, bytes) => Some(Arc::clone(bytes)),
        _ => None,
    })
}

/// Fixes every file in which something was found that can be fixed. Files are written; what was held of standard input is replaced.
///
/// # Errors
///
/// Settings that cannot be used.
pub(crate) fn run(wish: Wish, place: &Place<'_>, walked: &mut Walked, results: &Scanned) -> Result<Fixes> {
    let with_fix = results.findings.iter().filter(|finding| finding.fix.is_some());
    let names: BTreeSet<_> = with_fix.map(|finding| &finding.path).collect();
    let scanner = place.search.scanner(names.len())?;
    let mut worker = scanner.worker();
    let mut reader = Reader::new(place.limit);
    let mut fixes = Fixes::default();
    for index in 0..walked.entries.len() {
        if !names.contains(&walked.entries[index].name) {
            continue;
        }
        let wanted = |finding: &Finding| {
            place.search.is_wanted(walked, finding) && !place.baseline.is_some_and(|baseline| baseline.accepts(finding))
        };
        let entry = &walked.entries[index];
        let done = panics::guarded(|| fix_one(wish, &mut worker, &mut reader, entry, &wanted));
        let Ok(done) = done else {
            // The scan that follows meets the same defect and says so; the file is as it was.
            worker = scanner.worker();
            reader = Reader::new(place.limit);
            continue;
        };
        fixes.notifications.extend(done.fixed.notifications);
        fixes.held_back += done.fixed.held_back;
        let (Some(text), Some(shown)) = (done.fixed.text, done.shown) else {
            continue;
        };
        if wish.mode == Mode::Write {
            match &mut walked.entries[index].input {
                Input::Held(_, bytes) => *bytes = Arc::from(text),
                input => {
                    if let Err(problem) = write::write(input.path(), &text, place.paths) {
                        let name = Some(walked.entries[index].name.clone());
                        fixes.notifications.push(problem.notification(name));
                        continue;
                    }
                }
            }
        }
        fixes.count += done.fixed.findings.len();
        fixes.changed.push(Changed { entry: index, shown });
    }
    Ok(fixes)
}

/// What became of one file.
#[derive(Default)]
struct Done {
    fixed: Fixed,
    shown: Option<[Vec<u8>; 2]>,
}

fn fix_one(
    wish: Wish,
    worker: &mut Worker<'_, '_>,
    reader: &mut Reader,
    entry: &Entry,
    wanted: &dyn Fn(&Finding) -> bool,
) -> Done {
    let source = match reader.read(entry) {
        Reading::Text(source) => source,
        Reading::Decoded(_) => {
            let message = "was not fixed: it is written in UTF-16";
            let note = Notification::note("fix/utf-16", Some(entry.name.clone()), message);
            let notifications = vec![note.with_hint("convert the file to UTF-8, or mend the findings by hand")];
            return Done {
                fixed: Fixed {
                    notifications,
                    ..Fixed::default()
                },
                shown: None,
            };
        }
        // The scan has said so.
        Reading::Binary(_) | Reading::Stopped(_) => return Done::default(),
    };
    let fixed = worker.fix(&source, wish.applicability, wanted);
    let shown = fixed.text.as_ref().map(|text| {
        let after = Source::new(source.path().clone(), source.language(), text);
        [worker.masked(&source), worker.masked(&after)]
    });
    Done { fixed, shown }
}

impl Fixes {
    /// The results of a scan after the fixes: those from before if nothing changed, else new ones.
    ///
    /// # Errors
    ///
    /// Those of the new scan.
    pub(crate) fn results(self, before: Scanned, again: impl FnOnce() -> Result<Scanned>) -> Result<Scanned> {
        let mut results = if self.changed.is_empty() { before } else { again()? };
        results.notifications.extend(self.notifications);
        Ok(results)
    }

    /// `2 findings fixed (1 more with --unsafe-fixes)`.
    pub(crate) fn summary(&self, wish: Wish) -> String {
        let things = if self.count == 1 { "finding" } else { "findings" };
        let verb = match wish.mode {
            Mode::Write => "fixed",
            Mode::Show => "would be fixed",
        };
        let more = match self.held_back {
            0 => String::new(),
            count => format!(" ({count} more with `--unsafe-fixes`)"),
        };
        format!("{} {things} {verb}{more}", self.count)
    }

    /// Prints what would change, and says what the process ends with.
    ///
    /// # Errors
    ///
    /// Standard output that cannot be written.
    pub(crate) fn show(
        &self,
        wish: Wish,
        walked: &Walked,
        results: &Scanned,
        leniency: Leniency,
        console: &Console,
    ) -> Result<ExitCode> {
        let mut text = Vec::new();
        for changed in &self.changed {
            let [before, after] = &changed.shown;
            diff::write(&walked.entries[changed.entry].name, before, after, &mut text)?;
        }
        print(&text)?;
        let notifications = walked.notifications.iter().chain(&results.notifications);
        let all: Vec<_> = notifications.chain(&self.notifications).collect();
        all.iter().for_each(|one| console.notification(one));
        console.summary(&self.summary(wish));
        let is_incomplete = all.iter().any(|one| one.level == NotificationLevel::Incomplete);
        Ok(ExitCode::from(if is_incomplete && !leniency.allow_incomplete {
            INCOMPLETE
        } else if self.count > 0 && !leniency.exit_zero {
            FINDINGS
        } else {
            0
        }))
    }
}
