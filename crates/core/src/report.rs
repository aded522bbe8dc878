//! A finished run.

use crate::secret_group::group_secrets;
use crate::{Change, Finding, Notification, NotificationLevel, PolicyUse, Review, Severity};

/// All that a run has to say, merged and sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    findings: Vec<Finding>,
    notifications: Vec<Notification>,
    summary: Summary,
    /// The change that was looked at; `None` if it was no change but a state.
    pub change: Option<Change>,
    /// The policy that was followed.
    pub policy: Option<PolicyUse>,
    /// Whether a person must look.
    pub review: Review,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files that were read and searched.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were passed over on purpose.
    pub skipped: Skipped,
}

/// Files passed over on purpose, by reason. None of them makes a run incomplete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Not text.
    pub binary: usize,
    /// Symbolic links met while walking: their target is scanned where it lies.
    pub symlinks: usize,
}

/// What a run comes to. The exit code follows from it and from nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing at or above the threshold.
    Clean,
    /// At least one finding at or above the threshold.
    Findings,
    /// Something was not looked at; wins over findings.
    Incomplete,
}

impl Report {
    /// The report of these results, in any order.
    pub fn new(mut findings: Vec<Finding>, mut notifications: Vec<Notification>, summary: Summary) -> Self {
        findings.sort();
        findings.dedup();
        group_secrets(&mut findings);
        notifications.sort();
        notifications.dedup();
        Self {
            findings,
            notifications,
            summary,
            ..Self::default()
        }
    }

    /// The findings, sorted; suppressed ones included.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The findings that count: not suppressed.
    pub fn open_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.suppression.is_none())
    }

    /// The notifications, sorted.
    pub fn notifications(&self) -> &[Notification] {
        &self.notifications
    }

    /// What was looked at.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Whether everything was looked at.
    pub fn is_complete(&self) -> bool {
        self.notifications
            .iter()
            .all(|notification| notification.level == NotificationLevel::Note)
    }

    /// What the run comes to with this threshold; `None` lets findings of any severity pass.
    pub fn outcome(&self, fail_on: Option<Severity>) -> Outcome {
        if !self.is_complete() {
            Outcome::Incomplete
        } else if fail_on.is_some_and(|least| self.open_findings().any(|finding| finding.severity >= least)) {
            Outcome::Findings
        } else {
            Outcome::Clean
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incomplete_run_is_never_clean() {
        let stopped = Notification::incomplete("file/unreadable", None, "cannot read");
        let report = Report::new(Vec::new(), vec![stopped], Summary::default());

        assert_eq!(report.outcome(None), Outcome::Incomplete);
    }

    #[test]
    fn a_note_leaves_a_run_complete() {
        let note = Notification::note("run/no-files", None, "no files to scan");
        let report = Report::new(Vec::new(), vec![note], Summary::default());

        assert_eq!(report.outcome(Some(Severity::Info)), Outcome::Clean);
    }
}
