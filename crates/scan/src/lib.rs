//! Text in, detections out: prompts, credentials and source code.
//!
//! A [`Scanner`] is made once from the rules and shared by all threads; each thread has a [`Worker`] with its buffers.

#![warn(clippy::disallowed_methods)]

mod check;
mod code;
mod commonness;
mod compile;
mod decoded;
mod detect;
mod doubles;
mod embed;
mod encoding;
mod examples;
mod fix;
mod lanes;
mod language;
mod pattern;
mod placeholder;
mod prefilter;
mod prompt;
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
pub use language::{PROMPT, language_of};
pub use prompt::prompt_parts;
pub use scanner::{FileReport, Options, RuleUse, Scanner, Worker};
