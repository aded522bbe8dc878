//! The evidence behind a graded finding, in one line.

use weighbridge_core::{Flow, FlowStep, Origin};

use crate::shown;

/// Where the value comes from and by which steps: ``from a request: line 12: `request.args["q"]` → line 14: `cmd` → here``.
///
/// What a step quotes stands between backticks and holds none.
pub(crate) fn line(flow: &Flow) -> String {
    let origin = match flow.origin {
        Origin::Constant => return "the value is constant".to_owned(),
        origin => origin.phrase(),
    };
    let tamed = if flow.is_tamed {
        ", checked or made harmless"
    } else {
        ""
    };
    let steps: Vec<_> = flow.steps.iter().map(step).chain(["here".to_owned()]).collect();
    format!("from {origin}{tamed}: {}", steps.join(" → "))
}

fn step(step: &FlowStep) -> String {
    let text = shown::one_line(&step.text).replace('`', "'");
    let line = step.location.start.line;
    if text.is_empty() {
        return format!("line {line}");
    }
    format!("line {line}: `{text}`")
}
