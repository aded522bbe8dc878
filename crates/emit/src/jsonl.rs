//! One JSON object a line, told apart by `type`: findings, then notifications, then the summary.
//!
//! The objects are those of the format `json`, and the summary is its head. A file that does not end with a summary was
//! cut.

use std::io::{self, Write};

use serde::Serialize;
use weighbridge_core::Report;

use crate::json::{Finding, Head, Notification};
use crate::{Context, json_text};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    Finding(Finding<'a>),
    Notification(Notification<'a>),
    Summary(Head<'a>),
}

/// Writes the report as lines of JSON.
pub(crate) fn emit(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.findings() {
        json_text::write_line(&Line::Finding(Finding::new(finding, context)), out)?;
    }
    for notification in report.notifications() {
        json_text::write_line(&Line::Notification(Notification::new(notification)), out)?;
    }
    json_text::write_line(&Line::Summary(Head::new(report, context)), out)
}

#[cfg(test)]
mod tests {
    use crate::{Format, sample};

    #[test]
    fn jsonl() {
        insta::assert_snapshot!(sample::emitted(Format::Jsonl));
    }
}
