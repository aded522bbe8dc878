//! Text that stands for a secret and is none.

use std::sync::LazyLock;

use regex::bytes::Regex;

/// Longer spans hold short runs by chance: four times `x` in any case, once in a few thousand tokens of 200 characters.
const LONG: usize = 64;

/// Words that no generator puts into a key, and shapes of templates.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    let words = "example|placeholder|changeme|change[-_]me|redacted|your[-_]|my[-_]?(?:secret|token|key|password)|insert[-_]|\
                 not[-_]?(?:a|real)[-_]|foobar|123456789|abcdefgh|0123456|x{8}|\\*\\*\\*|\\.\\.\\.|_{8}";
    let templates = r"\$\{|\$\(|\{\{|\{%|<[A-Za-z][A-Za-z0-9 _-]*>|%\(|%s|\{[A-Za-z_][A-Za-z0-9_.]*\}|process\.env|os\.environ|getenv";
    crate::regexes::compile(&format!("(?i:{words})|{templates}"), false).expect("a constant expression")
});

/// Words that a short text holds on purpose and a long one by chance.
static SHORT_PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    crate::regexes::compile("(?i:dummy|sample|replace|todo|fixme|fake|lorem|xxxx|____)", false)
        .expect("a constant expression")
});

/// Whether `text` visibly stands for a secret: a template, a word such as `example`, or one character over and over.
pub(crate) fn is_placeholder(text: &[u8]) -> bool {
    PLACEHOLDER.is_match(text) || (text.len() <= LONG && SHORT_PLACEHOLDER.is_match(text)) || is_monotonous(text)
}

/// Whether hardly any two characters differ.
fn is_monotonous(text: &[u8]) -> bool {
    let mut seen = [false; 256];
    let distinct = text
        .iter()
        .filter(|&&byte| !std::mem::replace(&mut seen[usize::from(byte)], true))
        .count();
    text.len() >= 8 && distinct <= 2
}

/// Shannon entropy of `text` in bits a byte; 0 for nothing.
///
/// Source: [Shannon 1948, §6](https://doi.org/10.1002/j.1538-7305.1948.tb01338.x).
#[expect(clippy::cast_precision_loss, reason = "spans of secrets are far below 2^52 bytes")]
pub(crate) fn entropy(text: &[u8]) -> f64 {
    let mut counts = [0_usize; 256];
    text.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    let total = text.len() as f64;
    let share = |count: usize| {
        let share = count as f64 / total;
        -share * share.log2()
    };
    counts.into_iter().filter(|&count| count > 0).map(share).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_are_told_from_secrets() {
        for text in [
            "${TOKEN}",
            "{{ api_key }}",
            "<your-token>",
            "AKIAIOSFODNN7EXAMPLE",
            "xxxxxxxxxxxx",
            "changeme",
            "aaaaaaaabbbb",
        ] {
            assert!(is_placeholder(text.as_bytes()), "{text}");
        }
        for text in ["Tr0ub4dor&3", "9f86d081884c7d65"] {
            assert!(!is_placeholder(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn entropy_counts_bits() {
        assert!((entropy(b"abcd") - 2.0).abs() < 1e-9);
        assert!(entropy(b"aaaa").abs() < 1e-9);
        assert!(entropy(b"").abs() < 1e-9);
    }
}
