//! The command line.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};
use toml::Spanned;
use weighbridge_emit::Format;

use crate::commands::verify::{BundleArguments, VerifyCommand};
use crate::commands::{
    ConvertArguments, DiffArguments, DoctorArguments, ExplainFileArguments, HookCommand, InitArguments,
    ManifestArguments, RedactArguments,
};
use crate::fix::{FixArguments, FixLimits};
use crate::git::{Scope, Since};
use crate::images::ImageArguments;
use crate::output::Target;
use crate::settings::{FailOn, Given, Level, Profile, RawSettings, Size};

const EXIT_CODES: &str = "\
Exit codes:
  0    clean: no finding at or above --fail-on
  1    findings at or above --fail-on
  2    wrong use: bad flag, settings or page, unwritable output; there is no report
  3    incomplete: something could not be read or searched; findings are still printed
  130  interrupted";

/// Offline checks of everything that enters a private LLM deployment: prompts, credentials and generated code.
#[derive(Debug, Parser)]
#[command(name = "weighbridge", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// What people see.
    #[command(flatten)]
    pub(crate) display: DisplayArguments,
}

/// What people see.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Display")]
pub(crate) struct DisplayArguments {
    /// When to use colours; `NO_COLOR`, `FORCE_COLOR` and `CLICOLOR` are followed
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: When,
    /// Say less: no summary
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "verbose")]
    pub(crate) quiet: u8,
    /// Say more, for finding faults in weighbridge: -v decisions, -vv every file
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// When to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// Where it fits: colours on a terminal, the guard on a pull request.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Search files for secrets, dangerous code and faulty prompts
    Scan(Box<ScanArguments>),
    /// Accept the findings there are, so that only new ones count
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Write a report in another format, without a second scan
    Convert(Box<ConvertArguments>),
    /// Compare two reports: what is new, what is fixed
    Diff(DiffArguments),
    /// Take credentials, private keys and intranet hosts out of a stream, such as the answer of a model
    Redact(Box<RedactArguments>),
    /// List rules, or test pages of your own
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Explain a rule
    Explain(ExplainArguments),
    /// List what a model file would import and call, without running it
    #[command(name = "explain-file")]
    ExplainFile(ExplainFileArguments),
    /// Show, check or describe the settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// What git hooks start besides a scan
    #[command(subcommand, hide = true)]
    Hook(HookCommand),
    /// Write settings, a pipeline and hooks into a repository; never overwrites
    Init(InitArguments),
    /// Check settings, rules, git, hooks and CI around a scan, and say how to mend them
    Doctor(Box<DoctorArguments>),
    /// Set the human gate on GitHub, GitLab or Gitea, or see what guards it. The only commands that use the network
    #[cfg(feature = "forge")]
    #[command(subcommand)]
    Forge(crate::commands::forge::ForgeCommand),
    /// Verify who signed images and files; fetches signatures from registries unless `--offline` is given
    #[command(subcommand)]
    Verify(VerifyCommand),
    /// Write down the digests of a model's files, for `verify weights` to compare with
    Manifest(ManifestArguments),
    /// The protocol of Sigstore's conformance suite
    #[command(hide = true)]
    VerifyBundle(Box<BundleArguments>),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man {
        /// The command to describe, such as `scan`
        command: Vec<String>,
    },
}

/// `scan`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ScanArguments {
    /// Files and folders to scan; `-` is standard input. The current folder if none is given
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// The format of the report on standard output
    #[arg(long, value_name = "FORMAT", value_parser = format_of)]
    pub(crate) format: Option<Format>,
    /// Write a report to a file as well; without PATH the same as --format. May be repeated
    #[arg(short, long, value_name = "FORMAT[=PATH]", value_parser = OsStringValueParser::new().try_map(|text| Target::parse(&text)))]
    pub(crate) output: Vec<Target>,
    /// List the files that would be scanned, and stop
    #[arg(long, conflicts_with_all = ["format", "output"])]
    pub(crate) files: bool,
    /// The name of the file that comes through standard input
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub(crate) stdin_filename: Option<PathBuf>,
    /// Which changes are looked at.
    #[command(flatten)]
    pub(crate) changes: ChangesArguments,
    /// What is fixed.
    #[command(flatten)]
    pub(crate) fixes: FixArguments,
    /// How far fixes go.
    #[command(flatten)]
    pub(crate) fix_limits: FixLimits,
    /// Which images are verified.
    #[command(flatten)]
    pub(crate) images: ImageArguments,
    /// How the exit code is bent.
    #[command(flatten)]
    pub(crate) leniency: Leniency,
    /// Exit with 2 if there is nothing to scan
    #[arg(long)]
    pub(crate) require_files: bool,
    /// Settings.
    #[command(flatten)]
    pub(crate) settings: SettingsArguments,
}

/// Which changes are looked at, instead of all files.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Changes")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct ChangesArguments {
    /// Scan what the next commit would add: lines of the git index that differ from HEAD
    #[arg(long, group = "since-what")]
    pub(crate) staged: bool,
    /// Scan lines added since REV and HEAD parted, edits that are not committed included
    #[arg(long, value_name = "REV", group = "since-what")]
    pub(crate) since: Option<String>,
    /// The same since the base that the CI names, or since the branch that is followed; all files if none is known
    #[arg(long, group = "since-what")]
    pub(crate) changed: bool,
    /// Scan every content that a file ever had in any commit, each once, and name the commit that brought what is found
    #[arg(long, group = "since-what", conflicts_with_all = ["all_lines", "fix", "diff", "unsafe_fixes"])]
    pub(crate) history: bool,
    /// Report findings on all lines of changed files, not only on added ones
    #[arg(long, requires = "since-what")]
    pub(crate) all_lines: bool,
    /// When to take settings, rules, baseline and policy from the base of the change, so that it cannot lower its own bar; `auto` is
    /// where a CI says that it is about a pull request
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) guard: When,
}

impl ChangesArguments {
    /// The scope that the flags ask for; none for all files.
    pub(crate) fn scope(&self) -> Option<Scope> {
        let since = match &self.since {
            Some(name) => Since::Revision(name.clone()),
            None if self.staged => Since::Staged,
            None if self.changed => Since::Base,
            None if self.history => Since::History,
            None => return None,
        };
        let all_lines = self.all_lines;
        Some(Scope { since, all_lines })
    }
}

/// `baseline`.
#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    /// Write all findings there are to a baseline
    Create(Box<CreateArguments>),
    /// Take out of the baseline what matches nothing any more
    Prune(Box<PruneArguments>),
}

/// `baseline create`.
#[derive(Debug, Args)]
pub(crate) struct CreateArguments {
    /// Files and folders to scan. The current folder if none is given
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Where to write it [default: the baseline of the settings, else weighbridge-baseline.json]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// Why the findings are accepted
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) reason: String,
    /// Accept new findings into a baseline that exists; its reasons are kept
    #[arg(long)]
    pub(crate) force: bool,
    /// Settings.
    #[command(flatten)]
    pub(crate) settings: SettingsArguments,
}

/// `baseline prune`.
#[derive(Debug, Args)]
pub(crate) struct PruneArguments {
    /// Files and folders to scan. The current folder if none is given
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Settings.
    #[command(flatten)]
    pub(crate) settings: SettingsArguments,
}

/// How the exit code is bent.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Leniency {
    /// Exit with 0 even if there are findings
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// Exit with 1 if a person must look, for forges on which nothing else can hold the change
    #[arg(long, conflicts_with = "exit_zero")]
    pub(crate) fail_on_review: bool,
    /// Do not exit with 3 if something could not be scanned
    #[arg(long)]
    pub(crate) allow_incomplete: bool,
}

/// Where settings come from.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Settings")]
pub(crate) struct ConfigArguments {
    /// A settings file to use instead of the one that is found, or a single setting
    #[arg(long, value_name = "FILE|KEY=VALUE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Vec<OsString>,
    /// Leave settings files alone
    #[arg(long)]
    pub(crate) isolated: bool,
    /// A folder with rule pages of your own, beside the built-in ones, or a file of rules of gitleaks (TOML) or Kingfisher (YAML). May be repeated
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) rules: Vec<PathBuf>,
}

/// Settings that have a flag.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Settings")]
pub(crate) struct SettingsArguments {
    /// Where settings come from.
    #[command(flatten)]
    pub(crate) config: ConfigArguments,
    /// The organisation's policy, which the settings cannot go below; see docs/policy.md
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) policy: Option<PathBuf>,
    /// Exit with 1 if there is a finding of this severity or above [default: low]
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<FailOn>,
    /// Show findings of this severity and above [default: info]
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) min_severity: Option<Level>,
    /// The set of rules to begin with [default: default]
    #[arg(long)]
    pub(crate) profile: Option<Profile>,
    /// Use these rules instead of the profile: an id, a shelf (`python/*`) or another tool's code
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) select: Vec<String>,
    /// Leave these rules out
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
    /// Files and folders not to enter, as in .gitignore
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Leave out what `exclude` matches even if it is named, as hooks name files
    #[arg(long)]
    pub(crate) force_exclude: bool,
    /// Enter files and folders whose name begins with a dot
    #[arg(long)]
    pub(crate) hidden: bool,
    /// Enter files that .gitignore names. Files that are ignored and nevertheless in the repository are found only so
    #[arg(long)]
    pub(crate) no_ignore: bool,
    /// Do not scan text files larger than this [default: 64 MiB]
    #[arg(long, value_name = "SIZE")]
    pub(crate) max_file_size: Option<Size>,
    /// A file with findings that were accepted and do not count; see `weighbridge baseline`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) baseline: Option<PathBuf>,
    /// Threads to use [default: as many as there are processors]
    #[arg(short, long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
}

impl From<ConfigArguments> for Given {
    fn from(arguments: ConfigArguments) -> Self {
        let rules = arguments
            .rules
            .into_iter()
            .map(|path| path.to_string_lossy().into_owned());
        Self {
            config: arguments.config,
            isolated: arguments.isolated,
            policy: None,
            flags: RawSettings {
                rules: list(rules.collect()),
                ..RawSettings::default()
            },
        }
    }
}

impl From<SettingsArguments> for Given {
    fn from(arguments: SettingsArguments) -> Self {
        let mut given = Self::from(arguments.config);
        given.policy = arguments.policy;
        given.flags = RawSettings {
            fail_on: arguments.fail_on.map(unplaced),
            min_severity: arguments.min_severity.map(unplaced),
            profile: arguments.profile.map(unplaced),
            select: list(arguments.select),
            ignore: list(arguments.ignore),
            exclude: list(arguments.exclude),
            force_exclude: arguments.force_exclude.then(|| unplaced(true)),
            include_hidden: arguments.hidden.then(|| unplaced(true)),
            respect_gitignore: arguments.no_ignore.then(|| unplaced(false)),
            max_file_size: arguments.max_file_size.map(unplaced),
            baseline: arguments
                .baseline
                .map(|path| unplaced(path.to_string_lossy().into_owned())),
            jobs: arguments.jobs.map(unplaced),
            ..given.flags
        };
        given
    }
}

fn list(words: Vec<String>) -> Option<Spanned<Vec<Spanned<String>>>> {
    (!words.is_empty()).then(|| unplaced(words.into_iter().map(unplaced).collect()))
}

/// A value that stands in no file.
fn unplaced<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

/// `rules`.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List all rules, or some
    List {
        /// Only these: an id, a bare name, a shelf (`python/*`) or another tool's code
        #[arg(value_name = "RULE")]
        selectors: Vec<String>,
        /// How to print them
        #[arg(long, default_value = "table")]
        format: ListFormat,
        /// Where settings come from.
        #[command(flatten)]
        config: ConfigArguments,
    },
    /// Check rule pages: read each one and run its examples
    Test {
        /// The folder that holds `<shelf>/<name>.md`
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The id of the rule, its bare name, or another tool's code for it
    #[arg(value_name = "ID")]
    pub(crate) rule: String,
    /// Where settings come from.
    #[command(flatten)]
    pub(crate) config: ConfigArguments,
}

/// `config`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print each setting with its origin
    Show(Box<SettingsArguments>),
    /// Check the settings, the rules they name and the pages they bring
    Check(Box<SettingsArguments>),
    /// Print the JSON Schema of the settings file
    Schema {
        /// Print that of the policy instead
        #[arg(long)]
        policy: bool,
    },
}

fn format_of(text: &str) -> Result<Format, String> {
    crate::output::format_of(text)
}
