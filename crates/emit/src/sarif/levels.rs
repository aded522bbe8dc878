//! The words of SARIF and of GitHub for our levels. `serde-sarif` takes most of them as any JSON value, so a slip would
//! compile.

use serde_json::Value;
use serde_sarif::sarif::ResultLevel;
use weighbridge_core::{Confidence, NotificationLevel, Severity};

/// SARIF's `level`, [§3.27.10](https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317648).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Error,
    Warning,
    Note,
}

impl Level {
    const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Critical | Severity::High => Self::Error,
            Severity::Medium => Self::Warning,
            Severity::Low | Severity::Info => Self::Note,
        }
    }
}

impl From<NotificationLevel> for Level {
    fn from(level: NotificationLevel) -> Self {
        match level {
            NotificationLevel::Note => Self::Note,
            NotificationLevel::Incomplete => Self::Error,
        }
    }
}

impl From<Level> for Value {
    fn from(level: Level) -> Self {
        level.name().into()
    }
}

impl From<Level> for ResultLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::Error,
            Level::Warning => Self::Warning,
            Level::Note => Self::Note,
        }
    }
}

/// GitHub's `security-severity`: above 9 critical, from 7 high, from 4 medium, below low. An `info` is no security
/// alert.
pub(super) const fn security_severity(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("3.0"),
        Severity::Info => None,
    }
}

/// GitHub's `precision`.
pub(super) const fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}
