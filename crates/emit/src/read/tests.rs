//! What is written can be read, what is read is written the same, and nothing else is read.

use proptest::prelude::*;
use serde_json::{Value, json};
use weighbridge_core::{
    AddedLines, Change, Digest, Notification, PolicyUse, Provenance, Report, Review, ReviewCause, ReviewReason,
    SourcePath, Summary, Suppression, SuppressionKind,
};

use super::*;
use crate::{Context, Format, Style, emit, every_format, sample};

/// The report in `format`, in the context that it was read with.
fn emitted(format: Format, read: &ReadReport) -> String {
    let rules = read.rules(&sample::rules()).unwrap();
    let context = Context {
        rules: &rules,
        read_digest: Some(read.rules_digest),
        version: &read.version,
        fail_on: read.fail_on,
        style: Style::default(),
        pages: Context::PAGES,
    };
    let mut out = Vec::new();
    emit(format, &read.report, &context, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The sample with everything that a report can hold besides.
pub(super) fn full_sample() -> Report {
    let mut report = sample::report();
    let mut findings = report.findings().to_vec();
    findings[0].provenance = Some(Provenance::DeclaredAi);
    findings[1].suppression = Some(Suppression {
        kind: SuppressionKind::Baseline,
        line: 2,
        reason: "known\nfor years".to_owned(),
    });
    report = Report::new(findings, report.notifications().to_vec(), report.summary().clone());
    report.change = Some(Change {
        base: "a".repeat(40),
        head: "0123456789abcdef".repeat(4),
        guarded: true,
        added: AddedLines {
            total: 9,
            declared_ai: 4,
            declared_human: 3,
        },
    });
    report.policy = Some(PolicyUse {
        name: "ci/policy.toml".to_owned(),
        digest: Digest::of(b"policy"),
        revision: Some("b".repeat(40)),
    });
    report.review = Review::new(vec![
        ReviewReason {
            cause: ReviewCause::Guard,
            path: Some(SourcePath::new(b"./a\xff.toml")),
            line: Some(3),
            message: "the settings change".to_owned(),
        },
        ReviewReason {
            cause: ReviewCause::Generated,
            path: None,
            line: None,
            message: "nobody wrote it".to_owned(),
        },
    ]);
    report
}

pub(super) fn read(text: &str) -> ReadReport {
    read_report(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

/// What is said about the sample report after `change` was made to it.
fn refused(change: impl FnOnce(&mut Value)) -> String {
    let mut json = serde_json::from_str(&sample::emitted_from(Format::Json, &full_sample())).unwrap();
    change(&mut json);
    let error = read_report(json.to_string().as_bytes()).expect_err("the change is refused");
    assert!(!error.hint().is_empty());
    let text = error.to_string();
    // Where in the line depends on the sample.
    text.split_once(": ")
        .filter(|(place, _)| place.starts_with("line "))
        .map_or(text.clone(), |(_, problem)| problem.to_owned())
}

/// The first flow in the report.
fn flow(report: &mut Value) -> &mut Value {
    let findings = report["findings"].as_array_mut().unwrap();
    let mut flows = findings.iter_mut().map(|finding| &mut finding["flow"]);
    flows.find(|flow| flow.is_object()).unwrap()
}

#[test]
fn everything_that_a_report_holds_is_read() {
    for report in [full_sample(), sample::report(), Report::default()] {
        let text = sample::emitted_from(Format::Json, &report);

        let read = read(&text);

        assert_eq!(read.report.findings().len(), report.findings().len());
        assert_eq!(read.report.change, report.change);
        assert_eq!(read.version, "1.2.3");
        assert_eq!(emitted(Format::Json, &read), text);
    }
}

#[test]
fn a_report_of_another_version_is_told_from_a_broken_one() {
    let said = refused(|json| {
        json["schema_version"] = json!(2);
        json["more"] = json!("x");
    });

    assert_eq!(said, "its `schema_version` is 2, and this weighbridge reads 1");
}

#[test]
fn what_was_never_written_is_refused() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 29] = [
        (|json| json["more"] = json!(1), "unknown field `more`"),
        (|json| json["findings"][0]["more"] = json!(1), "unknown field `more`"),
        (|json| json["schema_version"] = json!("1"), "invalid type"),
        (|json| json["tool"]["name"] = json!("grep"), "expected `weighbridge`"),
        (|json| json["tool"]["version"] = json!("1 <b>"), "expected a version"),
        (|json| json["tool"]["rules"] = json!(2), "`tool.rules` says 2"),
        (
            |json| json["tool"]["enabled_rules"] = json!(["a/b", "a/a"]),
            "not sorted",
        ),
        (
            |json| json["tool"]["enabled_rules"] = json!(["a/b", "a/b"]),
            "there twice",
        ),
        (
            |json| json["outcome"] = json!("clean"),
            "`outcome` says clean, and the report holds incomplete",
        ),
        (|json| json["fail_on"] = json!("never"), "unexpected `never`"),
        (
            |json| json["summary"]["findings"]["high"] = json!(0),
            "`summary.findings.high` says 0",
        ),
        (|json| json["summary"]["bytes"] = json!(-1), "invalid value"),
        (|json| json["summary"]["files"] = json!(1u64 << 53), "is too large"),
        (|json| json["summary"]["skipped"] = json!([3, 1]), "expected an object"),
        (|json| json["change"]["base"] = json!("main"), "expected a commit"),
        (
            |json| json["change"]["added_lines"]["total"] = json!(1),
            "do not add up",
        ),
        (|json| json["review"]["required"] = json!(false), "does not agree"),
        (
            |json| json["findings"][0]["rule"] = json!("a/b\u{1b}[31m"),
            "expected the id of a rule",
        ),
        (
            |json| json["findings"][0]["uri"] = json!("https://a.b/c"),
            "no relative URI reference",
        ),
        (
            |json| json["findings"][0]["path"] = json!("other.py"),
            "shows another file",
        ),
        (
            |json| json["findings"][0]["location"]["start"]["line"] = json!(0),
            "count from 1",
        ),
        (
            |json| json["findings"][0]["location"]["start"]["offset"] = json!(9_999),
            "ends before it begins",
        ),
        (|json| json["findings"][0]["fingerprint"] = json!("x"), "32 lower-case"),
        (
            |json| flow(json)["steps"] = Value::Array(vec![flow(json)["steps"][0].clone(); 9]),
            "more than 8 steps",
        ),
        (|json| flow(json)["origin"] = json!("heaven"), "unexpected `heaven`"),
        (|json| flow(json)["tamed"] = json!(1), "invalid type"),
        (
            |json| json["findings"][0]["line_hash"] = json!("a:b"),
            "a hash and a count",
        ),
        (
            |json| json["notifications"][0]["id"] = json!("::error::"),
            "the id of a notification",
        ),
        (|json| json["notifications"][1]["uri"] = Value::Null, "the other is not"),
    ];
    for (change, said) in cases {
        let error = refused(change);
        assert!(error.contains(said), "{error:?} does not hold {said:?}");
    }
}

#[test]
fn nothing_may_be_missing() {
    fn members(json: &Value, pointer: &str, found: &mut Vec<(String, String)>) {
        match json {
            Value::Object(object) => {
                for (key, value) in object {
                    found.push((pointer.to_owned(), key.clone()));
                    members(value, &format!("{pointer}/{key}"), found);
                }
            }
            Value::Array(list) => {
                if let Some(first) = list.first() {
                    members(first, &format!("{pointer}/0"), found);
                }
            }
            _ => {}
        }
    }
    let json: Value = serde_json::from_str(&sample::emitted_from(Format::Json, &full_sample())).unwrap();
    let mut found = Vec::new();
    members(&json, "", &mut found);
    assert!(found.len() > 80, "{}", found.len());

    for (pointer, key) in found {
        let error = refused(|json| {
            let object = json.pointer_mut(&pointer).and_then(Value::as_object_mut).unwrap();
            object.remove(&key);
        });
        assert!(
            error.contains(&format!("missing field `{key}`")),
            "{pointer}/{key}: {error}"
        );
    }
}

#[test]
fn a_mark_outside_of_its_text_is_refused() {
    for mark in [
        json!({"start": 0, "end": 1000}),
        json!({"start": 3, "end": 2}),
        json!([0, 1]),
    ] {
        let said = refused(|json| json["findings"][0]["excerpt"][0]["mark"] = mark);
        assert!(
            said.contains("a mark lies outside") || said.contains("expected an object"),
            "{said}"
        );
    }
}

#[test]
fn marks_count_characters_in_the_report_and_bytes_in_the_excerpt() {
    let report = sample::report();
    let read = read(&sample::emitted(Format::Json));

    let marks = |report: &Report| -> Vec<_> {
        let lines = report
            .findings()
            .iter()
            .flat_map(|finding| finding.excerpt.lines().to_vec());
        lines.map(|line| line.mark).collect()
    };

    assert_eq!(marks(&read.report), marks(&report));
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_without_what_it_would_obey() {
    let text = sample::emitted(Format::Json);
    let line = text.lines().position(|line| line.contains("\"severity\"")).unwrap() + 1;
    let broken = text.replacen(
        "\"high\",\n      \"confidence\"",
        "\"\u{202e}\\u001b[31mhigh\",\n      \"confidence\"",
        1,
    );
    assert_ne!(broken, text);

    let error = read_report(broken.as_bytes()).unwrap_err().to_string();

    assert!(error.starts_with(&format!("line {line}, column ")), "{error}");
    assert!(
        error.contains("unexpected `\\u{202e}\\u{1b}[31mhigh`, expected `info`, `low`"),
        "{error}"
    );

    let long = format!("{{\"{}\": 1}}", "é".repeat(100_000));
    let error = read_report(long.as_bytes()).unwrap_err().to_string();
    assert!(error.len() < 1_000, "{}", error.len());
}

#[test]
fn what_is_no_report_is_refused() {
    let cut = &sample::emitted(Format::Json)[..1_000];
    let deep = "[".repeat(100_000);
    let twice = sample::emitted(Format::Json).replacen("\"outcome\"", "\"outcome\": \"clean\",\"outcome\"", 1);
    for text in [
        "",
        "null",
        "[]",
        "{}",
        "\u{feff}{}",
        cut,
        &deep,
        &twice,
        &sample::emitted(Format::Sarif),
    ] {
        assert!(read_report(text.as_bytes()).is_err());
    }
    assert!(read_report(b"\xff\xfe{\0").is_err());
    assert_eq!(
        read_report(&vec![b' '; MAX_REPORT_BYTES + 1]),
        Err(ReadError::TooLarge { limit: 64 << 20 })
    );
}

/// The same text with another rule, whose name has as many letters, and with another digest.
fn with_other_rules() -> (String, String) {
    let text = sample::emitted(Format::Json);
    let digest = read(&text).rules_digest.to_string();
    let other = text.replacen(&digest, &"0".repeat(64), 1);
    let unknown = text.replacen("\"prompt/no-audience\"", "\"prompt/no-bodyatall\"", 1);
    assert!(other != text && unknown != text);
    (other, unknown)
}

#[test]
fn the_digest_of_the_rules_is_that_of_the_scan() {
    let (other, _) = with_other_rules();

    let read = read(&other);

    assert_eq!(read.rules_digest.to_string(), "0".repeat(64));
    assert_eq!(emitted(Format::Json, &read), other);
}

#[test]
fn a_rule_without_a_page_is_refused() {
    let (_, unknown) = with_other_rules();

    let error = read(&unknown).rules(&sample::rules()).unwrap_err();

    assert_eq!(
        error.to_string(),
        "the report was made with rules that are not known here: `prompt/no-bodyatall`"
    );
}

#[test]
fn a_text_has_a_limit() {
    let said = refused(|json| json["findings"][0]["message"] = json!("a".repeat((1 << 20) + 1)));

    assert_eq!(said, "a text is longer than 1 MiB");
}

/// Puts what some reader obeys into every text that may say anything.
fn poison(json: &mut Value) {
    const FREE: [&str; 6] = ["message", "help", "hint", "reason", "text", "name"];
    match json {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(text) if FREE.contains(&key.as_str()) && text != "weighbridge" => {
                        *text = format!("{}\n{}\t{text}", sample::HOSTILE, sample::HOSTILE);
                    }
                    other => poison(other),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(poison),
        _ => {}
    }
}

#[test]
fn a_hostile_report_commands_nobody() {
    let report = full_sample();
    let mut findings = report.findings().to_vec();
    for finding in &mut findings {
        finding.path = SourcePath::new(sample::HOSTILE.as_bytes());
    }
    let mut poisoned = Report::new(findings, report.notifications().to_vec(), Summary::default());
    poisoned.policy = report.policy;
    poisoned.review = report.review;
    let mut json = serde_json::from_str(&sample::emitted_from(Format::Json, &poisoned)).unwrap();
    poison(&mut json);
    let text = json.to_string();
    assert!(text.matches("##[add-matcher]").count() > 40 && text.contains('\u{202e}'));

    let read = read(&text);

    for &format in Format::ALL {
        every_format::assert_harmless(format, &emitted(format, &read));
    }
}

prop_compose! {
    /// Texts that no scan makes, in every place that a report has for one.
    pub(super) fn any_report()(
        report in every_format::report(),
        texts in proptest::collection::vec(every_format::hostile_text(), 6),
        path in any::<Vec<u8>>(),
        kind in any::<bool>(),
    ) -> Report {
        let mut findings = report.findings().to_vec();
        for (index, finding) in findings.iter_mut().enumerate() {
            finding.help = (index % 2 == 0).then(|| texts[0].clone());
            finding.message.push_str(&texts[1]);
            finding.provenance = Provenance::ALL.get(index).copied();
            finding.suppression = (index == 1).then(|| Suppression {
                kind: if kind { SuppressionKind::Inline } else { SuppressionKind::Baseline },
                line: 1,
                reason: texts[2].clone(),
            });
        }
        let path = Some(SourcePath::new(&path)).filter(|_| kind);
        let notifications = vec![
            Notification::note("a/note", path.clone(), &*texts[3]).with_hint(&*texts[4]),
            Notification::incomplete("a/stop", None, &*texts[4]),
        ];
        let mut report = Report::new(findings, notifications, Summary::default());
        report.policy = Some(PolicyUse { name: texts[5].clone(), digest: Digest::of(b"a"), revision: None });
        report.review = Review::new(vec![ReviewReason {
            cause: ReviewCause::Finding,
            path,
            line: None,
            message: texts[3].clone(),
        }]);
        report
    }
}

proptest! {
    /// The heart of `convert`.
    #[test]
    fn a_read_report_gives_the_same_bytes_in_every_format(report in any_report()) {
        let read = read(&sample::emitted_from(Format::Json, &report));

        for &format in Format::ALL {
            prop_assert_eq!(emitted(format, &read), sample::emitted_from(format, &report), "{}", format);
        }
        prop_assert_eq!(&read_report(emitted(Format::Jsonl, &read).as_bytes()), &Ok(read.clone()));
        prop_assert_eq!(&read_report(emitted(Format::Json, &read).as_bytes()), &Ok(read));
    }

    #[test]
    fn any_text_in_any_place_gives_an_answer(
        text in every_format::hostile_text(),
        at in 0usize..8_000,
        length in 0usize..40,
        in_lines in any::<bool>(),
    ) {
        let whole = sample::emitted(if in_lines { Format::Jsonl } else { Format::Json });
        let at = whole.floor_char_boundary(at.min(whole.len()));
        let end = whole.ceil_char_boundary((at + length).min(whole.len()));

        let changed = [&whole[..at], &text, &whole[end..]].concat();

        // A rule without a page is refused where the report would be written again.
        if let Ok(read) = read_report(changed.as_bytes()) && read.rules(&sample::rules()).is_ok() {
            prop_assert_eq!(read_report(emitted(Format::Json, &read).as_bytes()), Ok(read));
        }
    }

    #[test]
    fn any_bytes_give_an_answer(bytes in any::<Vec<u8>>()) {
        prop_assert!(read_report(&bytes).is_err());
    }
}
