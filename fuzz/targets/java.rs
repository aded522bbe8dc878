//! Any bytes as a file called `A.java`.
#![no_main]

mod scan;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| scan::scan("A.java", bytes));
