//! A finished report as bytes in some format.
//!
//! Writes to the given writer and to nothing else, and knows nothing of where the report came from. The same report and
//! the same [`Context`] give the same bytes. What a format may let through of a scanned file is decided in one place,
//! `shown`.

#![warn(clippy::disallowed_methods)]

mod annotations;
mod azure;
mod comment;
mod comparison;
mod concise;
mod context;
mod fixes;
mod flow;
mod format;
mod frame;
mod github;
mod gitlab;
mod html;
mod json;
mod json_text;
mod jsonl;
mod junit;
mod markdown;
mod markup;
mod paint;
mod prose;
mod rdjson;
mod read;
mod review;
mod sarif;
mod shown;
mod summary;
mod text;
mod times;

#[cfg(test)]
mod every_format;
#[cfg(test)]
mod sample;

pub use comment::{Comment, CommentFinding, CommentReason, comment};
pub use comparison::{Comparison, ComparisonFormat, NotComparable, Note, OneSided, Reason, compare};
pub use context::{Context, Style};
pub use format::{Format, UnknownFormat, emit, emit_timed};
pub use json::report_schema;
pub use read::{
    MAX_OWN_REPORT_BYTES, MAX_REPORT_BYTES, ReadError, ReadReport, UnknownRules, read_own_report, read_report,
};
pub use shown::{break_commands, path as harmless_path};
pub use summary::summary_line;
pub use times::{Times, utc};
