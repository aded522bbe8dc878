//! Protocol buffers without a schema: fields one by one, with large ones passed over.
//!
//! Source: [the wire format](https://protobuf.dev/programming-guides/encoding/).

use crate::stream::{Stop, Stream};

/// A field, and the value or length that follows its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// A number.
    Number(u64),
    /// So many bytes, which come next in the stream.
    Bytes(u64),
}

/// What ends a message.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It is no message.
    Malformed,
    Stop(Stop),
}

impl From<Stop> for Fault {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::End => Self::Malformed,
            other => Self::Stop(other),
        }
    }
}

/// The next field of a message that ends at `end`, with its number; `None` at its end.
pub(crate) fn next(stream: &mut Stream<'_>, end: u64) -> Result<Option<(u64, Field)>, Fault> {
    if stream.position() >= end {
        return if stream.position() == end {
            Ok(None)
        } else {
            Err(Fault::Malformed)
        };
    }
    let tag = varint(stream)?;
    let number = tag >> 3;
    let field = match tag & 7 {
        0 => Field::Number(varint(stream)?),
        1 => Field::Number(u64::from_le_bytes(stream.array()?)),
        5 => Field::Number(u64::from(u32::from_le_bytes(stream.array()?))),
        2 => {
            let length = varint(stream)?;
            let stop = stream.position().checked_add(length);
            if stop.is_none_or(|stop| stop > end) {
                return Err(Fault::Malformed);
            }
            Field::Bytes(length)
        }
        _ => return Err(Fault::Malformed),
    };
    if number == 0 {
        Err(Fault::Malformed)
    } else {
        Ok(Some((number, field)))
    }
}

fn varint(stream: &mut Stream<'_>) -> Result<u64, Fault> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let [byte] = stream.array()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Fault::Malformed)
}

/// A text of `length` bytes, of which at most 4,096 are kept.
pub(crate) fn text(stream: &mut Stream<'_>, length: u64) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    stream.head(length, 4096, &mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
