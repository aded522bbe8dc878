//! Whether a person must look at a change, and why.

use crate::SourcePath;

/// Why a person must look before the change goes on. Without a reason none must.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    reasons: Vec<ReviewReason>,
}

/// One reason. **The order of the fields is the order of a report.**
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReviewReason {
    /// The kind.
    pub cause: ReviewCause,
    /// The file it is about, if it is about one.
    pub path: Option<SourcePath>,
    /// The line in it, from 1.
    pub line: Option<usize>,
    /// What there is to look at: lower case, no full stop, no text of a scanned file.
    pub message: String,
}

/// The kinds of reasons, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ReviewCause {
    /// The change touches what decides about it: settings, baseline, policy, rules, the pipeline.
    Guard,
    /// The change adds a suppression.
    Suppression,
    /// A finding in the lines that count.
    Finding,
    /// Something was not looked at.
    Incomplete,
    /// Lines that were made by a machine, or for which nobody says otherwise.
    Generated,
}

impl ReviewCause {
    /// All kinds, in order.
    pub const ALL: [Self; 5] = [
        Self::Guard,
        Self::Suppression,
        Self::Finding,
        Self::Incomplete,
        Self::Generated,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Guard => "guard",
            Self::Suppression => "suppression",
            Self::Finding => "finding",
            Self::Incomplete => "incomplete",
            Self::Generated => "generated",
        }
    }
}

impl Review {
    /// A review for these reasons, in any order.
    pub fn new(mut reasons: Vec<ReviewReason>) -> Self {
        reasons.sort();
        reasons.dedup();
        Self { reasons }
    }

    /// Whether a person must look.
    pub fn is_required(&self) -> bool {
        !self.reasons.is_empty()
    }

    /// The reasons, sorted.
    pub fn reasons(&self) -> &[ReviewReason] {
        &self.reasons
    }
}
