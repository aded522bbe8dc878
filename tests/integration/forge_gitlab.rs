//! `forge sync` against a strict fake of GitLab, through the real binary.

use serde_json::{Value, json};

use crate::forge_support::{Answer, Api, Asked, Fake, HEAD, NEWER, TOKEN, forge, report, write_report};
use crate::support::{Folder, Ran};

/// After the first push.
pub(crate) const NOON: &str = "2026-11-20T12:00:00Z";

/// What GitLab keeps about project 12 and its merge request 7 by `mallory`.
pub(crate) struct GitLab {
    head: String,
    source_project: u64,
    labels: Vec<String>,
    reviewers: Vec<u64>,
    reviewer_states: Vec<Value>,
    discussions: Vec<Value>,
    approved_by: Vec<Value>,
    versions: Vec<Value>,
    commits: Vec<Value>,
    status: Option<Value>,
    /// Whether it merges itself as soon as it may.
    pub(crate) auto_merge: bool,
    /// Members of groups, by path, with their state.
    pub(crate) groups: Vec<(&'static str, Vec<Value>)>,
}

const ACCOUNTS: [(u64, &str); 5] = [
    (1, "mallory"),
    (2, "alice"),
    (3, "bob"),
    (4, "project_12_bot_x"),
    (5, "eve"),
];

impl GitLab {
    pub(crate) fn new() -> Self {
        Self {
            head: HEAD.to_owned(),
            source_project: 12,
            labels: vec!["bug".to_owned()],
            reviewers: Vec::new(),
            reviewer_states: Vec::new(),
            discussions: Vec::new(),
            approved_by: Vec::new(),
            versions: vec![version(1, HEAD, "2026-11-20T10:00:00.000Z")],
            commits: vec![commit("mallory", "change")],
            status: None,
            auto_merge: false,
            groups: Vec::new(),
        }
    }

    pub(crate) fn approve(&mut self, id: u64, at: &str) {
        self.approved_by.push(json!({ "user": account(id), "approved_at": at }));
    }

    fn push(&mut self, head: &str, at: &str) {
        head.clone_into(&mut self.head);
        self.status = None;
        let number = self.versions.len() as u64 + 1;
        self.versions.insert(0, version(number, head, at));
    }

    fn read(&self, asked: &Asked, path: &str) -> Result<Answer, String> {
        let page = |entries: &[Value]| asked.page(entries, "per_page", 100);
        let reviewers: Vec<_> = self.reviewers.iter().map(|id| account(*id)).collect();
        Ok(match path {
            "/merge_requests/7" => Answer::ok(json!({
                "iid": 7, "state": "opened", "sha": self.head, "author": account(1), "labels": self.labels,
                "source_project_id": self.source_project, "target_project_id": 12, "reviewers": reviewers,
                "merge_when_pipeline_succeeds": self.auto_merge,
                "web_url": "https://gitlab.example/group/app/-/merge_requests/7",
            })),
            "/merge_requests/7/discussions" => return page(&self.discussions),
            "/merge_requests/7/approvals" => Answer::ok(json!({ "approved": true, "approved_by": self.approved_by })),
            "/merge_requests/7/reviewers" => return page(&self.reviewer_states),
            "/merge_requests/7/versions" => return page(&self.versions),
            "/merge_requests/7/commits" => return page(&self.commits),
            _ if path == format!("/repository/commits/{}/statuses", self.head) => {
                if asked.query.get("name").map(String::as_str) != Some("weighbridge%2Fhuman-review") {
                    return Err("another name".to_owned());
                }
                return page(&self.status.clone().into_iter().collect::<Vec<_>>());
            }
            _ => return Err("not known".to_owned()),
        })
    }

    fn write(&mut self, asked: &Asked, path: &str) -> Result<Answer, String> {
        Ok(match (asked.method.as_str(), path) {
            ("PUT", "/merge_requests/7") => {
                let body = asked.body.as_ref().unwrap();
                if let Ok(body) = asked.body_of(&["add_labels"]) {
                    self.labels.push(body["add_labels"].as_str().unwrap().to_owned());
                } else if let Ok(body) = asked.body_of(&["remove_labels"]) {
                    self.labels
                        .retain(|label| label != body["remove_labels"].as_str().unwrap());
                } else {
                    let ids = asked.body_of(&["reviewer_ids"])?["reviewer_ids"]
                        .as_array()
                        .unwrap()
                        .iter();
                    // The Free tier keeps one.
                    self.reviewers = ids.map(|id| id.as_u64().unwrap()).take(1).collect();
                }
                Answer::ok(body.clone())
            }
            ("POST", "/merge_requests/7/notes") => {
                let body = asked.body_of(&["body"])?["body"].as_str().unwrap().to_owned();
                self.discussions.push(discussion("d-note", 500, 4, &body, false));
                Answer::of(201, json!({ "id": 500 }))
            }
            ("POST", "/merge_requests/7/discussions") => {
                let body = asked.body_of(&["body"])?["body"].as_str().unwrap().to_owned();
                self.discussions.push(discussion("d-thread", 500, 4, &body, true));
                Answer::of(201, json!({ "id": "d-thread" }))
            }
            ("POST", "/merge_requests/7/cancel_merge_when_pipeline_succeeds") => {
                asked.body_of(&[])?;
                if !self.auto_merge {
                    return Ok(Answer::of(406, json!({ "message": "Not Acceptable" })));
                }
                self.auto_merge = false;
                Answer::of(201, json!({ "iid": 7 }))
            }
            ("PUT", "/merge_requests/7/notes/500") => {
                let body = asked.body_of(&["body"])?["body"].clone();
                self.note(500)["body"] = body;
                Answer::ok(json!({}))
            }
            ("PUT", "/merge_requests/7/discussions/d-thread") => {
                let resolved = asked.body_of(&["resolved"])?["resolved"].as_bool().unwrap();
                self.note(500)["resolved"] = json!(resolved);
                Answer::ok(json!({}))
            }
            ("POST", _) if path == format!("/statuses/{}", self.head) => {
                let body = asked.body_of(&["state", "name", "description"])?;
                if self
                    .status
                    .as_ref()
                    .is_some_and(|status| status["status"] == body["state"])
                {
                    // GitLab knows transitions, and none from a state to itself.
                    return Ok(Answer::of(400, json!({ "message": "Cannot transition status" })));
                }
                self.status = Some(json!({
                    "id": 1, "name": body["name"], "status": body["state"], "description": body["description"],
                }));
                Answer::of(201, body.clone())
            }
            _ => return Err("not known".to_owned()),
        })
    }

    fn note(&mut self, id: u64) -> &mut Value {
        let notes = self
            .discussions
            .iter_mut()
            .flat_map(|one| one["notes"].as_array_mut().unwrap());
        notes.into_iter().find(|note| note["id"] == id).unwrap()
    }

    pub(crate) fn state(&self) -> &str {
        self.status.as_ref().unwrap()["status"].as_str().unwrap()
    }
}

impl Api for GitLab {
    fn answer(&mut self, asked: &Asked) -> Result<Answer, String> {
        asked.has("private-token", TOKEN)?;
        if asked.headers.contains_key("authorization") {
            return Err("there are two tokens".to_owned());
        }
        let path = asked.path.strip_prefix("/api/v4").ok_or("not below the root")?;
        if let Some(path) = path.strip_prefix("/projects/12") {
            let path = path.to_owned();
            return if asked.method == "GET" {
                self.read(asked, &path)
            } else {
                self.write(asked, &path)
            };
        }
        if let Some(group) = path.strip_prefix("/groups/") {
            let group = group.strip_suffix("/members").ok_or("not known")?;
            let found = self.groups.iter().find(|(name, _)| *name == group);
            return found.map_or(Ok(Answer::absent()), |(_, members)| {
                asked.page(members, "per_page", 100)
            });
        }
        match path {
            "/user" => Ok(Answer::ok(account(4))),
            "/users" => {
                let name = asked.query.get("username").ok_or("no name")?;
                let found = ACCOUNTS.iter().filter(|(_, login)| login == name);
                Ok(Answer::ok(found.map(|(id, _)| account(*id)).collect()))
            }
            _ => {
                let id: u64 = path
                    .strip_prefix("/users/")
                    .and_then(|id| id.parse().ok())
                    .ok_or("not known")?;
                let mut user = account(id);
                user["bot"] = json!(id == 4);
                user["public_email"] = json!(format!("{}@corp.example", user["username"].as_str().unwrap()));
                Ok(Answer::ok(user))
            }
        }
    }
}

fn account(id: u64) -> Value {
    let (_, login) = ACCOUNTS.iter().find(|(known, _)| *known == id).unwrap();
    json!({ "id": id, "username": login, "name": format!("{login} of corp"), "state": "active" })
}

fn version(id: u64, head: &str, at: &str) -> Value {
    json!({ "id": id, "head_commit_sha": head, "created_at": at })
}

fn commit(login: &str, message: &str) -> Value {
    let (name, email) = (format!("{login} of corp"), format!("{login}@corp.example"));
    json!({ "author_name": name, "author_email": email, "committer_name": name, "committer_email": email, "message": message })
}

fn discussion(id: &str, note: u64, author: u64, body: &str, is_thread: bool) -> Value {
    json!({ "id": id, "individual_note": !is_thread, "notes": [{
        "id": note, "body": body, "author": account(author), "system": false, "resolvable": is_thread, "resolved": false,
        "created_at": "2026-11-20T11:00:00.000Z",
    }] })
}

fn system_note(note: u64, author: u64, body: &str, at: &str) -> Value {
    json!({ "id": format!("s{note}"), "individual_note": true, "notes": [{
        "id": note, "body": body, "author": account(author), "system": true, "created_at": at,
    }] })
}

#[track_caller]
pub(crate) fn sync(folder: &Folder, fake: &Fake<GitLab>, more: &[&str]) -> Ran {
    let url = format!("{}/api/v4", fake.url);
    let mut arguments = vec![
        "sync",
        "--forge",
        "gitlab",
        "--report",
        "report.json",
        "--repository",
        "12",
        "--api-url",
        &url,
    ];
    arguments.extend(["--pull-request", "7", "--approvers", "alice,bob"]);
    arguments.extend(more);
    forge(folder, "WEIGHBRIDGE_GITLAB_TOKEN", &arguments)
}

pub(crate) fn folder(head: &str, required: bool) -> Folder {
    let folder = Folder::new();
    write_report(&folder, &report(head, required));
    folder
}

#[test]
fn the_story_of_a_merge_request() {
    let fake = Fake::new(GitLab::new());
    let first = folder(HEAD, true);

    sync(&first, &fake, &[]).exits_with(0);
    assert_eq!(
        fake.writes(),
        [
            format!("POST /api/v4/projects/12/statuses/{HEAD}").as_str(),
            "PUT /api/v4/projects/12/merge_requests/7",
            "POST /api/v4/projects/12/merge_requests/7/notes",
            "PUT /api/v4/projects/12/merge_requests/7",
        ]
    );
    assert_eq!(fake.state().labels, ["bug", "human-review-required"]);
    assert_eq!(fake.state().reviewers, [2]);
    let link = format!("(https://gitlab.example/group/app/-/blob/{HEAD}/a.py#L3)");
    assert!(fake.state().note(500)["body"].as_str().unwrap().contains(&link));

    sync(&first, &fake, &[]).exits_with(0).prints("nothing to do");

    fake.state().approve(3, "2026-11-20T12:00:00.000+01:00");
    sync(&first, &fake, &["--fail-while-pending"]).exits_with(0);
    assert_eq!(fake.state().state(), "success");

    fake.state().push(NEWER, "2026-11-20T13:00:00Z");
    let second = folder(NEWER, true);
    sync(&second, &fake, &["--fail-while-pending"])
        .exits_with(1)
        .says("bob approved an older commit");
    assert_eq!(fake.state().state(), "pending");

    fake.state().approved_by.clear();
    fake.state().approve(3, "2026-11-20T14:00:00Z");
    sync(&second, &fake, &[]).exits_with(0);
    assert_eq!(fake.state().state(), "success");

    sync(&folder(NEWER, false), &fake, &[]).exits_with(0);
    assert_eq!(fake.state().labels, ["bug"]);
    fake.writes();
}

#[test]
fn a_thread_holds_the_merge_request_until_somebody_approves() {
    let fake = Fake::new(GitLab::new());
    let folder = folder(HEAD, true);

    sync(&folder, &fake, &["--blocking-thread"]).exits_with(0);
    sync(&folder, &fake, &["--blocking-thread"])
        .exits_with(0)
        .prints("nothing to do");
    fake.state().note(500)["resolved"] = json!(true);
    sync(&folder, &fake, &["--blocking-thread"])
        .exits_with(0)
        .prints("done: reopen the thread d-thread");

    fake.state().approve(2, "2026-11-20T12:00:00Z");
    sync(&folder, &fake, &["--blocking-thread"])
        .exits_with(0)
        .prints("done: resolve the thread d-thread");
    fake.writes();
}

#[test]
fn before_gitlab_18_the_notes_tell_when_somebody_approved() {
    let fake = Fake::new(GitLab::new());
    let folder = folder(HEAD, true);
    fake.state().approved_by = vec![json!({ "user": account(2) })];
    sync(&folder, &fake, &[])
        .exits_with(0)
        .says("alice approved an older commit");

    // A user may write the words, and somebody else may approve; neither counts.
    let words = "approved this merge request";
    let mut comment = discussion("d1", 600, 2, words, false);
    comment["notes"][0]["created_at"] = json!("2026-11-20T12:00:00Z");
    fake.state().discussions.push(comment);
    fake.state()
        .discussions
        .push(system_note(601, 5, words, "2026-11-20T12:00:00Z"));
    sync(&folder, &fake, &[])
        .exits_with(0)
        .says("alice approved an older commit");

    fake.state()
        .discussions
        .push(system_note(602, 2, words, "2026-11-20T12:00:00Z"));
    sync(&folder, &fake, &[]).exits_with(0).says("alice has approved");
    fake.writes();
}

#[test]
fn nobody_passes_who_must_not() {
    type Attack = fn(&mut GitLab);
    let attacks: [(&str, Attack); 6] = [
        ("the author", |it| it.approve(1, NOON)),
        ("a program", |it| it.approve(4, NOON)),
        ("a stranger", |it| it.approve(5, NOON)),
        ("a committer by name", |it| {
            it.approve(2, NOON);
            it.commits
                .push(json!({ "author_name": "ALICE of corp", "author_email": "x@y.example", "message": "" }));
        }),
        ("a co-author by address", |it| {
            it.approve(2, NOON);
            it.commits
                .push(commit("mallory", "x\n\nCo-authored-by: Al <alice@corp.example>"));
        }),
        ("somebody who asked for changes since", |it| {
            it.approve(2, NOON);
            it.reviewer_states = vec![json!({ "user": account(2), "state": "requested_changes" })];
        }),
    ];
    for (name, attack) in attacks {
        let fake = Fake::new(GitLab::new());
        attack(&mut fake.state());

        sync(&folder(HEAD, true), &fake, &["--approvers", "mallory,project_12_bot_x"]).exits_with(0);

        assert_eq!(fake.state().state(), "pending", "{name}");
        fake.writes();
    }
}

#[test]
fn a_fork_needs_a_person_whatever_its_report_says() {
    let fake = Fake::new(GitLab::new());
    fake.state().source_project = 99;

    sync(&folder(HEAD, false), &fake, &[]).exits_with(0);

    assert_eq!(fake.state().state(), "pending");
    assert!(fake.state().labels.iter().any(|label| label == "human-review-required"));
    fake.writes();
}
