//! HDF5 files of Keras.
#![no_main]

mod model;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| model::inspect("a.h5", b"\x89HDF\r\n\x1a\n", bytes));
