//! What the place of a file says about the credentials in it.

use weighbridge_core::{Confidence, Detection, SourcePath};

use crate::RuleUse;

/// Folders, and whole words of file names, of tests, examples and documentation.
const WORDS: [&[u8]; 19] = [
    b"__tests__",
    b"demo",
    b"demos",
    b"doc",
    b"docs",
    b"documentation",
    b"e2e",
    b"example",
    b"examples",
    b"fixture",
    b"fixtures",
    b"mock",
    b"mocks",
    b"sample",
    b"samples",
    b"spec",
    b"test",
    b"testdata",
    b"tests",
];

/// Where a file is a test, an example or documentation, a rule that knows no issuer is less sure of what it finds: most passwords there
/// open nothing. What an issuer marks as its own stays as sure as elsewhere.
pub(crate) fn weigh(path: &SourcePath, uses: &[RuleUse<'_>], found: &mut [Detection]) {
    if found.iter().all(|detection| detection.secret.is_none()) || !is_test_or_documentation(path) {
        return;
    }
    for detection in found {
        let is_generic = uses.iter().any(|one| one.rule.generic && one.rule.id == detection.rule);
        if is_generic && detection.secret.is_some() {
            detection.confidence = Confidence::Low;
        }
    }
}

/// Whether a folder or a word of the file's name says so: `tests/`, `test_login.py`, `login.spec.ts`, `README.md`.
fn is_test_or_documentation(path: &SourcePath) -> bool {
    let lower = path.as_bytes().to_ascii_lowercase();
    let mut parts = lower.rsplit(|byte| *byte == b'/');
    let name = parts.next().unwrap_or_default();
    let is_word = |word: &[u8]| WORDS.contains(&word);
    let is_page = [&b".md"[..], b".rst", b".adoc"]
        .iter()
        .any(|ending| name.ends_with(ending));
    is_page || parts.any(is_word) || name.split(|byte| matches!(byte, b'.' | b'_' | b'-')).any(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_examples_and_pages_are_told_by_their_names() {
        let is_one = |path: &str| is_test_or_documentation(&SourcePath::new(path.as_bytes()));

        for path in [
            "tests/a.py",
            "src/test_login.py",
            "web/login.spec.ts",
            "README.md",
            "a/Fixtures/b.json",
            "docs/x.html",
            "app-example.env",
        ] {
            assert!(is_one(path), "{path}");
        }
        for path in [
            "src/latest.py",
            "contest/a.py",
            "attestation.go",
            "settings.env",
            "testing.py/x.py",
        ] {
            assert!(!is_one(path), "{path}");
        }
    }

    #[test]
    fn the_words_are_sorted() {
        assert!(WORDS.is_sorted());
    }
}
