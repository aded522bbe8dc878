//! A finding: bad news about the input, ready to be shown.

use crate::{
    Confidence, Excerpt, Fingerprint, Fix, Flow, Position, Provenance, RuleId, SecretGroup, SecretKey, Severity,
    SourcePath, Span,
};

/// What a rule says about a place. **The order of the fields is the order of a report.**
///
/// Made by [`admit`](crate::admit), so every text in it went through the mask of the file; or read back from a report,
/// which was made of such findings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file.
    pub path: SourcePath,
    /// The place in the file.
    pub location: Location,
    /// The rule.
    pub rule: RuleId,
    /// How bad it is here.
    pub severity: Severity,
    /// How sure the rule is here.
    pub confidence: Confidence,
    /// What is wrong, in one line.
    pub message: String,
    /// What to do instead, in one line.
    pub help: Option<String>,
    /// The lines around the place.
    pub excerpt: Excerpt,
    /// The name of the finding that survives edits elsewhere.
    pub fingerprint: Fingerprint,
    /// GitHub's fingerprint of the first line, `primaryLocationLineHash`; empty if the run was told that nobody reads it.
    pub line_hash: String,
    /// The suppression that covers it; a suppressed finding does not count.
    pub suppression: Option<Suppression>,
    /// Who wrote the line it begins on; `None` if nobody was asked, or if the change did not add it.
    pub provenance: Option<Provenance>,
    /// What takes it away, if the rule knows that.
    pub fix: Option<Fix>,
    /// Where the dangerous value comes from; `None` if nobody looked or the text does not tell.
    pub flow: Option<Flow>,
    /// The commit that brought it, as 40 hexadecimal digits; `None` unless history was searched.
    pub commit: Option<String>,
    /// The findings that show the same secret; `None` if there is no other.
    pub secret_group: Option<SecretGroup>,
    /// What tells its secret from others until the report is made.
    pub secret: Option<SecretKey>,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The bytes.
    pub span: Span,
    /// Line and column of the first byte.
    pub start: Position,
    /// Line and column behind the last byte.
    pub end: Position,
}

/// What keeps a finding from counting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suppression {
    /// Where it is written.
    pub kind: SuppressionKind,
    /// The line it stands on, from 1; the line of the finding if it stands in a baseline.
    pub line: usize,
    /// The reason that was given; may be empty.
    pub reason: String,
}

/// Where a suppression is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuppressionKind {
    /// In a comment of the file, an `ignore[…]` comment.
    Inline,
    /// In the baseline: the finding was there before and was accepted.
    Baseline,
}

impl SuppressionKind {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Baseline => "baseline",
        }
    }
}
