//! `weighbridge convert`: the bytes that `scan` would have written, from a report alone.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use weighbridge_emit::Format;

use crate::support::{Folder, MARKER_PAGE, Ran};

/// Writes the report of the folder in every format, then makes each of them from the one in JSON, and compares. Returns
/// that one.
#[track_caller]
fn assert_converts(folder: &Folder, scan: &[&str], code: i32) -> Value {
    let mut command = folder.scan_command();
    command.args(scan);
    assert_converts_from(command, folder.path(), &["--rules", "pages"], code)
}

#[track_caller]
fn assert_converts_from(mut scan: Command, current: &Path, rules: &[&str], code: i32) -> Value {
    let out = Folder::new();
    let file = |prefix: &str, format: Format| out.path().join(format!("{prefix}.{format}"));
    let outputs = |prefix: &str| {
        let named = Format::ALL
            .iter()
            .map(|&format| format!("{format}={}", file(prefix, format).display()));
        named.flat_map(|output| ["-o".to_owned(), output]).collect::<Vec<_>>()
    };
    scan.args(outputs("scan")).args(["--format", "concise"]);
    // Some formats demand a time.
    scan.env("SOURCE_DATE_EPOCH", "1000000000");
    let scanned = Ran::of(scan.output().unwrap()).exits_with(code);

    let mut convert = out.command();
    convert.current_dir(current).env("SOURCE_DATE_EPOCH", "1000000000");
    convert.arg("convert").arg(file("scan", Format::Json)).args(rules);
    convert
        .args(outputs("convert"))
        .args(["--format", "concise", "--exit-code"]);
    let converted = Ran::of(convert.output().unwrap()).exits_with(code);

    assert_eq!(converted.stdout, scanned.stdout);
    assert_eq!(converted.stderr, "");
    for &format in Format::ALL {
        let (left, right) = [format!("convert.{format}"), format!("scan.{format}")]
            .map(|name| out.read(&name))
            .into();
        assert!(
            left == right,
            "{format}:\n{}\n{}",
            String::from_utf8_lossy(&left),
            String::from_utf8_lossy(&right)
        );
    }
    serde_json::from_slice(&out.read("scan.json")).unwrap()
}

fn folder_with_findings() -> Folder {
    let folder = Folder::with_pages();
    folder.write("a.txt", "one\n\tMARKER-1 🙂 MARKER-22\r\nx = SECRET_k7Qm2Xv9\n");
    folder.write(
        "b/long.txt",
        format!("{}MARKER-3{}", "a".repeat(1_000), "密".repeat(1_000)),
    );
    folder.write(
        "c.py",
        "\u{202e}\x1b[31m MARKER-4 ##[add-matcher] </script> @org/team\n::error::MARKER-5\n",
    );
    folder
}

/// The report of a folder with findings.
fn report(folder: &Folder) -> Value {
    folder.scan([".", "--format", "json"]).exits_with(1).json()
}

fn with_stdin(mut command: Command, input: &str) -> Ran {
    use std::io::Write as _;

    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

/// Converts a report from standard input.
fn converted(folder: &Folder, report: &str, arguments: &[&str]) -> Ran {
    let mut command = folder.command();
    command.args(["convert", "-", "--rules", "pages"]).args(arguments);
    with_stdin(command, report)
}

#[test]
fn findings_are_converted() {
    assert_converts(&folder_with_findings(), &["."], 1);
    assert_converts(&folder_with_findings(), &[".", "--fail-on", "never"], 0);
    assert_converts(
        &folder_with_findings(),
        &[".", "--ignore", "test/marker", "--fail-on", "critical"],
        1,
    );
}

#[test]
fn suppressed_findings_are_converted() {
    let folder = folder_with_findings();
    folder.write(
        "d.py",
        "x = 1  # MARKER-6 weighbridge: ignore[test/marker] needed for <tests>\n",
    );

    let report = assert_converts(&folder, &[".", "--select", "test/*,suppression/*"], 1);

    assert_eq!(report["summary"]["suppressed"], 1);
}

#[test]
fn findings_of_the_baseline_are_converted() {
    let folder = folder_with_findings();
    let mut create = folder.command();
    create.args([
        "baseline",
        "create",
        "--rules",
        "pages",
        "--select",
        "test/*",
        "--exclude",
        "/pages",
    ]);
    Ran::of(create.args(["--reason", "was there\nbefore"]).output().unwrap()).exits_with(0);
    folder.write("e.txt", "MARKER-7\n");

    let report = assert_converts(&folder, &[".", "--baseline", "weighbridge-baseline.json"], 1);

    assert_eq!(report["summary"]["suppressed"], 6);
}

#[test]
fn notifications_are_converted() {
    let folder = folder_with_findings();
    folder.write("large.txt", "x".repeat(5_000));
    folder.write("binary", b"\0\x01\x02");
    folder.write(".gitignore", "{a\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink("a.txt", folder.path().join("link.txt")).unwrap();

    let report = assert_converts(&folder, &[".", "--max-file-size", "4500"], 3);

    assert_eq!(report["notifications"].as_array().unwrap().len(), 2);
    assert_eq!(report["summary"]["skipped"]["binary"], 1);
}

#[test]
fn an_empty_report_is_converted() {
    assert_converts(&Folder::with_pages(), &["."], 0);
}

#[cfg(unix)]
#[test]
fn odd_names_are_converted() {
    let folder = Folder::with_pages();
    for name in [
        "::error::x",
        "##[add-matcher]x",
        "a\n::set-output name=a::b",
        "tab\tand \\ %41",
        "\u{202e}gnp.txt",
        "größe/密 码.txt",
        "-o",
        " ",
        "</script>",
    ] {
        folder.write(name, "MARKER-1\n");
    }

    let report = assert_converts(&folder, &["./"], 1);

    assert_eq!(report["summary"]["findings"]["total"], 9);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_converted() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let folder = Folder::with_pages();
    for name in [&b"\xff"[..], b"a\xc3\x28/\x80\n", b"\xed\xa0\x80.py"] {
        folder.write(OsStr::from_bytes(name), "MARKER-1\n");
    }

    assert_converts(&folder, &["."], 1);
}

#[test]
fn a_file_from_elsewhere_is_converted() {
    let (folder, other) = (Folder::with_pages(), folder_with_findings());
    let file = other.path().join("a.txt");

    let report = assert_converts(&folder, &[file.to_str().unwrap()], 1);

    assert!(report["findings"][0]["uri"].as_str().unwrap().starts_with('/'));
}

#[test]
fn the_demo_project_is_converted_with_all_built_in_rules() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects/demo");
    let mut scan = Folder::new().command();
    scan.current_dir(&demo).args(["scan", "--hidden", "--profile", "all"]);

    let report = assert_converts_from(scan, &demo, &[], 1);

    assert!(report["summary"]["findings"]["total"].as_u64() > Some(20));
}

#[test]
fn the_exit_code_says_nothing_unless_it_is_asked_for() {
    let folder = folder_with_findings();
    let report = report(&folder).to_string();

    converted(&folder, &report, &[]).exits_with(0).prints("MARKER-22");
    converted(&folder, &report, &["--exit-code"])
        .exits_with(1)
        .prints("MARKER-22");
}

#[test]
fn a_rule_that_is_not_known_is_an_error() {
    let folder = folder_with_findings();
    folder.write("report.json", report(&folder).to_string());

    let ran = folder.run(["convert", "report.json"]).exits_with(2);

    assert_eq!(ran.stdout, "");
    ran.says("error: the report was made with rules that are not known here: `test/marker` and 1 more")
        .says("hint: name the folder of their pages with `--rules DIR`, and use weighbridge ");
}

#[test]
fn other_pages_are_a_warning() {
    let folder = folder_with_findings();
    let report = report(&folder).to_string();
    folder.write(
        "pages/test/marker.md",
        MARKER_PAGE.replace("for tests only", "for tests"),
    );

    converted(&folder, &report, &[])
        .exits_with(0)
        .says("warning: the report was made with other pages of these rules");
    converted(&folder, &report, &["-q"]).exits_with(0).prints("MARKER-22");
}

#[test]
fn what_is_no_report_is_refused_with_its_place() {
    let folder = folder_with_findings();
    let whole = report(&folder);
    let cases: [(&str, Value, &str); 5] = [
        (
            "/schema_version",
            json!(7),
            "cause: its `schema_version` is 7, and this weighbridge reads 1",
        ),
        (
            "/summary/findings/total",
            json!(0),
            "cause: `summary.findings.total` says 0, and the report holds 6",
        ),
        ("/findings/0/uri", json!("https://a.b/c"), "column"),
        (
            "/findings/0/excerpt/0/mark",
            json!({"start": 1, "end": 900}),
            "a mark lies outside of its text",
        ),
        ("/findings/0/severity", json!("\u{1b}[31m"), "unexpected `\\u{1b}[31m`"),
    ];
    for (pointer, value, said) in cases {
        let mut report = whole.clone();
        *report.pointer_mut(pointer).unwrap() = value;

        let ran = converted(&folder, &report.to_string(), &[]).exits_with(2);

        assert_eq!(ran.stdout, "", "{pointer}");
        assert!(!ran.stderr.contains('\x1b'));
        ran.says("error: cannot read the report on standard input")
            .says(said)
            .says("hint: ");
    }
    let mut report = whole;
    report["more"] = json!(1);
    converted(&folder, &report.to_string(), &[])
        .exits_with(2)
        .says("unknown field `more`");
    converted(&folder, "", &[]).exits_with(2).says("line 1, column 0");
}

#[test]
fn lines_convert_as_the_document_does() {
    let folder = folder_with_findings();
    let outputs = ["-o", "json=r.json", "-o", "jsonl=r.jsonl", "--format", "html"];
    let html = folder.scan(outputs).exits_with(1).stdout;

    let convert = |name: &str, format: &str| {
        let rules = ["--rules", "pages", "--format", format];
        folder
            .run([&["convert", name][..], &rules].concat())
            .exits_with(0)
            .stdout
    };
    assert_eq!(convert("r.jsonl", "html"), html);
    assert_eq!(convert("r.jsonl", "json").as_bytes(), folder.read("r.json"));
    assert_eq!(convert("r.json", "jsonl").as_bytes(), folder.read("r.jsonl"));
    folder
        .run(["diff", "r.json", "r.jsonl"])
        .exits_with(0)
        .prints("0 new, 0 fixed, 6 still open");

    let text = String::from_utf8(folder.read("r.jsonl")).unwrap();
    let cut = text.trim_end().rsplit_once('\n').unwrap().0;
    folder.write("r.jsonl", cut);
    folder
        .run(["diff", "r.json", "r.jsonl"])
        .exits_with(2)
        .says("its last line is no summary, so it was cut");
}

#[test]
fn a_report_of_any_size_that_the_scanner_writes_can_be_read() {
    let folder = folder_with_findings();
    let mut report = report(&folder).to_string();
    // As large as one of forty thousand findings, and read as that one would be.
    report.insert_str(1, &" ".repeat(64 << 20));
    folder.write("large.json", &report);
    let rules = ["--rules", "pages", "--format", "concise"];

    let ran = folder.run([&["convert", "large.json"][..], &rules].concat());

    ran.exits_with(0).prints("a.txt:2:");
}

#[test]
fn the_longest_texts_that_the_scanner_writes_can_be_read() {
    let folder = Folder::with_pages();
    let long = "long ".repeat(500_000);
    folder.write("a.txt", format!("MARKER-1 # weighbridge: ignore[test/marker] {long}\n"));
    let name = format!("{}/b.txt", vec!["d".repeat(200); 10].join("/"));
    folder.write(&name, "MARKER-2\n");

    assert_converts(&folder, &[], 1);
}

#[test]
fn wrong_use_is_refused() {
    let folder = folder_with_findings();
    folder
        .run(["convert", "missing.json"])
        .exits_with(2)
        .says("cannot read the report `missing.json`")
        .says("`-` is standard input");
    folder
        .run(["convert", "pages"])
        .exits_with(2)
        .says("cannot read the report `pages`");
    folder.run(["convert"]).exits_with(2).says("<REPORT>");
    folder
        .run(["convert", "a.txt", "--format", "sariff"])
        .exits_with(2)
        .says("did you mean `sarif`?");
}

/// The report of a fork, with everything in it that some reader obeys.
#[test]
fn a_hostile_report_commands_nobody() {
    const HOSTILE: &str =
        "::error::a\n::error::b ##[add-matcher]c ##vso[task]d \u{1b}[31m \u{202e} </script> ]]> \u{7}";

    let folder = folder_with_findings();
    let mut report = report(&folder);
    for finding in report["findings"].as_array_mut().unwrap() {
        finding["message"] = json!(HOSTILE);
        finding["help"] = json!(HOSTILE);
        finding["excerpt"] = json!([{ "number": 1, "text": HOSTILE, "mark": { "start": 3, "end": 50 } }]);
    }

    for &format in Format::ALL {
        let ran = converted(&folder, &report.to_string(), &["--format", format.name()]).exits_with(0);

        let text = ran.stdout.replace("##vso[task.logissue ", "");
        for raw in ["\u{1b}", "\u{202e}", "\u{7}", "##[", "##vso["] {
            assert!(!text.contains(raw), "{format}: {raw:?} in {text}");
        }
        let is_ours = |line: &str| line.starts_with("::error file=") || !line.trim_start().starts_with("::");
        assert!(text.lines().all(is_ours), "{format}: {text}");
        assert!(format != Format::Html || text.matches("</script").count() == 1);
    }
}
