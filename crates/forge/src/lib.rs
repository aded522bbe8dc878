//! The human gate on a forge: what a pull request needs, and the calls that set it.
//!
//! Three steps that do not mix. A client ([`Forge`]) reads a pull request as plain nouns. Pure functions decide
//! ([`judge`]) and say what would have to change ([`plan`]); they are where every rule of the gate lives, and applied
//! twice they ask for nothing. The client then applies the [`Action`]s, one call each. Scanning never comes here.

#![warn(clippy::disallowed_methods)]

mod action;
mod address;
mod api;
mod approval;
mod code_owners;
pub mod doctor;
mod error;
mod gate;
mod gitea;
mod github;
mod github_like;
mod gitlab;
mod http;
mod instant;
mod merge_queue;
mod plan;
mod protection;
mod pull_request;
mod token;
mod transport;

pub use action::Action;
pub use address::{Address, Encryption};
pub use approval::Refusal;
pub use error::ForgeError;
pub use gate::{Demand, Due, Gate, Judgement, judge};
pub use http::Http;
pub use merge_queue::{MergeGroup, Queued, group_status};
pub use plan::plan;
pub use protection::{Fact, Protection};
pub use pull_request::{
    AutoMerge, Comment, Contributor, Person, PullRequest, Review, Stance, Status, StatusState, Thread, Web,
};
pub use token::Token;
pub use transport::{Method, Request, Response, Transport, TransportError};

/// What a client of a forge does.
pub trait Forge {
    /// The numbers of the open pull requests whose last commit is `head`. `branch` (`owner:name`) narrows the search.
    ///
    /// # Errors
    ///
    /// If the forge refuses, or does not answer as documented.
    fn find(&self, head: &str, branch: Option<&str>) -> Result<Vec<u64>, ForgeError>;

    /// The logins of those who are in `team` (`owner/team`).
    ///
    /// # Errors
    ///
    /// If it is not there, or the token may not see who is in it. An empty list is a team without members.
    fn members(&self, team: &str) -> Result<Vec<String>, ForgeError>;

    /// The pull request as the gate sees it.
    ///
    /// # Errors
    ///
    /// If the forge refuses, or does not answer as documented, or has more to say than is read.
    fn read(&self, number: u64, gate: &Gate) -> Result<PullRequest, ForgeError>;

    /// What the merge queue of `branch` put together in the commit `head`; `context` is the status of the gate.
    ///
    /// # Errors
    ///
    /// If there is no such queue, or no such commit in it, or if the forge refuses.
    fn merge_group(&self, branch: &str, head: &str, context: &str) -> Result<MergeGroup, ForgeError> {
        _ = (head, context);
        Err(ForgeError::Missing {
            kind: "merge queue of",
            name: branch.to_owned(),
        })
    }

    /// Changes one thing. `pull_request` is what [`Forge::read`] gave; the status of a commit needs nothing of it.
    ///
    /// # Errors
    ///
    /// If the forge refuses.
    fn apply(&self, pull_request: &PullRequest, action: &Action) -> Result<(), ForgeError>;

    /// What the forge demands of the default branch. Changes nothing.
    ///
    /// # Errors
    ///
    /// If not even the repository can be read; what merely may not be seen is [`Fact::Unknown`].
    fn protection(&self) -> Result<Protection, ForgeError>;
}

/// The forges there are clients for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForgeKind {
    /// `GitHub` and `GitHub` Enterprise Server, REST API v3.
    GitHub,
    /// GitLab, API v4.
    GitLab,
    /// Gitea and Forgejo, API v1.
    Gitea,
}

/// A client for a forge. `repository` is `owner/name`; for GitLab also a project's number or a longer path.
///
/// # Errors
///
/// If `repository` cannot be the name of one.
pub fn connect(
    kind: ForgeKind,
    address: Address,
    repository: &str,
    token: Token,
    transport: Box<dyn Transport>,
) -> Result<Box<dyn Forge>, ForgeError> {
    Ok(match kind {
        ForgeKind::GitHub => Box::new(github::GitHub::new(address, repository, token, transport)?),
        ForgeKind::GitLab => Box::new(gitlab::GitLab::new(address, repository, token, transport)?),
        ForgeKind::Gitea => Box::new(gitea::Gitea::new(address, repository, token, transport)?),
    })
}
