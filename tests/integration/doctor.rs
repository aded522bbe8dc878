//! `doctor`: each state of a place gets its line, and no place makes it fail.

use std::fs;

use crate::git_support::Repository;
use crate::support::{Folder, Ran};

/// What a check says as `state: message`, each line of it.
pub(crate) fn said(ran: &Ran, check: &str) -> Vec<String> {
    let document = ran.json();
    let lines = document["checks"].as_array().unwrap().iter();
    lines
        .filter(|line| line["check"] == check)
        .map(|line| {
            format!(
                "{}: {}",
                line["state"].as_str().unwrap(),
                line["message"].as_str().unwrap()
            )
        })
        .collect()
}

pub(crate) fn doctor(folder: &Folder, variables: &[(&str, &str)]) -> Ran {
    let mut command = folder.command();
    command
        .args(["doctor", "--format", "json"])
        .envs(variables.iter().copied());
    Ran::of(command.output().unwrap())
}

#[track_caller]
fn says(ran: &Ran, check: &str, text: &str) {
    let lines = said(ran, check);
    assert!(
        lines.iter().any(|line| line.contains(text)),
        "no {text:?} in {lines:#?}"
    );
}

#[test]
fn a_place_in_order_has_no_problem() {
    let repository = Repository::new();

    let ran = repository.folder.run(["doctor"]).exits_with(0);

    ran.prints("ok       version")
        .prints("ok       git       a repository that can be read")
        .prints("ok       settings  no settings file")
        .prints("review: not built in")
        .prints("ok       trust     `public-good` is built in, and its authorities are valid until 20")
        .prints_no("problem");
}

#[test]
fn the_digest_of_the_rules_is_that_of_the_report() {
    let folder = Folder::new();
    let report = folder.run(["scan", "--format", "json"]).exits_with(0).json();
    let digest = report["tool"]["rules_digest"].as_str().unwrap();

    says(&doctor(&folder, &[]).exits_with(0), "rules", digest);
}

#[test]
fn broken_settings_are_one_problem_and_stop_no_other_check() {
    let repository = Repository::new();
    repository.write("weighbridge.toml", "fail-onn = \"low\"\n");

    let ran = doctor(&repository.folder, &[("WEIGHBRIDGE_FAIL_IN", "low")]).exits_with(1);

    assert_eq!(ran.json()["problems"], 1);
    says(
        &ran,
        "settings",
        "problem: cannot use the settings `weighbridge.toml`: line 1: unknown key `fail-onn`",
    );
    says(&ran, "git", "ok");
    says(&ran, "hooks", "note");
}

#[test]
fn a_page_that_cannot_be_used_and_a_variable_nobody_reads_are_named() {
    let folder = Folder::with_pages();
    folder.write("pages/test/bad.md", "no page\n");
    folder.write("weighbridge.toml", "rules = [\"pages\"]\n");

    let ran = doctor(&folder, &[("WEIGHBRIDGE_FAIL_IN", "low")]).exits_with(1);

    says(&ran, "rules", "problem: cannot use the page `pages/test/bad.md`");
    says(
        &ran,
        "settings",
        "note: the variable `WEIGHBRIDGE_FAIL_IN` is no setting",
    );
    fs::remove_file(folder.path().join("pages/test/bad.md")).unwrap();
    says(
        &doctor(&folder, &[]).exits_with(0),
        "rules",
        "2 of them from pages of your own",
    );
}

#[test]
fn each_kind_of_repository_has_its_line() {
    let repository = Repository::new();
    repository.git(["config", "uploadpack.allowFilter", "true"]);
    repository.write("old.txt", "other\n");
    repository.commit("second");
    let git = |repository: &Repository| said(&doctor(&repository.folder, &[]), "git").join("\n");

    assert!(git(&Repository::empty()).starts_with("note: there is no commit yet"));
    assert!(git(&repository.cloned(&["--depth", "1"])).starts_with("note: the clone is shallow"));
    assert!(git(&repository.cloned(&["--filter=blob:none"])).starts_with("note: the clone is partial"));
    assert!(git(&repository.cloned(&["--bare"])).starts_with("note: the git repository has no working tree"));

    repository.git(["worktree", "add", "--quiet", "tree", "-b", "side"]);
    let tree = repository
        .folder
        .command()
        .args(["doctor"])
        .current_dir(repository.folder.path().join("tree"))
        .output();
    Ran::of(tree.unwrap())
        .exits_with(0)
        .prints("ok       git       a linked working tree");
    repository.git(["checkout", "--quiet", "--detach"]);
    assert_eq!(git(&repository), "ok: a commit is checked out, not a branch");
    assert_eq!(
        said(&doctor(&Folder::new(), &[]).exits_with(0), "git"),
        ["note: there is no git repository here"]
    );
}

#[test]
fn conflicts_are_a_problem() {
    let repository = Repository::new();
    repository.git(["checkout", "--quiet", "-b", "side"]);
    repository.write("old.txt", "side\n");
    repository.commit("side");
    repository.git(["checkout", "--quiet", "main"]);
    repository.write("old.txt", "main\n");
    repository.commit("main");
    assert!(
        !repository
            .git_command()
            .args(["merge", "--quiet", "side"])
            .output()
            .unwrap()
            .status
            .success()
    );

    let ran = doctor(&repository.folder, &[]).exits_with(1);

    says(&ran, "git", "problem: the index has conflicts: old.txt");
}

#[test]
fn a_repository_that_cannot_be_read_is_told_from_one_that_is_broken() {
    let repository = Repository::new();
    fs::write(repository.folder.path().join(".git/HEAD"), "nonsense").unwrap();
    says(
        &doctor(&repository.folder, &[]).exits_with(1),
        "git",
        "problem: the repository cannot be read",
    );

    let ran = doctor(&Repository::of_sha256().folder, &[]).exits_with(0);
    says(&ran, "git", "note: this kind of git repository cannot be read");
}

/// Needs the right to give files away; without it there is nothing to check.
#[cfg(unix)]
#[test]
fn a_repository_of_somebody_else_is_a_problem_with_the_command_that_mends_it() {
    let Some(repository) = Repository::of_somebody_else() else {
        return;
    };

    let ran = doctor(&repository.folder, &[]).exits_with(1);

    assert_eq!(ran.json()["problems"], 1);
    ran.prints("git config --global --add safe.directory '");
}

#[test]
fn old_entries_of_a_baseline_are_counted() {
    let repository = Repository::new();
    repository.write(
        "weighbridge.toml",
        "rules = [\"pages\"]\nselect = [\"test/*\"]\nexclude = [\"/pages\"]\n",
    );
    repository.write("gone.txt", "MARKER-2\n");
    let run = |arguments: &[&str]| repository.folder.run(arguments);
    run(&["baseline", "create"]).exits_with(0);
    says(
        &doctor(&repository.folder, &[]).exits_with(0),
        "baseline",
        "note: `weighbridge-baseline.json` is here",
    );

    let text = fs::read_to_string(repository.folder.path().join("weighbridge-baseline.json")).unwrap();
    let text = text.replacen("\"reason\":\"\"", "\"reason\":\"\",\"expires\":\"2020-01-01\"", 1);
    repository.write("weighbridge-baseline.json", text);
    repository.write("old.txt", "clean\n");
    fs::remove_file(repository.folder.path().join("gone.txt")).unwrap();
    let variables = [("WEIGHBRIDGE_BASELINE", "weighbridge-baseline.json")];

    let ran = doctor(&repository.folder, &variables).exits_with(0);

    says(&ran, "baseline", "ok: findings accepted: 2");
    says(
        &ran,
        "baseline",
        "note: entries that have expired, so that their findings count again: 1",
    );
    says(&ran, "baseline", "note: entries that match nothing any more: 2");
    repository.write("weighbridge-baseline.json", "{");
    says(
        &doctor(&repository.folder, &variables).exits_with(1),
        "baseline",
        "problem: cannot use the baseline",
    );
}

#[test]
fn the_base_of_the_ci_is_looked_for() {
    let repository = Repository::new();
    let head = repository.git(["rev-parse", "HEAD"]);
    let missing = "0123456789012345678901234567890123456789";
    let run = |base: &str| {
        let variables = [("GITLAB_CI", "true"), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base)];
        doctor(&repository.folder, &variables)
    };

    says(
        &run(&head).exits_with(0),
        "base",
        &format!("ok: CI: GitLab; `--changed` compares with `{head}`"),
    );
    says(
        &run(missing).exits_with(1),
        "base",
        "problem: CI: GitLab; `--changed` has no base: unknown revision",
    );
    let by_hand = doctor(
        &repository.folder,
        &[("GITHUB_ACTIONS", "true"), ("GITEA_ACTIONS", "true")],
    );
    says(
        &by_hand.exits_with(0),
        "base",
        "note: CI: Gitea; `--changed` has no base",
    );
    says(&doctor(&repository.folder, &[]).exits_with(0), "base", "note: no CI");
}

#[test]
fn a_pipeline_with_the_placeholder_is_a_problem() {
    let repository = Repository::new();
    let pipeline = || doctor(&repository.folder, &[]);
    says(&pipeline().exits_with(0), "pipeline", "note: no pipeline");
    repository.write(
        ".github/workflows/a.yml",
        format!("uses: weighbridge/weighbridge@{}\n", "0".repeat(40)),
    );
    says(
        &pipeline().exits_with(1),
        "pipeline",
        "problem: `.github/workflows/a.yml` names the placeholder",
    );

    repository.write(
        ".github/workflows/a.yml",
        format!("uses: weighbridge/weighbridge@{}\n", "1".repeat(40)),
    );

    says(
        &pipeline().exits_with(0),
        "pipeline",
        "ok: `.github/workflows/a.yml` names weighbridge",
    );
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_gone_is_a_problem_and_no_crash() {
    let folder = Folder::new();
    folder.write("gone/a.txt", "");
    let script = "cd gone && rm -r ../gone && exec \"$0\" doctor";

    let ran = std::process::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_weighbridge")])
        .current_dir(folder.path())
        .output();

    Ran::of(ran.unwrap())
        .exits_with(1)
        .prints("problem  folder  cannot tell the current directory");
}
