//! What only [GraphQL](https://docs.github.com/en/graphql) has: who the token is, auto-merge, the merge queue.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{GitHub, answers};
use crate::ForgeError;
use crate::merge_queue::{MergeGroup, Queued};

/// More entries than this are an error, so that none is overlooked.
const MAX_ENTRIES: usize = 100;

/// Source: [`mergeQueue`](https://docs.github.com/en/graphql/reference/objects#mergequeue).
const QUEUE: &str = "query($owner: String!, $name: String!, $branch: String!, $first: Int!) { \
    repository(owner: $owner, name: $name) { mergeQueue(branch: $branch) { entries(first: $first) { \
    nodes { position headCommit { oid } pullRequest { number headRefOid } } pageInfo { hasNextPage } } } } }";

/// Source: [`disablePullRequestAutoMerge`](https://docs.github.com/en/graphql/reference/mutations#disablepullrequestautomerge).
const DISABLE: &str = "mutation($id: ID!) { disablePullRequestAutoMerge(input: { pullRequestId: $id }) { \
    pullRequest { number } } }";

impl GitHub {
    /// The account that the token belongs to.
    ///
    /// Source: [`viewer`](https://docs.github.com/en/graphql/reference/queries#user). `GET /user` refuses the token of a workflow.
    pub(super) fn own_login(&self) -> Result<String, ForgeError> {
        let query = json!({ "query": "query { viewer { login } }" });
        let answer: answers::ViewerData = self.graph("say whose the token is", &query)?;
        Ok(answer.viewer.login)
    }

    /// Keeps the pull request from merging itself.
    pub(super) fn disable_auto_merge(&self, number: u64) -> Result<(), ForgeError> {
        let request: answers::PullRequest = self.api.get(&self.path(&format!("/pulls/{number}")))?;
        let query = json!({ "query": DISABLE, "variables": { "id": request.node_id } });
        let _: answers::AutoMergeDisabled = self.graph("switch auto-merge off", &query)?;
        Ok(())
    }

    /// What the queue of `branch` put together in `head`: the entry that has this commit and all that go before it.
    pub(super) fn group_in_queue(&self, branch: &str, head: &str, context: &str) -> Result<MergeGroup, ForgeError> {
        let (owner, name) = self.repository.split_once('/').unwrap_or_default();
        let variables = json!({ "owner": owner, "name": name, "branch": branch, "first": MAX_ENTRIES });
        let query = json!({ "query": QUEUE, "variables": variables });
        let answer: answers::QueueData = self.graph("show the merge queue", &query)?;
        let missing = |kind, name: &str| ForgeError::Missing {
            kind,
            name: name.to_owned(),
        };
        let queue = answer.repository.and_then(|repository| repository.merge_queue);
        let entries = queue.ok_or_else(|| missing("merge queue of", branch))?.entries;
        if entries.page_info.has_next_page {
            return Err(ForgeError::TooMany {
                path: format!("the merge queue of {branch}"),
                pages: 1,
            });
        }
        let is_head = |commit: &answers::QueueCommit| commit.oid.eq_ignore_ascii_case(head);
        let ours = entries
            .nodes
            .iter()
            .find(|entry| entry.head_commit.as_ref().is_some_and(is_head));
        let last = ours.ok_or_else(|| missing("commit of the merge queue", head))?.position;
        let mut before: Vec<_> = entries
            .nodes
            .into_iter()
            .filter(|entry| entry.position <= last)
            .collect();
        before.sort_by_key(|entry| entry.position);
        let mut pull_requests = Vec::with_capacity(before.len());
        for entry in before {
            // One that the token may not see cannot be judged.
            let request = entry
                .pull_request
                .ok_or_else(|| missing("pull request in the merge queue of", branch))?;
            pull_requests.push(Queued {
                number: request.number,
                state: self.status(&request.head_ref_oid, context)?.map(|status| status.state),
            });
        }
        Ok(MergeGroup {
            head: head.to_owned(),
            pull_requests,
            status: self.status(head, context)?,
        })
    }

    /// Asks a query. `what` says what for, as in "refuses to …".
    fn graph<T: DeserializeOwned>(&self, what: &'static str, query: &Value) -> Result<T, ForgeError> {
        let answer: answers::Graph<T> = self.api.ask(&self.graphql, "/graphql", query)?;
        match (answer.data, answer.errors.first()) {
            (Some(data), None) => Ok(data),
            (_, error) => Err(ForgeError::Query {
                what,
                message: self
                    .api
                    .said(error.map_or("it answers nothing", |error| error.message.as_str())),
            }),
        }
    }
}
