//! Code made to exhaust a parser: the sink behind it is found, and nothing is said that is not so.
//!
//! What each costs is printed by `benches/hostile.py`; here no time is measured.

use std::fmt::Write as _;

use serde_json::json;

use crate::support::Folder;

const SINK: &str = "\nimport os\nos.system(a)\n";

/// Asserts that the only finding of `rule` is on the last line of the file, or on `line`.
#[track_caller]
fn is_found(name: &str, text: &[u8], rule: &str, line: usize) {
    let folder = Folder::new();
    folder.write(name, text);

    let ran = folder.run(["scan", name, "--isolated", "--select", rule, "--format", "json"]);

    let ran = ran.exits_with(1);
    let report = ran.json();
    let lines: Vec<_> = report["findings"].as_array().unwrap().iter().collect();
    let lines: Vec<_> = lines
        .iter()
        .map(|finding| finding["location"]["start"]["line"].clone())
        .collect();
    assert_eq!(lines, [json!(line)], "{name}");
    assert_eq!(report["notifications"], json!([]), "{name}");
}

#[track_caller]
fn system_is_found_behind(text: &str) {
    let text = text.to_owned() + SINK;
    is_found("a.py", text.as_bytes(), "python/os-system", text.lines().count());
}

#[track_caller]
fn eval_is_found_behind(text: &[u8]) {
    let text = [text, b"\neval(a)\n"].concat();
    let last = text.split(|byte| *byte == b'\n').count() - 1;
    is_found("a.py", &text, "python/eval-call", last);
}

#[test]
fn operators_and_attributes_without_end() {
    system_is_found_behind(&format!("x = {}a", "a+".repeat(400_000)));
    system_is_found_behind(&format!("{}x", "not ".repeat(300_000)));
    system_is_found_behind(&format!("a{}", ".b".repeat(400_000)));
}

#[test]
fn brackets_without_end() {
    system_is_found_behind(&"[".repeat(500_000));
    system_is_found_behind(&"(".repeat(200_000));
    eval_is_found_behind("def (:\n".repeat(200_000).as_bytes());
}

#[test]
fn nesting() {
    let ifs: String = (0..3_000).map(|depth| " ".repeat(depth) + "if x:\n").collect();
    let text = format!("{ifs}{}eval(a)\n", " ".repeat(3_000));
    is_found("a.py", text.as_bytes(), "python/eval-call", 3_001);
    system_is_found_behind(&format!("{}x{}", "f\"{".repeat(20_000), "}\"".repeat(20_000)));
}

#[test]
fn literals_of_megabytes() {
    let entries = (0..600_000).fold(String::new(), |mut text, index| {
        write!(text, "\"k{index}\": {index}, ").unwrap();
        text
    });
    eval_is_found_behind(format!("d = {{{entries}}}").as_bytes());
    eval_is_found_behind(format!("\"\"\"{}", "text text\n".repeat(200_000)).as_bytes());
}

#[test]
fn random_bytes() {
    // Any sequence will do that is the same every time: a linear congruential generator. Zero bytes would make the file binary.
    let mut state = 0x2545_F491_u32;
    let bytes = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 24) as u8).max(b'\t')
    });
    // A carriage return by itself ends a line too.
    let bytes: Vec<_> = bytes
        .take(3_000_000)
        .map(|byte| if byte == b'\r' { b'\n' } else { byte })
        .collect();
    eval_is_found_behind(&bytes);
}

#[test]
fn what_a_model_leaves_behind() {
    let rule = "python/os-system";
    is_found(
        "a.py",
        b"import os\ndef f(a):\n    os.system(a)\n    return g(a,\n",
        rule,
        3,
    );
    is_found(
        "a.py",
        b"Here is the code:\n\n```python\nimport os\nos.system(a)\n```\n",
        rule,
        5,
    );
    is_found("a.py", b"import os\ndef f(:\nos.system(a)\n", rule, 3);
    is_found("a.py", b"import os\nos.system(a)\nclass )\n", rule, 2);
    is_found("a.py", b"print eval(x)\n", "python/eval-call", 1);
}

#[test]
fn a_notebook_of_many_cells_or_one_long_one() {
    let cell = |source: &str| json!({"cell_type": "code", "metadata": {}, "outputs": [], "source": source});
    let mut cells = vec![cell("x = 1\n"); 5_000];
    cells.push(cell(&format!("{}\n", "[".repeat(200_000))));
    cells.push(cell("import os\n"));
    cells.push(cell("os.system(a)\n"));
    let mut text =
        json!({"metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}).to_string();
    text.truncate(text.len() - 1);
    write!(text, ", \"cells\":\n{}}}\n", json!(cells)).unwrap();

    is_found("a.ipynb", text.as_bytes(), "python/os-system", 2);
}

#[test]
fn a_page_of_many_fences() {
    let text = "```python\nx = 1\n```\n\n".repeat(20_000) + "```python\nimport os\nos.system(a)\n```\n";

    is_found("a.md", text.as_bytes(), "python/os-system", 80_003);
}

#[test]
fn many_steps() {
    let text = "FROM scratch\n".to_owned() + &"RUN echo a\n".repeat(20_000) + "RUN eval \"$x\"\n";
    is_found("Dockerfile", text.as_bytes(), "shell/eval-expansion", 20_002);

    let text = "job:\n  script:\n".to_owned() + &"    - echo a\n".repeat(20_000) + "    - eval \"$x\"\n";
    is_found(".gitlab-ci.yml", text.as_bytes(), "shell/eval-expansion", 20_003);
}
