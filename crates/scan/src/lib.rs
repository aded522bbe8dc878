//! Text in, detections out: prompts, credentials and source code.
//!
//! A [`Scanner`] is made once from the rules and shared by all threads; each thread has a [`Worker`] with its buffers.

#![warn(clippy::disallowed_methods)]

mod blocks;
mod check;
mod code;
mod commonness;
mod compile;
mod decode;
mod decoded;
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
mod place;
mod placeholder;
mod prefilter;
mod prompt;
mod python;
mod redact;
mod regexes;
mod region;
mod scanner;
mod structure;
mod suppression;
mod wanted;
mod word;

pub use blocks::{CodeBlock, code_blocks};
pub use compile::{CompileError, check_rule};
pub use embed::pieces;
pub use encoding::{decode_utf16, is_binary};
pub use examples::check_examples;
pub use fix::Fixed;
pub use images::{ImageReference, ImageSystem, image_references};
pub use language::{PROMPT, language_of};
pub use prompt::prompt_parts;
pub use redact::{Redactor, redaction_uses};
pub use scanner::{FileReport, ImageVerdict, Options, Scanner, Worker};
pub use weighbridge_rules::RuleUse;
