//! Any bytes as a report; what can be read is written in every format, and reads the same again.
#![no_main]

use weighbridge_emit::{Context, Format, ReadReport, Style, compare, emit, read_own_report, read_report};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = read_report(bytes) else { return };
    for &format in Format::ALL {
        let _ = written(format, &read);
    }
    let again = read_report(&written(Format::Json, &read)).expect("what is written can be read");
    assert_eq!(again.report, read.report, "what is read is written the same");
    let lines = written(Format::Jsonl, &read);
    assert_eq!(read_report(&lines), Ok(again.clone()), "in lines too");
    assert_eq!(read_own_report(lines.as_slice()), Ok(again.clone()), "bit by bit too");
    assert_eq!((&again.version, again.fail_on, again.rules_digest), (&read.version, read.fail_on, read.rules_digest));
    let comparison = compare(&read, &again);
    assert!(comparison.fixed.is_empty() && comparison.still.len() == read.report.open_findings().count());
});

fn written(format: Format, read: &ReadReport) -> Vec<u8> {
    let context = Context {
        rules: &[],
        read_digest: Some(read.rules_digest),
        version: &read.version,
        fail_on: read.fail_on,
        style: Style::default(),
        pages: Context::PAGES,
    };
    let mut out = Vec::new();
    emit(format, &read.report, &context, &mut out).expect("a vector takes everything");
    out
}
