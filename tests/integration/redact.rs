//! `redact`: the stream without secrets, and the report about it.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;
use weighbridge_rules::fill;

use crate::support::{Folder, Ran};

fn redacted(folder: &Folder, input: &str, arguments: &[&str]) -> Ran {
    let mut command = folder.command();
    command.args(["redact", "--isolated"]).args(arguments);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(input.as_bytes()).unwrap();
    drop(pipe);
    Ran::of(child.wait_with_output().unwrap())
}

#[test]
fn the_stream_comes_out_without_its_secrets() {
    let folder = Folder::new();
    let token = fill("{{fake:github-crc32:ghp_}}").unwrap();
    let key = fill("{{fake:pem:PRIVATE KEY}}").unwrap();

    let ran = redacted(
        &folder,
        &format!("Take {token} and\n{key}\nfor http://10.0.0.7/.\nBye\n"),
        &[],
    );

    assert_eq!(ran.code, Some(0));
    assert_eq!(
        ran.stdout,
        "Take [redacted:secret/github-token] and\n[redacted:secret/private-key]\nfor http://[redacted:prompt/private-address]/.\nBye\n"
    );
}

#[test]
fn the_report_counts_risky_calls_in_blocks_of_code() {
    let folder = Folder::new();
    let token = fill("{{fake:github-crc32:ghp_}}").unwrap();
    let input = format!(
        "So:\n```py\nimport os, sys\nos.system(sys.argv[1])\nTOKEN = '{token}'\n```\nand\n```sh\n\necho hi\n```\n"
    );

    let ran = redacted(&folder, &input, &["--code", "--report", "json"]);

    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["redacted"]["rules"]["secret/github-token"], 1);
    assert_eq!(report["code"]["has_shell"], true);
    assert_eq!(report["code"]["lines"], 4);
    assert_eq!(report["code"]["risky_calls"]["rules"]["python/os-system"], 1);
    assert_eq!(report["code"]["blocks"][0]["language"], "python");
    assert_eq!(report["code"]["blocks"][1]["risky_calls"], 0);
    assert!(!ran.stdout.contains(&token[4..]));
}

#[test]
fn a_report_beside_the_text_names_its_digest() {
    let folder = Folder::new();

    let ran = redacted(&folder, "nothing to hide\n", &["--report", "json=out.json"]);

    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "nothing to hide\n"));
    let report: Value = serde_json::from_slice(&folder.read("out.json")).unwrap();
    assert_eq!(
        report["sha256"],
        weighbridge_core::Digest::of(b"nothing to hide\n").to_string()
    );
    assert!(report["code"].is_null());
}

#[test]
fn code_of_a_text_that_is_too_large_is_incomplete() {
    let folder = Folder::new();
    let input = "```py\nprint(1)\n```\n".repeat(100);

    let ran = redacted(
        &folder,
        &input,
        &["--code", "--report", "json", "--config", "max-file-size=1kB"],
    );

    assert_eq!(ran.code, Some(3));
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(report["code"].is_null());
}

#[test]
fn wrong_use_is_said() {
    let folder = Folder::new();

    for arguments in [&["--code"][..], &["--report", "xml"], &["--report", "json="]] {
        assert_eq!(redacted(&folder, "", arguments).code, Some(2), "{arguments:?}");
    }
}
