//! The organisation's policy: a floor under the settings, which belong to the author of a change.
//!
//! Settings may be stricter than the policy and never laxer. A file of its own, named by `--policy`; never looked for, because what
//! is found in a repository belongs to its authors.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use weighbridge_core::{Digest, PolicyUse, Severity};

use crate::failure::failure_because;
use crate::files::Files;
use crate::settings::{FailOn, Item, Layer, Level, Settings, SpannedList};

const MAX_BYTES: u64 = 1 << 20;

/// A policy of an organisation for weighbridge. Settings may be stricter and never laxer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "weighbridge policy")]
pub(crate) struct RawPolicy {
    /// Findings of this severity or above make the run fail, whatever the settings say.
    #[schemars(with = "Option<FailOn>")]
    fail_on: Option<Spanned<FailOn>>,
    /// Rules that are on, at least with the severity of their page, in every file: written like `select` in the settings.
    #[schemars(with = "Option<Vec<String>>")]
    require: Option<SpannedList>,
    /// Whether comments and the baseline can keep a finding from counting.
    #[serde(default)]
    suppressions: Suppressions,
    /// What becomes of a finding that is suppressed by a comment which the same change adds.
    #[serde(default)]
    new_suppressions: NewSuppressions,
    /// Findings of this severity or above ask for a person.
    #[serde(default = "medium")]
    review_on: FailOn,
    /// Whether lines that a model wrote ask for a person, findings or not.
    #[serde(default)]
    ai: Ai,
    /// Whose lines are that nobody says anything about.
    #[serde(default)]
    unknown: Unknown,
    /// Whose approval counts: logins on the forge, or teams as `ORG/TEAM`; for `forge sync`.
    #[serde(default)]
    #[cfg_attr(
        not(feature = "forge"),
        expect(dead_code, reason = "read by `forge sync`, and allowed in every policy")
    )]
    approvers: Vec<String>,
    /// Who is asked for a review: logins, or teams as `ORG/TEAM`; the approvers if nobody is named. For `forge sync`.
    #[serde(default)]
    #[cfg_attr(
        not(feature = "forge"),
        expect(dead_code, reason = "read by `forge sync`, and allowed in every policy")
    )]
    reviewers: Vec<String>,
}

fn medium() -> FailOn {
    FailOn::Medium
}

/// Whether suppressions count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Suppressions {
    /// They do.
    #[default]
    Allow,
    /// None does; every finding counts.
    Forbid,
}

/// What becomes of a finding whose suppression the change itself adds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum NewSuppressions {
    /// It counts, and a person must look.
    #[default]
    Count,
    /// It does not count, and a person must look.
    Review,
    /// It does not count.
    Accept,
}

/// What lines that a model wrote ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Ai {
    /// To be scanned, like all lines.
    #[default]
    Scan,
    /// That a person looks at them.
    Review,
}

/// Whose lines are that nobody says anything about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unknown {
    /// They count as written by a model.
    #[default]
    Generated,
    /// They count as written by a person.
    Human,
}

/// A policy and where it was read from.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    given: Option<(Layer<RawPolicy>, PolicyUse)>,
    path: Option<PathBuf>,
}

impl Policy {
    /// The policy at `path`; without one, what every organisation is taken to want.
    ///
    /// A policy that the change itself brings is followed at once, because it can only raise the bar.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or is no policy.
    pub(crate) fn load(path: Option<&Path>, files: &Files<'_>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let name = files.paths().shown_from_below(path);
        let on_disk = Files::on_disk(files.paths());
        let revision = files.revision_of(path);
        let files = if revision.is_some() { files } else { &on_disk };
        let text = text_of(path, &name, files)?;
        let absolute = files.paths().absolute(path);
        let base = absolute.parent().unwrap_or(files.paths().current());
        let layer = Layer::from_file("policy", name.clone(), &text, base.into())?;
        let used = PolicyUse {
            name,
            digest: Digest::of(text.as_bytes()),
            revision: revision.map(str::to_owned),
        };
        Ok(Self {
            given: Some((layer, used)),
            path: Some(path.to_path_buf()),
        })
    }

    /// Where it lies, if one was given.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The policy for the report, if one was given.
    pub(crate) fn used(&self) -> Option<PolicyUse> {
        self.given.as_ref().map(|(_, used)| used.clone())
    }

    /// Raises the settings to the floor.
    pub(crate) fn raise(&self, settings: &mut Settings) {
        let Some((layer, _)) = &self.given else { return };
        if let Some(floor) = &layer.raw.fail_on
            && let Some(least) = floor.get_ref().severity()
            && settings.fail_on().is_none_or(|current| current > least)
        {
            settings.fail_on.value = *floor.get_ref();
            settings.fail_on.origin = layer.origin("--policy", floor);
            if settings.min_severity.value.severity() > least {
                settings.min_severity.value = Level::of(least);
                settings.min_severity.origin = layer.origin("--policy", floor);
            }
        }
        let required = layer.raw.require.iter().flatten();
        settings.required = required.map(|rule| Item::of(layer, "--policy", rule)).collect();
    }

    fn raw(&self) -> Option<&RawPolicy> {
        self.given.as_ref().map(|(layer, _)| &layer.raw)
    }

    /// Whether suppressions count at all.
    pub(crate) fn suppressions(&self) -> Suppressions {
        self.raw().map_or_else(Suppressions::default, |raw| raw.suppressions)
    }

    /// What becomes of findings whose suppression is new.
    pub(crate) fn new_suppressions(&self) -> NewSuppressions {
        self.raw()
            .map_or_else(NewSuppressions::default, |raw| raw.new_suppressions)
    }

    /// The least severity that asks for a person; `None` if no finding does.
    pub(crate) fn review_on(&self) -> Option<Severity> {
        self.raw().map_or_else(medium, |raw| raw.review_on).severity()
    }

    /// Whether lines that a model wrote ask for a person.
    pub(crate) fn ai(&self) -> Ai {
        self.raw().map_or_else(Ai::default, |raw| raw.ai)
    }

    /// Whose lines are that nobody says anything about.
    pub(crate) fn unknown(&self) -> Unknown {
        self.raw().map_or_else(Unknown::default, |raw| raw.unknown)
    }
}

#[cfg(feature = "forge")]
impl Policy {
    /// Whose approval counts: logins and teams.
    pub(crate) fn approvers(&self) -> &[String] {
        self.raw().map_or(&[], |raw| &raw.approvers)
    }

    /// Who is asked for a review.
    pub(crate) fn reviewers(&self) -> &[String] {
        self.raw().map_or(&[], |raw| &raw.reviewers)
    }
}

fn text_of(path: &Path, name: &str, files: &Files<'_>) -> Result<String> {
    let fail = |cause: anyhow::Error| {
        failure_because(
            format!("cannot read the policy `{name}`"),
            cause,
            "name a readable TOML file with `--policy FILE`; docs/policy.md describes it",
        )
    };
    let bytes = files.read(path, MAX_BYTES).map_err(|error| fail(error.into()))?;
    String::from_utf8(bytes).map_err(|_| fail(anyhow!("it is not UTF-8")))
}
