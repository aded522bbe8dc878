//! What GitLab answers, as far as it is read.

use serde::Deserialize;

#[derive(Clone, Deserialize)]
pub(super) struct Account {
    pub(super) id: u64,
    pub(super) username: String,
    pub(super) name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct User {
    #[serde(default)]
    pub(super) bot: bool,
    pub(super) public_email: Option<String>,
    /// Only for administrators, as is the next.
    pub(super) commit_email: Option<String>,
    pub(super) email: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Member {
    pub(super) username: String,
    pub(super) state: String,
}

#[derive(Deserialize)]
pub(super) struct Found {
    pub(super) iid: u64,
    pub(super) sha: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct MergeRequest {
    pub(super) iid: u64,
    pub(super) state: String,
    pub(super) sha: String,
    pub(super) author: Account,
    pub(super) labels: Vec<String>,
    pub(super) source_project_id: Option<u64>,
    pub(super) target_project_id: u64,
    #[serde(default)]
    pub(super) reviewers: Vec<Account>,
    pub(super) web_url: String,
    #[serde(default)]
    pub(super) merge_when_pipeline_succeeds: bool,
}

#[derive(Deserialize)]
pub(super) struct Discussion {
    pub(super) id: String,
    #[serde(default)]
    pub(super) individual_note: bool,
    pub(super) notes: Vec<Note>,
}

#[derive(Deserialize)]
pub(super) struct Note {
    pub(super) id: u64,
    pub(super) body: String,
    pub(super) author: Account,
    pub(super) created_at: String,
    #[serde(default)]
    pub(super) system: bool,
    #[serde(default)]
    pub(super) resolvable: bool,
    #[serde(default)]
    pub(super) resolved: bool,
}

#[derive(Deserialize)]
pub(super) struct Approvals {
    #[serde(default)]
    pub(super) approved_by: Vec<Approval>,
}

#[derive(Deserialize)]
pub(super) struct Approval {
    pub(super) user: Account,
    pub(super) approved_at: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Reviewer {
    pub(super) user: Account,
    pub(super) state: String,
}

#[derive(Deserialize)]
pub(super) struct Version {
    pub(super) id: u64,
    pub(super) head_commit_sha: String,
    pub(super) created_at: String,
}

#[derive(Deserialize)]
pub(super) struct Commit {
    pub(super) author_name: Option<String>,
    pub(super) author_email: Option<String>,
    pub(super) committer_name: Option<String>,
    pub(super) committer_email: Option<String>,
    #[serde(default)]
    pub(super) message: String,
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are the API's")]
pub(super) struct Status {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) status: String,
    pub(super) description: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Project {
    pub(super) default_branch: Option<String>,
    #[serde(default)]
    pub(super) only_allow_merge_if_pipeline_succeeds: bool,
    pub(super) allow_merge_on_skipped_pipeline: Option<bool>,
    #[serde(default)]
    pub(super) only_allow_merge_if_all_discussions_are_resolved: bool,
}

#[derive(Deserialize)]
pub(super) struct ProtectedBranch {
    #[serde(default)]
    pub(super) push_access_levels: Vec<AccessLevel>,
    #[serde(default)]
    pub(super) allow_force_push: bool,
    /// Premium.
    pub(super) code_owner_approval_required: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct AccessLevel {
    pub(super) access_level: Option<u64>,
    #[serde(default)]
    pub(super) access_level_description: String,
}

#[derive(Deserialize)]
pub(super) struct ApprovalSettings {
    pub(super) reset_approvals_on_push: Option<bool>,
    pub(super) merge_requests_disable_committers_approval: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct ApprovalRule {
    #[serde(default)]
    pub(super) approvals_required: u64,
}
