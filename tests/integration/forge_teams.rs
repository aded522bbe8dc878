//! Teams as approvers: who is in them decides, and a team that cannot be read opens nothing.

use serde_json::json;

use crate::forge_fake_github::GitHub;
use crate::forge_support::{Answer, Fake, HEAD};
use crate::support::Ran;
use crate::{forge_gitea as gitea, forge_github as github, forge_gitlab as gitlab};

/// Names the team alone; the last value of a flag that is given twice does not replace the first, so the others go.
const UNREADABLE: &str = "it cannot be read who is in the team `corp/seniors`";

fn is_red(ran: Ran) {
    ran.exits_with(3)
        .says("nobody can approve for a team that cannot be read")
        .says(UNREADABLE)
        .says("hint: the token must be allowed to see the members of the team");
}

#[test]
fn a_member_of_a_team_on_github_approves() {
    let fake = Fake::new(GitHub::new());
    let folder = github::folder(true);
    folder.write("policy.toml", "approvers = [\"@corp/seniors\"]\n");
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
        crate::forge_support::forge(&folder, "GITHUB_TOKEN", &[&gate[..], &place].concat())
    };
    // Beyond the first page, among those who are not asked.
    let mut members: Vec<_> = (0..120).map(|number| format!("person-{number}")).collect();
    members.push("Carol".to_owned());
    members.push("mallory".to_owned());
    fake.state().teams.insert("seniors".to_owned(), members);

    sync().exits_with(1).says("1111111 waits for corp/seniors");
    fake.state().review("alice", "User", "APPROVED", HEAD);
    sync().exits_with(1).says("alice is not on the list");
    fake.state().review("mallory", "User", "APPROVED", HEAD);
    sync().exits_with(1).says("mallory opened it");
    fake.state().review("carol", "User", "APPROVED", HEAD);
    sync().exits_with(0).says("carol has approved");
    fake.writes();
}

#[test]
fn a_team_that_github_does_not_show_is_an_error_and_writes_nothing() {
    let fake = Fake::new(GitHub::new());
    fake.state().review("alice", "User", "APPROVED", HEAD);
    let folder = github::folder(true);
    let sync = |fake| github::sync(&folder, fake, &["--approvers", "corp/seniors"]);

    is_red(sync(&fake));
    let refused = Answer::of(403, json!({ "message": "Resource not accessible by integration" }));
    let path = "/api/v3/orgs/corp/teams/seniors/members".to_owned();
    fake.state().special.insert(path, refused);
    is_red(sync(&fake));

    assert_eq!(fake.writes(), [""; 0]);
}

#[test]
fn a_member_of_a_group_on_gitlab_approves_and_one_who_is_blocked_does_not() {
    let fake = Fake::new(gitlab::GitLab::new());
    let folder = gitlab::folder(HEAD, true);
    let sync = || gitlab::sync(&folder, &fake, &["--approvers", "corp/seniors"]);
    is_red(sync());

    let member = |name: &str, state: &str| json!({ "id": 5, "username": name, "state": state, "access_level": 30 });
    fake.state().groups = vec![("corp%2Fseniors", vec![member("eve", "blocked")])];
    fake.state().approve(5, gitlab::NOON);
    sync().exits_with(0).says("eve is not on the list");
    assert_eq!(fake.state().state(), "pending");

    fake.state().groups = vec![("corp%2Fseniors", vec![member("eve", "active")])];
    sync().exits_with(0).says("eve has approved");
    fake.writes();
}

#[test]
fn a_member_of_a_team_on_gitea_approves_but_not_the_account_of_the_gate() {
    let fake = Fake::new(gitea::Gitea::new());
    let folder = gitea::folder(HEAD, true);
    let sync = || gitea::sync(&folder, &fake, &["--approvers", "corp/seniors"]);
    is_red(sync());

    fake.state().teams = Some(vec![("Owners", vec!["root"])]);
    is_red(sync());

    // To see the members the account has to be one.
    fake.state().teams = Some(vec![("Owners", vec!["root"]), ("Seniors", vec!["gatekeeper", "eve"])]);
    fake.state().review("gatekeeper", "APPROVED", HEAD, |_| ());
    sync().exits_with(0).says("gatekeeper is not on the list");
    assert_eq!(fake.state().state(), "pending");

    fake.state().review("eve", "APPROVED", HEAD, |_| ());
    sync().exits_with(0).says("eve has approved");
    fake.writes();
}
