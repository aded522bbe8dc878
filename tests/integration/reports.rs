//! What the formats come to, from the command line on: empty, suppressed, too many, and where a column begins.

use serde_json::{Value, json};
use weighbridge_emit::Format;

use crate::support::Folder;

fn report(folder: &Folder, format: Format, code: i32) -> String {
    let ran = folder.scan([".", "--exclude", "/pages", "--format", format.name()]);
    ran.exits_with(code).stdout
}

fn json_of(folder: &Folder, format: Format, code: i32) -> Value {
    serde_json::from_str(&report(folder, format, code)).unwrap()
}

#[test]
fn a_clean_run_is_a_valid_empty_report_in_every_format() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "nothing\n");
    for &format in Format::ALL {
        let text = report(&folder, format, 0);
        let json = || serde_json::from_str::<Value>(&text).unwrap();
        match format {
            Format::Sarif | Format::SarifFull => assert_eq!(json()["runs"][0]["results"], json!([])),
            Format::GitlabCodequality => assert_eq!(json(), json!([])),
            Format::GitlabSast | Format::GitlabSecrets => {
                assert_eq!(json()["vulnerabilities"], json!([]));
                assert_eq!(json()["scan"]["status"], "success");
            }
            Format::Json => assert_eq!((&json()["findings"], &json()["outcome"]), (&json!([]), &json!("clean"))),
            Format::Jsonl => assert_eq!((text.lines().count(), &json()["type"]), (1, &json!("summary"))),
            Format::Rdjson => assert_eq!(json()["diagnostics"], json!([])),
            Format::Junit => assert!(text.contains("failures=\"0\"") && !text.contains("<failure")),
            Format::Html => assert!(text.to_lowercase().starts_with("<!doctype html>") && !text.contains("<article ")),
            Format::Markdown => assert!(text.starts_with("## weighbridge: passed"), "{text}"),
            Format::Text | Format::Concise | Format::Github | Format::Azure => assert_eq!(text, "", "{format}"),
            other => panic!("what is an empty report in the format `{other}`?"),
        }
    }
}

#[test]
fn a_suppressed_finding_is_in_the_whole_reports_and_not_in_those_for_a_gate() {
    let folder = Folder::with_pages();
    folder.write(
        "a.py",
        "x = 'MARKER-1'  # weighbridge: ignore[test/marker] known and harmless\n",
    );
    for &format in Format::ALL {
        let text = report(&folder, format, 0);

        let holds_all = [
            Format::SarifFull,
            Format::Json,
            Format::Jsonl,
            Format::Html,
            Format::Junit,
        ];
        let is_shown = text.contains("test/marker") && text.contains("known and harmless");
        let is_whole = holds_all.contains(&format) && format != Format::Junit;
        assert_eq!(is_shown, is_whole, "{format}: {text}");
    }
    assert_eq!(json_of(&folder, Format::Sarif, 0)["runs"][0]["results"], json!([]));
    let full = json_of(&folder, Format::SarifFull, 0);
    assert_eq!(full["runs"][0]["results"][0]["suppressions"][0]["kind"], "inSource");
    let json = json_of(&folder, Format::Json, 0);
    assert_eq!(json["findings"][0]["suppression"]["kind"], "inline");
}

/// Two bytes, three and four; one, one and two units of UTF-16; three characters.
#[test]
fn a_column_is_counted_as_each_reader_counts() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "é漢😀MARKER-1\n");
    let json = json_of(&folder, Format::Json, 1);
    let start = &json["findings"][0]["location"]["start"];
    assert_eq!(
        *start,
        json!({ "line": 1, "column": 4, "column_utf16": 5, "offset": 9 })
    );

    for format in [Format::Sarif, Format::SarifFull] {
        let sarif = json_of(&folder, format, 1);
        let region = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
        assert_eq!((&region["startColumn"], &region["endColumn"]), (&json!(5), &json!(13)));
        assert_eq!(sarif["runs"][0]["columnKind"], "utf16CodeUnits");
    }
    let rdjson = json_of(&folder, Format::Rdjson, 1);
    assert_eq!(rdjson["diagnostics"][0]["location"]["range"]["start"]["column"], 10);
    for (format, place) in [
        (Format::Text, "a.txt:1:4"),
        (Format::Concise, "a.txt:1:4"),
        (Format::Github, "line=1,endLine=1,col=4,"),
        (Format::Azure, "linenumber=1;columnnumber=4;"),
        (Format::Junit, "a.txt:1:4"),
        (Format::Html, "1:4"),
        (Format::Markdown, "line 1"),
    ] {
        let text = report(&folder, format, 1);
        assert!(text.contains(place), "{format}: {text}");
    }
    for format in [Format::GitlabCodequality, Format::GitlabSast] {
        // They name lines alone.
        assert!(report(&folder, format, 1).contains("a.txt"));
    }
}

#[test]
fn of_six_thousand_findings_each_reader_gets_what_it_takes() {
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1\n".repeat(6_000));
    let sarif = json_of(&folder, Format::Sarif, 1);
    let run = &sarif["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 5_000);
    let notes = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains("1,000 findings are left out"), "{notes}");

    let markdown = report(&folder, Format::Markdown, 1);
    assert!(markdown.chars().count() < 65_536 && markdown.len() < 900 << 10);
    assert_eq!(
        json_of(&folder, Format::Json, 1)["findings"].as_array().unwrap().len(),
        6_000
    );
    let github = report(&folder, Format::Github, 1);
    assert_eq!(github.matches("::error ").count(), 10);
    assert!(github.ends_with("5,990 more findings and notifications are not shown here: see the summary, or write the format `json`, which holds all\n"));
}

#[cfg(feature = "forge")]
#[test]
fn the_comment_on_six_thousand_findings_fits() {
    use crate::forge_fake_github::GitHub;
    use crate::forge_support::{Fake, HEAD, report, write_report};

    let fake = Fake::new(GitHub::new());
    let folder = crate::forge_github::folder(true);
    let mut report = report(HEAD, true);
    let finding = report["findings"][0].clone();
    let numbered = |number: usize| {
        let mut one = finding.clone();
        one["fingerprint"] = json!(format!("{number:032x}"));
        one["location"]["start"]["line"] = json!(number);
        one["location"]["end"]["line"] = json!(number);
        one
    };
    report["findings"] = (1..=6_000).map(numbered).collect();
    for count in ["total", "high"] {
        report["summary"]["findings"][count] = json!(6_000);
    }
    write_report(&folder, &report);

    crate::forge_github::sync(&folder, &fake, &[]).exits_with(0);

    let body = fake.state().comments[0]["body"].as_str().unwrap().to_owned();
    assert!(body.chars().count() < 65_536, "{}", body.chars().count());
    assert!(body.contains("6,000 findings") || body.contains("6000 high"), "{body}");
}
