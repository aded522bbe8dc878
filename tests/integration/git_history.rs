//! `scan --history`: what any commit held is found, once, with the commit that brought it.

use crate::git_support::Repository;

#[test]
fn what_was_taken_out_again_is_still_found() {
    let repository = Repository::new();
    repository.write("leak.txt", "MARKER-7\n");
    repository.commit("brings it");
    let brought = repository.git(["rev-parse", "HEAD"]);
    repository.write("leak.txt", "a line before\nMARKER-7\n");
    repository.commit("moves it");
    repository.write("leak.txt", "nothing\n");
    repository.commit("takes it out");

    let ran = repository.scan(&["--history"]).exits_with(1);

    ran.prints("leak.txt:1:1")
        .prints_no("leak.txt:2:1")
        .prints(&format!("commit: {}", brought.trim()));
}

#[test]
fn other_branches_tags_and_the_stash_count() {
    let repository = Repository::new();
    repository.git(["switch", "--quiet", "-c", "topic"]);
    repository.write("branch.txt", "MARKER-5\n");
    repository.commit("topic");
    repository.git(["switch", "--quiet", "main"]);
    repository.stage("stashed.txt", "MARKER-6\n");
    repository.git(["stash", "--quiet"]);
    repository.git(["switch", "--quiet", "--detach"]);
    repository.write("tagged.txt", "MARKER-7\n");
    repository.commit("tagged");
    repository.git(["tag", "old"]);
    repository.git(["switch", "--quiet", "main"]);

    let ran = repository.scan(&["--history"]).exits_with(1);

    ran.prints("branch.txt:1:1")
        .prints("stashed.txt:1:1")
        .prints("tagged.txt:1:1");
}

#[test]
fn a_content_is_scanned_once_wherever_it_stands() {
    let repository = Repository::new();
    repository.write("one.txt", "MARKER-8 and more\n");
    repository.commit("one");
    repository.write("two.txt", "MARKER-8 and more\n");
    repository.commit("two");

    repository
        .scan(&["--history"])
        .exits_with(1)
        .prints("one.txt:1:1")
        .prints_no("two.txt");
}

#[test]
fn excluded_files_are_left_out_of_every_commit() {
    let repository = Repository::new();
    repository.write("vendor/old.txt", "MARKER-9\n");
    repository.commit("vendored");

    repository
        .scan(&["--history", "--exclude", "vendor/"])
        .prints_no("vendor/old.txt");
}

#[test]
fn a_shallow_clone_is_no_whole_history() {
    let repository = Repository::new();
    repository.write("leak.txt", "MARKER-7\n");
    repository.commit("brings it");
    repository.write("leak.txt", "nothing\n");
    repository.commit("takes it out");
    let shallow = repository.cloned(&["--depth", "1"]);

    shallow.scan(&["--history"]).exits_with(3).prints("git/history-missing");
}

#[test]
fn history_is_not_fixed_and_takes_no_other_range() {
    let repository = Repository::new();

    for flag in ["--fix", "--diff", "--staged", "--all-lines"] {
        repository.scan(&["--history", flag]).exits_with(2);
    }
}
