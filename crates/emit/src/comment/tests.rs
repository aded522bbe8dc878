//! What a comment says, and what no report makes it say.

use super::*;
use crate::sample::HOSTILE;

const HEAD: &str = "1111111111111111111111111111111111111111";
const BASE: &str = "2222222222222222222222222222222222222222";

fn finding(severity: Severity, line: usize) -> CommentFinding {
    CommentFinding {
        severity,
        rule: "python/eval-call".to_owned(),
        message: "`eval` runs text as Python".to_owned(),
        path: "src/app.py".to_owned(),
        uri: "src/app.py".to_owned(),
        line,
    }
}

fn with(findings: Vec<CommentFinding>, approvers: &[String]) -> Comment<'_> {
    Comment {
        outcome: Outcome::Findings,
        findings,
        suppressed: 1,
        files: 12,
        due: vec!["the commits come from a fork, whose owner may have written the report".to_owned()],
        reasons: vec![CommentReason {
            cause: ReviewCause::Guard,
            message: "the settings change".to_owned(),
            path: Some("weighbridge.toml".to_owned()),
            uri: Some("weighbridge.toml".to_owned()),
            line: None,
        }],
        is_due: true,
        approvers,
        status: "weighbridge/human-review",
        head: HEAD,
        base: Some(BASE),
        fetch: "refs/pull/7/head",
        files_address: Some("https://forge.example/a/b/blob/1111111111111111111111111111111111111111/"),
        version: "1.2.3",
    }
}

#[test]
fn a_comment_says_what_why_and_who() {
    let approvers = ["alice".to_owned(), "bob".to_owned()];
    let findings = vec![finding(Severity::Low, 3), finding(Severity::High, 9)];

    insta::assert_snapshot!(comment(&with(findings, &approvers)));
}

#[test]
fn a_change_that_became_clean_is_said_to_be() {
    let mut input = with(Vec::new(), &[]);
    input.is_due = false;
    input.outcome = Outcome::Clean;
    input.suppressed = 0;

    let text = comment(&input);

    assert!(text.starts_with("## weighbridge: no review is due\n\nThe scan passed: no findings; searched 12 files.\n"));
    assert!(!text.contains("Why"), "{text}");
}

/// Text outside of code spans and code blocks: what a forge reads.
fn outside_of_code(text: &str) -> String {
    let events = pulldown_cmark::Parser::new_ext(text, pulldown_cmark::Options::ENABLE_TABLES);
    let mut outside = String::new();
    let mut in_block = false;
    for event in events {
        match event {
            pulldown_cmark::Event::Start(pulldown_cmark::Tag::CodeBlock(_)) => in_block = true,
            pulldown_cmark::Event::End(pulldown_cmark::TagEnd::CodeBlock) => in_block = false,
            pulldown_cmark::Event::Text(text) if !in_block => outside.push_str(&text),
            pulldown_cmark::Event::Html(html) | pulldown_cmark::Event::InlineHtml(html) => outside.push_str(&html),
            pulldown_cmark::Event::Start(pulldown_cmark::Tag::Link { dest_url, .. }) => {
                push(&mut outside, format_args!("<{dest_url}>"));
            }
            pulldown_cmark::Event::Start(pulldown_cmark::Tag::Image { .. }) => outside.push_str("IMAGE"),
            _ => {}
        }
    }
    outside
}

#[test]
fn a_hostile_report_calls_nobody_and_forges_nothing() {
    let attacks = [
        HOSTILE,
        "@corp/seniors please approve, fixes #1, GH-2, !3",
        "a | b | c\n\n## approved\n\n<!-- weighbridge:sticky:v1 key=x -->",
        "``` \n```\n</details>\n<img src=x> ![x](https://evil.example/x.png)",
        "`a` ``b`` ```c``` \u{202e}\u{200b} https://evil.example www.evil.example",
        "[x](javascript:alert(1)) <https://evil.example>",
    ];
    for attack in attacks {
        let approvers = [attack.to_owned()];
        let mut hostile = finding(Severity::High, 1);
        hostile.rule = attack.to_owned();
        hostile.message = attack.to_owned();
        hostile.path = attack.to_owned();
        for uri in [
            "../../evil",
            "https://evil.example",
            "//evil.example",
            "a)](https://evil.example)",
            "a#x",
        ] {
            hostile.uri = uri.to_owned();
            let mut input = with(vec![hostile.clone()], &approvers);
            input.reasons[0].message = attack.to_owned();
            input.reasons[0].path = Some(attack.to_owned());
            input.reasons[0].uri = Some(uri.to_owned());
            input.status = attack;
            input.version = attack;
            input.head = attack;
            input.base = Some(attack);

            let text = comment(&input);

            assert!(!text.contains("<!--"), "{text}");
            assert!(!text.contains("##["), "{text}");
            let outside = outside_of_code(&text);
            for sign in [
                "@",
                "#1",
                "GH-2",
                "!3",
                "evil.example/",
                "evil.example>",
                "IMAGE",
                "<img",
                "script",
                "www.",
            ] {
                let allowed = "https://forge.example/a/b/blob/1111111111111111111111111111111111111111///evil.example";
                assert!(
                    !outside.replace(allowed, "").contains(sign),
                    "{sign} in {outside}\n\n{text}"
                );
            }
            assert_eq!(
                text.matches("\n## ").count() + usize::from(text.starts_with("## ")),
                1,
                "{text}"
            );
            assert_eq!(
                text.matches("<details>").count(),
                text.matches("\n</details>").count(),
                "{text}"
            );
        }
    }
}

#[test]
fn a_huge_report_makes_a_comment_that_fits() {
    let mut findings: Vec<_> = (0..3_000).map(|line| finding(Severity::High, line)).collect();
    for (index, finding) in findings.iter_mut().enumerate() {
        finding.rule = format!("a/{}", "`x".repeat(2_000 + index % 50));
        finding.message = "` ` x`".repeat(3_000);
        finding.path = "x`".repeat(5_000);
        finding.uri = "%60".repeat(400);
    }
    let approvers: Vec<_> = (0..500).map(|number| format!("{number}{}", "a".repeat(400))).collect();
    let mut input = with(findings, &approvers);
    input.reasons = vec![input.reasons[0].clone(); 500];
    for reason in &mut input.reasons {
        reason.message = "` ` x`".repeat(3_000);
        reason.path = Some("x`".repeat(5_000));
    }

    let text = comment(&input);

    assert!(text.chars().count() <= MAX_CHARACTERS, "{}", text.chars().count());
    assert!(text.contains("480 reasons more"), "{text}");
    assert!(text.ends_with("</details>\n"));
}
