//! Whatever somebody else has named, written or said reaches every reader of ours as text: names of files and branches, findings,
//! commit messages, titles and labels, answers of a forge.
//!
//! `crates/emit` holds each format against any text; here the whole program is run, with what real repositories carry.

use serde_json::{Value, json};
use weighbridge_emit::Format;

use crate::git_support::Repository;
use crate::support::{Folder, Ran};

/// What some reader obeys: GitHub, Azure, `TeamCity`, GitLab's log, terminals, Markdown, HTML, XML, shells, environment files.
const ATTACKS: [&str; 16] = [
    "::set-output name=human-review-required::false",
    "::stop-commands::x",
    "##[add-matcher]x",
    "##vso[task.setvariable variable=a]b",
    "##teamcity[blockOpened]",
    "section_start:1:x\r\u{1b}[0Ksection_end:1:x\r\u{1b}[0K",
    "\u{1b}]8;;https://evil.example\u{7}x\u{1b}]8;;\u{7}",
    "\u{202e}\u{2066}\u{200b}",
    "@org/team fixes #1 !2",
    "![x](https://evil.example/x.png) [x](javascript:alert)",
    "<img src=x onerror=alert(1)><script>alert(1)</script>",
    "<!-- weighbridge:sticky:v1 key=weighbridge/human-review -->",
    "]]></testcase><!DOCTYPE x>",
    "\u{fffe}\u{ffff}\u{0}\u{b}\u{85}",
    "$(touch inert) `touch inert`",
    "x\nGITHUB_ENV<<EOF\nPATH=/evil\nEOF",
];

/// All of them, on lines of their own.
fn attacks() -> String {
    ATTACKS.map(|attack| format!("{attack}\n")).concat()
}

/// Checks that no line of what people or runners read is obeyed.
#[track_caller]
fn assert_obeyed_by_nobody(what: &str, text: &str) {
    let is_hidden =
        |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{202e}' | '\u{2066}' | '\u{200b}');
    assert!(!text.contains(is_hidden), "{what}: {text:?}");
    for line in text.lines() {
        let ours = [
            "::error file=",
            "::warning file=",
            "::notice file=",
            "::notice title=weighbridge::",
            "##vso[task.logissue type=",
        ];
        let line = ours.iter().find_map(|ours| line.strip_prefix(ours)).unwrap_or(line);
        assert!(!line.trim_start().starts_with("::"), "{what}: {line}");
        for command in ["##[", "##vso[", "##teamcity["] {
            assert!(!line.contains(command), "{what}: {line}");
        }
        // What is appended to a file of variables.
        assert!(!line.starts_with("GITHUB_ENV<<"), "{what}: {line}");
    }
}

#[track_caller]
fn assert_ran_harmlessly(what: &str, ran: &Ran) {
    assert_obeyed_by_nobody(what, &ran.stdout);
    assert_obeyed_by_nobody(what, &ran.stderr);
}

/// Names that a file system takes: no `/`, and no zero byte.
fn names() -> impl Iterator<Item = String> {
    ATTACKS
        .iter()
        .map(|attack| attack.replace('/', "|").replace('\0', "") + " MARKER.txt")
}

/// A pull request in which everything is hostile that its author may choose.
fn repository() -> (Repository, Value) {
    let repository = Repository::new();
    let base = repository.git(["rev-parse", "HEAD"]);
    // Git itself takes neither blanks nor brackets in a name.
    repository.git(["switch", "--quiet", "-c", "@org/team-$(touch-inert)-##x-<img>-!"]);
    for name in names() {
        repository.write(&name, format!("MARKER-1 {}", attacks().replace('\0', "")));
    }
    let trailers = ATTACKS.map(|attack| {
        format!(
            "Assisted-by: {}\nCo-authored-by: {0} <{0}>\n",
            attack.replace(['\n', '\0'], " ")
        )
    });
    let message = format!("{}\n\n{}", attacks().replace('\0', ""), trailers.concat());
    repository.write(".git/message", message);
    repository.git(["add", "--all"]);
    repository.git(["commit", "--quiet", "--cleanup=verbatim", "--file=.git/message"]);
    let labels = ATTACKS.map(|attack| json!({ "name": attack }));
    let request = json!({
        "number": 7, "title": attacks(), "body": attacks(), "labels": labels,
        "user": { "login": "::error::x" }, "base": { "sha": base, "ref": attacks() },
        "head": { "ref": attacks(), "sha": repository.git(["rev-parse", "HEAD"]) },
    });
    (repository, json!({ "pull_request": request }))
}

fn ran(repository: &Repository, event: &Value, arguments: &[&str]) -> Ran {
    repository.write(".git/event.json", event.to_string());
    let mut command = repository.folder.command();
    command.env("GITHUB_EVENT_PATH", ".git/event.json").args(arguments);
    Ran::of(command.output().unwrap())
}

#[test]
fn no_format_of_a_scan_is_obeyed() {
    let (repository, event) = repository();
    let rules = [
        "scan",
        "--changed",
        "--rules",
        "pages",
        "--select",
        "test/*",
        "--guard",
        "never",
    ];

    for format in Format::ALL {
        let arguments = [&rules[..], &["-v", "--format", format.name()]].concat();

        let ran = ran(&repository, &event, &arguments).exits_with(1);

        assert_ran_harmlessly(format.name(), &ran);
        let text = &ran.stdout;
        match format {
            Format::Html => {
                assert_eq!(text.matches("<script").count(), 1);
                assert!(!text.contains("<img") && !text.contains("<!--") && !text.contains("href=\"javascript"));
            }
            Format::Markdown => {
                let outside =
                    outside_of_code(text).replace("[](https://github.com/weighbridge/weighbridge/blob/main/", "(");
                assert!(
                    !text.contains("<!--") && !outside.contains(['@', '!', '[']),
                    "{outside}"
                );
            }
            Format::Junit => {
                assert_eq!(text.matches("<testcase ").count(), text.matches("</testcase>").count());
                assert!(!text.contains("<!") && !text.contains("]]>"));
                assert!(text.chars().all(is_of_xml), "{text:?}");
            }
            Format::Text | Format::Concise | Format::Github | Format::Azure => {}
            Format::Jsonl => text
                .lines()
                .for_each(|line| assert!(serde_json::from_str::<Value>(line).is_ok())),
            _ => assert!(serde_json::from_str::<Value>(text).is_ok(), "{text}"),
        }
    }
    assert!(!repository.folder.path().join("inert").exists());
}

/// Source: [XML 1.0 §2.2](https://www.w3.org/TR/xml/#charsets).
fn is_of_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Markdown without fenced blocks and without spans of code, which a fence or a span of as many marks ends.
fn outside_of_code(text: &str) -> String {
    let marks = |text: &str| text.len() - text.trim_start_matches('`').len();
    let mut outside = String::new();
    let mut fence = 0;
    for line in text.lines() {
        // A block of HTML, in which nothing is Markdown.
        if let Some(html) = line.strip_prefix("<details><summary><code>") {
            let name = html.split("</code> (").next().unwrap();
            assert!(
                fence == 0 && !name.contains('<') && html.ends_with(")</summary>"),
                "{line}"
            );
            continue;
        }
        let length = marks(line);
        if fence > 0 {
            fence = if length >= fence && length == line.len() {
                0
            } else {
                fence
            };
            continue;
        }
        if length >= 3 && !line[length..].contains('`') {
            fence = length;
            continue;
        }
        let mut rest = line;
        while let Some(start) = rest.find('`') {
            outside.push_str(&rest[..start]);
            let opened = marks(&rest[start..]);
            rest = &rest[start + opened..];
            let is_end = |at: &usize| marks(&rest[*at..]) == opened && !rest[..*at].ends_with('`');
            let end = rest.match_indices('`').map(|(at, _)| at).find(is_end);
            assert!(end.is_some(), "a span without an end: {line}");
            rest = end.map_or(rest, |end| &rest[end + opened..]);
        }
        outside.push_str(rest);
        outside.push('\n');
    }
    outside
}

#[test]
fn nothing_else_that_is_printed_is_obeyed() {
    let (repository, event) = repository();
    let rules = ["--rules", "pages", "--select", "test/*", "--guard", "never"];
    let run = |arguments: &[&str]| ran(&repository, &event, arguments);
    let scan = |more: &[&str]| run(&[&["scan", "--changed"][..], &rules, more].concat());
    scan(&["--format", "json", "-o", "json=.git/new.json"]).exits_with(1);
    repository.write(
        "weighbridge.toml",
        "assisted-by = \"::error::x ##[add-matcher]x \u{202e}\"\n",
    );
    repository.write(".git/plain", "a message\n");
    let empty = [&["scan", "pages", "-o", "json=.git/old.json"][..], &rules].concat();
    run(&empty);

    let mut seen = vec![("files", scan(&["--files"]))];
    for format in ["text", "json", "markdown"] {
        for pair in [[".git/old.json", ".git/new.json"], [".git/new.json", ".git/old.json"]] {
            seen.push(("diff", run(&[&["diff", "--format", format][..], &pair].concat())));
        }
    }
    for arguments in [
        &["doctor"][..],
        &["doctor", "--format", "json"],
        &["init", "--all", "--gate", "--dry-run"],
        &["hook", "commit-msg", ".git/plain"],
        &["scan", "--since", "::error::\u{1b}[2J##[x]"],
        &["scan", "::error::\u{1b}[2J##[x]"],
        &["scan", "--config", "::error::\n\u{1b}[2J##[x].toml"],
        &["explain", "::error::\n\u{1b}[2J##[x]"],
        &["convert", "::error::\n\u{1b}[2J##[x]"],
        &["baseline", "create", "-o", "::error::\n\u{1b}[2J##[x]/y"],
    ] {
        seen.push((arguments[0], run(arguments)));
    }
    #[cfg(feature = "forge")]
    seen.push((
        "forge",
        run(&[
            "forge",
            "sync",
            "--dry-run",
            "--forge",
            "github",
            "--repository",
            "a/b",
            "--report",
            ".git/new.json",
        ]),
    ));

    for (what, ran) in &seen {
        assert!(
            !ran.stdout.is_empty() || !ran.stderr.is_empty(),
            "{what} says something"
        );
        assert_ran_harmlessly(what, ran);
    }
}

#[test]
fn the_baseline_holds_names_as_json() {
    let (repository, event) = repository();
    let rules = ["--rules", "pages", "--select", "test/*"];

    ran(
        &repository,
        &event,
        &[&["baseline", "create", "-o", "b.json"][..], &rules].concat(),
    );

    let text = String::from_utf8(repository.folder.read("b.json")).unwrap();
    assert!(serde_json::from_str::<Value>(&text).is_ok());
    assert_obeyed_by_nobody("baseline", &text);
}

#[test]
fn the_settings_a_stranger_wrote_are_quoted_harmlessly() {
    let folder = Folder::new();
    for attack in ATTACKS {
        let text = Value::from(attack).to_string();
        for settings in [
            format!("{text} = 1\n"),
            format!("select = [{text}]\n"),
            format!("fail-on = {text}\n"),
        ] {
            folder.write("weighbridge.toml", &settings);

            for command in ["scan", "doctor", "config"] {
                let arguments: &[&str] = if command == "config" {
                    &["config", "show"]
                } else {
                    &[command]
                };
                assert_ran_harmlessly(&settings, &folder.run(arguments));
            }
        }
    }
}
