//! Encodings: what is decoded, what is left alone, and that findings point at the bytes of the file.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use weighbridge_core::{Finding, Language, Source, SourcePath, Span};
use weighbridge_rules::{built_in_rules, fill};

use super::*;
use crate::{Options, RuleUse, Scanner};

fn token() -> String {
    fill("{{fake:github-crc32:ghp_}}").expect("the recipe exists")
}

fn findings(text: &str) -> Vec<Finding> {
    let rules = built_in_rules()
        .iter()
        .filter(|rule| rule.id.as_str() == "secret/github-token");
    let uses = rules.map(|rule| RuleUse {
        rule,
        reported: true,
        severity: rule.severity,
    });
    let scanner = Scanner::new(uses.collect(), Options::default(), false);
    let source = Source::new(SourcePath::new(b"a.txt"), Language::TEXT, text.as_bytes());
    let report = scanner.worker().scan(&source);
    for finding in &report.findings {
        assert!(
            finding.location.span.range().all(|at| report.mask.covers(at)),
            "what is found is masked"
        );
    }
    report.findings
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn hexadecimal(text: &str) -> String {
    text.bytes()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat()
}

fn escaped(text: &str, one: fn(u8) -> String) -> String {
    text.bytes().map(one).collect()
}

#[test]
fn a_token_is_found_in_every_encoding_and_where_it_stands() {
    let told = format!("token={}\n", token());
    let encodings: [(&str, String); 9] = [
        ("base64", STANDARD.encode(&told)),
        ("base64", URL_SAFE_NO_PAD.encode(&told)),
        ("base64 of UTF-16", STANDARD.encode(wide(&told))),
        ("hexadecimal digits", hexadecimal(&told)),
        ("percent signs", escaped(&token(), |byte| format!("%{byte:02X}"))),
        ("escapes", escaped(&token(), |byte| format!("\\x{byte:02x}"))),
        ("escapes", escaped(&token(), |byte| format!("\\u{byte:04x}"))),
        ("entities", escaped(&token(), |byte| format!("&#{byte};"))),
        ("entities", escaped(&token(), |byte| format!("&#x{byte:x};"))),
    ];
    for (name, encoded) in encodings {
        let text = format!("first line\nvalue: \"{encoded}\"\n");

        let findings = findings(&text);

        assert_eq!(findings.len(), 1, "{encoded}");
        assert!(
            findings[0].message.ends_with(&format!(", written in {name}")),
            "{}",
            findings[0].message
        );
        let place = findings[0].location.span;
        assert!(
            place.start >= 19 && place.end <= 19 + encoded.len(),
            "{name}: {place:?}"
        );
        assert_eq!(findings[0].location.start.line, 2);
    }
}

#[test]
fn three_encodings_inside_of_one_another_are_undone_and_no_fourth() {
    let mut text = format!("the token is {} today", token());
    for depth in 1..=4 {
        text = STANDARD.encode(&text);

        assert_eq!(findings(&text).len(), usize::from(depth <= DEPTH), "{depth}");
    }
}

#[test]
fn base64_that_is_broken_into_lines_is_one_text() {
    let long = format!(
        "{} {} {}",
        "some words ".repeat(6),
        token(),
        "and more words ".repeat(4)
    );
    let encoded = STANDARD.encode(long);
    let lines: Vec<&str> = encoded
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();

    assert_eq!(findings(&format!("data: |\n  {}\n", lines.join("\n  "))).len(), 1);
}

#[test]
fn what_the_text_shows_as_it_stands_is_reported_once() {
    let text = format!("https://host/?q=a%20b&token={}&c=%41", token());

    let findings = findings(&text);

    assert_eq!(findings.len(), 1);
    assert!(!findings[0].message.contains("percent"));
}

#[test]
fn words_digests_and_pictures_are_no_encoded_text() {
    let digest = "9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015";
    let picture = STANDARD.encode([
        0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 1, 2, 3, 4, 5, 6,
    ]);
    for text in [
        "someVeryLongIdentifierInTheCodeOfAProgram",
        digest,
        &picture,
        "100 % of \\x00 and \\u4e2d",
        "%zz &nothing;",
    ] {
        assert!(decoded(text.as_bytes()).is_empty(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_decoded_without_a_panic_and_every_byte_comes_from_somewhere(text in proptest::collection::vec(any::<u8>(), 0..600)) {
        for decoded in decoded(&text) {
            let mut last = 0;
            for at in 0..decoded.text().len() {
                let origin = decoded.span_outside(Span::new(at, at + 1));
                prop_assert!(!origin.is_empty() && origin.end <= text.len() && origin.start >= last);
                last = origin.start;
            }
        }
    }

    #[test]
    fn what_was_encoded_comes_back(inner in "[ -~]{24,200}", before in "[ .,;]{0,20}", behind in "[ .,;]{0,20}") {
        let encoded = STANDARD.encode(&inner);
        let text = format!("{before}{encoded}{behind}");

        let all = decoded(text.as_bytes());

        prop_assert!(all.iter().any(|one| one.text() == inner.as_bytes()));
    }
}
