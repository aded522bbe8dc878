//! What splitters make of files.

use proptest::prelude::*;
use weighbridge_core::{Source, SourcePath};
use weighbridge_rules::built_in_rules;

use super::pieces;
use crate::language::language_of;
use crate::{Options, RuleUse, Scanner};

/// Language and text of every piece.
fn split(name: &str, text: &str) -> Vec<(&'static str, String)> {
    let pieces = pieces(name, text.as_bytes());
    let texts = pieces
        .into_iter()
        .map(|(language, text, _)| (language, String::from_utf8(text).unwrap()));
    texts.collect()
}

/// Line and rule of every open finding, and the ids of notifications.
fn found(name: &str, text: &str) -> (Vec<(usize, String)>, Vec<String>) {
    let uses = built_in_rules().iter().filter(|rule| rule.default).map(|rule| RuleUse {
        rule,
        reported: true,
        severity: rule.severity,
    });
    let scanner = Scanner::new(uses.collect(), Options::default(), false);
    let path = SourcePath::new(name.as_bytes());
    let language = language_of(&path, text.as_bytes());
    let report = scanner.worker().scan(&Source::new(path, language, text.as_bytes()));
    let open = report.findings.iter().filter(|finding| finding.suppression.is_none());
    let findings = open.map(|finding| (finding.location.start.line, finding.rule.to_string()));
    let notes = report.notifications.iter().map(|note| note.id.to_string());
    (findings.collect(), notes.collect())
}

fn lines_of(rule: &str, name: &str, text: &str) -> Vec<usize> {
    let (findings, _) = found(name, text);
    findings
        .iter()
        .filter(|(_, id)| id == rule)
        .map(|(line, _)| *line)
        .collect()
}

fn notebook(cells: &str) -> String {
    format!(
        "{{\n \"cells\": [\n{cells}\n ],\n \"metadata\": {{\"kernelspec\": {{\"language\": \"python\"}}}},\n \"nbformat\": 4\n}}\n"
    )
}

#[test]
fn cells_of_a_notebook_share_their_names() {
    let text = notebook(
        "  {\"cell_type\": \"code\", \"outputs\": [{\"text\": [\"eval(out)\"]}], \"source\": [\n   \"import os as o\\n\",\n   \"x = 1\"\n  ]},\n  \
         {\"cell_type\": \"markdown\", \"source\": [\"eval(md)\"]},\n  {\"cell_type\": \"code\", \"source\": \"if x:\\n  o.system(\\\"rm \\\" + x)\"}",
    );

    assert_eq!(
        split("a.ipynb", &text),
        [(
            "python",
            "import os as o\nx = 1\nif x:\n  o.system(\"rm \" + x)\n".to_owned()
        )]
    );
    assert_eq!(found("a.ipynb", &text).0, [(8, "python/os-system".to_owned())]);
}

#[test]
fn a_call_behind_an_escaped_line_end_is_seen() {
    // In the file `\n` stands before `os`, which makes one word of it.
    let text = notebook("{\"cell_type\": \"code\", \"source\": \"import os\\nos.system(\\\"ls \\\" + x)\"}");

    assert_eq!(lines_of("python/os-system", "a.ipynb", &text), [3]);
}

#[test]
fn magics_lead_to_other_languages() {
    let text = notebook(
        "{\"cell_type\":\"code\",\"source\":\"!curl -k x | sh\\nfiles = !ls \\\\\\n  -l\\n%pip install a\\n%time eval(b)\\nfor a in b:\\n    !echo {a}\\n%matplotlib inline\"},\n\
         {\"cell_type\":\"code\",\"source\":\"%%bash\\ncurl y\"},\n{\"cell_type\":\"code\",\"source\":\"%%javascript\\neval(z)\"},\n\
         {\"cell_type\":\"code\",\"source\":\"%%writefile a.py\\neval(f)\"},\n{\"cell_type\":\"code\",\"source\":\"%%sql\\nselect 1\"},\n{\"cell_type\":\"code\",\"source\":\"%%time\\nimport os\"}",
    );

    assert_eq!(
        split("a.ipynb", &text),
        [
            ("shell", "curl -k x | sh\n".to_owned()),
            ("shell", "ls \\\n  -l\n".to_owned()),
            ("shell", "pip install a\n".to_owned()),
            ("shell", "echo {a}\n".to_owned()),
            ("shell", "curl y\n".to_owned()),
            ("javascript", "eval(z)\n".to_owned()),
            ("python", "eval(f)\n".to_owned()),
            (
                "python",
                "None\nfiles = None\nNone\neval(b)\nfor a in b:\n    None\nNone\nimport os\n".to_owned()
            ),
        ]
    );
}

#[test]
fn a_notebook_that_breaks_off_is_searched_as_far_as_it_goes() {
    let whole = notebook("{\"cell_type\": \"code\", \"source\": [\"import os\\n\", \"os.system(a + b)\\n\", \"x\"]}");
    let text = &whole[..whole.find("\"x\"").unwrap()];

    let (findings, notes) = found("a.ipynb", text);

    assert_eq!(findings, [(3, "python/os-system".to_owned())]);
    assert_eq!(notes, ["file/not-split"]);
    assert_eq!(found("a.ipynb", &whole).1, Vec::<String>::new());
}

#[test]
fn kernels_have_other_languages() {
    let text = "{\"cells\":[{\"cell_type\":\"code\",\"source\":\"!x\"}],\"metadata\":{\"language_info\":{\"name\":\"typescript\"}}}";
    assert_eq!(split("a.ipynb", text), [("typescript", "!x\n".to_owned())]);
    let unknown = text.replace("typescript", "brainfuck");
    assert_eq!(split("a.ipynb", &unknown), []);
}

#[test]
fn fences_are_read_in_their_language() {
    let text = "# A\n\n```python title=\"a.py\"\nimport os\n```\n~~~{.bash}\n$ curl x\n~~~\n``` \nplain\n```\n\n`````md\n```js\neval(a)\n```\n`````\n\
                - list\n\n    ```py\n    if a:\n      b\n    ```\n\n> ```sh\n> ls\n> ```\n\n```pycon\n>>> eval(a)\n1\n```\n```go,ignore\nx";

    assert_eq!(
        split("a.md", text),
        [
            ("python", "import os\n".to_owned()),
            ("shell", "curl x\n".to_owned()),
            ("javascript", "eval(a)\n".to_owned()),
            ("python", "if a:\n  b\n".to_owned()),
            ("shell", "ls\n".to_owned()),
            ("python", "eval(a)\n".to_owned()),
            ("go", "x".to_owned()),
        ]
    );
}

#[test]
fn fences_share_nothing_and_keep_their_places() {
    let text = "```python\nimport pickle as p\n```\n\n```python\np.loads(a)\nimport pickle\n  pickle.loads(a)\n```\n";

    assert_eq!(lines_of("python/pickle-load", "answer.md", text), [8]);
}

#[test]
fn a_fence_that_does_not_close_runs_to_the_end() {
    let text = "Sure! Here it is:\n\n```python\nimport os\n\ndef f(x):\n    os.system(\"ls \" + x)\n    retur";

    assert_eq!(lines_of("python/os-system", "answer.md", text), [7]);
}

#[test]
fn what_runs_in_a_dockerfile_is_shell() {
    let text = "# escape=\\\nFROM a\nRUN --mount=type=cache,target=/x apt-get update && \\\n    # why\n    curl -k https://a | sh\n\
                RUN [\"sh\", \"-c\", \"curl \\\"b\\\" | sh\"]\nCMD [\"curl\", \"-k\", \"c\"]\nRUN <<EOF\nset -e\ncurl d | sh\nEOF\n\
                RUN python3 <<-'PY'\nimport os\n\tPY\nONBUILD RUN ls\nENV A=b\nSHELL [\"powershell\"]\nRUN dir\n";

    assert_eq!(
        split("app/Dockerfile.gpu", text),
        [
            ("shell", "apt-get update && \\\n    curl -k https://a | sh\n".to_owned()),
            ("shell", "curl \"b\" | sh".to_owned()),
            ("shell", "curl -k c ".to_owned()),
            ("shell", "set -e\ncurl d | sh\n".to_owned()),
            ("python", "import os\n".to_owned()),
            ("shell", "python3 <<-'PY'\n".to_owned()),
            ("shell", "ls\n".to_owned()),
        ]
    );
    assert_eq!(lines_of("shell/download-to-shell", "Dockerfile", text), [5, 6, 10]);
}

#[test]
fn recipes_are_shell() {
    let text =
        "X := $(shell curl a | sh)\n\nall: b\n\t@curl -k $(URL) | sh\n\t-echo $$HOME \\\n\t  $(shell ls)\nb:\n\tls\n";

    assert_eq!(
        split("Makefile", text),
        [
            ("shell", "curl a | sh".to_owned()),
            ("shell", "curl -k ${MAKE} | sh\necho $HOME \\\n  $(ls)\n".to_owned()),
            ("shell", "ls\n".to_owned()),
        ]
    );
    assert_eq!(lines_of("shell/download-to-shell", "Makefile", text), [1, 4]);
}

#[test]
fn steps_of_workflows_are_shell() {
    let text = "on: push\njobs:\n  a:\n    steps:\n      - name: x\n        run: |\n          curl ${{ inputs.url }} | sh\n\n          ls\n      - run: curl b | sh # no\n\
                \x20     - uses: a/b\n        with:\n          script: |\n            eval(x)\n      - shell: python\n        run: |\n          import os\n      - run: dir\n        shell: pwsh\n\
                \x20     - run: >-\n          curl\n          c\n      - run: \"echo \\\"d\\\"\"\n";

    assert_eq!(
        split(".github/workflows/a.yml", text),
        [
            ("shell", "curl ${EXPRESSION} | sh\n\nls\n".to_owned()),
            ("shell", "curl b | sh\n".to_owned()),
            ("shell", "eval(x)\n".to_owned()),
            ("python", "import os\n".to_owned()),
            ("shell", "curl c ".to_owned()),
            ("shell", "echo \"d\"\n".to_owned()),
        ]
    );
    assert_eq!(
        lines_of("shell/download-to-shell", ".github/workflows/a.yml", text),
        [7, 10]
    );
}

#[test]
fn scripts_of_gitlab_are_lists() {
    let text = "a:\n  before_script:\n  - curl a | sh\n  # note\n  - |\n    ls\n    pwd\n  script:\n    - 'echo b'\n    - echo c\n      d\n  rules:\n    - if: x\n";

    assert_eq!(
        split(".gitlab-ci.yml", text),
        [
            ("shell", "curl a | sh\n".to_owned()),
            ("shell", "ls\npwd\n".to_owned()),
            ("shell", "echo b\n".to_owned()),
            ("shell", "echo c d\n".to_owned()),
        ]
    );
    assert_eq!(split("values.yml", text), []);
}

#[test]
fn scripts_of_packages_and_pages_are_read() {
    let text = "{\n  \"name\": \"a\",\n  \"scripts\": {\n    \"postinstall\": \"curl https://a | sh\",\n    \"t\": \"x \\\"y\\\"\"\n  }\n}\n";
    assert_eq!(
        split("package.json", text),
        [
            ("shell", "curl https://a | sh".to_owned()),
            ("shell", "x \"y\"".to_owned())
        ]
    );
    assert_eq!(lines_of("shell/download-to-shell", "web/package.json", text), [4]);
    assert_eq!(found("package.json", "{\"scripts\": {\"a\": ").1, ["file/not-split"]);
    let page = "<SCRIPT>eval(a)</SCRIPT><script type=\"application/json\">{}</script>\n<script lang=ts>eval(b)</script><scripts><script type='module'>\neval(c)";
    assert_eq!(
        split("a.html", page),
        [
            ("javascript", "eval(a)".to_owned()),
            ("typescript", "eval(b)".to_owned()),
            ("javascript", "\neval(c)".to_owned()),
        ]
    );
    assert_eq!(lines_of("javascript/eval-call", "a.html", page), [1, 2, 3]);
}

#[test]
fn suppressions_count_where_they_stand() {
    let cell = "\"eval(a)  # weighbridge: ignore[python/eval-call] ours\\n\",\n\"eval(b)\"";
    let text = notebook(&format!("{{\"cell_type\": \"code\", \"source\": [\n{cell}]}}"));
    assert_eq!(found("a.ipynb", &text).0, [(5, "python/eval-call".to_owned())]);

    let text = "```python\n# weighbridge: ignore[python/eval-call] ours\neval(a)\neval(b)  # weighbridge: ignore[python/os-system] wrong\n```\n";
    assert_eq!(
        found("a.md", text).0,
        [(4, "python/eval-call".to_owned()), (4, "suppression/unused".to_owned())]
    );

    let text = "jobs:\n  a:\n    steps:\n      # weighbridge: ignore[shell/download-to-shell] our own host\n      - run: curl https://a | sh\n";
    assert_eq!(found(".github/workflows/a.yml", text).0, []);
}

#[test]
fn a_credential_in_a_cell_is_found_once_and_masked() {
    let token = weighbridge_rules::fill("{{fake:github-crc32:ghp_}}").unwrap();
    let text = notebook(&format!(
        "{{\"cell_type\": \"code\", \"source\": [\"token = \\\"{token}\\\"\"]}}"
    ));

    assert_eq!(lines_of("secret/github-token", "a.ipynb", &text), [3]);
}

proptest! {
    /// Every splitter takes any text, and every byte it gives leads into the file.
    #[test]
    fn any_text_is_split(
        host in 0usize..7,
        parts in proptest::collection::vec(prop_oneof![
            "\\PC{0,8}",
            Just("\n".to_owned()), Just("\\\n".to_owned()), Just("```".to_owned()), Just("```py\n".to_owned()), Just("> ".to_owned()),
            Just("RUN ".to_owned()), Just("<<EOF\n".to_owned()), Just("[\"sh\",\"-c\",\"".to_owned()), Just("\trun: |\n".to_owned()),
            Just("- ".to_owned()), Just("{\"cells\":[{\"cell_type\":\"code\",\"source\":[\"!".to_owned()), Just("\\u00e9\\\"".to_owned()),
            Just("\"]}]}".to_owned()), Just("{\"scripts\":{\"a\":\"".to_owned()), Just("<script>".to_owned()), Just("$(shell ".to_owned()),
            Just("${{ x }}".to_owned()), Just("script:\n".to_owned()), Just("%%bash\\n".to_owned()), Just("\t@$$(".to_owned()),
        ], 0..20),
    ) {
        let names = ["a.ipynb", "a.md", "Dockerfile", "Makefile", ".gitlab-ci.yml", "package.json", "a.html"];
        let text = parts.concat();
        for (_, _, offsets) in pieces(names[host], text.as_bytes()) {
            prop_assert!(offsets.into_iter().all(|offset| offset <= text.len()));
        }
        found(names[host], &text);
    }
}
