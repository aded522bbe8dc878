//! Why a policy cannot be followed.

use thiserror::Error;

/// Why a policy cannot be followed. A policy that is followed in part would be a hole, so there is no partial reading.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The text is no YAML or JSON.
    #[error("{0}")]
    Text(String),
    /// A document of a kind that is not known.
    #[error("a document of the kind `{kind}` of `{version}` is no policy")]
    Kind {
        /// `apiVersion`.
        version: String,
        /// `kind`.
        kind: String,
    },
    /// There is no document.
    #[error("there is no policy in it")]
    Empty,
    /// A field that is not known, has another type or is missing.
    #[error("`{policy}`: {problem}")]
    Field {
        /// The name of the policy.
        policy: String,
        /// What is wrong, with the field's name.
        problem: String,
    },
    /// A field that would be right and cannot be honoured here.
    #[error("`{policy}`: `{field}` cannot be honoured here: {why}")]
    CannotHonour {
        /// The name of the policy.
        policy: String,
        /// The field with its path: `spec.authorities.key.kms`.
        field: String,
        /// Why, and what to write instead.
        why: String,
    },
}
