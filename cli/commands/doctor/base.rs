//! Which CI this is, and whether the revision that it compares with can be reached.

use super::Ground;
use super::line::Line;
use crate::git::{Trouble, base_name};

/// What tells a CI, the special before the general: Gitea and Forgejo set the variables of GitHub too.
const SIGNS: &[(&str, &str)] = &[
    ("FORGEJO_ACTIONS", "Forgejo"),
    ("GITEA_ACTIONS", "Gitea"),
    ("GITHUB_ACTIONS", "GitHub"),
    ("GITLAB_CI", "GitLab"),
    ("BITBUCKET_BUILD_NUMBER", "Bitbucket"),
    ("TF_BUILD", "Azure DevOps"),
    ("JENKINS_URL", "Jenkins"),
    ("CI", "an unknown CI"),
];

/// What `--changed` would compare with here.
pub(super) fn look(ground: &Ground<'_>) -> Vec<Line> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "false");
    let ci = SIGNS
        .iter()
        .find(|(variable, _)| is_set(variable))
        .map(|(_, name)| *name);
    let place = ci.map_or_else(|| "no CI".to_owned(), |name| format!("CI: {name}"));
    vec![match base_name(ground.paths.current()) {
        Ok(name) => Line::ok(format!("{place}; `--changed` compares with `{name}`")),
        // Said by the check of git.
        Err(Trouble::NoRepository | Trouble::Bare | Trouble::UnknownFormat(_) | Trouble::ForeignOwner(_)) => Line::ok(
            format!("{place}; nothing to compare with outside of a repository that can be read"),
        ),
        Err(trouble) => {
            let message = format!("{place}; `--changed` has no base: {}", trouble.message());
            match (&trouble, ci) {
                // A run that was started by hand or by the clock has none.
                (Trouble::NoBase(_), _) | (_, None) => Line::note(message, trouble.hint()),
                _ => Line::problem(message, trouble.hint()),
            }
        }
    }]
}
