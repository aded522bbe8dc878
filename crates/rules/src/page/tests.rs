//! Pages as a writer would get them wrong.

use super::*;
use weighbridge_core::Origin;

use crate::rule::{Argument, ArgumentName, SinkKind, Test};

const PAGE: &str = r#"+++
summary = "`pickle` runs code while it loads"
severity = "high"
confidence = "high"
since = "0.1.0"
languages = ["python"]
+++

Loading a pickle executes it.

## Calls

- `pickle.load`, `pickle.loads`
- `yaml.load`
  - `1` or `Loader` is missing or is not one of `yaml.SafeLoader`, `yaml.CSafeLoader`

## Flagged

```py
pickle.load(f)  # expect: python/x
```

## Clean

```py
json.load(f)
```
"#;

fn error(page: &str) -> String {
    let error = Page::parse("python/x", page).expect_err("the page is wrong");
    format!("{error}; {}", error.hint())
}

#[test]
fn a_page_becomes_a_rule() {
    let page = Page::parse("python/x", PAGE).expect("the page is right");

    let Detector::Calls(items) = &page.rule.detector else {
        panic!("{:?}", page.rule.detector)
    };
    assert!(items[0].names.iter().eq(["pickle.load", "pickle.loads"]));
    let condition = &items[1].conditions[0];
    assert_eq!(
        condition.argument,
        Argument::Given(vec![ArgumentName::Position(1), ArgumentName::Keyword("Loader".into())].into())
    );
    assert!(matches!(condition.tests.as_ref(), [Test::Missing, Test::NotOneOf(names)] if names.len() == 2));
    assert_eq!(page.examples.len(), 2);
    assert_eq!(page.examples[0].line, 20);
    assert_eq!(page.explanation, "Loading a pickle executes it.");
}

#[test]
fn a_mistyped_key_is_named_with_its_line() {
    let message = error(&PAGE.replace("severity =", "severty ="));

    assert!(
        message.starts_with("page `python/x`, line 3: unknown field `severty`"),
        "{message}"
    );
    assert!(message.ends_with("did you mean `severity`?"), "{message}");
}

#[test]
fn a_mistyped_section_is_not_passed_over() {
    assert_eq!(
        error(&PAGE.replace("## Flagged", "## Flaged")),
        "page `python/x`, line 17: unknown section `## Flaged`; did you mean `## Flagged`?"
    );
}

#[test]
fn a_condition_outside_the_grammar_says_what_was_expected() {
    let message = error(&PAGE.replace("is missing or", "is absent or"));

    assert!(
        message.starts_with("page `python/x`, line 15: cannot read the condition “`1` or `Loader` is absent"),
        "{message}"
    );
}

#[test]
fn an_unknown_level_lists_the_known_ones() {
    let message = error(&PAGE.replace("\"high\"\nconf", "\"severe\"\nconf"));

    assert!(
        message.contains("unknown level `severe`; known are info, low, medium, high, critical"),
        "{message}"
    );
}

#[test]
fn a_page_without_detector_or_with_two_is_refused() {
    assert!(error(&PAGE.replace("## Calls", "")).contains("nothing about how to find it"));
    let two = PAGE.replace("## Flagged", "## Query\n\n```query\n(call) @finding\n```\n\n## Flagged");
    assert!(error(&two).contains("two detectors"));
}

fn with_fix(fix: &str) -> String {
    PAGE.replace("## Flagged", &format!("## Fix\n\n{fix}\n\n## Flagged"))
}

#[test]
fn a_fix_is_for_all_calls_or_for_those_it_names() {
    let page = with_fix(
        "Safe: all stays.\n\n- `yaml.load`\n  - `1` is missing\n  - call `yaml.safe_load`\n- set `a` or `1` to `f(x)`\n- append `.b`",
    );

    let fix = Page::parse("python/x", &page).unwrap().rule.fix.unwrap();

    assert_eq!(fix.applicability, weighbridge_core::Applicability::Safe);
    let [first, second] = fix.items.as_ref() else {
        panic!("{fix:?}")
    };
    assert_eq!(
        (first.names.as_ref(), first.conditions.len(), first.edits.len()),
        (&["yaml.load".into()][..], 1, 1)
    );
    assert_eq!((second.names.len(), second.edits.len()), (0, 2));
    assert_eq!(fix.items_for("yaml.load").count(), 2);
    assert_eq!(fix.items_for("pickle.load").count(), 1);
}

#[test]
fn a_wrong_fix_is_named_with_its_line() {
    let error = |fix: &str| error(&with_fix(fix));
    assert!(
        error("- append `x`")
            .contains("line 17: the section `## Fix` does not begin with `Safe:` or `Unsafe:`; say behind it why")
    );
    assert!(error("Safe: yes.").contains("line 17: the section `## Fix` names no edit"));
    assert!(error("Safe: y.\n\n- `yaml.load`").contains("line 17: the section `## Fix` names no edit"));
    assert!(
        error("Safe: y.\n\n- `yaml.lod`\n  - append `x`").contains("line 21: `yaml.lod` has a fix, but is not among")
    );
    assert!(
        error("Safe: y.\n\n- change `x`").contains("line 21: cannot use the edit “change `x`”: expected `call`, `set`")
    );
    assert!(error("Safe: y.\n\n- remove `x` now").contains("expected the end of the edit"));
    assert!(error("Safe: y.\n\n- call `a b`").contains("expected a qualified name"));
    assert!(error("Safe: y.\n\n- replace `@value` with `x`").contains("expected a page with `## Query`"));
}

#[test]
fn a_sink_says_what_it_does_and_where_it_is() {
    let with_sink = PAGE.replace(
        "languages =",
        "sink = \"code\"\nonly-from = [\"llm\"]\nconstant = \"clean\"\nlanguages =",
    );
    let page = with_sink.replace("- `yaml.load`\n", "- `yaml.load`\n  - the sink is `0` or `stream`\n");

    let rule = Page::parse("python/x", &page).expect("the page is right").rule;

    let sink = rule.sink.expect("the page has a sink");
    assert_eq!(
        (sink.kind, sink.only_from.as_ref(), sink.constant_is_clean),
        (SinkKind::Code, &[Origin::Llm][..], true)
    );
    let Detector::Calls(items) = &rule.detector else {
        panic!("{:?}", rule.detector)
    };
    assert!(items[0].sink.is_empty());
    assert_eq!(
        items[1].sink.as_ref(),
        [ArgumentName::Position(0), ArgumentName::Keyword("stream".into())]
    );
    assert_eq!(
        error(&with_sink),
        "page `python/x`, line 14: the page has a sink, and no item of `## Calls` says where; \
         add an item below the names: the sink is `0` or `args`"
    );
}

#[test]
fn half_a_sink_is_an_error_on_its_line() {
    let item = |text: &str| PAGE.replace("- `yaml.load`\n", &format!("- `yaml.load`\n  - {text}\n"));

    assert_eq!(
        error(&item("the sink is `0`")),
        "page `python/x`, line 15: `sink` is missing: an item says where the sink is, and nothing what it does; \
         add for example `sink = \"command\"` to the front matter"
    );
    let message = error(&item("the sink `0`"));
    assert!(
        message.starts_with("page `python/x`, line 15: cannot read the condition “the sink `0`”"),
        "{message}"
    );
    let unknown = error(&PAGE.replace("languages =", "sink = \"shell\"\nlanguages ="));
    assert!(
        unknown.starts_with("page `python/x`, line 6: unknown variant `shell`"),
        "{unknown}"
    );
    let lone = error(&PAGE.replace("languages =", "only-from = [\"llm\"]\nlanguages ="));
    assert!(lone.contains("`sink` is missing"), "{lone}");
}
