//! How well grading by data flow tells dangerous calls from harmless ones, counted over `fixtures/python/flow_*.py`.
//!
//! A line with `bad` in its comment is to be reported as medium or worse, one with `good` is not.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::Ran;

/// File and line.
type Place = (String, usize);

fn files() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/python");
    let names = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| name.starts_with("flow_"))
        .map(|name| format!("fixtures/python/{name}"))
        .collect()
}

fn scan() -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weighbridge"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .stdin(Stdio::null());
    command
        .args(["scan", "--isolated", "--profile=all", "--format=json"])
        .args(files());
    Ran::of(command.output().unwrap()).exits_with(1).json()
}

fn marked(mark: &str) -> BTreeSet<Place> {
    let mut places = BTreeSet::new();
    for file in files() {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file)).unwrap();
        let numbered = text
            .lines()
            .zip(1..)
            .filter(|(line, _)| line.contains(&format!("  # {mark}")));
        places.extend(numbered.map(|(_, number)| (file.clone(), number)));
    }
    places
}

fn alarms(report: &Value) -> BTreeSet<Place> {
    let findings = report["findings"].as_array().unwrap().iter();
    let grave = findings.filter(|finding| matches!(finding["severity"].as_str(), Some("medium" | "high" | "critical")));
    let place = |finding: &Value| {
        let line = finding["location"]["start"]["line"].as_u64().unwrap();
        (
            finding["path"].as_str().unwrap().to_owned(),
            usize::try_from(line).unwrap(),
        )
    };
    grave.map(place).collect()
}

#[test]
fn dangerous_calls_are_told_from_harmless_ones() {
    let alarms = alarms(&scan());
    let (bad, good) = (marked("bad"), marked("good"));

    let missed: Vec<_> = bad.difference(&alarms).collect();
    let false_alarms: Vec<_> = good.intersection(&alarms).collect();

    assert_eq!((bad.len(), good.len()), (59, 51));
    assert_eq!((missed, false_alarms), (Vec::new(), Vec::new()));
}

/// Every finding that was raised shows the source it was raised for.
#[test]
fn what_comes_from_outside_is_shown_with_its_source() {
    let report = scan();
    let findings = report["findings"].as_array().unwrap().iter();
    // The page of this one says critical itself.
    let raised = findings
        .filter(|finding| finding["severity"] == "critical" && finding["rule"] != "python/model-answer-executed");
    let raised: Vec<_> = raised.collect();

    assert!(!raised.is_empty());
    for finding in raised {
        assert_eq!(finding["flow"]["origin"], "llm", "{finding}");
        assert!(
            finding["flow"]["steps"][0]["location"]["start"]["line"].is_u64(),
            "{finding}"
        );
    }
}
