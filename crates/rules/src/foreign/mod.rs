//! Rules of other scanners of credentials: their files become pages.
//!
//! Read are the TOML of gitleaks and betterleaks and the YAML of Kingfisher and Nosey Parker. What a page cannot say is told as a
//! remark: a rule that cannot be kept is left out, and one of whose conditions some cannot be kept finds more than before, not less.

mod expression;
mod required;
#[cfg(test)]
mod tests;
mod toml;
mod write;
mod yaml;

use std::path::Path;

use thiserror::Error;

/// What a file of rules came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The pages, in the order of the file: the id of each and its text.
    pub pages: Vec<(String, String)>,
    /// What could not be kept, in sentences without a full stop.
    pub remarks: Vec<String>,
}

/// Why a file is no file of rules.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ImportError {
    /// It is not TOML.
    #[error("it is not TOML: {0}")]
    Toml(String),
    /// It is not YAML.
    #[error("it is not YAML: {0}")]
    Yaml(String),
    /// There is no list of rules in it.
    #[error("there are no `rules` in it")]
    NoRules,
}

/// Whether a file of this name is one of rules of other scanners.
pub fn is_foreign(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        ["toml", "yml", "yaml"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// The rules in `text`, a file called `path`.
///
/// # Errors
///
/// A text that is no such file at all.
pub fn import(path: &Path, text: &str) -> Result<Imported, ImportError> {
    let is_toml = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    let rules = if is_toml { toml::read(text)? } else { yaml::read(text)? };
    let mut imported = Imported {
        remarks: rules.remarks,
        ..Imported::default()
    };
    for rule in rules.list {
        let name = rule.name.clone();
        let own = rule.remarks.iter().map(|remark| format!("`{name}`: {remark}"));
        imported.remarks.extend(own);
        match write::page(&rule, rules.shelf) {
            Ok(page) => imported.pages.push(page),
            Err(why) => imported.remarks.push(format!("`{name}` is left out: {why}")),
        }
    }
    Ok(imported)
}

/// The rules of a file, before they become pages.
#[derive(Debug, Default)]
struct Rules {
    shelf: &'static str,
    list: Vec<Foreign>,
    remarks: Vec<String>,
}

/// A rule of another scanner, as far as a page can say it.
#[derive(Debug, Default)]
struct Foreign {
    /// What the other scanner calls it.
    name: String,
    /// One line about it.
    description: String,
    regex: String,
    /// The capture group of the secret; the first if there is none, and the whole match if there are no groups.
    group: Option<usize>,
    /// Words of which one must occur, in any case.
    keywords: Vec<String>,
    entropy: Option<f64>,
    confidence: Confidence,
    /// Expressions that excuse the secret, and expressions that excuse its line.
    allow: Vec<String>,
    allow_line: Vec<String>,
    /// An expression that must match near the secret, and within how many lines.
    beside: Option<(String, usize)>,
    /// Whether it is only there for others.
    is_hidden: bool,
    remarks: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Confidence {
    High,
    #[default]
    Medium,
    Low,
}

impl Confidence {
    fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}
