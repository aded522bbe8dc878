//! YAML text as a tree in which every scalar knows its bytes.
//!
//! Findings point at bytes and policies at lines, so a reader that keeps values alone would not do. Aliases are followed, with a
//! limit on what they unfold to; documents before a fault are kept, so that one broken document hides no other.

#![warn(clippy::disallowed_methods)]

mod json;
mod node;
mod reader;

pub use json::ToJsonError;
pub use node::{Entry, Node, Scalar, Value};
pub use reader::{Fault, Stream, read};
