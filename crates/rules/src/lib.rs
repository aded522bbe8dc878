//! Rule pages: the text of a page becomes a [`Rule`]; the built-in pages were read when the program was built.
//!
//! Nothing here knows how anything is detected.

#![warn(clippy::disallowed_methods)]

mod builtin;
mod expectation;
mod fix;
mod foreign;
mod page;
mod recipe;
mod rule;
mod rule_use;

pub use builtin::built_in_rules;
pub use expectation::{Annotated, ExampleFailure, FailureKind};
pub use fix::{EditRule, FixItem, FixRule};
pub use foreign::{ImportError, Imported, import, is_foreign};
pub use page::{Example, Page, PageError, Problem};
pub use recipe::{RecipeError, fill};
pub use rule::{
    Argument, ArgumentName, CallItem, Condition, Detector, Keyword, List, Pattern, Query, Rule, Scope, Sink, SinkKind,
    Test, Text,
};
pub use rule_use::RuleUse;
