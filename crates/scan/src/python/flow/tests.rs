//! What functions come to, statement by statement.

use weighbridge_core::{Finding, Language, Source, SourcePath};
use weighbridge_rules::built_in_rules;

use crate::{Options, RuleUse, Scanner};

fn findings(code: &str) -> Vec<Finding> {
    let uses = built_in_rules()
        .iter()
        .filter(|rule| rule.sink.is_some())
        .map(|rule| RuleUse {
            rule,
            reported: true,
            severity: rule.severity,
        });
    let scanner = Scanner::new(uses.collect(), Options::default(), false);
    let source = Source::new(SourcePath::new(b"a.py"), Language::named("python"), code.as_bytes());
    scanner.worker().scan(&source).findings
}

/// Severity and origin of the last finding, and the texts of its steps.
fn graded(code: &str) -> String {
    let Some(finding) = findings(code).pop() else {
        return "clean".to_owned();
    };
    let Some(flow) = &finding.flow else {
        return finding.severity.to_string();
    };
    let steps: Vec<_> = flow
        .steps
        .iter()
        .map(|step| format!("{}:{}", step.location.start.line, step.text))
        .collect();
    let tamed = if flow.is_tamed { " tamed" } else { "" };
    format!("{} {}{tamed} {}", finding.severity, flow.origin, steps.join(" > "))
        .trim_end()
        .to_owned()
}

const FLASK: &str = "import os\nfrom flask import request, abort\n";

/// The grade of the last finding in a view.
fn in_view(body: &str) -> String {
    let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
    graded(&format!("{FLASK}def view():\n{body}"))
}

#[test]
fn scratch() {
    println!(
        "{}",
        graded(
            "import os\nfrom flask import request, abort\nBASE = '/srv/'\ndef upload():\n    path = os.path.realpath(os.path.join(BASE, request.form['name']))\n    if not path.startswith(BASE):\n        abort(400)\n    open(path, 'wb')\n"
        )
    );
    println!("{}", in_view("x = request.args['q']\nos.system('a' + x)"));
}
