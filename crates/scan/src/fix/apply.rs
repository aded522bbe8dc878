//! Applies fixes to a text until there is nothing left to fix.

use weighbridge_core::{Applicability, Edit, Finding, Fix, Notification, Source};

use super::syntax;
use crate::{FileReport, Worker};

/// Fixes that overlap wait for the next pass; so many passes are made.
const MAX_PASSES: usize = 10;

/// A text after its fixes.
#[derive(Debug, Default)]
pub struct Fixed {
    /// The text; `None` if it stays as it was.
    pub text: Option<Vec<u8>>,
    /// The findings that were fixed, as they were when their turn came.
    pub findings: Vec<Finding>,
    /// Wanted findings whose fix was not asked for, because it is unsafe.
    pub held_back: usize,
    /// Why a text was left alone.
    pub notifications: Vec<Notification>,
}

impl Worker<'_, '_> {
    /// Applies the fixes of `wanted` findings, safe ones only or all. The text as it was comes back where the fixed one would not be
    /// a program any more.
    pub fn fix(
        &mut self,
        source: &Source<'_>,
        applicability: Applicability,
        wanted: &dyn Fn(&Finding) -> bool,
    ) -> Fixed {
        let mut fixed = Fixed::default();
        for _ in 0..MAX_PASSES {
            let current = fixed.text.as_deref().unwrap_or(source.bytes());
            let current = Source::new(source.path().clone(), source.language(), current);
            let FileReport { findings, .. } = self.scan(&current);
            let open = |finding: &Finding| finding.suppression.is_none() && wanted(finding);
            let with_fix = findings
                .into_iter()
                .filter(|finding| finding.fix.is_some() && open(finding));
            let (asked, other): (Vec<_>, Vec<_>) = with_fix.partition(|finding| {
                let fix = finding.fix.as_ref();
                fix.is_some_and(|fix| fix.applicability <= applicability)
            });
            fixed.held_back = other.len();
            let (chosen, edits) = chosen(asked);
            if edits.is_empty() {
                break;
            }
            fixed.text = Some(edited(current.bytes(), &edits));
            fixed.findings.extend(chosen);
        }
        match &fixed.text {
            Some(text) if !is_still_a_program(source, text) => {
                let path = Some(source.path().clone());
                let message = "was not fixed: its text would not be a program any more, or it is too large to tell";
                Fixed {
                    notifications: vec![
                        Notification::note("fix/syntax", path, message).with_hint("mend the findings by hand"),
                    ],
                    ..Fixed::default()
                }
            }
            _ => fixed,
        }
    }
}

fn is_still_a_program(source: &Source<'_>, text: &[u8]) -> bool {
    let after = Source::new(source.path().clone(), source.language(), text);
    match (syntax::errors(source), syntax::errors(&after)) {
        (Some(before), Some(after)) => after <= before,
        _ => false,
    }
}

/// The findings whose fixes do not overlap, first come first served, and their edits in order of their place.
fn chosen(findings: Vec<Finding>) -> (Vec<Finding>, Vec<Edit>) {
    let mut edits: Vec<Edit> = Vec::new();
    let mut chosen = Vec::new();
    for finding in findings {
        let Some(Fix { edits: new, .. }) = &finding.fix else {
            continue;
        };
        // Two fixes that add the same import share it.
        let new: Vec<_> = new.iter().filter(|edit| !edits.contains(edit)).cloned().collect();
        let meets = |edit: &Edit| {
            let span = edit.location.span;
            edits
                .iter()
                .any(|other| other.location.span.overlaps(span) || other.location.span == span && !span.is_empty())
        };
        if new.iter().any(meets) {
            continue;
        }
        edits.extend(new);
        chosen.push(finding);
    }
    edits.sort();
    (chosen, edits)
}

fn edited(text: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let span = edit.location.span;
        out.extend_from_slice(&text[at..span.start]);
        out.extend_from_slice(edit.content.as_bytes());
        at = span.end;
    }
    out.extend_from_slice(&text[at..]);
    out
}
