//! What a forge demands of the default branch, in the words of all forges.

/// What a forge demands before something is merged into the default branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protection {
    /// The default branch.
    pub branch: String,
    /// Whether the branch takes changes through pull requests only.
    pub pull_request_required: Fact<bool>,
    /// Approvals that are demanded.
    pub approvals: Fact<u64>,
    /// Whether code owners must approve.
    pub code_owners: Fact<bool>,
    /// Whether a push takes approvals away.
    pub dismisses_stale: Fact<bool>,
    /// Whether the last push must be approved by somebody else.
    pub last_push_by_another: Fact<bool>,
    /// The contexts whose status must let pass; GitLab demands the whole pipeline, to which they belong.
    pub contexts: Fact<Contexts>,
    /// Whether open threads hold a merge request.
    pub threads_resolved: Fact<bool>,
    /// Those whom the rules do not bind.
    pub bypass: Fact<Vec<String>>,
    /// Whether the repository lets pull requests merge themselves.
    pub auto_merge: Fact<bool>,
    /// The text of the file that names code owners, and its path; `None` if there is none.
    pub owners_file: Fact<Option<(String, String)>>,
}

/// Statuses that must let pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contexts {
    /// These.
    Named(Vec<String>),
    /// All that there are.
    All,
}

/// Something that a forge may or may not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact<T> {
    /// It tells.
    Known(T),
    /// It does not tell, or does not have such a thing; why.
    Unknown(String),
}

impl<T> Fact<T> {
    /// Nothing is told.
    pub(crate) fn unknown(why: &str) -> Self {
        Self::Unknown(why.to_owned())
    }
}
