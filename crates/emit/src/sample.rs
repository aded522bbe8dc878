//! The report that the tests of all formats share: one of everything that can go wrong.

use std::sync::LazyLock;

use weighbridge_core::{
    AddedLines, Applicability, Change, Confidence, DetectedFix, DetectedFlow, Detection, Digest, Finding, Language,
    MessagePart, Notification, Origin, PolicyUse, Provenance, Report, Review, ReviewCause, ReviewReason, RuleId,
    Secret, SecretGroup, Severity, Skipped, Source, SourcePath, Span, Summary, SuppressedBy, admit,
};
use weighbridge_rules::{Page, Rule};

use crate::{Context, Format, Style, emit};

/// What no output may hold.
pub(crate) const SECRET: &str = "A1b2C3d4E5f6G7h8";

const EVAL: &str = r#"+++
summary = "`eval` runs text as Python"
severity = "high"
confidence = "medium"
since = "0.1.0"
help = "Parse the text with `ast.literal_eval`"
cwe = [95]
tags = ["owasp-llm-05"]
aliases = ["B307"]
languages = ["python"]
+++

`eval` hands its argument to the *interpreter*. See [the manual](https://docs.python.org/3/).

Say what you expect and parse that.

## Calls

- `eval`
  - `0` is not literal

## Flagged

```py
total = eval(text)  # expect: python/eval-call
```

## Clean

```py
total = int(text)
```

## References

- [Python: `eval`](https://docs.python.org/3/library/functions.html#eval)
"#;

const TOKEN: &str = r#"+++
summary = "a token of the test provider is written into the file"
severity = "critical"
confidence = "high"
since = "0.1.0"
cwe = [798, 540]
keywords = ["tok_"]
sensitive = true
shown-prefix = 4
+++

Whoever reads the file can act as its owner.

## Pattern

```regex
tok_[A-Za-z0-9]{16}
```

## Flagged

```"Dockerfile"
ENV TOKEN={{fake:base62:16}}
^ expect: secret/test-token
```

```toml
token = "tok_{{fake:base62:16}}" # expect: secret/test-token
text = "````"
```
"#;

const STYLE: &str = r#"+++
summary = "the prompt does not say who it is for"
severity = "info"
confidence = "low"
since = "0.1.0"
languages = ["prompt"]
keywords = ["You are"]
+++

Worth saying.

## Pattern

```regex
You are
```
"#;

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    [
        ("prompt/no-audience", STYLE),
        ("python/eval-call", EVAL),
        ("secret/test-token", TOKEN),
    ]
    .into_iter()
    .map(|(id, text)| Page::parse(id, text).expect("the pages above are right").rule)
    .collect()
});

/// The rules of the sample.
pub(crate) fn rules() -> Vec<&'static Rule> {
    RULES.iter().collect()
}

/// A context with these rules.
pub(crate) fn context<'a>(rules: &'a [&'a Rule], style: Style) -> Context<'a> {
    Context {
        rules,
        read_digest: None,
        version: "1.2.3",
        fail_on: Some(Severity::High),
        style,
        pages: Context::PAGES,
    }
}

/// The sample report in `format`, plain.
pub(crate) fn emitted(format: Format) -> String {
    emitted_with(format, Style::default())
}

/// The sample report in `format`.
pub(crate) fn emitted_with(format: Format, style: Style) -> String {
    written(format, &report(), style)
}

/// `report` in `format`, plain.
pub(crate) fn emitted_from(format: Format, report: &Report) -> String {
    written(format, report, Style::default())
}

fn written(format: Format, report: &Report, style: Style) -> String {
    let mut out = Vec::new();
    emit(format, report, &context(&rules(), style), &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

/// A report with this many findings of severity high.
pub(crate) fn many(count: usize) -> Report {
    let text = "eval(x)\n".repeat(count);
    let source = source("a.py", "python", &text);
    let detections = (0..count).map(|line| {
        let mut one = detection(&source, "python/eval-call", "eval(x)");
        one.span = Span::new(line * 8, line * 8 + 7);
        one.scope = one.span;
        one
    });
    Report::new(admit(&source, detections.collect()), Vec::new(), Summary::default())
}

/// A detection of `rule` at the first occurrence of `text`.
pub(crate) fn detection(source: &Source<'_>, rule: &'static str, text: &str) -> Detection {
    let bytes = source.bytes();
    let start = bytes
        .windows(text.len().max(1))
        .position(|window| window == text.as_bytes());
    let span = start.map_or(Span::new(bytes.len(), bytes.len()), |start| {
        Span::new(start, start + text.len())
    });
    let page = RULES.iter().find(|known| known.id.as_str() == rule);
    Detection {
        rule: RuleId::from_static(rule),
        span,
        scope: span,
        severity: page.map_or(Severity::Medium, |page| page.severity),
        confidence: page.map_or(Confidence::High, |page| page.confidence),
        message: vec![MessagePart::Text(
            page.map_or_else(|| "something is wrong".to_owned(), |page| page.summary.to_string()),
        )],
        help: page.and_then(|page| page.help.as_ref().map(ToString::to_string)),
        secret: None,
        reported: true,
        suppression: None,
        fix: None,
        flow: None,
    }
}

/// A source called `path`.
pub(crate) fn source<'a>(path: &str, language: &'static str, text: &'a str) -> Source<'a> {
    Source::new(
        SourcePath::new(path.as_bytes()),
        Language::named(language),
        text.as_bytes(),
    )
}

/// One of everything.
pub(crate) fn report() -> Report {
    let mut findings = Vec::new();
    findings.extend(columns());
    findings.extend(secret());
    findings.extend(suppressed());
    findings.extend(hostile());
    findings.extend(several_lines());
    let notifications = vec![
        Notification::note("run/rules-off", None, "2 rules are switched off"),
        Notification::incomplete(
            "file/unreadable",
            Some(SourcePath::new("größe/##[x] a.py".as_bytes())),
            "cannot read the file\ncause: permission denied",
        )
        .with_hint("run as a user who may read it, or exclude it"),
    ];
    for (finding, provenance) in findings.iter_mut().zip(Provenance::ALL.iter().cycle()) {
        finding.provenance = Some(*provenance);
    }
    for (number, finding) in findings.iter_mut().enumerate().take(2) {
        finding.commit = Some((number + 3).to_string().repeat(40));
        finding.secret_group = Some(SecretGroup { number: 1, places: 2 });
    }
    let skipped = Skipped { binary: 3, symlinks: 1 };
    let summary = Summary {
        files: 1_204,
        bytes: 34_567,
        skipped,
    };
    let mut report = Report::new(findings, notifications, summary);
    report.change = Some(Change {
        base: "1".repeat(40),
        head: "2".repeat(40),
        guarded: true,
        added: AddedLines {
            total: 140,
            declared_ai: 61,
            declared_human: 9,
        },
    });
    report.policy = Some(PolicyUse {
        name: "ci/policy.toml".to_owned(),
        digest: Digest::of(b""),
        revision: Some("1".repeat(40)),
    });
    report.review = Review::new(reviews());
    report
}

fn reviews() -> Vec<ReviewReason> {
    let reason = |cause, path: Option<&str>, line, message: &str| ReviewReason {
        cause,
        path: path.map(|path| SourcePath::new(path.as_bytes())),
        line,
        message: message.to_owned(),
    };
    vec![
        reason(
            ReviewCause::Finding,
            None,
            None,
            "findings of severity medium or above: 5",
        ),
        reason(
            ReviewCause::Guard,
            Some("weighbridge.toml"),
            None,
            "the change touches the settings",
        ),
        reason(
            ReviewCause::Suppression,
            Some("größe/##[x] @team.py"),
            Some(7),
            "the change adds a suppression of `python/eval-call`",
        ),
    ]
}

fn columns() -> Vec<Finding> {
    let text = "import os\n\n\tnamen = \"密码🙂é\"; total = eval(namen)  # café\n";
    let source = source("src/app.py", "python", text);
    let mut one = detection(&source, "python/eval-call", "eval(namen)");
    let name = Span::new(one.span.start, one.span.start + "eval".len());
    let import = (Span::new(0, 0), "import ast\n".to_owned());
    one.fix = Some(DetectedFix {
        applicability: Applicability::Unsafe,
        message: "call `ast.literal_eval`".to_owned(),
        edits: vec![(name, "ast.literal_eval".to_owned()), import],
    });
    admit(&source, vec![one])
}

fn secret() -> Vec<Finding> {
    let text = format!("# settings\nTOKEN=tok_{SECRET}\nYou are eval(tok_{SECRET})");
    let source = source("deploy/.env", "text", &text);
    let token = format!("tok_{SECRET}");
    let mut first = detection(&source, "secret/test-token", &token);
    first.secret = Some(Secret {
        span: first.span,
        shown_prefix: 4,
    });
    let mut second = detection(&source, "python/eval-call", &format!("eval({token})"));
    let inner = Span::new(second.span.start + "eval(".len(), second.span.end - 1);
    second.message = vec![MessagePart::Text("runs ".to_owned()), MessagePart::Source(second.span)];
    second.flow = Some(DetectedFlow {
        origin: Origin::Request,
        is_tamed: false,
        steps: vec![Span::new(first.span.start - "TOKEN=".len(), first.span.end), inner],
    });
    let mut third = detection(&source, "secret/test-token", &token);
    third.span = inner;
    third.secret = Some(Secret {
        span: inner,
        shown_prefix: 4,
    });
    third.reported = false;
    admit(&source, vec![first, second, third])
}

fn suppressed() -> Vec<Finding> {
    let text = "x = eval(y)  # weighbridge: ignore[python/eval-call] y is ours\n";
    let source = source("src/old.py", "python", text);
    let mut one = detection(&source, "python/eval-call", "eval(y)");
    let reason = text.find("y is ours").expect("the reason stands in the text");
    one.suppression = Some(SuppressedBy {
        at: reason,
        reason: Span::new(reason, reason + "y is ours".len()),
    });
    admit(&source, vec![one])
}

/// Everything that some reader of a report obeys.
pub(crate) const HOSTILE: &str =
    "::error::a ##[add-matcher]b ##vso[task]c \x1b[31m \u{202e} @org/team ]]> </script> <!-- [x](1) \\[y](2)";

fn hostile() -> Vec<Finding> {
    let text = format!("{HOSTILE}\n::set-output name=a::b");
    let source = source("::warning::\n##[group]x.py", "python", &text);
    let mut one = detection(&source, "python/eval-call", HOSTILE);
    one.message = vec![MessagePart::Source(one.span)];
    one.help = Some("not `##[debug]`\n::error::".to_owned());
    one.flow = Some(DetectedFlow {
        origin: Origin::Llm,
        is_tamed: true,
        steps: vec![one.span],
    });
    admit(&source, vec![one])
}

fn several_lines() -> Vec<Finding> {
    let text = "f(\n  1,\n  2\n)\ng()\nYou are\n";
    let source = source("src/lines.prompt", "prompt", text);
    let call = detection(&source, "python/eval-call", "f(\n  1,\n  2\n)");
    let empty = detection(&source, "prompt/no-audience", "");
    let mut unknown = detection(&source, "other/rule", "g()");
    unknown.severity = Severity::Low;
    admit(&source, vec![call, empty, unknown])
}
