//! Reports in lines, and reports that are read bit by bit.

use super::tests::{full_sample, read};
use super::*;
use crate::{Format, sample};

#[test]
fn lines_and_streams_are_read_alike() {
    for report in [full_sample(), sample::report(), Report::default()] {
        let json = sample::emitted_from(Format::Json, &report);
        let lines = sample::emitted_from(Format::Jsonl, &report);

        assert_eq!(read(&lines), read(&json));
        assert_eq!(read_own_report(json.as_bytes()), read_report(json.as_bytes()));
        assert_eq!(read_own_report(lines.as_bytes()), read_report(json.as_bytes()));
    }
}

#[test]
fn lines_that_were_never_written_so_are_refused() {
    let lines = sample::emitted_from(Format::Jsonl, &full_sample());
    let lines: Vec<_> = lines.lines().collect();
    let summary = lines[lines.len() - 1];
    let said = |text: String| {
        let error = read_report(text.as_bytes()).unwrap_err();
        assert_eq!(read_own_report(text.as_bytes()).unwrap_err().hint(), error.hint());
        error.to_string()
    };

    assert_eq!(
        said(lines[..lines.len() - 1].join("\n")),
        "its last line is no summary, so it was cut"
    );
    assert!(said(lines[1..].join("\n")).contains("says"), "one is gone");
    assert!(said(lines.join("\n")[..200].to_owned()).starts_with("line 1, column "));
    assert!(said([&lines[..], &[lines[0]]].concat().join("\n")).contains("behind the summary"));
    let swapped = [lines[lines.len() - 2], lines[0], summary].join("\n");
    assert!(said(swapped).contains("a finding stands behind a notification"));
    let more = summary.replacen("\"schema_version\"", "\"findings\":[],\"schema_version\"", 1);
    assert!(said([lines[0], &more].join("\n")).contains("have lines of their own"));
    let other = lines[0].replacen("finding", "opinion", 1);
    assert!(said(other).contains("unknown type of line `opinion`"));
    assert!(said(format!("{} 1", lines[0])).starts_with("line 1, column "));
}

#[test]
fn a_stream_has_a_limit_and_its_faults_are_told() {
    struct Endless;
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            buffer.fill(b' ');
            Ok(buffer.len())
        }
    }
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    let mut limited = Limited {
        source: Endless,
        left: 100,
    };
    assert_eq!(
        limited.read_to_end(&mut Vec::new()).unwrap_err().kind(),
        io::ErrorKind::FileTooLarge
    );
    let kind = io::ErrorKind::BrokenPipe;
    assert_eq!(read_own_report(Broken).unwrap_err(), ReadError::Unreadable { kind });
    let cut = sample::emitted_from(Format::Json, &full_sample());
    let cut = cut.as_bytes()[..2_000].chain(Broken);
    assert_eq!(read_own_report(cut).unwrap_err(), ReadError::Unreadable { kind });
    let other = sample::emitted_from(Format::Json, &full_sample()).replacen("n\": 1", "n\": 2", 1);
    assert!(
        read_own_report(other.as_bytes())
            .unwrap_err()
            .to_string()
            .contains("another version of the format")
    );
}
