//! The pages under `rules/`, as the build script read them.

use crate::Rule;

mod generated {
    include!(concat!(env!("OUT_DIR"), "/built_in.rs"));
}

/// Every built-in rule, sorted by id.
pub fn built_in_rules() -> &'static [Rule] {
    generated::BUILT_IN
}
