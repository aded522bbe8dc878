//! What is scanned, and what is said about it.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Folder, Ran};

#[test]
fn a_finding_is_printed_with_its_place_and_help() {
    let folder = Folder::with_pages();
    folder.write("src/a.txt", "one\ntwo MARKER-7\n");

    folder
        .scan(["."])
        .exits_with(1)
        .prints("src/a.txt:2:5")
        .prints("remove the marker")
        .says("1 finding");
}

#[test]
fn the_current_folder_is_scanned_without_an_argument() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-7\n");

    folder.scan::<&str>([]).exits_with(1).prints("a.txt:1:1");
}

#[test]
fn no_report_holds_an_absolute_path() {
    let folder = Folder::with_pages();
    folder.write("src/a.txt", "MARKER-7\n");
    let absolute = folder.path().join("src");

    for format in ["text", "concise", "json", "jsonl", "sarif"] {
        let ran = folder
            .scan([absolute.as_os_str(), "--format".as_ref(), format.as_ref()])
            .exits_with(1);
        ran.prints("src/a.txt").prints_no(folder.path().to_str().unwrap());
    }
}

#[test]
fn gitignore_is_followed_unless_told_otherwise() {
    let folder = Folder::with_pages();
    folder.write(".gitignore", "*.log\n");
    folder.write("a.log", "MARKER-1\n");

    folder.scan(["."]).exits_with(0);
    folder.scan([".", "--no-ignore"]).exits_with(1).prints("a.log");
    folder.scan(["a.log"]).exits_with(1).prints("a.log");
}

#[test]
fn other_ignore_files_do_not_hide_anything() {
    let folder = Folder::with_pages();
    folder.write(".ignore", "*.log\n");
    folder.write("a.log", "MARKER-1\n");

    folder.scan(["."]).exits_with(1);
}

#[test]
fn hidden_files_are_entered_on_request_and_git_never() {
    let folder = Folder::with_pages();
    folder.write(".env", "MARKER-1\n");
    folder.write(".git/config", "MARKER-2\n");

    folder.scan(["."]).exits_with(0);
    folder
        .scan([".", "--hidden"])
        .exits_with(1)
        .prints(".env")
        .prints_no("config");
}

#[test]
fn a_file_named_twice_is_scanned_once() {
    let folder = Folder::with_pages();
    folder.write("src/a.txt", "MARKER-1\n");

    let ran = folder
        .scan([".", "src", "src/a.txt", "./src/../src/a.txt", "--format", "json"])
        .exits_with(1);

    // A path with an inner `..` is kept as written, as `..` behind a link is another place.
    assert_eq!(ran.json()["summary"]["files"], 2);
}

#[test]
fn files_lists_what_would_be_scanned() {
    let folder = Folder::with_pages();
    folder.write("b.txt", "MARKER-1\n");
    folder.write("a/c.txt", "");
    folder.write("skipped/d.txt", "");

    let ran = folder
        .scan([".", "--files", "--exclude", "skipped/", "--exclude", "/pages"])
        .exits_with(0);

    assert_eq!(ran.stdout, "a/c.txt\nb.txt\n");
}

#[test]
fn a_named_file_is_left_out_only_where_exclude_is_forced() {
    let folder = Folder::with_pages();
    for name in ["a.txt", "skipped/b.txt", "skipped/deep/c.txt"] {
        folder.write(name, "MARKER-1\n");
    }
    let named = [
        "a.txt",
        "skipped/b.txt",
        "skipped/deep",
        "--exclude",
        "skipped/",
        "--files",
    ];

    let asked = folder.scan(named).exits_with(0);
    let forced = folder.scan([&named[..], &["--force-exclude"]].concat()).exits_with(0);

    assert_eq!(asked.stdout, "a.txt\nskipped/b.txt\nskipped/deep/c.txt\n");
    assert_eq!(forced.stdout, "a.txt\n");
}

#[test]
fn forcing_exclude_holds_as_a_setting_and_for_standard_input() {
    let folder = Folder::with_pages();
    folder.write("skipped/b.txt", "MARKER-1\n");
    folder.write("weighbridge.toml", "exclude = [\"*.txt\"]\nforce-exclude = true\n");
    let rules = ["scan", "--rules", "pages", "--select", "test/*"];
    let scan = |arguments: &[&str]| folder.run([&rules[..], arguments].concat());

    scan(&["skipped/b.txt"]).exits_with(0).prints("run/no-files");
    scan(&["-", "--stdin-filename", "a.txt"])
        .exits_with(0)
        .prints("run/no-files");
    scan(&["skipped/b.txt", "--config", "force-exclude=false"]).exits_with(1);
}

#[test]
fn standard_input_is_scanned_under_the_name_it_is_given() {
    let folder = Folder::with_pages();
    let scan = |arguments: &[&str]| {
        let mut command = folder.scan_command();
        let mut child = command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(b"MARKER-1\n").unwrap();
        Ran::of(child.wait_with_output().unwrap())
    };

    scan(&["-"]).exits_with(1).prints("<stdin>:1:1");
    scan(&["-", "--stdin-filename", "src/a.txt"])
        .exits_with(1)
        .prints("src/a.txt:1:1");
    scan(&["-", "--max-file-size", "4"])
        .exits_with(3)
        .prints("file/too-large");
    folder
        .scan(["--stdin-filename", "a.txt"])
        .exits_with(2)
        .says("add `-` to the paths");
}

#[test]
fn findings_below_the_least_severity_are_shown_nowhere() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1 SECRET_abcdef\n");

    let ran = folder.scan([
        ".",
        "--min-severity",
        "critical",
        "--fail-on",
        "critical",
        "--format",
        "json",
    ]);

    let report = ran.exits_with(1).json();
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    assert_eq!(report["findings"][0]["severity"], "critical");
}

#[test]
fn a_secret_rule_that_is_off_still_masks() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1 SECRET_abcdef\n");

    for format in ["text", "concise", "json", "jsonl", "sarif"] {
        let ran = folder.scan([".", "--ignore", "test/secret", "--format", format]);
        ran.exits_with(1)
            .prints("test/marker")
            .prints_no("SECRET_abcdef")
            .prints_no("test secret");
    }
}

#[test]
fn reports_go_to_files_and_standard_output_at_once() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1\n");

    let ran = folder.scan([
        "a.txt",
        "--format",
        "concise",
        "-o",
        "sarif=out.sarif",
        "-o",
        "json=out.json",
    ]);

    ran.exits_with(1).prints("a.txt:1:1");
    let sarif: serde_json::Value = serde_json::from_slice(&folder.read("out.sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert!(!folder.read("out.json").is_empty());
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        names.iter().all(|name| !name.to_string_lossy().contains("tmp")),
        "{names:?}"
    );
}

#[test]
fn an_output_without_a_path_is_the_format_of_standard_output() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1\n");

    let short = folder.scan(["a.txt", "-o", "json"]).exits_with(1);
    let long = folder.scan(["a.txt", "--format", "json"]).exits_with(1);

    assert_eq!(short.stdout, long.stdout);
}

#[test]
fn quiet_drops_the_summary_and_nothing_else() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1\n");

    let ran = folder.scan(["a.txt", "-q"]).exits_with(1).prints("MARKER-1");

    assert_eq!(ran.stderr, "");
}

#[test]
fn colour_follows_the_flag_and_then_the_environment() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1\n");
    let is_coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = folder.scan_command();
        command.arg("a.txt").args(arguments).envs(variables.iter().copied());
        Ran::of(command.output().unwrap()).stdout.contains('\x1b')
    };

    assert!(!is_coloured(&[], &[]));
    assert!(is_coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(is_coloured(&[], &[("FORCE_COLOR", "1")]));
    assert!(!is_coloured(&[], &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
    assert!(!is_coloured(&["--color", "never"], &[("FORCE_COLOR", "1")]));
}

#[test]
fn the_log_never_holds_the_contents_of_a_source() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "an unlikely word: xylotomous MARKER-1\n");

    let ran = folder.scan(["a.txt", "-vv", "--select", "test/secret", "--ignore", "test/marker"]);

    assert!(ran.stderr.contains("scanning"), "{ran:#?}");
    assert!(!ran.stderr.contains("xylotomous"), "{ran:#?}");
}
