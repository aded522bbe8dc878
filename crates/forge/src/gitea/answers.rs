//! What Gitea answers, as far as it is read. An empty list may be `null`.

use serde::Deserialize;

#[derive(Default, Deserialize)]
pub(super) struct Account {
    #[serde(default)]
    pub(super) id: i64,
    #[serde(default)]
    pub(super) login: String,
    pub(super) full_name: Option<String>,
    pub(super) email: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Label {
    pub(super) id: u64,
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct Team {
    #[serde(default)]
    pub(super) id: u64,
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct Found {
    pub(super) number: u64,
    pub(super) head: End,
}

#[derive(Deserialize)]
pub(super) struct End {
    pub(super) sha: String,
    /// 0 or -1 if the fork is gone.
    pub(super) repo_id: i64,
}

#[derive(Deserialize)]
pub(super) struct PullRequest {
    pub(super) state: String,
    pub(super) user: Option<Account>,
    pub(super) html_url: String,
    pub(super) labels: Option<Vec<Label>>,
    pub(super) head: End,
    pub(super) base: End,
    pub(super) requested_reviewers: Option<Vec<Account>>,
    pub(super) requested_reviewers_teams: Option<Vec<Team>>,
}

#[derive(Deserialize)]
pub(super) struct Review {
    pub(super) id: u64,
    pub(super) user: Option<Account>,
    pub(super) state: String,
    #[serde(default)]
    pub(super) commit_id: String,
    #[serde(default)]
    pub(super) stale: bool,
    #[serde(default)]
    pub(super) official: bool,
    #[serde(default)]
    pub(super) dismissed: bool,
}

#[derive(Deserialize)]
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) user: Option<Account>,
    pub(super) body: String,
}

#[derive(Deserialize)]
pub(super) struct CombinedStatus {
    pub(super) statuses: Option<Vec<Status>>,
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are the API's")]
pub(super) struct Status {
    pub(super) context: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) description: String,
}

#[derive(Deserialize)]
pub(super) struct Repository {
    pub(super) default_branch: String,
}

#[derive(Deserialize)]
pub(super) struct Branch {
    pub(super) protected: bool,
    #[serde(default)]
    pub(super) required_approvals: u64,
    #[serde(default)]
    pub(super) enable_status_check: bool,
    pub(super) status_check_contexts: Option<Vec<String>>,
    #[serde(default)]
    pub(super) effective_branch_protection_name: String,
}

#[derive(Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the shape is the API's")]
pub(super) struct BranchProtection {
    #[serde(default)]
    pub(super) enable_push: bool,
    #[serde(default)]
    pub(super) dismiss_stale_approvals: bool,
    #[serde(default)]
    pub(super) ignore_stale_approvals: bool,
    #[serde(default)]
    pub(super) block_admin_merge_override: bool,
}
