//! A strict fake of GitHub: it knows the requests that it answers, word for word, and keeps what they change.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::forge_support::{Answer, Api, Asked, BASE, HEAD, TOKEN};

/// Switches auto-merge off.
const DISABLE: &str =
    "mutation($id: ID!) { disablePullRequestAutoMerge(input: { pullRequestId: $id }) { pullRequest { number } } }";
/// Asks for a merge queue.
const QUEUE: &str = "query($owner: String!, $name: String!, $branch: String!, $first: Int!) { repository(owner: $owner, \
    name: $name) { mergeQueue(branch: $branch) { entries(first: $first) { nodes { position headCommit { oid } \
    pullRequest { number headRefOid } } pageInfo { hasNextPage } } } } }";

/// What GitHub keeps about `corp/app` and its pull request 7 by `mallory`.
pub(crate) struct GitHub {
    pub(crate) head: String,
    pub(crate) head_repository: Value,
    pub(crate) commits: Vec<Value>,
    repository_labels: Vec<String>,
    pub(crate) labels: Vec<String>,
    pub(crate) comments: Vec<Value>,
    reviews: Vec<Value>,
    requested: Vec<String>,
    pub(crate) statuses: BTreeMap<String, Value>,
    /// Whether it merges itself as soon as it may.
    pub(crate) auto_merge: bool,
    /// Members of the teams of `corp`, by slug.
    pub(crate) teams: BTreeMap<String, Vec<String>>,
    /// Entries of the merge queue of `main`.
    pub(crate) queue: Vec<Value>,
    /// What is answered instead, by path.
    pub(crate) special: BTreeMap<String, Answer>,
}

impl GitHub {
    pub(crate) fn new() -> Self {
        Self {
            head: HEAD.to_owned(),
            head_repository: json!({ "full_name": "corp/app" }),
            commits: vec![commit("mallory", "change")],
            repository_labels: vec!["bug".to_owned()],
            labels: Vec::new(),
            comments: Vec::new(),
            reviews: Vec::new(),
            requested: Vec::new(),
            statuses: BTreeMap::new(),
            auto_merge: false,
            teams: BTreeMap::new(),
            queue: Vec::new(),
            special: BTreeMap::new(),
        }
    }

    pub(crate) fn review(&mut self, login: &str, kind: &str, state: &str, commit: &str) {
        let user = json!({ "login": login, "type": kind, "id": 1 });
        self.reviews
            .push(json!({ "user": user, "state": state, "commit_id": commit, "submitted_at": "2026-11-20T21:00:00Z" }));
    }

    fn pull_request(&self) -> Value {
        let names = |names: &[String], key: &str| names.iter().map(|name| json!({ key: name })).collect::<Vec<_>>();
        let (teams, people): (Vec<_>, Vec<_>) = self
            .requested
            .iter()
            .cloned()
            .partition(|name| name.starts_with("team:"));
        let teams: Vec<_> = teams.iter().map(|team| team.replace("team:", "")).collect();
        json!({
            "number": 7, "state": "open", "user": account("mallory", "User"),
            "html_url": "https://github.example/corp/app/pull/7",
            "head": { "sha": self.head, "repo": self.head_repository },
            "base": { "sha": BASE, "repo": { "full_name": "corp/app" } },
            "labels": names(&self.labels, "name"),
            "requested_reviewers": people.iter().map(|login| account(login, "User")).collect::<Vec<_>>(),
            "requested_teams": names(&teams, "slug"),
            "commits": self.commits.len(), "node_id": "PR_node7",
            "auto_merge": self.auto_merge.then(|| json!({ "merge_method": "squash", "enabled_by": account("mallory", "User") })),
        })
    }

    fn read(&self, asked: &Asked, path: &str) -> Result<Answer, String> {
        let page = |entries: &[Value]| asked.page(entries, "per_page", 100);
        Ok(match path {
            "/pulls/7" => Answer::ok(self.pull_request()),
            "/pulls" => return page(&[self.pull_request()]),
            "/pulls/7/reviews" => return page(&self.reviews),
            "/pulls/7/commits" => return page(&self.commits[..self.commits.len().min(250)]),
            "/issues/7/comments" => return page(&self.comments),
            "/labels/human-review-required" => {
                if self
                    .repository_labels
                    .iter()
                    .any(|label| label == "human-review-required")
                {
                    Answer::ok(json!({ "name": "human-review-required", "color": "b60205" }))
                } else {
                    Answer::absent()
                }
            }
            _ => {
                let sha = path
                    .strip_prefix("/commits/")
                    .and_then(|rest| rest.strip_suffix("/status"));
                let sha = sha.filter(|sha| self.knows(sha)).ok_or("not known")?;
                let statuses: Vec<_> = self.statuses.get(sha).cloned().into_iter().collect();
                Answer::ok(json!({ "state": "pending", "statuses": statuses, "total_count": statuses.len() }))
            }
        })
    }

    fn write(&mut self, asked: &Asked, path: &str) -> Result<Answer, String> {
        Ok(match (asked.method.as_str(), path) {
            ("POST", "/labels") => {
                let body = asked.body_of(&["name", "color", "description"])?;
                if body["color"].as_str().unwrap().starts_with('#') {
                    return Ok(Answer::of(422, json!({ "message": "Validation Failed" })));
                }
                self.repository_labels.push(body["name"].as_str().unwrap().to_owned());
                Answer::of(201, body.clone())
            }
            ("POST", "/issues/7/labels") => {
                let body = asked.body_of(&["labels"])?;
                let added = body["labels"].as_array().unwrap().iter();
                self.labels
                    .extend(added.map(|label| label.as_str().unwrap().to_owned()));
                Answer::ok(json!([]))
            }
            ("DELETE", "/issues/7/labels/human-review-required") => {
                self.labels.retain(|label| label != "human-review-required");
                Answer::ok(json!([]))
            }
            ("POST", "/issues/7/comments") => {
                let body = asked.body_of(&["body"])?["body"].clone();
                self.comments
                    .push(comment(500, "github-actions[bot]", "Bot", body.as_str().unwrap()));
                Answer::of(201, self.comments.last().unwrap().clone())
            }
            ("PATCH", "/issues/comments/500") => {
                let body = asked.body_of(&["body"])?["body"].clone();
                let ours = self.comments.iter_mut().find(|comment| comment["id"] == 500).unwrap();
                ours["body"] = body;
                Answer::ok(ours.clone())
            }
            ("POST", "/pulls/7/requested_reviewers") => {
                let body = asked.body_of(&["reviewers", "team_reviewers"])?;
                let people = body["reviewers"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|one| one.as_str().unwrap().to_owned());
                let teams = body["team_reviewers"].as_array().unwrap().iter();
                let teams = teams.map(|one| format!("team:{}", one.as_str().unwrap()));
                self.requested.extend(people.chain(teams));
                if self.requested.iter().any(|login| login == "mallory") {
                    return Ok(Answer::of(
                        422,
                        json!({ "message": "Review cannot be requested from pull request author." }),
                    ));
                }
                Answer::of(201, json!({}))
            }
            ("POST", _) => {
                let sha = path.strip_prefix("/statuses/").filter(|sha| self.knows(sha));
                let sha = sha.ok_or("not known")?.to_owned();
                let body = asked.body_of(&["state", "description", "context"])?;
                if body["description"].as_str().unwrap().chars().count() > 140 {
                    return Ok(Answer::of(422, json!({ "message": "description is too long" })));
                }
                self.statuses.insert(sha, body.clone());
                Answer::of(201, body.clone())
            }
            _ => return Err("not known".to_owned()),
        })
    }

    /// Whether the commit is the head of the pull request, or one of the merge queue.
    fn knows(&self, sha: &str) -> bool {
        let queued = |entry: &Value| entry["headCommit"]["oid"] == sha || entry["pullRequest"]["headRefOid"] == sha;
        self.head == sha || self.queue.iter().any(queued)
    }

    /// An answer to a query; each has to be written as here.
    fn graph(&mut self, asked: &Asked) -> Result<Answer, String> {
        if let Ok(body) = asked.body_of(&["query"]) {
            if body["query"] != "query { viewer { login } }" {
                return Err("another query".to_owned());
            }
            return Ok(Answer::ok(
                json!({ "data": { "viewer": { "login": "github-actions[bot]" } } }),
            ));
        }
        let body = asked.body_of(&["query", "variables"])?;
        let variables = &body["variables"];
        match body["query"].as_str().unwrap_or_default() {
            DISABLE if *variables == json!({ "id": "PR_node7" }) && self.auto_merge => {
                self.auto_merge = false;
                let made = json!({ "pullRequest": { "number": 7 } });
                Ok(Answer::ok(json!({ "data": { "disablePullRequestAutoMerge": made } })))
            }
            DISABLE => Err("it is not on".to_owned()),
            QUEUE if *variables == json!({ "owner": "corp", "name": "app", "branch": "main", "first": 100 }) => {
                let entries = json!({ "nodes": self.queue, "pageInfo": { "hasNextPage": false } });
                Ok(Answer::ok(
                    json!({ "data": { "repository": { "mergeQueue": { "entries": entries } } } }),
                ))
            }
            QUEUE => Ok(Answer::ok(json!({ "data": { "repository": { "mergeQueue": null } } }))),
            _ => Err("another query".to_owned()),
        }
    }

    /// The members of a team of `corp`.
    fn members(&self, asked: &Asked, path: &str) -> Result<Answer, String> {
        let team = path.strip_suffix("/members").ok_or("not known")?;
        let Some(members) = self.teams.get(team) else {
            return Ok(Answer::absent());
        };
        let members: Vec<_> = members.iter().map(|login| account(login, "User")).collect();
        asked.page(&members, "per_page", 100)
    }

    pub(crate) fn status(&self) -> (String, String) {
        let text = |key: &str| self.statuses[&self.head][key].as_str().unwrap().to_owned();
        (text("state"), text("description"))
    }
}

impl Api for GitHub {
    fn answer(&mut self, asked: &Asked) -> Result<Answer, String> {
        asked.has("authorization", &format!("Bearer {TOKEN}"))?;
        asked.has("x-github-api-version", "2022-11-28")?;
        asked.has("user-agent", concat!("weighbridge/", env!("CARGO_PKG_VERSION")))?;
        let is_file = asked.path.contains("/contents/");
        asked.has(
            "accept",
            if is_file {
                "application/vnd.github.raw+json"
            } else {
                "application/vnd.github+json"
            },
        )?;
        if asked.body.is_some() {
            asked.has("content-type", "application/json")?;
        }
        if let Some(answer) = self.special.get(&asked.path) {
            return Ok(answer.clone());
        }
        if asked.path == "/api/graphql" {
            return self.graph(asked);
        }
        if let Some(team) = asked.path.strip_prefix("/api/v3/orgs/corp/teams/") {
            return self.members(asked, team);
        }
        match asked.path.strip_prefix("/api/v3/repos/corp/app") {
            Some(path) if asked.method == "GET" => self.read(asked, path),
            Some(path) => {
                let path = path.to_owned();
                self.write(asked, &path)
            }
            None => match asked.path.strip_prefix("/api/v3/users/") {
                Some(login) if asked.method == "GET" => {
                    let email = format!("{login}@corp.example");
                    Ok(Answer::ok(
                        json!({ "login": login, "type": "User", "name": format!("{login} of corp"), "email": email }),
                    ))
                }
                _ => Err("not known".to_owned()),
            },
        }
    }
}

fn account(login: &str, kind: &str) -> Value {
    json!({ "login": login, "type": kind, "id": 1 })
}

/// A commit as it is listed.
pub(crate) fn commit(login: &str, message: &str) -> Value {
    let signature = json!({ "name": format!("{login} of corp"), "email": format!("{login}@corp.example") });
    json!({
        "sha": HEAD, "author": account(login, "User"), "committer": {},
        "commit": { "author": signature, "committer": signature, "message": message },
    })
}

/// A comment as it is listed.
pub(crate) fn comment(id: u64, login: &str, kind: &str, body: &str) -> Value {
    json!({ "id": id, "user": account(login, kind), "body": body })
}
