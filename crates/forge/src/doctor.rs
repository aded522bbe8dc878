//! Whether a forge demands what the gate needs. Reads and reports, changes nothing.

use crate::code_owners::unowned;
use crate::protection::{Contexts, Fact, Protection};
use crate::{Forge, ForgeError};

/// Files that decide about the gate. Who may change them without a second person can switch it off.
const GUARDS: [&str; 5] = [
    ".github/workflows/weighbridge.yml",
    ".github/CODEOWNERS",
    "weighbridge.toml",
    "weighbridge-baseline.json",
    "weighbridge-policy.toml",
];

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What ought to be so.
    pub name: &'static str,
    /// Whether it is.
    pub answer: Answer,
    /// What to do about it if it is not.
    pub hint: &'static str,
}

/// Whether something is as it ought to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is.
    Ok,
    /// It is not; what is there instead.
    Missing(String),
    /// It cannot be told; why.
    Unknown(String),
}

/// Asks a forge for the protection of the default branch and compares it with what the gate needs.
///
/// `context` is the status of the gate, `guards` are further paths that only code owners should change, such as folders
/// with rules (ending in `/`).
///
/// # Errors
///
/// If not even the repository can be read.
pub fn examine(forge: &dyn Forge, context: &str, guards: &[String]) -> Result<Vec<Check>, ForgeError> {
    Ok(checks(&forge.protection()?, context, guards))
}

/// What a protection comes to.
pub fn checks(protection: &Protection, context: &str, guards: &[String]) -> Vec<Check> {
    vec![
        Check {
            name: "the default branch takes changes through pull requests only",
            answer: yes(
                &protection.pull_request_required,
                "anybody who may write can push to it",
            ),
            hint: "protect the branch, and let nobody push to it",
        },
        Check {
            name: "the status of the gate is required",
            answer: contexts(&protection.contexts, context),
            hint: "require the status in the protection of the branch; on GitLab, *Pipelines must succeed*",
        },
        Check {
            name: "at least one approval is required",
            answer: fact(&protection.approvals, |approvals| {
                (*approvals == 0).then(|| "none is".to_owned())
            }),
            hint: "require one approval or more",
        },
        Check {
            name: "a push takes approvals away",
            answer: yes(&protection.dismisses_stale, "an approval outlives what it was about"),
            hint: "dismiss stale approvals",
        },
        Check {
            name: "the last push is approved by somebody else",
            answer: yes(&protection.last_push_by_another, "an approver can push and pass"),
            hint: "require approval of the most recent push",
        },
        Check {
            name: "code owners must approve",
            answer: yes(&protection.code_owners, "they need not"),
            hint: "require a review from code owners",
        },
        Check {
            name: "code owners guard what decides about the gate",
            answer: fact(&protection.owners_file, |file| owners(file.as_ref(), guards)),
            hint: "name owners for the paths in CODEOWNERS",
        },
        Check {
            name: "open threads hold the merge",
            answer: yes(&protection.threads_resolved, "they do not"),
            hint: "demand that all threads are resolved",
        },
        Check {
            name: "nobody bypasses the rules",
            answer: fact(&protection.bypass, |bypass| {
                (!bypass.is_empty()).then(|| bypass.join(", "))
            }),
            hint: "empty the list of those whom the rules do not bind, administrators included",
        },
        Check {
            name: "pull requests do not merge themselves",
            answer: fact(&protection.auto_merge, |allowed| {
                allowed.then(|| "auto-merge is allowed; the required status still holds it".to_owned())
            }),
            hint: "switch auto-merge off",
        },
    ]
}

fn fact<T>(fact: &Fact<T>, objection: impl FnOnce(&T) -> Option<String>) -> Answer {
    match fact {
        Fact::Known(value) => objection(value).map_or(Answer::Ok, Answer::Missing),
        Fact::Unknown(why) => Answer::Unknown(why.clone()),
    }
}

fn yes(value: &Fact<bool>, otherwise: &str) -> Answer {
    fact(value, |is_so| (!is_so).then(|| otherwise.to_owned()))
}

fn contexts(required: &Fact<Contexts>, context: &str) -> Answer {
    fact(required, |contexts| match contexts {
        Contexts::All => None,
        Contexts::Named(names) if names.iter().any(|name| name == context) => None,
        Contexts::Named(names) if names.is_empty() => Some(format!("no status is, `{context}` neither")),
        Contexts::Named(names) => Some(format!("`{context}` is not among {}", names.join(", "))),
    })
}

fn owners(file: Option<&(String, String)>, guards: &[String]) -> Option<String> {
    let Some((path, text)) = file else {
        return Some("there is no CODEOWNERS".to_owned());
    };
    let mut paths: Vec<String> = GUARDS.iter().map(ToString::to_string).collect();
    paths.push(path.clone());
    // A folder is guarded if a file in it is.
    let file_in = |guard: &String| {
        if guard.ends_with('/') {
            format!("{guard}x")
        } else {
            guard.clone()
        }
    };
    paths.extend(guards.iter().map(file_in));
    let mut open = unowned(text, &paths);
    open.sort_unstable();
    open.dedup();
    (!open.is_empty()).then(|| format!("nobody owns {}", open.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: &str = "weighbridge/human-review";

    fn strict() -> Protection {
        Protection {
            branch: "main".to_owned(),
            pull_request_required: Fact::Known(true),
            approvals: Fact::Known(1),
            code_owners: Fact::Known(true),
            dismisses_stale: Fact::Known(true),
            last_push_by_another: Fact::Known(true),
            contexts: Fact::Known(Contexts::Named(vec![CONTEXT.to_owned()])),
            threads_resolved: Fact::Known(true),
            bypass: Fact::Known(Vec::new()),
            auto_merge: Fact::Known(false),
            owners_file: Fact::Known(Some((".github/CODEOWNERS".to_owned(), "* @corp/security".to_owned()))),
        }
    }

    #[test]
    fn a_strict_repository_lacks_nothing() {
        for check in checks(&strict(), CONTEXT, &["rules/".to_owned()]) {
            assert_eq!(check.answer, Answer::Ok, "{}", check.name);
        }
    }

    #[test]
    fn each_gap_is_named() {
        let gaps: [fn(&mut Protection); 10] = [
            |it| it.pull_request_required = Fact::Known(false),
            |it| it.contexts = Fact::Known(Contexts::Named(vec!["ci".to_owned()])),
            |it| it.approvals = Fact::Known(0),
            |it| it.dismisses_stale = Fact::Known(false),
            |it| it.last_push_by_another = Fact::Known(false),
            |it| it.code_owners = Fact::Known(false),
            |it| it.owners_file = Fact::Known(None),
            |it| it.threads_resolved = Fact::Known(false),
            |it| it.bypass = Fact::Known(vec!["administrators".to_owned()]),
            |it| it.auto_merge = Fact::Known(true),
        ];
        for (index, gap) in gaps.iter().enumerate() {
            let mut protection = strict();
            gap(&mut protection);

            let answers = checks(&protection, CONTEXT, &[]);

            let missing: Vec<_> = (0..answers.len())
                .filter(|&at| matches!(answers[at].answer, Answer::Missing(_)))
                .collect();
            assert_eq!(missing, [index]);
        }
    }

    #[test]
    fn what_is_not_told_is_not_taken_for_good() {
        let mut protection = strict();
        protection.bypass = Fact::unknown("the token may not see it");

        let answers = checks(&protection, CONTEXT, &[]);

        assert!(answers.iter().any(|check| matches!(check.answer, Answer::Unknown(_))));
    }

    #[test]
    fn an_open_folder_of_rules_is_named() {
        let file = (
            ".github/CODEOWNERS".to_owned(),
            "/.github/ @a\n/weighbridge* @a\n".to_owned(),
        );

        assert_eq!(owners(Some(&file), &[]), None);
        assert_eq!(
            owners(Some(&file), &["security/rules/".to_owned()]),
            Some("nobody owns security/rules/x".to_owned())
        );
    }
}
