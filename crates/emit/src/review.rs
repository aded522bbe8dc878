//! Says that a person must look, and why, in the formats for people.
//!
//! Said only where a change is judged or a policy is followed: at a desk it would say of every finding what the finding says itself.

use std::fmt::Write as _;
use std::io::{self, Write};

use weighbridge_core::{Report, ReviewReason};

use crate::markup::escaped_line;
use crate::summary::counted;
use crate::{Style, markdown, paint, shown};

/// Reasons that are listed; JSON holds all.
const MAX_REASONS: usize = 20;
const TITLE: &str = "A person must look before this goes on";

/// The reasons to list and the number of others, if a person must look and it is to be said.
fn reasons(report: &Report) -> Option<(&[ReviewReason], usize)> {
    let is_judged = report.policy.is_some() || report.change.as_ref().is_some_and(|change| change.guarded);
    let all = report.review.reasons();
    let listed = &all[..all.len().min(MAX_REASONS)];
    (is_judged && report.review.is_required()).then_some((listed, all.len() - listed.len()))
}

fn more(count: usize) -> String {
    format!("{} more", counted(count, "reason", "reasons"))
}

fn place(reason: &ReviewReason) -> Option<String> {
    let path = shown::path(reason.path.as_ref()?);
    Some(
        reason
            .line
            .map_or_else(|| path.clone(), |line| format!("{path}:{line}")),
    )
}

/// For a terminal: a title, and a line for each reason.
pub(crate) fn write_text(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let Some((reasons, others)) = reasons(report) else {
        return Ok(());
    };
    let title = style.paint(paint::INCOMPLETE, "review");
    writeln!(out, "{title}: {}", style.paint(paint::STRONG, TITLE))?;
    for reason in reasons {
        let place = place(reason).map_or_else(String::new, |place| format!("{place}: "));
        writeln!(out, "  - {place}{}", shown::one_line(&reason.message))?;
    }
    if others > 0 {
        writeln!(out, "  - {}", more(others))?;
    }
    writeln!(out)
}

/// For a comment: a section, or nothing.
pub(crate) fn markdown(report: &Report) -> String {
    let Some((reasons, others)) = reasons(report) else {
        return String::new();
    };
    let mut text = format!("\n### {TITLE}\n\n");
    for reason in reasons {
        let place = reason.path.as_ref().map_or_else(String::new, markdown::path_span);
        let line = reason.line.map_or_else(String::new, |line| format!(" line {line}"));
        let colon = if place.is_empty() { "" } else { ": " };
        writeln!(text, "* {place}{line}{colon}{}", markdown::prose(&reason.message))
            .expect("writing to a string does not fail");
    }
    if others > 0 {
        writeln!(text, "* {}", more(others)).expect("writing to a string does not fail");
    }
    text
}

/// For a page: a section, or nothing.
pub(crate) fn write_html(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Some((reasons, others)) = reasons(report) else {
        return Ok(());
    };
    writeln!(out, "<h2>{TITLE}</h2>\n<div class=\"box warning\"><ul>")?;
    for reason in reasons {
        let place = place(reason).map_or_else(String::new, |place| format!("<code>{}</code>: ", escaped_line(&place)));
        writeln!(out, "<li>{place}{}</li>", crate::html::inline(&reason.message))?;
    }
    if others > 0 {
        writeln!(out, "<li>{}</li>", more(others))?;
    }
    writeln!(out, "</ul></div>")
}
