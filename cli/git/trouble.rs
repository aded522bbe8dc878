//! Why git could not tell what changed. It never becomes "nothing changed".

use git2::{Error, ErrorClass, ErrorCode};
use weighbridge_core::Notification;

use crate::failure::{failure, incomplete};

pub(super) const SHALLOW_HINT: &str = "fetch more history: `fetch-depth: 0` (or 2 for a pull request) on GitHub, `GIT_DEPTH: 0` on GitLab, `git fetch --unshallow`";

/// Why git could not tell what changed.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// There is no repository here.
    NoRepository,
    /// The repository belongs to another user, who could have planted settings in it.
    ForeignOwner(String),
    /// A kind of repository that libgit2 does not read: SHA-256, reftable.
    UnknownFormat(Error),
    /// There are no files beside the repository.
    Bare,
    /// Files with conflicts are in the index, by name.
    Conflicts(Vec<String>),
    /// The user named a revision that is not there.
    UnknownRevision(String),
    /// History was cut off before what is needed.
    Shallow(String),
    /// Two histories without a common commit.
    Unrelated(String),
    /// An object was left out of the clone.
    MissingObject,
    /// Nothing says what to compare with.
    NoBase(&'static str),
    /// What is pushed is not what is checked out.
    OtherCommit,
    /// Anything else, such as a damaged repository.
    Other(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match (error.code(), error.class()) {
            (ErrorCode::Owner, _) => Self::ForeignOwner(error.message().to_owned()),
            (ErrorCode::UnbornBranch, _) => Self::NoBase("there is no commit yet"),
            (ErrorCode::NotFound, ErrorClass::Repository) => Self::NoRepository,
            (ErrorCode::NotFound, ErrorClass::Odb) => Self::MissingObject,
            _ if error.message().contains("object format") || error.message().contains("extension") => {
                Self::UnknownFormat(error)
            }
            _ => Self::Other(error),
        }
    }
}

impl Trouble {
    /// Whether a plain scan of the files says more than this error. An owner who is not trusted stops everything.
    pub(super) fn allows_plain_scan(&self) -> bool {
        !matches!(self, Self::ForeignOwner(_) | Self::OtherCommit)
    }

    /// What is wrong.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::NoRepository => "there is no git repository here".to_owned(),
            Self::ForeignOwner(said) => format!("git does not trust the repository: {said}"),
            Self::UnknownFormat(_) => "this kind of git repository cannot be read".to_owned(),
            Self::Bare => "the git repository has no working tree".to_owned(),
            Self::Conflicts(names) => format!("the index has conflicts: {}", names.join(", ")),
            Self::UnknownRevision(name) => format!("unknown revision `{name}`"),
            Self::Shallow(name) => format!("the clone is shallow: it has no merge base with `{name}`"),
            Self::Unrelated(name) => format!("there is no merge base with `{name}`"),
            Self::MissingObject => "the clone is partial: an object of the base is missing".to_owned(),
            Self::NoBase(why) => (*why).to_owned(),
            Self::OtherCommit => "the commit that is pushed is not the one that is checked out".to_owned(),
            Self::Other(_) => "git cannot tell what changed".to_owned(),
        }
    }

    /// What mends it.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::NoRepository => "run inside a git repository, or scan without a git flag".to_owned(),
            Self::ForeignOwner(said) => {
                // Up to the first quote, so that the command stays one whatever the folder is called. The exception is for the
                // working tree also where only the folder inside it belongs to somebody else.
                let path = said.split('\'').nth(1).unwrap_or("PATH").trim_end_matches('/');
                let path = path.strip_suffix("/.git").unwrap_or(path);
                format!("if you trust its owner: `git config --global --add safe.directory '{path}'`")
            }
            Self::UnknownFormat(_) => {
                "repositories with SHA-256 or reftable are not supported yet; scan without a git flag".to_owned()
            }
            Self::Bare => "run in a checkout, or scan without a git flag".to_owned(),
            Self::Conflicts(_) => "resolve them and `git add` the files".to_owned(),
            Self::UnknownRevision(_) => "name a commit, tag or branch that `git rev-parse` knows".to_owned(),
            Self::Shallow(_) => SHALLOW_HINT.to_owned(),
            Self::Unrelated(_) => "name a revision that shares history with HEAD".to_owned(),
            Self::MissingObject => {
                "clone without `--filter`, or fetch the rest: `git fetch --refetch --no-filter`".to_owned()
            }
            Self::NoBase(_) => "name what to compare with: `--since REV`".to_owned(),
            Self::OtherCommit => "check out what you push, or compare with `--since REV`".to_owned(),
            Self::Other(_) => "check the repository with `git fsck`, or scan without a git flag".to_owned(),
        }
    }

    /// The error that ends the run: wrong use if the user can mend the command, else incomplete.
    pub(crate) fn failure(self) -> anyhow::Error {
        let (message, hint) = (self.message(), self.hint());
        match self {
            Self::Conflicts(_) | Self::UnknownRevision(_) => failure(message, hint),
            Self::UnknownFormat(error) | Self::Other(error) => incomplete(message, Some(error.into()), hint),
            _ => incomplete(message, None, hint),
        }
    }

    /// The note that everything was scanned instead.
    pub(super) fn note(&self) -> Notification {
        let message = match self {
            Self::UnknownFormat(error) | Self::Other(error) => {
                format!("every file was scanned: {}\ncause: {}", self.message(), error.message())
            }
            _ => format!("every file was scanned: {}", self.message()),
        };
        Notification::note("git/scanned-everything", None, message).with_hint(self.hint())
    }
}
