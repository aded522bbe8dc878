//! Searches code: what is the same in every language.

pub(crate) mod bindings;
pub(crate) mod condition;
pub(crate) mod constant;
pub(crate) mod parse;
pub(crate) mod query;
pub(crate) mod snippet;
pub(crate) mod table;
pub(crate) mod trees;
pub(crate) mod walk;
