//! The nouns of weighbridge: what is looked at, what is found, and what is said about it.
//!
//! Nothing here reads a file, a clock or the environment, and nothing here can print a secret: text leaves a
//! [`Source`] only through a [`Mask`].

#![warn(clippy::disallowed_methods)]

mod change;
mod detection;
mod digest;
mod excerpt;
mod finding;
mod fingerprint;
mod fix;
mod flow;
mod language;
mod line_hash;
mod mask;
mod notification;
mod path;
mod report;
mod review;
mod rule_id;
mod secret_group;
mod severity;
mod source;
mod span;
mod suggestion;
mod visible;

pub use change::{AddedLines, Change, PolicyUse, Provenance};
pub use detection::{Detection, Extent, MessagePart, Secret, SuppressedBy, admit, admit_first, mask_of};
pub use digest::Digest;
pub use excerpt::{Excerpt, ExcerptLine, masked_text};
pub use finding::{Finding, Location, Suppression, SuppressionKind};
pub use fingerprint::Fingerprint;
pub use fix::{Applicability, DetectedFix, Edit, Fix};
pub use flow::{DetectedFlow, Flow, FlowStep, MAX_FLOW_STEPS, Origin};
pub use language::Language;
pub use line_hash::{LineHash, line_hashes};
pub use mask::Mask;
pub use notification::{Notification, NotificationLevel};
pub use path::SourcePath;
pub use report::{Outcome, Report, Skipped, Summary};
pub use review::{Review, ReviewCause, ReviewReason};
pub use rule_id::RuleId;
pub use secret_group::{SecretGroup, SecretKey};
pub use severity::{Confidence, Severity, UnknownLevel};
pub use source::{Position, Source};
pub use span::Span;
pub use suggestion::closest;
pub use visible::{push_visible, visible_lines};
