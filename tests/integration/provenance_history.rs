//! Where lines come from: moved, renamed, merged, cut off; and whether `git blame` agrees.

use std::fmt::Write as _;
use std::fs;

use serde_json::json;

use crate::git_support::Repository;
use crate::provenance::{CLAUDE, NOTE_END, attach, counts, findings, notifications, report, since_main, topic};

#[test]
fn lines_that_moved_and_files_that_were_renamed_keep_what_was_said_of_them() {
    let repository = topic();
    let mut rest = String::new();
    (0..20).for_each(|line| writeln!(rest, "line {line}").unwrap());
    repository.write("a.txt", format!("MARKER-1\n{rest}"));
    repository.commit("x");
    attach(&repository, "HEAD", format!("a.txt\n  s_1::t_1 1\n{NOTE_END}"));
    repository.write("a.txt", format!("new\nnew\nMARKER-1\n{rest}MARKER-2\n"));
    repository.commit("y");
    fs::rename(
        repository.folder.path().join("a.txt"),
        repository.folder.path().join("b.txt"),
    )
    .unwrap();
    repository.write("b.txt", format!("new\nnew\nnewer\nMARKER-1\n{rest}MARKER-2\n"));
    repository.commit("z");
    repository.write("b.txt", format!("new\nMARKER-1\n{rest}MARKER-2\n"));

    let report = since_main(&repository);

    assert_eq!(findings(&report), [(2, "declared-ai"), (23, "unknown")]);
    assert_eq!(counts(&report), [23, 1, 0]);
}

#[test]
fn the_merge_that_a_forge_makes_of_a_pull_request_is_not_its_head() {
    let repository = topic();
    repository.write("a.txt", "MARKER-1\n");
    repository.commit(&format!("x\n\n{CLAUDE}"));
    repository.write("a.txt", "MARKER-1\nMARKER-2\n");
    repository.commit("y");
    repository.git(["switch", "--quiet", "main"]);
    repository.write("theirs.txt", "MARKER-3\n");
    repository.commit("theirs");
    repository.git(["switch", "--quiet", "-c", "merge"]);
    repository.git(["merge", "--quiet", "--no-ff", "-m", "merge", "topic"]);
    let [base, head, merge] = ["main", "topic", "merge"].map(|name| repository.git(["rev-parse", name]));
    repository.write(
        ".git/event.json",
        json!({ "pull_request": { "base": { "sha": base } } }).to_string(),
    );
    let github = [
        ("GITHUB_EVENT_PATH", ".git/event.json"),
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_SHA", &merge),
    ];

    let report = report(&repository.scan_with(&github, &["--changed", "--format", "json"]));

    assert_eq!(report["change"]["base"], base);
    assert_eq!(report["change"]["head"], head);
    assert_eq!(findings(&report), [(1, "declared-ai"), (2, "unknown")]);
    assert_eq!(counts(&report), [2, 1, 0]);
}

#[test]
fn a_shallow_clone_says_that_it_does_not_know() {
    let repository = topic();
    repository.write("a.txt", "MARKER-1\n");
    repository.commit(&format!("x\n\n{CLAUDE}"));
    repository.write("a.txt", "MARKER-1\nMARKER-2\n");
    repository.commit(&format!("y\n\n{CLAUDE}"));
    let [base, head] = ["main", "topic"].map(|name| repository.git(["rev-parse", name]));
    repository.git(["switch", "--quiet", "-c", "merge", "main"]);
    repository.git(["merge", "--quiet", "--no-ff", "-m", "merge", "topic"]);
    let merge = repository.git(["rev-parse", "HEAD"]);
    let clone = repository.cloned(&["--depth=2", "--branch=merge"]);
    clone.write(
        ".git/event.json",
        json!({ "pull_request": { "base": { "sha": base } } }).to_string(),
    );
    clone.write("pages/test/marker.md", crate::support::MARKER_PAGE);
    let github = [
        ("GITHUB_EVENT_PATH", ".git/event.json"),
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_SHA", &merge),
    ];

    let report = report(&clone.scan_with(&github, &["--changed", "--format", "json"]));

    assert_eq!(report["change"]["head"], head);
    assert_eq!(counts(&report), [2, 0, 0]);
    assert!(notifications(&report)[0].starts_with("provenance/history-missing: the clone lacks commits"));
}

#[test]
fn a_partial_clone_without_contents_is_no_error() {
    let repository = topic();
    repository.git(["config", "uploadpack.allowFilter", "true"]);
    for number in 0..3 {
        repository.write("a.txt", format!("MARKER-1\n{}", "x\n".repeat(number)));
        repository.commit(&format!("x\n\n{CLAUDE}"));
    }
    let clone = repository.cloned(&["--filter=blob:none", "--branch=topic"]);

    let report = report(&clone.scan(&["--since", "origin/main", "--format", "json"]));

    assert_eq!(counts(&report)[0], 3);
    assert_eq!(findings(&report), [(1, "unknown")]);
}

/// Numbers that look random and are always the same.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Edits a file in one place with lines that occur nowhere else.
fn edit(repository: &Repository, name: &str, numbers: &mut Numbers, commit: usize) {
    let old = fs::read_to_string(repository.folder.path().join(name)).unwrap_or_default();
    let mut lines: Vec<_> = old.lines().map(str::to_owned).collect();
    let at = numbers.below(lines.len() + 1);
    let gone = numbers.below(3).min(lines.len() - at);
    let new = (0..=numbers.below(5)).map(|line| format!("{name} {commit} {line}"));
    lines.splice(at..at + gone, new.collect::<Vec<_>>());
    repository.write(name, lines.join("\n") + "\n");
}

#[test]
fn lines_come_from_the_commits_that_git_blame_names() {
    for seed in 0..3 {
        let mut numbers = Numbers(seed);
        let repository = topic();
        for commit in 0..40 {
            let side = commit % 8 == 5;
            if side {
                repository.git(["switch", "--quiet", "-c", &format!("side-{commit}")]);
            }
            let name = ["a.txt", "b.txt", "c.txt"][numbers.below(3)];
            edit(&repository, name, &mut numbers, commit);
            let trailer = if numbers.below(2) == 0 { CLAUDE } else { "" };
            repository.commit(&format!("x\n\n{trailer}"));
            if side {
                // Something else happens on the branch meanwhile, in a file of its own so that nothing is in conflict.
                repository.git(["switch", "--quiet", "topic"]);
                edit(&repository, &format!("{commit}.txt"), &mut numbers, commit);
                repository.commit("y");
                repository.git(["merge", "--quiet", "--no-ff", "-m", "merge", &format!("side-{commit}")]);
            }
            if commit == 20 {
                repository.git(["mv", "a.txt", "renamed.txt"]);
                repository.commit("rename");
                repository.git(["mv", "renamed.txt", "a.txt"]);
                repository.commit("rename back");
            }
        }
        let mut expected = [0, 0, 0];
        for name in repository.git(["diff", "--name-only", "main"]).lines() {
            let blame = repository.git(["blame", "--line-porcelain", "main..topic", "--", name]);
            for line in blame.lines().filter(|line| is_head_of_line(line)) {
                let commit = line.split(' ').next().unwrap();
                let message = repository.git(["log", "-1", "--format=%B", commit]);
                expected[0] += 1;
                expected[1] += u64::from(message.contains(CLAUDE));
            }
        }

        let report = since_main(&repository);

        assert!(expected[1] > 10 && expected[1] < expected[0]);
        assert_eq!(counts(&report), expected, "seed {seed}");
    }
}

/// Whether a line of `git blame --line-porcelain` begins with a commit.
fn is_head_of_line(line: &str) -> bool {
    line.split(' ')
        .next()
        .is_some_and(|id| id.len() == 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
