//! `weighbridge baseline`: what was accepted does not count, and nothing else hides behind it.

use crate::git_support::Repository;
use crate::support::{Folder, Ran};

const FILE: &str = "weighbridge-baseline.json";

/// The baseline of the folder is no file to scan, and is used.
const WITH: [&str; 2] = ["--baseline", FILE];

fn baseline(folder: &Folder, arguments: &[&str]) -> Ran {
    let mut command = folder.command();
    let (verb, more) = arguments.split_first().unwrap();
    command
        .args([
            "baseline",
            verb,
            "--rules",
            "pages",
            "--select",
            "test/*",
            "--exclude",
            "/pages",
        ])
        .args(more);
    Ran::of(command.output().unwrap())
}

fn folder() -> Folder {
    let folder = Folder::with_pages();
    folder.write("a.txt", "one\nMARKER-1\nSECRET_k7Qm2Xv9\n");
    folder.write("b/c.txt", "MARKER-2\n");
    baseline(&folder, &["create", "--reason", "was there before"])
        .exits_with(0)
        .says("accepted in `weighbridge-baseline.json`: 3");
    folder
}

#[test]
fn what_was_accepted_does_not_count_and_stays_visible() {
    let folder = folder();

    folder.scan(["."]).exits_with(1);
    let ran = folder.scan([&WITH[..], &["--format", "json"]].concat()).exits_with(0);

    let report = ran.json();
    assert_eq!(report["summary"]["suppressed"], 3);
    assert_eq!(report["summary"]["findings"]["total"], 0);
    let first = &report["findings"][0]["suppression"];
    assert_eq!(first["kind"], "baseline");
    assert_eq!(first["reason"], "was there before");
    assert!(report["notifications"].as_array().unwrap().is_empty());
}

#[test]
fn a_new_finding_counts_and_moved_lines_do_not() {
    let folder = folder();
    folder.write("a.txt", "zero\n\none\nMARKER-1\nSECRET_k7Qm2Xv9\nMARKER-3\n");

    folder
        .scan(WITH)
        .exits_with(1)
        .prints("a.txt:6:1")
        .prints_no("a.txt:4:1")
        .prints_no("baseline/stale");
}

#[test]
fn a_changed_secret_a_second_one_and_another_file_are_not_covered() {
    let folder = folder();

    folder.write("a.txt", "one\nMARKER-1\nSECRET_b4Tz8Wn1\n");
    folder.scan(WITH).exits_with(1).prints("a.txt:3:1");
    folder.write("a.txt", "one\nMARKER-1\nSECRET_k7Qm2Xv9\nSECRET_k7Qm2Xv9\n");
    folder.scan(WITH).exits_with(1).prints("a.txt:4:1");
    folder.write("d.txt", "MARKER-2\n");
    folder.scan(WITH).exits_with(1).prints("d.txt:1:1").prints_no("b/c.txt");
}

#[test]
fn entries_without_a_finding_are_noted_and_pruned() {
    let folder = folder();
    folder.write("a.txt", "one\nMARKER-1\n");
    std::fs::remove_file(folder.path().join("b/c.txt")).unwrap();

    folder
        .scan(WITH)
        .exits_with(0)
        .prints("baseline/stale")
        .prints("entries that match nothing any more: 2")
        .prints("weighbridge baseline prune");
    baseline(&folder, &["prune"])
        .exits_with(0)
        .says("`weighbridge-baseline.json`: 2; entries left: 1");
    folder.scan(WITH).exits_with(0).prints_no("baseline/stale");
    folder.write("b/c.txt", "MARKER-2\n");
    folder.scan(WITH).exits_with(1).prints("b/c.txt:1:1");
}

#[test]
fn an_entry_is_not_stale_because_nobody_looked() {
    let folder = folder();

    folder
        .scan([&WITH[..], &["a.txt"]].concat())
        .exits_with(0)
        .prints_no("baseline/stale");
    folder
        .scan([&WITH[..], &["--ignore", "test/secret"]].concat())
        .exits_with(0)
        .prints_no("baseline/stale");
    let incomplete = [&WITH[..], &["--max-file-size", "4"]].concat();
    folder.scan(incomplete).exits_with(3).prints_no("baseline/stale");
}

#[test]
fn the_file_is_sorted_one_finding_a_line_and_holds_no_text() {
    let folder = folder();

    let text = String::from_utf8(folder.read(FILE)).unwrap();

    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 5, "{text}");
    assert_eq!(lines[0], "{\"version\": 1, \"findings\": [");
    assert!(lines[1..4].is_sorted(), "{text}");
    assert!(
        lines[3].starts_with(r#"{"path":"b/c.txt","rule":"test/marker","fingerprint":""#),
        "{text}"
    );
    assert!(
        !text.contains("SECRET_") && !text.contains("MARKER") && !text.contains("k7Qm2Xv9"),
        "{text}"
    );
    baseline(
        &folder,
        &[
            "create",
            "--output",
            "other.json",
            "--reason",
            "was there before",
            "-j1",
        ],
    )
    .exits_with(0);
    assert_eq!(String::from_utf8(folder.read("other.json")).unwrap(), text);
}

#[test]
fn what_exists_is_only_replaced_on_request_and_keeps_its_reasons() {
    let folder = folder();
    let text = String::from_utf8(folder.read(FILE)).unwrap();
    let text = text.replacen(
        "was there before\"",
        "ours\",\"author\":\"me\",\"expires\":\"2999-01-01\"",
        1,
    );
    folder.write(FILE, &text);
    folder.write("new.txt", "MARKER-9\n");

    baseline(&folder, &["create"])
        .exits_with(2)
        .says("there is a baseline already")
        .says("--force");
    baseline(&folder, &["create", "--force", "--reason", "newer"])
        .exits_with(0)
        .says(": 4");

    let written = String::from_utf8(folder.read(FILE)).unwrap();
    assert!(
        written.contains("\"reason\":\"ours\",\"author\":\"me\",\"expires\":\"2999-01-01\""),
        "{written}"
    );
    assert_eq!(written.matches("was there before").count(), 2, "{written}");
    assert_eq!(written.matches("newer").count(), 1, "{written}");
}

#[test]
fn an_expired_entry_lets_its_finding_count() {
    let folder = folder();
    let text = String::from_utf8(folder.read(FILE)).unwrap();
    folder.write(
        FILE,
        text.replacen("before\"", "before\",\"expires\":\"2020-01-01\"", 1),
    );

    folder
        .scan(WITH)
        .exits_with(1)
        .prints("a.txt")
        .prints("baseline/expired")
        .prints("set a later `expires`");
}

#[test]
fn the_setting_names_the_baseline_and_an_empty_one_takes_it_back() {
    let folder = folder();
    folder.write("weighbridge.toml", format!("baseline = \"{FILE}\"\n"));

    folder.scan(["."]).exits_with(0);
    folder.scan([".", "--config", "baseline="]).exits_with(1);
    let ran = folder.run(["config", "show"]).exits_with(0);
    ran.prints("baseline = \"weighbridge-baseline.json\"")
        .prints("# weighbridge.toml:1");
    folder.run(["config", "schema"]).exits_with(0).prints("\"baseline\"");
    let mut command = folder.scan_command();
    command.args([".", "--isolated"]).env("WEIGHBRIDGE_BASELINE", FILE);
    Ran::of(command.output().unwrap()).exits_with(0);
}

#[test]
fn a_baseline_that_cannot_be_used_stops_the_run() {
    let folder = folder();

    folder
        .scan(["--baseline", "missing.json"])
        .exits_with(2)
        .says("cannot use the baseline `missing.json`")
        .says("baseline create");
    folder.write(FILE, "{\"version\": 1, \"findings\": [\n<<<<<<< HEAD\n]}\n");
    folder.scan(WITH).exits_with(2).says("line 2").says("after a merge");
    folder.write(FILE, "{\"version\": 9, \"findings\": []}");
    folder.scan(WITH).exits_with(2).says("its version is 9");
    baseline(&folder, &["create", "--output", "missing/x.json"])
        .exits_with(2)
        .says("its folder does not exist");
}

#[test]
fn a_baseline_and_a_git_scope_go_together() {
    let repository = Repository::new();
    baseline(&repository.folder, &["create", "old.txt"]).exits_with(0);
    repository.stage("old.txt", "one\nMARKER-1\nthree\nMARKER-2\n");
    let scan = |more: &[&str]| {
        repository
            .scan(&[&WITH[..], &["--staged"], more].concat())
            .exits_with(1)
    };

    // What the baseline covers is not counted among the findings left out either.
    scan(&[])
        .prints("old.txt:4:1")
        .prints_no("left out")
        .prints_no("baseline/stale");
    scan(&["--all-lines"]).prints("old.txt:4:1").prints_no("old.txt:2:1");
    repository.git(["rm", "--quiet", "--force", "old.txt"]);
    // Whether a file is gone for good a run on changes cannot tell.
    repository
        .scan(&[&WITH[..], &["--staged"]].concat())
        .exits_with(0)
        .prints_no("baseline/stale");
}
