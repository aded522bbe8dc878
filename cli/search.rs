//! From settings to results: which files, what was found in them, and what of it is wanted.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Instant;

use anyhow::Result;
use weighbridge_core::Finding;
use weighbridge_inspect::Inspector;
use weighbridge_scan::{ImageVerdict, Options, Scanner};

use crate::console::Console;
use crate::git::{self, Scope, Since};
use crate::globs::Globs;
use crate::guard::Guard;
use crate::paths::Paths;
use crate::progress::Progress;
use crate::run::{self, Scanned};
use crate::selection::{Selection, base_of};
use crate::settings::Settings;
use crate::walk::{self, Entry, WalkOptions, Walked};

/// From here on the automaton that runs faster is worth its longer construction.
const MANY_FILES: usize = 64;

/// More threads than this only cost.
const MAX_JOBS: usize = 256;

/// One search of the files in `roots`.
pub(crate) struct Search<'a> {
    settings: &'a Settings,
    selection: &'a Selection<'a>,
    paths: &'a Paths,
    roots: &'a [PathBuf],
    options: WalkOptions,
    /// Files that the settings call prompts.
    prompts: Globs,
    /// What is known about images.
    pub(crate) image_verdicts: Arc<BTreeMap<String, ImageVerdict>>,
    line_hashes: bool,
}

impl<'a> Search<'a> {
    /// The search that the settings ask for.
    ///
    /// # Errors
    ///
    /// A pattern that cannot be used.
    pub(crate) fn new(
        settings: &'a Settings,
        selection: &'a Selection<'a>,
        paths: &'a Paths,
        roots: &'a [PathBuf],
        stdin_name: Option<PathBuf>,
    ) -> Result<Self> {
        let jobs = settings.jobs.value.or_else(|| available_parallelism().ok());
        let exclude = &settings.exclude.value;
        let options = WalkOptions {
            include_hidden: settings.include_hidden.value,
            respect_gitignore: settings.respect_gitignore.value,
            exclude: Globs::new(&base_of(exclude, paths), exclude)?,
            force_exclude: settings.force_exclude.value,
            jobs: jobs.map_or(1, NonZeroUsize::get).min(MAX_JOBS),
            stdin_name,
        };
        let prompts = &settings.prompt_files.value;
        Ok(Self {
            settings,
            selection,
            paths,
            roots,
            options,
            prompts: Globs::new(&base_of(prompts, paths), prompts)?,
            image_verdicts: Arc::default(),
            line_hashes: false,
        })
    }

    /// Has the findings carry line hashes, for reports that show them.
    pub(crate) fn with_line_hashes(self, line_hashes: bool) -> Self {
        Self { line_hashes, ..self }
    }

    /// The files: all of them, or those that changed.
    ///
    /// # Errors
    ///
    /// A path that does not exist; git, if it was asked and cannot tell.
    pub(crate) fn files(&self, scope: Option<&Scope>, guard: &Guard) -> Result<Walked> {
        let mut walked = match scope {
            Some(scope) => self.changed(scope, guard)?,
            None => walk::collect(self.roots, &self.options, self.paths)?,
        };
        if scope.is_none() && guard.is_on() && !self.roots.iter().any(|root| root.as_os_str() == "-") {
            // What the change brings is looked at even if it also brings the `.gitignore` that hides it.
            let everywhere = Scope {
                since: Since::Base,
                all_lines: true,
            };
            let changed = self.changed(&everywhere, guard)?;
            walked.range = changed.range;
            walked.entries.extend(changed.entries);
            walked.entries.sort();
            walked.entries.dedup_by(|a, b| a.name == b.name);
        }
        for entry in &mut walked.entries {
            entry.is_prompt = self
                .prompts
                .matches_file_or_folder_above(self.paths, entry.input.path());
        }
        guard.mark(&mut walked, self.paths);
        Ok(walked)
    }

    fn changed(&self, scope: &Scope, guard: &Guard) -> Result<Walked> {
        let request = git::Request {
            roots: self.roots,
            options: &self.options,
            selection: self.selection,
            paths: self.paths,
            past: guard.past(),
        };
        git::collect(scope, &request)
    }

    /// What is in the files.
    ///
    /// # Errors
    ///
    /// Threads that the system does not give.
    pub(crate) fn results(&self, walked: &Walked, began: Instant, console: &Console) -> Result<Scanned> {
        let files = walked.entries.len();
        let scanner = self.scanner(files)?;
        let progress = if console.wants_progress() {
            Progress::visible(files, began)
        } else {
            Progress::hidden(files)
        };
        let limit = self.settings.max_file_size.value;
        let inspector = Inspector::new(&self.selection.uses);
        run::scan(
            &scanner,
            &inspector,
            &walked.entries,
            limit,
            self.options.jobs,
            &progress,
        )
    }

    /// The rules, compiled for so many files.
    ///
    /// # Errors
    ///
    /// A range of addresses that is none.
    pub(crate) fn scanner(&self, files: usize) -> Result<Scanner<'_>> {
        let suffixes = self.settings.intranet_suffixes.value.iter();
        let options = Options {
            intranet_suffixes: suffixes.map(|item| item.text.clone()).collect(),
            intranet_ranges: self.settings.intranet_ranges()?,
            max_findings: self.settings.max_findings.value.get(),
            foreign_suppressions: self.settings.foreign_suppressions.value,
            image_verdicts: Arc::clone(&self.image_verdicts),
            line_hashes: self.line_hashes,
        };
        Ok(Scanner::new(self.selection.uses.clone(), options, files > MANY_FILES))
    }

    /// Whether anybody wants to see the finding: by its severity, and by its rule in this file.
    pub(crate) fn is_wanted(&self, walked: &Walked, finding: &Finding) -> bool {
        finding.severity >= self.settings.min_severity.value.severity()
            && input_of(&walked.entries, finding)
                .is_none_or(|entry| self.selection.is_wanted(self.paths, entry.input.path(), &finding.rule))
    }
}

/// The entry that a finding was made in.
fn input_of<'e>(entries: &'e [Entry], finding: &Finding) -> Option<&'e Entry> {
    let index = entries.binary_search_by(|entry| entry.name.cmp(&finding.path)).ok()?;
    Some(&entries[index])
}
