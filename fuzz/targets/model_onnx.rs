//! ONNX models.
#![no_main]

mod model;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| model::inspect("a.onnx", b"", bytes));
