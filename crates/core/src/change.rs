//! The change that a run was about, and who wrote it.

use crate::Digest;

/// Who wrote a line, as far as somebody says so. It can raise the bar and never lowers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provenance {
    /// A note, trace, trailer or author says that a model wrote it.
    DeclaredAi,
    /// A note or trace says that a person wrote it.
    DeclaredHuman,
    /// Nobody says anything.
    Unknown,
}

impl Provenance {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::DeclaredAi, Self::DeclaredHuman, Self::Unknown];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::DeclaredAi => "declared-ai",
            Self::DeclaredHuman => "declared-human",
            Self::Unknown => "unknown",
        }
    }
}

/// What was looked at: the difference between two commits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The commit that it was compared with, in hexadecimal.
    pub base: String,
    /// The last commit of the change, in hexadecimal. Of a pull request, the author's commit and not the forge's merge.
    pub head: String,
    /// Whether settings, rules, baseline and policy were taken from `base`, so that the change could not lower its own bar.
    pub guarded: bool,
    /// The lines that were added, by who wrote them.
    pub added: AddedLines,
}

/// Numbers of added lines, by who wrote them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AddedLines {
    /// All of them.
    pub total: usize,
    /// Those that a model wrote, as somebody says.
    pub declared_ai: usize,
    /// Those that a person wrote, as somebody says.
    pub declared_human: usize,
}

/// The organisation's policy that a run went by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyUse {
    /// Its name, as it was given.
    pub name: String,
    /// The digest of its text.
    pub digest: Digest,
    /// The commit that it was read from, in hexadecimal; `None` if it was read from the disk.
    pub revision: Option<String>,
}
