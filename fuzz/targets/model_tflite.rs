//! TFLite models.
#![no_main]

mod model;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| model::inspect("a.tflite", b"\x10\0\0\0TFL3", bytes));
