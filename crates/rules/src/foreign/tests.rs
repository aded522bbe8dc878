//! Rules of other scanners: what is kept, what is said about the rest. The rules here are made up for the tests.

use std::path::Path;

use super::required::required;
use super::*;
use crate::{Detector, Page, Pattern};

fn imported(name: &str, text: &str) -> Imported {
    import(Path::new(name), text).unwrap()
}

fn pattern(page: &(String, String)) -> (Page, Pattern) {
    let page = Page::parse(&page.0, &page.1).unwrap_or_else(|error| panic!("{}: {}", error.line, error.problem));
    let Detector::Pattern(pattern) = page.rule.detector.clone() else {
        panic!("an imported rule is a pattern");
    };
    (page, pattern)
}

#[test]
fn a_rule_in_toml_becomes_a_page() {
    let text = r#"
[[rules]]
id = "Harbour Token"
description = "A Harbour token was found. It opens all."
regex = '''(?i)harbour[\w.-]{0,9}=\s*(hbr_[a-z0-9]{20})(;|$)'''
secretGroup = 1
entropy = 3.5
keywords = ["HBR_"]
tags = ["x"]
[[rules.allowlists]]
regexTarget = "line"
regexes = ['''(?i)sample''']
stopwords = ["not-this"]
"#;

    let imported = imported("own.toml", text);

    assert_eq!(imported.remarks, [""; 0]);
    let (page, pattern) = pattern(&imported.pages[0]);
    assert_eq!(page.rule.id.as_str(), "gitleaks/harbour-token");
    assert_eq!(page.rule.summary, "A Harbour token was found");
    assert!(page.rule.sensitive && page.rule.ignore_case);
    assert_eq!(page.rule.keywords[0][0], "harbour");
    assert_eq!(
        pattern.regex,
        r"(?i)harbour[\w.-]{0,9}=\s*(?P<secret>hbr_[a-z0-9]{20})(;|$)"
    );
    assert_eq!(pattern.entropy, Some(3.5));
    assert_eq!(
        (&pattern.allow[..], &pattern.allow_line[..]),
        (&[r"(?i)not\-this".into()][..], &["(?i)sample".into()][..])
    );
}

#[test]
fn a_required_rule_becomes_the_other_half_of_a_pair() {
    let text = "[[rules]]\nid='id'\nregex='HID[0-9]{8}'\n[[rules]]\nid='key'\nregex='hkey-([0-9a-f]{32})'\n[[rules.required]]\nid='id'\nwithinLines=3\n";

    let (_, pattern) = pattern(&imported("a.toml", text).pages[1]);

    assert_eq!(
        (pattern.beside.as_deref(), pattern.within_lines),
        (Some("HID[0-9]{8}"), 3)
    );
}

#[test]
fn a_rule_in_yaml_becomes_a_page() {
    let text = r"
rules:
  - name: Harbour Key
    id: np.harbour.1
    pattern: |
      (?x)
      \b
      (?P<TOKEN> HARB-[A-Z0-9]{24} )   # the key (all of it)
      \b
    min_entropy: 3
    confidence: high
    visible: false
    pattern_requirements:
      min_digits: 2
      ignore_if_contains: [EXAMPLE]
    examples: ['nothing']
";

    let imported = imported("own.yml", text);

    assert_eq!(
        imported.remarks,
        ["`np.harbour.1`: its requirement `min_digits` is not followed"]
    );
    let (page, pattern) = pattern(&imported.pages[0]);
    assert_eq!(
        (page.rule.id.as_str(), page.rule.default),
        ("kingfisher/np-harbour-1", false)
    );
    assert_eq!(page.rule.keywords[0][0], "HARB-");
    assert!(
        pattern
            .regex
            .contains("(?P<secret> HARB-[A-Z0-9]{24} )   # the key (all of it)")
    );
}

#[test]
fn what_cannot_be_kept_is_said() {
    let text = "[allowlist]\npaths=['go.sum']\n[[rules]]\nid='path-only'\npath='p12$'\n[[rules]]\nid='wide'\nregex='[a-z]{40}'\n[[rules]]\nid='odd'\nregex='abc(?=d)'\n";

    let imported = imported("a.toml", text);

    assert_eq!(imported.pages, []);
    let said = imported.remarks.join("\n");
    for part in [
        "paths and commits of allowlists",
        "`path-only` is left out",
        "`wide` is left out: no word",
        "`odd` is left out: its expression",
    ] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn other_files_are_no_rules() {
    let error = |name: &str, text: &str| import(Path::new(name), text).unwrap_err();

    assert_eq!(error("a.toml", "x = 1"), ImportError::NoRules);
    assert_eq!(error("a.yml", "- a\n- b\n"), ImportError::NoRules);
    assert!(matches!(error("a.toml", "x = = 1"), ImportError::Toml(_)));
    assert!(matches!(error("a.yaml", "a: [1"), ImportError::Yaml(_)));
    assert!(is_foreign(Path::new("x/Rules.YML")) && !is_foreign(Path::new("rules")));
}

#[test]
fn signs_that_engines_take_differently_are_escaped() {
    for (given, number, ours) in [
        (r"a{2}{b|{c", None, r"a{2}\{b|\{c"),
        ("[[a]]", None, r"[\[a]]"),
        ("[]a-]", None, r"[\]a-]"),
        ("[a&&b--c]", None, r"[a\&&b\--c]"),
        ("[[:alpha:]_](x)", None, "[[:alpha:]_](?P<secret>x)"),
        (r"(?:a)\((b)(c)", Some(2), r"(?:a)\((b)(?P<secret>c)"),
        ("(?<key>a)", None, "(?P<secret>a)"),
        ("(a)", Some(usize::MAX), "(a)"),
    ] {
        assert_eq!(expression::translated(given, number), ours, "{given}");
    }
}

#[test]
fn words_are_what_every_match_contains() {
    let words = |regex: &str| {
        required(regex)
            .unwrap()
            .map(|words| (words.words.join(" "), words.ignores_case))
    };

    assert_eq!(words("x?abcd[0-9]+"), Some(("abcd".to_owned(), false)));
    assert_eq!(words("(?i)sEcret[0-9]"), Some(("secret".to_owned(), true)));
    assert_eq!(words("(?:abc|xyz[0-9])_?"), Some(("abc xyz".to_owned(), false)));
    assert_eq!(words("(?:abc|[0-9])"), None);
    assert_eq!(words("(?:abc)*"), None);
    assert_eq!(words("(?:abc)+(?:longer_word)?"), Some(("abc".to_owned(), false)));
}
