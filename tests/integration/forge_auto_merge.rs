//! `forge sync --disable-auto-merge`: what merges itself is kept from it while a person is awaited, and only on demand.

use serde_json::json;

use crate::forge_fake_github::GitHub;
use crate::forge_support::{Answer, Fake, HEAD};
use crate::{forge_gitea as gitea, forge_github as github, forge_gitlab as gitlab};

const FLAG: &[&str] = &["--disable-auto-merge"];

#[test]
fn github_is_told_in_a_mutation() {
    let fake = Fake::new(GitHub::new());
    fake.state().auto_merge = true;
    let folder = github::folder(true);

    github::sync(&folder, &fake, &[]).exits_with(0);
    assert!(fake.state().auto_merge, "nobody asked for it");
    fake.writes();

    github::sync(&folder, &fake, FLAG)
        .exits_with(0)
        .prints("done: switch auto-merge off");
    assert_eq!(fake.writes(), ["POST /api/graphql"]);
    assert!(!fake.state().auto_merge);
    github::sync(&folder, &fake, FLAG).exits_with(0).prints("nothing to do");

    // Switched on again after the approval, it may merge.
    fake.state().auto_merge = true;
    fake.state().review("alice", "User", "APPROVED", HEAD);
    github::sync(&folder, &fake, FLAG).exits_with(0).says("passes");
    assert!(fake.state().auto_merge);
    fake.writes();
}

#[test]
fn a_mutation_that_github_refuses_is_an_error_although_the_answer_is_200() {
    let fake = Fake::new(GitHub::new());
    fake.state().auto_merge = true;
    let folder = github::folder(true);
    let refusal = json!({
        "data": { "disablePullRequestAutoMerge": null },
        "errors": [{ "type": "FORBIDDEN", "message": "Resource not accessible by integration" }],
    });
    fake.state()
        .special
        .insert("/api/graphql".to_owned(), Answer::ok(refusal));

    let ran = github::sync(&folder, &fake, FLAG).exits_with(3);

    ran.prints("failed: switch auto-merge off")
        .says("the forge refuses to switch auto-merge off: Resource not accessible by integration");
    assert_eq!(fake.state().status().0, "pending");
}

#[test]
fn gitlab_is_told_once() {
    let fake = Fake::new(gitlab::GitLab::new());
    fake.state().auto_merge = true;
    let folder = gitlab::folder(HEAD, true);

    gitlab::sync(&folder, &fake, &[]).exits_with(0);
    assert!(fake.state().auto_merge);
    fake.writes();

    gitlab::sync(&folder, &fake, FLAG).exits_with(0);
    assert_eq!(
        fake.writes(),
        ["POST /api/v4/projects/12/merge_requests/7/cancel_merge_when_pipeline_succeeds"]
    );
    gitlab::sync(&folder, &fake, FLAG).exits_with(0).prints("nothing to do");
}

#[test]
fn gitea_does_not_say_so_it_is_told_each_time_and_nothing_scheduled_is_as_good() {
    let fake = Fake::new(gitea::Gitea::new());
    fake.state().auto_merge = true;
    let folder = gitea::folder(HEAD, true);

    gitea::sync(&folder, &fake, FLAG).exits_with(0);
    assert!(!fake.state().auto_merge);
    fake.writes();

    gitea::sync(&folder, &fake, FLAG).exits_with(0);
    assert_eq!(fake.writes(), ["DELETE /api/v1/repos/corp/app/pulls/7/merge"]);
    gitea::sync(&folder, &fake, &[]).exits_with(0).prints("nothing to do");
}
