//! What is found here is what tree-sitter finds.

use std::collections::BTreeSet;
use std::ops::Range;

use proptest::prelude::*;
use tree_sitter::{Language, Query, QueryCursor, StreamingIterator as _, Tree};
use weighbridge_rules::{Detector, Page, Rule, built_in_rules};

use super::SmallQuery;
use crate::code::parse::CodeParser;
use crate::compile::grammars;
use crate::python;

/// The built-in rules that are queries, with what they say.
fn queries() -> impl Iterator<Item = (&'static Rule, &'static str)> {
    built_in_rules().iter().filter_map(|rule| match &rule.detector {
        Detector::Query(query) => Some((rule, query.source.as_ref())),
        _ => None,
    })
}

/// The examples of a page.
fn examples(rule: &Rule) -> Vec<String> {
    let page = Page::parse(rule.id.as_str(), &rule.page).unwrap();
    page.examples.into_iter().map(|example| example.text).collect()
}

fn parsed(text: &str, grammar: &Language) -> Tree {
    CodeParser::new(grammar).parse(text.as_bytes()).unwrap()
}

/// The captures of a match, by name.
type Found = BTreeSet<Vec<(String, usize, usize)>>;

/// What tree-sitter finds.
fn expected(query: &Query, tree: &Tree, text: &str, range: Range<usize>) -> Found {
    let mut cursor = QueryCursor::new();
    cursor.set_byte_range(range);
    let mut matches = cursor.matches(query, tree.root_node(), text.as_bytes());
    let mut found = Found::new();
    while let Some(matched) = matches.next() {
        let captures = matched.captures().iter().map(|capture| {
            let name = query.capture_names()[capture.index as usize];
            (name.to_owned(), capture.node.start_byte(), capture.node.end_byte())
        });
        let mut captures: Vec<_> = captures.collect();
        captures.sort();
        found.insert(captures);
    }
    found
}

/// What is found here.
fn found(query: &SmallQuery, tree: &Tree, text: &str, range: &Range<usize>) -> Found {
    let mut found = Found::new();
    query.for_each_match(tree, text.as_bytes(), range, |matched| {
        let nodes = query
            .captures
            .iter()
            .filter_map(|name| Some((name, matched.node(name)?)));
        let captures = nodes.map(|(name, node)| (name.clone(), node.start_byte(), node.end_byte()));
        let mut captures: Vec<_> = captures.collect();
        captures.sort();
        found.insert(captures);
    });
    found
}

/// The `@finding`s alone: of several matches with the same one tree-sitter drops some.
fn findings(found: &Found) -> BTreeSet<(usize, usize)> {
    let captures = found.iter().flatten().filter(|(name, ..)| name == "finding");
    captures.map(|(_, start, end)| (*start, *end)).collect()
}

#[test]
fn every_built_in_query_is_small() {
    for (rule, query) in queries() {
        for grammar in grammars(rule) {
            assert!(SmallQuery::read(query, &grammar).is_some(), "{}", rule.id);
        }
    }
}

#[test]
fn examples_give_what_tree_sitter_finds() {
    let mut count = 0;
    for (rule, query) in queries() {
        for grammar in grammars(rule) {
            let small = SmallQuery::read(query, &grammar).unwrap();
            let whole = Query::new(&grammar, query).unwrap();
            for text in examples(rule) {
                let tree = parsed(&text, &grammar);
                let middle = text.len() / 2;
                for range in [0..text.len(), 0..middle, middle..text.len(), middle..middle + 1] {
                    let found = found(&small, &tree, &text, &range);
                    assert_eq!(found, expected(&whole, &tree, &text, range), "{}: {text}", rule.id);
                    count += found.len();
                }
            }
        }
    }
    assert!(count > 500, "{count}");
}

#[test]
fn anchors_fields_and_alternatives_are_those_of_tree_sitter() {
    let grammar = python::grammar::language();
    let text = "f(a, b, c)\nf(a, # x\n  b)\nf()\nf(1, k=2)\nx = [1, 'a', {}, (a)]\nfor i in x: pass\nelse: pass\na.b.c = d = 1\nf(g(h(1), 2), 3)\n";
    let tree = parsed(text, &grammar);
    for query in [
        "(call arguments: (argument_list . (_) @a)) @finding",
        "(call arguments: (argument_list (_) @a .)) @finding",
        "(call arguments: (argument_list . (_) @a .)) @finding",
        "(argument_list (identifier) @a . (identifier) @b) @finding",
        "(argument_list (identifier) @a (identifier) @b) @finding",
        "(argument_list . \"(\" . \")\") @finding",
        "(argument_list \"(\" \",\" @a \")\") @finding",
        "(argument_list (_) \",\" . (_) @a) @finding",
        "(list [(integer) (string)] @a . [(string) (dictionary)] @b) @finding",
        "(call function: [(identifier) (attribute)] @f arguments: (argument_list [(integer) (call function: (_) @g)])) @finding",
        "[(list) (for_statement alternative: (_) @else)] @finding",
        "(assignment left: (_) @l right: [(assignment right: (_) @r) (list)]) @finding",
        "((call function: (_) @f arguments: (argument_list (call function: (_) @g))) @finding (#not-eq? @f @g))",
        "(call (identifier) @f (#any-of? @f \"f\" \"h\") (#not-match? @f \"h\")) @finding",
        "; a comment\n(_ (integer) @a) @finding @twice",
        "(module (expression_statement (call)) (expression_statement (assignment) @finding))",
    ] {
        let small = SmallQuery::read(query, &grammar).unwrap_or_else(|| panic!("{query}"));
        let whole = Query::new(&grammar, query).unwrap();

        let found = found(&small, &tree, text, &(0..text.len()));

        assert_eq!(found, expected(&whole, &tree, text, 0..text.len()), "{query}");
        assert!(!found.is_empty(), "{query}");
    }
}

#[test]
fn what_is_more_is_left_to_tree_sitter() {
    let grammar = python::grammar::language();
    for query in [
        "(call)? @finding",
        "(module (expression_statement)+ @finding)",
        "((call) @finding . (call))",
        "(call !arguments) @finding",
        "(expression) @finding",
        "(ERROR) @finding",
        "(MISSING) @finding",
        "(call _ @finding)",
        "(call) @finding (#eq? @finding \"a\")",
        "((call) @finding (#any-eq? @finding \"a\"))",
        "((call) @finding (#set! a b))",
        "(no_such_node) @finding",
        "(call no_field: (_)) @finding",
        "(call @finding",
        "(call) @finding)",
        "\"a",
    ] {
        assert!(SmallQuery::read(query, &grammar).is_none(), "{query}");
    }
}

#[test]
fn many_ways_end() {
    let grammar = python::grammar::language();
    let text = format!("f({})", "a, ".repeat(20_000));
    let tree = parsed(&text, &grammar);
    let query = "(argument_list (identifier) @a (identifier) @b (identifier) @c (#eq? @c \"d\")) @finding";
    let small = SmallQuery::read(query, &grammar).unwrap();

    assert!(found(&small, &tree, &text, &(0..text.len())).is_empty());
}

proptest! {
    /// Pieces of examples in any order, so that trees have errors in them.
    #[test]
    fn broken_text_gives_what_tree_sitter_finds(
        index in any::<prop::sample::Index>(),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6),
    ) {
        let all: Vec<_> = queries().collect();
        let (rule, query) = *index.get(&all);
        let examples = examples(rule);
        let text: String = cuts.iter().map(|(example, from, to)| {
            let example = example.get(&examples);
            let (from, to) = (from.index(example.len() + 1), to.index(example.len() + 1));
            let (from, to) = (example.floor_char_boundary(from.min(to)), example.floor_char_boundary(from.max(to)));
            &example[from..to]
        }).collect();
        for grammar in grammars(rule) {
            let tree = parsed(&text, &grammar);
            let small = SmallQuery::read(query, &grammar).unwrap();
            let whole = Query::new(&grammar, query).unwrap();

            let found = found(&small, &tree, &text, &(0..text.len()));

            prop_assert_eq!(findings(&found), findings(&expected(&whole, &tree, &text, 0..text.len())), "{}: {}", rule.id, text);
        }
    }
}
