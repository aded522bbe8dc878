//! The evidence behind a graded finding as a code flow, which GitHub shows as "Show paths".

use serde_sarif::sarif::{
    ArtifactLocation, CodeFlow, Location, Message, PhysicalLocation, Region, ThreadFlow, ThreadFlowLocation,
};
use weighbridge_core::{Finding, Flow, MAX_FLOW_STEPS};

use super::number;
use crate::prose::escaped;
use crate::shown;

// GitHub takes a thousand locations a flow and shows the first few; readers tire long before.
const _: () = assert!(MAX_FLOW_STEPS < 20);

/// The steps of the flow and the place of the finding; nothing where there are no steps.
pub(super) fn code_flow(finding: &Finding, flow: &Flow, artifact: &ArtifactLocation) -> Option<CodeFlow> {
    if flow.steps.is_empty() {
        return None;
    }
    let place = |location: weighbridge_core::Location, text: &str| {
        let region = Region::builder()
            .start_line(number(location.start.line))
            .start_column(number(location.start.column_utf16))
            .end_line(number(location.end.line))
            .end_column(number(location.end.column_utf16))
            .build();
        let physical = PhysicalLocation::builder()
            .artifact_location(artifact.clone())
            .region(region)
            .build();
        let message = Message::builder().text(escaped(&shown::one_line(text))).build();
        let location = Location::builder().physical_location(physical).message(message).build();
        ThreadFlowLocation::builder().location(location).build()
    };
    let mut locations: Vec<_> = flow.steps.iter().map(|step| place(step.location, &step.text)).collect();
    let end = format!("a value from {} is used here", flow.origin.phrase());
    locations.push(place(finding.location, &end));
    let thread = ThreadFlow::builder().locations(locations).build();
    Some(CodeFlow::builder().thread_flows(vec![thread]).build())
}
