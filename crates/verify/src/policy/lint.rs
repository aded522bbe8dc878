//! Faults of a policy that can be seen without an image.

use regex::Regex;

use super::{Policy, Scope};
use crate::authority::{Identity, Match, Means};

/// A policy that says less than its author may think.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// Policy and authority: `serving-images/upstream`.
    pub place: String,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to write instead.
    pub hint: &'static str,
}

/// What is weak in the policy.
pub fn lint(policy: &Policy) -> Vec<Lint> {
    let mut lints = Vec::new();
    for image in &policy.images {
        if let Scope::Globs(globs) = &image.scope {
            for glob in globs
                .iter()
                .filter(|glob| !glob.text().contains('*') && glob.text().ends_with('/'))
            {
                lints.push(Lint {
                    place: image.name.clone(),
                    message: format!("the pattern `{}` matches no image", glob.text()),
                    hint: "write `/**` for all below",
                });
            }
        }
        for authority in &image.authorities {
            let place = format!("{}/{}", image.name, authority.name);
            let mut add = |message: String, hint| {
                lints.push(Lint {
                    place: place.clone(),
                    message,
                    hint,
                });
            };
            match &authority.means {
                Means::Keyless {
                    identities,
                    ignores_certificate_log,
                    ..
                } => {
                    if *ignores_certificate_log {
                        let message = "`insecureIgnoreSCT`: a certificate nobody has seen counts".to_owned();
                        add(message, "leave it out, and give the key of the log by `trustRootRef`");
                    }
                    identities
                        .iter()
                        .flat_map(identity)
                        .for_each(|(message, hint)| add(message, hint));
                }
                Means::Pass if image.authorities.len() > 1 => {
                    let message = "`static: pass` beside other authorities makes them pointless".to_owned();
                    add(message, "any authority suffices; write a policy of its own");
                }
                Means::Pass | Means::Fail(_) | Means::Key { .. } => {}
            }
        }
    }
    lints
}

fn identity(identity: &Identity) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    for (field, matching) in [("issuer", &identity.issuer), ("subject", &identity.subject)] {
        match matching {
            Match::Exact(text) => {
                if field == "subject" && text.contains("@refs/pull/") {
                    found.push((
                        format!("`{text}`: whoever opens a pull request can sign"),
                        "name a branch or tag that is protected",
                    ));
                }
            }
            Match::Pattern(pattern) => found.extend(weak_pattern(field, pattern)),
        }
    }
    found
}

fn weak_pattern(field: &str, pattern: &Regex) -> Vec<(String, &'static str)> {
    let text = pattern.as_str();
    let mut found = Vec::new();
    if pattern.is_match("") || pattern.is_match("https://attacker.example/x@refs/heads/y") {
        found.push((format!("`{field}RegExp: {text}` matches anybody"), "name who may sign"));
        return found;
    }
    if !is_anchored(text) {
        found.push((
            format!("`{field}RegExp: {text}` is found anywhere in a longer text"),
            "begin it with `^` and end it with `$`",
        ));
    }
    if let Some(around) = open_dot(text) {
        found.push((
            format!("`{field}RegExp: {text}`: the dot in `{around}` stands for any character"),
            "write `\\.`",
        ));
    }
    if pattern.is_match("x@refs/pull/1/merge") || text.contains("refs/pull") {
        found.push((
            format!("`{field}RegExp: {text}` lets whoever opens a pull request sign"),
            "name branches or tags that are protected",
        ));
    }
    found
}

/// Whether it begins with `^` and ends with `$`.
fn is_anchored(text: &str) -> bool {
    let ends = text.ends_with('$') && !text.ends_with("\\$");
    text.starts_with('^') && (ends || text.ends_with("\\z"))
}

/// The host name around a dot that is not escaped: `github.com`.
fn open_dot(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let is_letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let dot = (1..bytes.len()).find(|&at| bytes[at] == b'.' && is_letter(at - 1) && is_letter(at + 1))?;
    let start = (0..dot).rev().find(|&at| !is_letter(at)).map_or(0, |at| at + 1);
    let end = (dot + 1..bytes.len()).find(|&at| !is_letter(at)).unwrap_or(bytes.len());
    text.get(start..end)
}
