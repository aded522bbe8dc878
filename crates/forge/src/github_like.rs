//! What Gitea's API took over from `GitHub`'s: commits as they are listed, and calls that are the same word for word.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::Action;
use crate::address::segment;
use crate::pull_request::Contributor;
use crate::transport::Method;

/// A commit of a pull request. Accounts that are not known are `null` or `{}`.
#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are the API's")]
pub(crate) struct Commit {
    author: Option<Account>,
    committer: Option<Account>,
    commit: CommitText,
}

#[derive(Deserialize)]
struct Account {
    #[serde(default)]
    login: String,
}

#[derive(Deserialize)]
struct CommitText {
    author: Option<Signature>,
    committer: Option<Signature>,
    #[serde(default)]
    message: String,
}

#[derive(Default, Deserialize)]
struct Signature {
    name: Option<String>,
    email: Option<String>,
}

/// Everybody whom the commits name.
pub(crate) fn contributors(commits: Vec<Commit>) -> Vec<Contributor> {
    let all = commits.into_iter().flat_map(|commit| {
        let author = contributor(commit.author, commit.commit.author);
        let committer = contributor(commit.committer, commit.commit.committer);
        Contributor::of_commit(author, committer, &commit.commit.message)
    });
    all.collect()
}

fn contributor(account: Option<Account>, signature: Option<Signature>) -> Contributor {
    let signature = signature.unwrap_or_default();
    Contributor {
        login: account.map(|account| account.login),
        name: signature.name,
        email: signature.email,
    }
}

/// The call that does `action` on pull request `number`, its path below the repository; `None` for those in which the two differ.
///
/// Sources: [issue comments](https://docs.github.com/en/rest/issues/comments),
/// [review requests](https://docs.github.com/en/rest/pulls/review-requests#request-reviewers-for-a-pull-request),
/// [create a commit status](https://docs.github.com/en/rest/commits/statuses#create-a-commit-status); Gitea: `issueCreateComment`,
/// `issueEditComment`, `repoCreatePullReviewRequests`, `repoCreateStatus`.
pub(crate) fn call(number: u64, action: &Action) -> Option<(Method, String, Value)> {
    Some(match action {
        Action::CreateComment { body, .. } => (
            Method::Post,
            format!("/issues/{number}/comments"),
            json!({ "body": body }),
        ),
        Action::UpdateComment { id, body } => {
            (Method::Patch, format!("/issues/comments/{id}"), json!({ "body": body }))
        }
        Action::RequestReviews { of } => {
            let (teams, people): (Vec<&String>, Vec<_>) = of.iter().partition(|name| name.contains('/'));
            let teams: Vec<_> = teams.iter().filter_map(|team| team.split('/').nth(1)).collect();
            (
                Method::Post,
                format!("/pulls/{number}/requested_reviewers"),
                json!({ "reviewers": people, "team_reviewers": teams }),
            )
        }
        Action::SetStatus {
            commit,
            context,
            status,
        } => (
            Method::Post,
            format!("/statuses/{}", segment(commit)),
            json!({ "state": status.state.name(), "description": status.description, "context": context }),
        ),
        _ => return None,
    })
}
