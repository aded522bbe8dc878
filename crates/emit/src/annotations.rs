//! What the log of a pipeline can show of a report, for the formats `github` and `azure`.
//!
//! A runner shows ten annotations of a level for a step and drops the others without a word. So the most severe are
//! chosen here, and one annotation is kept to say how many are left out.

use std::cmp::Reverse;

use weighbridge_core::{Finding, Notification, NotificationLevel, Report, Severity};

use crate::shown;
use crate::summary::counted;

/// How many of a level a runner shows.
///
/// Source: `_maxIssueCount` in `ExecutionContext.cs` of [actions/runner](https://github.com/actions/runner) and of
/// [azure-pipelines-agent](https://github.com/microsoft/azure-pipelines-agent).
const MAX_OF_A_LEVEL: usize = 10;

/// What an annotation is shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Error,
    Warning,
    Notice,
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Critical | Severity::High => Self::Error,
            Severity::Medium => Self::Warning,
            Severity::Low | Severity::Info => Self::Notice,
        }
    }
}

/// Something that the log shows.
pub(crate) enum Annotation<'a> {
    Finding(&'a Finding),
    Notification(&'a Notification),
}

impl Annotation<'_> {
    fn level(&self) -> Level {
        match self {
            Self::Finding(finding) => finding.severity.into(),
            Self::Notification(notification) => match notification.level {
                NotificationLevel::Incomplete => Level::Error,
                NotificationLevel::Note => Level::Notice,
            },
        }
    }
}

/// What is shown, and a sentence about the rest if there is one.
pub(crate) struct Chosen<'a> {
    pub(crate) shown: Vec<(Level, Annotation<'a>)>,
    pub(crate) rest: Option<String>,
}

/// The annotations to write, most severe first; `level_of` says what a runner makes of a level, and `least` is the level of the
/// sentence about the rest.
pub(crate) fn chosen(report: &Report, level_of: fn(Level) -> Level, least: Level) -> Chosen<'_> {
    let mut findings: Vec<_> = report.open_findings().collect();
    findings.sort_by_key(|finding| Reverse(finding.severity));
    let notifications = report.notifications().iter();
    let (unfinished, notes): (Vec<_>, Vec<_>) =
        notifications.partition(|notification| notification.level == NotificationLevel::Incomplete);
    // What was not looked at may hide worse than anything that was found.
    let all = unfinished.into_iter().map(Annotation::Notification);
    let all = all.chain(findings.into_iter().map(Annotation::Finding));
    let all: Vec<_> = all
        .chain(notes.into_iter().map(Annotation::Notification))
        .map(|annotation| (level_of(annotation.level()), annotation))
        .collect();

    let total = all.len();
    let is_too_much = |level| all.iter().filter(|(its, _)| *its == level).count() > MAX_OF_A_LEVEL;
    let needs_rest = [Level::Error, Level::Warning, Level::Notice]
        .into_iter()
        .any(is_too_much);
    let mut room = [MAX_OF_A_LEVEL; 3];
    room[least as usize] -= usize::from(needs_rest);
    let shown: Vec<_> = all
        .into_iter()
        .filter(|(level, _)| {
            let left = &mut room[*level as usize];
            let fits = *left > 0;
            *left -= usize::from(fits);
            fits
        })
        .collect();
    let left_out = total - shown.len();
    let rest = (left_out > 0).then(|| {
        let things = counted(
            left_out,
            "more finding or notification is",
            "more findings and notifications are",
        );
        format!("{things} not shown here: see the summary, or write the format `json`, which holds all")
    });
    Chosen { shown, rest }
}

/// The title, the lines of the message, and the file of a notification.
pub(crate) fn texts(annotation: &Annotation<'_>) -> (String, Vec<String>) {
    match annotation {
        Annotation::Finding(finding) => {
            let title = format!("{}[{}]", finding.severity, finding.rule);
            let mut lines = vec![shown::one_line(&finding.message)];
            lines.extend(
                finding
                    .help
                    .iter()
                    .map(|help| format!("help: {}", shown::one_line(help))),
            );
            (title, lines)
        }
        Annotation::Notification(notification) => {
            let level = match notification.level {
                NotificationLevel::Note => "note",
                NotificationLevel::Incomplete => "incomplete",
            };
            let title = format!("{level}[{}]", notification.id);
            let causes: Vec<_> = shown::message_and_causes(&notification.message).collect();
            let mut lines = vec![shown::one_line(&causes.join(": "))];
            let hint = notification.hint.iter();
            lines.extend(hint.map(|hint| format!("help: {}", shown::one_line(hint))));
            (title, lines)
        }
    }
}
