//! The command line of `forge`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use weighbridge_forge::ForgeKind;

/// The context of the status, unless somebody names another.
pub(in crate::commands) const STATUS: &str = "weighbridge/human-review";

const SYNC_HELP: &str = "\
The token comes from a variable: GITHUB_TOKEN, WEIGHBRIDGE_GITLAB_TOKEN or GITLAB_TOKEN, GITEA_TOKEN.

Exit codes:
  0    the gate is set, whether it lets the change pass or not
  1    with --fail-while-pending: a person must still look
  2    wrong use: bad flag, unreadable report
  3    the gate could not be read or set";

const DOCTOR_HELP: &str = "\
The token comes from a variable: GITHUB_TOKEN, WEIGHBRIDGE_GITLAB_TOKEN or GITLAB_TOKEN, GITEA_TOKEN.

Exit codes:
  0    everything is demanded that the gate needs
  1    something is missing
  2    wrong use
  3    something could not be read, and nothing else is missing";

/// `forge`.
#[derive(Debug, Subcommand)]
pub(crate) enum ForgeCommand {
    /// Bring label, comment, reviewers and status of a pull request in line with a report
    Sync(Box<SyncArguments>),
    /// Look whether the repository demands what the gate needs; changes nothing
    Doctor(DoctorArguments),
}

/// `forge sync`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
#[command(after_help = SYNC_HELP)]
pub(crate) struct SyncArguments {
    /// The report of `scan --output json=FILE`; not needed for the commit of a merge queue
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) report: Option<PathBuf>,
    /// Where.
    #[command(flatten)]
    pub(super) place: PlaceArguments,
    /// The pull request [default: the one of the CI job, else the open one whose last commit is --head]
    #[arg(long, value_name = "NUMBER")]
    pub(super) pull_request: Option<u64>,
    /// Set the status of --head, which the merge queue of this branch made of several pull requests (GitHub) [default: as the CI job says]
    #[arg(long, value_name = "BRANCH", conflicts_with_all = ["pull_request", "report"])]
    pub(super) merge_queue: Option<String>,
    /// The commit that the scan was started for [default: the one of the CI job]
    #[arg(long, value_name = "SHA")]
    pub(super) head: Option<String>,
    /// The policy that names approvers and reviewers; never one from the change itself
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) policy: Option<PathBuf>,
    /// Who may approve: logins, or teams as ORG/TEAM, separated by commas [default: the `approvers` of the policy]
    #[arg(long, value_name = "LOGIN", value_delimiter = ',')]
    pub(super) approvers: Vec<String>,
    /// Who is asked to review: logins, or teams as ORG/TEAM [default: the approvers]
    #[arg(long, value_name = "LOGIN", value_delimiter = ',')]
    pub(super) reviewers: Vec<String>,
    /// The label of what needs a person
    #[arg(long, value_name = "NAME", default_value = "human-review-required")]
    pub(super) label: String,
    /// The context of the status, which the branch has to require
    #[arg(long, value_name = "NAME", default_value = STATUS)]
    pub(super) status: String,
    /// Write the comment as a thread that holds the merge request until it is resolved (GitLab)
    #[arg(long)]
    pub(super) blocking_thread: bool,
    /// Switch auto-merge off as long as a person must look; the token then needs the right to merge
    #[arg(long)]
    pub(super) disable_auto_merge: bool,
    /// Exit with 1 as long as a person must look
    #[arg(long)]
    pub(super) fail_while_pending: bool,
    /// Print what would be done, and do nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// `forge doctor`.
#[derive(Debug, Args)]
#[command(after_help = DOCTOR_HELP)]
pub(crate) struct DoctorArguments {
    /// Where.
    #[command(flatten)]
    pub(super) place: PlaceArguments,
    /// The context of the status that the branch has to require
    #[arg(long, value_name = "NAME", default_value = STATUS)]
    pub(super) status: String,
    /// A further path that only code owners should change; a folder ends in a slash. May be repeated
    #[arg(long, value_name = "PATH")]
    pub(super) guard: Vec<String>,
}

/// Which repository of which forge.
#[derive(Debug, Args)]
#[command(next_help_heading = "Forge")]
pub(in crate::commands) struct PlaceArguments {
    /// The kind of forge
    #[arg(long)]
    pub(in crate::commands) forge: ForgeName,
    /// The repository: OWNER/NAME, on GitLab also a number [default: the one of the CI job]
    #[arg(long, value_name = "OWNER/NAME")]
    pub(in crate::commands) repository: Option<String>,
    /// The root of the API [default: the one of the CI job, else that of github.com or gitlab.com]
    #[arg(long, value_name = "URL")]
    pub(in crate::commands) api_url: Option<String>,
    /// Send the token without encryption
    #[arg(long)]
    pub(in crate::commands) allow_http: bool,
}

/// The kinds of forges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::commands) enum ForgeName {
    /// GitHub, also Enterprise Server.
    Github,
    /// GitLab.
    Gitlab,
    /// Gitea or Forgejo.
    Gitea,
}

impl ForgeName {
    /// The same, as the room calls it.
    pub(super) fn kind(self) -> ForgeKind {
        match self {
            Self::Github => ForgeKind::GitHub,
            Self::Gitlab => ForgeKind::GitLab,
            Self::Gitea => ForgeKind::Gitea,
        }
    }
}
