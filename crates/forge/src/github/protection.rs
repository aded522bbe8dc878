//! Rulesets and branch protection: GitHub has both, and the stricter one counts.

use crate::ForgeError;
use crate::address::segment;
use crate::api::Api;
use crate::protection::{Contexts, Fact, Protection};

use super::answers::{BranchProtection, Rule, Ruleset, Settings};

/// Where the file may lie; the first that is there counts.
///
/// Source: [about code owners](https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners#codeowners-file-location).
const OWNERS_FILES: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
/// Asks for a file as it is.
const RAW: &str = "application/vnd.github.raw+json";
const NOT_SEEN: &str = "the token may not see it; an administrator's may";

/// What rules and protection come to together.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a demand of its own")]
struct Found {
    pull_request: bool,
    approvals: u64,
    code_owners: bool,
    dismisses_stale: bool,
    last_push: bool,
    threads: bool,
    contexts: Vec<String>,
    bypass: Vec<String>,
    is_bypass_hidden: bool,
}

/// Sources: [get a repository](https://docs.github.com/en/rest/repos/repos#get-a-repository),
/// [get rules for a branch](https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch),
/// [get a repository ruleset](https://docs.github.com/en/rest/repos/rules#get-a-repository-ruleset),
/// [get branch protection](https://docs.github.com/en/rest/branches/branch-protection#get-branch-protection).
pub(super) fn read(api: &Api, repository: &str) -> Result<Protection, ForgeError> {
    let path = |rest: &str| format!("/repos/{repository}{rest}");
    let settings: Settings = api.get(&path(""))?;
    let branch = segment(&settings.default_branch);
    let mut found = Found::default();

    let rules = seen(api.list(&path(&format!("/rules/branches/{branch}"))))?;
    let are_rules_hidden = rules.is_none();
    let mut rulesets = Vec::new();
    for rule in rules.iter().flatten() {
        found.add_rule(rule);
        if let Some(id) = rule.ruleset_id
            && !rulesets.contains(&id)
        {
            rulesets.push(id);
            // A ruleset of the organisation is seen through the repository as well.
            let ruleset = seen(api.get(&path(&format!("/rulesets/{id}?includes_parents=true"))))?;
            found.add_ruleset(ruleset, &rule.ruleset_source_type);
        }
    }
    let mut is_hidden = are_rules_hidden;
    match api.get(&path(&format!("/branches/{branch}/protection"))) {
        Ok(protection) => found.add_protection(&protection),
        // The one 404 that says something; any other may mean that the token may not look.
        Err(ForgeError::Refused {
            status: 404, message, ..
        }) if message.contains("Branch not protected") => {}
        Err(ForgeError::Refused { status: 403 | 404, .. }) => is_hidden = true,
        Err(error) => return Err(error),
    }
    let known_or_hidden = |is_strict: bool| {
        if !is_strict && is_hidden {
            // Rules do not demand it; a protection that cannot be seen may.
            Fact::unknown(NOT_SEEN)
        } else {
            Fact::Known(is_strict)
        }
    };
    Ok(Protection {
        branch: settings.default_branch,
        pull_request_required: known_or_hidden(found.pull_request),
        approvals: if found.approvals == 0 && is_hidden {
            Fact::unknown(NOT_SEEN)
        } else {
            Fact::Known(found.approvals)
        },
        code_owners: known_or_hidden(found.code_owners),
        dismisses_stale: known_or_hidden(found.dismisses_stale),
        last_push_by_another: known_or_hidden(found.last_push),
        contexts: if found.contexts.is_empty() && is_hidden {
            Fact::unknown(NOT_SEEN)
        } else {
            Fact::Known(Contexts::Named(found.contexts))
        },
        threads_resolved: known_or_hidden(found.threads),
        bypass: if found.bypass.is_empty() && (found.is_bypass_hidden || is_hidden) {
            Fact::unknown(NOT_SEEN)
        } else {
            Fact::Known(found.bypass)
        },
        auto_merge: settings
            .allow_auto_merge
            .map_or_else(|| Fact::unknown(NOT_SEEN), Fact::Known),
        owners_file: owners_file(api, repository),
    })
}

/// The answer; `None` if it may not be seen.
fn seen<T>(answer: Result<T, ForgeError>) -> Result<Option<T>, ForgeError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(ForgeError::Refused { status: 403 | 404, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Found {
    /// Of several rules of one kind the stricter counts, for each parameter.
    fn add_rule(&mut self, rule: &Rule) {
        let parameters = &rule.parameters;
        match rule.kind.as_str() {
            "pull_request" => {
                self.pull_request = true;
                self.approvals = self.approvals.max(parameters.required_approving_review_count);
                self.code_owners |= parameters.require_code_owner_review;
                self.dismisses_stale |= parameters.dismiss_stale_reviews_on_push;
                self.last_push |= parameters.require_last_push_approval;
                self.threads |= parameters.required_review_thread_resolution;
            }
            "required_status_checks" => {
                let contexts = parameters.required_status_checks.iter();
                self.contexts.extend(contexts.map(|check| check.context.clone()));
            }
            _ => {}
        }
    }

    fn add_ruleset(&mut self, ruleset: Option<Ruleset>, source: &str) {
        let Some((name, actors)) = ruleset.and_then(|one| Some((one.name, one.bypass_actors?))) else {
            self.is_bypass_hidden = true;
            return;
        };
        self.bypass.extend(actors.into_iter().map(|actor| {
            let number = actor.actor_id.map_or_else(String::new, |id| format!(" {id}"));
            format!("{}{number} of the {source} ruleset `{name}`", actor.actor_type)
        }));
    }

    fn add_protection(&mut self, protection: &BranchProtection) {
        if let Some(reviews) = &protection.required_pull_request_reviews {
            self.pull_request = true;
            self.approvals = self.approvals.max(reviews.required_approving_review_count);
            self.code_owners |= reviews.require_code_owner_reviews;
            self.dismisses_stale |= reviews.dismiss_stale_reviews;
            self.last_push |= reviews.require_last_push_approval;
            let allowed = &reviews.bypass_pull_request_allowances;
            self.bypass.extend(allowed.users.iter().map(|user| user.login.clone()));
            self.bypass
                .extend(allowed.teams.iter().map(|team| format!("team {}", team.slug)));
            self.bypass
                .extend(allowed.apps.iter().map(|app| format!("app {}", app.slug)));
        }
        if let Some(checks) = &protection.required_status_checks {
            self.contexts.extend(checks.contexts.iter().cloned());
        }
        let is_on = |switch: &Option<_>| {
            switch
                .as_ref()
                .is_some_and(|switch: &super::answers::Switch| switch.enabled)
        };
        self.threads |= is_on(&protection.required_conversation_resolution);
        if !is_on(&protection.enforce_admins) {
            self.bypass.push("administrators (branch protection)".to_owned());
        }
    }
}

/// Source: [get repository content](https://docs.github.com/en/rest/repos/contents#get-repository-content).
fn owners_file(api: &Api, repository: &str) -> Fact<Option<(String, String)>> {
    for file in OWNERS_FILES {
        match api.text(&format!("/repos/{repository}/contents/{file}"), RAW) {
            Ok(Some(text)) => return Fact::Known(Some((file.to_owned(), text))),
            Ok(None) => {}
            Err(error) => return Fact::Unknown(error.to_string()),
        }
    }
    Fact::Known(None)
}
