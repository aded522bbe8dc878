//! What fixes make of texts.

use std::sync::LazyLock;

use proptest::prelude::*;
use weighbridge_core::{Applicability, Source, SourcePath};
use weighbridge_rules::built_in_rules;

use crate::language::language_of;
use crate::{Options, RuleUse, Scanner};

static SCANNER: LazyLock<Scanner<'static>> = LazyLock::new(|| {
    let uses = built_in_rules().iter().map(|rule| RuleUse {
        rule,
        reported: true,
        severity: rule.severity,
    });
    Scanner::new(uses.collect(), Options::default(), false)
});

/// The text after all fixes, and how many findings were fixed.
fn fixed_with(name: &str, text: &str, applicability: Applicability) -> (String, usize) {
    let path = SourcePath::new(name.as_bytes());
    let language = language_of(&path, text.as_bytes());
    let source = Source::new(path, language, text.as_bytes());
    let fixed = SCANNER.worker().fix(&source, applicability, &|_| true);
    let text = fixed.text.unwrap_or_else(|| text.as_bytes().to_vec());
    (String::from_utf8(text).unwrap(), fixed.findings.len())
}

fn fixed(text: &str) -> String {
    fixed_with("a.py", text, Applicability::Unsafe).0
}

#[test]
fn a_call_is_named_as_the_file_can_name_it() {
    assert_eq!(
        fixed("import yaml as y\ny.load(a)\n"),
        "import yaml as y\ny.safe_load(a)\n"
    );
    assert_eq!(
        fixed("from yaml import load, safe_load as safe\nload(a)\n"),
        "from yaml import load, safe_load as safe\nsafe(a)\n"
    );
    assert_eq!(
        fixed("from yaml import load\nload(a)\n"),
        "import yaml\nfrom yaml import load\nyaml.safe_load(a)\n"
    );
    assert_eq!(
        fixed(
            "from paramiko import AutoAddPolicy\nimport paramiko as p\nc.set_missing_host_key_policy(AutoAddPolicy())\n"
        ),
        "from paramiko import AutoAddPolicy\nimport paramiko as p\nc.set_missing_host_key_policy(p.RejectPolicy())\n"
    );
}

#[test]
fn an_import_is_added_once_behind_docstring_and_future_with_the_line_end_of_the_file() {
    let text = "\"\"\"Doc.\"\"\"\r\nfrom __future__ import annotations\r\n\r\na = eval(b)\r\nc = eval(d)\r\n";
    let wanted = "\"\"\"Doc.\"\"\"\r\nfrom __future__ import annotations\r\n\r\nimport ast\r\na = ast.literal_eval(b)\r\nc = ast.literal_eval(d)\r\n";
    assert_eq!(fixed(text), wanted);
    assert_eq!(fixed("\u{feff}eval(b)\n"), "\u{feff}import ast\nast.literal_eval(b)\n");
}

#[test]
fn a_name_that_is_taken_is_not_imported() {
    let text = "ast = parse(x)\neval(ast)\n";
    assert_eq!(fixed(text), text);
    // A word in a comment takes nothing.
    assert_eq!(fixed("# ast\neval(b)\n"), "# ast\nimport ast\nast.literal_eval(b)\n");
}

#[test]
fn an_import_in_another_function_is_none_for_this_one() {
    let text = "def f():\n    import ast\n\n\ndef g(x):\n    return eval(x)\n";
    assert_eq!(fixed(text), text);
}

#[test]
fn arguments_go_with_their_commas_and_lines() {
    let head = "import requests\n";
    let fixed = |call: &str| fixed(&format!("{head}{call}"))[head.len()..].to_owned();
    assert_eq!(
        fixed("requests.get(verify=False, url=u, timeout=1)\n"),
        "requests.get(url=u, timeout=1)\n"
    );
    assert_eq!(
        fixed("requests.get(u, timeout=1, verify=False)\n"),
        "requests.get(u, timeout=1)\n"
    );
    assert_eq!(
        fixed("requests.get(\n    u,\n    # slow\n    verify=False,\n    timeout=1,\n)\n"),
        "requests.get(\n    u,\n    # slow\n    timeout=1,\n)\n"
    );
    assert_eq!(
        fixed("requests.get(\n    u,\n    timeout=1,\n    verify=False\n)\n"),
        "requests.get(\n    u,\n    timeout=1,\n)\n"
    );
    let with_comment = "requests.get(u, timeout=1,  # slow\n    verify=False, params=p)\n";
    assert_eq!(fixed(with_comment), with_comment);
}

#[test]
fn an_argument_is_added_where_there_is_room() {
    let head = "import torch\n";
    let fixed = |call: &str| fixed(&format!("{head}{call}"))[head.len()..].to_owned();
    assert_eq!(fixed("torch.load()\n"), "torch.load(weights_only=True)\n");
    assert_eq!(
        fixed("torch.load(\n\tp,\n\tmap_location=m\n)\n"),
        "torch.load(\n\tp,\n\tmap_location=m,\n\tweights_only=True\n)\n"
    );
    let spread = "torch.load(p, **more)\n";
    assert_eq!(fixed(spread), spread);
}

#[test]
fn what_others_would_take_the_place_of_stays() {
    let text = "import ast\neval(a, b, c)\n";
    assert_eq!(fixed(text), "import ast\nast.literal_eval(a)\n");
    let shifted = "import numpy\nnumpy.load(f, None, True, False)\n";
    assert_eq!(fixed(shifted), shifted);
}

#[test]
fn fixes_inside_of_one_another_are_made_one_after_the_other() {
    let (text, count) = fixed_with(
        "a.py",
        "import yaml\nimport ast\neval(yaml.load(eval(x), yaml.Loader))\n",
        Applicability::Unsafe,
    );

    assert_eq!(
        text,
        "import yaml\nimport ast\nast.literal_eval(yaml.safe_load(ast.literal_eval(x)))\n"
    );
    assert_eq!(count, 3);
}

#[test]
fn unsafe_fixes_wait_to_be_asked_for() {
    let text = "import yaml\neval(yaml.load(x))\n";

    let (fixed, count) = fixed_with("a.py", text, Applicability::Safe);

    assert_eq!((fixed.as_str(), count), ("import yaml\neval(yaml.safe_load(x))\n", 1));
}

#[test]
fn other_languages_replace_and_remove_words() {
    let unsafe_fixed = |name, text| fixed_with(name, text, Applicability::Unsafe).0;
    assert_eq!(
        unsafe_fixed("a.js", "request({ url, rejectUnauthorized: false });\n"),
        "request({ url, rejectUnauthorized: true });\n"
    );
    assert_eq!(
        unsafe_fixed("a.go", "package a\n\nvar c = tls.Config{InsecureSkipVerify: true}\n"),
        "package a\n\nvar c = tls.Config{InsecureSkipVerify: false}\n"
    );
    assert_eq!(
        unsafe_fixed("a.sh", "curl -s -k https://a.example\n"),
        "curl -s https://a.example\n"
    );
    let joined = "curl -sk https://a.example\n";
    assert_eq!(unsafe_fixed("a.sh", joined), joined);
}

#[test]
fn a_call_that_does_not_close_is_left_alone() {
    let text = "import requests\nrequests.get(u, verify=False";
    assert_eq!(fixed(text), text);
}

proptest! {
    #[test]
    fn any_text_is_fixed_without_a_panic(parts in proptest::collection::vec(prop_oneof![
        "\\PC{0,6}",
        Just("import yaml, requests, torch\n".to_owned()), Just("eval(".to_owned()), Just("yaml.load(".to_owned()),
        Just("requests.get(".to_owned()), Just("verify=False".to_owned()), Just(", ".to_owned()), Just(")".to_owned()),
        Just("\n".to_owned()), Just("\n    ".to_owned()), Just("#".to_owned()), Just("torch.load(".to_owned()), Just("*a".to_owned()),
        Just("\"\"\"".to_owned()), Just("def f():".to_owned()),
    ], 0..24)) {
        let text = parts.concat();
        let once = fixed(&text);
        prop_assert_eq!(fixed(&once), once);
    }
}

#[test]
fn broken_text_is_fixed_where_it_can_be_read() {
    assert_eq!(
        fixed("import yaml\nyaml.load(x)\ndef f(:\n"),
        "import yaml\nyaml.safe_load(x)\ndef f(:\n"
    );
}
