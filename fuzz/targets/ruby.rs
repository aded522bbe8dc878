//! Any bytes as a file called `a.rb`.
#![no_main]

mod scan;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| scan::scan("a.rb", bytes));
