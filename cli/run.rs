//! Scans many files: each on one thread, none of them able to lose the rest.

use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use rayon::prelude::*;
use weighbridge_core::{Finding, Notification, Source, SuppressionKind};
use weighbridge_inspect::{Input as _, Inspector, Neighbourhood};
use weighbridge_scan::{FileReport, Scanner, Worker};

use crate::failure::failure_because;
use crate::git::{GitLines, Lines};
use crate::interrupt;
use crate::model::{self, ModelFile};
use crate::panics;
use crate::progress::Progress;
use crate::read::{Reader, Reading};
use crate::settings::Size;
use crate::walk::{Entry, Input, unreadable};

/// For so few files no further thread is started.
const FEW: usize = 4;
/// The line of a finding in a file that has no lines.
const NO_LINE: usize = 0;
/// What the main thread has, so that a file fares the same on every thread.
const STACK_BYTES: usize = 8 << 20;

/// What all files came to.
#[derive(Debug, Default)]
pub(crate) struct Scanned {
    /// The findings, in order of the files.
    pub(crate) findings: Vec<Finding>,
    /// Findings on lines that are not asked about.
    pub(crate) outside: Vec<Finding>,
    /// Findings whose suppression the change itself adds: the place in `findings`, and the line of the suppression.
    pub(crate) newly_suppressed: Vec<(usize, usize)>,
    /// What could not be done.
    pub(crate) notifications: Vec<Notification>,
    /// Files that were searched.
    pub(crate) files: usize,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// Files that are not text.
    pub(crate) binary: usize,
    /// For each finding the line that it begins on, as git counts; as many as findings.
    pub(crate) begins: Vec<usize>,
    /// For each entry its lines, as git counts; none if it was not searched.
    pub(crate) line_counts: Vec<usize>,
}

/// What one file came to.
#[derive(Default)]
struct FileResult {
    report: FileReport,
    /// Findings on lines that are not asked about.
    outside: Vec<Finding>,
    /// Findings of the report whose suppression is new, each with the line of the suppression.
    newly_suppressed: Vec<(usize, usize)>,
    /// The bytes searched; `None` if the file was not.
    bytes: Option<u64>,
    binary: bool,
    /// The lines on which the findings begin, as git counts.
    begins: Vec<usize>,
    /// All lines, as git counts.
    line_count: usize,
}

/// Scans all entries. The result does not depend on the number of threads.
///
/// # Errors
///
/// Threads that the system does not give.
pub(crate) fn scan(
    scanner: &Scanner<'_>,
    inspector: &Inspector<'_>,
    entries: &[Entry],
    limit: Size,
    jobs: usize,
    progress: &Progress,
) -> Result<Scanned> {
    let folders = model::model_folders(entries);
    let place = |entry: &Entry| model::neighbourhood(entry, &folders);
    let threads = jobs.min(entries.len());
    let results: Vec<FileResult> = if threads <= 1 || entries.len() <= FEW {
        let mut desk = Desk::new(scanner, inspector, limit);
        entries
            .iter()
            .map(|entry| desk.file_result(entry, place(entry), progress))
            .collect()
    } else {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .stack_size(STACK_BYTES)
            .build();
        let pool = pool.map_err(|error| {
            failure_because(
                format!("cannot start {threads} threads"),
                error,
                "ask for fewer with `--jobs`",
            )
        })?;
        // One desk to a thread: each lock is only ever taken by its own thread.
        let desks: Vec<_> = (0..threads)
            .map(|_| Mutex::new(Desk::new(scanner, inspector, limit)))
            .collect();
        pool.install(|| {
            let results = entries.par_iter().map(|entry| {
                let thread = rayon::current_thread_index().expect("this runs inside the pool");
                let mut desk = desks[thread].lock().unwrap_or_else(PoisonError::into_inner);
                desk.file_result(entry, place(entry), progress)
            });
            results.collect()
        })
    };
    progress.clear();
    tracing::debug!(files = results.len(), threads, "scanned");
    Ok(results.into_iter().fold(Scanned::default(), Scanned::with))
}

impl Scanned {
    fn with(mut self, result: FileResult) -> Self {
        let before = self.findings.len();
        let newly = result.newly_suppressed.into_iter();
        self.newly_suppressed
            .extend(newly.map(|(index, line)| (before + index, line)));
        self.findings.extend(result.report.findings);
        self.outside.extend(result.outside);
        self.notifications.extend(result.report.notifications);
        self.files += usize::from(result.bytes.is_some());
        self.bytes += result.bytes.unwrap_or(0);
        self.binary += usize::from(result.binary);
        self.begins.extend(result.begins);
        self.line_counts.push(result.line_count);
        self
    }
}

/// What one thread works with.
struct Desk<'s, 'r> {
    scanner: &'s Scanner<'r>,
    inspector: &'s Inspector<'s>,
    worker: Option<Worker<'s, 'r>>,
    reader: Reader,
    limit: Size,
}

impl<'s, 'r> Desk<'s, 'r> {
    fn new(scanner: &'s Scanner<'r>, inspector: &'s Inspector<'s>, limit: Size) -> Self {
        Self {
            scanner,
            inspector,
            worker: None,
            reader: Reader::new(limit),
            limit,
        }
    }

    fn file_result(&mut self, entry: &Entry, place: Neighbourhood, progress: &Progress) -> FileResult {
        if interrupt::is_requested() {
            return FileResult::default();
        }
        let worker = self.worker.get_or_insert_with(|| self.scanner.worker());
        let reader = &mut self.reader;
        let inspector = self.inspector;
        let result = panics::guarded(|| scan_file(worker, inspector, reader, entry, place));
        progress.advance();
        result.unwrap_or_else(|place| {
            // What the panic left behind is not to be trusted.
            self.worker = None;
            self.reader = Reader::new(self.limit);
            stopped(panicked(entry, &place))
        })
    }
}

fn scan_file(
    worker: &mut Worker<'_, '_>,
    inspector: &Inspector<'_>,
    reader: &mut Reader,
    entry: &Entry,
    place: Neighbourhood,
) -> FileResult {
    let (source, lines, new_lines) = match reader.read(entry) {
        Reading::Text(source) => (source, &entry.lines, entry.new_lines.as_ref()),
        // The lines that git counts are not those of the decoded text.
        Reading::Decoded(source) => (source, &Lines::All, entry.new_lines.as_ref().map(|_| &Lines::All)),
        Reading::Binary(bytes) => return inspect_file(worker, inspector, entry, place, bytes),
        Reading::Stopped(notification) => return stopped(notification),
    };
    tracing::trace!(path = %entry.name, language = %source.language(), bytes = source.bytes().len(), "scanning");
    let mut report = worker.scan_with(&source, inspector.configuration(&source));
    if let Input::Blob(blob) = &entry.input {
        let commit = blob.commit.as_deref();
        report
            .findings
            .iter_mut()
            .for_each(|finding| finding.commit = commit.map(str::to_owned));
    }
    let (findings, outside) = lines.separated(source.bytes(), std::mem::take(&mut report.findings));
    let newly_suppressed = new_lines.map_or_else(Vec::new, |lines| newly_suppressed(&source, lines, &findings));
    let mut begins = begins(source.bytes(), &findings);
    let mut findings = findings;
    // A pickle of an old protocol is text, and an archive may stand at the end of any.
    if inspector.suspects(source.bytes())
        && let Some(inspected) = model::report(inspector, worker, &entry.name, place, &source.bytes())
    {
        begins.resize(begins.len() + inspected.findings.len(), NO_LINE);
        findings.extend(inspected.findings);
        report.notifications.extend(inspected.notifications);
    }
    FileResult {
        begins,
        line_count: GitLines::count(source.bytes()),
        report: FileReport { findings, ..report },
        outside,
        newly_suppressed,
        bytes: Some(source.bytes().len() as u64),
        binary: false,
    }
}

/// Looks into a file that is not text. `bytes` are given where it does not lie on the disk.
fn inspect_file(
    worker: &mut Worker<'_, '_>,
    inspector: &Inspector<'_>,
    entry: &Entry,
    place: Neighbourhood,
    bytes: Option<&[u8]>,
) -> FileResult {
    let (report, searched) = match (bytes, &entry.input) {
        (Some(bytes), _) => (
            model::report(inspector, worker, &entry.name, place, &bytes),
            bytes.len() as u64,
        ),
        (None, Input::File(path)) => match ModelFile::open(path) {
            Ok(file) => {
                let report = model::report(inspector, worker, &entry.name, place, &file);
                tracing::trace!(path = %entry.name, bytes = file.len(), read = file.bytes_read(), "inspected");
                (report, file.bytes_read())
            }
            Err(error) => return stopped(unreadable(Some(entry.name.clone()), &error)),
        },
        (None, _) => (None, 0),
    };
    FileResult {
        begins: vec![NO_LINE; report.as_ref().map_or(0, |report| report.findings.len())],
        binary: report.is_none(),
        bytes: report.as_ref().map(|_| searched),
        report: report.unwrap_or_default(),
        ..FileResult::default()
    }
}

/// The findings whose suppression stands on one of `lines`, or that lie on one themselves: what was written of another statement was
/// not written of this one. Each with the line of the suppression.
fn newly_suppressed(source: &Source<'_>, lines: &Lines, findings: &[Finding]) -> Vec<(usize, usize)> {
    let is_new = |span| lines.hold(source.bytes(), span);
    let newly = findings.iter().enumerate().filter_map(|(index, finding)| {
        let suppression = finding.suppression.as_ref()?;
        let is_inline = suppression.kind == SuppressionKind::Inline;
        let is_newly = is_inline && (is_new(source.line_span(suppression.line - 1)) || is_new(finding.location.span));
        is_newly.then_some((index, suppression.line))
    });
    newly.collect()
}

/// The lines on which the findings begin.
fn begins(text: &[u8], findings: &[Finding]) -> Vec<usize> {
    if findings.is_empty() {
        return Vec::new();
    }
    let lines = GitLines::of(text);
    let starts = findings.iter().map(|finding| finding.location.span.start);
    starts.map(|start| lines.line_at(start)).collect()
}

fn stopped(notification: Notification) -> FileResult {
    FileResult {
        report: FileReport {
            notifications: vec![notification],
            ..FileReport::default()
        },
        ..FileResult::default()
    }
}

/// The message of the panic stays unsaid: it could hold text of the file.
fn panicked(entry: &Entry, place: &str) -> Notification {
    Notification::incomplete(
        "file/panic",
        Some(entry.name.clone()),
        format!("was not scanned to its end: a defect of weighbridge at {place}"),
    )
    .with_hint("please report the place; the other files were scanned")
}
