//! What GitHub wants of an upload, as far as it can be said here; `tests/sarif/check.sh` has the rest.

use serde_json::Value;
use weighbridge_core::{Report, Severity, Summary, admit};
use weighbridge_rules::{Rule, built_in_rules};

use crate::sample;
use crate::{Context, Format, Style, emit};

fn sarif(report: &Report, rules: &[&Rule]) -> Value {
    let mut out = Vec::new();
    emit(
        Format::Sarif,
        report,
        &sample::context(rules, Style::default()),
        &mut out,
    )
    .unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn texts<'a>(value: &'a Value, pointers: &[&str]) -> Vec<&'a str> {
    let text = |pointer: &&str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    pointers.iter().map(text).collect()
}

#[test]
fn sarif_of_the_sample() {
    insta::assert_snapshot!(sample::emitted(Format::Sarif));
}

#[test]
fn sarif_full_of_the_sample() {
    let sarif: Value = serde_json::from_str(&sample::emitted(Format::SarifFull)).unwrap();

    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), sample::report().findings().len());
    let suppressed: Vec<_> = results
        .iter()
        .filter(|result| result["suppressions"] != Value::Array(Vec::new()))
        .collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&suppressed).unwrap());
}

#[test]
fn sarif_full_leaves_nothing_out() {
    let sarif: Value = serde_json::from_str(&sample::emitted_from(Format::SarifFull, &sample::many(6_000))).unwrap();

    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(6_000));
}

#[test]
fn a_clean_run_has_an_empty_list_of_results() {
    let sarif = sarif(&Report::default(), &sample::rules());

    assert_eq!(sarif["runs"][0]["results"], Value::Array(Vec::new()));
    assert_eq!(
        sarif["runs"][0]["invocations"][0]["executionSuccessful"],
        Value::Bool(true)
    );
}

#[test]
fn suppressed_findings_are_left_out() {
    assert!(
        sample::report()
            .findings()
            .iter()
            .any(|finding| finding.suppression.is_some())
    );
    assert!(!sample::emitted(Format::Sarif).contains("src/old.py"));
}

#[test]
fn every_built_in_rule_is_within_the_limits() {
    let mut rules: Vec<_> = built_in_rules().iter().collect();
    rules.sort_by_key(|rule| &rule.id);

    let sarif = sarif(&Report::default(), &rules);

    let written = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(written.len(), rules.len());
    for (rule, written) in rules.iter().zip(written) {
        let id = rule.id.as_str();
        assert_eq!(written["id"], id);
        let required = texts(
            written,
            &[
                "/name",
                "/shortDescription/text",
                "/fullDescription/text",
                "/help/text",
                "/help/markdown",
                "/helpUri",
                "/defaultConfiguration/level",
            ],
        );
        assert!(required.iter().all(|text| !text.is_empty()), "{id}: {required:?}");
        assert!(required[0].len() <= 255, "{id}");
        assert!(
            required[1].chars().count() <= 1024 && required[2].chars().count() <= 1024,
            "{id}"
        );
        let tags = written["properties"]["tags"].as_array().unwrap();
        assert!(tags.len() <= 10, "{id}");
        let severity = written["properties"].get("security-severity");
        assert_eq!(severity.is_some(), tags.contains(&"security".into()), "{id}");
        assert_eq!(severity.is_none(), rule.severity == Severity::Info, "{id}");
        for cwe in rule.cwe.iter() {
            assert!(tags.contains(&format!("external/cwe/cwe-{cwe:03}").into()), "{id}");
        }
        let markdown = required[4];
        assert!(!markdown.contains("{{fake:") && !markdown.contains(" expect: "), "{id}");
        assert!(markdown.contains(&format!("weighbridge: ignore[{id}]")), "{id}");
    }
}

#[test]
fn of_too_many_results_the_most_severe_are_kept() {
    let text = "eval(x)\n".repeat(6_000);
    let source = sample::source("a.py", "python", &text);
    let detections = (0..6_000).map(|line| {
        let mut one = sample::detection(&source, "python/eval-call", "eval(x)");
        one.span.start += line * 8;
        one.span.end += line * 8;
        one.severity = if line < 2_000 { Severity::Low } else { Severity::High };
        one
    });
    let report = Report::new(admit(&source, detections.collect()), Vec::new(), Summary::default());

    let sarif = sarif(&report, &sample::rules());

    let run = &sarif["runs"][0];
    let results = run["results"].as_array().unwrap();
    let low = results.iter().filter(|result| result["level"] == "note").count();
    assert_eq!((results.len(), low), (5_000, 1_000));
    let notification = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(
        notification,
        "1,000 findings are left out, the least severe: GitHub shows no more than 5,000. \
         Write the format `json` as well, which holds all of them."
    );
}

/// The page of a rule may lie on a mirror.
#[test]
fn help_leads_to_the_pages_of_the_context() {
    let rules = sample::rules();
    let mut context = sample::context(&rules, Style::default());
    context.pages = "https://mirror.example/rules/";
    let mut out = Vec::new();

    emit(Format::Sarif, &Report::default(), &context, &mut out).unwrap();

    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("https://mirror.example/rules/python/eval-call.md") && !text.contains(Context::PAGES));
}
