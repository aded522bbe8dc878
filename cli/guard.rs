//! Keeps a change from lowering its own bar, and says when a person must look.
//!
//! Where a change is judged, what decides about it comes from its base: [`Files`] reads it there. What the change itself adds in its
//! favour is seen here: suppressions, and edits of the files that decide.

use std::path::{Path, PathBuf};

use weighbridge_core::{
    Finding, Notification, NotificationLevel, Report, Review, ReviewCause, ReviewReason, SourcePath,
};

use crate::arguments::When;
use crate::files::Files;
use crate::git::{Past, Trouble, is_change_request};
use crate::paths::Paths;
use crate::policy::{Ai, NewSuppressions, Policy, Suppressions, Unknown};
use crate::run::Scanned;
use crate::walk::Walked;

/// What a change is judged by.
pub(crate) enum Guard {
    /// No change is judged: what decides lies on the disk.
    Off,
    /// The base of the change decides.
    Base(Box<Past>),
    /// There should be a base, and it cannot be reached.
    Blind(Trouble),
}

/// Files that decide about a change besides settings, baseline, policy and pages: names, and folders with a slash at their end.
const DECIDING: [(&str, &str); 17] = [
    ("weighbridge.toml", "the settings"),
    (".weighbridge.toml", "the settings"),
    (".github/workflows/", "the pipeline"),
    (".github/actions/", "the pipeline"),
    (".gitea/workflows/", "the pipeline"),
    (".forgejo/workflows/", "the pipeline"),
    (".gitlab-ci.yml", "the pipeline"),
    (".gitlab/", "the pipeline"),
    ("azure-pipelines.yml", "the pipeline"),
    ("bitbucket-pipelines.yml", "the pipeline"),
    ("Jenkinsfile", "the pipeline"),
    (".pre-commit-config.yaml", "the hooks"),
    ("CODEOWNERS", "the owners"),
    (".github/CODEOWNERS", "the owners"),
    ("docs/CODEOWNERS", "the owners"),
    (".gitattributes", "what git takes for text"),
    (".gitignore", "what is left out"),
];

impl Guard {
    /// The guard for a run that begins at `start`.
    pub(crate) fn new(when: When, start: &Path) -> Self {
        let is_wanted = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => is_change_request(),
        };
        if !is_wanted {
            return Self::Off;
        }
        match Past::open(start) {
            Ok(past) => Self::Base(Box::new(past)),
            Err(trouble) => Self::Blind(trouble),
        }
    }

    /// Where what decides is read from.
    pub(crate) fn files<'p>(&'p self, paths: &'p Paths) -> Files<'p> {
        match self {
            Self::Base(past) => Files::at_base(paths, past),
            Self::Off | Self::Blind(_) => Files::on_disk(paths),
        }
    }

    /// The base of the change, if it decides.
    pub(crate) fn past(&self) -> Option<&Past> {
        match self {
            Self::Base(past) => Some(past),
            Self::Off | Self::Blind(_) => None,
        }
    }

    /// Whether the base of a change decides.
    pub(crate) fn is_on(&self) -> bool {
        self.past().is_some()
    }

    /// Tells each entry which of its lines are new, so that suppressions on them can be told from old ones.
    pub(crate) fn mark(&self, walked: &mut Walked, paths: &Paths) {
        let Some(past) = self.past() else { return };
        for entry in &mut walked.entries {
            entry.new_lines = past.added(&paths.absolute(entry.input.path())).cloned();
        }
    }

    /// What is to be said if the base cannot be reached although something that the change could have edited decided about the run.
    pub(crate) fn trouble(&self, something_decided: bool) -> Option<Notification> {
        let Self::Blind(trouble) = self else { return None };
        let message = format!(
            "settings, rules, baseline and suppressions come from the change itself: {}",
            trouble.message()
        );
        something_decided.then(|| Notification::incomplete("guard/no-base", None, message).with_hint(trouble.hint()))
    }

    /// The files that decide and that the change touches.
    fn touched(&self, deciding: &[(PathBuf, &str)]) -> Vec<ReviewReason> {
        let Some(past) = self.past() else { return Vec::new() };
        let reason = |path: &Path, what: &str| ReviewReason {
            cause: ReviewCause::Guard,
            path: Some(SourcePath::new(path.as_os_str().as_encoded_bytes())),
            line: None,
            message: format!("the change touches {what}"),
        };
        past.touched()
            .filter_map(|path| {
                let absolute = past.absolute(path);
                let named = deciding.iter().find(|(file, _)| absolute.starts_with(file));
                named
                    .map(|(_, what)| *what)
                    .or_else(|| decides(path))
                    .map(|what| reason(path, what))
            })
            .collect()
    }
}

/// What a file decides, going by its name.
fn decides(path: &Path) -> Option<&'static str> {
    let text = path.to_string_lossy();
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let found = DECIDING.iter().find(|(known, _)| {
        known.strip_suffix('/').map_or_else(
            || text == *known || (!known.contains('/') && name == *known),
            |folder| path.starts_with(folder),
        )
    });
    found.map(|(_, what)| *what)
}

/// Takes all suppressions back if the policy allows none.
pub(crate) fn forbid_suppressions(policy: &Policy, scanned: &mut Scanned) {
    if policy.suppressions() == Suppressions::Forbid {
        for finding in scanned.findings.iter_mut().chain(&mut scanned.outside) {
            finding.suppression = None;
        }
    }
}

/// Takes back the suppressions that the change itself adds, unless the policy lets them count. Gives the reasons for a review that
/// come of it.
pub(crate) fn judge_new_suppressions(policy: &Policy, scanned: &mut Scanned) -> Vec<ReviewReason> {
    if policy.new_suppressions() == NewSuppressions::Accept {
        return Vec::new();
    }
    let reason = |finding: &Finding, line: usize| ReviewReason {
        cause: ReviewCause::Suppression,
        path: Some(finding.path.clone()),
        line: Some(line),
        message: format!("a suppression of `{}` is new, or what it is for", finding.rule),
    };
    let mut reasons = Vec::new();
    for &(index, line) in &scanned.newly_suppressed {
        let finding = &mut scanned.findings[index];
        reasons.push(reason(finding, line));
        if policy.new_suppressions() == NewSuppressions::Count {
            finding.suppression = None;
        }
    }
    reasons
}

/// What a review is judged by.
pub(crate) struct Circumstances<'c> {
    /// The guard of the run.
    pub(crate) guard: &'c Guard,
    /// The policy that was followed.
    pub(crate) policy: &'c Policy,
    /// Files and folders that decided, each with what it is.
    pub(crate) deciding: &'c [(PathBuf, &'static str)],
}

/// Whether a person must look, and why.
pub(crate) fn review(circumstances: &Circumstances<'_>, report: &Report, mut reasons: Vec<ReviewReason>) -> Review {
    let policy = circumstances.policy;
    let mut add = |cause, message| {
        reasons.push(ReviewReason {
            cause,
            path: None,
            line: None,
            message,
        });
    };
    if let Some(least) = policy.review_on() {
        let count = report
            .open_findings()
            .filter(|finding| finding.severity >= least)
            .count();
        if count > 0 {
            add(
                ReviewCause::Finding,
                format!("findings of severity {least} or above: {count}"),
            );
        }
    }
    let stopped = report
        .notifications()
        .iter()
        .filter(|one| one.level == NotificationLevel::Incomplete);
    let stopped = stopped.count();
    if stopped > 0 {
        add(
            ReviewCause::Incomplete,
            format!("places that could not be looked at: {stopped}"),
        );
    }
    if let Some(change) = report.change.as_ref().filter(|_| policy.ai() == Ai::Review) {
        let added = change.added;
        if added.declared_ai > 0 {
            add(
                ReviewCause::Generated,
                format!("added lines that are declared AI-made: {}", added.declared_ai),
            );
        }
        // Lines that are declared human too: the author of the change declares them, and could do so to be spared.
        let rest = added.total - added.declared_ai;
        if rest > 0 && policy.unknown() == Unknown::Generated {
            add(
                ReviewCause::Generated,
                format!("added lines that nobody declares AI-made, and which count as generated: {rest}"),
            );
        }
    }
    reasons.extend(circumstances.guard.touched(circumstances.deciding));
    Review::new(reasons)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_decide_are_known_by_name() {
        assert_eq!(decides(Path::new("a/weighbridge.toml")), Some("the settings"));
        assert_eq!(decides(Path::new(".github/workflows/ci.yml")), Some("the pipeline"));
        assert_eq!(decides(Path::new("a/.github/workflows/ci.yml")), None);
        assert_eq!(decides(Path::new("docs/CODEOWNERS")), Some("the owners"));
        assert_eq!(decides(Path::new("src/settings.py")), None);
    }
}
