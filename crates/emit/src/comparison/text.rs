//! A comparison for people: `+` is new, `-` is fixed, `?` cannot be told.

use std::collections::BTreeMap;
use std::io::{self, Write};

use weighbridge_core::{Finding, Severity};

use super::{Comparison, OneSided};
use crate::{Style, concise, paint};

/// Writes the comparison as lines. Those that are open still are only counted.
pub(super) fn emit(comparison: &Comparison<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let line = |finding: &Finding| concise::line(finding, &finding.rule, style);
    for one in &comparison.new {
        let remark = remark(one, "was suppressed");
        writeln!(out, "{} {}{remark}", style.paint(paint::STRONG, "+"), line(one.finding))?;
    }
    for one in &comparison.fixed {
        let remark = remark(one, "is suppressed now");
        writeln!(out, "{} {}{remark}", style.paint(paint::STRONG, "-"), line(one.finding))?;
    }
    for one in &comparison.not_comparable {
        let reason = one.reason.message();
        writeln!(
            out,
            "{} {} ({reason})",
            style.paint(paint::STRONG, "?"),
            line(one.finding)
        )?;
    }
    for note in &comparison.notes {
        let title = style.paint(paint::HELP, format_args!("note[{}]", note.id()));
        writeln!(out, "{title}: {}", note.message())?;
    }
    writeln!(out, "{}", style.paint(paint::STRONG, counts(comparison)))
}

fn remark(one: &OneSided<'_>, remark: &str) -> String {
    in_brackets(if one.is_suppressed_in_other { remark } else { "" })
}

/// `2 new (1 high, 1 low), 1 fixed, 5 still open, 3 not comparable`.
pub(super) fn counts(comparison: &Comparison<'_>) -> String {
    let levels = by_severity(comparison).into_iter().rev();
    let levels: Vec<_> = levels.map(|(level, count)| format!("{count} {level}")).collect();
    let suppressed = comparison.fixed.iter().filter(|one| one.is_suppressed_in_other);
    let suppressed = match suppressed.count() {
        0 => String::new(),
        count => format!("{count} suppressed"),
    };
    let mut parts = vec![
        format!("{} new{}", comparison.new.len(), in_brackets(&levels.join(", "))),
        format!("{} fixed{}", comparison.fixed.len(), in_brackets(&suppressed)),
        format!("{} still open", comparison.still.len()),
    ];
    if !comparison.not_comparable.is_empty() {
        parts.push(format!("{} not comparable", comparison.not_comparable.len()));
    }
    parts.join(", ")
}

fn in_brackets(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!(" ({text})")
    }
}

/// The new findings by severity; severities without any are not there.
pub(super) fn by_severity(comparison: &Comparison<'_>) -> BTreeMap<Severity, usize> {
    let mut counts = BTreeMap::new();
    for one in &comparison.new {
        *counts.entry(one.finding.severity).or_insert(0) += 1;
    }
    counts
}
