//! safetensors: eight bytes of length, a header in JSON, and tensors. It holds no code; but readers that do not agree about a header can be
//! made to read another file's bytes, or other tensors than those that were looked at.
//!
//! Source: [the format](https://github.com/huggingface/safetensors#format).

use serde_json::Value;

use crate::explore::Explorer;
use crate::format::json::unique_object;
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
    let text = std::str::from_utf8(&header).map_err(|_| "it is not UTF-8")?;
    let tensors = unique_object(text)?;
    let data = there - length;
    let mut places = Vec::new();
    for (name, tensor) in &tensors {
        if name == "__metadata__" {
            metadata(tensor)?;
        } else {
            places.push(place(tensor, data)?);
        }
    }
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

fn metadata(value: &Value) -> Result<(), &'static str> {
    let Value::Object(entries) = value else {
        return Err("its metadata is no object");
    };
    if entries.values().all(Value::is_string) {
        Ok(())
    } else {
        Err("its metadata holds something other than texts")
    }
}

/// Beginning and end of a tensor in the data.
fn place(tensor: &Value, data: u64) -> Result<(u64, u64), &'static str> {
    let offsets = tensor.get("data_offsets").and_then(Value::as_array);
    let offsets: Option<Vec<u64>> = offsets.and_then(|list| list.iter().map(Value::as_u64).collect());
    let Some([start, end]) = offsets.as_deref() else {
        return Err("a tensor has no place");
    };
    if start > end || *end > data {
        return Err("a tensor lies outside of the file");
    }
    let bits = bits(tensor.get("dtype").and_then(Value::as_str).unwrap_or_default())
        .ok_or("a tensor has a type that is not known")?;
    let shape = tensor
        .get("shape")
        .and_then(Value::as_array)
        .ok_or("a tensor has no shape")?;
    let mut size = bits;
    for dimension in shape {
        let dimension = dimension.as_u64().ok_or("a shape holds something other than lengths")?;
        size = size
            .checked_mul(dimension)
            .ok_or("a tensor is larger than any memory")?;
    }
    if size % 8 != 0 || size / 8 != end - start {
        return Err("a tensor has another size than its shape says");
    }
    Ok((*start, *end))
}

fn bits(dtype: &str) -> Option<u64> {
    Some(match dtype {
        "F4" => 4,
        "F6_E2M3" | "F6_E3M2" => 6,
        "BOOL" | "U8" | "I8" | "F8_E5M2" | "F8_E4M3" | "F8_E8M0" | "F8_E4M3FNUZ" | "F8_E5M2FNUZ" => 8,
        "I16" | "U16" | "F16" | "BF16" => 16,
        "I32" | "U32" | "F32" => 32,
        "C64" | "F64" | "I64" | "U64" => 64,
        _ => return None,
    })
}
