//! The settings as they are written in a file. The doc comments here are the descriptions in the JSON Schema.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use weighbridge_core::Severity;

use super::size::{Size, WrittenSize};

/// A list whose entries know where they stand.
pub(crate) type SpannedList = Vec<Spanned<String>>;

/// Settings of weighbridge: `weighbridge.toml` or `.weighbridge.toml`, one for each repository.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "weighbridge settings")]
pub(crate) struct RawSettings {
    /// Findings of this severity or above make the run fail with exit code 1.
    #[schemars(with = "Option<FailOn>")]
    pub(crate) fail_on: Option<Spanned<FailOn>>,
    /// Findings below this severity are not shown. Must not be above `fail-on`.
    #[schemars(with = "Option<Level>")]
    pub(crate) min_severity: Option<Spanned<Level>>,
    /// The set of rules to begin with: `default`, or `all` for every rule.
    #[schemars(with = "Option<Profile>")]
    pub(crate) profile: Option<Spanned<Profile>>,
    /// Rules to use instead of the profile: `python/eval-call`, a shelf `python/*`, or another tool's code `B301`.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) select: Option<Spanned<SpannedList>>,
    /// Rules to leave out; written like `select`, and stronger.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) ignore: Option<Spanned<SpannedList>>,
    /// Files and folders not to enter, as in `.gitignore`, relative to this file.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) exclude: Option<Spanned<SpannedList>>,
    /// Whether `exclude` holds for files and folders that are named too, as by a hook.
    #[schemars(with = "Option<bool>")]
    pub(crate) force_exclude: Option<Spanned<bool>>,
    /// Whether files and folders whose name begins with a dot are scanned. `.git` never is.
    #[schemars(with = "Option<bool>")]
    pub(crate) include_hidden: Option<Spanned<bool>>,
    /// Whether files that `.gitignore` names are left out.
    #[schemars(with = "Option<bool>")]
    pub(crate) respect_gitignore: Option<Spanned<bool>>,
    /// Text files larger than this are not scanned, which makes the run incomplete: `64 MiB`.
    #[schemars(with = "Option<WrittenSize>")]
    pub(crate) max_file_size: Option<Spanned<Size>>,
    /// Findings reported of one file; if there are more, the run is incomplete.
    #[schemars(with = "Option<NonZeroUsize>")]
    pub(crate) max_findings: Option<Spanned<NonZeroUsize>>,
    /// Whether comments for other tools suppress what they name: `# nosec B602`, `# noqa: S602`, `# nosemgrep`.
    #[schemars(with = "Option<bool>")]
    pub(crate) foreign_suppressions: Option<Spanned<bool>>,
    /// Folders with rule pages of your own, or files of rules of other scanners, relative to this file.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) rules: Option<Spanned<SpannedList>>,
    /// Endings of host names that are internal: `corp.example`.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) intranet_suffixes: Option<Spanned<SpannedList>>,
    /// Ranges of addresses that are internal: `203.0.113.0/24`.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) intranet_ranges: Option<Spanned<SpannedList>>,
    /// Text files that are prompts although their name does not say so, as in `.gitignore`, relative to this file: `prompts/*.txt`.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) prompt_files: Option<Spanned<SpannedList>>,
    /// The file with findings that were accepted, relative to this file: `weighbridge-baseline.json`. Empty for none.
    #[schemars(with = "Option<String>")]
    pub(crate) baseline: Option<Spanned<String>>,
    /// Threads to use; as many as there are processors if not given.
    #[schemars(with = "Option<NonZeroUsize>")]
    pub(crate) jobs: Option<Spanned<NonZeroUsize>>,
    /// The assistant that commits are made with: `hook commit-msg` adds it to the message as the trailer `Assisted-by`. Empty for none.
    #[schemars(with = "Option<String>")]
    pub(crate) assisted_by: Option<Spanned<String>>,
    /// Severities that differ from those of the pages, by rule.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Level>")]
    pub(crate) severity: BTreeMap<Spanned<String>, Spanned<Level>>,
    /// Rules to leave out in some files: a pattern as in `.gitignore`, relative to this file, and rules written like `select`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub(crate) per_file_ignores: BTreeMap<Spanned<String>, SpannedList>,
}

/// A severity as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Level {
    /// Gives an attacker the machine or an account.
    Critical,
    /// Exploitable, or a secret in the open.
    High,
    /// A weakness in most settings.
    Medium,
    /// A weakness that needs another one to matter.
    Low,
    /// Worth knowing; nothing needs to be done.
    Info,
}

impl Level {
    /// The level that names a severity.
    pub(crate) fn of(severity: Severity) -> Self {
        match severity {
            Severity::Critical => Self::Critical,
            Severity::High => Self::High,
            Severity::Medium => Self::Medium,
            Severity::Low => Self::Low,
            Severity::Info => Self::Info,
        }
    }

    /// The severity it names.
    pub(crate) fn severity(self) -> Severity {
        match self {
            Self::Critical => Severity::Critical,
            Self::High => Severity::High,
            Self::Medium => Severity::Medium,
            Self::Low => Severity::Low,
            Self::Info => Severity::Info,
        }
    }
}

/// When a run fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FailOn {
    /// Findings of severity critical.
    Critical,
    /// Findings of severity high or above.
    High,
    /// Findings of severity medium or above.
    Medium,
    /// Findings of severity low or above.
    Low,
    /// Any finding.
    Info,
    /// No finding makes the run fail.
    Never,
}

impl FailOn {
    /// The threshold; `None` for never.
    pub(crate) fn severity(self) -> Option<Severity> {
        match self {
            Self::Critical => Some(Severity::Critical),
            Self::High => Some(Severity::High),
            Self::Medium => Some(Severity::Medium),
            Self::Low => Some(Severity::Low),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}

/// A set of rules with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Profile {
    /// The rules whose findings are worth acting on.
    Default,
    /// Those, and the ones that are right where a person looks at each finding.
    Strict,
    /// Every rule.
    All,
}

impl Profile {
    /// The name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Strict => "strict",
            Self::All => "all",
        }
    }
}
