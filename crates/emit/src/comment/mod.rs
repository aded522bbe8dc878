//! The comment on a pull request: what a person must look at, why, and who.
//!
//! Its input is a report that somebody else may have written, as the job of a fork does, so nothing in it is taken for
//! harmless: text goes through the same door as in `markdown`, commits and addresses are checked before they are used.

use std::collections::BTreeMap;

use weighbridge_core::{Outcome, ReviewCause, Severity};
use weighbridge_rules::built_in_rules;

use crate::Context;
use crate::markdown::{MAX_CHARACTERS, code_span, prose, push};
use crate::prose::at_most;
use crate::summary::counted;

/// Rows of the table of findings, and lines of the list of reasons.
const MAX_ROWS: usize = 20;
/// Rules in the table of everything that is not shown.
const MAX_RULES: usize = 40;
/// Of a message, a path or a name.
const MAX_TEXT: usize = 300;
/// An address longer than this is left out.
const MAX_ADDRESS: usize = 1_500;
/// Kept for the foot.
const REST: usize = 2_000;

/// What the comment is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment<'a> {
    /// What the run came to.
    pub outcome: Outcome,
    /// The findings that count, in any order.
    pub findings: Vec<CommentFinding>,
    /// Findings that are suppressed.
    pub suppressed: usize,
    /// Files that were searched.
    pub files: usize,
    /// Why a person must look, besides what the report says; in our own words.
    pub due: Vec<String>,
    /// Why a person must look, as the report says.
    pub reasons: Vec<CommentReason>,
    /// Whether a person must look.
    pub is_due: bool,
    /// Who may approve.
    pub approvers: &'a [String],
    /// The context of the status that waits for the approval.
    pub status: &'a str,
    /// The last commit of the pull request.
    pub head: &'a str,
    /// The commit that it was compared with, if the report names one.
    pub base: Option<&'a str>,
    /// What the commits can be fetched by: `refs/pull/7/head`.
    pub fetch: &'a str,
    /// What a path is appended to for the address of a file of `head`; ends with a slash.
    pub files_address: Option<&'a str>,
    /// The version of the program that made the report.
    pub version: &'a str,
}

/// A finding, as the comment shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentFinding {
    /// How bad it is.
    pub severity: Severity,
    /// The id of the rule.
    pub rule: String,
    /// What is wrong.
    pub message: String,
    /// The path for people.
    pub path: String,
    /// The path as a relative URI reference.
    pub uri: String,
    /// The line, from 1.
    pub line: usize,
}

/// A reason, as the comment shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentReason {
    /// The kind.
    pub cause: ReviewCause,
    /// What there is to look at.
    pub message: String,
    /// The path for people.
    pub path: Option<String>,
    /// The path as a relative URI reference.
    pub uri: Option<String>,
    /// The line, from 1.
    pub line: Option<usize>,
}

/// The comment as Markdown, at most 60,000 characters.
pub fn comment(comment: &Comment<'_>) -> String {
    let mut text = head(comment);
    if comment.is_due {
        text.push_str(&who(comment));
        text.push_str(&why(comment));
    }
    let room = MAX_CHARACTERS.saturating_sub(text.chars().count() + REST);
    text.push_str(&findings(comment, room));
    text.push_str(&foot(comment));
    text
}

fn head(comment: &Comment<'_>) -> String {
    let verdict = if comment.is_due {
        "a person must look at this change"
    } else {
        "no review is due"
    };
    let outcome = match comment.outcome {
        Outcome::Clean => "passed",
        Outcome::Findings => "failed",
        Outcome::Incomplete => "**incomplete**",
    };
    let mut counts = BTreeMap::new();
    for finding in &comment.findings {
        *counts.entry(finding.severity).or_insert(0_usize) += 1;
    }
    let levels: Vec<_> = counts
        .iter()
        .rev()
        .map(|(severity, count)| format!("{count} {severity}"))
        .collect();
    let found = if levels.is_empty() {
        "no findings".to_owned()
    } else {
        format!("**{}**", levels.join(", "))
    };
    let mut text = format!("## weighbridge: {verdict}\n\nThe scan {outcome}: {found}");
    if comment.suppressed > 0 {
        let suppressed = counted(comment.suppressed, "finding", "findings");
        push(&mut text, format_args!("; {suppressed} suppressed"));
    }
    let files = counted(comment.files, "file", "files");
    push(&mut text, format_args!("; searched {files}.\n"));
    text
}

fn who(comment: &Comment<'_>) -> String {
    let head = commit(comment.head).map_or_else(String::new, |head| {
        format!(" {}", code_span(&head[..head.len().min(12)]))
    });
    let status = name(comment.status);
    if comment.approvers.is_empty() {
        return format!(
            "\n**Nobody can approve{head}**: the list of approvers is empty, so the status {status} waits for ever.\n"
        );
    }
    // In code nobody is called; whoever has to come is asked by the forge.
    let names: Vec<_> = comment
        .approvers
        .iter()
        .take(MAX_ROWS)
        .map(|login| name(login))
        .collect();
    let more = comment.approvers.len() - names.len();
    let more = if more > 0 {
        format!(" or {more} more")
    } else {
        String::new()
    };
    format!(
        "\n**One of {}{more} must approve{head}.** It counts from somebody who has not worked on the change, and until the \
         next push. The status {status} waits for it.\n",
        names.join(", ")
    )
}

fn why(comment: &Comment<'_>) -> String {
    let mut text = String::from("\n### Why\n\n");
    for due in &comment.due {
        push(&mut text, format_args!("* {}\n", prose(due)));
    }
    let mut reasons: Vec<_> = comment.reasons.iter().collect();
    reasons.sort_by_key(|reason| reason.cause);
    for reason in reasons.iter().take(MAX_ROWS) {
        let place = reason.path.as_ref().map_or_else(String::new, |path| {
            format!(
                "{}: ",
                place(comment, path, reason.uri.as_deref().unwrap_or_default(), reason.line)
            )
        });
        let message = prose(&at_most(MAX_TEXT, &reason.message));
        push(&mut text, format_args!("* {}: {place}{message}\n", reason.cause.name()));
    }
    if reasons.len() > MAX_ROWS {
        let more = counted(reasons.len() - MAX_ROWS, "reason", "reasons");
        push(&mut text, format_args!("* {more} more\n"));
    }
    text
}

/// The findings, the gravest first, in at most `room` characters.
fn findings(comment: &Comment<'_>, room: usize) -> String {
    if comment.findings.is_empty() {
        return String::new();
    }
    let mut order: Vec<_> = comment.findings.iter().collect();
    order.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then_with(|| (&a.path, a.line).cmp(&(&b.path, b.line)))
    });
    let mut text = String::from("\n### Findings\n\n| severity | rule | where | what |\n| --- | --- | --- | --- |\n");
    let mut used = text.chars().count();
    let mut shown = 0;
    for finding in order.iter().take(MAX_ROWS) {
        let row = format!(
            "| {} | {} | {} | {} |\n",
            finding.severity,
            rule(&finding.rule),
            place(comment, &finding.path, &finding.uri, Some(finding.line)),
            prose(&at_most(MAX_TEXT, &finding.message)),
        );
        used += row.chars().count();
        if used > room {
            break;
        }
        text.push_str(&row);
        shown += 1;
    }
    let rest = rest(&order[shown..], room.saturating_sub(used));
    text.push_str(&rest);
    text
}

/// What is not in the table, by rule.
fn rest(findings: &[&CommentFinding], room: usize) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    for finding in findings {
        *counts
            .entry((std::cmp::Reverse(finding.severity), &finding.rule))
            .or_insert(0) += 1;
    }
    let more = counted(findings.len(), "finding", "findings");
    let mut text =
        format!("\n<details><summary>{more} more</summary>\n\n| severity | rule | findings |\n| --- | --- | ---: |\n");
    let mut used = text.chars().count();
    for ((severity, id), count) in counts.iter().take(MAX_RULES) {
        let row = format!("| {} | {} | {count} |\n", severity.0, rule(id));
        used += row.chars().count();
        if used > room {
            break;
        }
        text.push_str(&row);
    }
    text.push_str("\n</details>\n");
    text
}

fn foot(comment: &Comment<'_>) -> String {
    let mut text = String::from("\n<details><summary>Look at it yourself</summary>\n\n");
    if let Some(head) = commit(comment.head) {
        let since = comment
            .base
            .and_then(commit)
            .map_or_else(String::new, |base| format!(" --since {base}"));
        push(
            &mut text,
            format_args!(
                "```sh\ngit fetch origin {}\ngit checkout {head}\nweighbridge scan{since}\n```\n\n",
                comment.fetch
            ),
        );
    }
    text.push_str("`weighbridge explain RULE` says what a rule is about. ");
    push(
        &mut text,
        format_args!(
            "The report was made by weighbridge {}.\n\n</details>\n",
            name(comment.version)
        ),
    );
    text
}

/// `path:line`, with a link if the address can be trusted to lead there.
fn place(comment: &Comment<'_>, path: &str, uri: &str, line: Option<usize>) -> String {
    let path = at_most(MAX_TEXT, path);
    let (shown, fragment) = match line {
        Some(line) => (format!("{path}:{line}"), format!("#L{line}")),
        None => (path, String::new()),
    };
    // `one_line` is what breaks commands to a log runner, in case the comment is printed.
    let shown = code_span(&crate::shown::one_line(&shown));
    let Some(files) = comment.files_address else {
        return shown;
    };
    let address = format!("{files}{uri}{fragment}");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/%#".contains(&byte);
    let leads_elsewhere = uri.is_empty() || uri.contains(['#', ':']) || uri.split('/').any(|part| part == "..");
    let is_good = address.len() <= MAX_ADDRESS && address.starts_with("http") && address.bytes().all(is_plain);
    if leads_elsewhere || !is_good {
        return shown;
    }
    format!("[{shown}]({address})")
}

/// The rule, with a link to its page if it is one of ours.
fn rule(id: &str) -> String {
    let shown = name(id);
    let is_ours = built_in_rules().iter().any(|rule| rule.id.as_str() == id);
    if is_ours {
        return format!("[{shown}]({}{id}.md)", Context::PAGES);
    }
    shown
}

fn name(text: &str) -> String {
    code_span(&at_most(MAX_TEXT, &crate::shown::one_line(text)))
}

/// The text if it is the name of a commit.
fn commit(text: &str) -> Option<&str> {
    let is_commit = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_commit.then_some(text)
}

#[cfg(test)]
mod tests;
