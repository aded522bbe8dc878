//! Gitea and Forgejo, API v1; the shapes are those of `modules/structs` in [Gitea's source](https://github.com/go-gitea/gitea/tree/main/modules/structs)
//! and of the page `/api/swagger` that every instance has.

mod answers;
mod protection;

use serde_json::json;

use crate::action::{LABEL_COLOR, LABEL_DESCRIPTION};
use crate::address::{owner_and_name, segment};
use crate::api::Api;
use crate::github_like::{Commit, call, contributors};
use crate::pull_request::{
    AutoMerge, Comment, Contributor, Person, PullRequest, Review, Stance, Status, StatusState, Web, is_name_of_a_bot,
};
use crate::transport::{Method, Transport};
use crate::{Action, Address, Forge, ForgeError, Gate, Protection, Token};

use answers::Account;

/// A client for one repository.
pub(crate) struct Gitea {
    api: Api,
    repository: String,
}

impl Gitea {
    pub(crate) fn new(
        address: Address,
        repository: &str,
        token: Token,
        transport: Box<dyn Transport>,
    ) -> Result<Self, ForgeError> {
        let headers = vec![
            // Source: https://docs.gitea.com/development/api-usage#authentication
            ("authorization", token.after("token ")),
            ("accept", "application/json".to_owned()),
        ];
        Ok(Self {
            repository: owner_and_name(repository)?,
            // Source: https://docs.gitea.com/development/api-usage#pagination: 50 at most unless the instance says otherwise.
            api: Api::new(address, headers, token, transport, "limit=50"),
        })
    }

    fn path(&self, rest: &str) -> String {
        format!("/repos/{}{rest}", self.repository)
    }

    /// The label of the repository, or of its organisation, that is called so.
    ///
    /// Sources: `GET /repos/{owner}/{repo}/labels` (`issueListLabels`), `GET /orgs/{org}/labels` (`orgListLabels`; 404 if the owner is a person).
    fn label(&self, name: &str) -> Result<Option<answers::Label>, ForgeError> {
        let is_it = |label: &answers::Label| label.name.eq_ignore_ascii_case(name);
        let labels: Vec<answers::Label> = self.api.list(&self.path("/labels"))?;
        if let Some(label) = labels.into_iter().find(is_it) {
            return Ok(Some(label));
        }
        let owner = self.repository.split('/').next().unwrap_or_default();
        match self.api.list(&format!("/orgs/{owner}/labels")) {
            Ok(labels) => Ok(labels.into_iter().find(is_it)),
            Err(ForgeError::Refused { status: 403 | 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Labels are put on and taken off by their number.
    fn label_id(&self, name: &str) -> Result<u64, ForgeError> {
        self.label(name)?
            .map(|label| label.id)
            .ok_or_else(|| ForgeError::Missing {
                kind: "label",
                name: name.to_owned(),
            })
    }

    /// Source: `GET /repos/{owner}/{repo}/pulls/{index}/reviews` (`repoListPullReviews`). An approval by somebody who may not write
    /// is not `official` and says nothing.
    fn reviews(&self, number: u64) -> Result<Vec<Review>, ForgeError> {
        let mut reviews: Vec<answers::Review> = self.api.list(&self.path(&format!("/pulls/{number}/reviews")))?;
        reviews.sort_by_key(|review| review.id);
        let reviews = reviews.into_iter().map(|review| {
            let stance = match review.state.as_str() {
                "APPROVED" | "REQUEST_CHANGES" if review.dismissed => Stance::Withdrawn,
                "APPROVED" if review.official => Stance::Approved,
                "REQUEST_CHANGES" => Stance::ChangesRequested,
                _ => Stance::Other,
            };
            Review {
                by: person_of(review.user.unwrap_or_default()),
                stance,
                commit: Some(review.commit_id).filter(|_| !review.stale),
            }
        });
        Ok(reviews.collect())
    }

    /// Source: `GET /repos/{owner}/{repo}/pulls/{index}/commits` (`repoGetPullRequestCommits`).
    fn contributors(&self, number: u64) -> Result<Vec<Contributor>, ForgeError> {
        let path = self.path(&format!("/pulls/{number}/commits?verification=false&files=false"));
        Ok(contributors(self.api.list::<Commit>(&path)?))
    }

    /// Sources: `GET /repos/{owner}/{repo}/issues/{index}/comments` (`issueGetComments`, all on one page), `GET /user` (`userGetCurrent`).
    fn comments(&self, number: u64) -> Result<Vec<Comment>, ForgeError> {
        let mut comments: Vec<answers::Comment> = self.api.list(&self.path(&format!("/issues/{number}/comments")))?;
        if comments.is_empty() {
            return Ok(Vec::new());
        }
        comments.sort_by_key(|comment| comment.id);
        let own: Account = self.api.get("/user")?;
        let comments = comments.into_iter().map(|comment| Comment {
            id: comment.id,
            is_own: comment.user.is_some_and(|user| user.id == own.id),
            body: comment.body,
            thread: None,
        });
        Ok(comments.collect())
    }

    /// Source: `GET /repos/{owner}/{repo}/commits/{ref}/status` (`repoGetCombinedStatusByRef`): the latest of each context.
    fn status(&self, head: &str, context: &str) -> Result<Option<Status>, ForgeError> {
        let path = self.path(&format!("/commits/{}/status", segment(head)));
        let statuses = self
            .api
            .list_in(&path, |page: answers::CombinedStatus| page.statuses.unwrap_or_default())?;
        let ours = statuses.into_iter().find(|status| status.context == context);
        Ok(ours.map(|status| Status {
            state: StatusState::of_name(&status.status),
            description: status.description,
        }))
    }
}

impl Forge for Gitea {
    /// Source: `GET /repos/{owner}/{repo}/pulls` (`repoListPullRequests`), which cannot be narrowed to a branch of a fork.
    fn find(&self, head: &str, _branch: Option<&str>) -> Result<Vec<u64>, ForgeError> {
        let open: Vec<answers::Found> = self.api.list(&self.path("/pulls?state=open"))?;
        let found = open.into_iter().filter(|one| one.head.sha.eq_ignore_ascii_case(head));
        Ok(found.map(|one| one.number).collect())
    }

    /// Source: `GET /repos/{owner}/{repo}/pulls/{index}` (`repoGetPullRequest`).
    fn read(&self, number: u64, gate: &Gate) -> Result<PullRequest, ForgeError> {
        let request: answers::PullRequest = self.api.get(&self.path(&format!("/pulls/{number}")))?;
        let owner = self.repository.split('/').next().unwrap_or_default();
        let people = request.requested_reviewers.unwrap_or_default();
        let teams = request.requested_reviewers_teams.unwrap_or_default();
        let teams = teams.into_iter().map(|team| format!("{owner}/{}", team.name));
        let web = request.html_url.rsplit_once("/pulls/").map(|(repository, _)| Web {
            files: format!("{repository}/src/commit/{}/", request.head.sha),
        });
        Ok(PullRequest {
            number,
            is_open: request.state == "open",
            author: request.user.unwrap_or_default().login,
            is_from_fork: request.head.repo_id != request.base.repo_id,
            web,
            labels: request
                .labels
                .unwrap_or_default()
                .into_iter()
                .map(|label| label.name)
                .collect(),
            label_exists: self.label(&gate.label)?.is_some(),
            requested: people.into_iter().map(|account| account.login).chain(teams).collect(),
            takes_one_reviewer: false,
            takes_teams: true,
            // No answer shows it: the timeline does, page by page, and counts each page as if it were all.
            auto_merge: AutoMerge::Untold,
            reviews: self.reviews(number)?,
            contributors: Some(self.contributors(number)?),
            comments: self.comments(number)?,
            keeps_description: false,
            status: self.status(&request.head.sha, &gate.context)?,
            head: request.head.sha,
        })
    }

    /// Sources: `GET /orgs/{org}/teams` (`orgListTeams`, for members of the organisation), `GET /teams/{id}/members` (`orgListTeamMembers`, for
    /// members of the team and owners of the organisation). The account of the token has to be one of them, and is no approver by that.
    fn members(&self, team: &str) -> Result<Vec<String>, ForgeError> {
        let (owner, name) = team.split_once('/').unwrap_or((team, ""));
        let teams: Vec<answers::Team> = self.api.list(&format!("/orgs/{}/teams", segment(owner)))?;
        let found = teams.iter().find(|one| one.name.to_lowercase() == name.to_lowercase());
        let found = found.ok_or_else(|| ForgeError::Missing {
            kind: "team",
            name: team.to_owned(),
        })?;
        let members: Vec<Account> = self.api.list(&format!("/teams/{}/members", found.id))?;
        let own: Account = self.api.get("/user")?;
        let others = members.into_iter().filter(|account| account.id != own.id);
        Ok(others.map(|account| account.login).collect())
    }

    /// Sources: `issueCreateLabel`, `issueAddLabel`, `issueRemoveLabel`, `repoCancelScheduledAutoMerge`; for the rest see [`call`].
    fn apply(&self, pull_request: &PullRequest, action: &Action) -> Result<(), ForgeError> {
        let number = pull_request.number;
        let (method, path, body) = match action {
            Action::CreateLabel { name } => (
                Method::Post,
                "/labels".to_owned(),
                json!({ "name": name, "color": format!("#{LABEL_COLOR}"), "description": LABEL_DESCRIPTION }),
            ),
            Action::AddLabel { name } => {
                let path = format!("/issues/{number}/labels");
                (Method::Post, path, json!({ "labels": [self.label_id(name)?] }))
            }
            Action::RemoveLabel { name } => {
                let path = format!("/issues/{number}/labels/{}", self.label_id(name)?);
                return self.api.delete(&self.path(&path));
            }
            // That nothing is scheduled is as good.
            Action::DisableAutoMerge => return self.api.delete(&self.path(&format!("/pulls/{number}/merge"))),
            same => match call(number, same) {
                Some(call) => call,
                // There are no threads to resolve: no comment that is read has one.
                None => return Ok(()),
            },
        };
        self.api.send(method, &self.path(&path), &body)
    }

    fn protection(&self) -> Result<Protection, ForgeError> {
        protection::read(&self.api, &self.repository)
    }
}

/// Gitea does not say who is a program; accounts of its own have numbers below 1.
fn person_of(account: Account) -> Person {
    let known = |text: Option<String>| text.filter(|text| !text.is_empty());
    Person {
        is_bot: account.id < 1 || is_name_of_a_bot(&account.login),
        login: account.login,
        names: known(account.full_name).into_iter().collect(),
        emails: known(account.email).into_iter().collect(),
    }
}
