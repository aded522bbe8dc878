//! The id of a rule: the path of its page without `.md`.

use std::borrow::Cow;
use std::fmt;

/// `python/pickle-load`: a shelf, a slash and a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(Cow<'static, str>);

impl RuleId {
    /// An id that is part of the program.
    pub const fn from_static(id: &'static str) -> Self {
        Self(Cow::Borrowed(id))
    }

    /// An id that was read from a page.
    pub fn new(id: String) -> Self {
        Self(Cow::Owned(id))
    }

    /// Whether `text` could be an id: a shelf, a slash and a name, each of `a` to `z`, `0` to `9` and `-`.
    pub fn is_well_formed(text: &str) -> bool {
        let is_word = |word: &str| {
            let mut bytes = word.bytes();
            !word.is_empty() && bytes.all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        };
        text.split_once('/')
            .is_some_and(|(shelf, name)| is_word(shelf) && is_word(name))
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the slash: `python`.
    pub fn shelf(&self) -> &str {
        self.0.split_once('/').map_or("", |(shelf, _)| shelf)
    }

    /// The part behind the slash: `pickle-load`.
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(_, name)| name)
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
