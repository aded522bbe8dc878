//! Flags, environment and files, laid over each other.

use crate::support::{Folder, MARKER_PAGE, Ran};

/// `config show` with variables and arguments.
fn shown(folder: &Folder, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let mut command = folder.command();
    command
        .args(["config", "show"])
        .args(arguments)
        .envs(variables.iter().copied());
    Ran::of(command.output().unwrap())
}

/// The value and the origin that `config show` prints for a key.
#[track_caller]
fn value(ran: &Ran, key: &str) -> String {
    let line = ran.stdout.lines().find(|line| line.starts_with(&format!("{key} =")));
    let line = line.unwrap_or_else(|| panic!("no {key} in {ran:#?}"));
    line.split_once('=')
        .unwrap()
        .1
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_flag_beats_an_override_beats_the_environment_beats_the_file_beats_the_default() {
    let folder = Folder::new();
    let fail_on = |variables: &[(&str, &str)], arguments: &[&str]| {
        value(&shown(&folder, variables, arguments).exits_with(0), "fail-on")
    };
    let variable = ("WEIGHBRIDGE_FAIL_ON", "medium");

    assert_eq!(fail_on(&[], &[]), r#""low" # default"#);
    folder.write("weighbridge.toml", "# first line\nfail-on = \"info\"\n");
    assert_eq!(fail_on(&[], &[]), r#""info" # weighbridge.toml:2"#);
    assert_eq!(fail_on(&[variable], &[]), r#""medium" # WEIGHBRIDGE_FAIL_ON"#);
    assert_eq!(
        fail_on(&[variable], &["--config", "fail-on=high"]),
        r#""high" # --config"#
    );
    let both = ["--config", "fail-on=high", "--fail-on", "critical"];
    assert_eq!(fail_on(&[variable], &both), r#""critical" # --fail-on"#);
}

#[test]
fn comments_for_other_tools_can_be_switched_off() {
    let folder = Folder::new();
    folder.write("a.py", "eval(text)  # nosec B307\n");
    let scan = |arguments: &[&str]| {
        let mut command = folder.command();
        command.args(["scan", "a.py"]).args(arguments);
        Ran::of(command.output().unwrap())
    };

    scan(&[]).exits_with(0);
    scan(&["--config", "foreign-suppressions=false"]).exits_with(1);
}

#[test]
fn what_is_shown_can_be_read_again() {
    let folder = Folder::new();
    folder.write(
        "weighbridge.toml",
        "exclude = [\"a b/\", 'c\\d']\nmax-file-size = 1024\njobs = 3\n[severity]\n\"python/eval-call\" = \"low\"\n\
         [per-file-ignores]\n\"tests/**\" = [\"python/*\"]\n",
    );
    let first = shown(&folder, &[], &[]).exits_with(0).stdout;

    folder.write("weighbridge.toml", &first);
    let second = shown(&folder, &[], &[]).exits_with(0).stdout;

    let values = |text: &str| {
        text.lines()
            .map(|line| line.split("  #").next().unwrap().trim().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(values(&first), values(&second));
}

#[test]
fn mistakes_are_answered_with_line_and_suggestion() {
    for (text, cause, hint) in [
        (
            "\nfial-on = \"high\"\n",
            "line 2: unknown key `fial-on`",
            "did you mean `fail-on`?",
        ),
        (
            "fail-on = \"hihg\"\n",
            "line 1: unknown value `hihg`",
            "did you mean `high`?",
        ),
        ("jobs = 0\n", "line 1: ", "hint: "),
        ("jobs = \"two\"\n", "line 1: ", "hint: "),
        ("max-file-size = \"1 parsec\"\n", "`1 parsec` is not a size", "hint: "),
        ("fail-on = \n", "line 1: ", "hint: "),
        (
            "\n\nselect = [\"python/eval-cal\"]\n",
            "(weighbridge.toml:3)",
            "did you mean `python/eval-call`?",
        ),
        (
            "select = [\n  \"python/*\",\n  \"pyhton/*\",\n]\n",
            "(weighbridge.toml:3)",
            "did you mean `python/*`?",
        ),
        (
            "ignore = [\"python\"]\n",
            "unknown rule `python`",
            "did you mean `python/*`?",
        ),
        (
            "[severity]\n\"python/eval-cal\" = \"low\"\n",
            "(weighbridge.toml:2)",
            "did you mean `python/eval-call`?",
        ),
        (
            "[severity]\n\"python/eval-call\" = \"critcal\"\n",
            "line 2: unknown value `critcal`",
            "did you mean `critical`?",
        ),
        (
            "[per-file-ignores]\n\"a\" = [\"python/evil\"]\n",
            "(weighbridge.toml:2)",
            "hint: ",
        ),
        (
            "[per-file-ignores]\n\"!a\" = [\"python/*\"]\n",
            "names no files",
            "hint: ",
        ),
        ("exclude = [\"a/{b\"]\n", "weighbridge.toml:1", "hint: "),
    ] {
        let folder = Folder::new();
        folder.write("weighbridge.toml", text);
        folder.write("a.txt", "");

        folder.run(["scan", "."]).exits_with(2).says(cause).says(hint);
        folder.run(["scan", ".", "--isolated"]).exits_with(0);
    }
}

#[test]
fn check_refuses_what_a_scan_would_refuse() {
    let folder = Folder::with_pages();
    folder.run(["config", "check"]).exits_with(0).prints("no settings file");

    folder.write("weighbridge.toml", "rules = [\"pages\"]\nselect = [\"test/*\"]\n");
    folder
        .run(["config", "check"])
        .exits_with(0)
        .prints("weighbridge.toml: correct; 2 rules are on");

    folder.write("weighbridge.toml", "select = [\"tset/*\"]\n");
    folder.run(["config", "check"]).exits_with(2);
}

#[test]
fn a_mistyped_variable_is_pointed_out() {
    let folder = Folder::new();

    let ran = shown(&folder, &[("WEIGHBRIDGE_FIAL_ON", "high")], &[]);

    ran.exits_with(0)
        .says("`WEIGHBRIDGE_FIAL_ON` is no setting")
        .says("did you mean `WEIGHBRIDGE_FAIL_ON`?");
}

#[test]
fn a_bad_value_is_blamed_on_its_variable_or_flag() {
    let folder = Folder::new();

    shown(&folder, &[("WEIGHBRIDGE_JOBS", "many")], &[])
        .exits_with(2)
        .says("the variable `WEIGHBRIDGE_JOBS`");
    shown(&folder, &[], &["--config", "fail-on=hihg"])
        .exits_with(2)
        .says("did you mean `high`?");
    shown(&folder, &[], &["--config", "fial-on=high"])
        .exits_with(2)
        .says("did you mean `fail-on`?");
    shown(&folder, &[], &["--config", "missing.toml"])
        .exits_with(2)
        .says("cannot read the settings `missing.toml`");
}

#[test]
fn the_file_is_found_up_to_the_repository_root_and_no_further() {
    let folder = Folder::new();
    folder.write("weighbridge.toml", "fail-on = \"never\"\n");
    folder.write("repository/.git/HEAD", "");
    folder.write("repository/src/deep/a.txt", "");
    let show = |place: &str| {
        let mut command = folder.command();
        command.current_dir(folder.path().join(place)).args(["config", "show"]);
        Ran::of(command.output().unwrap()).exits_with(0)
    };

    assert!(value(&show("repository/src/deep"), "fail-on").ends_with("default"));
    folder.write("repository/.weighbridge.toml", "fail-on = \"high\"\n");
    assert_eq!(
        value(&show("repository/src/deep"), "fail-on"),
        r#""high" # ../../.weighbridge.toml:1"#
    );
}

#[test]
fn the_file_of_what_is_scanned_beats_the_file_of_the_current_folder() {
    let folder = Folder::with_pages();
    folder.write("weighbridge.toml", "fail-on = \"never\"\n");
    folder.write("other/.git/HEAD", "");
    folder.write("other/src/a.txt", "MARKER-1\n");

    folder.scan(["other/src/a.txt"]).exits_with(0);
    folder.write("other/weighbridge.toml", "fail-on = \"low\"\n");
    folder.scan(["other/src/a.txt"]).exits_with(1);
}

#[test]
fn two_files_in_one_repository_are_refused() {
    let folder = Folder::with_pages();
    folder.write("weighbridge.toml", "");
    folder.write(".weighbridge.toml", "");
    folder
        .scan(["."])
        .exits_with(2)
        .says("more than one settings file applies");
    folder.scan([".", "--config", "weighbridge.toml"]).exits_with(0);

    let folder = Folder::with_pages();
    folder.write(".git/HEAD", "");
    folder.write("weighbridge.toml", "");
    folder.write("inner/weighbridge.toml", "fail-on = \"never\"\n");
    folder
        .scan(["inner"])
        .exits_with(2)
        .says("`inner/weighbridge.toml`, `weighbridge.toml`");
}

#[test]
fn isolated_leaves_files_alone() {
    let folder = Folder::new();
    folder.write("weighbridge.toml", "fail-on = \"never\"\n");

    let ran = shown(&folder, &[], &["--isolated", "--config", "jobs=2"]).exits_with(0);

    assert!(value(&ran, "fail-on").ends_with("default"));
    assert_eq!(value(&ran, "jobs"), "2 # --config");
    shown(&folder, &[], &["--isolated", "--config", "weighbridge.toml"])
        .exits_with(2)
        .says("exclude each other");
}

#[test]
fn paths_and_patterns_of_a_file_begin_at_the_file() {
    let folder = Folder::with_pages();
    folder.write(".git/HEAD", "");
    folder.write(
        "weighbridge.toml",
        "rules = [\"pages\"]\nselect = [\"test/*\"]\nexclude = [\"/pages\", \"src/vendor/\"]\n\
         [per-file-ignores]\n\"src/tests/\" = [\"T100\"]\n",
    );
    folder.write("src/a.txt", "MARKER-1\n");
    folder.write("src/vendor/b.txt", "MARKER-2\n");
    folder.write("src/tests/c.txt", "MARKER-3\n");
    let mut command = folder.command();
    command
        .current_dir(folder.path().join("src"))
        .args(["scan", "--format", "concise"]);

    let ran = Ran::of(command.output().unwrap()).exits_with(1);

    assert_eq!(ran.stdout.lines().count(), 1, "{ran:#?}");
    ran.prints("a.txt:1:1");
}

#[test]
fn a_severity_of_the_settings_beats_that_of_the_page() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1\n");

    let severity = |value: &str| format!("severity.\"test/marker\"={value}");
    folder
        .scan(["a.txt", "--config", &severity("info")])
        .exits_with(0)
        .prints("info[test/marker]");
    folder
        .scan(["a.txt", "--config", &severity("critical"), "--fail-on", "critical"])
        .exits_with(1);
    let by_code = folder.scan(["a.txt", "--config", "severity.T100=info"]);
    by_code.exits_with(2).says("did you mean `test/marker`?");
}

#[test]
fn rules_are_selected_by_id_shelf_and_code() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1 SECRET_abcdef\n");
    let rules = |arguments: &[&str]| {
        let fixed = ["scan", "a.txt", "--rules", "pages", "--format", "json", "--exit-zero"];
        let ran = folder.run([&fixed, arguments].concat()).exits_with(0).json();
        let findings = ran["findings"].as_array().unwrap().clone();
        findings
            .iter()
            .map(|finding| finding["rule"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };

    assert_eq!(rules(&["--select", "test/marker"]), ["test/marker"]);
    assert_eq!(rules(&["--select", "t100"]), ["test/marker"]);
    assert_eq!(rules(&["--select", "test/*"]).len(), 2);
    assert_eq!(rules(&["--select", "test/*", "--ignore", "T100"]), ["test/secret"]);
    assert_eq!(rules(&["--select", "test/marker,test/secret"]).len(), 2);
    assert_eq!(rules(&["--profile", "all", "--ignore", "T100"]), ["test/secret"]);
    assert_eq!(rules(&["--select", "marker"]), ["test/marker"]);
    assert_eq!(rules(&["--select", "test/*", "--ignore", "marker"]), ["test/secret"]);
}

#[test]
fn each_profile_holds_the_one_before_it() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1 MARKER-2 MARKER-3\n");
    let page = std::fs::read_to_string(folder.path().join("pages/test/marker.md")).unwrap();
    let variant = |name: &str, digit: &str, keys: &str| {
        let text = page
            .replace("T100", &format!("T{digit}00"))
            .replacen("aliases", &format!("{keys}aliases"), 1);
        folder.write(format!("pages/test/{name}.md"), &text);
    };
    variant("careful", "2", "default = false\nstrict = true\n");
    variant("curious", "3", "default = false\n");
    let rules = |profile: &str| {
        let fixed = [
            "scan",
            "a.txt",
            "--rules",
            "pages",
            "--format",
            "json",
            "--exit-zero",
            "--profile",
            profile,
        ];
        let ran = folder.run(fixed).exits_with(0).json();
        let findings = ran["findings"].as_array().unwrap().clone();
        let mut rules: Vec<_> = findings
            .iter()
            .map(|one| one["rule"].as_str().unwrap().to_owned())
            .collect();
        rules.sort();
        rules.dedup();
        rules
    };

    assert_eq!(rules("default"), ["test/marker"]);
    assert_eq!(rules("strict"), ["test/careful", "test/marker"]);
    assert_eq!(rules("all"), ["test/careful", "test/curious", "test/marker"]);

    variant("careful", "2", "strict = true\n");
    folder.scan(["a.txt", "--rules", "pages"]).exits_with(2);
}

#[test]
fn a_bare_name_that_several_rules_have_selects_none() {
    let folder = Folder::with_pages();
    folder.write(
        "pages/other/marker.md",
        MARKER_PAGE.replace("test/marker", "other/marker"),
    );

    let ran = folder.run(["scan", ".", "--rules", "pages", "--select", "marker"]);

    ran.exits_with(2)
        .says("`marker` (--select) could be 2 rules")
        .says("choose one of `other/marker`, `test/marker`");
}

#[test]
fn the_schema_describes_every_key_that_show_prints() {
    let folder = Folder::new();
    let schema = folder.run(["config", "schema"]).exits_with(0).json();
    let shown = shown(&folder, &[], &[]).exits_with(0).stdout;

    for line in shown.lines().filter(|line| !line.starts_with('#')) {
        let key = line.split(' ').next().unwrap();
        assert!(schema["properties"][key]["description"].is_string(), "{key}");
    }
}
