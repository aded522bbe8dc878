//! SARIF 2.1.0 as GitHub code scanning takes it, and in full for other readers.
//!
//! No schema protects an upload: a file can be valid and still be refused, or shown otherwise than meant. What GitHub
//! wants beyond the schema is checked by `tests/sarif/github_limits.py`. Nothing outside of this module names
//! `serde_sarif`.

mod flow;
mod levels;
mod notifications;
mod page;
mod results;
mod rules;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactLocation, Message, PropertyBag, Run, RunAutomationDetails, Sarif, Tool, ToolComponent,
};
use weighbridge_core::Report;

use crate::{Context, json_text};
use notifications::Notifications;
use rules::Rules;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Part of the identity of an alert: never changes.
const NAME: &str = "weighbridge";
/// GitHub's category is what stands before the last slash.
const AUTOMATION_ID: &str = "weighbridge/scan/";
/// What every path is relative to.
const ROOT: &str = "%SRCROOT%";

/// How much of a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// What GitHub takes: no suppressed findings, and not too many.
    GitHub,
    /// Everything.
    Full,
}

/// Writes the report as SARIF for GitHub.
pub(crate) fn emit(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    write(Extent::GitHub, report, context, out)
}

/// Writes the report as SARIF with suppressed findings, however many there are.
pub(crate) fn emit_full(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    write(Extent::Full, report, context, out)
}

fn write(extent: Extent, report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let run = run(extent, report, context);
    let sarif = Sarif::builder().schema(SCHEMA).version("2.1.0").runs(vec![run]).build();
    json_text::write_pretty(&sarif, out)
}

fn run(extent: Extent, report: &Report, context: &Context<'_>) -> Run {
    let (findings, cut) = match extent {
        Extent::GitHub => results::kept(report),
        Extent::Full => (report.findings().iter().collect(), 0),
    };
    let rules = Rules::new(&findings, context);
    let notifications = Notifications::new(report, cut);
    let results: Vec<_> = findings
        .iter()
        .map(|finding| results::result(extent, finding, &rules))
        .collect();
    let mut driver = ToolComponent::builder()
        .name(NAME)
        .semantic_version(context.version)
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .rules(rules.descriptors)
        .build();
    driver.notifications = (!notifications.descriptors.is_empty()).then_some(notifications.descriptors);
    driver.supported_taxonomies = rules.taxonomy.is_some().then(|| vec![rules::cwe_reference()]);
    let mut run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .automation_details(RunAutomationDetails::builder().id(AUTOMATION_ID).build())
        .column_kind("utf16CodeUnits")
        .original_uri_base_ids(root())
        .invocations(vec![notifications.invocation])
        .results(results)
        .build();
    run.properties = properties(report);
    run.taxonomies = rules.taxonomy.map(|taxonomy| vec![taxonomy]);
    run
}

/// Says what the root is, and not where: the path on the runner is nobody's business.
fn root() -> BTreeMap<String, ArtifactLocation> {
    let description = Message::builder().text("The root of the repository.").build();
    let location = ArtifactLocation::builder().description(description).build();
    BTreeMap::from([(ROOT.to_owned(), location)])
}

/// What the run went by: the change, the policy, and whether a person must look. Nothing for a run that judged no change.
fn properties(report: &Report) -> Option<PropertyBag> {
    if report.change.is_none() && report.policy.is_none() {
        return None;
    }
    let mut more = BTreeMap::new();
    let mut add = |key: &str, value: Value| more.insert(format!("weighbridge/{key}"), value);
    if let Some(change) = &report.change {
        add("base", json!(change.base));
        add("head", json!(change.head));
        add("guarded", json!(change.guarded));
    }
    if let Some(policy) = &report.policy {
        add("policy", json!(policy.digest.to_string()));
    }
    add("human-review-required", json!(report.review.is_required()));
    Some(PropertyBag::builder().additional_properties(more).build())
}

/// A count as SARIF's types take it.
fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
