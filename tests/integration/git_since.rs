//! `scan --since` and `scan --changed`: added lines, or everything, but never "nothing" because git could not tell.

use std::fs;

use crate::git_support::Repository;

const ALL: &str = "every file was scanned";

/// A repository whose branch `topic`, checked out, and `main` have gone on from the first commit.
fn diverged() -> Repository {
    let repository = Repository::new();
    repository.git(["switch", "--quiet", "-c", "topic"]);
    repository.write("old.txt", "one\nMARKER-1\nthree\nMARKER-2\n");
    repository.commit("topic");
    repository.git(["switch", "--quiet", "main"]);
    repository.write("theirs.txt", "MARKER-3\n");
    repository.commit("main");
    repository.git(["switch", "--quiet", "topic"]);
    repository
}

#[test]
fn lines_added_since_the_branches_parted_count() {
    let repository = diverged();

    repository
        .scan(&["--since", "main"])
        .exits_with(1)
        .prints("old.txt:4:1")
        .prints_no("old.txt:2:1")
        .prints_no("theirs.txt");
}

#[test]
fn edits_that_are_not_committed_count_too() {
    let repository = diverged();
    repository.write("old.txt", "one\nMARKER-1\nthree\nMARKER-2\nMARKER-5\n");
    repository.stage("staged.txt", "MARKER-6\n");
    repository.write("untracked.txt", "MARKER-7\n");

    let ran = repository
        .scan(&["--since", "main", "--format", "concise"])
        .exits_with(1);

    ran.prints("old.txt:4:1")
        .prints("old.txt:5:1")
        .prints("staged.txt:1:1")
        .prints("untracked.txt:1:1");
}

#[test]
fn what_was_undone_on_the_disk_does_not_count() {
    let repository = diverged();
    repository.write("old.txt", "one\nMARKER-1\nthree\n");

    repository.scan(&["--since", "main"]).exits_with(0);
}

#[test]
fn an_unknown_revision_is_wrong_use() {
    let repository = Repository::new();

    repository
        .scan(&["--since", "mian"])
        .exits_with(2)
        .says("unknown revision `mian`")
        .says("git rev-parse");
}

#[test]
fn histories_without_a_common_commit_are_not_compared() {
    let repository = Repository::new();
    repository.git(["checkout", "--quiet", "--orphan", "alone"]);
    repository.commit("alone");

    repository
        .scan(&["--since", "main"])
        .exits_with(3)
        .says("there is no merge base with `main`");
}

#[test]
fn a_branch_is_compared_with_the_one_it_follows_and_else_with_the_default_branch() {
    let repository = Repository::new();
    let clone = repository.cloned(&[]);
    clone.git(["switch", "--quiet", "--no-track", "-c", "topic"]);
    clone.write("new.txt", "MARKER-2\n");
    clone.commit("new");
    let scan = || clone.scan_with(&[], &["--changed"]).exits_with(1);

    scan().prints("new.txt:1:1").prints_no("old.txt").prints_no(ALL);
    clone.git(["branch", "--quiet", "--set-upstream-to", "origin/main"]);
    scan().prints("new.txt:1:1").prints_no("old.txt").prints_no(ALL);
}

#[test]
fn without_a_base_everything_is_scanned_hidden_and_ignored_files_too() {
    let repository = Repository::new();
    repository.write(".env", "MARKER-2\n");
    repository.write("a.log", "MARKER-3\n");
    repository.commit("more");
    repository.write(".gitignore", "*.log\n");

    let ran = repository.scan(&["--changed", "--format", "concise"]).exits_with(1);

    ran.prints("old.txt:2:1")
        .prints(".env:1:1")
        .prints("a.log:1:1")
        .prints(ALL);
}

#[test]
fn before_the_first_commit_everything_is_changed() {
    let repository = Repository::empty();
    repository.stage("a.txt", "MARKER-2\n");

    let ran = repository.scan(&["--changed"]).exits_with(1);

    ran.prints("a.txt:1:1").prints(ALL).prints("there is no commit yet");
}

#[test]
fn a_ci_without_a_base_scans_everything() {
    let repository = Repository::new();
    let clone = repository.cloned(&[]);

    let ran = clone.scan_with(&[("CI", "true")], &["--changed"]).exits_with(1);

    ran.prints("old.txt:2:1")
        .prints(ALL)
        .prints("the variables of this CI run name no base");
}

#[test]
fn the_base_of_a_forge_is_used() {
    let repository = diverged();
    let base = repository.git(["rev-parse", "main"]);
    let zeros = "0".repeat(40);
    let event = |text: String| repository.write(".git/event.json", text);
    // The rules of these tests lie in the repository: without its base the guard would call the run incomplete.
    let flags = ["--changed", "--guard", "never"];
    let scan = |variables: &[(&str, &str)]| repository.scan_with(variables, &flags).exits_with(1);
    let github = ("GITHUB_EVENT_PATH", ".git/event.json");

    event(format!(r#"{{"pull_request": {{"base": {{"sha": "{base}"}}}}}}"#));
    scan(&[github])
        .prints("old.txt:4:1")
        .prints_no("old.txt:2:1")
        .prints_no(ALL);
    event(format!(
        r#"{{"before": "{zeros}", "ref": "refs/heads/main", "repository": {{"default_branch": "main"}}}}"#
    ));
    scan(&[github])
        .prints("old.txt:2:1")
        .prints(ALL)
        .prints("the branch is new");
    event("no JSON".to_owned());
    scan(&[github]).prints(ALL);
    scan(&[("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base)])
        .prints("old.txt:4:1")
        .prints_no(ALL);
    scan(&[("CI_COMMIT_BEFORE_SHA", &zeros)]).prints(ALL);
    scan(&[("CI_COMMIT_BEFORE_SHA", &"1".repeat(40))])
        .prints(ALL)
        .prints("unknown revision");
    scan(&[("CHANGE_TARGET", "gone")]).prints(ALL);
}

#[test]
fn a_push_is_compared_with_what_the_other_side_has() {
    let repository = diverged();
    let base = repository.git(["rev-parse", "main"]);
    let range = |to: &str| {
        vec![
            ("PRE_COMMIT_FROM_REF", base.clone()),
            ("PRE_COMMIT_TO_REF", to.to_owned()),
        ]
    };
    let scan = |variables: &[(&str, String)]| {
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        repository.scan_with(&variables, &["--changed"])
    };

    scan(&range("topic")).exits_with(1).prints("old.txt:4:1").prints_no(ALL);
    scan(&range("main"))
        .exits_with(3)
        .says("the commit that is pushed is not the one that is checked out");
    // The first push of a branch sets neither variable, and there is no remote yet.
    scan(&[]).exits_with(1).prints("old.txt:2:1").prints(ALL);
}

#[test]
fn a_shallow_clone_says_so_or_scans_everything() {
    let repository = diverged();
    let base = repository.git(["rev-parse", "main"]);
    let clone = repository.cloned(&["--depth=1", "--branch=topic"]);

    clone
        .scan(&["--since", &base])
        .exits_with(3)
        .says("the clone is shallow")
        .says("fetch-depth: 0");
    clone
        .scan_with(
            &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base)],
            &["--changed", "--guard", "never"],
        )
        .exits_with(1)
        .prints("old.txt:2:1")
        .prints(ALL)
        .prints("the clone is shallow");
}

#[test]
fn depth_two_is_enough_for_the_merge_that_the_forge_made() {
    let repository = diverged();
    let base = repository.git(["rev-parse", "main~1"]);
    repository.git(["switch", "--quiet", "-c", "merge", "main"]);
    repository.git(["merge", "--quiet", "--no-ff", "-m", "merge", "topic"]);
    let merge = repository.git(["rev-parse", "HEAD"]);
    let clone = repository.cloned(&["--depth=2", "--branch=merge"]);
    clone.write(
        ".git/event.json",
        format!(r#"{{"pull_request": {{"base": {{"sha": "{base}"}}}}}}"#),
    );
    let github = [
        ("GITHUB_EVENT_PATH", ".git/event.json"),
        ("GITHUB_EVENT_NAME", "pull_request"),
    ];

    let ran = clone.scan_with(&[&github[..], &[("GITHUB_SHA", &merge)]].concat(), &["--changed"]);
    ran.exits_with(1)
        .prints("old.txt:4:1")
        .prints_no("old.txt:2:1")
        .prints_no("theirs.txt")
        .prints_no(ALL);
    // A merge that the author made proves nothing.
    let ran = clone.scan_with(&[&github[..], &[("GITHUB_SHA", &base)]].concat(), &["--changed"]);
    ran.exits_with(3).prints("theirs.txt:1:1").prints("guard/no-base");
}

#[test]
fn a_partial_clone_counts_whole_files_where_the_former_content_is_missing() {
    let clone = Repository::partial_clone("one\nMARKER-1\nthree\nMARKER-2\n");

    let ran = clone.scan(&["--since", "HEAD~1", "--format", "concise"]).exits_with(1);

    ran.prints("old.txt:2:1")
        .prints("old.txt:4:1")
        .prints("former content is not in this partial clone: 1");
}

#[test]
fn formats_that_libgit2_does_not_read_are_scanned_as_plain_files() {
    let repository = Repository::of_sha256();
    repository.stage("a.txt", "MARKER-2\n");

    for arguments in [&["--changed"][..], &["--since", "HEAD"]] {
        repository
            .scan(arguments)
            .exits_with(1)
            .prints("a.txt:1:1")
            .prints(ALL)
            .prints("cannot be read");
    }
    repository
        .scan(&["--staged"])
        .exits_with(3)
        .says("this kind of git repository cannot be read");
}

#[test]
fn a_repository_of_the_future_is_scanned_as_plain_files() {
    let repository = Repository::new();
    repository.git(["config", "core.repositoryFormatVersion", "1"]);
    repository.git(["config", "extensions.refStorage", "reftable"]);

    repository
        .scan(&["--changed"])
        .exits_with(1)
        .prints("old.txt:2:1")
        .prints(ALL);
    repository
        .scan(&["--staged"])
        .exits_with(3)
        .says("this kind of git repository cannot be read");
}

#[test]
fn outside_of_a_repository_everything_is_changed() {
    let repository = Repository::new();
    fs::remove_dir_all(repository.folder.path().join(".git")).unwrap();

    repository
        .scan(&["--changed"])
        .exits_with(1)
        .prints("old.txt:2:1")
        .prints(ALL);
    repository
        .scan(&["--since", "main"])
        .exits_with(3)
        .says("there is no git repository here");
}

/// Needs the right to give files away; without it there is nothing to check.
#[cfg(unix)]
#[test]
fn a_repository_of_somebody_else_is_not_trusted() {
    let Some(repository) = Repository::of_somebody_else() else {
        return;
    };

    for arguments in [&["--staged"][..], &["--changed"], &["--since", "HEAD"]] {
        repository
            .scan(arguments)
            .exits_with(3)
            .says("git does not trust the repository")
            .says("git config --global --add safe.directory '")
            .says(repository.folder.path().to_str().unwrap());
    }
}

/// Where `strace` is at hand, the claim "offline" is checked with it: neither a remote nor a program of the repository is asked.
#[cfg(target_os = "linux")]
#[test]
fn a_partial_clone_opens_no_socket_and_starts_no_program() {
    let clone = Repository::partial_clone("one\n");
    let mut command = std::process::Command::new("strace");
    command.args([
        "-f",
        "-qq",
        "-e",
        "trace=%network,fork,vfork",
        env!("CARGO_BIN_EXE_weighbridge"),
    ]);
    command.args(["scan", "-q", "--since", "HEAD~1"]);

    match command.current_dir(clone.folder.path()).output() {
        Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stderr), ""),
        Err(error) => eprintln!("not checked: strace is not at hand ({error})"),
    }
}
