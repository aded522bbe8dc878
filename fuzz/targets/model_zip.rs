//! Zip archives.
#![no_main]

mod model;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| model::inspect("a.pt", b"PK\x03\x04", bytes));
