//! Any bytes as a pickle, of any protocol.
#![no_main]

mod model;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| model::inspect("a.pkl", b"", bytes));
