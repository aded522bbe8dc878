//! Pickles with frames, and arrays in them.
#![no_main]

mod model;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| model::inspect("a.joblib", b"\x80\x04\x95", bytes));
