//! A finding, read back. The types are those of `json`, from the other side.

use serde::Deserialize;
use weighbridge_core::{
    Applicability, Confidence, Edit, Excerpt, ExcerptLine, Finding, Fingerprint, Fix, Flow, FlowStep, Location,
    MAX_FLOW_STEPS, Origin, Position, Provenance, RuleId, SecretGroup, Severity, Span, Suppression, SuppressionKind,
};

use super::values::{
    Commit, Count, Fault, LineHash, List, Noun, Object, OneOf, Ordinal, RawText, Text, nullable, path,
};
use crate::fixes;

/// A finding as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FindingObject {
    rule: Noun<RuleId>,
    severity: OneOf<Severity>,
    confidence: OneOf<Confidence>,
    message: Text,
    #[serde(deserialize_with = "nullable")]
    help: Option<Text>,
    path: RawText,
    uri: RawText,
    location: ReadLocation,
    excerpt: ReadExcerpt,
    fingerprint: Noun<Fingerprint>,
    line_hash: Noun<LineHash>,
    #[serde(deserialize_with = "nullable")]
    suppression: Option<Object<SuppressionObject>>,
    #[serde(deserialize_with = "nullable")]
    provenance: Option<OneOf<Provenance>>,
    #[serde(deserialize_with = "nullable")]
    fix: Option<ReadFix>,
    #[serde(deserialize_with = "nullable")]
    flow: Option<ReadFlow>,
    #[serde(deserialize_with = "nullable")]
    commit: Option<Noun<Commit>>,
    #[serde(deserialize_with = "nullable")]
    secret_group: Option<Object<SecretGroupObject>>,
    // These three belong to the rule. They are written anew from its page.
    #[serde(rename = "cwe")]
    _cwe: List<u32>,
    #[serde(rename = "tags")]
    _tags: List<Text>,
    #[serde(rename = "aliases")]
    _aliases: List<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretGroupObject {
    number: Ordinal,
    places: Ordinal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LocationObject {
    start: Object<PositionObject>,
    end: Object<PositionObject>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct PositionObject {
    line: Ordinal,
    column: Ordinal,
    column_utf16: Ordinal,
    offset: Count,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineObject {
    number: Ordinal,
    text: RawText,
    #[serde(deserialize_with = "nullable")]
    mark: Option<Object<MarkObject>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MarkObject {
    start: Count,
    end: Count,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuppressionObject {
    kind: OneOf<SuppressionKind>,
    line: Ordinal,
    reason: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FixObject {
    applicability: OneOf<Applicability>,
    message: Text,
    edits: List<Object<EditObject>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EditObject {
    location: ReadLocation,
    content: RawText,
}

/// A fix, put together.
#[derive(Deserialize)]
#[serde(try_from = "Object<FixObject>")]
struct ReadFix(Fix);

impl TryFrom<Object<FixObject>> for ReadFix {
    type Error = Fault;

    fn try_from(Object(object): Object<FixObject>) -> Result<Self, Fault> {
        let edits = object.edits.0.into_iter().map(|Object(edit)| Edit {
            location: edit.location.0,
            content: fixes::content(&edit.content.0),
        });
        let edits: Vec<_> = edits.collect();
        if edits.is_empty() {
            return Err(Fault::Edits);
        }
        Ok(Self(Fix {
            applicability: object.applicability.0,
            message: object.message.0,
            edits,
        }))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FlowObject {
    origin: OneOf<Origin>,
    tamed: bool,
    steps: List<Object<StepObject>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepObject {
    location: ReadLocation,
    text: Text,
}

/// A finding, put together.
#[derive(Deserialize)]
#[serde(try_from = "Object<FindingObject>")]
pub(super) struct ReadFinding(pub(super) Finding);

impl TryFrom<Object<FindingObject>> for ReadFinding {
    type Error = Fault;

    fn try_from(Object(object): Object<FindingObject>) -> Result<Self, Fault> {
        Ok(Self(Finding {
            path: path(&object.uri, &object.path)?,
            location: object.location.0,
            rule: object.rule.0,
            severity: object.severity.0,
            confidence: object.confidence.0,
            message: object.message.0,
            help: object.help.map(|text| text.0),
            excerpt: object.excerpt.0,
            fingerprint: object.fingerprint.0,
            line_hash: object.line_hash.0.0,
            suppression: object.suppression.map(|Object(suppression)| Suppression {
                kind: suppression.kind.0,
                line: suppression.line.0,
                reason: suppression.reason.0,
            }),
            provenance: object.provenance.map(|provenance| provenance.0),
            fix: object.fix.map(|fix| fix.0),
            flow: object.flow.map(|flow| flow.0),
            commit: object.commit.map(|commit| commit.0.0),
            secret_group: object.secret_group.map(|Object(group)| SecretGroup {
                number: group.number.0,
                places: group.places.0,
            }),
            secret: None,
        }))
    }
}

#[derive(Deserialize)]
#[serde(try_from = "Object<LocationObject>")]
struct ReadLocation(Location);

impl TryFrom<Object<LocationObject>> for ReadLocation {
    type Error = Fault;

    fn try_from(Object(LocationObject { start, end }): Object<LocationObject>) -> Result<Self, Fault> {
        let (start, end) = (start.0, end.0);
        let position = |object: PositionObject| Position {
            line: object.line.0,
            column: object.column.0,
            column_utf16: object.column_utf16.0,
        };
        let location = Location {
            span: Span::new(start.offset.0, end.offset.0),
            start: position(start),
            end: position(end),
        };
        // Emitters take the difference of columns on one line.
        let is_forward = start.offset.0 <= end.offset.0
            && location.start <= location.end
            && (location.start.line < location.end.line || location.start.column_utf16 <= location.end.column_utf16);
        is_forward.then_some(Self(location)).ok_or(Fault::Location)
    }
}

#[derive(Deserialize)]
#[serde(try_from = "Object<FlowObject>")]
struct ReadFlow(Flow);

impl TryFrom<Object<FlowObject>> for ReadFlow {
    type Error = Fault;

    fn try_from(Object(object): Object<FlowObject>) -> Result<Self, Fault> {
        if object.steps.0.len() > MAX_FLOW_STEPS {
            return Err(Fault::Flow);
        }
        let step = |Object(step): Object<StepObject>| FlowStep {
            location: step.location.0,
            text: step.text.0,
        };
        Ok(Self(Flow {
            origin: object.origin.0,
            is_tamed: object.tamed,
            steps: object.steps.0.into_iter().map(step).collect(),
        }))
    }
}

#[derive(Deserialize)]
#[serde(try_from = "List<Object<LineObject>>")]
struct ReadExcerpt(Excerpt);

impl TryFrom<List<Object<LineObject>>> for ReadExcerpt {
    type Error = Fault;

    fn try_from(lines: List<Object<LineObject>>) -> Result<Self, Fault> {
        let lines: Option<Vec<_>> = lines.0.into_iter().map(excerpt_line).collect();
        let excerpt = lines.and_then(Excerpt::restored).ok_or(Fault::Excerpt)?;
        Ok(Self(excerpt))
    }
}

/// Marks count characters in a report and bytes in an excerpt.
fn excerpt_line(Object(object): Object<LineObject>) -> Option<ExcerptLine> {
    let text = object.text.0;
    let mark = match object.mark {
        None => None,
        Some(Object(mark)) => Some((byte_offset(&text, mark.start.0)?, byte_offset(&text, mark.end.0)?)),
    };
    Some(ExcerptLine {
        number: object.number.0,
        text,
        mark,
    })
}

/// The bytes before the character with this number; `None` if there are fewer characters before it.
fn byte_offset(text: &str, characters: usize) -> Option<usize> {
    let starts = text.char_indices().map(|(offset, _)| offset);
    starts.chain([text.len()]).nth(characters)
}
