//! Writes the page of a foreign rule.

use std::fmt::Write as _;

use super::required::{Words, required};
use super::{Foreign, expression};

/// Bytes looked at behind a keyword: other scanners look at whole files.
const REACH: usize = 4096;
/// The longest summary that a page may have.
const MAX_SUMMARY: usize = 110;

/// The id and the text of the page; or why there can be none.
pub(super) fn page(rule: &Foreign, shelf: &str) -> Result<(String, String), String> {
    let name = slug(&rule.name);
    if name.is_empty() {
        return Err("it has no id".to_owned());
    }
    if rule.regex.trim().is_empty() {
        return Err("it has no expression, and pages look into texts only".to_owned());
    }
    let regex = expression::translated(rule.regex.trim(), rule.group);
    let Words { words, ignores_case } = words(rule, &regex)?;
    let is_unicode = !regex.is_ascii();
    let list = |texts: &[String]| {
        format!(
            "[{}]",
            texts.iter().map(|text| string(text)).collect::<Vec<_>>().join(", ")
        )
    };
    let translated = |regexes: &[String]| -> Vec<String> {
        regexes
            .iter()
            .map(|regex| expression::translated(regex, Some(usize::MAX)))
            .collect()
    };
    let mut out = String::from("+++\n");
    let mut line = |key: &str, value: String| {
        writeln!(out, "{key} = {value}").expect("a text takes whatever is written");
    };
    line("summary", string(&summary(rule)));
    line("severity", string("high"));
    line("confidence", string(rule.confidence.name()));
    line("since", string("0.1.0"));
    line(
        "help",
        string("revoke the credential first, then read a new one from a secret store"),
    );
    line("cwe", "[798]".to_owned());
    line("sensitive", "true".to_owned());
    line("generic", rule.name.contains("generic").to_string());
    line("default", (!rule.is_hidden).to_string());
    line("ignore-case", ignores_case.to_string());
    line("keywords", list(&words));
    line("\n[pattern]\nreach", REACH.to_string());
    if let Some(entropy) = rule.entropy.filter(|entropy| *entropy > 0.0) {
        line("entropy", format!("{entropy:?}"));
    }
    line("unicode", is_unicode.to_string());
    line("allow", list(&translated(&rule.allow)));
    line("allow-line", list(&translated(&rule.allow_line)));
    if let Some((beside, lines)) = &rule.beside {
        line("beside", string(&expression::translated(beside, Some(usize::MAX))));
        line("within-lines", lines.to_string());
    }
    let description = rule.description.trim();
    let explanation = if description.is_empty() {
        "A rule of another scanner."
    } else {
        description
    };
    write!(
        out,
        "+++\n\nImported from another scanner's rules, as `{}`.\n\n    {}\n\n## Pattern\n\n`````regex\n{regex}\n`````\n",
        rule.name.replace('`', "'"),
        explanation.split_whitespace().collect::<Vec<_>>().join(" ")
    )
    .expect("a text takes whatever is written");
    Ok((format!("{shelf}/{name}"), out))
}

/// Keywords: read off the expression, else those that the rule names.
fn words(rule: &Foreign, regex: &str) -> Result<Words, String> {
    if let Some(words) = required(regex)? {
        return Ok(words);
    }
    let named: Vec<String> = rule
        .keywords
        .iter()
        .map(|word| word.to_ascii_lowercase())
        .filter(|word| word.len() >= 2)
        .collect();
    if named.is_empty() {
        return Err("no word can be read off its expression, and every text would be searched".to_owned());
    }
    Ok(Words {
        words: named,
        ignores_case: true,
    })
}

/// A basic string of TOML.
///
/// Source: [TOML 1.0, strings](https://toml.io/en/v1.0.0#string).
fn string(text: &str) -> String {
    let inside = text.chars().fold(String::new(), |mut out, character| {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            control if control.is_control() => {
                write!(out, "\\u{:04X}", u32::from(control)).expect("a text takes whatever is written");
            }
            other => out.push(other),
        }
        out
    });
    format!("\"{inside}\"")
}

/// The name as a part of an id: lower-case letters, digits and single hyphens.
fn slug(name: &str) -> String {
    let words = name.split(|character: char| !character.is_ascii_alphanumeric());
    let words: Vec<_> = words
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("-")
}

fn summary(rule: &Foreign) -> String {
    let text = if rule.description.is_empty() {
        &rule.name
    } else {
        &rule.description
    };
    let text = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace(['`', '{', '}'], "'");
    let first = text.split(". ").next().unwrap_or_default().trim_end_matches('.');
    first
        .chars()
        .take(MAX_SUMMARY)
        .collect::<String>()
        .trim_end_matches(['.', ',', ' '])
        .to_owned()
}
