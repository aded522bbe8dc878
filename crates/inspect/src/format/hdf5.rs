//! HDF5, as far as Keras uses it: the configuration of the model is a text in JSON in an attribute of the root.
//!
//! The file is not taken apart: its attributes lie among its first megabytes, and JSON that names a class and a configuration is no tensor. So the text is looked
//! for by its keys, in the beginning and at the end, where it lies when it was written last.

use serde_json::Value;

use super::keras;
use crate::explore::Explorer;
use crate::input::{Input, read_some};

/// Bytes at the beginning and at the end that are searched.
const SEARCHED: usize = 4 << 20;
/// The longest configuration that is read.
const MAX_CONFIG: usize = 2 << 20;

/// Looks for configurations.
pub(crate) fn inspect(explorer: &mut Explorer<'_>, input: &dyn Input) {
    explorer.journal.note("format", 0, "HDF5");
    let length = input.len();
    let mut places = vec![0];
    if length > SEARCHED as u64 {
        places.push(length.saturating_sub(SEARCHED as u64).max(SEARCHED as u64));
    }
    for start in places {
        match read_some(input, start, SEARCHED) {
            Ok(bytes) => search(explorer, &bytes, start),
            Err(error) => return explorer.journal.trouble(format!("could not be read: {error}")),
        }
    }
}

fn search(explorer: &mut Explorer<'_>, bytes: &[u8], base: u64) {
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&bytes[at..], b"\"class_name\"") {
        let key = at + found;
        // The object begins at the bracket before the key, with nothing but blanks and keys without values between.
        let Some(open) = memchr::memrchr(b'{', &bytes[..key]) else {
            at = key + 1;
            continue;
        };
        let end = (open + MAX_CONFIG).min(bytes.len());
        let stretch = &bytes[open..end];
        let valid = match std::str::from_utf8(stretch) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&stretch[..error.valid_up_to()]).unwrap_or_default(),
        };
        let mut values = serde_json::Deserializer::from_str(valid).into_iter::<Value>();
        if let Some(Ok(value)) = values.next() {
            let length = values.byte_offset();
            let text = format!("Keras configuration, {length} bytes");
            explorer.journal.note("config", base + open as u64, text);
            keras::inspect(explorer.journal, &value, base + open as u64, &valid[..length]);
            at = open + length.max(1);
        } else {
            explorer
                .journal
                .trouble("a configuration of Keras in it could not be read to its end");
            at = key + 1;
        }
        if at <= key {
            at = key + 1;
        }
    }
}
