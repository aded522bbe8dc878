//! What `--changed` compares with: the CI says it in variables of its own, elsewhere the branch that is followed.

use serde_json::Value;

use super::trouble::Trouble;

/// No event of a forge is larger.
const MAX_EVENT_BYTES: u64 = 64 << 20;

/// What to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// A commit or branch.
    Revision(String),
    /// The first parent of HEAD, which is a merge that the forge made and gave this name; else the commit.
    MergeOf {
        /// The merge.
        merge: String,
        /// The base of the pull request.
        base: String,
    },
    /// A range that is about to be pushed.
    Push {
        /// What the other side has.
        from: String,
        /// What it is to get.
        to: String,
    },
    /// No CI: the branch that is followed, or the default branch.
    Followed,
}

/// The base that the variables name. `variable` gives a variable that is not empty; `event` the event of the forge.
///
/// # Errors
///
/// A CI that names none: everything must then count as changed.
pub(super) fn base(
    variable: &dyn Fn(&str) -> Option<String>,
    event: &dyn Fn(&str) -> Option<Value>,
) -> Result<Base, Trouble> {
    if let Some(from) = variable("PRE_COMMIT_FROM_REF").filter(|from| !is_zero(from)) {
        let to = variable("PRE_COMMIT_TO_REF").unwrap_or_else(|| "HEAD".to_owned());
        return Ok(Base::Push { from, to });
    }
    if let Some(path) = variable("GITHUB_EVENT_PATH") {
        let event = event(&path).ok_or(Trouble::NoBase("the event file of the forge cannot be read"))?;
        return of_event(&event, variable);
    }
    if let Some(base) = variable("CI_MERGE_REQUEST_DIFF_BASE_SHA") {
        return Ok(Base::Revision(base));
    }
    if let Some(before) = variable("CI_COMMIT_BEFORE_SHA") {
        let default = variable("CI_DEFAULT_BRANCH");
        let is_default = default.is_some() && variable("CI_COMMIT_BRANCH") == default;
        return before_push(&before, default.filter(|_| !is_default));
    }
    if let Some(base) = variable("BITBUCKET_PR_DESTINATION_COMMIT") {
        return Ok(Base::Revision(base));
    }
    let target = [
        "BITBUCKET_PR_DESTINATION_BRANCH",
        "SYSTEM_PULLREQUEST_TARGETBRANCH",
        "CHANGE_TARGET",
    ];
    if let Some(branch) = target.iter().find_map(|name| variable(name)) {
        return Ok(Base::Revision(remote_branch(&branch)));
    }
    let is_ci = [
        "GITHUB_ACTIONS",
        "GITLAB_CI",
        "TF_BUILD",
        "JENKINS_URL",
        "BITBUCKET_BUILD_NUMBER",
    ]
    .iter()
    .any(|name| variable(name).is_some())
        || variable("CI").is_some_and(|value| !matches!(value.as_str(), "0" | "false"));
    if is_ci {
        return Err(Trouble::NoBase("the variables of this CI run name no base"));
    }
    Ok(Base::Followed)
}

/// Whether the variables speak of a change that somebody asks to be taken: a pull request, a merge request, an entry of a merge queue.
pub(super) fn is_change_request(
    variable: &dyn Fn(&str) -> Option<String>,
    event: &dyn Fn(&str) -> Option<Value>,
) -> bool {
    if let Some(path) = variable("GITHUB_EVENT_PATH") {
        let names = ["/pull_request/base/sha", "/merge_group/base_sha"];
        let said = event(&path).is_some_and(|event| names.iter().any(|name| event.pointer(name).is_some()));
        let is_pull =
            variable("GITHUB_EVENT_NAME").is_some_and(|name| name.starts_with("pull_request") || name == "merge_group");
        return said || is_pull;
    }
    let names = [
        "CI_MERGE_REQUEST_IID",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA",
        "BITBUCKET_PR_ID",
        "BITBUCKET_PR_DESTINATION_BRANCH",
        "BITBUCKET_PR_DESTINATION_COMMIT",
        "SYSTEM_PULLREQUEST_TARGETBRANCH",
        "CHANGE_TARGET",
    ];
    names.iter().any(|name| variable(name).is_some())
}

/// Source: [webhook payloads](https://docs.github.com/webhooks/webhook-events-and-payloads); Gitea and Forgejo send the same.
fn of_event(event: &Value, variable: &dyn Fn(&str) -> Option<String>) -> Result<Base, Trouble> {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    if let Some(base) = text("/pull_request/base/sha") {
        // Only for this event the commit is the merge of base and pull request; the author of the change could have made any other.
        let is_merge = variable("GITHUB_EVENT_NAME").is_some_and(|name| name == "pull_request");
        return Ok(match variable("GITHUB_SHA").filter(|_| is_merge) {
            Some(merge) => Base::MergeOf { merge, base },
            None => Base::Revision(base),
        });
    }
    if let Some(base) = text("/merge_group/base_sha") {
        return Ok(Base::Revision(base));
    }
    let Some(before) = text("/before") else {
        return Err(Trouble::NoBase("the event of the forge names no base"));
    };
    let default = text("/repository/default_branch");
    let is_default = default
        .as_ref()
        .is_some_and(|default| text("/ref").is_some_and(|name| name == format!("refs/heads/{default}")));
    before_push(&before, default.filter(|_| !is_default))
}

/// A branch that is pushed for the first time has no commit before; it is compared with the default branch, unless it is that.
fn before_push(before: &str, default: Option<String>) -> Result<Base, Trouble> {
    if !is_zero(before) {
        return Ok(Base::Revision(before.to_owned()));
    }
    default.map_or(
        Err(Trouble::NoBase(
            "the branch is new, and there is nothing to compare it with",
        )),
        |branch| Ok(Base::Revision(remote_branch(&branch))),
    )
}

fn remote_branch(name: &str) -> String {
    let name = name.strip_prefix("refs/heads/").unwrap_or(name);
    format!("refs/remotes/origin/{name}")
}

fn is_zero(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

/// A variable of the process that is not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The event in the file at `path`.
pub(crate) fn event(path: &str) -> Option<Value> {
    use std::io::Read as _;

    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(MAX_EVENT_BYTES).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ZEROS: &str = "0000000000000000000000000000000000000000";

    fn found(variables: &[(&str, &str)], event: &Value) -> Result<Base, Trouble> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        base(&variable, &|_| Some(event.clone()))
    }

    fn revision(variables: &[(&str, &str)], event: &Value) -> String {
        match found(variables, event) {
            Ok(Base::Revision(name)) => name,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn each_forge_names_its_base() {
        let none = Value::Null;
        let github = ("GITHUB_EVENT_PATH", "x");
        let pull = json!({ "pull_request": { "base": { "sha": "a1" } } });
        assert_eq!(
            revision(
                &[
                    github,
                    ("GITHUB_EVENT_NAME", "pull_request_target"),
                    ("GITHUB_SHA", "b")
                ],
                &pull
            ),
            "a1"
        );
        assert_eq!(
            revision(&[github], &json!({ "merge_group": { "base_sha": "a2" } })),
            "a2"
        );
        assert_eq!(
            revision(&[github], &json!({ "before": "a3", "ref": "refs/heads/x" })),
            "a3"
        );
        assert_eq!(
            revision(
                &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", "a4"), ("CI_COMMIT_BEFORE_SHA", "b")],
                &none
            ),
            "a4"
        );
        assert_eq!(revision(&[("CI_COMMIT_BEFORE_SHA", "a5")], &none), "a5");
        assert_eq!(revision(&[("BITBUCKET_PR_DESTINATION_COMMIT", "a6")], &none), "a6");
        let azure = ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main");
        assert_eq!(revision(&[azure], &none), "refs/remotes/origin/main");
        assert_eq!(
            revision(&[("CHANGE_TARGET", "release/1")], &none),
            "refs/remotes/origin/release/1"
        );
    }

    #[test]
    fn the_merge_of_a_pull_request_is_only_believed_where_the_forge_made_it() {
        let pull = json!({ "pull_request": { "base": { "sha": "a" } } });
        let variables = [
            ("GITHUB_EVENT_PATH", "x"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_SHA", "m"),
        ];

        let expected = Base::MergeOf {
            merge: "m".to_owned(),
            base: "a".to_owned(),
        };
        assert_eq!(found(&variables, &pull).unwrap(), expected);
    }

    #[test]
    fn a_new_branch_is_compared_with_the_default_branch_unless_it_is_that() {
        let push = |name: &str| json!({ "before": ZEROS, "ref": name, "repository": { "default_branch": "main" } });
        let github = [("GITHUB_EVENT_PATH", "x")];
        let gitlab = [("CI_COMMIT_BEFORE_SHA", ZEROS), ("CI_DEFAULT_BRANCH", "main")];

        assert_eq!(revision(&github, &push("refs/heads/topic")), "refs/remotes/origin/main");
        assert!(found(&github, &push("refs/heads/main")).is_err());
        assert_eq!(revision(&gitlab, &Value::Null), "refs/remotes/origin/main");
        assert!(found(&[gitlab[0], gitlab[1], ("CI_COMMIT_BRANCH", "main")], &Value::Null).is_err());
        assert!(found(&[gitlab[0]], &Value::Null).is_err());
    }

    #[test]
    fn a_pull_request_is_told_from_a_push() {
        let asks = |variables: &[(&str, &str)], event: &Value| {
            let variable = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            is_change_request(&variable, &|_| Some(event.clone()))
        };
        let github = ("GITHUB_EVENT_PATH", "x");

        assert!(asks(&[github], &json!({ "pull_request": { "base": { "sha": "a" } } })));
        assert!(asks(&[github], &json!({ "merge_group": { "base_sha": "a" } })));
        assert!(asks(&[github, ("GITHUB_EVENT_NAME", "pull_request")], &Value::Null));
        assert!(!asks(
            &[github, ("GITHUB_EVENT_NAME", "push")],
            &json!({ "before": "a" })
        ));
        assert!(asks(&[("CI_MERGE_REQUEST_IID", "7")], &Value::Null));
        assert!(!asks(&[("CI_COMMIT_BEFORE_SHA", "a"), ("CI", "true")], &Value::Null));
        assert!(asks(&[("CHANGE_TARGET", "main")], &Value::Null));
    }

    #[test]
    fn a_ci_that_says_nothing_is_not_taken_for_a_desk() {
        assert!(found(&[("CI", "true")], &Value::Null).is_err());
        assert!(found(&[("GITHUB_EVENT_PATH", "x")], &json!({ "schedule": "daily" })).is_err());
        assert_eq!(found(&[], &Value::Null).unwrap(), Base::Followed);
        assert_eq!(found(&[("CI", "false")], &Value::Null).unwrap(), Base::Followed);
    }
}
