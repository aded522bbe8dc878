//! One change of a pull request.

use std::fmt;

use crate::pull_request::{Status, StatusState};

/// One change of a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Create the label in the repository.
    CreateLabel {
        /// Its name.
        name: String,
    },
    /// Put the label on the pull request.
    AddLabel {
        /// Its name.
        name: String,
    },
    /// Take the label off the pull request.
    RemoveLabel {
        /// Its name.
        name: String,
    },
    /// Write the comment.
    CreateComment {
        /// Its text.
        body: String,
        /// Whether it opens a thread that can be resolved.
        opens_thread: bool,
    },
    /// Write the comment anew.
    UpdateComment {
        /// How the forge names it.
        id: u64,
        /// Its text.
        body: String,
    },
    /// Say that the thread is settled.
    ResolveThread {
        /// How the forge names it.
        id: String,
    },
    /// Say that the thread is not settled.
    ReopenThread {
        /// How the forge names it.
        id: String,
    },
    /// Ask for reviews.
    RequestReviews {
        /// Logins, and teams as `owner/team`.
        of: Vec<String>,
    },
    /// Keep the pull request from merging itself as soon as it may.
    DisableAutoMerge,
    /// Set the status of a commit.
    SetStatus {
        /// The commit.
        commit: String,
        /// The context.
        context: String,
        /// The status.
        status: Status,
    },
}

/// The colour of the label: `b60205`, red.
pub(crate) const LABEL_COLOR: &str = "b60205";
/// What the label says about itself.
pub(crate) const LABEL_DESCRIPTION: &str = "a person has to look at this change (weighbridge)";

impl StatusState {
    /// The name that every forge understands.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Pending => "pending",
            Self::Other => "other",
        }
    }

    /// What a forge says, in our words.
    pub(crate) fn of_name(name: &str) -> Self {
        match name {
            "success" => Self::Success,
            "pending" => Self::Pending,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateLabel { name } => write!(f, "create the label `{name}`"),
            Self::AddLabel { name } => write!(f, "add the label `{name}`"),
            Self::RemoveLabel { name } => write!(f, "remove the label `{name}`"),
            Self::CreateComment { body, opens_thread } => {
                let what = if *opens_thread {
                    "open a thread"
                } else {
                    "write a comment"
                };
                write!(f, "{what} of {} characters", body.chars().count())
            }
            Self::UpdateComment { id, body } => {
                write!(f, "update comment {id} to {} characters", body.chars().count())
            }
            Self::ResolveThread { id } => write!(f, "resolve the thread {id}"),
            Self::ReopenThread { id } => write!(f, "reopen the thread {id}"),
            Self::DisableAutoMerge => f.write_str("switch auto-merge off"),
            Self::RequestReviews { of } => write!(f, "request a review of {}", of.join(", ")),
            Self::SetStatus {
                commit,
                context,
                status,
            } => {
                let state = status.state.name();
                write!(
                    f,
                    "set the status `{context}` of {commit} to {state}: {}",
                    status.description
                )
            }
        }
    }
}
