//! The evidence behind a graded finding, as JSON.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use weighbridge_core::Origin;

use super::Location;
use crate::shown;

/// Where the value that makes the finding dangerous comes from.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Flow {
    /// Who decides the value. `constant`: the program itself.
    #[schemars(schema_with = "origin_schema")]
    origin: &'static str,
    /// Whether something on the way makes the value harmless, or a check stands before it is used.
    tamed: bool,
    /// The places it passes, the source first; the place of the finding is left out. At most eight.
    steps: Vec<FlowStep>,
}

/// A place that a value passes, in the file of the finding.
#[derive(Serialize, JsonSchema)]
struct FlowStep {
    /// The place.
    location: Location,
    /// The text there, cut short and with secrets masked.
    text: String,
}

impl Flow {
    pub(super) fn new(flow: &weighbridge_core::Flow) -> Self {
        let step = |step: &weighbridge_core::FlowStep| FlowStep {
            location: Location::new(step.location),
            text: shown::spelled_out(&step.text),
        };
        Self {
            origin: flow.origin.name(),
            tamed: flow.is_tamed,
            steps: flow.steps.iter().map(step).collect(),
        }
    }
}

fn origin_schema(_: &mut SchemaGenerator) -> Schema {
    let names = Origin::ALL.map(Origin::name);
    json_schema!({ "type": "string", "enum": names })
}
