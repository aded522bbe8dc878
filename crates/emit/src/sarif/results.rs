//! The results of a run: one a finding, as many as GitHub shows.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::Value;
use serde_sarif::sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, Fix as SarifFix, Location, Message, PhysicalLocation,
    PropertyBag, Region, Replacement, Result as SarifResult, ResultLevel, Suppression as SarifSuppression,
};
use weighbridge_core::{Finding, Provenance, Report, SourcePath, Suppression, SuppressionKind};

use super::levels::Level;
use super::rules::Rules;
use super::{Extent, ROOT, flow, number};
use crate::prose::message;
use crate::{fixes, shown};

/// GitHub keeps no more of a run.
///
/// Source: [SARIF results exceed one or more limits](https://docs.github.com/code-security/reference/code-scanning/sarif-files/troubleshoot-sarif-uploads/results-exceed-limit).
pub(super) const MAX_RESULTS: usize = 5_000;

/// The findings that are written, in the order of the report, and how many are left out.
///
/// Suppressed findings are left out altogether: GitHub ignores `suppressions` and would open alerts. Of more than
/// [`MAX_RESULTS`] the least severe are left out, and of equally severe ones the last.
pub(super) fn kept(report: &Report) -> (Vec<&Finding>, usize) {
    let mut order: Vec<_> = report.open_findings().enumerate().collect();
    let cut = order.len().saturating_sub(MAX_RESULTS);
    if cut > 0 {
        order.sort_by_key(|(index, finding)| (Reverse(finding.severity), *index));
        order.truncate(MAX_RESULTS);
        order.sort_unstable_by_key(|(index, _)| *index);
    }
    (order.into_iter().map(|(_, finding)| finding).collect(), cut)
}

/// A finding as a result.
pub(super) fn result(extent: Extent, finding: &Finding, rules: &Rules<'_>) -> SarifResult {
    let mut result = SarifResult::builder()
        .rule_id(finding.rule.as_str())
        .level(ResultLevel::from(Level::from(finding.severity)))
        .message(
            Message::builder()
                .text(message(&finding.message, finding.help.as_deref()))
                .build(),
        )
        .locations(vec![location(finding)])
        .partial_fingerprints(fingerprints(finding))
        .properties(properties(finding))
        .build();
    if let Some(known) = &finding.fix {
        result.fixes = Some(vec![fix(finding, known)]);
    }
    result.rule_index = rules.index_of(&finding.rule).map(number);
    let flow = finding.flow.as_ref();
    let code_flow = flow.and_then(|flow| flow::code_flow(finding, flow, &artifact(&finding.path)));
    result.code_flows = code_flow.map(|code_flow| vec![code_flow]);
    result.suppressions =
        (extent == Extent::Full).then(|| finding.suppression.iter().map(suppression(finding)).collect());
    result
}

/// A fix: all edits in the one file,
/// [§3.55](https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317881).
fn fix(finding: &Finding, fix: &weighbridge_core::Fix) -> SarifFix {
    let replacements = fix.edits.iter().map(|edit| {
        let (start, end) = (edit.location.start, edit.location.end);
        let deleted = Region::builder()
            .start_line(number(start.line))
            .start_column(number(start.column_utf16))
            .end_line(number(end.line))
            .end_column(number(end.column_utf16))
            .build();
        let inserted = ArtifactContent::builder().text(fixes::content(&edit.content)).build();
        Replacement::builder()
            .deleted_region(deleted)
            .inserted_content(inserted)
            .build()
    });
    let change = ArtifactChange::builder()
        .artifact_location(artifact(&finding.path))
        .replacements(replacements.collect::<Vec<_>>())
        .build();
    let text = format!("{} ({})", shown::one_line(&fix.message), fix.applicability.name());
    SarifFix::builder()
        .description(Message::builder().text(text).build())
        .artifact_changes(vec![change])
        .build()
}

/// An empty list says that a result counts; no list would say that nobody knows,
/// [§3.27.23](https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317661).
fn suppression(finding: &Finding) -> impl Fn(&Suppression) -> SarifSuppression {
    let artifact = artifact(&finding.path);
    move |suppression| {
        let region = Region::builder().start_line(number(suppression.line)).build();
        let physical = PhysicalLocation::builder()
            .artifact_location(artifact.clone())
            .region(region)
            .build();
        let mut written = SarifSuppression::builder()
            .kind(match suppression.kind {
                SuppressionKind::Inline => "inSource",
                SuppressionKind::Baseline => "external",
            })
            .status("accepted")
            .location(Location::builder().physical_location(physical).build())
            .build();
        let reason = shown::one_line(&suppression.reason);
        written.justification = (!reason.is_empty()).then_some(reason);
        written
    }
}

fn fingerprints(finding: &Finding) -> BTreeMap<String, String> {
    let mut fingerprints = BTreeMap::new();
    if !finding.line_hash.is_empty() {
        fingerprints.insert("primaryLocationLineHash".to_owned(), finding.line_hash.clone());
    }
    fingerprints.insert("weighbridge/v1".to_owned(), finding.fingerprint.to_string());
    fingerprints
}

/// What the rule says in general may be otherwise here.
fn properties(finding: &Finding) -> PropertyBag {
    let mut more = BTreeMap::new();
    more.insert("severity".to_owned(), Value::from(finding.severity.name()));
    more.insert("confidence".to_owned(), Value::from(finding.confidence.name()));
    let declared = finding
        .provenance
        .filter(|provenance| *provenance != Provenance::Unknown);
    if let Some(declared) = declared {
        more.insert("weighbridge/provenance".to_owned(), Value::from(declared.name()));
    }
    if let Some(commit) = &finding.commit {
        more.insert("weighbridge/commit".to_owned(), Value::from(commit.as_str()));
    }
    if let Some(group) = finding.secret_group {
        more.insert("weighbridge/secretGroup".to_owned(), Value::from(group.number));
    }
    if let Some(flow) = &finding.flow {
        more.insert("weighbridge/origin".to_owned(), Value::from(flow.origin.name()));
    }
    PropertyBag::builder().additional_properties(more).build()
}

fn location(finding: &Finding) -> Location {
    let mut physical = PhysicalLocation::builder()
        .artifact_location(artifact(&finding.path))
        .region(region(finding))
        .build();
    physical.context_region = context_region(finding);
    Location::builder().physical_location(physical).build()
}

/// The file, relative to the root of the checkout; a path that is absolute stays so, as a `file:` URI.
pub(super) fn artifact(path: &SourcePath) -> ArtifactLocation {
    let uri = path.to_uri();
    if uri.starts_with('/') {
        let absolute = uri.trim_start_matches('/');
        return ArtifactLocation::builder().uri(format!("file:///{absolute}")).build();
    }
    ArtifactLocation::builder().uri(uri).uri_base_id(ROOT).build()
}

/// The place, never empty, in UTF-16 columns.
fn region(finding: &Finding) -> Region {
    let (start, end) = (finding.location.start, finding.location.end);
    let is_empty = (start.line, start.column_utf16) >= (end.line, end.column_utf16);
    let end_column = end.column_utf16 + usize::from(is_empty);
    let mut region = Region::builder()
        .start_line(number(start.line))
        .start_column(number(start.column_utf16))
        .end_line(number(end.line))
        .end_column(number(end_column))
        .build();
    let lines = finding.excerpt.lines().iter();
    let marked = lines.filter_map(|line| line.mark.map(|(from, to)| &line.text[from..to]));
    region.snippet = snippet(&marked.collect::<Vec<_>>());
    region
}

/// The lines around the place; SARIF wants more in it than in the region.
fn context_region(finding: &Finding) -> Option<Region> {
    let lines = finding.excerpt.lines();
    let (first, last) = (lines.first()?, lines.last()?);
    let (start, end) = (finding.location.start.line, finding.location.end.line);
    let is_wider = first.number <= start && last.number >= end && (first.number < start || last.number > end);
    if !is_wider {
        return None;
    }
    let mut region = Region::builder()
        .start_line(number(first.number))
        .end_line(number(last.number))
        .build();
    let texts: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
    region.snippet = snippet(&texts);
    Some(region)
}

fn snippet(lines: &[&str]) -> Option<ArtifactContent> {
    let text = lines.join("\n");
    (!text.is_empty()).then(|| ArtifactContent::builder().text(text).build())
}
