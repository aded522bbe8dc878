//! The TOML of gitleaks and betterleaks.
//!
//! Source: [gitleaks, configuration](https://github.com/gitleaks/gitleaks#configuration).

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Value;

use super::{Foreign, ImportError, Rules, expression};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    rules: Vec<WrittenRule>,
    /// The older form, one for all rules, and the newer one.
    allowlist: Option<Allowlist>,
    #[serde(default)]
    allowlists: Vec<Allowlist>,
    extend: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenRule {
    id: String,
    #[serde(default)]
    description: String,
    regex: Option<String>,
    secret_group: Option<usize>,
    entropy: Option<f64>,
    #[serde(default)]
    keywords: Vec<String>,
    allowlist: Option<Allowlist>,
    #[serde(default)]
    allowlists: Vec<Allowlist>,
    #[serde(default)]
    required: Vec<Required>,
    #[serde(default)]
    skip_report: bool,
    /// What else stands there: `path`, `filter`, …
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Allowlist {
    condition: Option<String>,
    regexes: Vec<String>,
    regex_target: Option<String>,
    stopwords: Vec<String>,
    paths: Vec<String>,
    commits: Vec<String>,
    target_rules: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Required {
    id: String,
    within_lines: Option<usize>,
}

/// Keys that say nothing about what is found.
const HARMLESS: [&str; 3] = ["tags", "specificity", "validate"];

pub(super) fn read(text: &str) -> Result<Rules, ImportError> {
    let document: Document = toml::from_str(text).map_err(|error| ImportError::Toml(error.message().to_owned()))?;
    if document.rules.is_empty() {
        return Err(ImportError::NoRules);
    }
    let mut rules = Rules {
        shelf: "gitleaks",
        ..Rules::default()
    };
    if document.extend.is_some() {
        rules
            .remarks
            .push("`extend` is not followed: name the other file too".to_owned());
    }
    let global: Vec<_> = document.allowlist.into_iter().chain(document.allowlists).collect();
    if global
        .iter()
        .any(|list| !list.paths.is_empty() || !list.commits.is_empty())
    {
        let remark = "paths and commits of allowlists are not followed: `exclude` in the settings leaves files out";
        rules.remarks.push(remark.to_owned());
    }
    let regexes: BTreeMap<String, String> = document
        .rules
        .iter()
        .filter_map(|rule| Some((rule.id.clone(), rule.regex.clone()?)))
        .collect();
    rules.list = document
        .rules
        .into_iter()
        .map(|rule| foreign(rule, &global, &regexes))
        .collect();
    Ok(rules)
}

fn foreign(rule: WrittenRule, global: &[Allowlist], regexes: &BTreeMap<String, String>) -> Foreign {
    let mut foreign = Foreign {
        description: rule.description,
        regex: rule.regex.unwrap_or_default(),
        group: rule.secret_group.filter(|group| *group > 0),
        keywords: rule.keywords,
        entropy: rule.entropy,
        is_hidden: rule.skip_report,
        ..Foreign::default()
    };
    let named = global
        .iter()
        .filter(|list| list.target_rules.is_empty() || list.target_rules.contains(&rule.id));
    for list in named {
        foreign.excuse(list);
    }
    for list in rule.allowlist.iter().chain(&rule.allowlists) {
        if !list.paths.is_empty() || !list.commits.is_empty() {
            foreign
                .remarks
                .push("paths and commits of its allowlist are not followed".to_owned());
        }
        foreign.excuse(list);
    }
    for key in rule.rest.keys().filter(|key| !HARMLESS.contains(&key.as_str())) {
        foreign.remarks.push(format!("its `{key}` is not followed"));
    }
    let mut required = rule.required.into_iter();
    if let Some(first) = required.next() {
        match regexes.get(&first.id) {
            Some(regex) => foreign.beside = Some((regex.clone(), first.within_lines.unwrap_or(5))),
            None => foreign
                .remarks
                .push(format!("it requires `{}`, which is not there", first.id)),
        }
    }
    if required.next().is_some() {
        foreign
            .remarks
            .push("of the rules that it requires, only the first is".to_owned());
    }
    foreign.name = rule.id;
    foreign
}

impl Foreign {
    fn excuse(&mut self, list: &Allowlist) {
        let parts = [
            !list.regexes.is_empty(),
            !list.stopwords.is_empty(),
            !list.paths.is_empty(),
            !list.commits.is_empty(),
        ];
        let wants_all = list
            .condition
            .as_deref()
            .is_some_and(|word| word.eq_ignore_ascii_case("and"));
        if wants_all && parts.iter().filter(|part| **part).count() > 1 {
            self.remarks
                .push("an allowlist whose conditions must all hold is not followed".to_owned());
            return;
        }
        let regexes = list.regexes.iter().cloned();
        match list.regex_target.as_deref() {
            Some("line") => self.allow_line.extend(regexes),
            _ => self.allow.extend(regexes),
        }
        let stopwords = list.stopwords.iter();
        self.allow
            .extend(stopwords.map(|word| format!("(?i){}", expression::escaped(word))));
    }
}
