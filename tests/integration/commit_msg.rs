//! `hook commit-msg`: credentials in messages, and the trailer that says who assisted.

use crate::git_support::Repository;
use crate::support::{Folder, Ran};

const ASSISTED: (&str, &str) = ("WEIGHBRIDGE_ASSISTED_BY", "Claude:claude-opus-4.6");

fn hook(folder: &Folder, variables: &[(&str, &str)], flags: &[&str]) -> Ran {
    let mut command = folder.command();
    command.args(["hook", "commit-msg", "message"]).args(flags);
    Ran::of(command.envs(variables.iter().copied()).output().unwrap())
}

fn message(folder: &Folder) -> String {
    String::from_utf8(folder.read("message")).unwrap()
}

/// A made-up token of the shape that `secret/github-token` looks for, put together so that this file does not hold it.
fn token() -> String {
    weighbridge_rules::fill("{{fake:github-crc32:ghp_}}").unwrap()
}

#[test]
fn without_a_policy_a_message_stays_as_it_is() {
    let folder = Folder::new();
    folder.write("message", "subject\n");

    let ran = hook(&folder, &[], &[]).exits_with(0);

    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    assert_eq!(message(&folder), "subject\n");
}

#[test]
fn the_trailer_is_added_once_by_variable_or_setting() {
    let folder = Folder::new();
    folder.write("message", "subject\n");

    hook(&folder, &[ASSISTED], &[])
        .exits_with(0)
        .says("added to the message: Assisted-by: Claude");
    assert_eq!(message(&folder), "subject\n\nAssisted-by: Claude:claude-opus-4.6\n");
    folder.write("weighbridge.toml", "assisted-by = \"other\"\n");
    hook(&folder, &[], &[]).exits_with(0);
    assert_eq!(message(&folder), "subject\n\nAssisted-by: Claude:claude-opus-4.6\n");
    folder.write("message", "subject\n");
    hook(&folder, &[], &[]).exits_with(0);
    assert_eq!(message(&folder), "subject\n\nAssisted-by: other\n");
}

#[test]
fn check_refuses_and_changes_nothing() {
    let folder = Folder::new();
    folder.write("message", "subject\n");

    hook(&folder, &[ASSISTED], &["--check"])
        .exits_with(1)
        .says("the message does not say who assisted, as WEIGHBRIDGE_ASSISTED_BY demands")
        .says("add the line `Assisted-by: Claude:claude-opus-4.6`");
    assert_eq!(message(&folder), "subject\n");
    hook(&folder, &[], &["--check"]).exits_with(0);
}

#[test]
fn an_empty_message_stays_empty_so_that_git_gives_up() {
    let folder = Folder::new();
    folder.write("message", "\n# On branch main\n");

    hook(&folder, &[ASSISTED], &[]).exits_with(0);

    assert_eq!(message(&folder), "\n# On branch main\n");
}

#[test]
fn a_credential_in_the_message_is_refused_and_not_shown() {
    let folder = Folder::new();
    let token = token();
    folder.write("message", format!("subject\n\nuse {token} for it\n"));

    let ran = hook(&folder, &[ASSISTED], &[])
        .exits_with(1)
        .prints("secret/github-token")
        .prints("message:3:5");

    assert!(!ran.stdout.contains(&token) && !ran.stderr.contains(&token));
    assert!(!message(&folder).contains("Assisted-by"));
    hook(&folder, &[], &["--config", "fail-on=never"]).exits_with(0);
}

#[test]
fn a_credential_in_the_diff_below_the_scissors_is_no_part_of_the_message() {
    let folder = Folder::new();
    let scissors = "# ------------------------ >8 ------------------------";
    folder.write("message", format!("subject\n\n{scissors}\n-{}\n", token()));

    hook(&folder, &[], &[]).exits_with(0);
}

#[test]
fn what_is_no_message_is_wrong_use() {
    let folder = Folder::new();
    hook(&folder, &[], &[])
        .exits_with(2)
        .says("cannot read the message `message`");

    folder.write("message", "subject\n");

    hook(&folder, &[("WEIGHBRIDGE_ASSISTED_BY", "a\nb")], &[])
        .exits_with(2)
        .says("is not one line of text");
}

#[cfg(unix)]
#[test]
fn git_finds_the_trailer() {
    let repository = Repository::new();
    let script = format!(
        "#!/bin/sh\nexec '{}' hook commit-msg \"$1\"\n",
        env!("CARGO_BIN_EXE_weighbridge")
    );
    repository.write(".git/hooks/commit-msg", script);
    let path = repository.folder.path().join(".git/hooks/commit-msg");
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    repository.stage("a.txt", "a\n");

    let mut command = repository.git_command();
    command.args(["commit", "--quiet", "--signoff", "-m", "subject", "-m", "why"]);
    Ran::of(command.env(ASSISTED.0, ASSISTED.1).output().unwrap()).exits_with(0);

    let trailers = repository.git(["log", "-1", "--format=%(trailers)"]);
    assert!(trailers.contains("Signed-off-by: A Tester"), "{trailers}");
    assert!(trailers.contains("Assisted-by: Claude:claude-opus-4.6"), "{trailers}");
}
