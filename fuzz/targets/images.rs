//! Any bytes as a file that names images; the first byte says which kind.
#![no_main]

use weighbridge_core::{Language, Source, SourcePath};

const NAMES: [&str; 10] = [
    "Dockerfile",
    "compose.yml",
    "x.yaml",
    "values.yaml",
    "kustomization.yaml",
    ".gitlab-ci.yml",
    ".github/workflows/x.yml",
    "devcontainer.json",
    "x.sh",
    "Modelfile",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, text)) = bytes.split_first() else { return };
    let name = NAMES[usize::from(kind) % NAMES.len()];
    let source = Source::new(SourcePath::new(name.as_bytes()), Language::TEXT, text);
    for image in weighbridge_scan::image_references(&source) {
        assert!(image.span.end <= text.len(), "a name stands in the text");
    }
});
