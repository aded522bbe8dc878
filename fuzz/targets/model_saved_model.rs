//! Graphs of TensorFlow.
#![no_main]

mod model;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| model::inspect("saved_model.pb", b"", bytes));
