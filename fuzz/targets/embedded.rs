//! Any bytes as a file that holds code in other languages; the first byte says which kind.
#![no_main]

mod scan;

const NAMES: [&str; 7] = ["a.ipynb", "a.md", "Dockerfile", "Makefile", ".gitlab-ci.yml", "package.json", "a.html"];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, text)) = bytes.split_first() else { return };
    let name = NAMES[usize::from(kind) % NAMES.len()];
    for (_, inner, offsets) in weighbridge_scan::pieces(name, text) {
        assert_eq!(inner.len(), offsets.len());
        assert!(offsets.iter().all(|offset| *offset <= text.len()), "a piece comes from the text");
    }
    scan::scan(name, text);
});
