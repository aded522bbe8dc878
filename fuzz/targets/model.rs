//! What the targets for model files share: all rules over one file.

use std::sync::LazyLock;

use weighbridge_core::{Language, Source, SourcePath};
use weighbridge_inspect::{Inspector, Neighbourhood};
use weighbridge_rules::{RuleUse, built_in_rules};

static INSPECTOR: LazyLock<Inspector<'static>> = LazyLock::new(|| {
    let uses = built_in_rules().iter().map(|rule| RuleUse { rule, reported: true, severity: rule.severity });
    Inspector::new(&uses.collect::<Vec<_>>())
});

/// Looks into `beginning` and `bytes` behind it under the name `name`, twice, and demands the same answer and places inside of the listing.
#[allow(dead_code)]
pub fn inspect(name: &str, beginning: &[u8], bytes: &[u8]) {
    let file = [beginning, bytes].concat();
    let first = INSPECTOR.inspect(name, Neighbourhood::Models, &file);
    let second = INSPECTOR.inspect(name, Neighbourhood::Models, &file);
    assert_eq!(first.listing, second.listing, "the same bytes give the same listing");
    assert_eq!(first.detections, second.detections, "the same bytes give the same detections");
    for detection in &first.detections {
        assert!(detection.span.end <= first.listing.len(), "a detection lies in the listing");
    }
}

/// Looks at a text under the name `name`.
#[allow(dead_code)]
pub fn configuration(name: &str, bytes: &[u8]) {
    let source = Source::new(SourcePath::new(name.as_bytes()), Language::TEXT, bytes);
    for detection in INSPECTOR.configuration(&source) {
        assert!(detection.span.end <= bytes.len(), "a detection lies in the text");
    }
}
