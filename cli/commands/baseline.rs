//! `weighbridge baseline`: accepts the findings there are, and forgets those that are gone.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use weighbridge_core::NotificationLevel;

use super::{load, warn_of_unknown_variables};
use crate::arguments::{CreateArguments, PruneArguments, SettingsArguments};
use crate::baseline::{Baseline, DEFAULT_NAME};
use crate::console::{Console, harmless};
use crate::exit_code::INCOMPLETE;
use crate::failure::failure;
use crate::files::Files;
use crate::guard::Guard;
use crate::interrupt;
use crate::output::check_folder;
use crate::pages::own_rules;
use crate::paths::Paths;
use crate::run::Scanned;
use crate::search::Search;
use crate::selection::{Catalogue, Selection};
use crate::settings::{Item, Settings};
use crate::walk::Walked;

/// Writes every finding that counts to a baseline.
pub(crate) fn create(arguments: CreateArguments, console: &Console) -> Result<ExitCode> {
    let paths = Paths::of_process()?;
    let output = arguments.output;
    searched(arguments.paths, arguments.settings, &paths, console, |done| {
        let path = output.unwrap_or_else(|| file_of(done.settings, &paths));
        let exists = path.symlink_metadata().is_ok();
        if exists && !arguments.force {
            return Err(failure(
                format!("there is a baseline already: `{}`", paths.shown_from_below(&path)),
                "`weighbridge baseline prune` takes out what is gone; `--force` accepts new findings too",
            ));
        }
        check_folder(&path)?;
        let (walked, scanned) = done.results(console)?;
        let former = if exists {
            Some(Baseline::read(&path, &Files::on_disk(&paths))?)
        } else {
            None
        };
        let counting = scanned.findings.iter();
        let counting =
            counting.filter(|finding| finding.suppression.is_none() && done.search.is_wanted(&walked, finding));
        let baseline = Baseline::accepting(counting, &arguments.reason, former.as_ref());
        if interrupt::is_requested() {
            return Ok(ExitCode::from(interrupt::EXIT_CODE));
        }
        baseline.write(&path, &paths)?;
        let name = paths.shown_from_below(&path);
        console.summary(&harmless(&format!("findings accepted in `{name}`: {}", baseline.len())));
        Ok(code(&walked, &scanned, console))
    })
}

/// Takes entries out of a baseline that match nothing any more.
pub(crate) fn prune(arguments: PruneArguments, console: &Console) -> Result<ExitCode> {
    let paths = Paths::of_process()?;
    searched(arguments.paths, arguments.settings, &paths, console, |done| {
        let path = file_of(done.settings, &paths);
        let mut baseline = Baseline::read(&path, &Files::on_disk(&paths))?;
        let (walked, scanned) = done.results(console)?;
        if interrupt::is_requested() {
            return Ok(ExitCode::from(interrupt::EXIT_CODE));
        }
        let gone = baseline.prune(&scanned, &walked, done.selection, &paths);
        if gone > 0 {
            baseline.write(&path, &paths)?;
        }
        let name = paths.shown_from_below(&path);
        console.summary(&harmless(&format!(
            "entries taken out of `{name}`: {gone}; entries left: {}",
            baseline.len()
        )));
        Ok(code(&walked, &scanned, console))
    })
}

/// The baseline of the settings, else the usual one.
fn file_of(settings: &Settings, paths: &Paths) -> PathBuf {
    let named = settings.baseline.value.as_ref();
    named.map_or_else(|| paths.absolute(Path::new(DEFAULT_NAME)), Item::path)
}

/// Everything that is known before files are looked for.
struct Prepared<'a> {
    settings: &'a Settings,
    selection: &'a Selection<'a>,
    search: Search<'a>,
}

impl Prepared<'_> {
    fn results(&self, console: &Console) -> Result<(Walked, Scanned)> {
        interrupt::listen();
        let walked = self.search.files(None, &Guard::Off)?;
        let scanned = self.search.results(&walked, Instant::now(), console)?;
        Ok((walked, scanned))
    }
}

fn searched(
    mut roots: Vec<PathBuf>,
    arguments: SettingsArguments,
    paths: &Paths,
    console: &Console,
    then: impl FnOnce(&Prepared<'_>) -> Result<ExitCode>,
) -> Result<ExitCode> {
    if roots.is_empty() {
        roots.push(PathBuf::from("."));
    }
    let files = Files::on_disk(paths);
    let loaded = load(arguments, &roots, &files)?;
    warn_of_unknown_variables(&loaded, console);
    let settings = loaded.settings;
    let own = own_rules(&settings.rules.value, &files)?;
    let catalogue = Catalogue::new(&own);
    let selection = Selection::new(&catalogue, &settings)?;
    let search = Search::new(&settings, &selection, paths, &roots, None)?;
    then(&Prepared {
        settings: &settings,
        selection: &selection,
        search,
    })
}

/// What was not looked at is said, as no report carries it.
fn code(walked: &Walked, scanned: &Scanned, console: &Console) -> ExitCode {
    let mut is_complete = true;
    for notification in walked.notifications.iter().chain(&scanned.notifications) {
        console.notification(notification);
        is_complete &= notification.level == NotificationLevel::Note;
    }
    if is_complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(INCOMPLETE)
    }
}
