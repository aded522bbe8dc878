//! What holds for every format, whatever stands in the scanned files.

use proptest::prelude::*;
use serde_json::Value;
use weighbridge_core::{Report, Severity, Summary, admit};

use crate::Format;
use crate::sample::{self, HOSTILE, SECRET};

pub(crate) fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(HOSTILE.to_owned()),
        Just(format!("tok_{SECRET}")),
        Just("\r\n".to_owned()),
        Just("eval(".to_owned()),
        Just("##[x".to_owned()),
        Just("🙂\u{202e}\t".to_owned()),
        "\\PC{0,20}",
        Just("a".repeat(400)),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Findings at any place of any text in any file, with messages that quote it.
pub(crate) fn report() -> impl Strategy<Value = Report> {
    let part = (
        hostile_text(),
        any::<Vec<u8>>(),
        0usize..800,
        0usize..800,
        0usize..5,
        any::<bool>(),
    );
    proptest::collection::vec(part, 0..4).prop_map(|parts| {
        let mut findings = Vec::new();
        for (text, path, start, length, severity, is_known) in parts {
            let path = weighbridge_core::SourcePath::new(&path);
            let source = weighbridge_core::Source::new(path, weighbridge_core::Language::TEXT, text.as_bytes());
            let rule = if is_known { "python/eval-call" } else { "other/rule" };
            let mut one = sample::detection(&source, rule, "");
            let start = start.min(text.len());
            one.span = weighbridge_core::Span::new(start, (start + length).min(text.len()));
            one.severity = Severity::ALL[severity];
            one.message = vec![weighbridge_core::MessagePart::Source(one.span)];
            one.flow = Some(weighbridge_core::DetectedFlow {
                origin: weighbridge_core::Origin::ALL[severity],
                is_tamed: is_known,
                steps: vec![one.span; severity],
            });
            let secrets = text.match_indices(SECRET).map(|(at, _)| {
                let mut secret = sample::detection(&source, "secret/test-token", "");
                let span = weighbridge_core::Span::new(at, at + SECRET.len());
                secret.span = span;
                secret.secret = Some(weighbridge_core::Secret { span, shown_prefix: 0 });
                secret
            });
            let detections = secrets.chain([one.clone()]).collect();
            findings.extend(admit(&source, detections));
        }
        Report::new(findings, Vec::new(), Summary::default())
    })
}

/// The line without the one command that a format writes for a log runner; `None` if it is another.
fn without_our_command(format: Format, line: &str) -> Option<&str> {
    match format {
        Format::Github => {
            let (command, message) = line.strip_prefix("::")?.split_once("::")?;
            let is_known = ["error ", "warning ", "notice "]
                .iter()
                .any(|known| command.starts_with(known));
            let is_ours = |property: &str| {
                let name = property.split('=').next().unwrap_or_default();
                ["file", "line", "endLine", "col", "endColumn", "title"].contains(&name)
            };
            let (_, properties) = command.split_once(' ')?;
            // What stands behind `::` in a line is text for the runner.
            (is_known && properties.split(',').all(is_ours)).then(|| message.trim_start_matches([':', ' ']))
        }
        Format::Azure => {
            let (command, message) = line.strip_prefix("##vso[task.logissue type=")?.split_once(']')?;
            let is_ours = |property: &str| {
                let name = property.split('=').next().unwrap_or_default();
                [
                    "error",
                    "warning",
                    "sourcepath",
                    "linenumber",
                    "columnnumber",
                    "code",
                    "",
                ]
                .contains(&name)
            };
            command.split(';').all(is_ours).then_some(message)
        }
        _ => Some(line),
    }
}

/// Checks that nothing in a text is obeyed by whoever reads it.
#[track_caller]
pub(crate) fn assert_harmless(format: Format, text: &str) {
    for line in text.lines() {
        let Some(text) = without_our_command(format, line) else {
            panic!("{format}: {line}")
        };
        assert!(!text.contains("##[") && !text.contains("##vso["), "{format}: {line}");
        assert!(!text.trim_start().starts_with("::"), "{format}: {line}");
        let is_hidden = |c: char| (c.is_control() && c != '\t') || c == '\u{202e}';
        assert!(!line.contains(is_hidden), "{format}: {line:?}");
    }
    match format {
        Format::Html => {
            assert_eq!(text.matches("<script").count(), 1);
            assert_eq!(text.matches("</script").count(), 1);
            assert!(!text.contains("<!--"));
        }
        Format::Markdown => {
            let outside = outside_of_code(text);
            assert!(!outside.contains(['@', '#', '!', '*']), "{outside}");
            assert!(!text.contains("<!--"));
        }
        Format::Junit => assert!(!text.contains("]]>")),
        // These are lines of text.
        Format::Text | Format::Concise | Format::Github | Format::Azure => {}
        _ => {
            // These are JSON.
            assert!(!text.contains("]]>") && !text.contains("</") && !text.contains("<!--"));
        }
    }
}

/// The words of Markdown that a forge reads, without the lines and the marks that we write ourselves.
fn outside_of_code(text: &str) -> String {
    let mut outside = String::new();
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        match fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if line.starts_with("```") => fence = line.strip_suffix("text"),
            None if ["<details>", "## ", "### "].iter().any(|ours| line.starts_with(ours)) => {}
            None => {
                let mut rest = line.strip_prefix("* ").unwrap_or(line).replace("**", "");
                while let Some(start) = rest.find('`') {
                    let length = rest[start..].len() - rest[start..].trim_start_matches('`').len();
                    let marks = "`".repeat(length);
                    let Some(end) = rest[start + length..].find(&marks) else {
                        break;
                    };
                    rest.replace_range(start..start + end + 2 * length, "");
                }
                outside.push_str(&rest);
                outside.push('\n');
            }
        }
    }
    outside
}

proptest! {
    #[test]
    fn whatever_is_found_every_format_stays_whole(report in report()) {
        let findings = report.findings().len();
        for &format in Format::ALL {
            let text = sample::emitted_from(format, &report);
            prop_assert!(!text.contains(SECRET), "{} shows the secret:\n{}", format, text);
            assert_harmless(format, &text);
            match format {
                Format::Concise => prop_assert_eq!(text.lines().count(), findings),
                Format::Jsonl => {
                    prop_assert_eq!(text.lines().count(), findings + 1);
                    for line in text.lines() {
                        prop_assert!(serde_json::from_str::<Value>(line).is_ok());
                    }
                }
                Format::Json => {
                    let json: Value = serde_json::from_str(&text).unwrap();
                    prop_assert_eq!(json["findings"].as_array().map(Vec::len), Some(findings));
                }
                Format::Sarif => {
                    let sarif: Value = serde_json::from_str(&text).unwrap();
                    let results = sarif["runs"][0]["results"].as_array().unwrap();
                    prop_assert_eq!(results.len(), findings);
                    for result in results {
                        let region = &result["locations"][0]["physicalLocation"]["region"];
                        let at = |key: &str| region[key].as_u64().unwrap();
                        prop_assert!((at("startLine"), at("startColumn")) < (at("endLine"), at("endColumn")));
                        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
                        prop_assert_eq!(&sarif["runs"][0]["tool"]["driver"]["rules"][rule]["id"], &result["ruleId"]);
                    }
                }
                Format::SarifFull => {
                    let sarif: Value = serde_json::from_str(&text).unwrap();
                    prop_assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(findings));
                }
                Format::GitlabCodequality => {
                    let json: Value = serde_json::from_str(&text).unwrap();
                    prop_assert_eq!(json.as_array().map(Vec::len), Some(findings));
                }
                Format::Rdjson => {
                    let json: Value = serde_json::from_str(&text).unwrap();
                    prop_assert_eq!(json["diagnostics"].as_array().map(Vec::len), Some(findings));
                }
                Format::GitlabSast | Format::GitlabSecrets => {
                    prop_assert!(serde_json::from_str::<Value>(&text).is_ok());
                }
                Format::Junit => prop_assert_eq!(text.matches("<testcase ").count(), findings),
                Format::Html => {
                    prop_assert_eq!(text.matches("<article ").count(), findings);
                }
                Format::Markdown => prop_assert!(text.chars().count() <= 65_536),
                Format::Text | Format::Github | Format::Azure => {}
            }
        }
    }
}
