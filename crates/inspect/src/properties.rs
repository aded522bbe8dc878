//! Every reader over bytes that nobody meant for it: whatever comes, it ends, says the same twice, and keeps to its bounds.

use proptest::prelude::*;
use weighbridge_core::{Language, Source, SourcePath};
use weighbridge_rules::{Page, RuleUse, built_in_rules, fill};

use crate::assemble::assemble;
use crate::format;
use crate::inspector::{Inspector, Neighbourhood};

/// The beginning that leads to each reader, and a name that helps.
const READERS: &[(&str, &[u8])] = &[
    ("a.pkl", b"\x80\x02"),
    ("a.joblib", b"\x80\x04\x95"),
    ("a.pt", b"PK\x03\x04"),
    ("a.tar", b""),
    ("a.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\0"),
    ("a.bz2", b"BZh9"),
    ("a.xz", b"\xfd7zXZ\0\0\0\xff\x12\xd9\x41"),
    ("a.lzma", b"\x5d\0\0\x80\0"),
    ("a.lz4", b"\x04\x22\x4d\x18"),
    ("a.zlib", b"\x78\x9c"),
    ("a.npy", b"\x93NUMPY\x01\0"),
    ("a.safetensors", b"\x40\0\0\0\0\0\0\0{\""),
    ("a.gguf", b"GGUF\x03\0\0\0"),
    ("a.onnx", b"\x08\x08"),
    ("saved_model.pb", b"\x08\x01\x12"),
    ("a.h5", b"\x89HDF\r\n\x1a\n{\"class_name\""),
    ("a.tflite", b"\x10\0\0\0TFL3"),
];
const TEXTS: [&str; 5] = [
    "config.json",
    "schema.json",
    "config.yaml",
    "chat_template.jinja",
    "a.pmml",
];

fn inspector() -> Inspector<'static> {
    let uses: Vec<_> = built_in_rules()
        .iter()
        .map(|rule| RuleUse {
            rule,
            reported: true,
            severity: rule.severity,
        })
        .collect();
    Inspector::new(&uses)
}

fn check(name: &str, bytes: &[u8]) -> Result<(), TestCaseError> {
    let inspector = inspector();
    let first = inspector.inspect(name, Neighbourhood::Models, &bytes);
    let second = inspector.inspect(name, Neighbourhood::Models, &bytes);
    prop_assert_eq!(&first.listing, &second.listing);
    prop_assert_eq!(&first.detections, &second.detections);
    prop_assert_eq!(&first.troubles, &second.troubles);
    prop_assert!(first.listing.len() < 8 << 20);
    for detection in &first.detections {
        prop_assert!(first.listing.get(detection.span.range()).is_some());
    }
    Ok(())
}

/// The files of all pages, assembled.
fn examples() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for rule in built_in_rules().iter().filter(|rule| rule.model_detector().is_some()) {
        let page = Page::parse(rule.id.as_str(), &rule.page).expect("the build script has read it");
        for example in &page.examples {
            let text = fill(&example.text).expect("its recipes are right");
            let lines: Vec<_> = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("^ "))
                .collect();
            let bytes = if format::is_text(&example.file_name) {
                lines.join("\n").into_bytes()
            } else {
                assemble(&lines.join("\n")).expect("the pages are tested").bytes
            };
            files.push((example.file_name.clone(), bytes));
        }
    }
    files
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_reader_takes_any_bytes(rest in proptest::collection::vec(any::<u8>(), 0..600)) {
        for (name, beginning) in READERS {
            check(name, &[*beginning, &rest].concat())?;
        }
    }

    #[test]
    fn every_reader_of_texts_takes_any_text(text in "[\\PC\n\"{}:!%_]{0,200}", escape in "(_target_: os.system\n|!!python/x|\\{\\{ a.__class__ \\}\\}|<!ENTITY x>){0,3}") {
        let text = format!("{text}{escape}{text}");
        for name in TEXTS {
            let source = Source::new(SourcePath::new(name.as_bytes()), Language::TEXT, text.as_bytes());
            let first = inspector().configuration(&source);
            prop_assert_eq!(&first, &inspector().configuration(&source));
            for detection in first {
                prop_assert!(detection.span.end <= text.len());
            }
        }
    }

    /// Real files with a few bytes changed get further than any bytes.
    #[test]
    fn broken_files_are_taken_too(which in any::<prop::sample::Index>(), changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>()) {
        let files = examples();
        let (name, bytes) = &files[which.index(files.len())];
        let mut bytes = bytes.clone();
        if bytes.is_empty() {
            return Ok(());
        }
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        check(name, &bytes)?;
        bytes.truncate(cut.index(bytes.len()));
        check(name, &bytes)?;
    }
}
