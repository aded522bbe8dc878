//! The language of a source, as a name.
//!
//! A name and not an enum, so that a new language touches the room that reads it and nothing here.

use std::fmt;

/// `python`, `prompt`, `text`: decides which rules apply and how the text is divided into regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(&'static str);

impl Language {
    /// Text of no known structure.
    pub const TEXT: Self = Self("text");

    /// The language called `name`.
    pub const fn named(name: &'static str) -> Self {
        Self(name)
    }

    /// The name.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
