//! One finding a line: `path:line:column: severity[rule] message`, as editors and `grep` read it.

use std::fmt::Display;
use std::io::{self, Write};

use weighbridge_core::{Finding, NotificationLevel, Report};

use crate::{Context, Style, paint, shown};

/// Writes the report with one line a finding.
pub(crate) fn emit(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let style = context.style;
    for finding in report.open_findings() {
        let rule = style.link(&context.page_url(&finding.rule), &finding.rule);
        writeln!(out, "{}", line(finding, &rule, style))?;
    }
    for notification in report.notifications() {
        if let Some(path) = &notification.path {
            write!(out, "{}: ", shown::path(path))?;
        }
        let (level, color) = match notification.level {
            NotificationLevel::Note => ("note", paint::HELP),
            NotificationLevel::Incomplete => ("incomplete", paint::INCOMPLETE),
        };
        let kind = style.paint(color, format_args!("{level}[{}]", notification.id));
        let message: Vec<_> = shown::message_and_causes(&notification.message).collect();
        writeln!(out, "{kind} {}", shown::one_line(&message.join(": ")))?;
    }
    Ok(())
}

/// The finding in one line; `rule` is its rule as it is to be shown.
pub(crate) fn line(finding: &Finding, rule: &dyn Display, style: Style) -> String {
    let kind = style.paint(
        paint::severity(finding.severity),
        format_args!("{}[{rule}]", finding.severity),
    );
    let start = finding.location.start;
    let place = format!("{}:{}:{}", shown::path(&finding.path), start.line, start.column);
    format!("{place}: {kind} {}", shown::one_line(&finding.message))
}

#[cfg(test)]
mod tests {
    use crate::{Format, sample};

    #[test]
    fn concise() {
        insta::assert_snapshot!(sample::emitted(Format::Concise));
    }
}
