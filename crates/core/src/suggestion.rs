//! "Did you mean": the known word nearest to a mistyped one.

/// The known word that is most like `given`, if any is alike enough to be what was meant.
pub fn closest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|word| (strsim::jaro_winkler(given, word), word))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_nonsense_finds_none() {
        assert_eq!(closest("severty", ["summary", "severity"]), Some("severity"));
        assert_eq!(closest("qqq", ["summary", "severity"]), None);
    }
}
