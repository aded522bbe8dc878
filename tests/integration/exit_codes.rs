//! One code for each meaning, the same in every format.

use crate::support::Folder;

const FORMATS: [&str; 5] = ["text", "concise", "json", "jsonl", "sarif"];

#[test]
fn codes_do_not_depend_on_the_format() {
    let folder = Folder::with_pages();
    folder.write("clean.txt", "nothing\n");
    folder.write("found.txt", "MARKER-1\n");
    folder.write("large.txt", "x".repeat(2_000));

    for format in FORMATS {
        folder.scan(["clean.txt", "--format", format]).exits_with(0);
        folder.scan(["found.txt", "--format", format]).exits_with(1);
        let incomplete = ["found.txt", "large.txt", "--max-file-size", "1000", "--format", format];
        folder
            .scan(incomplete)
            .exits_with(3)
            .prints("test/marker")
            .prints("file/too-large");
    }
}

#[test]
fn the_threshold_decides() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1\n");

    folder.scan(["a.txt", "--fail-on", "high"]).exits_with(1);
    folder
        .scan(["a.txt", "--fail-on", "critical"])
        .exits_with(0)
        .prints("MARKER-1");
    folder
        .scan(["a.txt", "--fail-on", "never"])
        .exits_with(0)
        .prints("MARKER-1");
    folder.scan(["a.txt", "--exit-zero"]).exits_with(0).prints("MARKER-1");
}

#[test]
fn a_threshold_below_what_is_shown_is_refused() {
    let folder = Folder::with_pages();

    folder
        .scan([".", "--fail-on", "low", "--min-severity", "high"])
        .exits_with(2)
        .says("pass `--fail-on high`, or `--min-severity low`");
}

#[test]
fn an_incomplete_run_wins_over_findings_and_leniency_must_be_asked_for() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1\n");
    folder.write("large.txt", "x".repeat(2_000));
    let scan = |more: &[&str]| folder.scan([&["a.txt", "large.txt", "--max-file-size", "1000"], more].concat());

    scan(&[]).exits_with(3);
    scan(&["--exit-zero"]).exits_with(3);
    scan(&["--allow-incomplete"]).exits_with(1);
    scan(&["--allow-incomplete", "--exit-zero"]).exits_with(0);
}

#[test]
fn nothing_to_scan_is_a_note_unless_files_are_required() {
    let folder = Folder::with_pages();

    folder.scan(["."]).exits_with(0).prints("there are no files to scan");
    folder
        .scan([".", "--require-files"])
        .exits_with(2)
        .says("there are no files to scan");
}

#[test]
fn wrong_use_gives_no_report() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1\n");

    for (arguments, said) in [
        (&["a.txt", "--fail-on", "hgh"][..], "a similar value exists: 'high'"),
        (&["a.txt", "--format", "sariff"], "did you mean `sarif`?"),
        (&["a.txt", "--no-such-flag"], "--no-such-flag"),
        (&["missing.txt"], "there is no file or folder `missing.txt`"),
        (&["a.txt/b"], "there is no file or folder `a.txt/b`"),
        (&["a.txt", "-o", "sarif=missing/out.sarif"], "its folder does not exist"),
        (&["a.txt", "-o", "sarif=pages"], "it is a folder"),
        (
            &["a.txt", "-o", "json", "--format", "sarif"],
            "would go to standard output",
        ),
        (&["a.txt", "-o", "json=x", "-o", "sarif=./x"], "two reports would go to"),
        (&["a.txt", "--select", "test/markr"], "did you mean `test/marker`?"),
        (&["a.txt", "--ignore", "tset/*"], "did you mean `test/*`?"),
        (&["a.txt", "--ignore", "test/*"], "no rule is left"),
        (&["a.txt", "--max-file-size", "many"], "is not a size"),
        (&["a.txt", "--jobs", "0"], "--jobs"),
        (&["a.txt", "--rules", "nowhere"], "cannot read the rules in `nowhere`"),
    ] {
        let ran = folder.scan(arguments).exits_with(2).says(said);
        assert_eq!(ran.stdout, "", "{arguments:?}");
        assert!(
            ran.stderr.contains("hint: ") || ran.stderr.contains("--help"),
            "{ran:#?}"
        );
    }
}

#[test]
fn help_and_version_are_no_errors() {
    let folder = Folder::new();

    folder.run(["--help"]).exits_with(0).prints("Exit codes:");
    folder.run(["--version"]).exits_with(0).prints("weighbridge ");
    folder.run(["completions", "bash"]).exits_with(0).prints("complete -F");
    folder.run(["man"]).exits_with(0).prints(".TH weighbridge");
    folder.run(["man", "scan"]).exits_with(0).prints("fail\\-on");
    folder.run(["man", "scna"]).exits_with(2).says("did you mean `scan`?");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_a_closed_pipe_is_none() {
    use std::fs::OpenOptions;
    use std::process::Stdio;

    use crate::support::Ran;

    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1\n");

    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ran = Ran::of(folder.scan_command().arg("a.txt").stdout(full).output().unwrap());
    ran.exits_with(2).says("cannot write to standard output");

    let mut command = folder.scan_command();
    let mut child = command
        .arg("a.txt")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    Ran::of(child.wait_with_output().unwrap()).exits_with(1);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_says_so() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    let folder = Folder::with_pages();
    let mut command = folder.scan_command();
    let mut child = command
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // More than a pipe holds: once it is written, the run is under way and listens.
    input.write_all(&b"MARKER-1\n".repeat(100_000)).unwrap();
    Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    drop(input);

    let output = child.wait_with_output().unwrap();

    assert_eq!(output.status.code(), Some(130));
    assert!(output.stdout.is_empty());
}
