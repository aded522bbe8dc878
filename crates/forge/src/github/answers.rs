//! What `GitHub` answers, as far as it is read.

use serde::{Deserialize, Deserializer};

/// `null` as nothing: an account that is gone, a commit of nobody known, which is also written `{}`.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[derive(Default, Deserialize)]
pub(super) struct Account {
    #[serde(default)]
    pub(super) login: String,
    #[serde(default, rename = "type")]
    pub(super) kind: String,
}

/// An answer to a query. One that says no is 200 as well.
#[derive(Deserialize)]
pub(super) struct Graph<T> {
    pub(super) data: Option<T>,
    #[serde(default)]
    pub(super) errors: Vec<GraphError>,
}

#[derive(Deserialize)]
pub(super) struct GraphError {
    #[serde(default)]
    pub(super) message: String,
}

#[derive(Deserialize)]
pub(super) struct ViewerData {
    pub(super) viewer: Account,
}

/// What a mutation made; nothing of it is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AutoMergeDisabled {
    #[serde(rename = "disablePullRequestAutoMerge")]
    pub(super) _disabled: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueueData {
    pub(super) repository: Option<QueueRepository>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueueRepository {
    pub(super) merge_queue: Option<MergeQueue>,
}

#[derive(Deserialize)]
pub(super) struct MergeQueue {
    pub(super) entries: QueueEntries,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueueEntries {
    pub(super) nodes: Vec<QueueEntry>,
    pub(super) page_info: PageInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    pub(super) has_next_page: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueueEntry {
    pub(super) position: u64,
    /// Before the queue has made the commit, there is none.
    pub(super) head_commit: Option<QueueCommit>,
    pub(super) pull_request: Option<QueuedPullRequest>,
}

#[derive(Deserialize)]
pub(super) struct QueueCommit {
    pub(super) oid: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueuedPullRequest {
    pub(super) number: u64,
    pub(super) head_ref_oid: String,
}

#[derive(Deserialize)]
pub(super) struct User {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Found {
    pub(super) number: u64,
    pub(super) head: FoundEnd,
}

#[derive(Deserialize)]
pub(super) struct FoundEnd {
    pub(super) sha: String,
}

#[derive(Deserialize)]
pub(super) struct PullRequest {
    pub(super) state: String,
    pub(super) user: Option<Account>,
    pub(super) html_url: String,
    pub(super) head: End,
    pub(super) base: Base,
    pub(super) labels: Vec<Label>,
    #[serde(default)]
    pub(super) requested_reviewers: Vec<Account>,
    #[serde(default)]
    pub(super) requested_teams: Vec<Team>,
    pub(super) commits: usize,
    /// How queries name it.
    pub(super) node_id: String,
    /// Who switched auto-merge on, and how it would merge; `null` if it is off.
    pub(super) auto_merge: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
pub(super) struct End {
    pub(super) sha: String,
    pub(super) repo: Option<Repository>,
}

#[derive(Deserialize)]
pub(super) struct Base {
    pub(super) repo: Option<Repository>,
}

#[derive(Deserialize)]
pub(super) struct Repository {
    pub(super) full_name: String,
}

#[derive(Deserialize)]
pub(super) struct Team {
    pub(super) slug: String,
}

#[derive(Deserialize)]
pub(super) struct Label {
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct Review {
    pub(super) user: Option<Account>,
    pub(super) state: String,
    pub(super) commit_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) user: Option<Account>,
    pub(super) body: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct CombinedStatus {
    pub(super) statuses: Vec<Status>,
}

#[derive(Deserialize)]
pub(super) struct Status {
    pub(super) context: String,
    pub(super) state: String,
    pub(super) description: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Settings {
    pub(super) default_branch: String,
    /// Only for those who may push.
    pub(super) allow_auto_merge: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Rule {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) parameters: Parameters,
    pub(super) ruleset_id: Option<u64>,
    #[serde(default)]
    pub(super) ruleset_source_type: String,
}

#[derive(Default, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the shape is the API's")]
pub(super) struct Parameters {
    #[serde(default)]
    pub(super) required_approving_review_count: u64,
    #[serde(default)]
    pub(super) require_code_owner_review: bool,
    #[serde(default)]
    pub(super) dismiss_stale_reviews_on_push: bool,
    #[serde(default)]
    pub(super) require_last_push_approval: bool,
    #[serde(default)]
    pub(super) required_review_thread_resolution: bool,
    #[serde(default)]
    pub(super) required_status_checks: Vec<StatusCheck>,
}

#[derive(Deserialize)]
pub(super) struct StatusCheck {
    pub(super) context: String,
}

#[derive(Deserialize)]
pub(super) struct Ruleset {
    /// Only for those who may change the ruleset.
    pub(super) bypass_actors: Option<Vec<BypassActor>>,
    #[serde(default)]
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct BypassActor {
    pub(super) actor_type: String,
    pub(super) actor_id: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct BranchProtection {
    pub(super) required_pull_request_reviews: Option<RequiredReviews>,
    pub(super) required_status_checks: Option<RequiredChecks>,
    pub(super) required_conversation_resolution: Option<Switch>,
    pub(super) enforce_admins: Option<Switch>,
}

#[derive(Deserialize)]
pub(super) struct RequiredReviews {
    #[serde(default)]
    pub(super) dismiss_stale_reviews: bool,
    #[serde(default)]
    pub(super) require_code_owner_reviews: bool,
    #[serde(default)]
    pub(super) require_last_push_approval: bool,
    #[serde(default)]
    pub(super) required_approving_review_count: u64,
    #[serde(default)]
    pub(super) bypass_pull_request_allowances: Allowances,
}

#[derive(Default, Deserialize)]
pub(super) struct Allowances {
    #[serde(default)]
    pub(super) users: Vec<Account>,
    #[serde(default)]
    pub(super) teams: Vec<Team>,
    #[serde(default)]
    pub(super) apps: Vec<Team>,
}

#[derive(Deserialize)]
pub(super) struct RequiredChecks {
    #[serde(default)]
    pub(super) contexts: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Switch {
    pub(super) enabled: bool,
}
