//! `weighbridge diff`: what is new fails, what was there does not.

use serde_json::{Value, json};

use crate::support::{Folder, Ran};

/// Scans the folder into a report of this name.
fn scan(folder: &Folder, name: &str, arguments: &[&str]) {
    let output = format!("json={name}");
    let mut command = folder.scan_command();
    command.args([
        "-q",
        "--exclude",
        "*.json",
        "-o",
        &output,
        "--exit-zero",
        "--allow-incomplete",
    ]);
    Ran::of(command.args(arguments).output().unwrap()).exits_with(0);
}

/// Two reports: lines moved, one finding came, one went, one was suppressed.
fn folder() -> Folder {
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1\nMARKER-2\n");
    folder.write("b.txt", "SECRET_k7Qm2Xv9\n");
    folder.write("c.py", "MARKER-3\n");
    scan(&folder, "old.json", &[]);
    folder.write("a.txt", "\n\nMARKER-1\nSECRET_b4Tz8Wn1\n");
    folder.write("c.py", "MARKER-3  # weighbridge: ignore[test/marker] known\n");
    scan(&folder, "new.json", &[]);
    folder
}

#[test]
fn what_is_new_and_what_is_fixed_is_told() {
    let ran = folder().run(["diff", "old.json", "new.json"]).exits_with(1);

    assert_eq!(ran.stderr, "");
    assert_eq!(
        ran.stdout,
        "+ a.txt:4:1: critical[test/secret] a test secret was left in the text\n\
         - a.txt:2:1: high[test/marker] a marker was left in the text\n\
         - c.py:1:1: high[test/marker] a marker was left in the text (is suppressed now)\n\
         1 new (1 critical), 2 fixed (1 suppressed), 2 still open\n"
    );
}

#[test]
fn the_other_way_round_is_new_again() {
    folder()
        .run(["diff", "new.json", "old.json"])
        .exits_with(1)
        .prints("+ c.py:1:1: high[test/marker] a marker was left in the text (was suppressed)\n")
        .prints("2 new (2 high), 1 fixed, 2 still open");
}

#[test]
fn a_report_differs_in_nothing_from_itself() {
    let ran = folder().run(["diff", "old.json", "old.json"]).exits_with(0);

    assert_eq!(ran.stdout, "0 new, 0 fixed, 4 still open\n");
}

#[test]
fn programs_and_comments_get_the_same() {
    let folder = folder();

    let json = folder
        .run(["diff", "old.json", "new.json", "--format", "json"])
        .exits_with(1)
        .json();
    assert_eq!(json["counts"]["new"]["critical"], 1);
    assert_eq!(json["counts"]["fixed"], 2);
    assert_eq!(json["counts"]["fixed_by_suppression"], 1);
    assert_eq!(json["new"][0]["path"], "a.txt");
    assert_eq!(json["notes"], json!([]));
    folder
        .run(["diff", "old.json", "new.json", "--format", "markdown"])
        .exits_with(1)
        .prints("## weighbridge: 1 new finding\n")
        .prints("* **critical** `test/secret` `a.txt:4`: a test secret was left in the text\n");
}

#[test]
fn the_threshold_decides_and_the_stricter_one_is_taken() {
    let folder = folder();
    let diff = |arguments: &[&str]| folder.run([&["diff", "old.json", "new.json"], arguments].concat());

    diff(&["--fail-on", "critical"]).exits_with(1);
    diff(&["--fail-on", "never"]).exits_with(0).prints("1 new");
    diff(&["--exit-zero"]).exits_with(0).prints("1 new");
    diff(&["--fail-on", "hgh"]).exits_with(2);
    // The author of a change can write what the report of the change was made with.
    scan(&folder, "new.json", &["--fail-on", "never"]);
    diff(&[]).exits_with(1);
    scan(&folder, "old.json", &["--fail-on", "never"]);
    folder.write("d.txt", "MARKER-9\n");
    scan(&folder, "new.json", &["--fail-on", "never"]);
    diff(&[]).exits_with(0).prints("1 new (1 high)");
}

#[test]
fn other_rules_make_nothing_new() {
    let folder = folder();
    scan(&folder, "old.json", &["--ignore", "test/secret"]);

    folder
        .run(["diff", "old.json", "new.json"])
        .exits_with(0)
        .prints("? b.txt:1:1: critical[test/secret] a test secret was left in the text (its rule was not enabled for the old report)")
        .prints("note[diff/rules-differ]")
        .prints("0 new, 0 fixed, 1 still open, 2 not comparable");
}

#[test]
fn an_unfinished_report_is_never_green_and_fixes_nothing() {
    let folder = folder();
    folder.write("a.txt", "x".repeat(2_000));
    scan(&folder, "new.json", &["--max-file-size", "1000"]);
    let diff = |arguments: &[&str]| folder.run([&["diff", "old.json", "new.json"], arguments].concat());

    diff(&[])
        .exits_with(3)
        .prints("? a.txt:1:1: high[test/marker] a marker was left in the text (the new report did not look there, or not to the end)")
        .prints("note[diff/new-incomplete]: the new report is incomplete, 1 thing was not looked at: nothing there counts as fixed");
    diff(&["--exit-zero"]).exits_with(3);
    diff(&["--allow-incomplete"]).exits_with(0);
    folder
        .run(["diff", "new.json", "old.json"])
        .exits_with(1)
        .prints("note[diff/old-incomplete]");
}

#[test]
fn one_report_may_come_through_standard_input() {
    use std::fs::File;

    let folder = folder();
    let mut command = folder.command();
    command
        .args(["diff", "-", "new.json"])
        .stdin(File::open(folder.path().join("old.json")).unwrap());

    Ran::of(command.output().unwrap()).exits_with(1).prints("1 new");
    folder
        .run(["diff", "-", "-"])
        .exits_with(2)
        .says("both reports would come from standard input");
}

#[test]
fn what_is_no_report_is_named() {
    let folder = folder();
    let mut report: Value = serde_json::from_slice(&folder.read("new.json")).unwrap();
    report["tool"]["rules"] = json!(9);
    folder.write("bad.json", report.to_string());

    folder
        .run(["diff", "old.json", "bad.json"])
        .exits_with(2)
        .says("error: cannot read the report `bad.json`")
        .says("cause: `tool.rules` says 9, and the report holds 2")
        .says("hint: the report was changed after it was written: scan again");
    folder
        .run(["diff", "gone.json", "new.json"])
        .exits_with(2)
        .says("`gone.json`");
}
