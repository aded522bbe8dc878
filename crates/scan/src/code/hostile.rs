//! A sink is found behind whatever stands before it, in every language of the engine.

use weighbridge_core::{Language, Source, SourcePath};

use super::tests::report;

/// A file name for each language, and a sink in it with the name of its rule.
const SINKS: [(&str, &str, &str); 11] = [
    ("a.js", "eval(x);", "javascript/eval-call"),
    ("a.ts", "eval(x);", "javascript/eval-call"),
    ("a.sh", "eval \"$x\"", "shell/eval-expansion"),
    ("a.go", "exec.Command(\"sh\", \"-c\", x)", "go/exec-sh-c"),
    ("A.java", "Runtime.getRuntime().exec(x);", "java/runtime-exec"),
    ("a.rb", "eval(x)", "ruby/eval-call"),
    ("a.php", "eval($x);", "php/eval-call"),
    ("a.c", "gets(line);", "c/gets-call"),
    ("a.cpp", "gets(line);", "c/gets-call"),
    ("A.cs", "new BinaryFormatter();", "csharp/binary-formatter"),
    ("a.rs", "md5::compute(x);", "rust/weak-hash"),
];

/// Findings and notes that such a file may have besides.
const MAX_OTHERS: usize = 8;

/// Asserts that the sink on the last line is found, in each language, and hardly anything else is said.
fn is_found_behind(text: &[u8]) {
    let mut missed = Vec::new();
    for (name, sink, rule) in SINKS {
        let whole = [text, b"\n\n", sink.as_bytes(), b"\n"].concat();
        let last = Source::new(SourcePath::new(name.as_bytes()), Language::TEXT, &whole)
            .position(text.len() + 2)
            .line;

        let report = report(name, &whole);

        let shown = text[..text.len().min(20)].escape_ascii();
        let mut lines = report.findings.iter().filter(|finding| finding.rule.as_str() == rule);
        if !lines.any(|finding| finding.location.start.line == last) {
            missed.push(name);
        }
        assert!(
            report.findings.len() <= 1 + MAX_OTHERS,
            "{name}: too many findings behind `{shown}…`"
        );
        assert!(
            report.notifications.len() <= MAX_OTHERS,
            "{name}: too many notes behind `{shown}…`"
        );
    }
    let shown = text[..text.len().min(20)].escape_ascii();
    assert!(missed.is_empty(), "not found behind `{shown}…`: {missed:?}");
}

#[test]
fn brackets() {
    is_found_behind("(".repeat(200_000).as_bytes());
    is_found_behind("{".repeat(200_000).as_bytes());
    is_found_behind("[{(".repeat(60_000).as_bytes());
    is_found_behind(")".repeat(200_000).as_bytes());
}

#[test]
fn a_line_of_a_megabyte() {
    is_found_behind("a = b; ".repeat(150_000).as_bytes());
    is_found_behind("a".repeat(1 << 20).as_bytes());
}

#[test]
fn a_string_that_does_not_end() {
    is_found_behind(format!("a = \"{}", "b".repeat(100_000)).as_bytes());
    is_found_behind(format!("a = '{}", "b ".repeat(100_000)).as_bytes());
}

#[test]
fn nested_quotes() {
    is_found_behind("'\"".repeat(100_000).as_bytes());
    is_found_behind("\"'\\".repeat(60_000).as_bytes());
}

#[test]
fn random_bytes() {
    // Any sequence will do that is the same every time: a linear congruential generator.
    let mut state = 0x2545_F491_u32;
    let bytes = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    is_found_behind(&bytes.take(200_000).collect::<Vec<_>>());
}
