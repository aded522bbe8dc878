//! Bytes that are packed, and how they are unpacked: as a stream, so that size is no matter.

use std::io::{BufReader, Read};

use super::xz::XzReader;
use crate::budget::Budget;
use crate::input::Input;
use crate::stream::{Forward, Part, Stop, Unpacked};

/// Memory for the dictionary of LZMA, in KiB.
const MAX_DICTIONARY: u32 = 20 << 10;

/// Packed bytes that are read at a time.
const BUFFER: usize = 16 << 10;

/// How bytes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    None,
    Deflate,
    Gzip,
    Zlib,
    Bzip2,
    Xz,
    Lzma,
    Lz4,
}

impl Packing {
    /// The name in listings.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "plain",
            Self::Deflate => "deflate",
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Lzma => "lzma",
            Self::Lz4 => "lz4",
        }
    }
}

/// Packed bytes of an input, from `start` to its end.
#[derive(Clone, Copy)]
pub(crate) struct Packed<'i> {
    pub(crate) input: &'i dyn Input,
    pub(crate) start: u64,
    pub(crate) packing: Packing,
}

impl<'i> Packed<'i> {
    /// What is in it, from the beginning.
    pub(crate) fn open<'o>(&self, budget: &'o Budget) -> Box<dyn Forward + 'o>
    where
        'i: 'o,
    {
        let part = Part::new(self.input, self.start);
        if self.packing == Packing::None {
            return Box::new(part);
        }
        // Some of the decompressors ask for single bytes.
        let part = BufReader::with_capacity(BUFFER, part);
        let unpacked =
            |reader: Box<dyn Read + 'o>| -> Box<dyn Forward + 'o> { Box::new(Unpacked::new(reader, budget)) };
        match self.packing {
            Packing::None => unpacked(Box::new(part)),
            Packing::Deflate => unpacked(Box::new(flate2::read::DeflateDecoder::new(part))),
            Packing::Gzip => unpacked(Box::new(flate2::read::MultiGzDecoder::new(part))),
            Packing::Zlib => unpacked(Box::new(flate2::read::ZlibDecoder::new(part))),
            Packing::Bzip2 => unpacked(Box::new(bzip2::read::MultiBzDecoder::new(part))),
            Packing::Xz => unpacked(Box::new(XzReader::new(part))),
            Packing::Lzma => match lzma_rust2::LzmaReader::new_mem_limit(part, MAX_DICTIONARY, None) {
                Ok(reader) => unpacked(Box::new(reader)),
                Err(error) => Box::new(Failed(Some(error))),
            },
            Packing::Lz4 => unpacked(Box::new(lz4_flex::frame::FrameDecoder::new(part))),
        }
    }
}

/// A stream that could not be opened.
struct Failed(Option<std::io::Error>);

impl Forward for Failed {
    fn read(&mut self, _: &mut [u8]) -> Result<usize, Stop> {
        match self.0.take() {
            Some(error) => Err(Stop::Io(error)),
            None => Ok(0),
        }
    }

    fn skip(&mut self, _: u64) -> Result<u64, Stop> {
        self.read(&mut []).map(|_| 0)
    }
}

/// The first bytes of a stream, at most `limit`, and whether that is all of it.
pub(crate) fn held(stream: &mut dyn Forward, limit: usize) -> (Vec<u8>, Result<bool, Stop>) {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 32 << 10];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return (bytes, Ok(true)),
            Ok(count) => {
                let room = limit - bytes.len();
                bytes.extend_from_slice(&buffer[..count.min(room)]);
                if count > room {
                    return (bytes, Ok(false));
                }
            }
            Err(stop) => return (bytes, Err(stop)),
        }
    }
}
