//! Sets of rules: those that are built in, and pages that need one step of the engine only.

use weighbridge_core::Severity;
use weighbridge_rules::{Page, Rule, built_in_rules};
use weighbridge_scan::RuleUse;

/// The front matter that the pages below share.
const FRONT: &str = r#"+++
summary = "a page of the benchmarks"
severity = "low"
confidence = "low"
since = "0.1.0"
languages = ["python"]
"#;

/// A word that must stand in a string: needs the lexer, and finds nothing where the word stands in code.
pub(crate) const STRINGS_ONLY: &str = r#"keywords = ["quixotic"]

[pattern]
regions = ["string"]
+++

Needs regions.

## Pattern

```regex
quixotic
```
"#;

/// A call with a condition that the text does not satisfy.
pub(crate) const CALLS: &str = r"+++

Needs trees.

## Calls

- `quixotic`, `package.quixotic`
  - `0` is not literal
  - `mode` is present
";

/// A query that the text does not satisfy.
pub(crate) const QUERY: &str = r#"keywords = ["quixotic"]
+++

Needs trees and a query.

## Query

```query
((assert_statement (identifier) @condition) @finding
  (#match? @condition "^quixotic$"))
```
"#;

/// An expression that begins to match and then does not.
pub(crate) const PATTERN: &str = r#"keywords = ["quixotic-"]
+++

Needs an expression.

## Pattern

```regex
\bquixotic-[0-9a-f]{16}\b
```
"#;

/// Every built-in rule of the default profile.
pub(crate) fn all() -> Vec<Rule> {
    built_in_rules().iter().filter(|rule| rule.default).cloned().collect()
}

/// Every built-in rule on a shelf.
pub(crate) fn of_shelf(shelf: &str) -> Vec<Rule> {
    let rules = built_in_rules().iter();
    rules.filter(|rule| rule.id.shelf() == shelf).cloned().collect()
}

/// The rule on one of the pages above.
pub(crate) fn of_page(text: &str) -> Rule {
    let page = Page::parse("bench/page", &format!("{FRONT}{text}"));
    page.expect("the pages above are right").rule
}

/// The rules as a run uses them.
pub(crate) fn uses(rules: &[Rule]) -> Vec<RuleUse<'_>> {
    let uses = rules.iter().map(|rule| RuleUse {
        rule,
        reported: true,
        severity: Severity::Low,
    });
    uses.collect()
}
