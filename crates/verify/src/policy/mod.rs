//! What an organisation asks of images.
//!
//! Read from the files that the organisation names and from nothing else: what lies in a scanned repository belongs to its authors.

mod cluster_image_policy;
mod containers;
mod error;
mod glob;
mod lint;
mod material;
mod read;
mod rules;

pub use error::PolicyError;
pub use glob::Glob;
pub use lint::{Lint, lint};
pub use material::Materials;
pub use read::{read_containers_policy, read_policy};
pub use rules::{Pin, PinKind};

use self::rules::tokens_of;
use crate::Reference;
use crate::authority::{Authority, is_below};

/// Everything that is asked, merged from all files.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Who must vouch for which images.
    pub images: Vec<ImagePolicy>,
    /// Digests that are written down.
    pub pins: Vec<Pin>,
    /// Prefixes of names; an image below none of them is refused. Empty: no such rule.
    pub publishers: Vec<String>,
    /// Words that no name may hold.
    pub banned: Vec<String>,
}

/// Who must vouch for some images. Each policy whose scope holds an image must be content.
#[derive(Clone, Debug)]
pub struct ImagePolicy {
    /// Its name.
    pub name: String,
    /// Which images it speaks about.
    pub scope: Scope,
    /// Whose word suffices.
    pub authorities: Vec<Authority>,
    /// Whether a refusal is a warning: `mode: warn`.
    pub is_warning: bool,
}

/// Which images a policy speaks about.
#[derive(Clone, Debug)]
pub enum Scope {
    /// Those whose name matches one of these.
    Globs(Vec<Glob>),
    /// Those below a prefix and below none of some longer ones. An empty prefix holds all.
    Prefix {
        /// The prefix.
        prefix: String,
        /// The longer ones.
        except: Vec<String>,
    },
}

impl Scope {
    /// Whether the policy speaks about the image.
    pub fn holds(&self, reference: &Reference) -> bool {
        match self {
            Self::Globs(globs) => globs.iter().any(|glob| glob.is_match(reference)),
            Self::Prefix { prefix, except } => {
                let is_in = |prefix: &str| is_in_scope(reference, prefix);
                (prefix.is_empty() || is_in(prefix)) && !except.iter().any(|prefix| is_in(prefix))
            }
        }
    }
}

/// A scope is a host, a path below it, or a whole name with its tag.
fn is_in_scope(reference: &Reference, scope: &str) -> bool {
    let domains = scope.strip_prefix("*.");
    domains.is_some_and(|domain| {
        let host = reference.registry();
        host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
    }) || is_below(&reference.name(), scope)
        || reference.to_string() == scope
}

impl Policy {
    /// The policies that speak about the image.
    pub fn policies_of<'p>(&'p self, reference: &'p Reference) -> impl Iterator<Item = &'p ImagePolicy> {
        self.images.iter().filter(|policy| policy.scope.holds(reference))
    }

    /// The digests that are written down for the image.
    pub fn pins_of<'p>(&'p self, reference: &'p Reference) -> impl Iterator<Item = &'p Pin> {
        self.pins.iter().filter(|pin| pin.is_of(reference))
    }

    /// Whether the image is of a publisher that is allowed.
    pub fn is_of_publisher(&self, reference: &Reference) -> bool {
        self.publishers.is_empty() || self.publishers.iter().any(|prefix| is_below(&reference.name(), prefix))
    }

    /// The first word of the name that is not allowed.
    pub fn banned_token(&self, reference: &Reference) -> Option<String> {
        let name = format!("{}:{}", reference.repository(), reference.tag().unwrap_or_default());
        tokens_of(&name).find(|token| self.banned.iter().any(|word| word == token))
    }

    /// Adds what another file asks.
    pub fn merge(&mut self, other: Self) {
        self.images.extend(other.images);
        self.pins.extend(other.pins);
        self.publishers.extend(other.publishers);
        self.banned.extend(other.banned);
    }
}
