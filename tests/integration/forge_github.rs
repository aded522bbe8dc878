//! `forge sync` against a strict fake of GitHub, through the real binary.

use serde_json::{Value, json};

use crate::forge_fake_github::{GitHub, comment, commit};
use crate::forge_support::{Fake, HEAD, NEWER, forge, report, write_report};
use crate::support::{Folder, Ran};

#[track_caller]
pub(crate) fn sync(folder: &Folder, fake: &Fake<GitHub>, more: &[&str]) -> Ran {
    let url = format!("{}/api/v3", fake.url);
    let mut arguments = vec![
        "sync",
        "--forge",
        "github",
        "--report",
        "report.json",
        "--repository",
        "corp/app",
    ];
    arguments.extend([
        "--api-url",
        &url,
        "--approvers",
        "alice,@Bob",
        "--reviewers",
        "alice,corp/seniors",
    ]);
    arguments.extend(more);
    forge(folder, "GITHUB_TOKEN", &arguments)
}

/// A folder with a report about the first commit, and the event of a pull request.
pub(crate) fn folder(required: bool) -> Folder {
    let folder = Folder::new();
    write_report(&folder, &report(HEAD, required));
    set_event(
        &folder,
        &json!({ "pull_request": { "number": 7, "head": { "sha": HEAD } } }),
    );
    folder
}

pub(crate) fn set_event(folder: &Folder, event: &Value) {
    folder.write("event.json", event.to_string());
}

#[test]
fn a_policy_can_name_who_may_approve() {
    let fake = Fake::new(GitHub::new());
    let folder = folder(true);
    folder.write("policy.toml", "approvers = [\"bob\"]\n");
    fake.state().review("alice", "User", "APPROVED", HEAD);
    let url = format!("{}/api/v3", fake.url);
    let sync = || {
        let place = ["--repository", "corp/app", "--api-url", &url, "--report", "report.json"];
        let gate = [
            "sync",
            "--forge",
            "github",
            "--policy",
            "policy.toml",
            "--fail-while-pending",
        ];
        forge(&folder, "GITHUB_TOKEN", &[&gate[..], &place].concat())
    };

    sync().exits_with(1);
    fake.state().review("bob", "User", "APPROVED", HEAD);
    sync().exits_with(0);
}

#[test]
fn the_story_of_a_pull_request() {
    let fake = Fake::new(GitHub::new());
    let folder = folder(true);

    let dry = sync(&folder, &fake, &["--dry-run"]).exits_with(0);
    assert_eq!(
        dry.stdout.lines().filter(|line| line.starts_with("would ")).count(),
        5,
        "{dry:#?}"
    );
    assert_eq!(fake.writes(), [""; 0]);

    sync(&folder, &fake, &[]).exits_with(0).says("waits");
    assert_eq!(
        fake.writes(),
        [
            "POST /api/v3/repos/corp/app/statuses/1111111111111111111111111111111111111111",
            "POST /api/v3/repos/corp/app/labels",
            "POST /api/v3/repos/corp/app/issues/7/labels",
            "POST /api/v3/repos/corp/app/issues/7/comments",
            "POST /api/v3/repos/corp/app/pulls/7/requested_reviewers",
        ]
    );
    let body = fake.state().comments[0]["body"].as_str().unwrap().to_owned();
    let link = format!("(https://github.example/corp/app/blob/{HEAD}/a.py#L3)");
    assert!(body.contains(&link) && body.contains("`@corp/seniors`"), "{body}");

    sync(&folder, &fake, &[]).exits_with(0).prints("nothing to do");
    assert_eq!(fake.writes(), [""; 0]);
    sync(&folder, &fake, &["--fail-while-pending"]).exits_with(1);

    fake.state().review("BOB", "User", "APPROVED", HEAD);
    sync(&folder, &fake, &["--fail-while-pending"])
        .exits_with(0)
        .says("passes");
    assert_eq!(
        fake.state().status(),
        ("success".to_owned(), "BOB has approved 1111111".to_owned())
    );
    assert_eq!(fake.writes().len(), 1);

    // A push: the report is old until the next scan.
    fake.state().head = NEWER.to_owned();
    sync(&folder, &fake, &[]).exits_with(0);
    assert_eq!(fake.state().status().0, "pending");
    write_report(&folder, &report(NEWER, true));
    set_event(
        &folder,
        &json!({ "pull_request": { "number": 7, "head": { "sha": NEWER } } }),
    );
    sync(&folder, &fake, &[]).exits_with(0);
    let (state, description) = fake.state().status();
    assert_eq!(state, "pending");
    assert_eq!(
        description,
        "2222222 waits for alice or Bob; BOB approved an older commit"
    );
    fake.writes();

    fake.state().labels.clear();
    sync(&folder, &fake, &[]).exits_with(0);
    assert_eq!(fake.writes(), ["POST /api/v3/repos/corp/app/issues/7/labels"]);

    write_report(&folder, &report(NEWER, false));
    sync(&folder, &fake, &[]).exits_with(0);
    assert_eq!(
        fake.state().status(),
        ("success".to_owned(), "no review is due".to_owned())
    );
    assert_eq!(fake.state().comments.len(), 1);
    assert_eq!(fake.state().labels, [""; 0]);
    assert!(
        fake.state().comments[0]["body"]
            .as_str()
            .unwrap()
            .contains("no review is due")
    );
}

#[test]
fn a_clean_pull_request_gets_a_status_and_no_comment() {
    let fake = Fake::new(GitHub::new());

    sync(&folder(false), &fake, &[]).exits_with(0);

    assert_eq!(fake.writes(), [format!("POST /api/v3/repos/corp/app/statuses/{HEAD}")]);
}

#[test]
fn nobody_passes_who_must_not() {
    type Attack = fn(&mut GitHub);
    let attacks: [(&str, Attack); 6] = [
        ("a bot", |it| it.review("alice", "Bot", "APPROVED", HEAD)),
        ("a stranger", |it| it.review("eve", "User", "APPROVED", HEAD)),
        ("an older commit", |it| it.review("alice", "User", "APPROVED", NEWER)),
        ("a co-author by address", |it| {
            it.review("alice", "User", "APPROVED", HEAD);
            it.commits
                .push(commit("mallory", "x\n\nCo-authored-by: A <ALICE@corp.example>"));
        }),
        ("a dismissed approval", |it| {
            it.review("alice", "User", "APPROVED", HEAD);
            it.review("alice", "User", "DISMISSED", HEAD);
        }),
        ("more commits than are listed", |it| {
            it.review("alice", "User", "APPROVED", HEAD);
            it.commits = vec![commit("mallory", "x"); 251];
        }),
    ];
    for (name, attack) in attacks {
        let fake = Fake::new(GitHub::new());
        attack(&mut fake.state());

        sync(&folder(true), &fake, &[]).exits_with(0);

        assert_eq!(fake.state().status().0, "pending", "{name}");
        fake.writes();
    }
}

#[test]
fn the_report_of_a_fork_is_not_believed() {
    let fake = Fake::new(GitHub::new());
    fake.state().head_repository = json!({ "full_name": "eve/app" });
    let folder = folder(false);
    // As in a `workflow_run`, where the list of pull requests is empty for a fork.
    let run = json!({
        "head_sha": HEAD, "head_branch": "x", "head_repository": { "owner": { "login": "eve" } }, "pull_requests": [],
    });
    set_event(&folder, &json!({ "workflow_run": run }));

    sync(&folder, &fake, &[]).exits_with(0);

    assert_eq!(fake.state().status().0, "pending");
    assert_eq!(fake.state().labels, ["human-review-required"]);
    fake.writes();

    // A run for an older commit that reports about the last one.
    let run = json!({ "head_sha": NEWER, "head_branch": "x", "head_repository": { "owner": { "login": "eve" } } });
    set_event(&folder, &json!({ "workflow_run": run }));
    sync(&folder, &fake, &[])
        .exits_with(3)
        .says("no open pull request has the last commit");
    fake.state().review("alice", "User", "APPROVED", HEAD);
    sync(&folder, &fake, &["--pull-request", "7"]).exits_with(0);
    assert_eq!(fake.state().status().1, "the run was about another commit: 2222222");
}

#[test]
fn our_comment_is_found_on_the_second_page_and_a_pasted_mark_is_not_ours() {
    let fake = Fake::new(GitHub::new());
    let folder = folder(true);
    sync(&folder, &fake, &[]).exits_with(0);
    {
        let mut state = fake.state();
        let ours = state.comments.pop().unwrap();
        let pasted = ours["body"].as_str().unwrap().to_owned();
        state.comments = (0..150).map(|id| comment(id, "eve", "User", &pasted)).collect();
        state.comments.push(comment(400, "github-actions", "User", &pasted));
        state.comments.push(ours);
    }
    fake.writes();

    sync(&folder, &fake, &[]).exits_with(0).prints("nothing to do");

    assert_eq!(fake.writes(), [""; 0]);
}
