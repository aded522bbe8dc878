//! What the names of a file stand for.

use rustc_hash::{FxHashMap, FxHashSet};

/// A name that an import binds, and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// The bound name.
    pub(crate) name: String,
    /// The qualified name it stands for; relative imports begin with a dot. `module.*` is bound to the name `*`.
    pub(crate) target: String,
}

/// Names bound by imports and by assignments whose value has a qualified name.
///
/// One table a file, whatever the scope; a name that is bound twice stands for both (`try: import cPickle as pickle`,
/// `except ImportError: import pickle`).
#[derive(Debug, Default)]
pub(crate) struct Bindings {
    targets: FxHashMap<String, Vec<String>>,
    /// Modules whose names were all imported with `*`.
    stars: Vec<String>,
    /// Names that were bound by something else than an import.
    assigned: FxHashSet<String>,
    /// Prefixes under which builtins can be reached.
    builtin_prefixes: &'static [&'static str],
}

impl Bindings {
    /// No bindings, in a language whose builtins can be reached under these prefixes.
    pub(crate) fn new(builtin_prefixes: &'static [&'static str]) -> Self {
        Self {
            builtin_prefixes,
            ..Self::default()
        }
    }

    pub(crate) fn clear(&mut self) {
        self.targets.clear();
        self.stars.clear();
        self.assigned.clear();
    }

    /// Adds an import.
    pub(crate) fn import(&mut self, import: Import) {
        match import.target.strip_suffix(".*") {
            Some(module) if import.name == "*" => {
                if self.stars.iter().all(|known| known != module) {
                    self.stars.push(module.to_owned());
                }
            }
            _ => {
                self.bind(import.name, &import.target);
            }
        }
    }

    /// Lets `name` stand for `target` too. Says whether that is news.
    fn bind(&mut self, name: String, target: &str) -> bool {
        let target = self.without_builtins(target).to_owned();
        if name == target && !self.targets.contains_key(&name) {
            self.targets.insert(name, vec![target]);
            return true;
        }
        let targets = self.targets.entry(name).or_default();
        // A name in a loop can be rebound without end; nobody needs more than a few of its meanings.
        if targets.len() >= 8 || targets.contains(&target) {
            return false;
        }
        targets.push(target);
        true
    }

    /// Lets `name` stand for `target` because it was assigned. Says whether that is news.
    pub(crate) fn assign(&mut self, name: &str, target: &str) -> bool {
        self.assigned.insert(name.to_owned());
        self.bind(name.to_owned(), target)
    }

    /// Whether `name` was assigned.
    pub(crate) fn is_assigned(&self, name: &str) -> bool {
        self.assigned.contains(name)
    }

    /// What `name` stands for; empty if nothing binds it.
    pub(crate) fn targets(&self, name: &str) -> &[String] {
        self.targets.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether nothing in the file binds `name`.
    pub(crate) fn is_unbound(&self, name: &str) -> bool {
        !self.targets.contains_key(name)
    }

    /// Modules imported with `*`.
    pub(crate) fn stars(&self) -> &[String] {
        &self.stars
    }

    /// Every bound name with what it stands for, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.targets
            .iter()
            .flat_map(|(name, targets)| targets.iter().map(move |target| (name.as_str(), target.as_str())))
    }

    /// Whether the file imports `module` or a part of it.
    pub(crate) fn imports_module(&self, module: &str) -> bool {
        let is_in = |target: &str| {
            target
                .strip_prefix(module)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.stars.iter().any(|star| is_in(star)) || self.iter().any(|(_, target)| is_in(target))
    }

    /// Answers like [`imports_module`](Self::imports_module), for who asks about many modules.
    pub(crate) fn imported_modules(&self) -> impl Fn(&str) -> bool {
        let targets = self.iter().map(|(_, target)| target);
        let all = targets.chain(self.stars.iter().map(String::as_str));
        let roots: FxHashSet<&str> = all.map(root).collect();
        move |module| roots.contains(root(module)) && self.imports_module(module)
    }

    /// The name of a builtin without the module it can be reached through; any other name as it is.
    pub(crate) fn without_builtins<'n>(&self, name: &'n str) -> &'n str {
        self.builtin_prefixes
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))
            .unwrap_or(name)
    }
}
/// The first part of a dotted name.
fn root(name: &str) -> &str {
    name.split_once('.').map_or(name, |(root, _)| root)
}
