//! What the targets for sources share: all rules over one source.

use std::sync::LazyLock;

use weighbridge_core::{Applicability, Source, SourcePath};
use weighbridge_rules::built_in_rules;
use weighbridge_scan::{Options, RuleUse, Scanner, decode_utf16, is_binary, language_of};

static SCANNER: LazyLock<Scanner<'static>> = LazyLock::new(|| {
    let uses = built_in_rules().iter().map(|rule| RuleUse { rule, reported: true, severity: rule.severity });
    Scanner::new(uses.collect(), Options::default(), false)
});

/// Scans `bytes` under the name `name`, twice, and demands the same answer and places inside the text.
pub fn scan(name: &str, bytes: &[u8]) {
    let path = SourcePath::new(name.as_bytes());
    let language = language_of(&path, bytes);
    let _ = is_binary(&path, language, bytes);
    let decoded = decode_utf16(bytes);
    let text = decoded.as_deref().unwrap_or(bytes);
    let source = Source::new(path, language, text);
    let first = SCANNER.worker().scan(&source);
    let second = SCANNER.worker().scan(&source);
    assert_eq!(first.findings, second.findings, "the same text gives the same findings");
    let fixed = SCANNER.worker().fix(&source, Applicability::Unsafe, &|_| true);
    assert!(fixed.text.is_some() || fixed.findings.is_empty(), "a finding is fixed by a change");
    for finding in &first.findings {
        assert!(finding.location.span.end <= text.len(), "a finding lies in the text");
        assert!(finding.location.start.line <= source.line_count(), "a finding lies on a line");
    }
}
