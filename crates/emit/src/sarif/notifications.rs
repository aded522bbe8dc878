//! What there is to know about the run: notifications of the tool, and their descriptors.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_sarif::sarif::{
    Invocation, Location, Message, MultiformatMessageString, Notification as SarifNotification, PhysicalLocation,
    ReportingConfiguration, ReportingDescriptor, ReportingDescriptorReference,
};
use weighbridge_core::{Notification, Report};

use super::levels::Level;
use super::number;
use super::results::{MAX_RESULTS, artifact};
use crate::prose::message;
use crate::shown;
use crate::summary::counted;

/// The notifications of a run, with what describes them.
pub(super) struct Notifications {
    pub(super) descriptors: Vec<ReportingDescriptor>,
    pub(super) invocation: Invocation,
}

impl Notifications {
    /// Those of the report, and one more if `cut` findings are left out.
    pub(super) fn new(report: &Report, cut: usize) -> Self {
        let mut notifications = report.notifications().to_vec();
        if cut > 0 {
            notifications.push(results_cut(cut));
        }
        let levels: BTreeMap<&str, Level> = notifications.iter().map(|one| (&*one.id, one.level.into())).collect();
        let ids: Vec<&str> = levels.keys().copied().collect();
        let written: Vec<_> = notifications.iter().map(|one| notification(one, &ids)).collect();
        let mut invocation = Invocation::builder().execution_successful(report.is_complete()).build();
        invocation.tool_execution_notifications = (!written.is_empty()).then_some(written);
        Self {
            descriptors: levels.iter().map(|(id, level)| descriptor(id, *level)).collect(),
            invocation,
        }
    }
}

fn results_cut(cut: usize) -> Notification {
    let left_out = counted(cut, "finding is", "findings are");
    Notification::note(
        "report/results-cut",
        None,
        format!(
            "{left_out} left out, the least severe: GitHub shows no more than {}",
            counted(MAX_RESULTS, "", "").trim()
        ),
    )
    .with_hint("write the format `json` as well, which holds all of them")
}

fn notification(notification: &Notification, ids: &[&str]) -> SarifNotification {
    let mut descriptor = ReportingDescriptorReference::builder()
        .id(notification.id.clone())
        .build();
    descriptor.index = ids.binary_search(&&*notification.id).ok().map(number);
    let causes: Vec<_> = shown::message_and_causes(&notification.message).collect();
    let text = message(&causes.join(": "), notification.hint.as_deref());
    let mut written = SarifNotification::builder()
        .descriptor(descriptor)
        .level(Value::from(Level::from(notification.level)))
        .message(Message::builder().text(text).build())
        .build();
    written.locations = notification.path.as_ref().map(|path| {
        let physical = PhysicalLocation::builder().artifact_location(artifact(path)).build();
        vec![Location::builder().physical_location(physical).build()]
    });
    written
}

fn descriptor(id: &str, level: Level) -> ReportingDescriptor {
    let words = id.replace(['/', '-'], " ");
    let what = match level {
        Level::Error => format!("Something was not looked at: {words}."),
        Level::Warning | Level::Note => format!("Worth knowing about the run: {words}."),
    };
    let text = |text: &str| MultiformatMessageString::builder().text(text).build();
    ReportingDescriptor::builder()
        .id(id)
        .short_description(text(&what))
        .full_description(text(&what))
        .help(text("The message says what happened, and what mends it."))
        .default_configuration(ReportingConfiguration::builder().level(Value::from(level)).build())
        .build()
}
