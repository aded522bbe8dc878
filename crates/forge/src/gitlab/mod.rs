//! GitLab, [REST API v4](https://docs.gitlab.com/api/rest/). Everything here works on the Free tier.

mod answers;
mod protection;

use serde_json::json;

use crate::address::{owner_and_name, segment};
use crate::api::Api;
use crate::instant::milliseconds;
use crate::pull_request::{
    AutoMerge, Comment, Contributor, Person, PullRequest, Review, Stance, Status, StatusState, Thread, Web,
    is_name_of_a_bot,
};
use crate::transport::{Method, Transport};
use crate::{Action, Address, Forge, ForgeError, Gate, Protection, Token};

/// A client for one project.
pub(crate) struct GitLab {
    api: Api,
    project: String,
}

impl GitLab {
    pub(crate) fn new(
        address: Address,
        project: &str,
        token: Token,
        transport: Box<dyn Transport>,
    ) -> Result<Self, ForgeError> {
        let is_number = !project.is_empty() && project.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number {
            // A path may have more than two parts; each has to be a name.
            let (group, name) = project.rsplit_once('/').unwrap_or((project, ""));
            let last_group = group.rsplit('/').next().unwrap_or_default();
            owner_and_name(&format!("{last_group}/{name}"))?;
        }
        let headers = vec![
            ("private-token", token.after("")),
            ("accept", "application/json".to_owned()),
        ];
        Ok(Self {
            api: Api::new(address, headers, token, transport, "per_page=100"),
            project: segment(project),
        })
    }

    fn path(&self, rest: &str) -> String {
        format!("/projects/{}{rest}", self.project)
    }

    fn request_path(&self, number: u64, rest: &str) -> String {
        self.path(&format!("/merge_requests/{number}{rest}"))
    }

    /// Comments and what GitLab noted itself, by thread.
    ///
    /// Source: [list discussions](https://docs.gitlab.com/api/discussions/#list-project-merge-request-discussion-items).
    fn discussions(&self, number: u64) -> Result<Vec<answers::Discussion>, ForgeError> {
        self.api.list(&self.request_path(number, "/discussions"))
    }

    /// The first note of every thread, if it is a comment.
    ///
    /// Source: [get the current user](https://docs.gitlab.com/api/users/#retrieve-the-current-user).
    fn comments(&self, discussions: &[answers::Discussion]) -> Result<Vec<Comment>, ForgeError> {
        let mut own = None;
        let mut comments = Vec::new();
        for discussion in discussions {
            let Some(note) = discussion.notes.first().filter(|note| !note.system) else {
                continue;
            };
            let own = match own {
                Some(own) => own,
                None => *own.insert(self.api.get::<answers::Account>("/user")?.id),
            };
            comments.push(Comment {
                id: note.id,
                is_own: note.author.id == own,
                body: note.body.clone(),
                thread: (note.resolvable && !discussion.individual_note).then(|| Thread {
                    id: discussion.id.clone(),
                    is_resolved: note.resolved,
                }),
            });
        }
        Ok(comments)
    }

    /// Approvals as reviews. An approval names no commit: it is about the last one if it is younger than the last push.
    ///
    /// Sources: [approvals](https://docs.gitlab.com/api/merge_request_approvals/#retrieve-approval-state-for-a-merge-request) (`approved_at`
    /// is missing before GitLab 18; then the note that GitLab writes tells the time),
    /// [versions](https://docs.gitlab.com/api/merge_requests/#retrieve-merge-request-diff-versions),
    /// [reviewers](https://docs.gitlab.com/api/merge_requests/#retrieve-merge-request-reviewers).
    fn reviews(
        &self,
        request: &answers::MergeRequest,
        discussions: &[answers::Discussion],
        gate: &Gate,
    ) -> Result<Vec<Review>, ForgeError> {
        let number = request.iid;
        let approvals: answers::Approvals = self.api.get(&self.request_path(number, "/approvals"))?;
        let reviewers: Vec<answers::Reviewer> = self.api.list(&self.request_path(number, "/reviewers"))?;
        let versions: Vec<answers::Version> = self.api.list(&self.request_path(number, "/versions"))?;
        let newest = versions.iter().max_by_key(|version| version.id);
        let newest = newest.filter(|version| version.head_commit_sha == request.sha);
        let last_push = newest.and_then(|version| milliseconds(&version.created_at));
        let mut reviews = Vec::new();
        for approval in approvals.approved_by {
            let account = approval.user;
            let approved_at = approval.approved_at.as_deref().and_then(milliseconds);
            let approved_at = approved_at.or_else(|| noted_approval(discussions, account.id));
            let is_of_head = match (last_push, approved_at) {
                (Some(push), Some(approved)) => approved > push,
                _ => false,
            };
            reviews.push(Review {
                by: if gate.may_approve(&account.username) {
                    self.person(&account)?
                } else {
                    person_of(&account)
                },
                stance: Stance::Approved,
                commit: is_of_head.then(|| request.sha.clone()),
            });
        }
        let objections = reviewers.into_iter().filter(|one| one.state == "requested_changes");
        reviews.extend(objections.map(|reviewer| Review {
            by: person_of(&reviewer.user),
            stance: Stance::ChangesRequested,
            commit: None,
        }));
        Ok(reviews)
    }

    /// Source: [get a single user](https://docs.gitlab.com/api/users/#retrieve-a-user).
    fn person(&self, account: &answers::Account) -> Result<Person, ForgeError> {
        let user: Option<answers::User> = self.api.find(&format!("/users/{}", account.id))?;
        let mut person = person_of(account);
        if let Some(user) = user {
            person.is_bot |= user.bot;
            person.emails.extend(user.public_email);
            person.emails.extend(user.commit_email);
            person.emails.extend(user.email);
        }
        Ok(person)
    }

    /// Source: [commits of a merge request](https://docs.gitlab.com/api/merge_requests/#retrieve-merge-request-commits).
    fn contributors(&self, number: u64) -> Result<Vec<Contributor>, ForgeError> {
        let commits: Vec<answers::Commit> = self.api.list(&self.request_path(number, "/commits"))?;
        let all = commits.into_iter().flat_map(|commit| {
            let signed = |name, email| Contributor {
                login: None,
                name,
                email,
            };
            let author = signed(commit.author_name, commit.author_email);
            let committer = signed(commit.committer_name, commit.committer_email);
            Contributor::of_commit(author, committer, &commit.message)
        });
        Ok(all.collect())
    }

    /// Source: [list commit statuses](https://docs.gitlab.com/api/commits/#list-commit-statuses): the latest of each name.
    fn status(&self, head: &str, context: &str) -> Result<Option<Status>, ForgeError> {
        let path = self.path(&format!(
            "/repository/commits/{}/statuses?name={}",
            segment(head),
            segment(context)
        ));
        let statuses: Vec<answers::Status> = self.api.list(&path)?;
        let ours = statuses
            .into_iter()
            .filter(|status| status.name == context)
            .max_by_key(|status| status.id);
        Ok(ours.map(|status| Status {
            state: StatusState::of_name(&status.status),
            description: status.description.unwrap_or_default(),
        }))
    }

    /// The number of the account that is called so.
    ///
    /// Source: [list users](https://docs.gitlab.com/api/users/#list-users).
    fn user_id(&self, login: &str) -> Result<u64, ForgeError> {
        let users: Vec<answers::Account> = self.api.get(&format!("/users?username={}", segment(login)))?;
        let found = users.iter().find(|user| user.username.eq_ignore_ascii_case(login));
        found.map(|user| user.id).ok_or_else(|| ForgeError::Missing {
            kind: "user",
            name: login.to_owned(),
        })
    }
}

impl Forge for GitLab {
    /// Source: [list project merge requests](https://docs.gitlab.com/api/merge_requests/#list-project-merge-requests).
    fn find(&self, head: &str, branch: Option<&str>) -> Result<Vec<u64>, ForgeError> {
        let branch = branch.map_or_else(String::new, |branch| format!("&source_branch={}", segment(branch)));
        let open: Vec<answers::Found> = self
            .api
            .list(&self.path(&format!("/merge_requests?state=opened{branch}")))?;
        let found = open.into_iter().filter(|one| one.sha.as_deref() == Some(head));
        Ok(found.map(|one| one.iid).collect())
    }

    /// Source: [get a merge request](https://docs.gitlab.com/api/merge_requests/#retrieve-a-merge-request).
    fn read(&self, number: u64, gate: &Gate) -> Result<PullRequest, ForgeError> {
        let request: answers::MergeRequest = self.api.get(&self.request_path(number, ""))?;
        let discussions = self.discussions(number)?;
        Ok(PullRequest {
            number,
            is_open: request.state == "opened",
            author: request.author.username.clone(),
            // A project that is gone has no number.
            is_from_fork: request.source_project_id != Some(request.target_project_id),
            web: web(&request.web_url, &request.sha),
            labels: request.labels.clone(),
            // GitLab creates what is added.
            label_exists: true,
            requested: request.reviewers.iter().map(|one| one.username.clone()).collect(),
            takes_one_reviewer: true,
            takes_teams: false,
            auto_merge: if request.merge_when_pipeline_succeeds {
                AutoMerge::On
            } else {
                AutoMerge::Off
            },
            reviews: self.reviews(&request, &discussions, gate)?,
            contributors: Some(self.contributors(number)?),
            comments: self.comments(&discussions)?,
            status: self.status(&request.sha, &gate.context)?,
            // A pending status cannot become pending; one that was successful gives way to a new one.
            keeps_description: true,
            head: request.sha,
        })
    }

    /// The members of the group itself. Those whom it inherits from the groups above are left out: they were not put on this list.
    ///
    /// Source: [list group members](https://docs.gitlab.com/api/group_members/#list-all-members-of-a-group). A group at the top is written
    /// with a slash behind it, since it would look like a login.
    fn members(&self, team: &str) -> Result<Vec<String>, ForgeError> {
        let path = format!("/groups/{}/members", segment(team.trim_end_matches('/')));
        let members: Vec<answers::Member> = self.api.list(&path)?;
        let active = members.into_iter().filter(|member| member.state == "active");
        Ok(active.map(|member| member.username).collect())
    }

    /// Sources: [update a merge request](https://docs.gitlab.com/api/merge_requests/#update-a-merge-request) (labels, reviewers),
    /// [notes](https://docs.gitlab.com/api/notes/#merge-requests), [discussions](https://docs.gitlab.com/api/discussions/#merge-requests),
    /// [set commit pipeline status](https://docs.gitlab.com/api/commits/#set-commit-pipeline-status),
    /// [cancel auto-merge](https://docs.gitlab.com/api/merge_requests/#cancel-merge-when-pipeline-succeeds).
    fn apply(&self, pull_request: &PullRequest, action: &Action) -> Result<(), ForgeError> {
        let number = pull_request.number;
        let of_request = |rest: &str| self.request_path(number, rest);
        let (method, path, body) = match action {
            Action::CreateLabel { .. } => return Ok(()),
            Action::AddLabel { name } => (Method::Put, of_request(""), json!({ "add_labels": name })),
            Action::RemoveLabel { name } => (Method::Put, of_request(""), json!({ "remove_labels": name })),
            Action::CreateComment {
                body,
                opens_thread: true,
            } => (Method::Post, of_request("/discussions"), json!({ "body": body })),
            Action::CreateComment { body, .. } => (Method::Post, of_request("/notes"), json!({ "body": body })),
            Action::UpdateComment { id, body } => (
                Method::Put,
                of_request(&format!("/notes/{id}")),
                json!({ "body": body }),
            ),
            Action::ResolveThread { id } | Action::ReopenThread { id } => {
                let is_settled = matches!(action, Action::ResolveThread { .. });
                let path = of_request(&format!("/discussions/{}", segment(id)));
                (Method::Put, path, json!({ "resolved": is_settled }))
            }
            Action::RequestReviews { of } => {
                // The list replaces the one that is there.
                let names = pull_request.requested.iter().chain(of);
                let ids: Result<Vec<u64>, ForgeError> = names.map(|login| self.user_id(login)).collect();
                (Method::Put, of_request(""), json!({ "reviewer_ids": ids? }))
            }
            Action::DisableAutoMerge => (
                Method::Post,
                of_request("/cancel_merge_when_pipeline_succeeds"),
                json!({}),
            ),
            Action::SetStatus {
                commit,
                context,
                status,
            } => (
                Method::Post,
                self.path(&format!("/statuses/{}", segment(commit))),
                json!({ "state": status.state.name(), "name": context, "description": status.description }),
            ),
        };
        self.api.send(method, &path, &body)
    }

    fn protection(&self) -> Result<Protection, ForgeError> {
        protection::read(&self.api, &self.project)
    }
}

fn person_of(account: &answers::Account) -> Person {
    Person {
        login: account.username.clone(),
        is_bot: is_name_of_a_bot(&account.username),
        names: account.name.iter().cloned().collect(),
        emails: Vec::new(),
    }
}

/// When GitLab last noted that the account approved, if it did not note later that it no longer does.
fn noted_approval(discussions: &[answers::Discussion], account: u64) -> Option<i64> {
    let notes = discussions.iter().flat_map(|discussion| &discussion.notes);
    let words = notes.filter(|note| note.system && note.author.id == account);
    let words = words.filter(|note| {
        matches!(
            note.body.as_str(),
            "approved this merge request" | "unapproved this merge request"
        )
    });
    let last = words.max_by_key(|note| note.id)?;
    (last.body == "approved this merge request").then_some(())?;
    milliseconds(&last.created_at)
}

fn web(web_url: &str, head: &str) -> Option<Web> {
    let (project, _) = web_url.rsplit_once("/-/merge_requests/")?;
    Some(Web {
        files: format!("{project}/-/blob/{head}/"),
    })
}
