//! From detection to finding: the one door.
//!
//! A detection holds spans and no bytes. [`admit`] takes all detections of a file at once, because the mask of the whole file must
//! exist before any text is cut.

use std::collections::HashMap;

use crate::excerpt::shown_text;
use crate::flow::kept_steps;
use crate::{
    Confidence, DetectedFix, DetectedFlow, Edit, Excerpt, Finding, Fingerprint, Fix, Flow, FlowStep, Location, Mask,
    RuleId, SecretKey, Severity, Source, Span, Suppression, SuppressionKind, line_hashes,
};

/// Bytes of source text that a message may quote.
const MAX_QUOTED_BYTES: usize = 120;
/// Bytes of source text that a step of a flow may quote.
const MAX_STEP_BYTES: usize = 60;

/// A match of a rule in a source, before anything may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detection {
    /// The rule that matched.
    pub rule: RuleId,
    /// What the finding points at.
    pub span: Span,
    /// The statement or block around it: a suppression on any of its lines counts.
    pub scope: Span,
    /// How bad it is here.
    pub severity: Severity,
    /// How sure the rule is here.
    pub confidence: Confidence,
    /// What to say, in parts; text of the source only as spans.
    pub message: Vec<MessagePart>,
    /// What to do instead.
    pub help: Option<String>,
    /// The secret in it, if the rule is sensitive.
    pub secret: Option<Secret>,
    /// Whether it becomes a finding. `false` for sensitive rules that are switched off: they only mask.
    pub reported: bool,
    /// The inline suppression that covers it.
    pub suppression: Option<SuppressedBy>,
    /// What would take it away.
    pub fix: Option<DetectedFix>,
    /// Where the dangerous value comes from, if that was looked at and says anything.
    pub flow: Option<DetectedFlow>,
}

/// The inline suppression of a detection, as places in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuppressedBy {
    /// Where the suppression stands.
    pub at: usize,
    /// The reason behind it; may be empty. Text of the source like any other: it is cut through the mask.
    pub reason: Span,
}

/// Where a secret lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Secret {
    /// All of it.
    pub span: Span,
    /// How many leading bytes are a published constant and may be shown.
    pub shown_prefix: usize,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessagePart {
    /// Text of the rule.
    Text(String),
    /// Text of the source, which will be cut through the mask.
    Source(Span),
}

/// The findings of a file: masks what any of the detections hides, then cuts what each of them shows.
///
/// Sorted, and without two findings of one rule at the same span.
pub fn admit(source: &Source<'_>, detections: Vec<Detection>) -> Vec<Finding> {
    let all = Extent {
        findings: usize::MAX,
        line_hashes: true,
    };
    admit_first(source, detections, all).0
}

/// How much is wanted of a file.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Findings, the first ones in the file.
    pub findings: usize,
    /// Whether their [`line_hash`](Finding::line_hash) is read by anybody: it costs a pass over the text up to the last of them.
    pub line_hashes: bool,
}

/// The first findings of a file, and how many there are in all.
///
/// The mask is made of all detections; only what is returned is cut out of the source.
pub fn admit_first(source: &Source<'_>, mut detections: Vec<Detection>, extent: Extent) -> (Vec<Finding>, usize) {
    let mask = mask_of(&detections);
    detections.retain(|detection| detection.reported);
    detections.sort_by(|a, b| (a.span, &a.rule).cmp(&(b.span, &b.rule)));
    detections.dedup_by(|a, b| a.span == b.span && a.rule == b.rule);
    let total = detections.len();
    detections.truncate(extent.findings);
    if detections.is_empty() {
        return (Vec::new(), total);
    }
    let last = detections.iter().map(|detection| detection.span.start).max();
    let lines = last
        .filter(|_| extent.line_hashes)
        .map_or(0, |offset| source.position(offset).line);
    let hashes = line_hashes(source.bytes(), &mask, lines);
    let mut equals: HashMap<(RuleId, String), usize> = HashMap::new();
    let mut findings: Vec<_> = detections
        .into_iter()
        .map(|detection| {
            let text = shown_text(source, detection.span, &mask, 4096);
            let index = equals.entry((detection.rule.clone(), text.clone())).or_insert(0);
            let secret = detection
                .secret
                .map_or(&[][..], |secret| &source.bytes()[secret.span.range()]);
            let fingerprint = Fingerprint::new(&detection.rule, source.path(), &text, secret, *index);
            *index += 1;
            let location = location(source, detection.span);
            Finding {
                path: source.path().clone(),
                location,
                severity: detection.severity,
                confidence: detection.confidence,
                message: message_text(source, &mask, &detection.message),
                help: detection.help,
                excerpt: Excerpt::cut(source, detection.span, &mask),
                line_hash: hashes
                    .get(location.start.line - 1)
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                fingerprint,
                suppression: detection.suppression.map(|by| Suppression {
                    kind: SuppressionKind::Inline,
                    line: source.line_index(by.at) + 1,
                    reason: shown_text(source, by.reason, &mask, MAX_QUOTED_BYTES),
                }),
                rule: detection.rule,
                provenance: None,
                fix: detection.fix.map(|fix| placed(source, fix)),
                flow: detection.flow.map(|flow| shown_flow(source, &mask, &flow)),
                commit: None,
                secret_group: None,
                secret: SecretKey::of(secret),
            }
        })
        .collect();
    findings.sort();
    (findings, total)
}

fn location(source: &Source<'_>, span: Span) -> Location {
    Location {
        span,
        start: source.position(span.start),
        end: source.position(span.end),
    }
}

/// The fix with its edits in order, each with its place.
fn placed(source: &Source<'_>, fix: DetectedFix) -> Fix {
    let mut edits = fix.edits;
    edits.sort();
    Fix {
        applicability: fix.applicability,
        message: fix.message,
        edits: edits
            .into_iter()
            .map(|(span, content)| Edit {
                location: location(source, span),
                content,
            })
            .collect(),
    }
}

/// Everything that one of the detections hides.
pub fn mask_of(detections: &[Detection]) -> Mask {
    let hidden = detections.iter().filter_map(|detection| detection.secret);
    Mask::new(
        hidden
            .map(|secret| Span::new(secret.span.start + secret.shown_prefix, secret.span.end))
            .collect(),
    )
}

fn shown_flow(source: &Source<'_>, mask: &Mask, flow: &DetectedFlow) -> Flow {
    let step = |span: Span| FlowStep {
        location: location(source, span),
        text: first_line(&shown_text(source, span, mask, MAX_STEP_BYTES)),
    };
    Flow {
        origin: flow.origin,
        is_tamed: flow.is_tamed,
        steps: kept_steps(&flow.steps).map(step).collect(),
    }
}

fn first_line(text: &str) -> String {
    match text.split_once('\n') {
        Some((first, _)) => format!("{}…", first.trim_end()),
        None => text.to_owned(),
    }
}

fn message_text(source: &Source<'_>, mask: &Mask, parts: &[MessagePart]) -> String {
    parts
        .iter()
        .map(|part| match part {
            MessagePart::Text(text) => text.clone(),
            MessagePart::Source(span) => shown_text(source, *span, mask, MAX_QUOTED_BYTES),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, Origin, SourcePath};

    fn detection(rule: &'static str, span: Span) -> Detection {
        Detection {
            rule: RuleId::from_static(rule),
            span,
            scope: span,
            severity: Severity::High,
            confidence: Confidence::High,
            message: vec![MessagePart::Text("says ".to_owned()), MessagePart::Source(span)],
            help: None,
            secret: None,
            reported: true,
            suppression: None,
            fix: None,
            flow: None,
        }
    }

    fn admitted(text: &str, detections: Vec<Detection>) -> Vec<Finding> {
        admit(
            &Source::new(SourcePath::new(b"a.py"), Language::TEXT, text.as_bytes()),
            detections,
        )
    }

    #[test]
    fn a_rule_cannot_print_what_another_hides() {
        let mut secret = detection("secret/x", Span::new(6, 12));
        secret.secret = Some(Secret {
            span: Span::new(6, 12),
            shown_prefix: 2,
        });
        secret.reported = false;

        let findings = admitted(
            "print(\"s3cr3t\")",
            vec![detection("python/p", Span::new(0, 15)), secret],
        );

        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].message, "says print(\"s********t\")");
    }

    #[test]
    fn the_reason_of_a_suppression_is_masked_too() {
        let mut secret = detection("secret/x", Span::new(10, 16));
        secret.secret = Some(Secret {
            span: Span::new(10, 16),
            shown_prefix: 0,
        });
        let mut suppressed = detection("a/b", Span::new(0, 4));
        suppressed.suppression = Some(SuppressedBy {
            at: 0,
            reason: Span::new(5, 16),
        });

        let findings = admitted("eval pass s3cr3t", vec![suppressed, secret]);

        let suppression = findings[0].suppression.as_ref().expect("the first is suppressed");
        assert_eq!(suppression.reason, "pass ********");
    }

    #[test]
    fn the_steps_of_a_flow_are_masked_too() {
        let mut secret = detection("secret/x", Span::new(4, 10));
        secret.secret = Some(Secret {
            span: Span::new(4, 10),
            shown_prefix: 0,
        });
        let mut graded = detection("a/b", Span::new(11, 15));
        graded.flow = Some(DetectedFlow {
            origin: Origin::Request,
            is_tamed: false,
            steps: vec![Span::new(0, 10)],
        });

        let findings = admitted("get s3cr3t\neval", vec![graded, secret]);

        let flow = findings[1].flow.as_ref().expect("the second has a flow");
        assert_eq!(
            (flow.steps[0].text.as_str(), flow.steps[0].location.start.line),
            ("get ********", 1)
        );
    }

    #[test]
    fn equal_findings_get_different_fingerprints_and_doubles_vanish() {
        let span = Span::new(0, 4);

        let findings = admitted(
            "eval eval",
            vec![
                detection("a/b", Span::new(5, 9)),
                detection("a/b", span),
                detection("a/b", span),
            ],
        );

        assert_eq!(findings.len(), 2);
        assert_ne!(findings[0].fingerprint, findings[1].fingerprint);
        assert!(findings[0] < findings[1]);
    }
}
