//! `forge sync` against a strict fake of Gitea, through the real binary. `tests/forge/gitea.py` does the same with a real one.

use serde_json::{Value, json};

use crate::forge_support::{Answer, Api, Asked, Fake, HEAD, NEWER, TOKEN, forge, report, write_report};
use crate::support::{Folder, Ran};

/// What Gitea keeps about `corp/app` and its pull request 7 by `mallory`.
pub(crate) struct Gitea {
    head: String,
    labels: Vec<Value>,
    on_request: Vec<u64>,
    comments: Vec<Value>,
    reviews: Vec<Value>,
    requested: Vec<String>,
    status: Option<Value>,
    /// Whether it merges itself as soon as it may.
    pub(crate) auto_merge: bool,
    /// Teams of `corp`, with their members; `None` if the token may not see them.
    pub(crate) teams: Option<Vec<(&'static str, Vec<&'static str>)>>,
}

impl Gitea {
    pub(crate) fn new() -> Self {
        Self {
            head: HEAD.to_owned(),
            labels: vec![json!({ "id": 3, "name": "bug" })],
            on_request: Vec::new(),
            comments: Vec::new(),
            reviews: Vec::new(),
            requested: Vec::new(),
            status: None,
            auto_merge: false,
            teams: None,
        }
    }

    pub(crate) fn review(&mut self, login: &str, state: &str, commit: &str, change: impl FnOnce(&mut Value)) {
        let mut review = json!({
            "id": self.reviews.len() + 1, "user": account(login), "team": null, "state": state, "commit_id": commit,
            "stale": false, "official": true, "dismissed": false,
        });
        change(&mut review);
        // The order is not promised.
        self.reviews.insert(0, review);
    }

    /// Gitea writes the number of all entries, and on some lists no `Link`.
    fn list(asked: &Asked, entries: &[Value]) -> Result<Answer, String> {
        let mut answer = asked.page(entries, "limit", 50)?;
        answer.headers = vec![("X-Total-Count", entries.len().to_string())];
        Ok(answer)
    }

    fn read(&self, asked: &Asked, path: &str) -> Result<Answer, String> {
        let labels = self
            .labels
            .iter()
            .filter(|label| self.on_request.contains(&label["id"].as_u64().unwrap()));
        let labels: Vec<_> = labels.cloned().collect();
        Ok(match path {
            "/pulls/7" => Answer::ok(json!({
                "number": 7, "state": "open", "user": account("mallory"), "labels": if labels.is_empty() { Value::Null } else { labels.into() },
                "html_url": "https://git.example/corp/app/pulls/7", "head": { "sha": self.head, "repo_id": 5 },
                "base": { "sha": "0", "repo_id": 5 }, "requested_reviewers_teams": null,
                "requested_reviewers": self.requested.iter().map(|login| account(login)).collect::<Vec<_>>(),
            })),
            "/labels" => return Self::list(asked, &self.labels),
            "/pulls/7/reviews" => return Self::list(asked, &self.reviews),
            "/pulls/7/commits" => {
                let signature = json!({ "name": "mallory", "email": "mallory@corp.example" });
                let commit = json!({ "author": signature, "committer": signature, "message": "change" });
                return Self::list(
                    asked,
                    &[json!({ "sha": self.head, "author": account("mallory"), "committer": null, "commit": commit })],
                );
            }
            // All at once, whatever page is asked for.
            "/issues/7/comments" => {
                let mut answer = Answer::ok(self.comments.clone().into());
                answer.headers.push(("X-Total-Count", self.comments.len().to_string()));
                answer
            }
            _ if path == format!("/commits/{}/status", self.head) => Answer::ok(json!({
                "state": "pending", "statuses": self.status.clone().map(|status| vec![status]),
            })),
            _ => return Err("not known".to_owned()),
        })
    }

    fn write(&mut self, asked: &Asked, path: &str) -> Result<Answer, String> {
        Ok(match (asked.method.as_str(), path) {
            ("POST", "/labels") => {
                let body = asked.body_of(&["name", "color", "description"])?;
                if !body["color"].as_str().unwrap().starts_with('#') {
                    return Err("a colour begins with #".to_owned());
                }
                self.labels.push(json!({ "id": 41, "name": body["name"] }));
                Answer::of(201, json!({ "id": 41 }))
            }
            ("POST", "/issues/7/labels") => {
                let ids = asked.body_of(&["labels"])?["labels"].as_array().unwrap().iter();
                self.on_request.extend(ids.map(|id| id.as_u64().unwrap()));
                Answer::ok(json!([]))
            }
            ("DELETE", "/issues/7/labels/41") => {
                self.on_request.retain(|id| *id != 41);
                Answer::of(204, json!(null))
            }
            ("POST", "/issues/7/comments") => {
                let body = asked.body_of(&["body"])?["body"].clone();
                self.comments
                    .push(json!({ "id": 500, "user": account("gatekeeper"), "body": body }));
                Answer::of(201, json!({ "id": 500 }))
            }
            ("DELETE", "/pulls/7/merge") if self.auto_merge => {
                self.auto_merge = false;
                Answer::of(204, json!(null))
            }
            ("DELETE", "/pulls/7/merge") => Answer::absent(),
            ("PATCH", "/issues/comments/500") => {
                self.comments[0]["body"] = asked.body_of(&["body"])?["body"].clone();
                Answer::ok(json!({}))
            }
            ("POST", "/pulls/7/requested_reviewers") => {
                let body = asked.body_of(&["reviewers", "team_reviewers"])?;
                let logins = body["reviewers"].as_array().unwrap().iter();
                self.requested
                    .extend(logins.map(|login| login.as_str().unwrap().to_owned()));
                Answer::of(201, json!([]))
            }
            ("POST", _) if path == format!("/statuses/{}", self.head) => {
                let body = asked.body_of(&["state", "description", "context"])?;
                // The name of the field differs between asking and answering.
                self.status = Some(json!({
                    "context": body["context"], "status": body["state"], "description": body["description"],
                }));
                Answer::of(201, json!({}))
            }
            _ => return Err("not known".to_owned()),
        })
    }

    /// `/orgs/corp/teams` and `/teams/{id}/members`.
    fn team(&self, asked: &Asked, path: &str) -> Result<Answer, String> {
        let Some(teams) = &self.teams else {
            return Ok(Answer::of(403, json!({ "message": "Must be an organization member" })));
        };
        if path == "/orgs/corp/teams" {
            let teams = teams.iter().zip(21..);
            let teams: Vec<_> = teams.map(|((name, _), id)| json!({ "id": id, "name": name })).collect();
            return Self::list(asked, &teams);
        }
        let id = path
            .strip_prefix("/teams/")
            .and_then(|path| path.strip_suffix("/members"));
        let index = id.and_then(|id| id.parse::<usize>().ok()).ok_or("not known")? - 21;
        let members: Vec<_> = teams[index].1.iter().map(|login| account(login)).collect();
        Self::list(asked, &members)
    }

    pub(crate) fn state(&self) -> &str {
        self.status.as_ref().unwrap()["status"].as_str().unwrap()
    }
}

impl Api for Gitea {
    fn answer(&mut self, asked: &Asked) -> Result<Answer, String> {
        asked.has("authorization", &format!("token {TOKEN}"))?;
        let path = asked
            .path
            .strip_prefix("/api/v1")
            .ok_or("not below the root")?
            .to_owned();
        match path.strip_prefix("/repos/corp/app") {
            Some(path) if asked.method == "GET" => self.read(asked, path),
            Some(path) => self.write(asked, path),
            None if path == "/user" => Ok(Answer::ok(account("gatekeeper"))),
            // The owner is a person.
            None if path == "/orgs/corp/labels" => Ok(Answer::absent()),
            None if path.contains("/teams") => self.team(asked, &path),
            None => Err("not known".to_owned()),
        }
    }
}

fn account(login: &str) -> Value {
    let id = match login {
        "gitea-actions" => -2,
        _ => i64::try_from(login.len()).unwrap(),
    };
    json!({ "id": id, "login": login, "full_name": "", "email": format!("{login}@noreply.git.example") })
}

#[track_caller]
pub(crate) fn sync(folder: &Folder, fake: &Fake<Gitea>, more: &[&str]) -> Ran {
    let url = format!("{}/api/v1", fake.url);
    let mut arguments = vec![
        "sync",
        "--forge",
        "gitea",
        "--report",
        "report.json",
        "--repository",
        "corp/app",
    ];
    arguments.extend([
        "--api-url",
        &url,
        "--pull-request",
        "7",
        "--approvers",
        "alice,bob,gitea-actions",
    ]);
    arguments.extend(more);
    forge(folder, "GITEA_TOKEN", &arguments)
}

pub(crate) fn folder(head: &str, required: bool) -> Folder {
    let folder = Folder::new();
    write_report(&folder, &report(head, required));
    folder
}

#[test]
fn the_story_of_a_pull_request() {
    let fake = Fake::new(Gitea::new());
    let first = folder(HEAD, true);

    sync(&first, &fake, &["--reviewers", "alice"]).exits_with(0);
    assert_eq!(
        fake.writes(),
        [
            format!("POST /api/v1/repos/corp/app/statuses/{HEAD}").as_str(),
            "POST /api/v1/repos/corp/app/labels",
            "POST /api/v1/repos/corp/app/issues/7/labels",
            "POST /api/v1/repos/corp/app/issues/7/comments",
            "POST /api/v1/repos/corp/app/pulls/7/requested_reviewers",
        ]
    );
    assert_eq!(fake.state().on_request, [41]);

    sync(&first, &fake, &["--reviewers", "alice"])
        .exits_with(0)
        .prints("nothing to do");

    fake.state().review("alice", "APPROVED", HEAD, |_| ());
    sync(&first, &fake, &[]).exits_with(0);
    assert_eq!(fake.state().state(), "success");

    fake.state().head = NEWER.to_owned();
    fake.state().status = None;
    sync(&folder(NEWER, true), &fake, &[]).exits_with(0);
    assert_eq!(fake.state().state(), "pending");

    sync(&folder(NEWER, false), &fake, &[]).exits_with(0);
    assert_eq!(fake.state().state(), "success");
    assert_eq!(fake.state().on_request, [0; 0]);
    assert_eq!(fake.state().comments.len(), 1);
    fake.writes();
}

#[test]
fn nobody_passes_who_must_not() {
    type Attack = fn(&mut Gitea);
    let attacks: [(&str, Attack); 6] = [
        ("somebody who may not write", |it| {
            it.review("alice", "APPROVED", HEAD, |one| one["official"] = json!(false));
        }),
        ("a dismissed approval", |it| {
            it.review("alice", "APPROVED", HEAD, |one| one["dismissed"] = json!(true));
        }),
        ("a stale approval", |it| {
            it.review("alice", "APPROVED", HEAD, |one| one["stale"] = json!(true));
        }),
        ("an account of Gitea", |it| {
            it.review("gitea-actions", "APPROVED", HEAD, |_| ());
        }),
        ("a request of review", |it| {
            it.review("alice", "REQUEST_REVIEW", HEAD, |_| ());
        }),
        ("a later request for changes", |it| {
            it.review("alice", "APPROVED", HEAD, |_| ());
            it.review("alice", "REQUEST_CHANGES", HEAD, |_| ());
        }),
    ];
    for (name, attack) in attacks {
        let fake = Fake::new(Gitea::new());
        attack(&mut fake.state());

        sync(&folder(HEAD, true), &fake, &[]).exits_with(0);

        assert_eq!(fake.state().state(), "pending", "{name}");
        fake.writes();
    }
}

#[test]
fn labels_and_reviews_beyond_the_first_page_are_seen() {
    let fake = Fake::new(Gitea::new());
    {
        let mut state = fake.state();
        state.labels = (100..180)
            .map(|id| json!({ "id": id, "name": format!("label {id}") }))
            .collect();
        state.labels.push(json!({ "id": 41, "name": "human-review-required" }));
        state.review("alice", "APPROVED", HEAD, |_| ());
        for _ in 0..70 {
            state.review("eve", "COMMENT", HEAD, |_| ());
        }
    }

    sync(&folder(HEAD, true), &fake, &[]).exits_with(0);

    assert_eq!(fake.state().state(), "success");
    assert_eq!(fake.state().on_request, [41]);
    assert!(!fake.writes().contains(&"POST /api/v1/repos/corp/app/labels".to_owned()));
}
