//! `weighbridge rules list`: every rule in a line, or some of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use serde_json::json;
use weighbridge_rules::{Rule, built_in_rules};

use super::load;
use crate::arguments::{ConfigArguments, ListFormat};
use crate::files::Files;
use crate::output::print;
use crate::pages::own_rules;
use crate::paths::Paths;
use crate::selection::Catalogue;

/// Prints the rules that `selectors` mean, all without one, sorted by id.
pub(crate) fn list(selectors: &[String], format: ListFormat, config: ConfigArguments) -> Result<ExitCode> {
    let paths = Paths::of_process()?;
    let files = Files::on_disk(&paths);
    let settings = load(config, &[], &files)?.settings;
    let own = own_rules(&settings.rules.value, &files)?;
    let catalogue = Catalogue::new(&own);
    let mut meant = BTreeSet::new();
    for selector in selectors {
        meant.extend(catalogue.meant_by(selector.trim(), "")?);
    }
    let rules = catalogue.rules().iter().enumerate();
    let wanted = rules.filter(|(index, _)| selectors.is_empty() || meant.contains(index));
    let wanted: Vec<_> = wanted.map(|(_, &rule)| rule).collect();
    let text = match format {
        ListFormat::Table => table(&wanted)?,
        ListFormat::Json => document(&wanted)?,
    };
    print(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn table(rules: &[&Rule]) -> Result<String> {
    let width = rules.iter().map(|rule| rule.id.as_str().len()).max().unwrap_or(0);
    let mut text = String::new();
    for rule in rules {
        let state = match (rule.default, rule.strict) {
            (true, _) => "",
            (false, true) => "strict",
            (false, false) => "off",
        };
        writeln!(
            text,
            "{:width$}  {:8}  {state:6}  {}",
            rule.id.as_str(),
            rule.severity,
            rule.summary
        )
        .context("cannot write the table")?;
    }
    Ok(text)
}

fn document(rules: &[&Rule]) -> Result<String> {
    let is_built_in = |rule: &Rule| built_in_rules().iter().any(|other| other.id == rule.id);
    let rules: Vec<_> = rules
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id.as_str(),
                "summary": rule.summary,
                "severity": rule.severity.name(),
                "confidence": rule.confidence.name(),
                "help": rule.help,
                "languages": rule.languages,
                "cwe": rule.cwe,
                "tags": rule.tags,
                "aliases": rule.aliases,
                "default": rule.default,
                "strict": rule.strict,
                "sensitive": rule.sensitive,
                "since": rule.since,
                "built_in": is_built_in(rule),
            })
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&rules).context("cannot write the list")?;
    text.push('\n');
    Ok(text)
}
