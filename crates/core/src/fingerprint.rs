//! The name of a finding that survives edits elsewhere in the file.

use std::fmt;

use crate::digest::is_lower_hex;
use crate::{Digest, RuleId, SourcePath};

/// Names a finding by what it says about which text, not by line number.
///
/// 128 bits of SHA-256 over version, rule, path, the text of the span as shown (white space folded, secrets masked), a short digest of
/// the secret if there is one, and the index among equals in the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of the `index`-th (from 0) finding of `rule` on `text` in `path`.
    pub fn new(rule: &RuleId, path: &SourcePath, text: &str, secret: &[u8], index: usize) -> Self {
        let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let digest = Digest::of_parts(&[
            b"weighbridge/fingerprint/1",
            rule.as_str().as_bytes(),
            path.as_bytes(),
            folded.as_bytes(),
            &secret_digest(secret),
            &(index as u64).to_le_bytes(),
        ]);
        let mut text = digest.to_string();
        text.truncate(32);
        Self(text)
    }

    /// The fingerprint that is written so; `None` unless it is 32 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 32 && text.bytes().all(is_lower_hex)).then(|| Self(text.to_owned()))
    }

    /// 32 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A few bits of a secret, so that an ignored finding does not hide its successor.
///
/// A fingerprint is public, so it must not let anybody try out candidates. A long random token cannot be guessed: 32 bits of its
/// digest enter. A short or regular one could be: 8 bits enter, which tell a changed secret in 255 of 256 cases and leave a
/// guesser with 1/256 of all candidates.
fn secret_digest(secret: &[u8]) -> Vec<u8> {
    if secret.is_empty() {
        return Vec::new();
    }
    let digest = Digest::of_parts(&[b"weighbridge/secret/1", secret]);
    let bytes = if secret.len() >= 24 && distinct_bytes(secret) >= 12 {
        4
    } else {
        1
    };
    digest.as_bytes()[..bytes].to_vec()
}

fn distinct_bytes(bytes: &[u8]) -> usize {
    let mut seen = [false; 256];
    bytes
        .iter()
        .filter(|&&byte| !std::mem::replace(&mut seen[usize::from(byte)], true))
        .count()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn of(text: &str, secret: &[u8], index: usize) -> Fingerprint {
        Fingerprint::new(&RuleId::from_static("a/b"), &SourcePath::new(b"f"), text, secret, index)
    }

    #[test]
    fn white_space_does_not_change_it_but_text_and_index_do() {
        assert_eq!(of("eval( x )", b"", 0), of("eval(\n  x )", b"", 0));
        assert_ne!(of("eval(x)", b"", 0), of("eval(y)", b"", 0));
        assert_ne!(of("eval(x)", b"", 0), of("eval(x)", b"", 1));
    }

    #[test]
    fn a_written_one_can_be_read_and_nothing_else_can() {
        let fingerprint = of("eval(x)", b"", 0);

        assert_eq!(Fingerprint::parse(fingerprint.as_str()), Some(fingerprint.clone()));
        for text in [
            "",
            &fingerprint.as_str()[1..],
            &fingerprint.as_str().to_uppercase(),
            &"é".repeat(16),
        ] {
            assert_eq!(Fingerprint::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_short_secret_cannot_be_looked_up() {
        let all: HashSet<_> = (0..5000u32)
            .map(|n| of("********", format!("pin{n}").as_bytes(), 0))
            .collect();

        assert!(
            all.len() <= 256,
            "{} different fingerprints tell {} candidates apart",
            all.len(),
            5000
        );
    }
}
