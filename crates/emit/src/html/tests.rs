//! What a browser must be able to rely on; `tests/formats/page.py` looks at the whole page.

use super::*;
use crate::{Format, sample};

#[test]
fn html() {
    // The style and the script are files of their own.
    let page = sample::emitted(Format::Html).replace(STYLE, "…").replace(SCRIPT, "…");

    insta::assert_snapshot!(page);
}

#[test]
fn a_clean_run_is_a_page_without_a_filter() {
    let page = sample::emitted_from(Format::Html, &Report::default());

    assert!(page.contains("<h1><span class=\"passed\">passed</span>, no findings</h1>"));
    assert!(!page.contains("<form"));
}

#[test]
fn the_policy_names_the_style_and_the_script_as_they_stand_in_the_page() {
    let page = sample::emitted(Format::Html);

    for (element, directive) in [("style", "style-src"), ("script", "script-src")] {
        let (_, rest) = page.split_once(&format!("<{element}>")).unwrap();
        let (text, _) = rest.split_once(&format!("</{element}>")).unwrap();
        assert!(
            page.contains(&format!("{directive} '{}'", source_of(text))),
            "{directive}"
        );
        assert_eq!(page.matches(&format!("<{element}")).count(), 1);
    }
}

#[test]
fn digests_are_written_as_the_standard_writes_them() {
    // `printf '' | openssl dgst -sha256 -binary | base64`
    assert_eq!(source_of(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    assert_eq!(
        (base64(b"f"), base64(b"fo"), base64(b"foo")),
        ("Zg==".into(), "Zm8=".into(), "Zm9v".into())
    );
}

#[test]
fn code_in_messages_is_marked_and_stray_marks_stay() {
    assert_eq!(inline("`a<b` runs"), "<code>a&lt;b</code> runs");
    assert_eq!(inline("a ` b"), "a ` b");
}
