//! What a CI job says about where it runs. The variables and the event are written by the forge, not by the change.

use std::fs::File;
use std::io::Read as _;

use serde_json::Value;
use weighbridge_forge::ForgeKind;

/// No event of a forge is larger.
const MAX_EVENT_BYTES: u64 = 64 << 20;

/// The value of a variable that is not empty.
type Lookup = dyn Fn(&str) -> Option<String>;

/// The variables of a CI job, and its event.
pub(super) struct Surroundings {
    variable: Box<Lookup>,
    event: Option<Value>,
}

/// Which pull request a run is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Subject {
    /// Its number.
    pub(super) number: Option<u64>,
    /// The commit that the run was started for.
    pub(super) head: Option<String>,
    /// The branch that the commit was pushed to: `owner:name`, on GitLab the name alone.
    pub(super) branch: Option<String>,
}

/// A commit that a merge queue made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct QueuedCommit {
    /// The commit.
    pub(super) head: String,
    /// The branch that the queue belongs to.
    pub(super) branch: String,
}

/// Where the branches of merge queues begin: `gh-readonly-queue/main/pr-7-<commit>`.
///
/// Source: [managing a merge queue](https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue).
const QUEUE_BRANCHES: &str = "gh-readonly-queue/";

/// The variables that may hold the token of a forge; the first that is set counts.
pub(super) fn token_variables(kind: ForgeKind) -> &'static [&'static str] {
    match kind {
        ForgeKind::GitHub => &["GITHUB_TOKEN"],
        ForgeKind::GitLab => &["WEIGHBRIDGE_GITLAB_TOKEN", "GITLAB_TOKEN"],
        ForgeKind::Gitea => &["GITEA_TOKEN"],
    }
}

impl Surroundings {
    /// Those of this process.
    pub(super) fn of_process() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let event = variable("GITHUB_EVENT_PATH").and_then(|path| event(&path));
        Self {
            variable: Box::new(variable),
            event,
        }
    }

    fn variable(&self, name: &str) -> Option<String> {
        (self.variable)(name)
    }

    /// The token; it is read from nowhere but the environment.
    pub(super) fn token(&self, kind: ForgeKind) -> Option<String> {
        token_variables(kind).iter().find_map(|name| self.variable(name))
    }

    /// The root of the API.
    ///
    /// Sources: [GitHub, variables](https://docs.github.com/en/actions/reference/workflows-and-actions/variables), which Gitea sets as well;
    /// [GitLab, predefined variables](https://docs.gitlab.com/ci/variables/predefined_variables/).
    pub(super) fn api_url(&self, kind: ForgeKind) -> Option<String> {
        match kind {
            ForgeKind::GitHub => self
                .variable("GITHUB_API_URL")
                .or_else(|| Some("https://api.github.com".to_owned())),
            ForgeKind::GitLab => self
                .variable("CI_API_V4_URL")
                .or_else(|| Some("https://gitlab.com/api/v4".to_owned())),
            ForgeKind::Gitea => self.variable("GITHUB_API_URL"),
        }
    }

    /// The repository that the change goes to.
    pub(super) fn repository(&self, kind: ForgeKind) -> Option<String> {
        match kind {
            ForgeKind::GitHub | ForgeKind::Gitea => self.variable("GITHUB_REPOSITORY"),
            ForgeKind::GitLab => self
                .variable("CI_MERGE_REQUEST_PROJECT_ID")
                .or_else(|| self.variable("CI_PROJECT_ID")),
        }
    }

    /// The pull request, as far as the job knows it.
    ///
    /// Source: [webhook payloads](https://docs.github.com/en/webhooks/webhook-events-and-payloads). In a `workflow_run` the list of pull
    /// requests is empty for forks, so the commit and the branch have to do.
    pub(super) fn subject(&self, kind: ForgeKind) -> Subject {
        if kind == ForgeKind::GitLab {
            // The commit of a merged-results pipeline is GitLab's own merge.
            let number = self
                .variable("CI_MERGE_REQUEST_IID")
                .and_then(|number| number.parse().ok());
            let head = self
                .variable("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")
                .or_else(|| self.variable("CI_COMMIT_SHA"))
                .filter(|_| number.is_some());
            return Subject {
                number,
                head,
                branch: None,
            };
        }
        let Some(event) = &self.event else {
            return Subject::default();
        };
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(ToOwned::to_owned);
        if event.get("pull_request").is_some() {
            return Subject {
                number: event.pointer("/pull_request/number").and_then(Value::as_u64),
                head: text("/pull_request/head/sha"),
                branch: None,
            };
        }
        let owner = text("/workflow_run/head_repository/owner/login");
        let branch = owner.zip(text("/workflow_run/head_branch"));
        Subject {
            number: None,
            head: text("/workflow_run/head_sha"),
            branch: branch.map(|(owner, branch)| format!("{owner}:{branch}")),
        }
    }

    /// The commit of a merge queue that the job is about.
    ///
    /// Source: [`merge_group`](https://docs.github.com/en/webhooks/webhook-events-and-payloads#merge_group). A `workflow_run` that follows one
    /// names the queue by its branch; anybody may call a branch so, but not the event.
    pub(super) fn queued_commit(&self) -> Option<QueuedCommit> {
        let event = self.event.as_ref()?;
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
        if let (Some(head), Some(base)) = (text("/merge_group/head_sha"), text("/merge_group/base_ref")) {
            return Some(QueuedCommit {
                head: head.to_owned(),
                branch: base.strip_prefix("refs/heads/").unwrap_or(base).to_owned(),
            });
        }
        if text("/workflow_run/event") != Some("merge_group") {
            return None;
        }
        let branch = text("/workflow_run/head_branch")?.strip_prefix(QUEUE_BRANCHES)?;
        let (branch, _) = branch.rsplit_once('/')?;
        Some(QueuedCommit {
            head: text("/workflow_run/head_sha")?.to_owned(),
            branch: branch.to_owned(),
        })
    }
}

fn event(path: &str) -> Option<Value> {
    let mut text = Vec::new();
    File::open(path)
        .ok()?
        .take(MAX_EVENT_BYTES)
        .read_to_end(&mut text)
        .ok()?;
    serde_json::from_slice(&text).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn surroundings(variables: &'static [(&str, &str)], event: Option<Value>) -> Surroundings {
        let variable = move |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Surroundings {
            variable: Box::new(variable),
            event,
        }
    }

    #[test]
    fn a_pull_request_is_named_by_its_event() {
        let event = json!({ "pull_request": { "number": 7, "head": { "sha": "abc" } }, "review": {} });

        let subject = surroundings(&[], Some(event)).subject(ForgeKind::GitHub);

        assert_eq!((subject.number, subject.head.as_deref()), (Some(7), Some("abc")));
    }

    #[test]
    fn a_run_that_follows_another_names_commit_and_branch() {
        let event = json!({ "workflow_run": {
            "head_sha": "abc", "head_branch": "x", "head_repository": { "owner": { "login": "eve" } }, "pull_requests": []
        } });

        let subject = surroundings(&[], Some(event)).subject(ForgeKind::GitHub);

        assert_eq!(subject.number, None);
        assert_eq!(subject.head.as_deref(), Some("abc"));
        assert_eq!(subject.branch.as_deref(), Some("eve:x"));
    }

    #[test]
    fn a_merge_queue_is_named_by_its_event_and_never_by_a_branch_alone() {
        let queued = |event| surroundings(&[], Some(event)).queued_commit();
        let expected = Some(QueuedCommit {
            head: "abc".to_owned(),
            branch: "release/1.x".to_owned(),
        });

        let group = json!({ "head_sha": "abc", "base_ref": "refs/heads/release/1.x", "base_sha": "def" });
        assert_eq!(queued(json!({ "merge_group": group })), expected);

        let branch = "gh-readonly-queue/release/1.x/pr-7-def";
        let run = |event: &str| json!({ "workflow_run": { "event": event, "head_sha": "abc", "head_branch": branch } });
        assert_eq!(queued(run("merge_group")), expected);
        assert_eq!(queued(run("pull_request")), None);
    }

    #[test]
    fn a_merge_request_is_named_by_variables() {
        let surroundings = surroundings(
            &[
                ("CI_MERGE_REQUEST_IID", "7"),
                ("CI_COMMIT_SHA", "merge"),
                ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "abc"),
                ("CI_PROJECT_ID", "12"),
                ("GITLAB_TOKEN", "second"),
                ("WEIGHBRIDGE_GITLAB_TOKEN", "first"),
            ],
            None,
        );

        let subject = surroundings.subject(ForgeKind::GitLab);

        assert_eq!((subject.number, subject.head.as_deref()), (Some(7), Some("abc")));
        assert_eq!(surroundings.repository(ForgeKind::GitLab).as_deref(), Some("12"));
        assert_eq!(surroundings.token(ForgeKind::GitLab).as_deref(), Some("first"));
    }

    #[test]
    fn elsewhere_nothing_is_known() {
        let surroundings = surroundings(&[("GITHUB_TOKEN", "t")], None);

        assert_eq!(surroundings.subject(ForgeKind::GitHub), Subject::default());
        assert_eq!(surroundings.token(ForgeKind::Gitea), None);
        assert_eq!(surroundings.api_url(ForgeKind::Gitea), None);
    }
}
