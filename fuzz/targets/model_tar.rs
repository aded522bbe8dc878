//! Tar archives, where the corpus has some.
#![no_main]

mod model;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| model::inspect("a.nemo", b"", bytes));
