//! Which rules run: all pages, the profile, and what the settings select, ignore and change.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use weighbridge_core::{RuleId, Severity, closest};
use weighbridge_rules::{Rule, built_in_rules};
use weighbridge_scan::RuleUse;

use crate::failure::{did_you_mean, failure};
use crate::globs::Globs;
use crate::paths::Paths;
use crate::settings::{Item, Profile, Settings};

/// All rules there are, sorted by id.
#[derive(Debug)]
pub(crate) struct Catalogue<'r> {
    rules: Vec<&'r Rule>,
}

impl<'r> Catalogue<'r> {
    /// The built-in rules and the organisation's.
    pub(crate) fn new(own: &'r [Rule]) -> Self {
        let mut rules: Vec<_> = built_in_rules().iter().chain(own).collect();
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        Self { rules }
    }

    /// The rules, sorted by id.
    pub(crate) fn rules(&self) -> &[&'r Rule] {
        &self.rules
    }

    /// The indexes of the rules that a selector of the settings means.
    fn selected(&self, selector: &Item) -> Result<Vec<usize>> {
        self.meant_by(&selector.text, &format!(" ({})", selector.origin))
    }

    /// The indexes of the rules that `text` means: `python/eval-call`, `python/*`, `B301`, or `eval-call` if no other shelf has a
    /// rule of that name. `place` ends the first line of the error.
    ///
    /// # Errors
    ///
    /// A text that means nothing, or a name that several rules have.
    pub(crate) fn meant_by(&self, text: &str, place: &str) -> Result<Vec<usize>> {
        let by = |test: &dyn Fn(&Rule) -> bool| -> Vec<usize> {
            (0..self.rules.len()).filter(|&index| test(self.rules[index])).collect()
        };
        if let Some(shelf) = text.strip_suffix("/*") {
            let found = by(&|rule| rule.id.shelf() == shelf);
            return if found.is_empty() {
                Err(self.unknown(text, place))
            } else {
                Ok(found)
            };
        }
        let found = by(&|rule| rule.id.as_str() == text || has_alias(rule, text));
        if !found.is_empty() {
            return Ok(found);
        }
        let found = by(&|rule| rule.id.name() == text);
        match found.len() {
            0 => Err(self.unknown(text, place)),
            1 => Ok(found),
            _ => Err(ambiguous(text, place, found.iter().map(|&index| self.rules[index]))),
        }
    }

    fn unknown(&self, text: &str, place: &str) -> anyhow::Error {
        failure(
            format!("unknown rule `{text}`{place}"),
            did_you_mean(
                self.nearest(text).as_deref(),
                "`weighbridge rules list` lists all rules",
            ),
        )
    }

    /// The rule called `name`: its id, its name alone, or another tool's code; more than one if it is not unique.
    pub(crate) fn named(&self, name: &str) -> Vec<&'r Rule> {
        let by = |test: &dyn Fn(&Rule) -> bool| -> Vec<&'r Rule> {
            self.rules.iter().copied().filter(|rule| test(rule)).collect()
        };
        let tests: [&dyn Fn(&Rule) -> bool; 3] = [
            &|rule| rule.id.as_str() == name,
            &|rule| rule.id.name() == name,
            &|rule| has_alias(rule, name),
        ];
        tests
            .into_iter()
            .map(by)
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// What was probably meant by a name that nothing has.
    pub(crate) fn nearest(&self, name: &str) -> Option<String> {
        let shelves: BTreeSet<_> = self.rules.iter().map(|rule| rule.id.shelf()).collect();
        if let Some(shelf) = shelves.iter().find(|shelf| name.trim_end_matches('/') == **shelf) {
            return Some(format!("{shelf}/*"));
        }
        if let Some(shelf) = name.strip_suffix("/*") {
            return closest(shelf, shelves).map(|shelf| format!("{shelf}/*"));
        }
        let ids = self.rules.iter().map(|rule| rule.id.as_str());
        if name.contains('/') {
            return closest(name, ids).map(str::to_owned);
        }
        let bare = closest(name, self.rules.iter().map(|rule| rule.id.name()))?;
        let rule = self.rules.iter().find(|rule| rule.id.name() == bare)?;
        Some(rule.id.to_string())
    }
}

/// The error for a name that several rules have. `place` ends its first line.
pub(crate) fn ambiguous<'r>(name: &str, place: &str, rules: impl Iterator<Item = &'r Rule>) -> anyhow::Error {
    let ids: Vec<_> = rules.map(|rule| format!("`{}`", rule.id)).collect();
    failure(
        format!("`{name}`{place} could be {} rules", ids.len()),
        format!("choose one of {}", ids.join(", ")),
    )
}

fn has_alias(rule: &Rule, code: &str) -> bool {
    rule.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(code))
}

/// The rules of a run.
#[derive(Debug)]
pub(crate) struct Selection<'r> {
    /// What the scanner compiles: the rules that are on, and the sensitive ones that are off, which still mask.
    pub(crate) uses: Vec<RuleUse<'r>>,
    per_file: Vec<(Globs, BTreeSet<RuleId>)>,
    /// Rules that no setting can leave out in a file.
    required: BTreeSet<RuleId>,
}

impl<'r> Selection<'r> {
    /// What `settings` make of the catalogue.
    ///
    /// # Errors
    ///
    /// A selector or rule that does not exist, a pattern that cannot be used, or no rule left.
    pub(crate) fn new(catalogue: &Catalogue<'r>, settings: &Settings) -> Result<Self> {
        let rules = catalogue.rules();
        let mut is_on: Vec<bool> = match (&settings.select.value, settings.profile.value) {
            (select, Profile::Default) if select.is_empty() => rules.iter().map(|rule| rule.default).collect(),
            (select, Profile::Strict) if select.is_empty() => {
                rules.iter().map(|rule| rule.default || rule.strict).collect()
            }
            (select, _) => vec![select.is_empty(); rules.len()],
        };
        for (selectors, on) in [(&settings.select.value, true), (&settings.ignore.value, false)] {
            for selector in selectors {
                for index in catalogue.selected(selector)? {
                    is_on[index] = on;
                }
            }
        }
        let mut required = BTreeSet::new();
        for selector in &settings.required {
            required.extend(catalogue.selected(selector)?);
        }
        required.iter().for_each(|&index| is_on[index] = true);
        if !is_on.contains(&true) {
            return Err(failure(
                "no rule is left to search for",
                "check `select`, `ignore` and `profile` with `weighbridge config show`",
            ));
        }
        let mut severities: Vec<_> = rules.iter().map(|rule| rule.severity).collect();
        for entry in &settings.severity {
            let Ok(index) = rules.binary_search_by(|rule| rule.id.as_str().cmp(&entry.rule.text)) else {
                let named = catalogue.named(&entry.rule.text);
                let nearest = match named.as_slice() {
                    [rule, ..] => Some(rule.id.to_string()),
                    [] => catalogue.nearest(&entry.rule.text),
                };
                return Err(failure(
                    format!("unknown rule `{}` ({})", entry.rule.text, entry.rule.origin),
                    did_you_mean(nearest.as_deref(), "`weighbridge rules list` lists all rules"),
                ));
            };
            let least = required.contains(&index).then_some(rules[index].severity);
            severities[index] = entry.level.severity().max(least.unwrap_or(Severity::Info));
        }
        let uses = rules
            .iter()
            .zip(is_on)
            .zip(severities)
            .filter(|((rule, on), _)| *on || rule.sensitive);
        Ok(Self {
            uses: uses
                .map(|((&rule, reported), severity)| RuleUse {
                    rule,
                    reported,
                    severity,
                })
                .collect(),
            per_file: per_file(catalogue, settings)?,
            required: required.into_iter().map(|index| rules[index].id.clone()).collect(),
        })
    }

    /// The rules whose findings are reported, sorted by id.
    pub(crate) fn reported(&self) -> Vec<&'r Rule> {
        self.uses
            .iter()
            .filter(|rule| rule.reported)
            .map(|rule| rule.rule)
            .collect()
    }

    /// Whether findings of `rule` in the file at `path` are wanted.
    pub(crate) fn is_wanted(&self, paths: &Paths, path: &Path, rule: &RuleId) -> bool {
        let is_ignored = |(files, rules): &(Globs, BTreeSet<RuleId>)| {
            rules.contains(rule) && files.matches_file_or_folder_above(paths, path)
        };
        self.required.contains(rule) || !self.per_file.iter().any(is_ignored)
    }

    /// Whether the same rules are wanted in the files at both paths.
    pub(crate) fn treats_alike(&self, paths: &Paths, one: &Path, other: &Path) -> bool {
        self.per_file.iter().all(|(files, _)| {
            files.matches_file_or_folder_above(paths, one) == files.matches_file_or_folder_above(paths, other)
        })
    }
}

fn per_file(catalogue: &Catalogue<'_>, settings: &Settings) -> Result<Vec<(Globs, BTreeSet<RuleId>)>> {
    let mut per_file = Vec::new();
    for entry in &settings.per_file_ignores {
        let mut ids = BTreeSet::new();
        for selector in &entry.rules {
            ids.extend(
                catalogue
                    .selected(selector)?
                    .into_iter()
                    .map(|index| catalogue.rules()[index].id.clone()),
            );
        }
        per_file.push((Globs::new(&entry.files.base, [&entry.files])?, ids));
    }
    Ok(per_file)
}

/// The folder that patterns of the list begin at.
pub(crate) fn base_of(items: &[Item], paths: &Paths) -> PathBuf {
    items
        .first()
        .map_or_else(|| paths.current().to_path_buf(), |item| item.base.to_path_buf())
}
