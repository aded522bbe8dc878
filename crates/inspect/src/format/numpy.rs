//! Arrays of numpy, `.npy`: a header in Python's own notation, and numbers; or, where the numbers are objects, a pickle.
//!
//! Source: [numpy.lib.format](https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).

use crate::container::packed::{Packed, Packing};
use crate::explore::Explorer;
use crate::input::{Input, read_some};
use crate::sign::Sign;

/// Bytes of a header that are read; numpy itself refuses more than 10,000 unless told otherwise.
const MAX_HEADER: usize = 64 << 10;

/// Reads the header, and runs the pickle if there is one.
pub(crate) fn inspect(explorer: &mut Explorer<'_>, input: &dyn Input) {
    let head = match read_some(input, 0, 12) {
        Ok(head) => head,
        Err(error) => return explorer.journal.trouble(format!("could not be read: {error}")),
    };
    let (start, length) = match *head.as_slice() {
        [_, _, _, _, _, _, 1, _, a, b, ..] => (10, u32::from(u16::from_le_bytes([a, b]))),
        [_, _, _, _, _, _, 2 | 3, _, a, b, c, d] => (12, u32::from_le_bytes([a, b, c, d])),
        _ => return broken(explorer, "its version is not known"),
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > MAX_HEADER {
        return broken(explorer, "its header is longer than any that numpy reads");
    }
    let header = read_some(input, start, length).unwrap_or_default();
    if header.len() < length {
        return broken(explorer, "it ends inside of its header");
    }
    let text = String::from_utf8_lossy(&header).into_owned();
    explorer
        .journal
        .note("format", 0, format!("numpy array {}", text.trim()));
    if !holds_objects(&text) {
        return;
    }
    let packed = Packed {
        input,
        start: start + length as u64,
        packing: Packing::None,
    };
    explorer.within("objects", |explorer| {
        explorer.pickle(&packed);
    });
}

/// Whether the description of the items names objects: `'|O'`, `'O'`, alone or in a list of fields.
fn holds_objects(header: &str) -> bool {
    ["|O", "'O", "\"O", "<O", ">O", "=O"]
        .iter()
        .any(|sign| header.contains(sign))
}

fn broken(explorer: &mut Explorer<'_>, why: &'static str) {
    let text = format!("a numpy array that is not read: {why}");
    explorer.journal.sign(Sign::PickleBroken, "broken", 0, why, text);
}
