//! The report as one page that needs nothing besides: no request, no script to be read, nothing of a scanned file that a browser
//! obeys.
//!
//! The policy in its head lets only our own style and script through, by their digests. The browser draws what is in sight
//! (`content-visibility`), so that thousands of findings open at once.

mod finding;

use std::collections::BTreeMap;
use std::io::{self, Write};

use weighbridge_core::{
    Digest, Finding, Notification, NotificationLevel, Provenance, Report, RuleId, Severity, SuppressionKind,
};

use crate::markup::{escaped, escaped_line};
use crate::summary::{by_severity, counted, declared, headline, searched};
use crate::{Context, review, shown};
use finding::{rule_link, write_finding, write_place};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Writes the report as a page.
pub(crate) fn emit(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_head(report, context, out)?;
    writeln!(out, "<main>")?;
    review::write_html(report, out)?;
    write_notifications(report, out)?;
    write_rules(report, context, out)?;
    write_findings(report, context, out)?;
    write_suppressed(report, context, out)?;
    writeln!(out, "</main>")?;
    writeln!(
        out,
        "<footer><p>Made by weighbridge {} with {}, digest <code>{}</code>.</p></footer>",
        escaped_line(context.version),
        counted(context.rules.len(), "rule", "rules"),
        context.rules_digest()
    )?;
    writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")
}

fn write_head(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let counts = by_severity(report);
    let (verdict, found) = headline(report, context.fail_on);
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; script-src '{}'; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>weighbridge: {verdict}, {found}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n<header>\n\
         <p class=\"tool\">weighbridge {}</p>\n<h1><span class=\"{verdict}\">{verdict}</span>, {found}</h1>",
        source_of(STYLE),
        source_of(SCRIPT),
        escaped_line(context.version),
    )?;
    if !counts.is_empty() {
        writeln!(out, "<ul class=\"counts\">")?;
        for (severity, count) in counts.iter().rev() {
            writeln!(out, "<li class=\"{severity}\"><b>{count}</b>{severity}</li>")?;
        }
        writeln!(out, "</ul>")?;
    }
    let threshold = context.fail_on.map_or_else(
        || "no finding makes the run fail".to_owned(),
        |least| format!("findings of severity {least} and above make the run fail"),
    );
    let declared = declared(report).map_or_else(String::new, |declared| format!("; {declared}"));
    writeln!(
        out,
        "<p class=\"soft\">{}{declared}; {threshold}.</p>\n</header>",
        searched(report, None)
    )
}

/// What was not checked stands above what was found.
fn write_notifications(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let (unfinished, notes): (Vec<_>, Vec<_>) = report
        .notifications()
        .iter()
        .partition(|notification| notification.level == NotificationLevel::Incomplete);
    let skipped = &report.summary().skipped;
    let mut more = Vec::new();
    if skipped.binary > 0 {
        let files = counted(skipped.binary, "binary file was", "binary files were");
        more.push(format!("{files} passed over."));
    }
    if skipped.symlinks > 0 {
        let links = counted(skipped.symlinks, "symbolic link was", "symbolic links were");
        more.push(format!("{links} passed over; a target is searched where it lies."));
    }
    if !unfinished.is_empty() || !more.is_empty() {
        let class = if unfinished.is_empty() { "box" } else { "box warning" };
        writeln!(out, "<h2>Not checked</h2>\n<div class=\"{class}\"><ul>")?;
        unfinished
            .into_iter()
            .try_for_each(|one| write_notification(one, out))?;
        more.iter().try_for_each(|line| writeln!(out, "<li>{line}</li>"))?;
        writeln!(out, "</ul></div>")?;
    }
    if !notes.is_empty() {
        writeln!(out, "<h2>About the run</h2>\n<div class=\"box\"><ul>")?;
        notes.into_iter().try_for_each(|one| write_notification(one, out))?;
        writeln!(out, "</ul></div>")?;
    }
    Ok(())
}

fn write_notification(notification: &Notification, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<li>")?;
    if let Some(path) = &notification.path {
        write!(out, "<code>{}</code>: ", escaped_line(&path.to_string()))?;
    }
    let causes: Vec<_> = shown::message_and_causes(&notification.message).collect();
    write!(out, "{}", inline(&causes.join(": ")))?;
    if let Some(hint) = &notification.hint {
        write!(out, "; {}", inline(hint))?;
    }
    writeln!(
        out,
        " <span class=\"soft\">({})</span></li>",
        escaped_line(&notification.id)
    )
}

fn write_rules(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<(std::cmp::Reverse<Severity>, &RuleId), usize> = BTreeMap::new();
    for finding in report.open_findings() {
        *counts
            .entry((std::cmp::Reverse(finding.severity), &finding.rule))
            .or_insert(0) += 1;
    }
    if counts.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2>Rules</h2>\n<details class=\"box\"><summary>{} with findings</summary>\n<table><thead><tr>\
         <th scope=\"col\">Severity</th><th scope=\"col\">Rule</th><th scope=\"col\">What is wrong</th>\
         <th scope=\"col\" class=\"number\">Findings</th></tr></thead><tbody>",
        counted(counts.len(), "rule", "rules")
    )?;
    for ((severity, id), count) in counts {
        let summary = context.rule(id).map_or_else(String::new, |rule| inline(&rule.summary));
        writeln!(
            out,
            "<tr><td class=\"{0}\">{0}</td><td>{1}</td><td>{summary}</td><td class=\"number\">{count}</td></tr>",
            severity.0,
            rule_link(id, context)
        )?;
    }
    writeln!(out, "</tbody></table></details>")
}

fn write_findings(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section id=\"findings\" aria-labelledby=\"findings-title\">")?;
    writeln!(out, "<h2 id=\"findings-title\">Findings</h2>")?;
    let findings: Vec<_> = report.open_findings().collect();
    if findings.is_empty() {
        writeln!(out, "<p>No findings.</p>")?;
    } else {
        write_filter(&findings, out)?;
    }
    for file in findings.chunk_by(|a, b| a.path == b.path) {
        let path = escaped_line(&file[0].path.to_string());
        writeln!(
            out,
            "<section class=\"file\"><h3><code>{path}</code> <span class=\"soft\">(<span class=\"number\">{}</span>)</span></h3>",
            file.len()
        )?;
        file.iter()
            .try_for_each(|finding| write_finding(finding, context, out))?;
        writeln!(out, "</section>")?;
    }
    writeln!(out, "</section>")
}

/// The form shows itself when the script runs: without it, it could do nothing.
fn write_filter(findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let mut rules: Vec<_> = findings.iter().map(|finding| &finding.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    writeln!(
        out,
        "<form id=\"filter\" class=\"box\" role=\"search\" hidden>\n<fieldset><legend>Severity</legend>"
    )?;
    for severity in Severity::ALL.iter().rev() {
        if findings.iter().any(|finding| finding.severity == *severity) {
            writeln!(
                out,
                "<label class=\"{severity}\"><input type=\"checkbox\" name=\"severity\" value=\"{severity}\" checked> {severity}</label>"
            )?;
        }
    }
    writeln!(
        out,
        "</fieldset>\n<label>Rule <select name=\"rule\"><option value=\"\">all</option>"
    )?;
    for rule in rules {
        writeln!(out, "<option>{}</option>", escaped_line(rule.as_str()))?;
    }
    writeln!(out, "</select></label>")?;
    let declared = Provenance::ALL.map(|one| (one, findings.iter().any(|finding| finding.provenance == Some(one))));
    if declared.iter().any(|(one, any)| *any && *one != Provenance::Unknown) {
        writeln!(
            out,
            "<label>Written by <select name=\"provenance\"><option value=\"\">anybody</option>"
        )?;
        for (provenance, _) in declared.iter().filter(|(_, any)| *any) {
            writeln!(out, "<option>{}</option>", provenance.name())?;
        }
        writeln!(out, "</select></label>")?;
    }
    writeln!(
        out,
        "<label>File <input type=\"search\" name=\"file\" placeholder=\"part of the path\" autocomplete=\"off\" \
         aria-keyshortcuts=\"/\"></label>\n<button type=\"reset\">Show all</button>\n\
         <output id=\"status\" aria-live=\"polite\"></output>\n</form>"
    )
}

fn write_suppressed(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let suppressed = report.findings().iter().filter(|finding| finding.suppression.is_some());
    let suppressed: Vec<_> = suppressed.collect();
    if suppressed.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2>Suppressed</h2>\n<details class=\"box\"><summary>{} accepted</summary>\n<table><thead><tr>\
         <th scope=\"col\">Severity</th><th scope=\"col\">Rule</th><th scope=\"col\">Place</th>\
         <th scope=\"col\">Accepted in</th><th scope=\"col\">Reason</th></tr></thead><tbody>",
        counted(suppressed.len(), "finding", "findings")
    )?;
    for finding in suppressed {
        let Some(suppression) = &finding.suppression else {
            continue;
        };
        let reason = &suppression.reason;
        let place = match suppression.kind {
            SuppressionKind::Inline => "a comment",
            SuppressionKind::Baseline => "the baseline",
        };
        write!(
            out,
            "<tr><td class=\"{0}\">{0}</td><td>{1}</td><td>",
            finding.severity,
            rule_link(&finding.rule, context)
        )?;
        write_place(finding, out)?;
        writeln!(out, "</td><td>{place}</td><td>{}</td></tr>", escaped_line(reason))?;
    }
    writeln!(out, "</tbody></table></details>")
}

/// A message on one line; what stands between backticks is code.
pub(crate) fn inline(text: &str) -> String {
    let text = escaped_line(text);
    let parts: Vec<_> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return text;
    }
    let marked = parts.iter().enumerate().map(|(index, part)| match index % 2 {
        0 => (*part).to_owned(),
        _ => format!("<code>{part}</code>"),
    });
    marked.collect()
}

/// The text as a source of the policy: `sha256-…`.
///
/// Source: [CSP 3 §2.3.1](https://www.w3.org/TR/CSP3/#framework-directive-source-list).
fn source_of(text: &str) -> String {
    format!("sha256-{}", base64(Digest::of(text.as_bytes()).as_bytes()))
}

/// Source: [RFC 4648 §4](https://www.rfc-editor.org/rfc/rfc4648#section-4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let index = (bits >> (18 - 6 * place)) & 63;
            let is_padding = place > chunk.len();
            text.push(if is_padding {
                '='
            } else {
                char::from(ALPHABET[index as usize])
            });
        }
    }
    text
}

#[cfg(test)]
mod tests;
