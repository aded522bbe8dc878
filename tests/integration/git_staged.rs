//! `scan --staged` looks at what the next commit would hold, and at nothing else.

use std::fs;

use crate::git_support::Repository;

#[test]
fn what_is_staged_counts_though_the_file_was_cleaned_since() {
    let repository = Repository::new();
    repository.stage("a.txt", "MARKER-2\n");
    repository.write("a.txt", "clean\n");

    repository
        .scan(&["--staged"])
        .exits_with(1)
        .prints("a.txt:1:1")
        .prints("MARKER-2");
}

#[test]
fn what_is_not_staged_does_not_count() {
    let repository = Repository::new();
    repository.stage("a.txt", "clean\n");
    repository.write("a.txt", "MARKER-2\n");
    repository.write("untracked.txt", "MARKER-3\n");

    repository.scan(&["--staged"]).exits_with(0).prints_no("MARKER");
}

#[test]
fn a_file_that_is_staged_and_deleted_is_read_from_the_index() {
    let repository = Repository::new();
    repository.stage("a.txt", "MARKER-2\n");
    fs::remove_file(repository.folder.path().join("a.txt")).unwrap();

    repository.scan(&["--staged"]).exits_with(1).prints("a.txt:1:1");
}

#[test]
fn only_added_lines_count_and_the_others_are_counted() {
    let repository = Repository::new();
    repository.stage("old.txt", "one\nMARKER-1\nthree\nMARKER-4\n");

    let ran = repository.scan(&["--staged"]).exits_with(1);
    ran.prints("old.txt:4:1")
        .prints_no("old.txt:2:1")
        .prints("findings on lines that were not added, which are left out: 1");
    let all = repository.scan(&["--staged", "--all-lines"]).exits_with(1);
    all.prints("old.txt:2:1").prints("old.txt:4:1").prints_no("left out");
}

#[test]
fn old_findings_alone_leave_a_commit_clean() {
    let repository = Repository::new();
    repository.stage("old.txt", "one\nMARKER-1\nthree and more\n");

    repository.scan(&["--staged"]).exits_with(0).prints("left out: 1");
}

#[test]
fn the_first_commit_has_no_head_to_compare_with() {
    let repository = Repository::empty();
    repository.stage("a.txt", "MARKER-2\n");

    repository.scan(&["--staged"]).exits_with(1).prints("a.txt:1:1");
}

#[test]
fn nothing_staged_is_a_note() {
    let repository = Repository::new();

    repository
        .scan(&["--staged"])
        .exits_with(0)
        .prints("no file to scan has changed");
    repository
        .scan(&["--staged", "--require-files"])
        .exits_with(2)
        .says("no file to scan has changed");
}

#[test]
fn a_deleted_file_is_nothing_to_scan() {
    let repository = Repository::new();
    repository.git(["rm", "--quiet", "old.txt"]);

    repository
        .scan(&["--staged"])
        .exits_with(0)
        .prints("no file to scan has changed");
}

#[test]
fn a_renamed_file_keeps_its_old_lines_unless_more_is_looked_for_in_it() {
    let repository = Repository::new();
    repository.git(["mv", "old.txt", "new.txt"]);
    repository.scan(&["--staged"]).exits_with(0).prints("left out: 1");

    repository.git(["mv", "new.txt", "new.py"]);
    repository.scan(&["--staged"]).exits_with(1).prints("new.py:2:1");

    repository.git(["mv", "new.py", "new.txt"]);
    let out_of_excluded = ["--staged", "--exclude", "/old.txt"];
    repository.scan(&out_of_excluded).exits_with(1).prints("new.txt:2:1");
}

#[test]
fn hidden_and_ignored_files_count_once_they_are_staged() {
    let repository = Repository::new();
    repository.stage(".env", "MARKER-2\n");
    repository.write(".gitignore", "*.log\n");
    repository.write("a.log", "MARKER-3\n");
    repository.git(["add", "--force", "a.log"]);

    repository
        .scan(&["--staged"])
        .exits_with(1)
        .prints(".env:1:1")
        .prints("a.log:1:1");
}

#[test]
fn an_index_with_conflicts_is_refused() {
    let repository = Repository::new();
    repository.git(["switch", "--quiet", "-c", "other"]);
    repository.write("old.txt", "theirs\n");
    repository.commit("theirs");
    repository.git(["switch", "--quiet", "main"]);
    repository.write("old.txt", "ours\n");
    repository.commit("ours");
    let merge = repository
        .git_command()
        .args(["merge", "--quiet", "other"])
        .output()
        .unwrap();
    assert!(!merge.status.success());

    repository
        .scan(&["--staged"])
        .exits_with(2)
        .says("the index has conflicts: old.txt")
        .says("resolve them and `git add` the files");
}

#[test]
fn a_hook_that_names_another_index_is_obeyed() {
    let repository = Repository::new();
    repository.stage("a.txt", "MARKER-2\n");
    let index = repository.folder.path().join(".git/next-index");
    fs::copy(repository.folder.path().join(".git/index"), &index).unwrap();
    repository.git(["rm", "--quiet", "--cached", "--force", "a.txt"]);

    let variables = [("GIT_DIR", ".git"), ("GIT_INDEX_FILE", ".git/next-index")];
    repository
        .scan_with(&variables, &["--staged"])
        .exits_with(1)
        .prints("a.txt:1:1");
    repository.scan(&["--staged"]).exits_with(0);
}

#[test]
fn an_attribute_cannot_hide_lines() {
    let repository = Repository::new();
    repository.stage(".gitattributes", "*.txt binary\n");
    repository.stage("old.txt", "one\nMARKER-1\nthree\nMARKER-4\n");

    repository.scan(&["--staged"]).exits_with(1).prints("old.txt:4:1");
}

#[test]
fn line_ends_do_not_move_findings() {
    let repository = Repository::new();
    repository.write("dos.txt", "one\r\nMARKER-1\r\nthree\r\n");
    repository.write("mac.txt", "one\rtwo\nthree\n");
    repository.commit("line ends");
    repository.stage("dos.txt", "one\r\nMARKER-1\r\nthree\r\nMARKER-2\r\n");
    repository.stage("mac.txt", "one\rtwo\nthree\nMARKER-3\n");
    let utf16: Vec<u8> = "\u{feff}one\nMARKER-5\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    repository.stage("wide.txt", utf16);

    let ran = repository.scan(&["--staged", "--format", "concise"]).exits_with(1);

    ran.prints("dos.txt:4:1")
        .prints_no("dos.txt:2:1")
        .prints("mac.txt:4:1")
        .prints("wide.txt:2:1");
}

#[cfg(unix)]
#[test]
fn any_name_of_a_file_is_understood() {
    let repository = Repository::new();
    repository.stage("a b.txt", "MARKER-2\n");
    repository.stage("a\nb.txt", "MARKER-3\n");
    repository.stage("-größe*.txt", "MARKER-4\n");

    let ran = repository.scan(&["--staged", "--format", "concise"]).exits_with(1);

    ran.prints("a b.txt:1:1")
        .prints("a\\u{a}b.txt:1:1")
        .prints("-größe*.txt:1:1");
}

#[cfg(unix)]
#[test]
fn links_and_submodules_are_not_entered() {
    let other = Repository::new();
    let repository = Repository::new();
    let url = other.folder.path().to_str().unwrap();
    repository.git(["submodule", "--quiet", "add", url, "inner"]);
    std::os::unix::fs::symlink("old.txt", repository.folder.path().join("link.txt")).unwrap();
    repository.git(["add", "link.txt"]);

    repository
        .scan(&["--staged"])
        .exits_with(0)
        .prints_no("MARKER")
        .prints("is a repository of its own and was not entered");
}

#[test]
fn a_linked_worktree_has_an_index_of_its_own() {
    let repository = Repository::new();
    repository.git(["worktree", "add", "--quiet", "tree", "-b", "side"]);
    repository.write("tree/a.txt", "MARKER-2\n");
    repository.git(["-C", "tree", "add", "a.txt"]);

    repository
        .scan(&["--staged", "tree"])
        .exits_with(1)
        .prints("tree/a.txt:1:1");
    repository.scan(&["--staged"]).exits_with(0);
}

#[test]
fn only_the_paths_that_are_named_are_looked_at_and_the_rest_is_mentioned() {
    let repository = Repository::new();
    repository.stage("in/a.txt", "MARKER-2\n");
    repository.stage("out/a.txt", "MARKER-3\n");
    repository.stage("left/a.txt", "MARKER-4\n");

    repository
        .scan(&["--staged", "in", "--exclude", "left/"])
        .exits_with(1)
        .prints("in/a.txt:1:1")
        .prints_no("MARKER-3")
        .prints("changed files outside the paths that were named: 2");
    repository
        .scan(&["--staged", "--files", "--exclude", "left/"])
        .exits_with(0)
        .prints("in/a.txt\nout/a.txt\n");
}

#[test]
fn the_number_of_threads_does_not_show_in_staged_files() {
    let repository = Repository::new();
    for number in 0..40 {
        repository.write(&format!("{}/{number}.txt", number % 7), format!("MARKER-{number}\n"));
    }
    repository.git(["add", "."]);
    let scan = |jobs: &str| {
        repository
            .scan(&["--staged", "--format", "json", "-j", jobs])
            .exits_with(1)
            .stdout
    };

    let alone = scan("1");

    assert!(alone.contains("MARKER-39") && scan("16") == alone);
}

#[test]
fn wrong_use_is_told_from_trouble_with_git() {
    let repository = Repository::new();
    repository
        .scan(&["--staged", "-"])
        .exits_with(2)
        .says("standard input is no part of a repository");
    repository
        .scan(&["--staged", "--changed"])
        .exits_with(2)
        .says("cannot be used with");
    repository.scan(&["--all-lines"]).exits_with(2).says("required");
    fs::remove_dir_all(repository.folder.path().join(".git")).unwrap();
    repository
        .scan(&["--staged"])
        .exits_with(3)
        .says("there is no git repository here");
}

/// `git commit` gives a hook an index of its own where it commits more or less than what was staged.
#[cfg(unix)]
#[test]
fn a_hook_sees_what_this_commit_would_hold() {
    use std::os::unix::fs::PermissionsExt as _;

    let repository = Repository::new();
    let hook = repository.folder.path().join(".git/hooks/pre-commit");
    let scan = "scan --staged -q --rules pages --select 'test/*' --exclude /pages";
    repository.write(
        ".git/hooks/pre-commit",
        format!("#!/bin/sh\nexec {} {scan}\n", env!("CARGO_BIN_EXE_weighbridge")),
    );
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let commits = |arguments: &[&str]| {
        let mut command = repository.git_command();
        command.args(["commit", "--quiet", "-m", "x"]).args(arguments);
        command.output().unwrap().status.success()
    };

    // Neither of them is in the index before `git commit` puts it there.
    repository.write("old.txt", "one\nMARKER-1\nthree\nMARKER-2\n");
    assert!(!commits(&["--all"]));
    assert!(!commits(&["--only", "old.txt"]));
    // What is staged besides does not belong to this commit.
    repository.write("old.txt", "one\nMARKER-1\nthree and more\n");
    repository.stage("bad.txt", "MARKER-3\n");
    assert!(commits(&["--only", "old.txt"]));
    assert!(!commits(&[]));
}
