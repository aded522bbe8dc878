//! Suppressions that were written for other tools: `# nosec B602`, `# noqa: S602`, `# nosemgrep`, `// NOSONAR`.
//!
//! A team that accepted a finding of another tool need not accept it again. Codes are matched with the `aliases` of the pages. A bare
//! `# noqa` silences nothing: it was written about style. Which of them are no longer needed is for the other tool to say.

use std::sync::LazyLock;

use memchr::memmem;
use regex::bytes::{Captures, Regex};
use weighbridge_core::{Detection, Source, Span, SuppressedBy};
use weighbridge_rules::{Detector, Rule};

use super::{DETECTOR, is_document};
use crate::RuleUse;
use crate::structure::Structure;

/// What every one of the comments holds.
const WORDS: [&[u8]; 6] = [b"nosec", b"noqa", b"nosem", b"NOSONAR", b"ruff:", b"NOQA"];

/// A comment of another tool.
struct Comment<'t> {
    at: usize,
    covers: Covers<'t>,
    reach: Reach,
    reason: Span,
}

/// Which rules a comment is about.
enum Covers<'t> {
    /// Those with one of these codes, ids or names.
    Codes(Vec<&'t str>),
    /// Those that have a code with one of these letters: everything the other tool could have reported.
    Letters(&'static [char]),
    /// All but those for secrets and for comments of our own.
    Everything,
}

/// Which lines a comment is about.
#[derive(Clone, Copy, PartialEq)]
enum Reach {
    Statement,
    /// The statement, or the next if it stands alone.
    StatementOrNext,
    File,
}

/// How a tool writes its comments.
struct Form {
    regex: &'static str,
    /// What a comment without codes is about; nothing: it is about nothing.
    bare: Option<fn() -> Covers<'static>>,
    reach: Reach,
}

/// The group `codes` holds the codes; what follows the match is the reason. The first form that matches counts.
///
/// Sources: [bandit](https://bandit.readthedocs.io/en/latest/config.html#exclusions),
/// [gosec](https://github.com/securego/gosec#annotating-code),
/// [ruff](https://docs.astral.sh/ruff/linter/#error-suppression),
/// [semgrep](https://semgrep.dev/docs/ignoring-files-folders-code).
const FORMS: [Form; 6] = [
    Form {
        regex: r"^(?:ruff|flake8):\s*(?i:noqa):\s*(?<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)",
        bare: None,
        reach: Reach::File,
    },
    Form {
        regex: r"^ruff:\s*file-ignore\[(?<codes>[^\]]*)\]",
        bare: None,
        reach: Reach::File,
    },
    Form {
        regex: r"^ruff:\s*ignore\[(?<codes>[^\]]*)\]",
        bare: None,
        reach: Reach::StatementOrNext,
    },
    Form {
        regex: r"^(?i:noqa):\s*(?<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)",
        bare: None,
        reach: Reach::Statement,
    },
    Form {
        regex: r"^nosec\b:?(?:\s*(?<codes>[BG][0-9]{3}(?:[,\s]+[BG][0-9]{3})*))?",
        bare: Some(|| Covers::Letters(&['B', 'G'])),
        reach: Reach::Statement,
    },
    Form {
        regex: r"^(?:nosem(?:grep)?\b(?::\s*(?<codes>[\w./-]+(?:\s*,\s*[\w./-]+)*))?|NOSONAR\b)",
        bare: Some(|| Covers::Everything),
        reach: Reach::StatementOrNext,
    },
];

static REGEXES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let compiled = FORMS.iter().map(|form| Regex::new(form.regex));
    compiled
        .map(|regex| regex.expect("the expressions above are right"))
        .collect()
});

/// Marks the detections that comments of other tools cover.
pub(crate) fn apply(source: &Source<'_>, structure: &Structure, uses: &[RuleUse<'_>], detections: &mut [Detection]) {
    let is_open = |detection: &Detection| detection.reported && detection.suppression.is_none();
    if is_document(source)
        || !detections.iter().any(is_open)
        || !WORDS.iter().any(|word| memmem::find(source.bytes(), word).is_some())
    {
        return;
    }
    // Where no rule needed the structure, nobody has looked for it yet.
    let comments = match structure {
        Structure::Text => comments(source, &Structure::of(source, None)),
        known => comments(source, known),
    };
    for detection in detections.iter_mut().filter(|detection| is_open(detection)) {
        let Some(known) = uses.iter().find(|known| known.rule.id == detection.rule) else {
            continue;
        };
        let first = source.line_index(detection.scope.start.min(detection.span.start));
        let last = source.line_index(detection.scope.end.max(detection.span.end).saturating_sub(1));
        let covering = comments.iter().find(|comment| {
            let line = source.line_index(comment.at);
            let is_here = match comment.reach {
                Reach::File => true,
                Reach::Statement => (first..=last).contains(&line),
                Reach::StatementOrNext => {
                    (first..=last).contains(&line) || (line + 1 == first && stands_alone(source, line))
                }
            };
            is_here && comment.covers.holds(known.rule)
        });
        detection.suppression = covering.map(|comment| SuppressedBy {
            at: comment.at,
            reason: comment.reason,
        });
    }
}

impl Covers<'_> {
    fn holds(&self, rule: &Rule) -> bool {
        match self {
            Self::Codes(codes) => codes.iter().any(|code| is_named(rule, code)),
            Self::Letters(letters) => rule.aliases.iter().any(|alias| alias.starts_with(*letters)),
            Self::Everything => {
                let is_about_ours = matches!(&rule.detector, Detector::Code { name, .. } if name == DETECTOR);
                !rule.sensitive && !is_about_ours
            }
        }
    }
}

/// Whether a code of another tool, or the last part of a dotted id, names the rule.
fn is_named(rule: &Rule, code: &str) -> bool {
    let last = code.rsplit('.').next().unwrap_or(code);
    rule.aliases.iter().any(|alias| alias == code) || rule.id.as_str() == code || rule.id.name() == last
}

/// The comments of the file, in order.
fn comments<'t>(source: &Source<'t>, structure: &Structure) -> Vec<Comment<'t>> {
    let text = source.bytes();
    let mut starts: Vec<usize> = memmem::find_iter(text, b"#").map(|at| at + 1).collect();
    starts.extend(memmem::find_iter(text, b"//").map(|at| at + 2));
    starts.sort_unstable();
    let is_comment = |at: &usize| structure.is_comment(at - 1);
    starts
        .into_iter()
        .filter(is_comment)
        .filter_map(|start| comment(source, start))
        .collect()
}

/// The comment whose text begins at `start`.
fn comment<'t>(source: &Source<'t>, start: usize) -> Option<Comment<'t>> {
    let line = source.line_span(source.line_index(start.saturating_sub(1)));
    let text = source.bytes().get(start..line.end)?;
    let leading = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let at = start + leading;
    let text = &text[leading..];
    let (form, found) = FORMS
        .iter()
        .zip(REGEXES.iter())
        .find_map(|(form, regex)| Some((form, regex.captures(text)?)))?;
    let codes = codes(&found);
    let covers = if codes.is_empty() {
        form.bare?()
    } else {
        Covers::Codes(codes)
    };
    let end = found.get(0).map_or(0, |whole| whole.end());
    Some(Comment {
        at,
        covers,
        reach: form.reach,
        reason: reason(text, end, at),
    })
}

fn codes<'t>(found: &Captures<'t>) -> Vec<&'t str> {
    let codes = found
        .name("codes")
        .and_then(|codes| std::str::from_utf8(codes.as_bytes()).ok());
    let codes = codes.unwrap_or_default().split([',', ' ', '\t']);
    codes.filter(|code| !code.is_empty()).collect()
}

/// What stands behind the codes, up to the next comment, without dashes and colons at its beginning.
fn reason(text: &[u8], end: usize, at: usize) -> Span {
    let behind = &text[end..];
    let length = memchr::memchr(b'#', behind).unwrap_or(behind.len());
    let behind = &behind[..length];
    let skipped = behind.iter().take_while(|byte| b" \t-:".contains(byte)).count();
    let start = at + end + skipped;
    Span::new(start, start + behind[skipped..].trim_ascii_end().len())
}

fn stands_alone(source: &Source<'_>, line: usize) -> bool {
    let text = source.bytes()[source.line_span(line).range()].trim_ascii_start();
    text.starts_with(b"#") || text.starts_with(b"//")
}

#[cfg(test)]
mod tests {
    use weighbridge_core::{Language, SourcePath};
    use weighbridge_rules::built_in_rules;

    use crate::{Options, Scanner};

    use super::*;

    /// The reasons of the suppressed findings and the number of those that count.
    fn judged_as(path: &str, language: &'static str, code: &str, options: Options) -> (Vec<String>, usize) {
        let uses = built_in_rules().iter().filter(|rule| rule.default).map(|rule| RuleUse {
            rule,
            reported: true,
            severity: rule.severity,
        });
        let scanner = Scanner::new(uses.collect(), options, false);
        let source = Source::new(
            SourcePath::new(path.as_bytes()),
            Language::named(language),
            code.as_bytes(),
        );
        let findings = scanner.worker().scan(&source).findings;
        let reasons = findings.iter().filter_map(|finding| finding.suppression.as_ref());
        let reasons: Vec<_> = reasons.map(|suppression| suppression.reason.clone()).collect();
        let open = findings.len() - reasons.len();
        (reasons, open)
    }

    fn judged_in(path: &str, language: &'static str, code: &str) -> (Vec<String>, usize) {
        judged_as(path, language, code, Options::default())
    }

    fn judged(code: &str) -> (Vec<String>, usize) {
        judged_in("a.py", "python", code)
    }

    fn is_suppressed(comment: &str) -> bool {
        judged(&format!(
            "import subprocess\nsubprocess.run(a, shell=True)  {comment}\n"
        ))
        .1 == 0
    }

    #[test]
    fn codes_of_other_tools_cover_the_rules_that_carry_them() {
        for comment in [
            "# nosec",
            "#nosec B602",
            "# nosec: B404,B602",
            "# nosec B602 B607 - the command is ours",
            "# noqa: S602",
            "# NOQA: E501,S602",
            "# type: ignore  # noqa: S602",
            "# ruff: ignore[S602]",
            "# nosemgrep",
            "# nosemgrep: python.lang.security.subprocess-shell-true",
            "# NOSONAR",
        ] {
            assert!(is_suppressed(comment), "{comment}");
        }
    }

    #[test]
    fn other_codes_and_comments_about_style_cover_nothing() {
        for comment in [
            "",
            "# noqa",
            "# noqa: E501",
            "# noqa:E501 S6022",
            "# nosec B101",
            "# nosecret",
            "# nosemgrep: another-rule",
            "# ruff: noqa",
            "# see # 602 nosec",
            "; x = '# nosec'",
        ] {
            assert!(!is_suppressed(comment), "{comment}");
        }
    }

    #[test]
    fn any_line_of_the_statement_counts_and_no_other() {
        let call =
            "import subprocess\nsubprocess.run(\n    a,  # nosec\n    shell=True,\n)\nsubprocess.run(a, shell=True)\n";

        assert_eq!(judged(call), (vec![String::new()], 1));
    }

    #[test]
    fn a_comment_alone_is_for_the_next_line_where_its_tool_reads_it_so() {
        assert_eq!(judged("# nosemgrep: eval-call\neval(x)\neval(y)\n").1, 1);
        assert_eq!(judged("# ruff: ignore[S307]\neval(x)\n").1, 0);
        assert_eq!(judged("# nosec\neval(x)\n").1, 1);
    }

    #[test]
    fn a_file_can_be_excused_from_one_rule() {
        assert_eq!(judged("eval(x)\nexec(y)\n# ruff: noqa: S307\n").1, 1);
        assert_eq!(judged("eval(x)\n# flake8: noqa\n").1, 1);
    }

    #[test]
    fn the_reason_is_what_follows_the_codes() {
        assert_eq!(
            judged("eval(x)  # nosec B307 - digits only  # other\n").0,
            ["digits only"]
        );
        assert_eq!(judged("eval(x)  # noqa: S307 digits only\n").0, ["digits only"]);
    }

    #[test]
    fn a_bare_comment_of_bandit_covers_what_bandit_knows() {
        assert_eq!(
            judged("import torch\ntorch.hub.load('a/b', 'c', trust_repo=True)  # nosec\n").1,
            1
        );
    }

    #[test]
    fn a_document_has_headings_and_no_comments() {
        let code = "# nosemgrep\nYou are an assistant. Ask http://wiki.corp/start first.\n";

        assert_eq!(judged_in("a.prompt.md", "prompt", code).1, 1);
        assert_eq!(judged_in("a.prompt", "prompt", code).1, 0);
    }

    #[test]
    fn a_mark_in_a_string_is_no_comment_in_any_language() {
        let code = "const c = require('child_process');\nc.exec('ls #nosemgrep ' + x);\n";

        assert_eq!(judged_in("a.js", "javascript", code).1, 1);
        assert_eq!(
            judged_in("a.js", "javascript", &code.replace(";\n", "; // nosemgrep\n")).1,
            0
        );
    }

    #[test]
    fn they_cover_no_secrets_and_nothing_that_is_wrong_with_ours() {
        // In two parts, so that it is no comment of this file.
        let ours = ["x = 1  # weighbridge:", " ignore[eval-call] none there  # nosemgrep\n"].concat();

        assert_eq!(judged(&ours), (Vec::new(), 1));
    }

    #[test]
    fn they_can_be_switched_off() {
        let options = Options {
            foreign_suppressions: false,
            ..Options::default()
        };

        assert_eq!(judged_as("a.py", "python", "eval(x)  # nosec\n", options).1, 1);
    }
}
