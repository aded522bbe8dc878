//! What `forge` does when the network, the forge or the report is not as it should be: it says so, and it is never green.

use std::net::TcpListener;

use serde_json::json;

use crate::forge_fake_github::GitHub;
use crate::forge_github::{folder, sync};
use crate::forge_support::{Answer, Fake, HEAD, TOKEN, forge, report, write_report};
use crate::support::{Folder, Ran};

const REQUEST: &str = "/api/v3/repos/corp/app/pulls/7";
/// A command line of which only the rest matters.
const SYNC: [&str; 7] = [
    "sync",
    "--forge",
    "github",
    "--report",
    "report.json",
    "--repository",
    "a/b",
];

fn fake_with(path: &str, answer: Answer) -> Fake<GitHub> {
    let mut api = GitHub::new();
    api.special.insert(path.to_owned(), answer);
    Fake::new(api)
}

fn answer(status: u16, headers: Vec<(&'static str, String)>, body: String) -> Answer {
    let body = body.into_bytes();
    Answer { status, headers, body }
}

#[test]
fn a_refusal_is_told_with_the_forges_words_and_without_the_token() {
    for (status, hint) in [
        (401, "the token is wrong or has expired"),
        (403, "the token may not do this"),
        (404, "a forge also answers 404 for what a token may not see"),
        (422, "the forge does not take the value"),
        (500, "try again"),
    ] {
        let said = format!("Bad credentials {TOKEN} ##[add-mask]x\n::error::x");
        let fake = fake_with(REQUEST, Answer::of(status, json!({ "message": said })));

        let ran = sync(&folder(true), &fake, &[]).exits_with(3);

        let ran = ran.says(&format!(
            "GET /repos/corp/app/pulls/7: the forge answers {status}: Bad credentials ***"
        ));
        let ran = ran.says(hint);
        assert!(!ran.stderr.contains("##[") && !ran.stderr.contains("\n::"), "{ran:#?}");
        assert_eq!(fake.writes(), [""; 0]);
    }
}

#[test]
fn names_that_the_forge_answers_are_printed_as_text() {
    const NAME: &str = "eve\n::error::x ##[add-mask]y \u{1b}[31m \u{202e}@corp/all";
    let fake = Fake::new(GitHub::new());
    fake.state().labels.push(NAME.to_owned());
    fake.state().review(NAME, "User", "APPROVED", HEAD);

    let ran = sync(&folder(true), &fake, &[]).exits_with(0);

    let text = format!("{}{}", ran.stdout, ran.stderr);
    assert!(text.contains("eve\\u{a}::error::x ## [add-mask]y"), "{text}");
    for raw in ["\n::", "##[", "\u{1b}", "\u{202e}"] {
        assert!(!text.contains(raw), "{raw:?} in {text}");
    }
    let state = fake.state();
    assert!(
        state
            .comments
            .iter()
            .all(|one| !one["body"].as_str().unwrap().contains("corp/all"))
    );
}

#[test]
fn a_write_that_is_refused_lets_nothing_pass() {
    let fake = fake_with(
        "/api/v3/repos/corp/app/labels",
        Answer::of(403, json!({ "message": "no" })),
    );

    let ran = sync(&folder(true), &fake, &[]).exits_with(3);

    ran.prints("failed: create the label").says("the gate could not be set");
    assert_eq!(fake.state().status().0, "pending");
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let location = format!("http://{}/x", elsewhere.local_addr().unwrap());
    let fake = fake_with(REQUEST, answer(302, vec![("Location", location)], String::new()));

    sync(&folder(true), &fake, &[])
        .exits_with(3)
        .says("which is not followed")
        .says("may have been renamed");

    assert!(elsewhere.accept().is_err(), "nobody has come");
}

#[test]
fn a_list_without_end_and_an_answer_without_end_are_errors() {
    let link = "<http://127.0.0.1/x>; rel=\"next\"".to_owned();
    let path = "/api/v3/repos/corp/app/pulls/7/reviews";
    let review = json!([{ "user": null, "state": "COMMENTED", "commit_id": null }]);
    let fake = fake_with(path, answer(200, vec![("Link", link)], review.to_string()));
    sync(&folder(true), &fake, &[])
        .exits_with(3)
        .says("there are more than 40 pages");

    let fake = fake_with(REQUEST, answer(200, Vec::new(), " ".repeat(17 << 20)));
    sync(&folder(true), &fake, &[])
        .exits_with(3)
        .says("the answer is longer than");
}

#[test]
fn an_answer_of_another_shape_is_an_error() {
    for body in ["", "<html>", "[]", r#"{"state":"open"}"#] {
        let fake = fake_with(REQUEST, answer(200, Vec::new(), body.to_owned()));

        sync(&folder(true), &fake, &[]).exits_with(3).says("another shape");
    }
}

#[test]
fn nobody_at_the_other_end_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let folder = folder(true);
    let arguments = [&SYNC[..], &["--api-url", &url]].concat();

    forge(&folder, "GITHUB_TOKEN", &arguments)
        .exits_with(3)
        .says("there is no answer");
}

#[test]
fn a_token_does_not_cross_the_network_in_the_open() {
    let folder = folder(true);
    let url = "http://192.0.2.1/api/v3";
    let arguments = [&SYNC[..], &["--api-url", url]].concat();

    forge(&folder, "GITHUB_TOKEN", &arguments)
        .exits_with(2)
        .says("is not encrypted");
}

#[test]
fn without_a_token_the_plan_is_printed_and_the_run_is_not_green() {
    let folder = folder(true);
    let arguments = [&SYNC[..], &["--approvers", "alice"]].concat();

    let ran = forge(&folder, "OTHER_TOKEN", &arguments).exits_with(3);
    ran.prints(&format!(
        "would set the status `weighbridge/human-review` of {HEAD} to pending: 1111111 waits for alice"
    ))
    .says("there is no token")
    .says("`GITHUB_TOKEN`");

    forge(&folder, "OTHER_TOKEN", &[&arguments[..], &["--dry-run"]].concat())
        .exits_with(0)
        .prints("would add the label");
}

#[test]
fn a_report_that_is_none_stops_the_run() {
    let folder = Folder::new();
    let run = |folder: &Folder| forge(folder, "GITHUB_TOKEN", &SYNC);
    run(&folder).exits_with(2).says("cannot read the report");

    for text in ["", "null", "{}", r#"{"schema_version":1}"#, &"[".repeat(100_000)] {
        folder.write("report.json", text);
        run(&folder).exits_with(2).says("cannot read the report");
    }

    folder.write("report.json", " ".repeat((64 << 20) + 1));
    run(&folder).exits_with(2).says("is larger than 64 MiB");
}

#[test]
fn a_report_without_a_commit_passes_nothing() {
    let fake = Fake::new(GitHub::new());
    let folder = folder(false);
    let mut report = report(HEAD, false);
    report["change"] = json!(null);
    write_report(&folder, &report);

    sync(&folder, &fake, &[]).exits_with(0);

    let (state, description) = fake.state().status();
    assert_eq!(state, "pending");
    assert_eq!(description, "the report does not say which commit it is about");
}

/// What a repository answers that demands everything.
fn strict() -> GitHub {
    let mut api = GitHub::new();
    let repository = "/api/v3/repos/corp/app";
    let mut set = |path: &str, answer| {
        api.special.insert(format!("{repository}{path}"), answer);
    };
    set(
        "",
        Answer::ok(json!({ "default_branch": "main", "allow_auto_merge": false })),
    );
    let pull_request = json!({
        "type": "pull_request", "ruleset_id": 5, "ruleset_source_type": "Repository",
        "parameters": {
            "required_approving_review_count": 1, "require_code_owner_review": true, "dismiss_stale_reviews_on_push": true,
            "require_last_push_approval": true, "required_review_thread_resolution": true,
        },
    });
    let checks = json!({
        "type": "required_status_checks", "ruleset_id": 5, "ruleset_source_type": "Repository",
        "parameters": { "required_status_checks": [{ "context": "weighbridge/human-review" }] },
    });
    let deletion = json!({ "type": "deletion", "ruleset_id": 5 });
    set(
        "/rules/branches/main",
        Answer::ok(json!([pull_request, checks, deletion])),
    );
    set(
        "/rulesets/5",
        Answer::ok(json!({ "name": "main", "bypass_actors": [] })),
    );
    let unprotected = json!({ "message": "Branch not protected" });
    set("/branches/main/protection", Answer::of(404, unprotected));
    let owners = "* @corp/security\n".to_owned();
    set("/contents/.github/CODEOWNERS", answer(200, Vec::new(), owners));
    api
}

fn doctor(fake: &Fake<GitHub>) -> Ran {
    let url = format!("{}/api/v3", fake.url);
    let place = ["--forge", "github", "--repository", "corp/app", "--api-url", &url];
    forge(&Folder::new(), "GITHUB_TOKEN", &[&["doctor"], &place[..]].concat())
}

#[test]
fn the_doctor_finds_nothing_missing_in_a_strict_repository() {
    let fake = Fake::new(strict());

    let ran = doctor(&fake).exits_with(0);

    assert_eq!(
        ran.stdout.lines().filter(|line| line.starts_with("ok ")).count(),
        10,
        "{ran:#?}"
    );
    assert_eq!(fake.writes(), [""; 0]);
}

#[test]
fn the_doctor_names_what_is_missing_and_what_it_may_not_see() {
    let repository = "/api/v3/repos/corp/app";
    let doctored = |path: &str, body| {
        let mut api = strict();
        api.special.insert(format!("{repository}{path}"), Answer::ok(body));
        doctor(&Fake::new(api))
    };

    doctored("/rules/branches/main", json!([]))
        .exits_with(1)
        .prints("missing  the status of the gate is required");
    doctored("/rulesets/5", json!({ "name": "main" }))
        .exits_with(3)
        .prints("unknown  nobody bypasses the rules");
    let protection = json!({
        "required_pull_request_reviews": {
            "required_approving_review_count": 1,
            "bypass_pull_request_allowances": { "users": [{ "login": "mallory" }] },
        },
        "enforce_admins": { "enabled": false },
    });
    doctored("/branches/main/protection", protection)
        .exits_with(1)
        .prints("mallory, administrators");
}

/// `doctor --forge`, which asks the same.
fn doctor_of_all(fake: &Fake<GitHub>, more: &[&str]) -> Ran {
    let url = format!("{}/api/v3", fake.url);
    let folder = Folder::new();
    let mut command = folder.command();
    command.env("GITHUB_TOKEN", TOKEN).args(["doctor", "--forge", "github"]);
    let place = ["--repository", "corp/app", "--api-url", &url];
    Ran::of(command.args(place).args(more).output().unwrap())
}

#[test]
fn the_doctor_of_the_place_asks_the_forge_too() {
    let strict_one = Fake::new(strict());
    let ran = doctor_of_all(&strict_one, &[]).exits_with(0);
    let ran = ran.prints("ok       forge     the status of the gate is required");
    assert_eq!(ran.stdout.matches("  forge  ").count(), 10, "{ran:#?}");

    doctor_of_all(&strict_one, &["--status", "other"])
        .exits_with(1)
        .prints("problem  forge     not so: the status of the gate is required: `other` is not among");
    let mut api = strict();
    let hidden = Answer::ok(json!({ "name": "main" }));
    api.special
        .insert("/api/v3/repos/corp/app/rulesets/5".to_owned(), hidden);
    doctor_of_all(&Fake::new(api), &[])
        .exits_with(1)
        .prints("problem  forge     cannot be told: nobody bypasses the rules");

    let folder = Folder::new();
    let ran = folder.run(["doctor", "--forge", "github", "--repository", "a/b"]);
    ran.exits_with(1).prints("problem  forge     there is no token");
    folder
        .run(["doctor", "--repository", "a/b"])
        .exits_with(2)
        .says("--forge <FORGE>");
}
