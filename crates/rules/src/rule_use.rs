//! A rule as a run uses it, and what it says about a place.

use weighbridge_core::{Detection, MessagePart, Secret, Severity, Span};

use crate::Rule;

/// A rule as it is to be used in a run.
#[derive(Clone, Copy, Debug)]
pub struct RuleUse<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// Whether its detections become findings. Sensitive rules that are switched off are passed with `false`: they still mask.
    pub reported: bool,
    /// The severity its findings get.
    pub severity: Severity,
}

impl RuleUse<'_> {
    /// What the rule says about `span`; `{name}` is left for the caller to fill in.
    pub fn detection(&self, span: Span, scope: Span) -> Detection {
        let rule = self.rule;
        let mut message = Vec::new();
        for (index, text) in rule.message_template().split("{match}").enumerate() {
            if index > 0 {
                message.push(MessagePart::Source(span));
            }
            message.push(MessagePart::Text(text.to_owned()));
        }
        Detection {
            rule: rule.id.clone(),
            span,
            scope,
            severity: self.severity,
            confidence: rule.confidence,
            message,
            help: rule.help.as_deref().map(str::to_owned),
            secret: rule.sensitive.then_some(Secret {
                span,
                shown_prefix: rule.shown_prefix.min(span.len()),
            }),
            reported: self.reported,
            suppression: None,
            fix: None,
            flow: None,
        }
    }
}
