//! Protected branches and settings of a project. Required approvals and code owners are Premium.

use crate::ForgeError;
use crate::address::segment;
use crate::api::Api;
use crate::protection::{Contexts, Fact, Protection};

use super::answers::{ApprovalRule, ApprovalSettings, Project, ProtectedBranch};

/// Where the file may lie; the first that is there counts.
///
/// Source: [Code Owners](https://docs.gitlab.com/user/project/codeowners/#codeowners-file).
const OWNERS_FILES: [&str; 3] = ["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];
const PREMIUM: &str = "GitLab Free does not have it, or the token may not see it";

/// Sources: [projects](https://docs.gitlab.com/api/projects/#retrieve-a-project),
/// [protected branches](https://docs.gitlab.com/api/protected_branches/#retrieve-a-protected-branch-or-wildcard-protected-branch),
/// [approval settings](https://docs.gitlab.com/api/merge_request_approvals/#retrieve-approval-configuration-for-a-project),
/// [approval rules](https://docs.gitlab.com/api/merge_request_approvals/#list-all-approval-rules-for-a-project).
pub(super) fn read(api: &Api, project: &str) -> Result<Protection, ForgeError> {
    let path = |rest: &str| format!("/projects/{project}{rest}");
    let settings: Project = api.get(&path(""))?;
    let branch = settings.default_branch.unwrap_or_default();
    let protected: Option<ProtectedBranch> = api.find(&path(&format!("/protected_branches/{}", segment(&branch))))?;
    let approval_settings: Option<ApprovalSettings> = offered(api.get(&path("/approvals")))?;
    let rules: Option<Vec<ApprovalRule>> = offered(api.list(&path("/approval_rules")))?;
    // 0 is GitLab's number for "no one".
    let levels = protected.iter().flat_map(|branch| &branch.push_access_levels);
    let pushers = levels.filter(|level| level.access_level != Some(0));
    let pushers: Vec<String> = pushers.map(|level| level.access_level_description.clone()).collect();
    let skipped_passes = settings.allow_merge_on_skipped_pipeline == Some(true);
    let contexts = if settings.only_allow_merge_if_pipeline_succeeds && !skipped_passes {
        Contexts::All
    } else {
        Contexts::Named(Vec::new())
    };
    let mut bypass = pushers.clone();
    if protected.as_ref().is_some_and(|branch| branch.allow_force_push) {
        bypass.push("whoever may force-push".to_owned());
    }
    let premium = |value: Option<bool>| value.map_or_else(|| Fact::unknown(PREMIUM), Fact::Known);
    Ok(Protection {
        branch,
        pull_request_required: Fact::Known(protected.is_some() && pushers.is_empty()),
        approvals: rules.map_or_else(
            || Fact::unknown(PREMIUM),
            |rules| Fact::Known(rules.iter().map(|rule| rule.approvals_required).max().unwrap_or(0)),
        ),
        code_owners: premium(
            protected
                .as_ref()
                .and_then(|branch| branch.code_owner_approval_required),
        ),
        dismisses_stale: premium(
            approval_settings
                .as_ref()
                .and_then(|settings| settings.reset_approvals_on_push),
        ),
        last_push_by_another: premium(
            approval_settings
                .as_ref()
                .and_then(|settings| settings.merge_requests_disable_committers_approval),
        ),
        contexts: Fact::Known(contexts),
        threads_resolved: Fact::Known(settings.only_allow_merge_if_all_discussions_are_resolved),
        bypass: Fact::Known(bypass),
        auto_merge: Fact::unknown("GitLab always offers it; it waits for the pipeline and for open threads"),
        owners_file: owners_file(api, project),
    })
}

/// The answer; `None` if this GitLab, or this token, does not have it.
fn offered<T>(answer: Result<T, ForgeError>) -> Result<Option<T>, ForgeError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(ForgeError::Refused {
            status: 401 | 403 | 404,
            ..
        }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Source: [get a raw file](https://docs.gitlab.com/api/repository_files/#retrieve-a-raw-file-from-a-repository).
fn owners_file(api: &Api, project: &str) -> Fact<Option<(String, String)>> {
    for file in OWNERS_FILES {
        match api.text(
            &format!("/projects/{project}/repository/files/{}/raw?ref=HEAD", segment(file)),
            "*/*",
        ) {
            Ok(Some(text)) => return Fact::Known(Some((file.to_owned(), text))),
            Ok(None) => {}
            Err(error) => return Fact::Unknown(error.to_string()),
        }
    }
    Fact::Known(None)
}
