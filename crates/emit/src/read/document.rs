//! The whole document, read back. The types are those of `json`, from the other side; nothing may be missing and nothing
//! may be there besides.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use weighbridge_core::{
    AddedLines, Change, Digest, Finding, Notification, NotificationLevel, Outcome, PolicyUse, Report, Review,
    ReviewCause, ReviewReason, RuleId, Severity, Skipped, Summary,
};

use super::finding::ReadFinding;
use super::values::{
    Bytes, Commit, Count, Fault, List, NotificationId, Noun, Object, OneOf, Ordinal, OurName, RawText, Text, Version,
    nullable, path_or_none,
};
use super::{ReadError, ReadReport};
use crate::json::{SCHEMA_VERSION, outcome_name};

/// The document with its lists, or its head without them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document<F, N = F> {
    #[serde(rename = "schema_version")]
    _schema_version: OurVersion,
    tool: Object<ToolObject>,
    outcome: OneOf<Outcome>,
    #[serde(deserialize_with = "nullable")]
    fail_on: Option<OneOf<Severity>>,
    summary: Object<SummaryObject>,
    #[serde(deserialize_with = "nullable")]
    change: Option<Object<ChangeObject>>,
    #[serde(deserialize_with = "nullable")]
    policy: Option<Object<PolicyObject>>,
    review: ReadReview,
    findings: F,
    notifications: N,
}

/// The document with its lists.
pub(super) type Whole = Document<List<ReadFinding>, List<ReadNotification>>;

/// The version that is read.
struct OurVersion;

impl<'de> Deserialize<'de> for OurVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if u64::deserialize(deserializer)? == u64::from(SCHEMA_VERSION) {
            Ok(Self)
        } else {
            Err(D::Error::custom("another version of the format"))
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToolObject {
    #[serde(rename = "name")]
    _name: OneOf<OurName>,
    version: Noun<Version>,
    rules: Count,
    enabled_rules: ReadIds,
    rules_digest: Noun<Digest>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SummaryObject {
    files: Count,
    bytes: Bytes,
    skipped: Object<SkippedObject>,
    findings: Object<BySeverityObject>,
    suppressed: Count,
    incomplete: Count,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SkippedObject {
    binary: Count,
    symlinks: Count,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BySeverityObject {
    total: Count,
    critical: Count,
    high: Count,
    medium: Count,
    low: Count,
    info: Count,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeObject {
    base: Noun<Commit>,
    head: Noun<Commit>,
    guarded: bool,
    added_lines: ReadAddedLines,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddedLinesObject {
    total: Count,
    declared_ai: Count,
    declared_human: Count,
    unknown: Count,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyObject {
    name: Text,
    digest: Noun<Digest>,
    #[serde(deserialize_with = "nullable")]
    revision: Option<Noun<Commit>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReviewObject {
    required: bool,
    reasons: List<ReadReason>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonObject {
    cause: OneOf<ReviewCause>,
    message: Text,
    #[serde(deserialize_with = "nullable")]
    path: Option<RawText>,
    #[serde(deserialize_with = "nullable")]
    uri: Option<RawText>,
    #[serde(deserialize_with = "nullable")]
    line: Option<Ordinal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotificationObject {
    id: Noun<NotificationId>,
    level: OneOf<NotificationLevel>,
    message: Text,
    #[serde(deserialize_with = "nullable")]
    hint: Option<Text>,
    #[serde(deserialize_with = "nullable")]
    path: Option<RawText>,
    #[serde(deserialize_with = "nullable")]
    uri: Option<RawText>,
}

impl Whole {
    /// The report, if it agrees with what it says about itself.
    pub(super) fn read(mut self) -> Result<ReadReport, ReadError> {
        let findings = std::mem::take(&mut self.findings.0);
        let notifications = std::mem::take(&mut self.notifications.0);
        let findings = findings.into_iter().map(|finding| finding.0).collect();
        self.into_report(findings, notifications.into_iter().map(|one| one.0).collect())
    }
}

impl<F, N> Document<F, N> {
    /// The report that these belong to, if it agrees with what it says about itself.
    pub(super) fn into_report(
        self,
        findings: Vec<Finding>,
        notifications: Vec<Notification>,
    ) -> Result<ReadReport, ReadError> {
        let (tool, said) = (self.tool.0, self.summary.0);
        let summary = Summary {
            files: said.files.0,
            bytes: said.bytes.0,
            skipped: Skipped {
                binary: said.skipped.0.binary.0,
                symlinks: said.skipped.0.symlinks.0,
            },
        };
        let mut report = Report::new(findings, notifications, summary);
        report.change = self.change.map(change);
        report.policy = self.policy.map(|Object(policy)| PolicyUse {
            name: policy.name.0,
            digest: policy.digest.0,
            revision: policy.revision.map(|revision| revision.0.0),
        });
        report.review = self.review.0;

        let fail_on = self.fail_on.map(|severity| severity.0);
        let enabled_rules = tool.enabled_rules.0;
        agrees("tool.rules", tool.rules, enabled_rules.len())?;
        check_counts(&said.findings.0, &report)?;
        let open = report.open_findings().count();
        agrees("summary.suppressed", said.suppressed, report.findings().len() - open)?;
        let unfinished = report.notifications().iter();
        let unfinished = unfinished.filter(|one| one.level == NotificationLevel::Incomplete);
        agrees("summary.incomplete", said.incomplete, unfinished.count())?;
        let outcome = report.outcome(fail_on);
        if self.outcome.0 != outcome {
            return Err(ReadError::Contradiction {
                field: "outcome",
                said: outcome_name(self.outcome.0).to_owned(),
                counted: outcome_name(outcome).to_owned(),
            });
        }
        Ok(ReadReport {
            report,
            version: tool.version.0.0,
            fail_on,
            enabled_rules,
            rules_digest: tool.rules_digest.0,
        })
    }
}

fn check_counts(said: &BySeverityObject, report: &Report) -> Result<(), ReadError> {
    let count = |severity| {
        report
            .open_findings()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    agrees("summary.findings.total", said.total, report.open_findings().count())?;
    agrees("summary.findings.critical", said.critical, count(Severity::Critical))?;
    agrees("summary.findings.high", said.high, count(Severity::High))?;
    agrees("summary.findings.medium", said.medium, count(Severity::Medium))?;
    agrees("summary.findings.low", said.low, count(Severity::Low))?;
    agrees("summary.findings.info", said.info, count(Severity::Info))
}

fn agrees(field: &'static str, said: Count, counted: usize) -> Result<(), ReadError> {
    if said.0 == counted {
        return Ok(());
    }
    Err(ReadError::Contradiction {
        field,
        said: said.0.to_string(),
        counted: counted.to_string(),
    })
}

fn change(Object(object): Object<ChangeObject>) -> Change {
    Change {
        base: object.base.0.0,
        head: object.head.0.0,
        guarded: object.guarded,
        added: object.added_lines.0,
    }
}

/// The ids of rules, sorted and each once, so that they can be searched.
#[derive(Deserialize)]
#[serde(try_from = "List<Noun<RuleId>>")]
struct ReadIds(Vec<RuleId>);

impl TryFrom<List<Noun<RuleId>>> for ReadIds {
    type Error = Fault;

    fn try_from(ids: List<Noun<RuleId>>) -> Result<Self, Fault> {
        let ids: Vec<_> = ids.0.into_iter().map(|id| id.0).collect();
        let is_sorted = ids.windows(2).all(|pair| pair[0] < pair[1]);
        is_sorted.then_some(Self(ids)).ok_or(Fault::Ids)
    }
}

#[derive(Deserialize)]
#[serde(try_from = "Object<AddedLinesObject>")]
struct ReadAddedLines(AddedLines);

impl TryFrom<Object<AddedLinesObject>> for ReadAddedLines {
    type Error = Fault;

    fn try_from(Object(object): Object<AddedLinesObject>) -> Result<Self, Fault> {
        let added = AddedLines {
            total: object.total.0,
            declared_ai: object.declared_ai.0,
            declared_human: object.declared_human.0,
        };
        let parts = [added.declared_ai, added.declared_human, object.unknown.0];
        let sum = parts.into_iter().try_fold(0, usize::checked_add);
        (sum == Some(added.total))
            .then_some(Self(added))
            .ok_or(Fault::AddedLines)
    }
}

#[derive(Deserialize)]
#[serde(try_from = "Object<ReviewObject>")]
struct ReadReview(Review);

impl TryFrom<Object<ReviewObject>> for ReadReview {
    type Error = Fault;

    fn try_from(Object(object): Object<ReviewObject>) -> Result<Self, Fault> {
        let review = Review::new(object.reasons.0.into_iter().map(|reason| reason.0).collect());
        if review.is_required() == object.required {
            Ok(Self(review))
        } else {
            Err(Fault::Review)
        }
    }
}

#[derive(Deserialize)]
#[serde(try_from = "Object<ReasonObject>")]
struct ReadReason(ReviewReason);

impl TryFrom<Object<ReasonObject>> for ReadReason {
    type Error = Fault;

    fn try_from(Object(object): Object<ReasonObject>) -> Result<Self, Fault> {
        Ok(Self(ReviewReason {
            cause: object.cause.0,
            path: path_or_none(object.uri.as_ref(), object.path.as_ref())?,
            line: object.line.map(|line| line.0),
            message: object.message.0,
        }))
    }
}

#[derive(Deserialize)]
#[serde(try_from = "Object<NotificationObject>")]
pub(super) struct ReadNotification(pub(super) Notification);

impl TryFrom<Object<NotificationObject>> for ReadNotification {
    type Error = Fault;

    fn try_from(Object(object): Object<NotificationObject>) -> Result<Self, Fault> {
        Ok(Self(Notification {
            path: path_or_none(object.uri.as_ref(), object.path.as_ref())?,
            id: Cow::Owned(object.id.0.0),
            level: object.level.0,
            message: object.message.0,
            hint: object.hint.map(|text| text.0),
        }))
    }
}
