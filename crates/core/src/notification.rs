//! A notification: the tool could not finish, or the user must know something about the run.

use std::borrow::Cow;

use crate::SourcePath;

/// Whether a notification makes the run incomplete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotificationLevel {
    /// Everything was looked at; this is worth knowing.
    Note,
    /// Something was not looked at: the run is incomplete (exit code 3).
    Incomplete,
}

/// Where and why the tool stopped short, and what mends it. SARIF's word for the same thing.
///
/// Never holds text of a scanned file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notification {
    /// The file, if it is about one.
    pub path: Option<SourcePath>,
    /// A stable name of the kind: `file/too-large`.
    pub id: Cow<'static, str>,
    /// Whether the run is incomplete because of it.
    pub level: NotificationLevel,
    /// What happened: lower case, no full stop.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

impl Notification {
    /// A notification that makes the run incomplete.
    pub fn incomplete(id: &'static str, path: Option<SourcePath>, message: impl Into<String>) -> Self {
        Self {
            path,
            id: Cow::Borrowed(id),
            level: NotificationLevel::Incomplete,
            message: message.into(),
            hint: None,
        }
    }

    /// A notification about a run that is complete all the same.
    pub fn note(id: &'static str, path: Option<SourcePath>, message: impl Into<String>) -> Self {
        Self {
            path,
            id: Cow::Borrowed(id),
            level: NotificationLevel::Note,
            message: message.into(),
            hint: None,
        }
    }

    /// The same with a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
