//! Any text as a rule page, and the rule of any page that can be read.
#![no_main]

use weighbridge_rules::Page;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(page) = Page::parse("shelf/name", text) {
        let _ = weighbridge_scan::check_rule(&page.rule);
    }
});
