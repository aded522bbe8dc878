//! The policy: a floor that settings cannot go below.

use crate::support::{Folder, Ran};

fn scanned(files: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let folder = Folder::new();
    for (name, text) in files {
        folder.write(name, text);
    }
    folder.run([&["scan", "--policy", "policy.toml"], arguments].concat())
}

const BAD: (&str, &str) = ("a.py", "eval(text)\n");

#[test]
fn settings_can_be_stricter_and_not_laxer() {
    let policy = ("policy.toml", "fail-on = \"medium\"\n");

    scanned(&[BAD, policy], &["--fail-on", "never"]).exits_with(1);
    scanned(&[BAD, policy], &["--fail-on", "critical", "--min-severity", "critical"]).exits_with(1);
    let ran = scanned(&[BAD, policy], &["--fail-on", "info", "--format", "json"]);
    assert_eq!(ran.exits_with(1).json()["fail_on"], "info");
}

#[test]
fn a_required_rule_cannot_be_left_out() {
    let policy = (
        "policy.toml",
        "fail-on = \"medium\"\nrequire = [\"python/eval-call\"]\n",
    );
    let per_file = ("weighbridge.toml", "[per-file-ignores]\n\"*.py\" = [\"python/*\"]\n");
    let severity = ("weighbridge.toml", "[severity]\n\"python/eval-call\" = \"info\"\n");

    scanned(&[BAD, policy], &["--ignore", "python/*"]).exits_with(1);
    scanned(&[BAD, policy], &["--select", "secret/*"]).exits_with(1);
    scanned(&[BAD, policy, per_file], &[]).exits_with(1);
    scanned(&[BAD, policy, severity], &[]).exits_with(1);
    // Raising it is allowed.
    let raised = ("weighbridge.toml", "[severity]\n\"python/eval-call\" = \"critical\"\n");
    let ran = scanned(&[BAD, policy, raised], &["--format", "json"]).exits_with(1);
    assert_eq!(ran.json()["findings"][0]["severity"], "critical");
}

#[test]
fn suppressions_can_be_forbidden() {
    let suppressed = ("a.py", "eval(text)  # weighbridge: ignore[python/eval-call] fine\n");

    scanned(&[suppressed, ("policy.toml", "")], &[]).exits_with(0);
    scanned(&[suppressed, ("policy.toml", "suppressions = \"forbid\"\n")], &[]).exits_with(1);
}

#[test]
fn the_policy_stands_in_the_report() {
    let report = scanned(&[("policy.toml", "")], &["--format", "json"])
        .exits_with(0)
        .json();

    assert_eq!(report["policy"]["name"], "policy.toml");
    let of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(report["policy"]["digest"], of_nothing);
}

#[test]
fn a_mistake_in_the_policy_is_named_with_its_line() {
    scanned(&[("policy.toml", "\nfail-at = \"low\"\n")], &[])
        .exits_with(2)
        .says("cannot use the policy `policy.toml`")
        .says("line 2: unknown key `fail-at`")
        .says("did you mean `fail-on`?");
    scanned(&[("policy.toml", "require = [\"python/evil-call\"]\n")], &[])
        .exits_with(2)
        .says("unknown rule `python/evil-call` (policy.toml:1)");
    scanned(&[], &[])
        .exits_with(2)
        .says("cannot read the policy `policy.toml`")
        .says("--policy FILE");
}

#[test]
fn the_variable_names_the_policy_too() {
    let folder = Folder::new();
    folder.write("a.py", BAD.1);
    folder.write("policy.toml", "fail-on = \"low\"\n");
    let mut command = folder.command();
    command
        .args(["scan", "--fail-on", "never"])
        .env("WEIGHBRIDGE_POLICY", "policy.toml");

    Ran::of(command.output().unwrap()).exits_with(1);
}

#[test]
fn a_person_is_asked_for_from_the_severity_on_that_the_policy_names() {
    let required = |policy: &str| {
        let report = scanned(&[BAD, ("policy.toml", policy)], &["--format", "json"]).json();
        report["review"]["required"].as_bool().unwrap()
    };

    assert!(required(""));
    assert!(!required("review-on = \"critical\"\n"));
    assert!(!required("review-on = \"never\"\n"));
    scanned(&[BAD, ("policy.toml", "")], &["--fail-on", "never", "--fail-on-review"]).exits_with(1);
}
