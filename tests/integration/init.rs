//! `init`: writes what belongs there, and touches nothing else.

use std::fs;

use crate::git_support::Repository;
use crate::support::{Folder, Ran};

const ALL: [&str; 6] = [
    "weighbridge.toml",
    ".github/workflows/weighbridge.yml",
    ".gitlab/weighbridge.yml",
    ".gitlab-ci.yml",
    ".pre-commit-config.yaml",
    ".git/hooks/pre-commit",
];

/// What `--gate` writes besides.
const GATE: [&str; 2] = [
    ".github/workflows/weighbridge-news.yml",
    ".github/workflows/weighbridge-gate.yml",
];

fn init(folder: &Folder, flags: &[&str]) -> Ran {
    folder.run([&["init"], flags].concat())
}

/// Which of all files are there.
fn there(folder: &Folder) -> Vec<&'static str> {
    let is_there = |name: &&str| folder.path().join(name).symlink_metadata().is_ok();
    ALL.into_iter().filter(is_there).collect()
}

#[test]
fn all_is_all_and_a_second_time_changes_nothing() {
    let repository = Repository::new();
    let first = init(&repository.folder, &["--all"]).exits_with(0);
    assert_eq!(there(&repository.folder), ALL);
    assert_eq!(first.stdout, "");
    for name in ALL {
        assert!(
            first.stderr.contains(&format!("written: {name}\n")),
            "{name} in {first:#?}"
        );
    }
    let texts = ALL.map(|name| repository.folder.read(name));

    let second = init(&repository.folder, &["--all"]).exits_with(0);

    assert_eq!(ALL.map(|name| repository.folder.read(name)), texts);
    assert!(!second.stderr.contains("written"), "{second:#?}");
    assert_eq!(second.stdout, "", "nothing has to be added");
}

#[test]
fn what_the_repository_uses_is_written() {
    let written = |files: &[&str], remote: Option<&str>| {
        let repository = Repository::empty();
        for file in files {
            repository.write(file, "a: b\n");
        }
        if let Some(url) = remote {
            repository.git(["remote", "add", "origin", url]);
        }
        let ran = init(&repository.folder, &[]).exits_with(0);
        let names = ran.stderr.lines().filter_map(|line| line.strip_prefix("written: "));
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let settings = "weighbridge.toml";

    assert_eq!(written(&[], None), [settings]);
    assert_eq!(written(&[".github/CODEOWNERS"], None), [settings, ALL[1]]);
    assert_eq!(written(&[], Some("git@github.com:a/b.git")), [settings, ALL[1]]);
    assert_eq!(
        written(&[], Some("https://gitlab.example.org/a/b.git")),
        [settings, ALL[2], ALL[3]]
    );
    assert_eq!(written(&[".gitlab-ci.yml"], None), [settings, ALL[2]]);
    assert_eq!(written(&[".pre-commit-config.yaml"], None), [settings]);
    assert_eq!(written(&[".weighbridge.toml"], None), [""; 0]);
}

#[test]
fn flags_choose_instead() {
    let repository = Repository::new();
    repository.write(".github/CODEOWNERS", "");

    init(&repository.folder, &["--hook"]).exits_with(0);

    assert_eq!(there(&repository.folder), [ALL[0], ALL[5]]);
}

#[test]
fn a_file_that_is_there_is_left_alone_and_the_lines_to_add_are_printed() {
    let repository = Repository::new();
    let files = [
        (".pre-commit-config.yaml", "repos: []\n"),
        (".gitlab-ci.yml", "test:\n  script: make\n"),
        (".git/hooks/pre-commit", "#!/bin/sh\nmake lint\n"),
        ("weighbridge.toml", "fail-on = \"high\"\n"),
    ];
    for (name, text) in files {
        repository.write(name, text);
    }

    let ran = init(&repository.folder, &["--pre-commit", "--gitlab", "--hook"]).exits_with(0);

    for (name, text) in files {
        assert_eq!(repository.folder.read(name), text.as_bytes(), "{name}");
    }
    ran.prints("==> add to .pre-commit-config.yaml <==\n# below `repos:`\n  - repo: https://github.com/weighbridge/weighbridge\n")
        .prints("- local: .gitlab/weighbridge.yml")
        .prints("weighbridge scan --staged || exit $?\n")
        .prints_no("fail-on = ")
        .says("left alone: weighbridge.toml is there\n");
}

#[test]
fn a_dry_run_prints_everything_and_writes_nothing() {
    let repository = Repository::new();

    let ran = init(&repository.folder, &["--all", "--dry-run"]).exits_with(0);

    assert_eq!(there(&repository.folder), [""; 0]);
    let ran = ALL
        .iter()
        .fold(ran, |ran, name| ran.prints(&format!("==> {name} <==\n")));
    ran.prints("exec weighbridge scan --staged\n");
}

#[test]
fn the_settings_are_correct_and_so_is_every_line_that_is_commented_out() {
    let folder = Folder::new();
    init(&folder, &[]).exits_with(0);
    folder
        .run(["config", "check"])
        .exits_with(0)
        .prints("weighbridge.toml: correct");
    let schema = folder.run(["config", "schema"]).exits_with(0).json();

    let text = String::from_utf8(folder.read("weighbridge.toml")).unwrap();
    let is_setting =
        |line: &str| line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("# ").filter(|line| is_setting(line)));
    let uncommented: String = lines.flat_map(|line| [line, "\n"]).collect();
    folder.write("weighbridge.toml", &uncommented);

    folder
        .run(["config", "check"])
        .exits_with(0)
        .prints("weighbridge.toml: correct");
    for key in schema["properties"].as_object().unwrap().keys() {
        let is_there = [format!("\n{key} = "), format!("\n[{key}]")]
            .iter()
            .any(|sign| format!("\n{uncommented}").contains(sign));
        assert!(is_there, "the template does not name `{key}`");
    }
}

#[test]
fn a_baseline_that_is_there_is_put_to_use() {
    let folder = Folder::new();
    folder.run(["baseline", "create"]).exits_with(0);

    init(&folder, &[]).exits_with(0);

    let shown = folder.run(["config", "show"]).exits_with(0);
    assert!(
        shown.stdout.contains("baseline = \"weighbridge-baseline.json\""),
        "{shown:#?}"
    );
}

#[test]
fn the_branch_of_the_clone_goes_into_the_workflow_if_it_is_plain() {
    let branch = |name: &str| {
        let repository = Repository::empty();
        repository.git(["symbolic-ref", "HEAD", &format!("refs/heads/{name}")]);
        init(&repository.folder, &["--github"]).exits_with(0);
        String::from_utf8(repository.folder.read(ALL[1])).unwrap()
    };

    assert!(branch("trunk").contains("branches: [trunk]\n"));
    assert!(branch("on").contains("branches: [main]\n"));
    assert!(branch("a,b").contains("branches: [main]\n"));
}

#[test]
fn the_guides_show_what_is_written() {
    let repository = Repository::new();
    init(&repository.folder, &["--github", "--pre-commit", "--hook"]).exits_with(0);
    let guide = |name: &str| fs::read_to_string(format!("{}/docs/ci/{name}.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let written = |name: &str| {
        let text = String::from_utf8(repository.folder.read(name)).unwrap();
        let comments = |line: &&str| line.starts_with("# ");
        let lines = text.lines().filter(|line| !comments(line));
        lines.flat_map(|line| [line, "\n"]).collect::<String>()
    };

    assert!(guide("github").contains(&written(ALL[1])));
    assert!(guide("pre-commit").contains(&written(ALL[4])));
    assert!(guide("pre-commit").contains(&written(ALL[5])));
    init(&repository.folder, &["--gate"]).exits_with(0);
    for name in GATE {
        assert!(guide("human-gate").contains(&written(name)), "{name}");
    }
}

#[test]
fn the_gate_is_written_on_demand_only_and_with_the_scan_that_it_follows() {
    let repository = Repository::new();
    let is_there = |name: &str| repository.folder.path().join(name).is_file();
    init(&repository.folder, &["--all"]).exits_with(0);
    assert!(!GATE.iter().any(|name| is_there(name)));

    let repository = Repository::new();
    init(&repository.folder, &["--gate"])
        .exits_with(0)
        .says("`WEIGHBRIDGE_APPROVERS`");

    assert_eq!(there(&repository.folder), [ALL[0], ALL[1]]);
    let gate = String::from_utf8(repository.folder.read(GATE[1])).unwrap();
    for name in [
        "workflows: [weighbridge, weighbridge-news]",
        "--name weighbridge-report ",
    ] {
        assert!(gate.contains(name), "{name}");
    }
    let scan = String::from_utf8(repository.folder.read(ALL[1])).unwrap();
    assert!(scan.starts_with("# Written") && scan.contains("\nname: weighbridge\n"));
    assert!(scan.contains("name: weighbridge-report\n"), "the gate fetches it");
    let news = String::from_utf8(repository.folder.read(GATE[0])).unwrap();
    assert!(news.contains("\nname: weighbridge-news\n"));
    // What runs for a pull request has no rights, and what has rights runs nothing of it.
    assert!(news.contains("\npermissions: {}\n") && !news.contains(" uses:"));
    assert!(!gate.contains(" uses:") && !gate.contains("\n  pull_request"));
}

#[test]
fn from_below_and_with_a_folder_the_root_is_found() {
    let repository = Repository::new();
    repository.write("deep/er/a.txt", "");

    let mut below = repository.folder.command();
    below
        .args(["init"])
        .current_dir(repository.folder.path().join("deep/er"));
    Ran::of(below.output().unwrap())
        .exits_with(0)
        .says("written: ../../weighbridge.toml");
    init(&repository.folder, &["--dir", "deep", "--github"]).exits_with(0);

    assert_eq!(there(&repository.folder), [ALL[0], ALL[1]]);
    init(&repository.folder, &["--dir", "absent"])
        .exits_with(2)
        .says("there is no folder `absent`");
}

#[test]
fn without_a_repository_files_go_into_the_folder_and_a_hook_nowhere() {
    let folder = Folder::new();
    init(&folder, &["--all"])
        .exits_with(2)
        .says("there is no place for a hook: there is no git repository here");
    assert_eq!(there(&folder), [""; 0]);

    init(&folder, &["--github"]).exits_with(0);

    assert_eq!(there(&folder), [ALL[0], ALL[1]]);
}

#[test]
fn a_bare_or_broken_repository_is_refused() {
    let repository = Repository::new();
    let bare = repository.cloned(&["--bare"]);
    init(&bare.folder, &["--all"]).exits_with(2).says("has no working tree");
    assert_eq!(there(&bare.folder), [""; 0]);

    repository.write(".git/config", "[[");
    init(&repository.folder, &[])
        .exits_with(2)
        .says("the repository cannot be read");
}

#[test]
fn a_repository_that_libgit2_does_not_read_gets_all_but_a_hook() {
    let folder = Folder::new();
    let repository = Repository { folder };
    repository.git(["init", "--quiet", "--object-format=sha256"]);
    repository.write("deep/a.txt", "");

    init(&repository.folder, &["--hook"])
        .exits_with(2)
        .says("this kind of git repository cannot be read");
    init(&repository.folder, &["--dir", "deep"]).exits_with(0);

    assert_eq!(there(&repository.folder), [ALL[0]]);
}

#[test]
fn a_folder_in_the_way_stops_it_before_anything_is_written() {
    let repository = Repository::new();
    repository.write(".github", "a file\n");

    let ran = init(&repository.folder, &["--github", "--gitlab"]);

    ran.exits_with(2)
        .says("cannot write `.github/workflows/weighbridge.yml`");
    assert_eq!(there(&repository.folder), [""; 0]);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_repository_is_not_followed() {
    use std::os::unix::fs::symlink;

    let outside = Folder::new();
    let repository = Repository::new();
    let root = repository.folder.path();
    symlink(outside.path(), root.join(".github")).unwrap();
    symlink(outside.path().join("absent.toml"), root.join("weighbridge.toml")).unwrap();

    init(&repository.folder, &["--github"])
        .exits_with(2)
        .says("outside of the repository");
    init(&repository.folder, &["--pre-commit"])
        .exits_with(0)
        .says("left alone: weighbridge.toml is there");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);

    fs::remove_file(root.join(".github")).unwrap();
    repository.write("elsewhere/a.txt", "");
    symlink("elsewhere", root.join(".github")).unwrap();
    init(&repository.folder, &["--github"]).exits_with(0);
    assert!(root.join("elsewhere/workflows/weighbridge.yml").is_file());
}

/// Root may write anywhere; then there is nothing to check.
#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_an_error() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::new();
    folder.write("in/a.txt", "");
    let locked = folder.path().join("in");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(locked.join("b.txt"), "").is_ok() {
        eprintln!("not checked: this user may write anywhere");
        return;
    }

    let ran = init(&folder, &["--dir", "in"]);

    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
    ran.exits_with(2).says("cannot write `in/weighbridge.toml`");
}

#[cfg(unix)]
#[test]
fn the_hook_goes_where_git_looks_for_it_and_works() {
    use std::os::unix::fs::PermissionsExt as _;

    let repository = Repository::new();
    repository.write(
        "weighbridge.toml",
        "rules = [\"pages\"]\nselect = [\"test/*\"]\nexclude = [\"/pages\"]\n",
    );
    repository.git(["config", "core.hooksPath", "own/hooks"]);
    init(&repository.folder, &["--hook"])
        .exits_with(0)
        .says("written: own/hooks/pre-commit");
    let mode = fs::metadata(repository.folder.path().join("own/hooks/pre-commit"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o100, 0o100);

    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_weighbridge"))
        .parent()
        .unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let commit = || {
        let mut command = repository.git_command();
        command.args(["commit", "--quiet", "-m", "next"]).env("PATH", &path);
        Ran::of(command.output().unwrap())
    };
    repository.stage("a.txt", "MARKER-2\n");
    assert_ne!(commit().code, Some(0));
    repository.stage("a.txt", "clean\n");
    commit().exits_with(0);
}

#[test]
fn hooks_that_are_shared_by_all_repositories_are_left_alone() {
    let outside = Folder::new();
    let repository = Repository::new();
    repository.git(["config", "core.hooksPath", outside.path().to_str().unwrap()]);

    init(&repository.folder, &["--hook"])
        .exits_with(2)
        .says("outside of the repository");

    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    assert_eq!(there(&repository.folder), [""; 0]);
}

#[test]
fn a_linked_worktree_shares_the_hook() {
    let repository = Repository::new();
    repository.git(["worktree", "add", "--quiet", "tree", "-b", "side"]);

    init(&repository.folder, &["--dir", "tree", "--hook"]).exits_with(0);

    assert_eq!(there(&repository.folder), [ALL[5]]);
    assert!(repository.folder.path().join("tree/weighbridge.toml").is_file());
}
