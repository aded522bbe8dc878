//! The commits of GitHub's merge queue: the gates of the pull requests in them decide.

use serde_json::{Value, json};

use crate::forge_fake_github::GitHub;
use crate::forge_github::{set_event, sync};
use crate::forge_support::{Answer, Fake, HEAD, NEWER, forge};
use crate::support::{Folder, Ran};

const FIRST: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const SECOND: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const THIRD: &str = "cccccccccccccccccccccccccccccccccccccccc";

fn entry(position: u64, commit: Option<&str>, number: u64, head: &str) -> Value {
    let commit = commit.map(|oid| json!({ "oid": oid }));
    json!({ "position": position, "headCommit": commit, "pullRequest": { "number": number, "headRefOid": head } })
}

/// A queue of 7 and 8, and 9 behind them, of which the gate has let 7 pass.
fn queue() -> Fake<GitHub> {
    let fake = Fake::new(GitHub::new());
    fake.state().queue = vec![
        entry(2, Some(SECOND), 8, NEWER),
        entry(1, Some(FIRST), 7, HEAD),
        entry(3, None, 9, THIRD),
    ];
    pass(&fake, HEAD, "success");
    fake
}

fn pass(fake: &Fake<GitHub>, head: &str, state: &str) {
    let status = json!({ "context": "weighbridge/human-review", "state": state, "description": "x" });
    fake.state().statuses.insert(head.to_owned(), status);
}

/// Runs as the job of the event does, without a report.
fn synced(folder: &Folder, fake: &Fake<GitHub>, more: &[&str]) -> Ran {
    let url = format!("{}/api/v3", fake.url);
    let arguments = [
        "sync",
        "--forge",
        "github",
        "--repository",
        "corp/app",
        "--api-url",
        &url,
    ];
    forge(folder, "GITHUB_TOKEN", &[&arguments[..], more].concat())
}

fn in_job(commit: &str) -> Folder {
    let folder = Folder::new();
    let group = json!({ "head_sha": commit, "head_ref": "refs/heads/gh-readonly-queue/main/pr-8-x", "base_ref": "refs/heads/main" });
    set_event(&folder, &json!({ "action": "checks_requested", "merge_group": group }));
    folder
}

fn state_of(fake: &Fake<GitHub>, commit: &str) -> (String, String) {
    let status = fake.state().statuses[commit].clone();
    let text = |key: &str| status[key].as_str().unwrap().to_owned();
    (text("state"), text("description"))
}

#[test]
fn a_group_passes_when_the_gate_let_each_of_its_pull_requests_pass() {
    let fake = queue();
    let folder = in_job(SECOND);

    synced(&folder, &fake, &["--fail-while-pending"]).exits_with(1);
    let waits = "pull request #8 waits for its own gate".to_owned();
    assert_eq!(state_of(&fake, SECOND), ("pending".to_owned(), waits));

    pass(&fake, NEWER, "success");
    synced(&folder, &fake, &["--fail-while-pending"])
        .exits_with(0)
        .says("passes");
    assert_eq!(
        state_of(&fake, SECOND),
        ("success".to_owned(), "the gate let #7, #8 pass".to_owned())
    );
    assert_eq!(
        fake.writes(),
        vec![format!("POST /api/v3/repos/corp/app/statuses/{SECOND}"); 2]
    );
    synced(&folder, &fake, &[]).exits_with(0).prints("nothing to do");
    assert_eq!(fake.writes(), [""; 0]);
}

#[test]
fn what_stands_behind_in_the_queue_does_not_hold() {
    let fake = queue();

    synced(&in_job(FIRST), &fake, &[]).exits_with(0);

    assert_eq!(state_of(&fake, FIRST).0, "success");
}

#[test]
fn a_run_that_follows_knows_the_queue_by_its_branch() {
    let fake = queue();
    let folder = Folder::new();
    let run = json!({ "event": "merge_group", "head_sha": FIRST, "head_branch": "gh-readonly-queue/main/pr-7-x" });
    set_event(&folder, &json!({ "workflow_run": run }));

    synced(&folder, &fake, &["--dry-run"]).exits_with(0).prints(&format!(
        "would set the status `weighbridge/human-review` of {FIRST} to success"
    ));
    assert_eq!(fake.writes(), [""; 0]);

    // A branch of that name that somebody pushed is a pull request like any other.
    let run = json!({ "event": "pull_request", "head_sha": FIRST, "head_branch": "gh-readonly-queue/main/pr-7-x" });
    set_event(&folder, &json!({ "workflow_run": run }));
    synced(&folder, &fake, &[])
        .exits_with(2)
        .says("there is no report to go by");
}

#[test]
fn a_commit_that_is_not_in_the_queue_gets_no_status() {
    let fake = queue();
    let folder = Folder::new();
    let flags = |branch, head| ["--merge-queue", branch, "--head", head];

    synced(&folder, &fake, &flags("main", HEAD))
        .exits_with(3)
        .says("the forge knows no commit of the merge queue");
    synced(&folder, &fake, &flags("other", FIRST))
        .exits_with(3)
        .says("the forge knows no merge queue of `other`");
    let refusal = json!({ "data": null, "errors": [{ "message": "##[x] no" }] });
    fake.state()
        .special
        .insert("/api/graphql".to_owned(), Answer::ok(refusal));
    synced(&folder, &fake, &flags("main", FIRST))
        .exits_with(3)
        .says("the forge refuses to show the merge queue: ## [x] no");

    assert_eq!(fake.writes(), [""; 0]);
}

#[test]
fn without_a_token_nothing_is_said_about_a_queue() {
    let arguments = ["sync", "--forge", "github", "--repository", "corp/app"];

    forge(&in_job(FIRST), "OTHER_TOKEN", &arguments)
        .exits_with(3)
        .says("there is no token, so the merge queue cannot be read");
}

#[test]
fn a_report_does_not_go_with_a_queue_and_other_forges_have_none() {
    let report = sync(&Folder::new(), &queue(), &["--merge-queue", "main"]);
    report.exits_with(2).says("cannot be used with");

    let fake = Fake::new(crate::forge_gitea::Gitea::new());
    let url = format!("{}/api/v1", fake.url);
    let place = [
        "sync",
        "--forge",
        "gitea",
        "--repository",
        "corp/app",
        "--api-url",
        &url,
    ];
    let queue = ["--merge-queue", "main", "--head", FIRST];
    forge(&Folder::new(), "GITEA_TOKEN", &[&place[..], &queue].concat())
        .exits_with(3)
        .says("the forge knows no merge queue of `main`");
}
