//! The fix of a rule, as the section `## Fix` of its page states it.

use weighbridge_core::Applicability;

use crate::rule::{ArgumentName, Condition, List, Text};

/// What takes a finding away.
#[derive(Clone, Debug, PartialEq)]
pub struct FixRule {
    /// Whether it may be applied without a look at it.
    pub applicability: Applicability,
    /// For calls of some names each what is done; the first one that fits is taken.
    pub items: List<FixItem>,
    /// The line of the page (from 1) where the section begins.
    pub line: usize,
}

/// What is done for some calls.
#[derive(Clone, Debug, PartialEq)]
pub struct FixItem {
    /// Names out of `## Calls`; none means all of them.
    pub names: List<Text>,
    /// Conditions that must hold besides.
    pub conditions: List<Condition>,
    /// What is done, all of it or nothing.
    pub edits: List<EditRule>,
}

/// A step of a fix.
#[derive(Clone, Debug, PartialEq)]
pub enum EditRule {
    /// Call this qualified name instead, imported where it must be; `{function}` is the last part of the name found.
    Call(Text),
    /// Give an argument this value, whether it was given or not.
    Set {
        /// The argument; the first of these that is given, else the first keyword.
        argument: List<ArgumentName>,
        /// The value as it is written.
        value: Text,
    },
    /// Take out the first of these arguments that is given; nothing if none is.
    Remove(List<ArgumentName>),
    /// Write this behind the call.
    Append(Text),
    /// Write this in place of what a capture of the query holds.
    Replace {
        /// The name of the capture, without `@`.
        capture: Text,
        /// The text to write.
        text: Text,
    },
    /// Take out what was found.
    RemoveMatch,
    /// Put a variable of this name in place of the folder that was found, and declare it.
    Variable(Text),
}

impl FixRule {
    /// The item for a call of `name`.
    pub fn items_for<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f FixItem> {
        let is_for = move |item: &&FixItem| item.names.is_empty() || item.names.iter().any(|known| known == name);
        self.items.iter().filter(is_for)
    }
}
