//! TFLite: a table of operators in a flat buffer. Those with a name of their own need code that comes from elsewhere.
//!
//! Source: [schema.fbs](https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs).

use super::saved_model;
use crate::container::shortened;
use crate::explore::Explorer;
use crate::input::{Input, read_array, read_some};
use crate::sign::Sign;

/// Operators that the runtime brings along although they have names.
const KNOWN: &[&str] = &[
    "TFLite_Detection_PostProcess",
    "Convolution2DTransposeBias",
    "MaxPoolingWithArgmax2D",
    "MaxUnpooling2D",
    "AudioSpectrogram",
    "Mfcc",
    "edgetpu-custom-op",
    "Densify",
    "Atan2",
];
/// Operators of one model.
const MAX_OPERATORS: u32 = 10_000;
/// Bytes of a name.
const MAX_NAME: u32 = 256;

/// Reads the table.
pub(crate) fn inspect(explorer: &mut Explorer<'_>, input: &dyn Input) {
    match read(explorer, input) {
        Ok(Some(count)) => explorer
            .journal
            .note("format", 0, format!("TFLite, {count} kinds of operators")),
        Ok(None) => explorer.journal.trouble("its table of operators is broken"),
        Err(error) => explorer.journal.trouble(format!("could not be read: {error}")),
    }
}

fn u32_at(input: &dyn Input, at: u64) -> std::io::Result<Option<u32>> {
    Ok(read_array::<4>(input, at)?.map(u32::from_le_bytes))
}

/// Where a field of a table stands; `None` if the table does not have it.
fn field(input: &dyn Input, table: u64, index: u64) -> std::io::Result<Option<u64>> {
    let Some(back) = read_array::<4>(input, table)?.map(i32::from_le_bytes) else {
        return Ok(None);
    };
    let Some(layout) = table.checked_add_signed(-i64::from(back)) else {
        return Ok(None);
    };
    let size = read_array::<2>(input, layout)?.map_or(0, u16::from_le_bytes);
    let slot = 4 + 2 * index;
    if slot + 2 > u64::from(size) {
        return Ok(None);
    }
    let offset = read_array::<2>(input, layout + slot)?.map_or(0, u16::from_le_bytes);
    Ok((offset != 0).then_some(table + u64::from(offset)))
}

/// What an offset at `at` leads to.
fn follow(input: &dyn Input, at: u64) -> std::io::Result<Option<u64>> {
    Ok(u32_at(input, at)?
        .map(|offset| at + u64::from(offset))
        .filter(|place| *place < input.len()))
}

fn read(explorer: &mut Explorer<'_>, input: &dyn Input) -> std::io::Result<Option<u32>> {
    let Some(model) = follow(input, 0)? else {
        return Ok(None);
    };
    let Some(codes) = field(input, model, 1)? else {
        return Ok(None);
    };
    let Some(list) = follow(input, codes)? else {
        return Ok(None);
    };
    let Some(count) = u32_at(input, list)?.filter(|count| *count <= MAX_OPERATORS) else {
        return Ok(None);
    };
    for index in 0..u64::from(count) {
        let Some(code) = follow(input, list + 4 + 4 * index)? else {
            return Ok(None);
        };
        let Some(name) = field(input, code, 1)? else { continue };
        let Some(text) = follow(input, name)? else {
            return Ok(None);
        };
        let length = u32_at(input, text)?.unwrap_or(0).min(MAX_NAME);
        let name = read_some(input, text + 4, length as usize)?;
        operator(explorer, &String::from_utf8_lossy(&name), text);
    }
    Ok(Some(count))
}

fn operator(explorer: &mut Explorer<'_>, name: &str, at: u64) {
    if name.is_empty() {
        return;
    }
    let shown = shortened(name);
    if let Some(inner) = name.strip_prefix("Flex") {
        // An operator of TensorFlow itself.
        match saved_model::reaches(inner) {
            Some(what) => {
                let text = format!("operator {inner} of TensorFlow ({what})");
                explorer.journal.sign(Sign::TensorflowOp, "operator", at, inner, text);
            }
            None => explorer.journal.note("operator", at, shown),
        }
    } else if KNOWN.contains(&name) {
        explorer.journal.note("operator", at, shown);
    } else {
        let text = format!("operator `{shown}`, which the runtime does not bring along");
        explorer.journal.sign(Sign::TfliteCustomOp, "operator", at, shown, text);
    }
}
