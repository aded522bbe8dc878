//! Whether bytes could be a pickle.

use super::opcode::{OPCODES, PROTO};

/// How much some bytes look like the beginning of a pickle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// They say so: a protocol that exists and an opcode behind it.
    Announced,
    /// They could be one of the old protocols, which say nothing.
    Possible,
    /// They are none.
    None,
}

/// How much `head`, the beginning of some bytes, looks like a pickle.
pub(crate) fn likeness(head: &[u8]) -> Likeness {
    let is_opcode = |byte: u8| OPCODES.iter().any(|(known, _)| *known == byte);
    match head {
        [PROTO, 0..=5, next, ..] if is_opcode(*next) => Likeness::Announced,
        // These need nothing below them on the stack, so a pickle may begin with them.
        [
            b'('
            | b')'
            | b']'
            | b'}'
            | b'c'
            | b'I'
            | b'L'
            | b'F'
            | b'S'
            | b'V'
            | b'N'
            | b'J'
            | b'K'
            | b'M'
            | b'G'
            | b'T'
            | b'U'
            | b'X'
            | b'B'
            | b'C'
            | b'P'
            | 0x80..=0x9f,
            ..,
        ] => Likeness::Possible,
        _ => Likeness::None,
    }
}
