//! `weighbridge explain`: the page of a rule.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use weighbridge_core::visible_lines;
use weighbridge_rules::{Page, Rule};

use super::load;
use crate::arguments::ExplainArguments;
use crate::console::Console;
use crate::failure::{did_you_mean, failure};
use crate::files::Files;
use crate::output::print;
use crate::pages::own_rules;
use crate::paths::Paths;
use crate::selection::{Catalogue, ambiguous};

/// Prints what a rule finds, why that is bad and what to do instead, as Markdown.
pub(crate) fn explain(arguments: ExplainArguments, _: &Console) -> Result<ExitCode> {
    let paths = Paths::of_process()?;
    let files = Files::on_disk(&paths);
    let settings = load(arguments.config, &[], &files)?.settings;
    let own = own_rules(&settings.rules.value, &files)?;
    let catalogue = Catalogue::new(&own);
    let name = arguments.rule.trim();
    match catalogue.named(name).as_slice() {
        [] => Err(failure(
            format!("there is no rule `{name}`"),
            did_you_mean(
                catalogue.nearest(name).as_deref(),
                "`weighbridge rules list` lists all rules",
            ),
        )),
        [rule] => {
            // Pages about hidden characters hold them.
            print(visible_lines(&explanation(rule)?).as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        several => Err(ambiguous(name, "", several.iter().copied())),
    }
}

fn explanation(rule: &Rule) -> Result<String> {
    let page = Page::parse(rule.id.as_str(), &rule.page).context("the page of a rule in use can be read again")?;
    let mut text = format!("# {}\n\n{}\n\n", rule.id, rule.summary);
    let mut add = |line: &str| text.push_str(line);
    add(&format!(
        "severity {}, confidence {}, since {}",
        rule.severity, rule.confidence, rule.since
    ));
    for number in rule.cwe.iter() {
        add(&format!(", CWE-{number}"));
    }
    if !rule.aliases.is_empty() {
        add(&format!("; elsewhere {}", rule.aliases.join(", ")));
    }
    if !rule.default {
        add(if rule.strict {
            "; off by default, in the strict profile"
        } else {
            "; off by default"
        });
    }
    add(&format!("\n\n{}\n", page.explanation));
    if let Some(help) = &rule.help {
        add(&format!("\nInstead: {help}\n"));
    }
    for (title, flagged) in [("Flagged", true), ("Clean", false)] {
        let examples: Vec<_> = page
            .examples
            .iter()
            .filter(|example| example.flagged == flagged)
            .collect();
        if examples.is_empty() {
            continue;
        }
        write!(text, "\n## {title}\n").context("cannot write the examples")?;
        for example in examples {
            let word = example.file_name.rsplit('.').next().unwrap_or_default();
            write!(text, "\n```{word}\n{}\n```\n", example.text.trim_end()).context("cannot write the examples")?;
        }
    }
    if !page.references.is_empty() {
        write!(text, "\n## References\n\n{}\n", page.references).context("cannot write the references")?;
    }
    write!(
        text,
        "\nTo accept a place: `weighbridge: ignore[{}] reason` in a comment on its line.\n",
        rule.id
    )
    .context("cannot write the last line")?;
    Ok(text)
}
