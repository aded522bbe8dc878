//! Any text as a file of rules of another scanner: an error, or pages that can be read.
#![no_main]

use std::path::Path;

use weighbridge_rules::{Page, import};

libfuzzer_sys::fuzz_target!(|text: &str| {
    for name in ["a.toml", "a.yml"] {
        let Ok(imported) = import(Path::new(name), text) else { continue };
        for (id, page) in imported.pages {
            _ = Page::parse(&id, &page);
        }
    }
});
