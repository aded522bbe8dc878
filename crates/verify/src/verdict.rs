//! What an image comes to.

use crate::ImageDigest;

/// The answer about one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The answer.
    pub outcome: Outcome,
    /// Why: lower case, no full stop, one line.
    pub reason: String,
    /// What the name leads to, if that was found out.
    pub digest: Option<ImageDigest>,
    /// Who vouches for it.
    pub signer: Option<Signer>,
    /// The policy and authority that decided: `serving-images/mirror-team`.
    pub decided_by: Option<String>,
    /// Whether the policy only warns: `mode: warn`.
    pub is_warning: bool,
}

/// Three kinds of answers, and why: trusted, not trusted, not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Every policy that speaks about the image is content.
    Trusted,
    /// Nobody has signed it.
    Unsigned,
    /// There are signatures, and none of them holds.
    InvalidSignature,
    /// A signature holds, and is by nobody whose word counts.
    WrongSigner,
    /// The image is another than the one whose digest is written down.
    DigestMismatch,
    /// The policy refuses the image whoever signs it.
    Denied,
    /// No policy speaks about the image.
    NotCovered,
    /// It could not be found out. Never taken for any other answer.
    CouldNotVerify,
}

impl Outcome {
    /// Every answer.
    pub const ALL: [Self; 8] = [
        Self::Trusted,
        Self::Unsigned,
        Self::InvalidSignature,
        Self::WrongSigner,
        Self::DigestMismatch,
        Self::Denied,
        Self::NotCovered,
        Self::CouldNotVerify,
    ];

    /// The name in reports, which is also the name of its rule on the shelf `image`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Unsigned => "unsigned",
            Self::InvalidSignature => "invalid-signature",
            Self::WrongSigner => "wrong-signer",
            Self::DigestMismatch => "digest-mismatch",
            Self::Denied => "denied",
            Self::NotCovered => "not-covered",
            Self::CouldNotVerify => "could-not-verify",
        }
    }
}

/// Who vouches for an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signer {
    /// An e-mail address, a URI, or the fingerprint of a key.
    pub identity: String,
    /// Who vouched for the identity; none for a key.
    pub issuer: Option<String>,
    /// The earliest proven time of signing, in seconds since 1970.
    pub time: Option<i64>,
}

impl Verdict {
    /// A verdict with this outcome and reason, and nothing else known.
    pub fn new(outcome: Outcome, reason: impl Into<String>) -> Self {
        Self {
            outcome,
            reason: reason.into(),
            digest: None,
            signer: None,
            decided_by: None,
            is_warning: false,
        }
    }

    /// Whether the image may run.
    pub fn is_trusted(&self) -> bool {
        self.outcome == Outcome::Trusted
    }
}
