//! The protection of the default branch. Owners of code are asked by Gitea, and not demanded.

use crate::ForgeError;
use crate::address::segment;
use crate::api::Api;
use crate::protection::{Contexts, Fact, Protection};

use super::answers::{Branch, BranchProtection, Repository};

/// Where the file may lie; the first that is there counts.
///
/// Source: [Code Owners](https://docs.gitea.com/usage/code-owners).
const OWNERS_FILES: [&str; 3] = ["CODEOWNERS", "docs/CODEOWNERS", ".gitea/CODEOWNERS"];
const NOT_SEEN: &str = "the token may not see it; an administrator's of the repository may";

/// Sources: `repoGet`, `repoGetBranch`, `repoGetBranchProtection`.
pub(super) fn read(api: &Api, repository: &str) -> Result<Protection, ForgeError> {
    let path = |rest: &str| format!("/repos/{repository}{rest}");
    let settings: Repository = api.get(&path(""))?;
    let branch: Branch = api.get(&path(&format!("/branches/{}", segment(&settings.default_branch))))?;
    let name = segment(&branch.effective_branch_protection_name);
    let rule: Option<BranchProtection> = if branch.protected && !name.is_empty() {
        match api.get(&path(&format!("/branch_protections/{name}"))) {
            Ok(rule) => Some(rule),
            Err(ForgeError::Refused { status: 403 | 404, .. }) => None,
            Err(error) => return Err(error),
        }
    } else {
        None
    };
    let of_rule = |value: fn(&BranchProtection) -> bool| match &rule {
        Some(rule) => Fact::Known(value(rule)),
        None if branch.protected => Fact::unknown(NOT_SEEN),
        None => Fact::Known(false),
    };
    let contexts = if branch.enable_status_check {
        branch.status_check_contexts.unwrap_or_default()
    } else {
        Vec::new()
    };
    let bypass = match of_rule(|rule| rule.block_admin_merge_override) {
        Fact::Known(true) => Fact::Known(Vec::new()),
        Fact::Known(false) => Fact::Known(vec!["administrators".to_owned()]),
        Fact::Unknown(why) => Fact::Unknown(why),
    };
    Ok(Protection {
        branch: settings.default_branch,
        pull_request_required: of_rule(|rule| !rule.enable_push),
        approvals: Fact::Known(branch.required_approvals),
        code_owners: Fact::unknown("Gitea asks owners of code for a review and does not demand one"),
        dismisses_stale: of_rule(|rule| rule.dismiss_stale_approvals || rule.ignore_stale_approvals),
        last_push_by_another: Fact::unknown("Gitea does not have it; the status of the gate looks at the commits"),
        contexts: Fact::Known(Contexts::Named(contexts)),
        threads_resolved: Fact::unknown("Gitea does not have it"),
        bypass,
        auto_merge: Fact::unknown("Gitea always offers it; it waits for the required statuses"),
        owners_file: owners_file(api, repository),
    })
}

/// Source: `repoGetRawFile`.
fn owners_file(api: &Api, repository: &str) -> Fact<Option<(String, String)>> {
    for file in OWNERS_FILES {
        match api.text(&format!("/repos/{repository}/raw/{file}"), "*/*") {
            Ok(Some(text)) => return Fact::Known(Some((file.to_owned(), text))),
            Ok(None) => {}
            Err(error) => return Fact::Unknown(error.to_string()),
        }
    }
    Fact::Known(None)
}
