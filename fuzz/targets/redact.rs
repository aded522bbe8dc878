//! Any bytes as a stream; the first byte says in what pieces it comes. The pieces must not show in the output.
#![no_main]

use std::sync::LazyLock;

use weighbridge_rules::built_in_rules;
use weighbridge_scan::{Options, Redactor, Scanner, redaction_uses};

static SCANNER: LazyLock<Scanner<'static>> =
    LazyLock::new(|| Scanner::new(redaction_uses(built_in_rules()), Options::default(), true));

fn redacted<'p>(pieces: impl Iterator<Item = &'p [u8]>) -> Vec<u8> {
    let mut redactor = Redactor::new(&SCANNER);
    let mut out = Vec::new();
    pieces.for_each(|piece| redactor.push(piece, &mut out));
    redactor.finish(&mut out);
    out
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&size, text)) = bytes.split_first() else { return };
    let pieces = text.chunks(usize::from(size).max(1));
    assert!(redacted(pieces) == redacted([text].into_iter()), "the output depends on the pieces");
});
