//! What the process ends with after a report.

use weighbridge_core::{Outcome, Report, Severity};

use crate::arguments::Leniency;

/// Findings at or above the threshold.
pub(crate) const FINDINGS: u8 = 1;
/// Something was not looked at.
pub(crate) const INCOMPLETE: u8 = 3;

/// The exit code that follows from a report, as far as the user is not lenient.
pub(crate) fn exit_code(report: &Report, fail_on: Option<Severity>, leniency: Leniency) -> u8 {
    let has_findings = || fail_on.is_some_and(|least| report.open_findings().any(|finding| finding.severity >= least));
    match report.outcome(fail_on) {
        Outcome::Incomplete if !leniency.allow_incomplete => INCOMPLETE,
        Outcome::Findings | Outcome::Incomplete if has_findings() && !leniency.exit_zero => FINDINGS,
        _ if leniency.fail_on_review && report.review.is_required() => FINDINGS,
        _ => 0,
    }
}
