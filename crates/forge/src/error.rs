//! Why the gate could not be read or set.

use thiserror::Error;

use crate::transport::{Method, TransportError};

/// Why the gate could not be read or set. No variant holds a token.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ForgeError {
    /// Not the root of an API.
    #[error("`{address}` is no address of an API: {reason}")]
    Address {
        /// As it was given, without a password.
        address: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The token would cross the network in the open.
    #[error("`{address}` is not encrypted, so the token could be read on its way")]
    Insecure {
        /// As it was given.
        address: String,
    },
    /// Not a token.
    #[error("the token is empty or holds characters that no token has")]
    Token,
    /// Not the name of a repository.
    #[error("`{repository}` is no name of a repository")]
    Repository {
        /// As it was given.
        repository: String,
    },
    /// No answer.
    #[error("{method} {path}: there is no answer")]
    NoAnswer {
        /// Of the request.
        method: Method,
        /// Of the request, below the address.
        path: String,
        /// Why.
        #[source]
        source: TransportError,
    },
    /// An answer that says no.
    #[error("{method} {path}: the forge answers {status}{message}")]
    Refused {
        /// Of the request.
        method: Method,
        /// Of the request, below the address.
        path: String,
        /// Of the answer.
        status: u16,
        /// What the forge says about it, with a colon before it; empty if it says nothing.
        message: String,
    },
    /// An answer that leads elsewhere.
    #[error("{method} {path}: the forge answers {status} and leads to `{location}`, which is not followed")]
    Redirected {
        /// Of the request.
        method: Method,
        /// Of the request, below the address.
        path: String,
        /// Of the answer.
        status: u16,
        /// Where to.
        location: String,
    },
    /// An answer that is not what the documentation says.
    #[error("{method} {path}: the answer has another shape than the documentation says")]
    Shape {
        /// Of the request.
        method: Method,
        /// Of the request, below the address.
        path: String,
        /// What differs.
        #[source]
        source: serde_json::Error,
    },
    /// More than is read.
    #[error("{path}: there are more than {pages} pages of entries")]
    TooMany {
        /// Of the request.
        path: String,
        /// What is read.
        pages: usize,
    },
    /// Who is in a team cannot be read, so nobody can approve for it.
    #[error("it cannot be read who is in the team `{team}`")]
    Team {
        /// `owner/team`.
        team: String,
        /// Why.
        #[source]
        source: Box<ForgeError>,
    },
    /// A query that says no although its answer is 200.
    #[error("the forge refuses to {what}: {message}")]
    Query {
        /// What was asked.
        what: &'static str,
        /// What the forge says.
        message: String,
    },
    /// A user, label or thread that should be there.
    #[error("the forge knows no {kind} `{name}`")]
    Missing {
        /// What it is.
        kind: &'static str,
        /// What it is called.
        name: String,
    },
}

impl ForgeError {
    /// How to mend it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Address { .. } => "give the root of the API, such as `https://git.example.org/api/v1`",
            Self::Insecure { .. } => "use `https`, or `--allow-http` in a network that nobody else can listen in",
            Self::Token => "the variable has to hold the token and nothing else",
            Self::Repository { .. } => {
                "give `owner/name`; for GitLab a path such as `group/project`, or the project's number"
            }
            Self::NoAnswer { .. } => {
                "check the address of the API, the network, and whether the forge's certificate is trusted"
            }
            Self::Refused { status: 401, .. } => "the token is wrong or has expired",
            Self::Refused { status: 403, .. } => {
                "the token may not do this, or too much was asked; docs/ci/human-gate.md lists the rights it needs"
            }
            Self::Refused { status: 404, .. } => {
                "check the names; a forge also answers 404 for what a token may not see, see docs/ci/human-gate.md"
            }
            Self::Refused { status: 422, .. } => {
                "the forge does not take the value; a reviewer must be able to read the repository, a status needs a commit of it"
            }
            Self::Refused { .. } => "try again; if it stays so, the forge may be of a version that is not known",
            Self::Redirected { .. } => {
                "the repository may have been renamed, or the address may be wrong: give the new one"
            }
            Self::Shape { .. } => {
                "check that the address is the root of the API and that `--forge` names the right kind"
            }
            Self::TooMany { .. } => "a person has to look at this pull request; it is too large to be judged here",
            Self::Team { .. } => {
                "the token must be allowed to see the members of the team; docs/ci/human-gate.md says which right that is, or name people"
            }
            Self::Query { .. } => {
                "the token may not do this, or the forge does not know it; docs/ci/human-gate.md lists the rights it needs"
            }
            Self::Missing { .. } => "check the name",
        }
    }
}
