//! Roots and files that a policy names.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::engine::{Root, RootError};

/// Where a policy's names lead: trusted roots by name, and files by path.
pub struct Materials<'m> {
    roots: BTreeMap<String, Arc<Root>>,
    read_file: &'m dyn Fn(&str) -> Result<Vec<u8>, String>,
}

impl<'m> Materials<'m> {
    /// The root of Sigstore's public-good instance and GitHub's, under `public-good` and `github`.
    ///
    /// `read_file` gives the bytes of a file that `containers-policy.json` names, or says why not.
    ///
    /// # Errors
    ///
    /// A root that cannot be used.
    pub fn new(read_file: &'m dyn Fn(&str) -> Result<Vec<u8>, String>) -> Result<Self, RootError> {
        let mut roots = BTreeMap::new();
        for root in [Root::public_good()?, Root::github()?] {
            roots.insert(root.name().to_owned(), Arc::new(root));
        }
        Ok(Self { roots, read_file })
    }

    /// Adds a root, or takes it for the one of the same name.
    pub fn add(&mut self, root: Root) {
        self.roots.insert(root.name().to_owned(), Arc::new(root));
    }

    /// The root with this name.
    pub fn root(&self, name: &str) -> Option<Arc<Root>> {
        self.roots.get(name).cloned()
    }

    /// The names of all roots.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.roots.keys().map(String::as_str)
    }

    pub(super) fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        (self.read_file)(path)
    }
}

impl fmt::Debug for Materials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
