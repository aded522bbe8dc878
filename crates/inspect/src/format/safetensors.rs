//! safetensors: eight bytes of length, a header in JSON, and tensors. It holds no code; but readers that do not agree about a header can be
//! made to read another file's bytes, or other tensors than those that were looked at.
//!
//! Source: [the format](https://github.com/huggingface/safetensors#format).

use super::safetensors_header as header;
use crate::explore::Explorer;
use crate::input::{Input, read_array, read_some};
use crate::sign::Sign;

/// The longest header that the reference reads.
const MAX_HEADER: u64 = 100_000_000;
/// The longest header that is looked at here.
const MAX_READ: u64 = 16 << 20;

/// Reads the header.
pub(crate) fn inspect(explorer: &mut Explorer<'_>, input: &dyn Input) {
    if let Err(why) = check(explorer, input) {
        let text = format!("the header of this safetensors file is wrong: {why}");
        explorer.journal.sign(Sign::SafetensorsHeader, "header", 0, why, text);
    }
}

fn check(explorer: &mut Explorer<'_>, input: &dyn Input) -> Result<(), &'static str> {
    let length = match read_array::<8>(input, 0) {
        Ok(Some(bytes)) => u64::from_le_bytes(bytes),
        Ok(None) => return Err("the file ends inside of it"),
        Err(error) => {
            explorer.journal.trouble(format!("could not be read: {error}"));
            return Ok(());
        }
    };
    let there = input.len() - 8;
    if length > MAX_HEADER {
        return Err("it is longer than any that is read");
    }
    if length > there {
        return Err("it is longer than the file");
    }
    if length > MAX_READ {
        explorer.journal.trouble("its header is longer than what is looked at");
        return Ok(());
    }
    let header = read_some(input, 8, usize::try_from(length).unwrap_or(0)).unwrap_or_default();
    if !header.starts_with(b"{") {
        return Err("it does not begin with `{`");
    }
    let data = there - length;
    let text = std::str::from_utf8(&header).map_err(|_| "it is not UTF-8")?;
    let mut places = header::places(text, data)?;
    explorer
        .journal
        .note("format", 0, format!("safetensors, {} tensors", places.len()));
    places.sort_unstable();
    let mut at = 0;
    for (start, end) in places {
        if start < at {
            return Err("two tensors share bytes");
        }
        if start > at {
            return Err("between its tensors are bytes that belong to none");
        }
        at = end;
    }
    if at == data {
        Ok(())
    } else {
        Err("behind its tensors are bytes that belong to none")
    }
}
