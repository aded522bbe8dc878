//! The same input gives the same bytes.

use std::collections::BTreeSet;

use weighbridge_emit::Format;

use crate::support::{Folder, Ran};

fn folder_with_many_files() -> Folder {
    let folder = Folder::with_pages();
    for number in 0..300 {
        let text = format!("import os\nMARKER-{number} SECRET_abc{number}\nos.system(MARKER-{number})\n");
        folder.write(format!("{}/{}/file-{number}.py", number % 7, number % 3), text);
    }
    folder.write("large.txt", "x".repeat(100_000));
    folder
}

#[test]
fn the_number_of_threads_does_not_show() {
    let folder = folder_with_many_files();
    let formats: Vec<_> = Format::ALL.iter().map(ToString::to_string).collect();
    let scan = |jobs: &str| {
        let mut arguments = vec![
            ".".to_owned(),
            format!("-j{jobs}"),
            "--max-file-size=64KiB".to_owned(),
            "-q".to_owned(),
        ];
        arguments.extend([
            "--exclude".to_owned(),
            "report.*".to_owned(),
            "--exclude".to_owned(),
            "/pages".to_owned(),
        ]);
        for format in &formats {
            arguments.extend(["-o".to_owned(), format!("{format}=report.{format}")]);
        }
        let mut command = folder.scan_command();
        // Some formats demand a time.
        command.args(arguments).env("SOURCE_DATE_EPOCH", "1000000000");
        let stdout = Ran::of(command.output().unwrap()).exits_with(3).stdout;
        let files: Vec<_> = formats
            .iter()
            .map(|format| folder.read(&format!("report.{format}")))
            .collect();
        (stdout, files)
    };

    let alone = scan("1");

    for _ in 0..3 {
        assert!(scan("16") == alone, "-j16 differs from -j1");
    }
}

#[test]
fn the_order_of_arguments_does_not_show() {
    let folder = folder_with_many_files();

    let forwards = folder.scan(["0", "1", "2", "--format", "json"]).exits_with(1);
    let backwards = folder.scan(["2", "1", "0", "--format", "json"]).exits_with(1);

    assert_eq!(forwards.stdout, backwards.stdout);
}

#[test]
fn findings_are_sorted_by_path_and_place() {
    let folder = folder_with_many_files();

    let ran = folder.scan([".", "--format", "json"]).exits_with(1);

    let report = ran.json();
    let paths: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["path"].as_str().unwrap())
        .collect();
    assert!(paths.is_sorted());
    assert_eq!(paths.iter().collect::<BTreeSet<_>>().len(), 300);
}
