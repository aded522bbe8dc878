//! A comparison for a comment on a change and for the summary of a job, as harmless as a report in Markdown.

use std::cmp::Reverse;
use std::io::{self, Write};

use weighbridge_core::Finding;

use super::Comparison;
use super::text::counts;
use crate::markdown::{MAX_CHARACTERS, REST, code_span, prose, push};
use crate::shown;
use crate::summary::counted;

/// Writes the comparison as Markdown: of what is too long the end is left out, and what is new comes first.
pub(super) fn emit(comparison: &Comparison<'_>, out: &mut dyn Write) -> io::Result<()> {
    let new = match comparison.new.len() {
        0 => "no new findings".to_owned(),
        count => counted(count, "new finding", "new findings"),
    };
    let mut text = format!("## weighbridge: {new}\n\n{}.\n", counts(comparison));
    if !comparison.notes.is_empty() {
        text.push_str("\n### About the comparison\n\n");
        for note in &comparison.notes {
            push(
                &mut text,
                format_args!("* {}: {}\n", code_span(note.id()), prose(&note.message())),
            );
        }
    }
    let mut room = (MAX_CHARACTERS - REST).saturating_sub(text.chars().count());
    let mut left_out = 0;
    for (title, lines) in sections(comparison) {
        let heading = format!("\n### {title}\n\n");
        let mut is_open = false;
        for line in &lines {
            let takes = line.chars().count() + if is_open { 0 } else { heading.chars().count() };
            if left_out > 0 || takes > room {
                left_out += 1;
                continue;
            }
            room -= takes;
            if !is_open {
                text.push_str(&heading);
                is_open = true;
            }
            text.push_str(line);
        }
    }
    if left_out > 0 {
        let things = counted(left_out, "finding is", "findings are");
        push(
            &mut text,
            format_args!(
                "\n**{things} left out here**: the text would be too long for a comment. The format `json` holds all.\n"
            ),
        );
    }
    out.write_all(text.as_bytes())
}

fn sections(comparison: &Comparison<'_>) -> [(&'static str, Vec<String>); 3] {
    let mut new: Vec<_> = comparison.new.iter().collect();
    new.sort_by_key(|one| Reverse(one.finding.severity));
    let new = new
        .into_iter()
        .map(|one| line(one.finding, one.is_suppressed_in_other.then_some("was suppressed")));
    let fixed = comparison.fixed.iter();
    let fixed = fixed.map(|one| line(one.finding, one.is_suppressed_in_other.then_some("is suppressed now")));
    let untold = comparison.not_comparable.iter();
    let untold = untold.map(|one| line(one.finding, Some(one.reason.message())));
    [
        ("New", new.collect()),
        ("Fixed", fixed.collect()),
        ("Not comparable", untold.collect()),
    ]
}

fn line(finding: &Finding, remark: Option<&str>) -> String {
    let place = format!("{}:{}", shown::path(&finding.path), finding.location.start.line);
    let remark = remark.map_or_else(String::new, |remark| format!("; {remark}"));
    format!(
        "* **{}** {} {}: {}{remark}\n",
        finding.severity,
        code_span(finding.rule.as_str()),
        code_span(&place),
        prose(&finding.message)
    )
}
