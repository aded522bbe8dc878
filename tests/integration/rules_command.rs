//! `rules list`, `rules test` and `explain`.

use std::fs;

use crate::support::{Folder, MARKER_PAGE};

#[test]
fn the_list_holds_every_rule_in_order() {
    let folder = Folder::with_pages();
    let built_in = weighbridge_rules::built_in_rules().len();

    let table = folder.run(["rules", "list"]).exits_with(0).stdout;
    let json = folder
        .run(["rules", "list", "--format", "json", "--rules", "pages"])
        .exits_with(0)
        .json();

    assert_eq!(table.lines().count(), built_in);
    assert!(table.lines().map(|line| line.split(' ').next().unwrap()).is_sorted());
    let own: Vec<_> = json
        .as_array()
        .unwrap()
        .iter()
        .filter(|rule| rule["built_in"] == false)
        .collect();
    assert_eq!(json.as_array().unwrap().len(), built_in + 2);
    assert_eq!(own[0]["id"], "test/marker");
}

#[test]
fn the_list_can_be_narrowed_by_shelf_name_and_code() {
    let folder = Folder::with_pages();
    let ids = |selectors: &[&str]| {
        let fixed = ["rules", "list", "--rules", "pages", "--format", "json"];
        let list = folder.run([&fixed, selectors].concat()).exits_with(0).json();
        let ids = list.as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap());
        ids.map(str::to_owned).collect::<Vec<_>>()
    };

    assert_eq!(ids(&["test/*"]), ["test/marker", "test/secret"]);
    assert_eq!(ids(&["secret", "T100", "test/secret"]), ["test/marker", "test/secret"]);
    folder
        .run(["rules", "list", "python"])
        .exits_with(2)
        .says("did you mean `python/*`?");
}

#[test]
fn explain_prints_the_page() {
    let folder = Folder::with_pages();
    let explain = |name: &str| folder.run(["explain", name, "--rules", "pages"]);

    for name in ["test/marker", "marker", "T100", "t100"] {
        explain(name)
            .exits_with(0)
            .prints("# test/marker")
            .prints("Markers are for tests only.")
            .prints("remove the marker");
    }
    explain("test/markre").exits_with(2).says("did you mean `test/marker`?");
    explain("markre").exits_with(2).says("did you mean `test/marker`?");
    explain("qqqqqq").exits_with(2).says("rules list");
}

#[test]
fn every_built_in_rule_can_be_explained() {
    let folder = Folder::new();
    for rule in weighbridge_rules::built_in_rules() {
        folder
            .run(["explain", rule.id.as_str()])
            .exits_with(0)
            .prints(&rule.summary);
    }
}

#[test]
fn a_name_that_several_rules_have_is_refused() {
    let folder = Folder::with_pages();
    folder.write(
        "pages/other/marker.md",
        MARKER_PAGE.replace("test/marker", "other/marker"),
    );

    let ran = folder.run(["explain", "marker", "--rules", "pages"]);

    ran.exits_with(2).says("choose one of `other/marker`, `test/marker`");
}

#[test]
fn correct_pages_pass() {
    let folder = Folder::new();
    folder.write("pages/test/marker.md", MARKER_PAGE);
    folder.write("pages/README.md", "no page\n");

    folder
        .run(["rules", "test", "pages"])
        .exits_with(0)
        .says("1 of 1 pages are correct");
}

#[test]
fn a_wrong_example_is_named_with_its_line() {
    let folder = Folder::new();
    let page = MARKER_PAGE.replace("MARKER- without a number", "MARKER-5 with a number");
    let line = 1 + page.lines().position(|line| line == "MARKER-5 with a number").unwrap();
    folder.write("pages/test/marker.md", page);

    folder
        .run(["rules", "test", "pages"])
        .exits_with(1)
        .prints(&format!("pages/test/marker.md: line {line}: "))
        .says("0 of 1 pages are correct");
}

#[test]
fn a_page_that_cannot_be_read_is_wrong_use_and_hides_no_other() {
    let folder = Folder::new();
    folder.write("pages/test/bad.md", MARKER_PAGE.replace("severity", "severty"));
    folder.write("pages/test/worse.md", MARKER_PAGE.replace("MARKER-[0-9]+", "MARKER-["));
    folder.write("pages/test/wrong.md", MARKER_PAGE);
    folder.write("pages/stray.md", MARKER_PAGE);

    let ran = folder.run(["rules", "test", "pages"]).exits_with(2);

    let ran = ran
        .says("cannot use the page `pages/test/bad.md`")
        .says("did you mean `severity`?");
    // `wrong.md` expects the findings of another rule.
    ran.says("pages/test/worse.md")
        .says("`stray` is not a rule id")
        .prints("pages/test/wrong.md: line ");
}

#[test]
fn a_bad_page_stops_a_scan() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1\n");

    folder.write("pages/test/bad.md", MARKER_PAGE.replace("MARKER-[0-9]+", "MARKER-["));
    folder.scan(["a.txt"]).exits_with(2).says("test/bad");
    folder.write("pages/test/bad.md", "no page");
    folder
        .scan(["a.txt"])
        .exits_with(2)
        .says("cannot use the page `pages/test/bad.md`");
}

#[test]
fn a_rule_of_the_house_is_not_replaced() {
    let folder = Folder::new();
    let id = weighbridge_rules::built_in_rules()[0].id.to_string();
    folder.write(format!("pages/{id}.md"), MARKER_PAGE);

    folder
        .run(["scan", ".", "--rules", "pages"])
        .exits_with(2)
        .says("exists already");
}

#[test]
fn an_empty_folder_of_pages_is_a_mistake() {
    let folder = Folder::new();
    fs::create_dir(folder.path().join("pages")).unwrap();

    folder
        .run(["rules", "test", "pages"])
        .exits_with(2)
        .says("there is no rule page in `pages`");
}

const QUERY_PAGE: &str = r#"+++
summary = "A text asks for everything"
severity = "low"
confidence = "low"
since = "0.1.0"
languages = ["python"]
keywords = [["everything", "of"]]
statement = '"everything of'
+++

Ask for less.

## Query

```query
((string) @finding (#match? @finding "everything"))
```

## Flagged

```py
x = "everything of it"  # expect: test/asks
```

## Clean

```py
x = "ask of everything"
```

```py
x = "everything"
y = "of"
```
"#;

#[test]
fn an_expression_keeps_statements_from_a_query() {
    let folder = Folder::new();
    let test = |page: &str| {
        folder.write("pages/test/asks.md", page);
        folder.run(["rules", "test", "pages"])
    };

    test(QUERY_PAGE).exits_with(0);
    let unsifted = QUERY_PAGE.replace("statement = '\"everything of'\n", "");
    test(&unsifted)
        .exits_with(1)
        .prints("line 27: a finding that the page does not expect");
    test(&QUERY_PAGE.replace("'\"everything of'", "'(every'"))
        .exits_with(2)
        .says("the expression `(every` does not compile");
    test(&QUERY_PAGE.replace("statement = ", "scope = \"file\"\nstatement = "))
        .exits_with(2)
        .says("`statement` has no use where `scope` is `file`");
}
