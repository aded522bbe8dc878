//! `weighbridge scan`: walk, read, scan, report.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::Instant;

use anyhow::Result;
use weighbridge_core::{Finding, Notification, NotificationLevel, Outcome, Report, Severity, Skipped, Summary};
use weighbridge_emit::{Context, summary_line};
use weighbridge_scan::{Options, Scanner};

use super::{load, warn_of_unknown_variables};
use crate::arguments::{Leniency, ScanArguments};
use crate::console::Console;
use crate::failure::failure;
use crate::globs::Globs;
use crate::interrupt;
use crate::output::{Outputs, print};
use crate::pages::own_rules;
use crate::paths::Paths;
use crate::progress::Progress;
use crate::run::{self, Scanned};
use crate::selection::{Catalogue, Selection, base_of};
use crate::settings::Settings;
use crate::walk::{self, Entry, WalkOptions, Walked};

const FINDINGS: u8 = 1;
const INCOMPLETE: u8 = 3;
/// From here on the automaton that runs faster is worth its longer construction.
const MANY_FILES: usize = 64;

/// More threads than this only cost.
const MAX_JOBS: usize = 256;

/// Scans what the arguments name and reports it.
pub(crate) fn scan(arguments: ScanArguments, console: &Console) -> Result<ExitCode> {
    let began = Instant::now();
    let paths = Paths::of_process()?;
    let roots = roots(&arguments)?;
    let outputs = Outputs::new(arguments.format, &arguments.output, &paths)?;
    let loaded = load(arguments.settings, &paths, &roots)?;
    warn_of_unknown_variables(&loaded, console);
    let settings = loaded.settings;
    // Pages are checked before anything is walked: wrong use is said at once.
    let own = own_rules(&settings.rules.value)?;
    let catalogue = Catalogue::new(&own);
    let selection = Selection::new(&catalogue, &settings)?;

    interrupt::listen();
    let jobs = settings.jobs.value.or_else(|| available_parallelism().ok());
    let jobs = jobs.map_or(1, NonZeroUsize::get).min(MAX_JOBS);
    let options = WalkOptions {
        include_hidden: settings.include_hidden.value,
        respect_gitignore: settings.respect_gitignore.value,
        exclude: Globs::new(&base_of(&settings.exclude.value, &paths), &settings.exclude.value)?,
        jobs,
        stdin_name: arguments.stdin_filename,
    };
    let walked = walk::collect(&roots, &options, &paths)?;
    if interrupt::is_requested() {
        return Ok(ExitCode::from(interrupt::EXIT_CODE));
    }
    if walked.entries.is_empty() && arguments.require_files {
        return Err(failure("there are no files to scan", no_files_hint(&settings)));
    }
    let leniency = arguments.leniency;
    if arguments.files {
        return list_files(&walked, leniency, console);
    }

    let scanner_options = Options {
        intranet_suffixes: settings
            .intranet_suffixes
            .value
            .iter()
            .map(|item| item.text.clone())
            .collect(),
        max_findings: settings.max_findings.value.get(),
    };
    let scanner = Scanner::new(
        selection.uses.clone(),
        scanner_options,
        walked.entries.len() > MANY_FILES,
    );
    let progress = if console.wants_progress() {
        Progress::visible(walked.entries.len(), began)
    } else {
        Progress::hidden(walked.entries.len())
    };
    let results = run::scan(&scanner, &walked.entries, settings.max_file_size.value, jobs, &progress)?;
    if interrupt::is_requested() {
        return Ok(ExitCode::from(interrupt::EXIT_CODE));
    }

    let report = report(walked, results, &selection, &settings, &paths);
    let context = Context {
        rules: &selection.reported(),
        version: env!("CARGO_PKG_VERSION"),
        fail_on: settings.fail_on(),
        style: console.stdout_style(),
        pages: Context::PAGES,
    };
    outputs.write(&report, &context)?;
    console.summary(&summary_line(&report, Some(began.elapsed()), console.stderr_style()));
    Ok(ExitCode::from(exit_code(&report, settings.fail_on(), leniency)))
}

fn roots(arguments: &ScanArguments) -> Result<Vec<PathBuf>> {
    let has_stdin = arguments.paths.iter().any(|path| path.as_os_str() == "-");
    if arguments.stdin_filename.is_some() && !has_stdin {
        return Err(failure(
            "`--stdin-filename` is given, but standard input is not scanned",
            "add `-` to the paths",
        ));
    }
    if arguments.paths.is_empty() {
        return Ok(vec![PathBuf::from(".")]);
    }
    Ok(arguments.paths.clone())
}

/// Findings of all files without those that nobody wants to see, and everything that was not done.
fn report(walked: Walked, scanned: Scanned, selection: &Selection<'_>, settings: &Settings, paths: &Paths) -> Report {
    let least = settings.min_severity.value.severity();
    let is_wanted = |finding: &Finding| {
        finding.severity >= least
            && input_of(&walked.entries, finding)
                .is_none_or(|entry| selection.is_wanted(paths, entry.input.path(), &finding.rule))
    };
    let findings = scanned.findings.into_iter().filter(is_wanted).collect();
    let mut notifications = walked.notifications;
    notifications.extend(scanned.notifications);
    if walked.entries.is_empty() {
        let note = Notification::note("run/no-files", None, "there are no files to scan");
        notifications.push(note.with_hint(no_files_hint(settings)));
    }
    let summary = Summary {
        files: scanned.files,
        bytes: scanned.bytes,
        skipped: Skipped {
            binary: scanned.binary,
            symlinks: walked.symlinks,
        },
    };
    Report::new(findings, notifications, summary)
}

/// The entry that a finding was made in.
fn input_of<'e>(entries: &'e [Entry], finding: &Finding) -> Option<&'e Entry> {
    let index = entries.binary_search_by(|entry| entry.name.cmp(&finding.path)).ok()?;
    Some(&entries[index])
}

fn no_files_hint(settings: &Settings) -> &'static str {
    if settings.respect_gitignore.value || !settings.include_hidden.value {
        "files that `.gitignore` names and files with a leading dot are left out; see `--no-ignore` and `--hidden`"
    } else {
        "check the paths, and `exclude` in the settings"
    }
}

/// Prints the names of the files; notifications go to standard error, as there is no report to carry them.
fn list_files(walked: &Walked, leniency: Leniency, console: &Console) -> Result<ExitCode> {
    let mut names = String::new();
    for entry in &walked.entries {
        names.push_str(&entry.name.to_string());
        names.push('\n');
    }
    print(names.as_bytes())?;
    for notification in &walked.notifications {
        console.notification(notification);
    }
    let is_complete = walked
        .notifications
        .iter()
        .all(|one| one.level == NotificationLevel::Note);
    Ok(if is_complete || leniency.allow_incomplete {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(INCOMPLETE)
    })
}

fn exit_code(report: &Report, fail_on: Option<Severity>, leniency: Leniency) -> u8 {
    let has_findings = || fail_on.is_some_and(|least| report.open_findings().any(|finding| finding.severity >= least));
    match report.outcome(fail_on) {
        Outcome::Incomplete if !leniency.allow_incomplete => INCOMPLETE,
        Outcome::Findings | Outcome::Incomplete if has_findings() && !leniency.exit_zero => FINDINGS,
        _ => 0,
    }
}
