//! A fix: the edits that take a finding away.
//!
//! What an edit writes comes from a rule page and from names that the file itself imports, never from other text of the file; so a
//! fix can be shown as it is.

use crate::{Location, Span};

/// Whether a fix may be applied without a look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// Code that does not rely on the danger behaves as before.
    Safe,
    /// The code may behave otherwise; a person should look.
    Unsafe,
}

impl Applicability {
    /// Both, in order.
    pub const ALL: &[Self] = &[Self::Safe, Self::Unsafe];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

/// The edits that take a finding away, applied together or not at all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fix {
    /// Whether it may be applied without a look at it.
    pub applicability: Applicability,
    /// What it does: lower case, no full stop.
    pub message: String,
    /// The edits, in order of their place, none of them inside another.
    pub edits: Vec<Edit>,
}

/// A place and the text that takes its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What goes; empty where text is only added.
    pub location: Location,
    /// What comes.
    pub content: String,
}

/// A fix as a rule found it: spans of the source instead of locations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetectedFix {
    /// Whether it may be applied without a look at it.
    pub applicability: Applicability,
    /// What it does.
    pub message: String,
    /// What goes and what comes, in any order.
    pub edits: Vec<(Span, String)>,
}
