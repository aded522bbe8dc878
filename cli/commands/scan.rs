//! `weighbridge scan`: walk, read, scan, report.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use weighbridge_core::{Notification, NotificationLevel, Report, Skipped, Summary};
use weighbridge_emit::{Context, Times, harmless_path, summary_line};
use weighbridge_scan::ImageVerdict;

use super::{load, warn_of_unknown_variables};
use crate::arguments::{Leniency, ScanArguments};
use crate::baseline::Baseline;
use crate::clock::seconds_since_1970;
use crate::console::Console;
use crate::exit_code::{FINDINGS, INCOMPLETE, exit_code};
use crate::failure::failure;
use crate::files::Files;
use crate::fix::{self, Wish};
use crate::git::{Scope, Since, keep_first};
use crate::guard::{self, Circumstances, Guard};
use crate::images::{self, ImageArguments, policy_of, table, warn_of_weak_policy};
use crate::interrupt;
use crate::output::{Outputs, print};
use crate::pages::own_rules;
use crate::paths::Paths;
use crate::policy::Policy;
use crate::provenance;
use crate::run::Scanned;
use crate::search::Search;
use crate::selection::{Catalogue, Selection};
use crate::settings::Settings;
use crate::walk::Walked;

/// Scans what the arguments name and reports it.
pub(crate) fn scan(arguments: ScanArguments, console: &Console) -> Result<ExitCode> {
    let began = Instant::now();
    let started = seconds_since_1970();
    let paths = Paths::of_process()?;
    let roots = roots(&arguments)?;
    let scope = arguments.changes.scope();
    let outputs = Outputs::new(arguments.format, &arguments.output, &paths)?;
    let start = roots
        .first()
        .map_or_else(|| paths.current().to_path_buf(), |root| paths.absolute(root));
    let guard = Guard::new(arguments.changes.guard, nearest_folder(&start, &paths));
    let files = guard.files(&paths);
    let loaded = load(arguments.settings, &roots, &files)?;
    warn_of_unknown_variables(&loaded, console);
    let settings = loaded.settings;
    // Pages are checked before anything is walked: wrong use is said at once.
    let own = own_rules(&settings.rules.value, &files)?;
    let catalogue = Catalogue::new(&own);
    let selection = Selection::new(&catalogue, &settings)?;
    let baseline = Baseline::of_settings(&settings, &files)?;
    let deciding = deciding(&settings, &loaded.policy, loaded.path.as_deref(), &paths);

    interrupt::listen();
    let mut search = Search::new(&settings, &selection, &paths, &roots, arguments.stdin_filename)?
        .with_line_hashes(outputs.want_line_hashes());
    let mut walked = search.files(scope.as_ref(), &guard)?;
    if interrupt::is_requested() {
        return Ok(ExitCode::from(interrupt::EXIT_CODE));
    }
    say_nothing_to_scan(&mut walked, scope.as_ref(), &settings, arguments.require_files)?;
    let leniency = arguments.leniency;
    if arguments.files {
        return list_files(&walked, leniency, console);
    }
    search.image_verdicts = verify_images(&arguments.images, &mut walked, &settings, &files, console)?;
    let wish = Wish::of(arguments.fixes, arguments.fix_limits);
    let is_stdin_held = wish.is_some() && fix::hold_stdin(&mut walked, &settings, arguments.format)?;
    let mut results = search.results(&walked, began, console)?;
    let mut fails_on_fix = false;
    if let Some(wish) = wish.filter(|_| !interrupt::is_requested()) {
        let place = fix::Place {
            search: &search,
            baseline: baseline.as_ref(),
            paths: &paths,
            limit: settings.max_file_size.value,
        };
        let fixes = fix::run(wish, &place, &mut walked, &results)?;
        if wish.is_diff() {
            return fixes.show(wish, &walked, &results, leniency, console);
        }
        console.summary(&fixes.summary(wish));
        fails_on_fix = wish.fails_because_of(&fixes);
        // What is reported is what is there now.
        results = fixes.results(results, || search.results(&walked, began, console))?;
    }
    if scope.as_ref().is_some_and(|scope| scope.since == Since::History) {
        keep_first(&mut results);
    }
    let held = is_stdin_held.then(|| fix::held(&walked)).flatten();
    if interrupt::is_requested() {
        return Ok(ExitCode::from(interrupt::EXIT_CODE));
    }

    let change = provenance::declare(&mut results, &walked);
    let reasons = guard::judge_new_suppressions(&loaded.policy, &mut results);
    let something_decided = !deciding.is_empty() || results.findings.iter().any(|one| one.suppression.is_some());
    if let Some(baseline) = baseline {
        let notes = baseline.apply(&mut results, &walked, &selection, &paths, scope.is_none());
        results.notifications.extend(notes);
    }
    guard::forbid_suppressions(&loaded.policy, &mut results);
    results.notifications.extend(files.notes());
    results.notifications.extend(guard.trouble(something_decided));
    let mut report = report(walked, results, &search);
    report.change = change;
    report.policy = loaded.policy.used();
    let circumstances = Circumstances {
        guard: &guard,
        policy: &loaded.policy,
        deciding: &deciding,
    };
    report.review = guard::review(&circumstances, &report, reasons);
    if let Some(change) = &mut report.change {
        change.guarded = guard.is_on();
    }
    let reported = selection.reported();
    let context = Context::of_scan(
        &reported,
        env!("CARGO_PKG_VERSION"),
        settings.fail_on(),
        console.stdout_style(),
    );
    let times = Times {
        started,
        ended: seconds_since_1970(),
    };
    match held {
        Some(text) => outputs.write_beside(&text, &report, &context, times, console.stderr_style())?,
        None => outputs.write(&report, &context, times)?,
    }
    console.summary(&summary_line(&report, Some(began.elapsed()), console.stderr_style()));
    let code = exit_code(&report, settings.fail_on(), leniency);
    Ok(ExitCode::from(if code == 0 && fails_on_fix { FINDINGS } else { code }))
}

/// The verdicts about the images that the files name, if they are asked for; they are shown to people as a table.
fn verify_images(
    arguments: &ImageArguments,
    walked: &mut Walked,
    settings: &Settings,
    files: &Files<'_>,
    console: &Console,
) -> Result<Arc<BTreeMap<String, ImageVerdict>>> {
    if !arguments.verify {
        if !arguments.trust.image_policy.is_empty() {
            return Err(failure(
                "`--image-policy` is given, but no image is verified",
                "add `--verify`",
            ));
        }
        return Ok(Arc::default());
    }
    let policy = policy_of(&arguments.trust, files)?;
    warn_of_weak_policy(&policy, console);
    let verified = images::verify(
        &arguments.source,
        &policy,
        &walked.entries,
        settings.max_file_size.value,
    )?;
    if !verified.rows.is_empty() {
        console.summary(&table(&verified.rows));
    } else if arguments.demands_images {
        // Nothing was verified, which must not look like everything.
        let note = Notification::incomplete("image/none-found", None, "no file names an image, so none was verified");
        let hint = "check the paths; `--hidden` enters `.github` and the like";
        walked.notifications.push(note.with_hint(hint));
    }
    walked.notifications.extend(verified.notifications);
    Ok(verified.verdicts)
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
fn report(walked: Walked, mut scanned: Scanned, search: &Search<'_>) -> Report {
    scanned.findings.retain(|finding| search.is_wanted(&walked, finding));
    let outside = scanned.outside.iter();
    let outside = outside
        .filter(|finding| finding.suppression.is_none() && search.is_wanted(&walked, finding))
        .count();
    let mut notifications = walked.notifications;
    notifications.extend(scanned.notifications);
    if outside > 0 {
        let message = format!("findings on lines that were not added, which are left out: {outside}");
        let note = Notification::note("git/outside-changes", None, message);
        notifications.push(note.with_hint("`--all-lines` shows everything in the files that changed"));
    }
    let summary = Summary {
        files: scanned.files,
        bytes: scanned.bytes,
        skipped: Skipped {
            binary: scanned.binary,
            symlinks: walked.symlinks,
        },
    };
    Report::new(scanned.findings, notifications, summary)
}

/// Says so where no file is left to look at.
///
/// # Errors
///
/// That, where it was called an error.
fn say_nothing_to_scan(walked: &mut Walked, scope: Option<&Scope>, settings: &Settings, is_error: bool) -> Result<()> {
    if walked.entries.is_empty() {
        let (message, hint) = nothing_to_scan(scope, settings);
        if is_error {
            return Err(failure(message, hint));
        }
        let note = Notification::note("run/no-files", None, message);
        walked.notifications.push(note.with_hint(hint));
    }
    Ok(())
}

/// Why there may be nothing to scan, and what to do about it.
fn nothing_to_scan(scope: Option<&Scope>, settings: &Settings) -> (&'static str, &'static str) {
    if scope.is_some_and(|scope| scope.since == Since::History) {
        return (
            "no commit holds a file to scan",
            "`git log --all` shows the commits that there are",
        );
    }
    if scope.is_some() {
        return (
            "no file to scan has changed",
            "`git status` shows what git takes for changed; `weighbridge scan` looks at all files",
        );
    }
    let hint = if settings.respect_gitignore.value || !settings.include_hidden.value {
        "files that `.gitignore` names and files with a leading dot are left out; see `--no-ignore` and `--hidden`"
    } else {
        "check the paths, and `exclude` in the settings"
    };
    ("there are no files to scan", hint)
}

/// Prints the names of the files; notifications go to standard error, as there is no report to carry them.
fn list_files(walked: &Walked, leniency: Leniency, console: &Console) -> Result<ExitCode> {
    let mut names = String::new();
    for entry in &walked.entries {
        names.push_str(&harmless_path(&entry.name));
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

/// The folder that holds `path`, or that it is; the current one if there is none.
fn nearest_folder<'p>(path: &'p Path, paths: &'p Paths) -> &'p Path {
    path.ancestors()
        .find(|folder| folder.is_dir())
        .unwrap_or(paths.current())
}

/// The files and folders that decide about this run, each with what it is.
fn deciding(settings: &Settings, policy: &Policy, file: Option<&Path>, paths: &Paths) -> Vec<(PathBuf, &'static str)> {
    let mut deciding: Vec<_> = file
        .map(|file| (paths.absolute(file), "the settings"))
        .into_iter()
        .collect();
    let rules = settings.rules.value.iter();
    deciding.extend(rules.map(|folder| (paths.absolute(&folder.path()), "the rules")));
    let baseline = settings.baseline.value.iter();
    deciding.extend(baseline.map(|file| (paths.absolute(&file.path()), "the baseline")));
    deciding.extend(policy.path().map(|file| (paths.absolute(file), "the policy")));
    deciding
}
