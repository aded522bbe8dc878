//! Everything in `fixtures/` is found where its annotations say, and nothing else. `fixtures/README.md` describes them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use weighbridge_core::{Language, Source, SourcePath};
use weighbridge_scan::decode_utf16;

use crate::support::Ran;

/// What the demo project gives as its own domain; the scan of all fixtures reads no settings file.
const INTRANET_SUFFIXES: &str = r#"intranet-suffixes=["harbour-line.com"]"#;
const SIDECAR: &str = ".expected.toml";
const MARK: &str = "expect:";
const MARK_CLEAN: &str = "todo-clean:";

/// A line of a file: the path below the root of the repository, and the line from 1.
type Place = (String, usize);
type Rules = BTreeMap<Place, BTreeSet<String>>;
/// The severity of a rule's findings in a place.
type Severities = BTreeMap<(Place, String), String>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn scan(arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weighbridge"));
    command.current_dir(root()).env_clear().stdin(Stdio::null());
    Ran::of(command.arg("scan").args(arguments).output().unwrap())
}

/// What the annotations of all files say.
#[derive(Default)]
struct Expected {
    hits: Rules,
    /// Misses that are known.
    misses: Rules,
    /// False alarms that are known.
    false_alarms: Rules,
    /// How bad hits are, where the annotation says it.
    severities: Severities,
}

impl Expected {
    fn of_fixtures() -> Self {
        let mut expected = Self::default();
        let mut folders = vec![root().join("fixtures")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                if path.is_dir() {
                    folders.push(path);
                } else if let Some(annotated) = name.strip_suffix(SIDECAR) {
                    expected.add_sidecar(&path, &folder.join(annotated));
                } else if name != "README.md" || folder != root().join("fixtures") {
                    expected.add_comments(&path);
                }
            }
        }
        expected
    }

    /// The annotations in the lines of a file, which are counted as the scanner counts them.
    fn add_comments(&mut self, path: &Path) {
        let bytes = fs::read(path).unwrap();
        let bytes = decode_utf16(&bytes).unwrap_or(bytes);
        let shown = shown(path);
        let source = Source::new(SourcePath::new(shown.as_bytes()), Language::TEXT, &bytes);
        for line in 0..source.line_count() {
            let text = String::from_utf8_lossy(&bytes[source.line_span(line).range()]);
            let place = (shown.clone(), line + 1);
            for (at, _) in text.match_indices(MARK) {
                let levels = levels(&text[at + MARK.len()..]);
                let placed = levels.into_iter().map(|(id, level)| ((place.clone(), id), level));
                self.severities.extend(placed);
                let rules = match text[..at].strip_suffix("todo-") {
                    Some(_) => &mut self.misses,
                    None => &mut self.hits,
                };
                add(rules, &place, ids(&text[at + MARK.len()..]));
            }
            for (at, _) in text.match_indices(MARK_CLEAN) {
                add(&mut self.false_alarms, &place, ids(&text[at + MARK_CLEAN.len()..]));
            }
        }
    }

    /// The annotations in the sidecar at `path` for files in `folder`.
    fn add_sidecar(&mut self, path: &Path, folder: &Path) {
        let tables: BTreeMap<String, BTreeMap<String, Vec<String>>> =
            toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        for (table, lines) in tables {
            let rules = match table.as_str() {
                "expect" => &mut self.hits,
                "todo-expect" => &mut self.misses,
                "todo-clean" => &mut self.false_alarms,
                other => panic!("{}: there is no table `{other}`", path.display()),
            };
            for (place, ids) in lines {
                let (file, line) = place.rsplit_once(':').expect("a place is `file:line`");
                let file = folder.join(file);
                assert!(file.is_file(), "{}: there is no `{}`", path.display(), file.display());
                add(rules, &(shown(&file), line.parse().unwrap()), ids);
            }
        }
    }
}

/// The path as reports show it.
fn shown(path: &Path) -> String {
    let below: PathBuf = path.strip_prefix(root()).unwrap().into();
    below.to_str().unwrap().replace('\\', "/")
}

fn add(rules: &mut Rules, place: &Place, ids: Vec<String>) {
    assert!(!ids.is_empty(), "{place:?} expects no rule");
    for id in ids {
        let is_known = weighbridge_rules::built_in_rules()
            .iter()
            .any(|rule| rule.id.as_str() == id);
        assert!(is_known, "{place:?} expects `{id}`, which is no rule");
        rules.entry(place.clone()).or_default().insert(id);
    }
}

/// The ids at the start of `text`, with commas between them; what follows them is prose or the end of the comment.
fn ids(text: &str) -> Vec<String> {
    let is_id_character = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '/';
    let mut ids = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(' ');
        let length = rest.find(|c| !is_id_character(c)).unwrap_or(rest.len());
        let (id, behind) = rest.split_at(length);
        if !id.contains('/') {
            return ids;
        }
        ids.push(id.to_owned());
        let Some(next) = behind_level(behind).strip_prefix(',') else {
            return ids;
        };
        rest = next;
    }
}

/// What follows the severity in brackets behind an id, if there is one.
fn behind_level(text: &str) -> &str {
    let behind = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    behind.map_or(text, |(_, behind)| behind)
}

/// The ids at the start of `text` that say how bad the finding is: `python/eval-call[critical]`.
fn levels(text: &str) -> Vec<(String, String)> {
    let named = ids(text).into_iter().filter_map(|id| {
        let (_, behind) = text.split_once(&format!("{id}["))?;
        let (level, _) = behind.split_once(']')?;
        Some((id, level.to_owned()))
    });
    named.collect()
}

fn found(report: &Value) -> Rules {
    let mut rules = Rules::new();
    for finding in report["findings"].as_array().unwrap() {
        if finding["suppression"].is_null() {
            let path = finding["path"].as_str().unwrap().to_owned();
            let line = usize::try_from(finding["location"]["start"]["line"].as_u64().unwrap()).unwrap();
            let rule = finding["rule"].as_str().unwrap().to_owned();
            rules.entry((path, line)).or_default().insert(rule);
        }
    }
    rules
}

fn severities(report: &Value) -> Severities {
    let findings = report["findings"].as_array().unwrap().iter();
    let of = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    findings
        .map(|finding| {
            let line = usize::try_from(finding["location"]["start"]["line"].as_u64().unwrap()).unwrap();
            (
                ((of(finding, "path"), line), of(finding, "rule")),
                of(finding, "severity"),
            )
        })
        .collect()
}

/// What stands in `left` and not in `right`, one line each.
fn missing<'r>(left: &'r Rules, right: &'r Rules, said: &'r str) -> impl Iterator<Item = String> + 'r {
    left.iter().flat_map(move |(place, ids)| {
        let others = right.get(place);
        let missing = ids
            .iter()
            .filter(move |id| !others.is_some_and(|others| others.contains(*id)));
        missing.map(move |id| format!("{}:{}: {said}: {id}", place.0, place.1))
    })
}

fn together(one: &Rules, other: &Rules) -> Rules {
    let mut rules = one.clone();
    for (place, ids) in other {
        rules.entry(place.clone()).or_default().extend(ids.iter().cloned());
    }
    rules
}

#[test]
fn fixtures_are_found_as_annotated() {
    let everything = ["--isolated", "--profile=all", "--hidden", "--no-ignore"];
    let how = ["--config", INTRANET_SUFFIXES, "--format=json"];
    let report = scan(&[&["fixtures"], &everything[..], &how].concat())
        .exits_with(1)
        .json();
    let expected = Expected::of_fixtures();

    let found = found(&report);

    assert!(expected.hits.len() > 200, "the annotations are read");
    let notifications = report["notifications"].as_array().unwrap().iter();
    let others: Vec<_> = notifications.filter(|note| note["id"] != "file/packed").collect();
    assert!(others.is_empty(), "{others:#?}");
    let wanted = together(&expected.hits, &expected.false_alarms);
    let known = together(&wanted, &expected.misses);
    let failures: Vec<_> = missing(&expected.hits, &found, "expected, not found")
        .chain(missing(&found, &known, "found, not expected"))
        .chain(missing(
            &expected.false_alarms,
            &found,
            "is clean now; take `todo-clean` away",
        ))
        .chain(still_missed(&expected.misses, &found))
        .chain(graded_otherwise(&expected.severities, &severities(&report)))
        .collect();
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

/// Known misses that are found now.
fn still_missed<'r>(misses: &'r Rules, found: &'r Rules) -> impl Iterator<Item = String> + 'r {
    misses.iter().flat_map(move |(place, ids)| {
        let found_here = ids
            .iter()
            .filter(move |id| found.get(place).is_some_and(|found| found.contains(*id)));
        found_here.map(move |id| format!("{}:{}: is found now; write `expect`: {id}", place.0, place.1))
    })
}

/// Findings whose severity is not the one of their annotation.
fn graded_otherwise<'r>(expected: &'r Severities, found: &'r Severities) -> impl Iterator<Item = String> + 'r {
    let found_there = expected
        .iter()
        .filter_map(|(place, level)| Some((place, level, found.get(place)?)));
    let otherwise = found_there.filter(|(_, level, found)| level != found);
    otherwise.map(|((place, id), level, found)| format!("{}:{}: expected {level}, is {found}: {id}", place.0, place.1))
}

#[test]
fn the_demo_fails_with_its_own_settings() {
    let report = scan(&["fixtures/projects/demo", "--format=json"]).exits_with(1).json();

    let findings = found(&report);
    let shelves: BTreeSet<_> = findings
        .values()
        .flatten()
        .map(|rule| rule.split('/').next().unwrap().to_owned())
        .collect();

    assert_eq!(shelves, ["prompt", "python", "secret"].map(str::to_owned).into());
}

#[test]
fn the_mended_demo_is_clean_with_its_own_settings() {
    let report = scan(&["fixtures/projects/demo-fixed", "--format=json"])
        .exits_with(0)
        .json();

    assert_eq!(report["outcome"], "clean");
    assert_eq!(report["summary"]["suppressed"], 1);
}

/// The demo holds made-up credentials and hidden characters; a report passes on neither.
#[test]
fn no_report_on_the_demo_holds_a_credential_or_a_hidden_character() {
    let credentials = [
        "n_r3yBdGBLzEPH",
        "kuvqdt7s8Stqcb",
        "9SkpXz9w3QlY7Z",
        "4OjE2jBMptUsGr",
        "a4c123b1612dd272d1371c17149d4395",
        "c3ZjLWRlc2s6SE5zRzllaDZZbzRnZnE",
        "Nbe3nNyjOq9wMxEhh2FDEEtfjgVvVqE1SkHbn88HxjSI6bWH",
        "J5x9FHz5r1pYq",
    ];
    for format in ["text", "concise", "json", "jsonl", "sarif"] {
        let ran = scan(&["fixtures/projects/demo", "--profile=all", "--format", format]).exits_with(1);
        // In SARIF the pages of the rules stand beside the results, and their examples hold hidden characters.
        let shown = match format {
            "sarif" => ran.json()["runs"][0]["results"].to_string(),
            _ => ran.stdout,
        };
        for credential in credentials {
            assert!(!shown.contains(credential), "{format} holds {credential}");
        }
        assert!(!shown.contains(['\u{200b}', '\u{202e}', '\u{e0061}']), "{format}");
    }
}
