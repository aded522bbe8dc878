//! The container of xz around LZMA2: read here, because the size of a dictionary must be known before room is made for it.
//!
//! Source: [The .xz File Format](https://tukaani.org/xz/xz-file-format.txt). Checksums are passed over: a wrong one stops no loader early enough
//! to matter.

use std::io::{self, Read};

use lzma_rust2::Lzma2Reader;

const SIGNATURE: &[u8] = b"\xfd7zXZ\0";
const LZMA2: u64 = 0x21;
/// Bytes of a dictionary for which room is made: that of `xz -7`.
const MAX_DICTIONARY: u32 = 16 << 20;

/// What is in the blocks of the streams, one behind the other.
pub(super) struct XzReader<R: Read> {
    state: State<R>,
    check_length: usize,
}

enum State<R: Read> {
    /// Before the header of a stream.
    Stream(Counted<R>),
    /// Before the header of a block, or the index.
    Block(Counted<R>),
    /// Inside of a block.
    Data(Box<Lzma2Reader<Counted<R>>>),
    Done,
}

/// What follows in a stream: the data of a block, or the index, of which the first byte was read.
enum Part<R: Read> {
    Block(Box<Lzma2Reader<Counted<R>>>),
    Index(Counted<R>),
}

/// Counts the bytes that were read, for the padding behind a block.
struct Counted<R> {
    reader: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl<R: Read> XzReader<R> {
    /// A reader before the first stream.
    pub(super) fn new(reader: R) -> Self {
        Self {
            state: State::Stream(Counted { reader, count: 0 }),
            check_length: 0,
        }
    }

    /// The header of a stream; `None` where there is none any more.
    fn stream_header(&mut self, reader: &mut Counted<R>) -> io::Result<Option<()>> {
        let mut header = [0; 12];
        let mut filled = 0;
        while filled < header.len() {
            match reader.read(&mut header[filled..])? {
                0 if filled == 0 => return Ok(None),
                0 => return Err(invalid("the header of a stream is cut off")),
                count => filled += count,
            }
        }
        if !header.starts_with(SIGNATURE) {
            return Err(invalid("something else follows a stream"));
        }
        self.check_length = match header[7] & 15 {
            0 => 0,
            1..=3 => 4,
            4..=6 => 8,
            7..=9 => 16,
            10..=12 => 32,
            _ => 64,
        };
        reader.count = 0;
        Ok(Some(()))
    }

    /// The reader of the next block; `None` where the index begins instead.
    fn block(mut reader: Counted<R>) -> io::Result<Part<R>> {
        let mut size = [0];
        reader.read_exact(&mut size)?;
        if size[0] == 0 {
            return Ok(Part::Index(reader));
        }
        let mut header = vec![0; (usize::from(size[0]) + 1) * 4 - 1];
        reader.read_exact(&mut header)?;
        let flags = header[0];
        let mut rest = &header[1..];
        for bit in [0x40, 0x80] {
            if flags & bit != 0 {
                number(&mut rest)?;
            }
        }
        if flags & 3 != 0 || number(&mut rest)? != LZMA2 || number(&mut rest)? != 1 {
            return Err(invalid("a block has filters that are not known"));
        }
        let bits = u32::from(
            *rest
                .first()
                .ok_or_else(|| invalid("the header of a block is cut off"))?
                & 63,
        );
        let dictionary = if bits < 40 {
            (2 | (bits & 1)).checked_shl(bits / 2 + 11)
        } else {
            None
        };
        let dictionary = dictionary.filter(|size| *size <= MAX_DICTIONARY);
        let dictionary = dictionary.ok_or_else(|| invalid("a dictionary is larger than what room is made for"))?;
        reader.count = 0;
        Ok(Part::Block(Box::new(Lzma2Reader::new(reader, dictionary, None))))
    }

    /// Passes over the padding and the checksum behind a block.
    fn end_block(&self, reader: &mut Counted<R>) -> io::Result<()> {
        let padding = usize::try_from((4 - reader.count % 4) % 4).unwrap_or(0);
        let mut rest = vec![0; padding + self.check_length];
        reader.read_exact(&mut rest)
    }

    /// Passes over the index, of which the first byte was read, and the end of a stream.
    fn end_stream(reader: &mut Counted<R>) -> io::Result<()> {
        reader.count = 1;
        let records = streamed_number(reader)?;
        for _ in 0..records.checked_mul(2).ok_or_else(|| invalid("an index is too long"))? {
            streamed_number(reader)?;
        }
        let padding = usize::try_from((4 - reader.count % 4) % 4).unwrap_or(0);
        // A checksum, and the end: a checksum, a size, flags and a signature.
        let mut rest = vec![0; padding + 4 + 12];
        reader.read_exact(&mut rest)
    }
}

/// A number in groups of seven bits, read byte by byte.
fn streamed_number(reader: &mut impl Read) -> io::Result<u64> {
    let mut bytes = Vec::new();
    while bytes.last().is_none_or(|byte| byte & 0x80 != 0) && bytes.len() < 9 {
        let mut byte = [0];
        reader.read_exact(&mut byte)?;
        bytes.push(byte[0]);
    }
    number(&mut bytes.as_slice())
}

/// A number in groups of seven bits.
fn number(bytes: &mut &[u8]) -> io::Result<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let (first, rest) = bytes.split_first().ok_or_else(|| invalid("a number is cut off"))?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(invalid("a number is too long"))
}

impl<R: Read> Read for XzReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Done => return Ok(0),
                State::Stream(mut reader) => {
                    if self.stream_header(&mut reader)?.is_some() {
                        self.state = State::Block(reader);
                    }
                }
                State::Block(reader) => match Self::block(reader)? {
                    Part::Block(data) => self.state = State::Data(data),
                    Part::Index(mut reader) => {
                        Self::end_stream(&mut reader)?;
                        self.state = State::Stream(reader);
                    }
                },
                State::Data(mut data) => {
                    let count = data.read(buffer)?;
                    if count > 0 {
                        self.state = State::Data(data);
                        return Ok(count);
                    }
                    let mut reader = data.into_inner();
                    self.end_block(&mut reader)?;
                    self.state = State::Block(reader);
                }
            }
        }
    }
}
