//! Model files in, detections out: what would run, told without running it.
//!
//! Content decides what a file is, and every way of reading it is tried. Only its structure is read: tensors are passed over. What is seen is
//! written down as a *listing*, a text with a line for each import, call and oddity; findings point at its lines. Nothing here reads a
//! file by itself, and nothing is imported, called or built.

#![warn(clippy::disallowed_methods)]

mod assemble;
mod budget;
mod container;
mod examples;
mod explore;
mod format;
mod input;
mod inspector;
mod journal;
mod kind;
mod listing;
mod pickle;
#[cfg(test)]
mod properties;
mod sign;
mod stream;
mod tier;

pub use examples::{UnknownDetector, check_examples, check_rule};
pub use input::Input;
pub use inspector::{Inspection, Inspector, Neighbourhood};
pub use kind::marks_models;
