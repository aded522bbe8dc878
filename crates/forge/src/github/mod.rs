//! `GitHub` and `GitHub` Enterprise Server, [REST API](https://docs.github.com/en/rest).

mod answers;
mod graph;
mod protection;

use std::collections::BTreeMap;

use serde_json::json;

use crate::action::{LABEL_COLOR, LABEL_DESCRIPTION};
use crate::address::{owner_and_name, segment};
use crate::api::Api;
use crate::github_like::{Commit, call, contributors};
use crate::pull_request::{
    AutoMerge, Comment, Contributor, Person, PullRequest, Review, Stance, Status, StatusState, Web, is_name_of_a_bot,
};
use crate::transport::{Method, Transport};
use crate::{Action, Address, Forge, ForgeError, Gate, MergeGroup, Protection, Token};

use answers::Account;

/// A client for one repository.
pub(crate) struct GitHub {
    api: Api,
    graphql: Address,
    repository: String,
}

impl GitHub {
    pub(crate) fn new(
        address: Address,
        repository: &str,
        token: Token,
        transport: Box<dyn Transport>,
    ) -> Result<Self, ForgeError> {
        let headers = vec![
            ("authorization", token.after("Bearer ")),
            ("accept", "application/vnd.github+json".to_owned()),
            ("x-github-api-version", "2022-11-28".to_owned()),
        ];
        Ok(Self {
            // Source: https://docs.github.com/en/enterprise-server/graphql/guides/forming-calls-with-graphql: the root of
            // REST is `/api/v3` on a server of one's own, and GraphQL lies beside it.
            graphql: address.with_end("/v3", ""),
            repository: owner_and_name(repository)?,
            api: Api::new(address, headers, token, transport, "per_page=100"),
        })
    }

    fn path(&self, rest: &str) -> String {
        format!("/repos/{}{rest}", self.repository)
    }

    /// Source: [list reviews](https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request), in the order of time.
    fn reviews(&self, number: u64, gate: &Gate) -> Result<Vec<Review>, ForgeError> {
        let reviews: Vec<answers::Review> = self.api.list(&self.path(&format!("/pulls/{number}/reviews")))?;
        let mut people = BTreeMap::new();
        let mut result = Vec::with_capacity(reviews.len());
        for review in reviews {
            let stance = match review.state.as_str() {
                "APPROVED" => Stance::Approved,
                "CHANGES_REQUESTED" => Stance::ChangesRequested,
                "DISMISSED" => Stance::Withdrawn,
                _ => Stance::Other,
            };
            let account = review.user.unwrap_or_default();
            let by = if stance != Stance::Approved || !gate.may_approve(&account.login) {
                person_of(&account)
            } else if let Some(known) = people.get(&account.login) {
                Person::clone(known)
            } else {
                let person = self.person(&account)?;
                people.insert(account.login.clone(), person.clone());
                person
            };
            result.push(Review {
                by,
                stance,
                commit: review.commit_id,
            });
        }
        Ok(result)
    }

    /// An account with what else it is known by, since a co-author is named by a name and an address.
    ///
    /// Source: [get a user](https://docs.github.com/en/rest/users/users#get-a-user). The address is the public one, if there is one.
    fn person(&self, account: &Account) -> Result<Person, ForgeError> {
        let known: Option<answers::User> = self.api.find(&format!("/users/{}", segment(&account.login)))?;
        let mut person = person_of(account);
        if let Some(known) = known {
            person.is_bot |= known.kind != "User";
            person.names.extend(known.name);
            person.emails.extend(known.email);
        }
        Ok(person)
    }

    /// Source: [list commits](https://docs.github.com/en/rest/pulls/pulls#list-commits-on-a-pull-request), 250 at most.
    fn contributors(&self, number: u64, commits: usize) -> Result<Option<Vec<Contributor>>, ForgeError> {
        let listed: Vec<Commit> = self.api.list(&self.path(&format!("/pulls/{number}/commits")))?;
        Ok((listed.len() >= commits).then(|| contributors(listed)))
    }

    /// Source: [list issue comments](https://docs.github.com/en/rest/issues/comments#list-issue-comments), oldest first.
    fn comments(&self, number: u64) -> Result<Vec<Comment>, ForgeError> {
        let comments: Vec<answers::Comment> = self.api.list(&self.path(&format!("/issues/{number}/comments")))?;
        if comments.is_empty() {
            return Ok(Vec::new());
        }
        let own = self.own_login()?;
        let comments = comments.into_iter().map(|comment| {
            let author = comment.user.unwrap_or_default();
            // GraphQL leaves `[bot]` out in some places, and nobody but a program can have it.
            let is_own = author.login == own || (author.kind == "Bot" && author.login == format!("{own}[bot]"));
            Comment {
                id: comment.id,
                is_own,
                body: comment.body.unwrap_or_default(),
                thread: None,
            }
        });
        Ok(comments.collect())
    }

    /// Source: [combined status](https://docs.github.com/en/rest/commits/statuses#get-the-combined-status-for-a-specific-reference): the
    /// latest of each context.
    fn status(&self, head: &str, context: &str) -> Result<Option<Status>, ForgeError> {
        let path = self.path(&format!("/commits/{}/status", segment(head)));
        let statuses = self.api.list_in(&path, |page: answers::CombinedStatus| page.statuses)?;
        let ours = statuses.into_iter().find(|status| status.context == context);
        Ok(ours.map(|status| Status {
            state: StatusState::of_name(&status.state),
            description: status.description.unwrap_or_default(),
        }))
    }
}

impl Forge for GitHub {
    /// Source: [list pull requests](https://docs.github.com/en/rest/pulls/pulls#list-pull-requests). The list in the event of a
    /// `workflow_run` is empty for forks.
    fn find(&self, head: &str, branch: Option<&str>) -> Result<Vec<u64>, ForgeError> {
        let branch = branch.map_or_else(String::new, |branch| format!("&head={}", segment(branch)));
        let open: Vec<answers::Found> = self.api.list(&self.path(&format!("/pulls?state=open{branch}")))?;
        let found = open.into_iter().filter(|one| one.head.sha.eq_ignore_ascii_case(head));
        Ok(found.map(|one| one.number).collect())
    }

    /// Source: [get a pull request](https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request),
    /// [get a label](https://docs.github.com/en/rest/issues/labels#get-a-label).
    fn read(&self, number: u64, gate: &Gate) -> Result<PullRequest, ForgeError> {
        let request: answers::PullRequest = self.api.get(&self.path(&format!("/pulls/{number}")))?;
        let label: Option<answers::Label> = self
            .api
            .find(&self.path(&format!("/labels/{}", segment(&gate.label))))?;
        let owner = self.repository.split('/').next().unwrap_or_default();
        let teams = request
            .requested_teams
            .into_iter()
            .map(|team| format!("{owner}/{}", team.slug));
        let people = request.requested_reviewers.into_iter().map(|account| account.login);
        let base = &request.base.repo;
        let is_from_fork = match (&request.head.repo, base) {
            (Some(head), Some(base)) => !head.full_name.eq_ignore_ascii_case(&base.full_name),
            // The fork is gone.
            _ => true,
        };
        Ok(PullRequest {
            number,
            is_open: request.state == "open",
            author: request.user.unwrap_or_default().login,
            is_from_fork,
            web: web(&request.html_url, &request.head.sha),
            labels: request.labels.into_iter().map(|label| label.name).collect(),
            label_exists: label.is_some(),
            requested: people.chain(teams).collect(),
            takes_one_reviewer: false,
            takes_teams: true,
            auto_merge: if request.auto_merge.is_some() {
                AutoMerge::On
            } else {
                AutoMerge::Off
            },
            reviews: self.reviews(number, gate)?,
            contributors: self.contributors(number, request.commits)?,
            comments: self.comments(number)?,
            keeps_description: false,
            status: self.status(&request.head.sha, &gate.context)?,
            head: request.head.sha,
        })
    }

    /// Source: [list team members](https://docs.github.com/en/rest/teams/members#list-team-members), those of teams below it as well.
    fn members(&self, team: &str) -> Result<Vec<String>, ForgeError> {
        let (owner, slug) = team.split_once('/').unwrap_or((team, ""));
        let path = format!("/orgs/{}/teams/{}/members", segment(owner), segment(slug));
        let members: Vec<Account> = self.api.list(&path)?;
        Ok(members.into_iter().map(|account| account.login).collect())
    }

    fn merge_group(&self, branch: &str, head: &str, context: &str) -> Result<MergeGroup, ForgeError> {
        self.group_in_queue(branch, head, context)
    }

    /// Source: [labels](https://docs.github.com/en/rest/issues/labels); for the rest see [`call`].
    fn apply(&self, pull_request: &PullRequest, action: &Action) -> Result<(), ForgeError> {
        let number = pull_request.number;
        let (method, path, body) = match action {
            Action::CreateLabel { name } => (
                Method::Post,
                "/labels".to_owned(),
                json!({ "name": name, "color": LABEL_COLOR, "description": LABEL_DESCRIPTION }),
            ),
            Action::AddLabel { name } => {
                let path = format!("/issues/{number}/labels");
                (Method::Post, path, json!({ "labels": [name] }))
            }
            Action::RemoveLabel { name } => {
                return self
                    .api
                    .delete(&self.path(&format!("/issues/{number}/labels/{}", segment(name))));
            }
            Action::DisableAutoMerge => return self.disable_auto_merge(number),
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

fn person_of(account: &Account) -> Person {
    Person {
        login: account.login.clone(),
        is_bot: account.kind != "User" || is_name_of_a_bot(&account.login),
        ..Person::default()
    }
}

/// The files of the commit in the repository that the pull request goes to, where commits of forks can be seen as well.
fn web(html_url: &str, head: &str) -> Option<Web> {
    let (repository, _) = html_url.rsplit_once("/pull/")?;
    Some(Web {
        files: format!("{repository}/blob/{head}/"),
    })
}
