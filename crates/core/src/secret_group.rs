//! Which findings show the same secret.

use std::collections::HashMap;
use std::fmt;

use crate::{Digest, Finding};

/// What tells a secret from others while a run lasts. No report holds it: of a short secret the digest would tell too much.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretKey(Digest);

impl SecretKey {
    /// The key of these bytes; `None` for nothing.
    pub(crate) fn of(secret: &[u8]) -> Option<Self> {
        (!secret.is_empty()).then(|| Self(Digest::of_parts(&[b"weighbridge/same-secret/1", secret])))
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

/// The findings of one secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretGroup {
    /// The number of the group, from 1, in the order of the report.
    pub number: usize,
    /// How many findings show the secret: two or more.
    pub places: usize,
}

/// Numbers the secrets that several of the findings show, and forgets what told them apart. Every finding stays.
pub(crate) fn group_secrets(findings: &mut [Finding]) {
    let mut places: HashMap<SecretKey, usize> = HashMap::new();
    for key in findings.iter().filter_map(|finding| finding.secret) {
        *places.entry(key).or_default() += 1;
    }
    let mut numbers: HashMap<SecretKey, usize> = HashMap::new();
    for finding in findings {
        let Some(key) = finding.secret.take() else { continue };
        let places = places[&key];
        if places > 1 {
            let next = numbers.len() + 1;
            let number = *numbers.entry(key).or_insert(next);
            finding.secret_group = Some(SecretGroup { number, places });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Confidence, RuleId};
    use crate::{Detection, Language, Report, Secret, Severity, Source, SourcePath, Span, Summary, admit};

    fn found(path: &str, text: &str, span: Span) -> Finding {
        let detection = Detection {
            rule: RuleId::from_static("secret/x"),
            span,
            scope: span,
            severity: Severity::High,
            confidence: Confidence::High,
            message: Vec::new(),
            help: None,
            secret: Some(Secret { span, shown_prefix: 0 }),
            reported: true,
            suppression: None,
            fix: None,
            flow: None,
        };
        let source = Source::new(SourcePath::new(path.as_bytes()), Language::TEXT, text.as_bytes());
        admit(&source, vec![detection]).remove(0)
    }

    #[test]
    fn every_place_of_a_secret_stays_and_has_the_number_of_the_others() {
        let first = found("a", "k=one-secret", Span::new(2, 12));
        let same = found("b", "key = one-secret", Span::new(6, 16));
        let other = found("c", "k=other", Span::new(2, 7));

        let report = Report::new(vec![other, same, first], Vec::new(), Summary::default());

        let groups: Vec<_> = report.findings().iter().map(|finding| finding.secret_group).collect();
        let group = Some(SecretGroup { number: 1, places: 2 });
        assert_eq!(groups, [group, group, None]);
        assert!(report.findings().iter().all(|finding| finding.secret.is_none()));
    }

    #[test]
    fn a_key_shows_nothing_of_its_secret() {
        assert_eq!(format!("{:?}", SecretKey::of(b"abc")), "Some(SecretKey(…))");
        assert_eq!(SecretKey::of(b""), None);
    }
}
