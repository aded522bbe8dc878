//! A change cannot lower its own bar: settings, baseline, rules, policy and suppressions count as they are at its base.

use serde_json::{Value, json};

use crate::git_support::Repository;
use crate::support::Ran;

/// A line that a rule of medium severity or above finds.
const BAD: &str = "eval(text)\n";

/// A repository with a pull request in the making: everything written before [`Pull::new`] ends is at the base.
struct Pull {
    repository: Repository,
    base: String,
}

impl Pull {
    /// A pull request against a base with these files.
    fn new(files: &[(&str, &str)]) -> Self {
        let repository = Repository::empty();
        repository.write("old.py", "one = 1\n");
        for (name, text) in files {
            repository.write(name, text);
        }
        repository.commit("base");
        let base = repository.git(["rev-parse", "HEAD"]);
        Self { repository, base }
    }

    /// Writes these files, commits, and scans as a forge would.
    fn scan(&self, files: &[(&str, &str)], arguments: &[&str]) -> Ran {
        for (name, text) in files {
            self.repository.write(name, text);
        }
        self.repository.commit("change");
        self.scan_as_is(&self.event(), arguments)
    }

    fn event(&self) -> Value {
        json!({ "pull_request": { "base": { "sha": self.base } } })
    }

    fn scan_as_is(&self, event: &Value, arguments: &[&str]) -> Ran {
        self.repository.write(".git/event.json", event.to_string());
        let mut command = self.repository.folder.command();
        command
            .args(["scan", "--format", "json"])
            .args(arguments)
            .env("GITHUB_EVENT_PATH", ".git/event.json");
        Ran::of(command.output().unwrap())
    }
}

/// The reasons for a review: cause and path.
fn reasons(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let reasons = report["review"]["reasons"].as_array().unwrap();
    assert_eq!(report["review"]["required"], !reasons.is_empty());
    reasons
        .iter()
        .map(|reason| (text(&reason["cause"]), text(&reason["path"])))
        .collect()
}

fn pair(cause: &str, path: &str) -> (String, String) {
    (cause.to_owned(), path.to_owned())
}

#[test]
fn settings_that_the_change_edits_do_not_count() {
    for (before, after) in [
        ("fail-on = \"low\"\n", "fail-on = \"never\"\n"),
        ("fail-on = \"low\"\n", "ignore = [\"python/*\"]\n"),
        ("fail-on = \"low\"\n", "exclude = [\"new.py\"]\n"),
        (
            "fail-on = \"low\"\n",
            "[per-file-ignores]\n\"new.py\" = [\"python/*\"]\n",
        ),
        ("", "[severity]\n\"python/eval-call\" = \"info\"\n"),
    ] {
        let pull = Pull::new(&[("weighbridge.toml", before)]);

        let ran = pull.scan(&[("weighbridge.toml", after), ("new.py", BAD)], &["--changed"]);

        let report = ran.exits_with(1).json();
        assert_eq!(report["summary"]["findings"]["total"], 1, "{after}");
        let expected = [pair("guard", "weighbridge.toml"), pair("finding", "")];
        assert_eq!(reasons(&report), expected, "{after}");
    }
}

#[test]
fn settings_that_the_change_deletes_still_count() {
    let pull = Pull::new(&[("weighbridge.toml", "[severity]\n\"python/eval-call\" = \"critical\"\n")]);
    std::fs::remove_file(pull.repository.folder.path().join("weighbridge.toml")).unwrap();

    let report = pull.scan(&[("new.py", BAD)], &["--changed"]).exits_with(1).json();

    assert_eq!(report["findings"][0]["severity"], "critical");
    assert!(reasons(&report).contains(&pair("guard", "weighbridge.toml")));
}

#[test]
fn settings_that_the_change_brings_do_not_count_yet_wherever_they_are_named() {
    for flags in [
        &["--changed"][..],
        &["--changed", "--config", "weighbridge.toml"],
        &["."],
    ] {
        let pull = Pull::new(&[]);

        let files = [("weighbridge.toml", "fail-on = \"never\"\n"), ("new.py", BAD)];
        let report = pull.scan(&files, flags).exits_with(1).json();

        let notes = report["notifications"].as_array().unwrap();
        assert!(notes.iter().any(|note| note["id"] == "guard/new-file"), "{report:#}");
        assert!(reasons(&report).contains(&pair("guard", "weighbridge.toml")));
    }
}

#[test]
fn findings_that_the_change_accepts_itself_count() {
    let settings = ("weighbridge.toml", "baseline = \"accepted.json\"\n");
    let pull = Pull::new(&[settings, ("accepted.json", "{\"version\": 1, \"findings\": []}\n")]);
    pull.repository.write("new.py", BAD);
    let create = ["baseline", "create", "--force", "--reason", "mine"];
    pull.repository.folder.run(create).exits_with(0);

    let report = pull.scan(&[], &["--changed"]).exits_with(1).json();

    assert_eq!(report["findings"][0]["suppression"], Value::Null);
    assert_eq!(reasons(&report), [pair("guard", "accepted.json"), pair("finding", "")]);
}

#[test]
fn findings_that_were_accepted_before_stay_accepted() {
    let pull = Pull::new(&[("weighbridge.toml", "baseline = \"accepted.json\"\n"), ("bad.py", BAD)]);
    std::fs::remove_file(pull.repository.folder.path().join("weighbridge.toml")).unwrap();
    let create = ["baseline", "create", "--output", "accepted.json"];
    pull.repository.folder.run(create).exits_with(0);
    pull.repository
        .write("weighbridge.toml", "baseline = \"accepted.json\"\n");
    pull.repository.commit("base with baseline");
    let base = pull.repository.git(["rev-parse", "HEAD"]);
    let pull = Pull { base, ..pull };

    let files = [("accepted.json", "{\"version\": 1, \"findings\": []}\n")];
    let report = pull.scan(&files, &["."]).exits_with(0).json();

    assert_eq!(report["findings"][0]["suppression"]["kind"], "baseline");
}

#[test]
fn pages_that_the_change_edits_do_not_count() {
    let page = std::str::from_utf8(&Repository::empty().folder.read("pages/test/marker.md"))
        .unwrap()
        .to_owned();
    let pull = Pull::new(&[("weighbridge.toml", "rules = [\"pages\"]\nexclude = [\"/pages\"]\n")]);

    let blunt = page.replace("MARKER-", "NOTHING-");
    assert_ne!(page, blunt);
    let files = [("pages/test/marker.md", blunt.as_str()), ("new.txt", "MARKER-1\n")];
    let report = pull.scan(&files, &["--changed"]).exits_with(1).json();

    assert_eq!(report["findings"][0]["rule"], "test/marker");
    assert!(reasons(&report).contains(&pair("guard", "pages/test/marker.md")));
}

#[test]
fn a_suppression_that_the_change_adds_does_not_count() {
    let suppressed = "eval(text)  # weighbridge: ignore[python/eval-call] mine\n";
    let above = "# weighbridge: ignore[python/eval-call] mine\neval(text)\n";
    for text in [suppressed, above] {
        let pull = Pull::new(&[]);

        let report = pull.scan(&[("new.py", text)], &["--changed"]).exits_with(1).json();

        assert_eq!(report["findings"][0]["suppression"], Value::Null);
        assert_eq!(reasons(&report), [pair("suppression", "new.py"), pair("finding", "")]);
        assert_eq!(report["review"]["reasons"][0]["line"], 1);
    }
}

#[test]
fn a_comment_for_another_tool_that_the_change_adds_does_not_count_either() {
    for text in [
        "eval(text)  # nosec\n",
        "eval(text)  # noqa: S307 mine\n",
        "# nosemgrep: eval-call\neval(text)\n",
        "# ruff: noqa: S307\n\neval(text)\n",
    ] {
        let pull = Pull::new(&[]);

        let report = pull.scan(&[("new.py", text)], &["--changed"]).exits_with(1).json();

        assert_eq!(report["findings"][0]["suppression"], Value::Null, "{text}");
        let expected = [pair("suppression", "new.py"), pair("finding", "")];
        assert_eq!(reasons(&report), expected, "{text}");
    }
}

#[test]
fn a_comment_for_another_tool_from_before_is_for_what_was_there_before() {
    let before = "# ruff: noqa: S307\n\neval(TABLE)  # nosec\n";
    let pull = Pull::new(&[("old.py", before)]);

    let text = format!("{before}eval(request.text)\n");
    let report = pull
        .scan(&[("old.py", &text)], &["--changed", "--all-lines"])
        .exits_with(1)
        .json();

    assert_eq!(report["findings"][0]["suppression"]["kind"], "inline");
    assert_eq!(report["findings"][1]["suppression"], Value::Null);
    assert_eq!(reasons(&report), [pair("suppression", "old.py"), pair("finding", "")]);
}

#[test]
fn a_lone_carriage_return_does_not_move_a_new_suppression_out_of_sight() {
    let pull = Pull::new(&[("old.py", "a = 1\rb = 2\rc = 3\r\nx = 1\n")]);

    let text = "a = 1\rb = 2\rc = 3\r\neval(x)  # weighbridge: ignore[python/eval-call] mine\n";
    let report = pull.scan(&[("old.py", text)], &["--changed"]).exits_with(1).json();

    assert!(reasons(&report).contains(&pair("suppression", "old.py")), "{report:#}");
}

#[test]
fn a_suppression_from_before_is_not_for_the_statement_that_takes_the_place_of_another() {
    let before = "# weighbridge: ignore[python/eval-call] a constant of ours\neval(TABLE)\n";
    let pull = Pull::new(&[("old.py", before)]);

    let text = before.replace("eval(TABLE)", "eval(request.text)");
    let report = pull.scan(&[("old.py", &text)], &["--changed"]).exits_with(1).json();

    assert_eq!(reasons(&report), [pair("suppression", "old.py"), pair("finding", "")]);
}

#[test]
fn a_suppression_from_before_counts() {
    let text = "eval(text)  # weighbridge: ignore[python/eval-call] reviewed\n";
    let pull = Pull::new(&[("old.py", text)]);

    let text = format!("{text}two = 2\n");
    let report = pull
        .scan(&[("old.py", &text)], &["--changed", "--all-lines"])
        .exits_with(0)
        .json();

    assert_eq!(report["findings"][0]["suppression"]["kind"], "inline");
    assert_eq!(report["review"]["required"], false);
}

#[test]
fn what_a_new_gitignore_hides_is_scanned_all_the_same() {
    let pull = Pull::new(&[]);
    pull.repository.write(".gitignore", "evil.py\n.hidden/\n");
    pull.repository.write("evil.py", BAD);
    pull.repository.write(".hidden/evil.py", BAD);
    pull.repository.git(["add", "--force", "evil.py", ".hidden/evil.py"]);

    let report = pull.scan(&[], &["."]).exits_with(1).json();

    assert_eq!(report["summary"]["findings"]["total"], 2);
    assert_eq!(report["change"]["guarded"], true);
    assert_eq!(report["change"]["added_lines"]["total"], 4);
    assert!(reasons(&report).contains(&pair("guard", ".gitignore")));
}

#[test]
fn a_policy_is_taken_from_the_base_unless_the_change_brings_it() {
    let strict = "fail-on = \"low\"\n";
    let lax = "fail-on = \"never\"\nreview-on = \"never\"\nsuppressions = \"allow\"\n";
    let settings = ("weighbridge.toml", "fail-on = \"never\"\n");
    let pull = Pull::new(&[settings, ("policy.toml", strict)]);
    let arguments = ["--changed", "--policy", "policy.toml"];

    let report = pull.scan(&[("policy.toml", lax), ("new.py", BAD)], &arguments);

    let report = report.exits_with(1).json();
    assert_eq!(report["policy"]["revision"], pull.base.as_str());
    assert_eq!(reasons(&report), [pair("guard", "policy.toml"), pair("finding", "")]);

    let pull = Pull::new(&[settings]);
    let report = pull.scan(&[("policy.toml", strict), ("new.py", BAD)], &arguments);
    let report = report.exits_with(1).json();
    assert_eq!(report["policy"]["revision"], Value::Null);
    assert_eq!(report["fail_on"], "low");
}

#[test]
fn a_policy_that_the_job_put_there_is_read_from_the_disk() {
    let pull = Pull::new(&[]);
    pull.repository.write(".git/info/exclude", "job/\n");
    pull.repository
        .write("job/policy.toml", "review-on = \"never\"\nfail-on = \"critical\"\n");

    let arguments = ["--changed", "--policy", "job/policy.toml", "--fail-on", "never"];
    let report = pull.scan(&[("new.py", BAD)], &arguments).exits_with(0).json();

    assert_eq!(report["fail_on"], "critical");
    assert_eq!(report["policy"]["name"], "job/policy.toml");
    assert_eq!(report["review"]["required"], false);
}

#[test]
fn the_policy_says_what_new_suppressions_come_to() {
    let text = "eval(text)  # weighbridge: ignore[python/eval-call] mine\n";
    for (word, code, required) in [("count", 1, true), ("review", 0, true), ("accept", 0, false)] {
        let pull = Pull::new(&[("policy.toml", &format!("new-suppressions = \"{word}\"\n"))]);

        let arguments = ["--changed", "--policy", "policy.toml"];
        let report = pull.scan(&[("new.py", text)], &arguments).exits_with(code).json();

        assert_eq!(report["review"]["required"], required, "{word}");
    }
}

#[test]
fn a_change_of_the_pipeline_asks_for_a_person() {
    let pull = Pull::new(&[(".github/workflows/ci.yml", "on: push\n"), ("CODEOWNERS", "* @a\n")]);
    std::fs::remove_file(pull.repository.folder.path().join("CODEOWNERS")).unwrap();

    let files = [(".github/workflows/ci.yml", "on: pull_request\n")];
    let report = pull.scan(&files, &["--changed"]).exits_with(0).json();

    let expected = [pair("guard", ".github/workflows/ci.yml"), pair("guard", "CODEOWNERS")];
    assert_eq!(reasons(&report), expected);
    pull.scan(&files, &["--changed", "--fail-on-review"]).exits_with(1);
}

#[test]
fn without_its_base_a_change_that_decided_about_itself_is_incomplete() {
    let pull = Pull::new(&[("weighbridge.toml", "fail-on = \"high\"\n")]);
    pull.repository.write("new.py", "two = 2\n");
    pull.repository.commit("change");
    let shallow = Pull {
        repository: pull.repository.cloned(&["--depth", "1"]),
        base: pull.base.clone(),
    };

    for arguments in [&["--changed"][..], &["."]] {
        let report = shallow.scan_as_is(&pull.event(), arguments).exits_with(3).json();
        let notes = report["notifications"].as_array().unwrap();
        let blind = notes.iter().find(|note| note["id"] == "guard/no-base").unwrap();
        assert!(blind["hint"].as_str().unwrap().contains("fetch-depth"));
        assert_eq!(reasons(&report), [pair("incomplete", "")]);
    }

    // Nothing in the repository decided about this one.
    std::fs::remove_file(shallow.repository.folder.path().join("weighbridge.toml")).unwrap();
    shallow.scan_as_is(&pull.event(), &["."]).exits_with(0);
}

#[test]
fn the_guard_is_for_pull_requests_and_for_those_who_ask() {
    let pull = Pull::new(&[("weighbridge.toml", "fail-on = \"low\"\n")]);
    pull.repository.write("weighbridge.toml", "fail-on = \"never\"\n");
    pull.repository.write("new.py", BAD);
    pull.repository.commit("change");
    let push = json!({ "before": pull.base });

    pull.scan_as_is(&push, &["--changed"]).exits_with(0);
    pull.scan_as_is(&push, &["--changed", "--guard", "always"])
        .exits_with(1);
    pull.scan_as_is(&pull.event(), &["--changed", "--guard", "never"])
        .exits_with(0);
}

#[test]
fn a_merge_request_is_judged_by_the_tip_of_its_target() {
    let pull = Pull::new(&[("weighbridge.toml", "fail-on = \"never\"\n")]);
    pull.repository.write("weighbridge.toml", "fail-on = \"low\"\n");
    pull.repository.commit("raise the bar");
    pull.repository.git(["update-ref", "refs/remotes/origin/main", "HEAD"]);
    pull.repository.git(["checkout", "--quiet", "-b", "topic", &pull.base]);
    pull.repository.write("new.py", BAD);
    pull.repository.commit("change");

    let mut command = pull.repository.folder.command();
    command.args(["scan", "--changed"]).envs([
        ("CI_MERGE_REQUEST_IID", "1"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &pull.base),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
    ]);

    Ran::of(command.output().unwrap()).exits_with(1);
}
