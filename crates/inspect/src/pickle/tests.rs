//! The machine over whole pickles.

use proptest::prelude::*;

use super::opcode::OPCODES;
use crate::assemble::assemble;
use crate::budget::Budget;
use crate::journal::{Entry, Journal};
use crate::pickle::{Loader, inspect};
use crate::sign::Sign;
use crate::stream::{Part, Stream};

fn entries(bytes: &[u8]) -> (Vec<Entry>, Vec<String>) {
    let budget = Budget::default();
    let mut journal = Journal::default();
    let mut part = Part::new(&bytes, 0);
    let mut stream = Stream::new(&mut part);
    inspect(&mut stream, Loader::Usual, &budget, &mut journal, &mut false);
    journal.finish()
}

fn lines(text: &str) -> Vec<String> {
    let assembled = assemble(text).expect("the example can be assembled");
    let (entries, _) = entries(&assembled.bytes);
    let shown = entries.iter().filter(|entry| entry.kind != "format");
    shown
        .map(|entry| format!("{} {} {}", entry.offset, entry.kind, entry.text))
        .collect()
}

#[test]
fn arguments_are_recovered_through_the_memo() {
    let seen = lines(
        "PROTO 2\nBINUNICODE \"id\" ; BINPUT 7 ; POP\nGLOBAL \"posix\" \"system\"\nBINGET 7 ; TUPLE1 ; REDUCE ; STOP\n",
    );

    assert_eq!(
        seen,
        ["12 import posix.system [dangerous]", "29 call posix.system(\"id\")"]
    );
}

#[test]
fn a_call_of_a_call_shows_both() {
    let seen = lines(
        "PROTO 2\nGLOBAL \"builtins\" \"getattr\"\nGLOBAL \"builtins\" \"__import__\" ; BINUNICODE \"os\" ; TUPLE1 ; REDUCE\n\
         BINUNICODE \"system\" ; TUPLE2 ; REDUCE\nBINUNICODE \"id\" ; TUPLE1 ; REDUCE\nSTOP\n",
    );

    let last = seen.last().expect("something is seen");
    assert!(
        last.ends_with("builtins.getattr(builtins.__import__(\"os\"), \"system\")(\"id\")"),
        "{last}"
    );
}

#[test]
fn a_mark_is_taken_by_pop_where_it_lies_on_top() {
    let seen = lines("MARK ; POP ; NONE ; STOP\n");

    assert_eq!(seen, [""; 0]);
}

#[test]
fn values_below_a_mark_are_out_of_reach() {
    for text in [
        "PROTO 2\nNONE ; NONE ; MARK ; TUPLE2 ; STOP",
        "PROTO 2\nEMPTY_LIST ; NONE ; MARK ; APPEND ; STOP",
        "PROTO 2\nNONE ; POP ; NONE ; MARK ; DUP ; STOP",
    ] {
        let (entries, _) = entries(&assemble(text).unwrap().bytes);
        assert!(
            entries.iter().any(|entry| entry.sign == Some(Sign::PickleBroken)),
            "{text}"
        );
    }
}

#[test]
fn memoize_counts_what_is_there_and_not_the_highest() {
    // The second value gets the index 1, although 9 is taken.
    let seen = lines(
        "PROTO 4\nNONE ; BINPUT 9 ; SHORT_BINUNICODE \"os\" ; MEMOIZE ; SHORT_BINUNICODE \"system\" ; MEMOIZE\nBINGET 1 ; BINGET 2 ; STACK_GLOBAL ; STOP\n",
    );

    assert_eq!(seen, ["23 import os.system [dangerous]"]);
}

#[test]
fn a_gigantic_memo_index_costs_nothing() {
    let seen =
        lines("PROTO 2\nGLOBAL \"os\" \"system\" ; LONG_BINPUT 4294967295 ; POP\nLONG_BINGET 4294967295 ; STOP\n");

    assert_eq!(seen, ["2 import os.system [dangerous]"]);
}

#[test]
fn a_length_beyond_the_end_allocates_nothing() {
    let (entries, _) = entries(b"\x80\x04)0)0\x8e\xff\xff\xff\xff\xff\xff\xff\x0fabc.");

    assert!(entries.iter().any(|entry| entry.sign == Some(Sign::PickleBroken)));
}

#[test]
fn every_opcode_is_known() {
    for (byte, name) in OPCODES {
        let mut bytes = vec![0x80, 4, b'N', b'N', b'N', b')', *byte];
        bytes.extend([b'\n'; 16]);
        let (entries, _) = entries(&bytes);
        assert!(
            !entries
                .iter()
                .any(|entry| entry.offset == 6 && entry.text.contains("no such opcode")),
            "{name}"
        );
    }
}

#[test]
fn a_million_values_are_not_too_many_and_a_billion_are() {
    let mut bytes = vec![0x80, 4, b'('];
    bytes.extend(vec![b'N'; 1_000_000]);
    bytes.extend(b"t.");
    assert_eq!(entries(&bytes).1, [""; 0]);

    let mut bytes = vec![0x80, 4];
    bytes.extend(vec![b'N'; 2_000_000]);
    assert_eq!(entries(&bytes).1.len(), 1);
}

/// Bytes that are mostly opcodes, so that random ones get somewhere.
fn opcodes() -> impl Strategy<Value = Vec<u8>> {
    let opcode = (0..OPCODES.len()).prop_map(|index| vec![OPCODES[index].0]);
    let text = prop_oneof![
        Just(b"cos\nsystem\n".to_vec()),
        Just(b"\x8c\x02os".to_vec()),
        Just(b"K\x01".to_vec()),
        Just(b"h\x00".to_vec()),
        Just(b"q\x00".to_vec()),
    ];
    proptest::collection::vec(prop_oneof![2 => opcode, 3 => text], 0..80)
        .prop_map(|parts| [&[0x80, 4][..], &parts.concat()].concat())
}

proptest! {
    #[test]
    fn any_bytes_are_run_without_a_panic_and_alike(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_eq!(entries(&bytes), entries(&bytes));
    }

    #[test]
    fn any_opcodes_are_run_without_a_panic_and_alike(bytes in opcodes()) {
        prop_assert_eq!(entries(&bytes), entries(&bytes));
    }

    /// Whatever surrounds it, an import of a dangerous name is seen if the loader gets there.
    #[test]
    fn padding_does_not_hide_an_import(before in 0usize..200, after in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut bytes = vec![0x80, 2];
        for _ in 0..before {
            bytes.extend(b"N0");
        }
        bytes.extend(b"cos\nsystem\n(S'id'\ntR");
        bytes.extend(after);

        let (entries, _) = entries(&bytes);

        let found = entries.iter().any(|entry| entry.sign == Some(Sign::PickleGadget));
        prop_assert!(found);
    }
}
