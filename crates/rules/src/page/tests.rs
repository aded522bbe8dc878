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
