//! One finding on the page.

use std::io::{self, Write};

use weighbridge_core::{Confidence, ExcerptLine, Finding, Provenance, RuleId};

use super::{escaped, escaped_line, inline};
use crate::{Context, flow};

/// Writes the finding with its lines of source.
pub(super) fn write_finding(finding: &Finding, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let severity = finding.severity;
    let rule = escaped_line(finding.rule.as_str());
    let name = finding.fingerprint.as_str();
    let declared = match finding.provenance {
        Some(Provenance::DeclaredAi) => ", declared AI-made",
        Some(Provenance::DeclaredHuman) => ", declared made by a person",
        Some(Provenance::Unknown) | None => "",
    };
    let provenance = finding.provenance.map_or("", Provenance::name);
    writeln!(
        out,
        "<article class=\"finding\" id=\"f-{name}\" data-severity=\"{severity}\" data-rule=\"{rule}\" data-provenance=\"{provenance}\">\n\
         <h4><span class=\"level {severity}\">{severity}</span>{}</h4>",
        inline(&finding.message)
    )?;
    write!(
        out,
        "<p class=\"about\">{} at <a href=\"#f-{name}\">",
        rule_link(&finding.rule, context)
    )?;
    write_place(finding, out)?;
    write!(out, "</a>")?;
    if finding.confidence != Confidence::High {
        write!(out, ", confidence {}", finding.confidence)?;
    }
    write!(out, "{declared}")?;
    let weaknesses = context.rule(&finding.rule).map_or(&[][..], |rule| &rule.cwe);
    for cwe in weaknesses {
        write!(
            out,
            ", <a href=\"https://cwe.mitre.org/data/definitions/{cwe}.html\" rel=\"noreferrer\">CWE-{cwe}</a>"
        )?;
    }
    writeln!(out, "</p>")?;
    if let Some(first) = finding.excerpt.lines().first() {
        writeln!(out, "<ol class=\"code\" start=\"{}\">", first.number)?;
        finding
            .excerpt
            .lines()
            .iter()
            .try_for_each(|line| write_line(line, out))?;
        writeln!(out, "</ol>")?;
    }
    if let Some(way) = &finding.flow {
        writeln!(out, "<p><b>Flow:</b> {}</p>", inline(&flow::line(way)))?;
    }
    if let Some(help) = &finding.help {
        writeln!(out, "<p><b>Instead:</b> {}</p>", inline(help))?;
    }
    writeln!(out, "</article>")
}

/// Writes `path:line:column`.
pub(super) fn write_place(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let start = finding.location.start;
    let path = escaped_line(&finding.path.to_string());
    write!(out, "<code>{path}:{}:{}</code>", start.line, start.column)
}

/// The id of a rule, as a link to its page if the page lies on the web.
pub(super) fn rule_link(rule: &RuleId, context: &Context<'_>) -> String {
    let id = escaped_line(rule.as_str());
    let url = context.page_url(rule);
    let is_on_web = url.starts_with("https://") || url.starts_with("http://");
    if is_on_web && context.rule(rule).is_some() {
        return format!(
            "<a href=\"{}\" rel=\"noreferrer\"><code>{id}</code></a>",
            escaped_line(&url)
        );
    }
    format!("<code>{id}</code>")
}

fn write_line(line: &ExcerptLine, out: &mut dyn Write) -> io::Result<()> {
    let number = line.number;
    match line.mark {
        Some((from, to)) => {
            let (before, marked, after) = (&line.text[..from], &line.text[from..to], &line.text[to..]);
            writeln!(
                out,
                "<li value=\"{number}\" class=\"hit\"><code>{}<mark>{}</mark>{}</code></li>",
                escaped(before),
                escaped(marked),
                escaped(after)
            )
        }
        None => writeln!(out, "<li value=\"{number}\"><code>{}</code></li>", escaped(&line.text)),
    }
}
