use super::*;
use crate::prompt::front::front;

/// Front matter and text, as most formats have them.
fn regions(source: &[u8]) -> Vec<Region> {
    let mut regions = Vec::new();
    let body = front(source).map_or(0, |front| front.span.end);
    read_settings(&source[..body], 0, &mut regions);
    read_body(source, body, &mut regions);
    regions
}

fn parts(source: &str) -> Vec<(&str, RegionKind)> {
    regions(source.as_bytes())
        .into_iter()
        .map(|(span, kind)| (&source[span.range()], kind))
        .collect()
}

fn of_kind(source: &str, kind: RegionKind) -> Vec<&str> {
    parts(source)
        .into_iter()
        .filter(|part| part.1 == kind)
        .map(|part| part.0)
        .collect()
}

#[test]
fn dotprompt_front_matter_may_follow_licence_lines() {
    let source = "# Copyright\n\n---\nmodel: x\n---\nHello {{name}}.\n";

    let parts = parts(source);

    assert_eq!(
        parts[0],
        ("# Copyright\n\n---\nmodel: x\n---\n", RegionKind::FrontMatter)
    );
    assert_eq!(parts[1], ("Hello ", RegionKind::Literal));
    assert_eq!(parts[2], ("{{name}}", RegionKind::Placeholder));
    assert_eq!(parts[3], (".\n", RegionKind::Literal));
}

#[test]
fn a_heading_and_a_ruler_are_no_front_matter() {
    let source = "# Title\n\n---\nSome prose here.\n\n---\nMore.\n";

    assert_eq!(of_kind(source, RegionKind::FrontMatter), [""; 0]);
}

#[test]
fn front_matter_without_an_end_is_literal() {
    assert_eq!(parts("---\na: b\n"), [("---\na: b\n", RegionKind::Literal)]);
}

#[test]
fn a_reference_in_front_matter_is_a_placeholder() {
    let source = "---\napiKey: ${env:KEY}\n---\n";

    assert_eq!(of_kind(source, RegionKind::Placeholder), ["${env:KEY}"]);
}

#[test]
fn every_engine_is_seen() {
    let source = "{{a}} {{{b}}} {{#if c}}x{{/if}} {% if d %} {%- e -%} ${f} ${input:g:hint} {h}";

    let expected = "{{a}} {{{b}}} {{#if c}} {{/if}} {% if d %} {%- e -%} ${f} ${input:g:hint} {h}";
    assert_eq!(of_kind(source, RegionKind::Placeholder).join(" "), expected);
}

#[test]
fn braces_around_other_than_a_name_are_literal() {
    assert_eq!(
        of_kind("{\"a\": 1} {a: b} {} {1} {a-b}", RegionKind::Placeholder),
        [""; 0]
    );
}

#[test]
fn an_escaped_mustache_is_literal() {
    assert_eq!(of_kind(r"a \{{b}} c", RegionKind::Placeholder), [""; 0]);
    assert_eq!(of_kind(r"a \\{{b}} c", RegionKind::Placeholder), ["{{b}}"]);
}

#[test]
fn comments_of_every_engine_are_comments() {
    let source = "{{! a }} {{!-- b }} --}} {# c #} <!-- d\n --> {{~!-- e --~}} <!-->";

    let expected = [
        "{{! a }}",
        "{{!-- b }} --}}",
        "{# c #}",
        "<!-- d\n -->",
        "{{~!-- e --~}}",
        "<!-->",
    ];
    assert_eq!(of_kind(source, RegionKind::Comment), expected);
}

#[test]
fn a_comment_without_an_end_is_literal() {
    for source in ["<!-- a\nb", "{{!-- a\nb", "{{! a\n\nb }}", "{# a\nb"] {
        assert_eq!(parts(source), [(source, RegionKind::Literal)], "{source}");
    }
}

#[test]
fn a_placeholder_without_an_end_stops_at_the_line() {
    let source = "a {{b\nc\n\n{{d}} {% e\n\nf";

    assert_eq!(of_kind(source, RegionKind::Placeholder), ["{{b", "{{d}}", "{% e"]);
}

#[test]
fn a_fence_holds_its_lines_without_placeholders() {
    let source = "a\n  ```sh\ncd {{dir}}\n```` \nb\n";

    let expected = [
        ("a\n", RegionKind::Literal),
        ("  ```sh\ncd ", RegionKind::Fence),
        ("{{dir}}", RegionKind::Placeholder),
        ("\n```` \n", RegionKind::Fence),
        ("b\n", RegionKind::Literal),
    ];
    assert_eq!(parts(source), expected);
}

#[test]
fn a_fence_without_an_end_runs_to_the_end() {
    assert_eq!(
        of_kind("a\n~~~\n<!-- b -->\n```\nc", RegionKind::Fence),
        ["~~~\n<!-- b -->\n```\nc"]
    );
}

#[test]
fn regions_cover_every_byte_once_whatever_the_bytes() {
    let alphabet = b"{}!-#%$\\\n`~<>a\xff+";
    let mut state = 7_u32;
    for _ in 0..20_000 {
        let mut source = Vec::new();
        for _ in 0..24 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            source.push(alphabet[(state >> 24) as usize % alphabet.len()]);
        }

        let mut end = 0;
        for region in regions(&source) {
            assert!(region.0.start == end && !region.0.is_empty(), "{source:?}");
            end = region.0.end;
        }
        assert_eq!(end, source.len(), "{source:?}");
    }
}
