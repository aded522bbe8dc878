//! The listing of a file: a line for everything that was seen, and the findings on its lines.

use std::fmt::Write as _;

use weighbridge_core::{Detection, MessagePart, Severity, Span};
use weighbridge_rules::RuleUse;

use crate::journal::Entry;
use crate::sign::Sign;

/// The text of a listing, with a span for the telling part of each line.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) text: String,
    /// For each entry its line, and the part of it that is what the entry says.
    pub(crate) spans: Vec<(Span, Span)>,
}

impl Listing {
    /// The listing of these entries.
    pub(crate) fn of(entries: &[Entry]) -> Self {
        let mut listing = Self::default();
        for entry in entries {
            let start = listing.text.len();
            if !entry.member.is_empty() {
                listing.text.push_str(&entry.member);
                listing.text.push_str(" @ ");
            }
            write!(listing.text, "{:#x} {} ", entry.offset, entry.kind).expect("writing to a string does not fail");
            let from = listing.text.len();
            listing.text.push_str(&entry.text);
            let to = listing.text.len();
            listing.text.push('\n');
            listing.spans.push((Span::new(start, to), Span::new(from, to)));
        }
        listing
    }
}

/// The rules of a run that are about model files, each with its sign.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uses<'r>(Vec<(Sign, RuleUse<'r>)>);

impl<'r> Uses<'r> {
    /// Those of `uses` whose pages name a sign.
    pub(crate) fn new(uses: &[RuleUse<'r>]) -> Self {
        let with_sign = uses.iter().filter_map(|rule_use| {
            let name = rule_use.rule.model_detector()?;
            Some((Sign::named(name)?, *rule_use))
        });
        Self(with_sign.collect())
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How bad the rules about `sign` find it.
    pub(crate) fn severities(&self, sign: Sign) -> impl Iterator<Item = Severity> + '_ {
        let of_sign = self.0.iter().filter(move |(known, _)| *known == sign);
        of_sign.map(|(_, rule_use)| rule_use.severity)
    }

    /// What the rules about `sign` say of a place. `name` is what `{name}` stands for.
    pub(crate) fn detections(&self, sign: Sign, name: &str, line: Span, span: Span, out: &mut Vec<Detection>) {
        for (_, rule_use) in self.0.iter().filter(|(known, _)| *known == sign) {
            let mut detection = rule_use.detection(span, line);
            for part in &mut detection.message {
                if let MessagePart::Text(text) = part {
                    *text = text.replace("{name}", name);
                }
            }
            out.push(detection);
        }
    }
}
