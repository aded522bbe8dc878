//! GGUF.
#![no_main]

mod model;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| model::inspect("a.gguf", b"GGUF", bytes));
