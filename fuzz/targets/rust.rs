//! Any bytes as a file called `a.rs`.
#![no_main]

mod scan;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| scan::scan("a.rs", bytes));
