//! The report for people: each finding with its lines of source.
//!
//! Drawn by hand and not with `annotate-snippets` 0.12. That crate takes the place of a finding from the text it draws,
//! and an excerpt is not the text of the file: long lines are cut, secrets masked, hidden characters spelled out, so
//! its columns would be wrong; given the place (`Origin`), it draws a stray `:::` line between the place and the
//! source.
//!
//! Scanned text always stands behind a gutter, so that no line begins with it.

use std::io::{self, Write};

use weighbridge_core::{Confidence, Finding, Notification, NotificationLevel, Report};

use crate::frame::row;
use crate::{Context, Style, fixes, flow, paint, review, shown};

/// Columns that a line of source gets on the narrowest terminal.
const LEAST_ROOM: usize = 20;

/// Writes the report as text.
pub(crate) fn emit(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.open_findings() {
        write_finding(finding, context, out)?;
        writeln!(out)?;
    }
    for notification in report.notifications() {
        write_notification(notification, context.style, out)?;
        writeln!(out)?;
    }
    review::write_text(report, context.style, out)
}

fn write_finding(finding: &Finding, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let style = context.style;
    let color = paint::severity(finding.severity);
    let rule = style.link(&context.page_url(&finding.rule), &finding.rule);
    let title = style.paint(color, format_args!("{}[{rule}]", finding.severity));
    let message = style.paint(paint::STRONG, shown::one_line(&finding.message));
    writeln!(out, "{title}: {message}")?;

    let lines = finding.excerpt.lines();
    let start = finding.location.start;
    let indent = lines.last().map_or(1, |line| line.number.to_string().len());
    let gutter = Gutter { style, indent };
    gutter.write_place(
        &format!("{}:{}:{}", shown::path(&finding.path), start.line, start.column),
        out,
    )?;
    if !lines.is_empty() {
        gutter.write_empty(out)?;
    }
    let room = match style.width {
        0 => 0,
        width => width.saturating_sub(indent + " | ".len()).max(LEAST_ROOM),
    };
    for line in lines {
        let row = row(line, room);
        gutter.write_line(Some(line.number), &row.text, out)?;
        if let Some((column, columns)) = row.mark {
            let carets = style.paint(color, "^".repeat(columns));
            gutter.write_line(None, &format!("{}{carets}", " ".repeat(column)), out)?;
        }
    }
    let has_remarks = finding.help.is_some()
        || finding.fix.is_some()
        || finding.confidence != Confidence::High
        || finding.flow.is_some()
        || finding.commit.is_some()
        || finding.secret_group.is_some();
    if !lines.is_empty() && has_remarks {
        gutter.write_empty(out)?;
    }
    if let Some(way) = &finding.flow {
        gutter.write_remark("flow", &flow::line(way), out)?;
    }
    if let Some(help) = &finding.help {
        gutter.write_remark("help", help, out)?;
    }
    if let Some(fix) = &finding.fix {
        gutter.write_remark("fix", &fixes::remark(fix), out)?;
    }
    if let Some(commit) = &finding.commit {
        gutter.write_remark("commit", commit, out)?;
    }
    if let Some(group) = finding.secret_group {
        let others = group.places - 1;
        let places = if others == 1 { "place" } else { "places" };
        gutter.write_remark(
            "note",
            &format!("the same secret stands in {others} other {places}"),
            out,
        )?;
    }
    if finding.confidence != Confidence::High {
        gutter.write_remark("note", &format!("confidence {}", finding.confidence), out)?;
    }
    Ok(())
}

fn write_notification(notification: &Notification, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (level, color) = match notification.level {
        NotificationLevel::Note => ("note", paint::HELP),
        NotificationLevel::Incomplete => ("incomplete", paint::INCOMPLETE),
    };
    let title = style.paint(color, format_args!("{level}[{}]", notification.id));
    let mut lines = shown::message_and_causes(&notification.message);
    let message = style.paint(paint::STRONG, shown::one_line(&lines.next().unwrap_or_default()));
    writeln!(out, "{title}: {message}")?;
    let gutter = Gutter { style, indent: 1 };
    if let Some(path) = &notification.path {
        gutter.write_place(&shown::path(path), out)?;
    }
    for cause in lines {
        gutter.write_remark("cause", &cause, out)?;
    }
    if let Some(hint) = &notification.hint {
        gutter.write_remark("help", hint, out)?;
    }
    Ok(())
}

/// The column of line numbers with its bar.
struct Gutter {
    style: Style,
    indent: usize,
}

impl Gutter {
    fn write_place(&self, place: &str, out: &mut dyn Write) -> io::Result<()> {
        let arrow = self.style.paint(paint::GUTTER, "-->");
        writeln!(out, "{}{arrow} {place}", " ".repeat(self.indent))
    }

    fn write_empty(&self, out: &mut dyn Write) -> io::Result<()> {
        let bar = self.style.paint(paint::GUTTER, "|");
        writeln!(out, "{} {bar}", " ".repeat(self.indent))
    }

    fn write_line(&self, number: Option<usize>, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let indent = self.indent;
        let number = number.map_or_else(String::new, |number| number.to_string());
        let edge = self.style.paint(paint::GUTTER, format_args!("{number:>indent$} |"));
        let space = if text.is_empty() { "" } else { " " };
        writeln!(out, "{edge}{space}{text}")
    }

    fn write_remark(&self, kind: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let equals = self.style.paint(paint::GUTTER, "=");
        let kind = self.style.paint(paint::HELP, format_args!("{kind}:"));
        writeln!(
            out,
            "{} {equals} {kind} {}",
            " ".repeat(self.indent),
            shown::one_line(text)
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::{Format, Style, sample};

    #[test]
    fn text() {
        insta::assert_snapshot!(sample::emitted(Format::Text));
    }

    #[test]
    fn text_in_colour() {
        let style = Style {
            color: true,
            hyperlinks: true,
            width: 40,
        };

        let text = sample::emitted_with(Format::Text, style);

        insta::assert_snapshot!(text.replace('\x1b', "␛"));
    }

    #[test]
    fn no_findings_are_no_text() {
        assert_eq!(
            sample::emitted_from(Format::Text, &weighbridge_core::Report::default()),
            ""
        );
    }
}
