//! Markdown for a comment on a change and for the summary of a job.
//!
//! Whoever writes a scanned file must not be able to call a team, close an issue or forge a link through a comment of ours. So a
//! word of a message that is not plainly a word stands in a code span, where nothing is obeyed, and source in a fence
//! longer than any in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::io;

use weighbridge_core::{Finding, Notification, NotificationLevel, Report, RuleId, Severity, SourcePath};

use crate::frame::plain;
use crate::markup::escaped_line;
use crate::summary::{by_severity, counted, declared, headline, searched};
use crate::{Context, flow, review, shown};

/// The longest comment of GitHub has 65,536 characters; some room is left for what others put around ours.
pub(crate) const MAX_CHARACTERS: usize = 60_000;
/// Of these the notifications may take so many.
const MAX_NOTIFICATION_CHARACTERS: usize = 15_000;
/// Rows of the table of rules.
const MAX_RULES: usize = 40;
/// Kept for the sentence about what is left out.
pub(crate) const REST: usize = 300;

/// Writes the report as Markdown.
pub(crate) fn emit(report: &Report, context: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = header(report, context);
    text.push_str(&review::markdown(report));
    text.push_str(&rules(report, context));
    text.push_str(&notifications(report));
    let room = MAX_CHARACTERS.saturating_sub(text.chars().count() + REST);
    let (files, left_out) = files(report, context, room);
    text.push_str(&files);
    if left_out > 0 {
        let things = counted(left_out, "finding is", "findings are");
        push(
            &mut text,
            format_args!(
                "\n**{things} left out here**, the least severe: the text would be too long for a comment. The formats `json` and `html` hold all.\n"
            ),
        );
    }
    out.write_all(text.as_bytes())
}

fn header(report: &Report, context: &Context<'_>) -> String {
    let counts = by_severity(report);
    let (verdict, found) = headline(report, context.fail_on);
    let mut text = format!("## weighbridge: {verdict}, {found}\n\n");
    let levels: Vec<_> = counts
        .iter()
        .rev()
        .map(|(severity, count)| format!("{count} {severity}"))
        .collect();
    if !levels.is_empty() {
        push(&mut text, format_args!("**{}**; ", levels.join(", ")));
    }
    text.push_str(&searched(report, None));
    let suppressed = report.findings().len() - report.open_findings().count();
    if suppressed > 0 {
        push(
            &mut text,
            format_args!("; {} suppressed", counted(suppressed, "finding", "findings")),
        );
    }
    if let Some(declared) = declared(report) {
        push(&mut text, format_args!("; {declared}"));
    }
    text.push_str(".\n");
    text
}

/// The table by severity and rule.
fn rules(report: &Report, context: &Context<'_>) -> String {
    let mut counts: BTreeMap<(std::cmp::Reverse<Severity>, &RuleId), usize> = BTreeMap::new();
    for finding in report.open_findings() {
        *counts
            .entry((std::cmp::Reverse(finding.severity), &finding.rule))
            .or_insert(0) += 1;
    }
    if counts.is_empty() {
        return String::new();
    }
    let mut text = String::from("\n| severity | rule | findings |\n| --- | --- | ---: |\n");
    for ((severity, rule), count) in counts.iter().take(MAX_RULES) {
        push(
            &mut text,
            format_args!("| {} | {} | {count} |\n", severity.0, rule_link(rule, context)),
        );
    }
    if counts.len() > MAX_RULES {
        push(
            &mut text,
            format_args!("\n{} more.\n", counted(counts.len() - MAX_RULES, "rule", "rules")),
        );
    }
    text
}

fn notifications(report: &Report) -> String {
    if report.notifications().is_empty() {
        return String::new();
    }
    let mut text = String::from("\n### About the run\n\n");
    let (unfinished, notes): (Vec<_>, Vec<_>) = report
        .notifications()
        .iter()
        .partition(|notification| notification.level == NotificationLevel::Incomplete);
    let all: Vec<_> = unfinished.into_iter().chain(notes).collect();
    for (index, notification) in all.iter().enumerate() {
        let line = notification_line(notification);
        if text.chars().count() + line.chars().count() > MAX_NOTIFICATION_CHARACTERS {
            push(
                &mut text,
                format_args!(
                    "* {} more\n",
                    counted(all.len() - index, "notification", "notifications")
                ),
            );
            break;
        }
        text.push_str(&line);
    }
    text
}

fn notification_line(notification: &Notification) -> String {
    let level = match notification.level {
        NotificationLevel::Note => "note",
        NotificationLevel::Incomplete => "**incomplete**",
    };
    let causes: Vec<_> = shown::message_and_causes(&notification.message).collect();
    let place = notification
        .path
        .as_ref()
        .map_or_else(String::new, |path| format!("{}: ", path_span(path)));
    let hint = notification
        .hint
        .as_ref()
        .map_or_else(String::new, |hint| format!("; {}", prose(hint)));
    format!(
        "* {level} {}: {place}{}{hint}\n",
        code_span(&notification.id),
        prose(&causes.join(": "))
    )
}

/// The findings by file, in at most `room` characters, and how many are left out.
fn files(report: &Report, context: &Context<'_>, room: usize) -> (String, usize) {
    let findings: Vec<_> = report.open_findings().collect();
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|&index| (std::cmp::Reverse(findings[index].severity), index));
    let mut written: BTreeMap<usize, String> = BTreeMap::new();
    let mut opened = BTreeSet::new();
    let mut left = room;
    for index in order {
        let finding = findings[index];
        let text = finding_text(finding, context);
        let frame = file_head(&finding.path, usize::MAX).chars().count() + FILE_FOOT.len();
        let takes = text.chars().count() + if opened.contains(&finding.path) { 0 } else { frame };
        if takes > left {
            // What is left out is less severe than everything that is shown.
            break;
        }
        left -= takes;
        opened.insert(&finding.path);
        written.insert(index, text);
    }
    let mut text = String::new();
    for file in findings
        .iter()
        .enumerate()
        .collect::<Vec<_>>()
        .chunk_by(|a, b| a.1.path == b.1.path)
    {
        let shown: Vec<_> = file.iter().filter_map(|(index, _)| written.get(index)).collect();
        if shown.is_empty() {
            continue;
        }
        text.push_str(&file_head(&file[0].1.path, file.len()));
        shown.iter().for_each(|finding| text.push_str(finding));
        text.push_str(FILE_FOOT);
    }
    (text, findings.len() - written.len())
}

pub(crate) fn push(text: &mut String, more: fmt::Arguments<'_>) {
    text.write_fmt(more).expect("writing to a string does not fail");
}

const FILE_FOOT: &str = "\n</details>\n";

fn file_head(path: &SourcePath, findings: usize) -> String {
    let path = visible(&shown::path(path));
    format!(
        "\n<details><summary><code>{}</code> ({findings})</summary>\n",
        escaped_line(&path)
    )
}

fn finding_text(finding: &Finding, context: &Context<'_>) -> String {
    let start = finding.location.start;
    let rule = rule_link(&finding.rule, context);
    let mut text = format!(
        "\n**{}** {rule} line {}: {}\n",
        finding.severity,
        start.line,
        prose(&finding.message)
    );
    let lines = plain(&finding.excerpt);
    if !lines.is_empty() {
        let code = visible(&lines.join("\n"));
        let fence = "`".repeat(longest_run(&code).max(2) + 1);
        push(&mut text, format_args!("\n{fence}text\n{code}\n{fence}\n"));
    }
    if let Some(way) = &finding.flow {
        push(&mut text, format_args!("\nFlow: {}\n", prose(&flow::line(way))));
    }
    if let Some(help) = &finding.help {
        push(&mut text, format_args!("\nInstead: {}\n", prose(help)));
    }
    text
}

fn rule_link(rule: &RuleId, context: &Context<'_>) -> String {
    let url = context.page_url(rule);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/%?=&".contains(&byte);
    if context.rule(rule).is_some() && url.bytes().all(is_plain) {
        return format!("[{}]({url})", code_span(rule.as_str()));
    }
    code_span(rule.as_str())
}

pub(crate) fn path_span(path: &SourcePath) -> String {
    code_span(&shown::path(path))
}

/// A message as Markdown: plain words as they are, everything else as code.
pub(crate) fn prose(text: &str) -> String {
    let text = shown::one_line(text);
    let mut words: Vec<(bool, String)> = Vec::new();
    // What stands between backticks is code already; a stray backtick only moves the border.
    for (index, part) in text.split('`').enumerate() {
        let is_code = index % 2 == 1;
        if is_code {
            words.push((true, part.trim().to_owned()));
            continue;
        }
        for word in part.split(' ').filter(|word| !word.is_empty()) {
            let is_code = !is_plain_word(word);
            match words.last_mut() {
                Some((true, code)) if is_code => {
                    code.push(' ');
                    code.push_str(word);
                }
                _ => words.push((is_code, word.to_owned())),
            }
        }
    }
    let mut prose = String::with_capacity(text.len());
    for (is_code, word) in words.iter().filter(|(_, word)| !word.trim().is_empty()) {
        let is_attached = word.chars().all(|character| ",.;:!?)".contains(character));
        if !prose.is_empty() && !is_attached {
            prose.push(' ');
        }
        if *is_code {
            prose.push_str(&code_span(word));
        } else {
            prose.push_str(word);
        }
    }
    prose
}

/// Whether nothing on any forge is made of the word: no mention, reference, link, emphasis, HTML or emoji, no commit.
fn is_plain_word(word: &str) -> bool {
    let inner = word
        .trim_start_matches('(')
        .trim_end_matches([',', '.', ';', ':', '?', ')']);
    if inner.is_empty() {
        return word.len() == 1;
    }
    if inner.chars().all(|character| character.is_ascii_digit()) {
        return inner.len() < 7 && !word.ends_with(['.', ')']);
    }
    let is_like_commit = inner.len() >= 7 && inner.chars().all(|character| character.is_ascii_hexdigit());
    let is_word = |character: char| character.is_alphabetic() || matches!(character, '-' | '\'' | '’');
    inner.starts_with(char::is_alphabetic) && inner.chars().all(is_word) && !is_like_commit
}

/// The text as a code span.
///
/// Source: [CommonMark §6.1](https://spec.commonmark.org/0.31.2/#code-spans): a space at both ends is dropped, and the fence must be
/// longer than every run inside. Tables are split at `|` before spans are read.
pub(crate) fn code_span(text: &str) -> String {
    let text = visible(text).replace('|', "¦");
    let fence = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{text}{space}{fence}")
}

/// The text without the beginning of a comment, which tools search for their own marks.
fn visible(text: &str) -> String {
    text.replace("<!--", "‹!--")
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, sample};

    #[test]
    fn markdown() {
        insta::assert_snapshot!(sample::emitted(Format::Markdown));
    }

    #[test]
    fn a_clean_run_is_one_sentence() {
        assert_eq!(
            sample::emitted_from(Format::Markdown, &Report::default()),
            "## weighbridge: passed, no findings\n\nsearched 0 files, 0 B.\n"
        );
    }

    #[test]
    fn what_a_forge_obeys_stands_in_code() {
        assert_eq!(
            prose("ask @org/team, fixes #1 GH-2 !3 and **see** https://a.b or www.a.b"),
            "ask `@org/team,` fixes `#1 GH-2 !3` and `**see** https://a.b` or `www.a.b`"
        );
        assert_eq!(
            prose("`a` runs (in 5 shells), deadbeef :smile: <b>"),
            "`a` runs (in 5 shells), `deadbeef :smile: <b>`"
        );
        assert_eq!(prose("a ``` b"), "a `b`");
        assert_eq!(code_span("a``b`"), "``` a``b` ```");
    }

    #[test]
    fn a_long_report_is_cut_and_says_so() {
        let text = sample::emitted_from(Format::Markdown, &sample::many(3_000));

        assert!(text.chars().count() <= MAX_CHARACTERS, "{}", text.chars().count());
        assert!(text.contains("findings are left out here**"));
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }
}
