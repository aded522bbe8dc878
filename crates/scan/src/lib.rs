//! Text in, detections out: prompts, credentials and source code.
//!
//! A [`Scanner`] is made once from the rules and shared by all threads; each thread has a [`Worker`] with its buffers.

#![warn(clippy::disallowed_methods)]

mod check;
mod code;
mod commonness;
mod compile;
mod detect;
mod doubles;
mod embed;
mod encoding;
mod examples;
mod fix;
mod images;
mod lanes;
mod language;
mod pattern;
mod placeholder;
mod prefilter;
mod python;
mod regexes;
mod region;
mod scanner;
mod structure;
mod suppression;
mod word;

pub use compile::{CompileError, check_rule};
pub use embed::pieces;
pub use encoding::{decode_utf16, is_binary};
pub use examples::{ExampleFailure, check_examples};
pub use fix::Fixed;
pub use images::{ImageReference, ImageSystem, image_references};
pub use language::language_of;
pub use scanner::{FileReport, ImageVerdict, Options, RuleUse, Scanner, Worker};
