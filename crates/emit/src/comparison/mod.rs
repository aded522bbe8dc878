//! What changed from one report to a later one.
//!
//! Doubt never counts as good news: an old finding is *fixed* only if the new report would hold it otherwise, and a new one is
//! *new* unless the old report could not have held it.

mod json;
mod markdown;
mod text;

use std::collections::{HashMap, HashSet};
use std::io::{self, BufWriter, Write};

use weighbridge_core::{Finding, Fingerprint, NotificationLevel, Report, RuleId, Severity, SourcePath};

use crate::summary::counted;
use crate::{ReadReport, Style};

/// What changed from one report to a later one. Each list is in the order of its report.
#[derive(Clone, Debug)]
pub struct Comparison<'a> {
    /// The earlier report.
    pub old_report: &'a ReadReport,
    /// The later report.
    pub new_report: &'a ReadReport,
    /// Findings that are open in the new report only.
    pub new: Vec<OneSided<'a>>,
    /// Findings that were open in the old report only.
    pub fixed: Vec<OneSided<'a>>,
    /// Findings that are open in both, as the new report has them.
    pub still: Vec<&'a Finding>,
    /// Findings that are open in one report, while the other cannot tell: those of the new report, then those of the old.
    pub not_comparable: Vec<NotComparable<'a>>,
    /// What limits the comparison.
    pub notes: Vec<Note<'a>>,
}

/// A finding that is open in one of the reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneSided<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// Whether it is in the other report as well, but suppressed.
    pub is_suppressed_in_other: bool,
}

/// A finding about which the other report cannot tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotComparable<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// Why.
    pub reason: Reason,
}

/// Why one report cannot tell about a finding of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A finding of the new report, whose rule was not enabled for the old.
    NotEnabledForOld,
    /// A finding of the old report, whose rule was not enabled for the new.
    NotEnabledForNew,
    /// A finding of the old report in what the new one did not look at, or not to its end.
    NotLookedAtForNew,
}

/// What limits a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note<'a> {
    /// Rules were enabled for one of the reports only.
    RulesDiffer {
        /// How many were enabled for the old one only.
        only_old: usize,
        /// How many were enabled for the new one only.
        only_new: usize,
    },
    /// The same rules with other pages.
    PagesDiffer,
    /// Two versions of the program.
    VersionsDiffer {
        /// That of the old report.
        old: &'a str,
        /// That of the new report.
        new: &'a str,
    },
    /// The reports are about different changes, or one of them is about no change but a state.
    ScopesDiffer,
    /// The old report is incomplete.
    OldIncomplete {
        /// How many things were not looked at.
        things: usize,
    },
    /// The new report is incomplete.
    NewIncomplete {
        /// How many things were not looked at.
        things: usize,
    },
}

/// How a comparison is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ComparisonFormat {
    /// For people: a line for what is new, fixed or not comparable.
    Text,
    /// For programs.
    Json,
    /// For a comment or the summary of a job.
    Markdown,
}

/// Compares two reports. A finding is the same in both if rule, path and fingerprint are, so lines may move.
pub fn compare<'a>(old_report: &'a ReadReport, new_report: &'a ReadReport) -> Comparison<'a> {
    let (old, new) = (&old_report.report, &new_report.report);
    let (still, only_new) = separated(new, counts(old.open_findings()));
    let (_, only_old) = separated(old, counts(new.open_findings()));
    let unseen = Unseen::new(old_report, new_report);
    let mut not_comparable = Vec::new();

    let mut suppressed = counts(suppressed(old));
    let mut opened = Vec::new();
    for finding in only_new {
        if old_report.has_enabled(&finding.rule) {
            opened.push(one_sided(finding, &mut suppressed));
        } else {
            let reason = Reason::NotEnabledForOld;
            not_comparable.push(NotComparable { finding, reason });
        }
    }
    let mut suppressed = counts(self::suppressed(new));
    let mut fixed = Vec::new();
    for finding in only_old {
        let one = one_sided(finding, &mut suppressed);
        // One that is there and suppressed was looked at.
        let reason = if one.is_suppressed_in_other {
            None
        } else if !new_report.has_enabled(&finding.rule) {
            Some(Reason::NotEnabledForNew)
        } else {
            unseen.holds(&finding.path).then_some(Reason::NotLookedAtForNew)
        };
        match reason {
            None => fixed.push(one),
            Some(reason) => not_comparable.push(NotComparable { finding, reason }),
        }
    }
    Comparison {
        old_report,
        new_report,
        new: opened,
        fixed,
        still,
        not_comparable,
        notes: notes(old_report, new_report),
    }
}

impl Comparison<'_> {
    /// Whether a new finding is of this severity or above; `None` lets all pass.
    pub fn has_new(&self, least: Option<Severity>) -> bool {
        least.is_some_and(|least| self.new.iter().any(|one| one.finding.severity >= least))
    }

    /// Writes the comparison to `out`, and flushes it. Formats for programs ignore the style.
    ///
    /// # Errors
    ///
    /// Whatever the writer reports; half of it may have been written then.
    pub fn emit(&self, format: ComparisonFormat, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        match format {
            ComparisonFormat::Text => text::emit(self, style, &mut out)?,
            ComparisonFormat::Json => json::emit(self, &mut out)?,
            ComparisonFormat::Markdown => markdown::emit(self, &mut out)?,
        }
        out.flush()
    }
}

/// The findings by name, as often as they occur: a name may stand for several where only white space tells them apart.
type Counts<'a> = HashMap<(&'a SourcePath, &'a RuleId, &'a Fingerprint), usize>;

fn counts<'a>(findings: impl Iterator<Item = &'a Finding>) -> Counts<'a> {
    let mut counts = Counts::new();
    for finding in findings {
        *counts.entry(name(finding)).or_insert(0) += 1;
    }
    counts
}

fn name(finding: &Finding) -> (&SourcePath, &RuleId, &Fingerprint) {
    (&finding.path, &finding.rule, &finding.fingerprint)
}

/// Takes one of that name out of the counts, if there is one.
fn take<'a>(counts: &mut Counts<'a>, finding: &'a Finding) -> bool {
    match counts.get_mut(&name(finding)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    }
}

/// The open findings that the other report has, and those that it has not.
fn separated<'a>(report: &'a Report, mut other: Counts<'a>) -> (Vec<&'a Finding>, Vec<&'a Finding>) {
    report.open_findings().partition(|finding| take(&mut other, finding))
}

fn suppressed(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings().iter().filter(|finding| finding.suppression.is_some())
}

fn one_sided<'a>(finding: &'a Finding, suppressed: &mut Counts<'a>) -> OneSided<'a> {
    let is_suppressed_in_other = take(suppressed, finding);
    OneSided {
        finding,
        is_suppressed_in_other,
    }
}

/// What the new report did not look at although the old one did.
struct Unseen<'a> {
    everything: bool,
    /// Files, and folders with all below them.
    paths: HashSet<&'a [u8]>,
}

impl<'a> Unseen<'a> {
    fn new(old: &ReadReport, new: &'a ReadReport) -> Self {
        let mut everything = is_narrower(old, new);
        let mut paths = HashSet::new();
        for notification in unfinished(&new.report) {
            match &notification.path {
                Some(path) => _ = paths.insert(path.as_bytes()),
                None => everything = true,
            }
        }
        Self { everything, paths }
    }

    fn holds(&self, path: &SourcePath) -> bool {
        let path = path.as_bytes();
        let ends = (0..path.len()).filter(|&at| path[at] == b'/').chain([path.len()]);
        self.everything
            || self.paths.contains(&b"."[..])
            || ends.into_iter().any(|end| self.paths.contains(&path[..end]))
    }
}

fn unfinished(report: &Report) -> impl Iterator<Item = &weighbridge_core::Notification> {
    let notifications = report.notifications().iter();
    notifications.filter(|one| one.level == NotificationLevel::Incomplete)
}

/// Whether the new report is about lines that were added since another commit than the old one.
fn is_narrower(old: &ReadReport, new: &ReadReport) -> bool {
    let base = |read: &ReadReport| read.report.change.as_ref().map(|change| change.base.clone());
    base(new).is_some() && base(new) != base(old)
}

fn notes<'a>(old: &'a ReadReport, new: &'a ReadReport) -> Vec<Note<'a>> {
    let only =
        |one: &ReadReport, other: &ReadReport| one.enabled_rules.iter().filter(|rule| !other.has_enabled(rule)).count();
    let (only_old, only_new) = (only(old, new), only(new, old));
    let mut notes = Vec::new();
    if only_old + only_new > 0 {
        notes.push(Note::RulesDiffer { only_old, only_new });
    } else if old.rules_digest != new.rules_digest {
        notes.push(Note::PagesDiffer);
    }
    if old.version != new.version {
        let (old, new) = (&old.version, &new.version);
        notes.push(Note::VersionsDiffer { old, new });
    }
    if is_narrower(old, new) || is_narrower(new, old) {
        notes.push(Note::ScopesDiffer);
    }
    match unfinished(&old.report).count() {
        0 => {}
        things => notes.push(Note::OldIncomplete { things }),
    }
    match unfinished(&new.report).count() {
        0 => {}
        things => notes.push(Note::NewIncomplete { things }),
    }
    notes
}

impl Note<'_> {
    /// A stable name of the kind: `diff/rules-differ`.
    pub fn id(&self) -> &'static str {
        match self {
            Self::RulesDiffer { .. } => "diff/rules-differ",
            Self::PagesDiffer => "diff/pages-differ",
            Self::VersionsDiffer { .. } => "diff/versions-differ",
            Self::ScopesDiffer => "diff/scopes-differ",
            Self::OldIncomplete { .. } => "diff/old-incomplete",
            Self::NewIncomplete { .. } => "diff/new-incomplete",
        }
    }

    /// What there is to know: lower case, no full stop.
    pub fn message(&self) -> String {
        let things = |count| counted(count, "thing was not looked at", "things were not looked at");
        match self {
            Self::RulesDiffer { only_old, only_new } => format!(
                "the reports were made with different rules: enabled for the old one only {only_old}, for the new one only {only_new}"
            ),
            Self::PagesDiffer => "the reports were made with different pages of the same rules".to_owned(),
            Self::VersionsDiffer { old, new } => {
                format!("the old report was made by weighbridge {old}, the new one by weighbridge {new}")
            }
            Self::ScopesDiffer => {
                "the reports are not about the same lines: at least one holds findings on added lines only".to_owned()
            }
            Self::OldIncomplete { things: count } => {
                format!(
                    "the old report is incomplete, {}: what is new may have been there",
                    things(*count)
                )
            }
            Self::NewIncomplete { things: count } => {
                format!(
                    "the new report is incomplete, {}: nothing there counts as fixed",
                    things(*count)
                )
            }
        }
    }
}

impl Reason {
    /// The name for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotEnabledForOld => "not-enabled-for-old",
            Self::NotEnabledForNew => "not-enabled-for-new",
            Self::NotLookedAtForNew => "not-looked-at-for-new",
        }
    }

    /// The reason for people: lower case, no full stop.
    pub fn message(self) -> &'static str {
        match self {
            Self::NotEnabledForOld => "its rule was not enabled for the old report",
            Self::NotEnabledForNew => "its rule was not enabled for the new report",
            Self::NotLookedAtForNew => "the new report did not look there, or not to the end",
        }
    }
}

#[cfg(test)]
mod tests;
