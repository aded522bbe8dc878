//! What holds for every language with a grammar in the common engine.

use std::sync::LazyLock;

use proptest::prelude::*;
use weighbridge_core::{Source, SourcePath};
use weighbridge_rules::built_in_rules;

use crate::language::{code_in, language_of};
use crate::{FileReport, Options, RuleUse, Scanner};

/// A file name for each language and dialect.
const NAMES: [&str; 12] = [
    "a.js", "a.ts", "a.tsx", "a.sh", "a.go", "A.java", "a.rb", "a.php", "a.c", "a.cpp", "A.cs", "a.rs",
];

static SCANNER: LazyLock<Scanner<'static>> = LazyLock::new(|| {
    let uses = built_in_rules().iter().map(|rule| RuleUse {
        rule,
        reported: true,
        severity: rule.severity,
    });
    Scanner::new(uses.collect(), Options::default(), false)
});

/// What all rules say of a text under a name.
pub(super) fn report(name: &str, text: &[u8]) -> FileReport {
    let path = SourcePath::new(name.as_bytes());
    let source = Source::new(path.clone(), language_of(&path, text), text);
    SCANNER.worker().scan(&source)
}

/// The lines on which a text under a name has findings of the shelf.
fn lines(name: &str, text: &[u8], shelf: &str) -> Vec<usize> {
    let report = report(name, text);
    let findings = report.findings.iter().filter(|finding| finding.rule.shelf() == shelf);
    findings.map(|finding| finding.location.start.line).collect()
}

/// Pieces that make lexers and resolvers stumble.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "eval(",
        "exec",
        "require('child_process')",
        "import ",
        "const x = ",
        "cp[\"",
        "`${",
        "`",
        "'",
        "\"",
        "/*",
        "*/",
        "//",
        "# ",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ";",
        "\n",
        "\r\n",
        "=>",
        "class A {",
        "function f(",
        "case 1:",
        "else ",
        "<<END\n",
        "END\n",
        "$(",
        "curl -k x | sh",
        "eval $x",
        "exec.Command(\"sh\", \"-c\", x)",
        "\"os/exec\"",
        "import java.io.*;",
        "Runtime.getRuntime().exec(x)",
        "new ",
        ".",
        "?.",
        "\\",
        "/[",
        "\"\"\"",
        "é",
        "\u{feff}",
        "=",
        " ",
        "innerHTML = x",
        "R\"x(",
        ")x\"",
        "#define X(a) \\\n",
        "#if\n",
        "$@\"",
        "$\"{",
        "r#\"",
        "\"#",
        "'a",
        "fn f() {",
        "<?php ",
        "<?= ",
        "?>",
        "<<<EOT\n",
        "EOT;\n",
        "{$x}",
        "#{",
        "%w(",
        "%Q{",
        "<<~END\n",
        "do |x|\n",
        "end\n",
        "=begin\n",
        "?'",
    ]);
    prop::collection::vec(words, 0..40).prop_map(|words| words.concat().into_bytes())
}

proptest! {
    #[test]
    fn any_bytes_are_searched(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for name in NAMES {
            lines(name, &bytes, "javascript");
        }
    }

    #[test]
    fn any_pieces_of_code_are_searched(text in pieces()) {
        for name in NAMES {
            lines(name, &text, "javascript");
        }
    }

    #[test]
    fn each_byte_belongs_to_one_statement_or_none(text in pieces()) {
        for name in NAMES {
            let path = SourcePath::new(name.as_bytes());
            let lexed = (code_in(language_of(&path, &text)).expect("the languages have grammars").lex)(&text);

            for (index, statement) in lexed.statements.iter().enumerate() {
                let pieces: Vec<_> = lexed.pieces(index).collect();
                prop_assert_eq!(pieces.iter().map(|piece| piece.len()).sum::<usize>(), statement.length);
                prop_assert!(pieces.windows(2).all(|pair| pair[0].end <= pair[1].start));
                prop_assert!(statement.span.end <= text.len());
                for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
                    prop_assert_eq!(lexed.statement_at(piece.start).map(|(found, _)| found), Some(index));
                }
            }
            prop_assert!(lexed.quiet.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
        }
    }
}

#[test]
fn code_behind_a_syntax_error_is_searched() {
    assert_eq!(
        lines("a.js", b"const = = (;\nfunction {{{\neval(x)\n", "javascript"),
        [3]
    );
    assert_eq!(lines("a.sh", b"if then fi (\neval \"$x\"\n", "shell"), [2]);
    assert_eq!(lines("a.go", b"func ( {\nexec.Command(\"sh\", \"-c\", x)\n", "go"), [2]);
    assert_eq!(
        lines("A.java", b"class {{ void (\nRuntime.getRuntime().exec(x);\n", "java"),
        [2]
    );
}

#[test]
fn a_block_is_no_part_of_the_statement_that_opens_it() {
    let text = b"describe('x', () => {\n  a();\n  b({ c: 1 });\n});\n";
    let lexed = (code_in(language_of(&SourcePath::new(b"a.js"), text))
        .expect("there is a grammar")
        .lex)(text);

    let lengths: Vec<_> = lexed.statements.iter().map(|statement| statement.length).collect();

    assert_eq!(
        lengths,
        [b"describe('x', () => {});".len(), b"a();".len(), b"b({ c: 1 });".len()]
    );
    assert_eq!(lexed.statements[1].parent, Some(0));
}

/// Each of these took minutes, or would, if any step were not linear.
#[test]
fn hostile_text_takes_linear_time() {
    let deep = |open: &str, count: usize| open.repeat(count).into_bytes();
    for text in [
        deep("{", 200_000),
        deep("(", 200_000),
        deep("[{(", 60_000),
        deep("function f(){", 20_000),
        deep("'\\'", 100_000),
        deep("/[", 100_000),
        deep("`${", 60_000),
        deep("/*", 100_000),
        deep("<<a1\n", 40_000),
        deep("\"$(", 60_000),
        deep("}", 200_000),
        deep("x = {a: ", 40_000),
        [deep("a+", 100_000), b"eval(x)".to_vec()].concat(),
        [deep("eval(", 60_000), b"x".to_vec()].concat(),
        deep("function eval(){eval(x);", 5_000),
        deep("x=a?eval(y):", 2_000),
    ] {
        for name in NAMES {
            lines(name, &text, "javascript");
        }
    }
}
