//! What functions come to, statement by statement. Which calls of which rule: `fixtures/python/flow_*.py`.

use proptest::prelude::*;
use weighbridge_core::{Finding, Language, Severity, Source, SourcePath};
use weighbridge_rules::built_in_rules;

use crate::{Options, RuleUse, Scanner};

fn findings_with(code: &[u8], severity: impl Fn(Severity) -> Severity) -> Vec<Finding> {
    let graded = built_in_rules().iter().filter(|rule| rule.sink.is_some());
    let uses = graded.map(|rule| RuleUse {
        rule,
        reported: true,
        severity: severity(rule.severity),
    });
    let scanner = Scanner::new(uses.collect(), Options::default(), false);
    let source = Source::new(SourcePath::new(b"a.py"), Language::named("python"), code);
    scanner.worker().scan(&source).findings
}

/// Severity and origin of the last finding, and the texts of its steps with their lines.
fn graded(code: &str) -> String {
    let Some(finding) = findings_with(code.as_bytes(), |severity| severity).pop() else {
        return "clean".to_owned();
    };
    let Some(flow) = &finding.flow else {
        return finding.severity.to_string();
    };
    let steps = flow
        .steps
        .iter()
        .map(|step| format!("{} {}", step.location.start.line, step.text));
    let tamed = if flow.is_tamed { " tamed" } else { "" };
    let steps: Vec<_> = steps.collect();
    format!("{} {}{tamed}: {}", finding.severity, flow.origin, steps.join("; "))
}

/// The grade of the last finding in a function of a web application.
fn in_view(body: &str) -> String {
    let mut code = "import os, re\nfrom flask import request, abort\ndef view(parameter):\n".to_owned();
    for line in body.lines() {
        code.push_str("    ");
        code.push_str(line);
        code.push('\n');
    }
    graded(&code)
}

const ASKED: &str = "high request: 4 request.args['q']";

#[test]
fn the_steps_of_a_flow_are_told_from_the_source_on() {
    assert_eq!(
        in_view("x = request.args['q']\ny = x.strip()\nz = 'ls ' + y\nos.system(z)"),
        "high request: 4 request.args['q']; 5 y; 6 z"
    );
}

#[test]
fn what_is_read_of_a_request_is_its_senders_unless_it_is_the_servers() {
    assert_eq!(
        in_view("os.system(request.headers.get('X'))"),
        "high request: 4 request.headers.get('X')"
    );
    assert_eq!(in_view("os.system(request.method)"), "high");
}

#[test]
fn what_is_called_request_is_one_only_where_the_file_or_its_attributes_say_so() {
    let code = "def f(request):\n    eval(request.ATTRIBUTE)\n";

    assert_eq!(graded(&code.replace("ATTRIBUTE", "node")), "high");
    assert_eq!(
        graded(&code.replace("ATTRIBUTE", "POST['x']")),
        "high request: 2 request.POST['x']"
    );
    assert_eq!(
        graded(&format!("import django.http\n{}", code.replace("ATTRIBUTE", "node"))),
        "high request: 3 request.node"
    );
}

#[test]
fn a_function_that_is_handed_on_says_nothing_of_what_it_is_given() {
    assert_eq!(
        graded("import shutil\nfrom flask import request\ndefer(shutil.rmtree, request.args['q'])\n"),
        "clean"
    );
}

#[test]
fn a_value_that_is_either_keeps_the_worse_origin() {
    assert_eq!(
        in_view("x = request.args['q'] if parameter else 'a'\nos.system(x)"),
        ASKED
    );
    assert_eq!(in_view("x = request.args['q'] or 'a'\nos.system(x)"), ASKED);
    assert_eq!(
        in_view("x = request.args['q']\ntry:\n    x = 'a'\nexcept E:\n    pass\nos.system(x)"),
        ASKED
    );
    assert_eq!(
        in_view("x = request.args['q']\nwhile parameter:\n    x = 'a'\nos.system(x)"),
        ASKED
    );
    assert_eq!(
        in_view("x = request.args['q']\nwith a as b:\n    x = 'a'\nos.system(x)"),
        "clean"
    );
}

#[test]
fn a_loop_is_followed_until_nothing_changes() {
    assert_eq!(
        in_view(
            "a = b = c = 'a'\nfor _ in parameter:\n    os.system(a)\n    a = b\n    b = c\n    c = request.args['q']"
        ),
        "high request: 9 request.args['q']; 8 b; 7 a"
    );
}

#[test]
fn a_loop_that_only_a_check_leaves_is_a_check() {
    let body = "while True:\n    x = request.args['q']\n    if x in ('a', 'b'):\n        break\nos.system(x)";

    assert_eq!(in_view(body), "clean");
}

#[test]
fn a_check_of_something_else_is_no_check() {
    for check in [
        "len(x) > 3",
        "x is None",
        "parameter not in ('a',)",
        "x not in parameter",
        "isinstance(x, str)",
        "'a' in x",
        "not x",
    ] {
        let body = format!("x = request.args['q']\nif {check}:\n    return\nos.system(x)");

        assert_eq!(in_view(&body), ASKED, "{check}");
    }
}

#[test]
fn a_check_of_the_expression_counts_where_it_stands_again() {
    let body = "if request.args['q'] not in ('a', 'b'):\n    abort(400)\nos.system(request.args['q'])";

    assert_eq!(in_view(body), "clean");
}

#[test]
fn a_check_ends_where_the_name_is_given_something_else() {
    let body = "x = request.args['q']\nif x not in ('a',):\n    abort(400)\nx = request.args['r']\nos.system(x)";

    assert_eq!(in_view(body), "high request: 7 request.args['r']");
}

#[test]
fn a_method_may_change_the_attributes_of_its_object() {
    assert_eq!(in_view("t.x = 'a'\nos.system(t.x)"), "clean");
    assert_eq!(in_view("t.x = 'a'\nt.load()\nos.system(t.x)"), "high");
}

#[test]
fn a_list_that_another_function_was_given_is_not_known_any_more() {
    assert_eq!(in_view("x = ['a']\nos.system(x[0])"), "clean");
    assert_eq!(in_view("x = ['a']\nfill(x)\nos.system(x[0])"), "high");
}

#[test]
fn a_global_that_a_function_changes_is_not_constant() {
    let code = "import os\nX = 'a'\ndef f():\n    os.system(X)\n";

    assert_eq!(graded(code), "low constant: ");
    assert_eq!(graded(&format!("{code}def g(y):\n    global X\n    X = y\n")), "high");
}

#[test]
fn recursion_and_modules_that_call_themselves_end() {
    assert_eq!(
        graded("import os\ndef f(x):\n    return f(x + 'a')\nos.system(f('a'))\n"),
        "high"
    );
    assert_eq!(
        graded("import os\nX = f()\ndef f():\n    return X\nos.system(X)\n"),
        "high"
    );
}

#[test]
fn who_sets_a_severity_gets_it() {
    let code =
        b"from flask import request\ndef f():\n    eval(request.args['q'])\n    x = 'a'\n    pickle.loads(int(x))\n";

    for finding in findings_with(code, |_| Severity::Medium) {
        assert_eq!(finding.severity, Severity::Medium, "{}", finding.rule);
    }
}

/// A header in a header, so deep.
fn nested(header: &str, depth: usize) -> String {
    let lines: Vec<_> = (0..depth)
        .map(|depth| format!("{}{header}\n", " ".repeat(depth)))
        .collect();
    lines.concat()
}

#[test]
fn what_cannot_be_followed_keeps_its_severity() {
    let long = |statement: &str| format!("x = 'a'\n{}os.system(x)", statement.repeat(20_000));
    assert_eq!(in_view("x = 'a'\ny = 1\nos.system(x)"), "clean");
    assert_eq!(in_view(&long("y = 1\n")), "high");

    let nested = nested("if a:", 100);
    assert_eq!(
        in_view(&format!("x = 'a'\n{nested}{}os.system(x)", " ".repeat(100))),
        "high"
    );

    let wide = "y=a+a+a\n".repeat(9_000);
    assert_eq!(in_view(&format!("x = 'a'\n{wide}os.system(x)")), "high");

    let sum = vec!["x"; 3_000].join(" + ");
    assert_eq!(in_view(&format!("x = request.args['q']\nos.system({sum})")), ASKED);
}

/// Each of these once took minutes, or the stack of the thread.
#[test]
fn what_grows_without_end_is_followed_in_time() {
    let chain: Vec<_> = (0..20_000).map(|at| format!("X{at} = X{}\n", at + 1)).collect();
    assert_eq!(
        graded(&format!("import os\n{}def f():\n    os.system(X0)\n", chain.concat())),
        "high"
    );

    assert_eq!(
        in_view(&format!("x = 'a'\n{}os.system(x)", "x = [x]\n".repeat(4_000))),
        "clean"
    );
    let twins = "x = [x, x]\ny = [y, y]\n".repeat(60);
    assert_eq!(
        in_view(&format!(
            "x = 'a'\ny = 'a'\n{twins}if parameter:\n    x = y\nos.system(x)"
        )),
        "clean"
    );

    let text = "a".repeat(4_000);
    let replaced = "x.replace('a', x)\n".repeat(1_500);
    assert_eq!(in_view(&format!("x = '{text}'\n{replaced}os.system(x)")), "clean");
}

#[test]
fn a_call_whose_value_nobody_keeps_is_no_check_unless_it_raises() {
    let after = |statement: &str| in_view(&format!("x = request.args['q']\n{statement}\nos.system(x)"));

    assert_eq!(after("shlex.quote(x)"), ASKED);
    assert_eq!(after("len(x)"), ASKED);
    assert_eq!(after("log.count(x)"), ASKED);
    assert_eq!(after("int(x)"), "clean");
}

#[test]
fn what_a_function_without_return_gives_is_not_known() {
    let code = "import os\nclass A:\n    def name(self):\n        raise NotImplementedError\n    def f(self):\n        os.system(self.name())\n";

    assert_eq!(graded(code), "high");
}

#[test]
fn loops_in_loops_are_followed_in_time() {
    let loops = nested("for i in a:", 20);

    assert_eq!(
        in_view(&format!("x = 'a'\n{loops}{}os.system(x)", " ".repeat(20))),
        "clean"
    );
}

#[test]
fn broken_code_is_followed_as_far_as_it_goes() {
    assert_eq!(in_view("x = request.args['q']\nif x = 3\nos.system(x)"), ASKED);
}

fn line() -> impl Strategy<Value = String> {
    let indent = (0usize..4).prop_map(|depth| "    ".repeat(depth));
    let statement = prop_oneof![
        Just("if x in ('a', 'b'):"),
        Just("else:"),
        Just("for x in y:"),
        Just("while True:"),
        Just("try:"),
        Just("except E as e:"),
        Just("finally:"),
        Just("with open(x) as y, a as (b, *c):"),
        Just("match x:"),
        Just("case 'a' | 'b':"),
        Just("case [x, *_] if x:"),
        Just("def f(x, *y, z: int = 3, **w):"),
        Just("@app.route('/<int:x>')"),
        Just("async def g(request: Request):"),
        Just("class C(BaseTool):"),
        Just("x, (y, *z) = request.args, x"),
        Just("x[0] = x[-1] = y.z = {1: x, **y}[1]"),
        Just("x += f\"{y!r:>{z}}\" % (x,)"),
        Just("x = [*y, (z := x.pop())][::2]"),
        Just("x = lambda y, *z: eval(y)"),
        Just("x = {a: b for a, b in x if a}"),
        Just("return f(x, *y, z=g(x), **w)"),
        Just("del x, y[0]; global z"),
        Just("eval(x); os.system(y + z)"),
        Just("break"),
        Just("continue"),
        Just("x = f(x) if x == 'a' or x == 'b' else -9223372036854775808 // 0"),
        Just("yield x"),
        Just("x = ("),
        Just("\"\"\""),
    ];
    (indent, statement).prop_map(|(indent, statement)| format!("{indent}{statement}\n"))
}

proptest! {
    #[test]
    fn any_statements_are_followed_without_a_panic(lines in proptest::collection::vec(line(), 0..40)) {
        let code = format!("import os\n{}eval(x)\n", lines.concat());
        findings_with(code.as_bytes(), |severity| severity);
    }

    #[test]
    fn any_bytes_are_followed_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let code = [b"def f(x):\n  eval(x".as_slice(), &bytes, b"\n  os.system(f(x))\neval(x)"].concat();
        findings_with(&code, |severity| severity);
    }
}

#[test]
fn the_grammar_has_every_field() {
    for name in super::FIELD_NAMES {
        assert!(
            crate::python::grammar::language().field_id_for_name(name).is_some(),
            "{name}"
        );
    }
}
