//! Everything that is packed: the corpus has a seed of each kind.
#![no_main]

mod model;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| model::inspect("a.gz", b"", bytes));
