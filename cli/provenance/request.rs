//! What the pull request says about itself, as the forge hands it to the CI: its labels and its branch.
//!
//! The weakest source: it is about the request as a whole, so it only speaks for lines about which nothing else does.

use serde_json::Value;

use super::agents::Agents;

/// Whether the request says that a model wrote it. `variable` gives a variable that is not empty; `event` the event of the forge.
///
/// Sources: [GitHub's payload](https://docs.github.com/webhooks/webhook-events-and-payloads#pull_request), which Gitea and Forgejo
/// send too, and [GitLab's variables](https://docs.gitlab.com/ci/variables/predefined_variables/).
pub(super) fn is_declared(variable: &dyn Fn(&str) -> Option<String>, event: &dyn Fn(&str) -> Option<Value>) -> bool {
    let agents = Agents::known();
    let is_label = |label: &str| agents.is_declared_by_label(&label.to_lowercase());
    let is_branch = |branch: &str| agents.is_declared_by_branch(&branch.to_lowercase());
    if let Some(event) = variable("GITHUB_EVENT_PATH").and_then(|path| event(&path)) {
        let labels = event.pointer("/pull_request/labels").and_then(Value::as_array);
        let mut names = labels
            .into_iter()
            .flatten()
            .filter_map(|label| label.get("name")?.as_str());
        let branch = event.pointer("/pull_request/head/ref").and_then(Value::as_str);
        return names.any(is_label) || branch.is_some_and(is_branch);
    }
    variable("CI_MERGE_REQUEST_LABELS").is_some_and(|labels| labels.split(',').any(is_label))
        || variable("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME").is_some_and(|branch| is_branch(&branch))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn says(variables: &[(&str, &str)], event: &Value) -> bool {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        is_declared(&variable, &|_| Some(event.clone()))
    }

    #[test]
    fn labels_and_branches_of_forges_are_read() {
        let github = [("GITHUB_EVENT_PATH", "x")];
        let request = |label: &str, branch: &str| json!({ "pull_request": { "labels": [{ "name": "bug" }, { "name": label }], "head": { "ref": branch } } });

        assert!(says(&github, &request("AI-generated", "topic")));
        assert!(says(&github, &request("x", "copilot/mend-it")));
        assert!(!says(&github, &request("ai", "topic/copilot/")));
        assert!(!says(
            &github,
            &json!({ "pull_request": { "labels": "ai-generated", "head": 7 } })
        ));
        assert!(!says(&[], &request("ai-generated", "topic")));
        assert!(says(&[("CI_MERGE_REQUEST_LABELS", "bug,ai-assisted")], &Value::Null));
        assert!(says(
            &[("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "Cursor/x")],
            &Value::Null
        ));
        assert!(!says(&[("CI_MERGE_REQUEST_LABELS", "bug")], &Value::Null));
    }
}
