//! Bytes in their order, with stretches that nobody wants passed over: without reading them where the file allows it.

use std::io::{self, Read};

use crate::budget::Budget;
use crate::input::Input;

/// Bytes asked for at a time. Small, because most of what is read is followed by tensors.
const BUFFER: usize = 8 << 10;

/// Why a stream gives no more.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// It ends.
    #[error("the data ends")]
    End,
    /// Unpacking it costs more than one file may.
    #[error("more is packed into the file than is unpacked of one file")]
    TooMuch,
    /// The file cannot be read, or what is packed is broken.
    #[error("the data cannot be read")]
    Io(#[from] io::Error),
}

/// Something that gives bytes in their order.
pub(crate) trait Forward {
    /// Reads some bytes; none at the end.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Stop>;

    /// Passes over so many bytes, or over all that there are. Returns how many.
    fn skip(&mut self, count: u64) -> Result<u64, Stop>;
}

/// A stretch of an input.
pub(crate) struct Part<'i> {
    input: &'i dyn Input,
    at: u64,
    end: u64,
}

impl<'i> Part<'i> {
    /// The bytes from `start` to the end of the input.
    pub(crate) fn new(input: &'i dyn Input, start: u64) -> Self {
        Self {
            input,
            at: start,
            end: input.len(),
        }
    }
}

impl Forward for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Stop> {
        let rest = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let count = rest.min(buffer.len());
        let count = self.input.read_at(self.at, &mut buffer[..count])?;
        self.at += count as u64;
        Ok(count)
    }

    fn skip(&mut self, count: u64) -> Result<u64, Stop> {
        let count = count.min(self.end.saturating_sub(self.at));
        self.at += count;
        Ok(count)
    }
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Forward::read(self, buffer).map_err(|stop| match stop {
            Stop::Io(error) => error,
            other => io::Error::other(other),
        })
    }
}

/// What a decompressor gives, counted against the budget.
pub(crate) struct Unpacked<'b, R> {
    reader: R,
    budget: &'b Budget,
}

impl<'b, R: Read> Unpacked<'b, R> {
    /// What `reader` gives.
    pub(crate) fn new(reader: R, budget: &'b Budget) -> Self {
        Self { reader, budget }
    }
}

impl<R: Read> Forward for Unpacked<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Stop> {
        let count = self.reader.read(buffer)?;
        if self.budget.unpack(count as u64) {
            Ok(count)
        } else {
            Err(Stop::TooMuch)
        }
    }

    fn skip(&mut self, count: u64) -> Result<u64, Stop> {
        let mut buffer = [0; BUFFER];
        let mut left = count;
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(BUFFER).min(BUFFER);
            match Forward::read(self, &mut buffer[..wanted])? {
                0 => break,
                got => left -= got as u64,
            }
        }
        Ok(count - left)
    }
}

/// A buffer before something that gives bytes in their order.
pub(crate) struct Stream<'f> {
    source: &'f mut dyn Forward,
    buffer: Vec<u8>,
    at: usize,
    /// The offset of the first byte of the buffer.
    base: u64,
}

impl<'f> Stream<'f> {
    /// The bytes of `source`, of which the first one has the offset 0.
    pub(crate) fn new(source: &'f mut dyn Forward) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            at: 0,
            base: 0,
        }
    }

    /// The offset of the next byte.
    pub(crate) fn position(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Makes `count` bytes ready, if there are so many; returns how many are.
    fn fill(&mut self, count: usize) -> Result<usize, Stop> {
        while self.buffer.len() - self.at < count {
            if self.at > 0 {
                self.buffer.drain(..self.at);
                self.base += self.at as u64;
                self.at = 0;
            }
            let there = self.buffer.len();
            self.buffer.resize(there + BUFFER.max(count - there), 0);
            let got = self.source.read(&mut self.buffer[there..]);
            self.buffer.truncate(there + *got.as_ref().unwrap_or(&0));
            if got? == 0 {
                break;
            }
        }
        Ok((self.buffer.len() - self.at).min(count))
    }

    /// The next bytes without taking them; fewer than `count` where the stream ends. For small counts.
    pub(crate) fn peek(&mut self, count: usize) -> Result<&[u8], Stop> {
        let there = self.fill(count)?;
        Ok(&self.buffer[self.at..self.at + there])
    }

    /// The next byte; `None` at the end.
    pub(crate) fn byte(&mut self) -> Result<Option<u8>, Stop> {
        if self.at == self.buffer.len() && self.fill(1)? == 0 {
            return Ok(None);
        }
        self.at += 1;
        Ok(Some(self.buffer[self.at - 1]))
    }

    /// The next `N` bytes.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let bytes = self.peek(N)?.try_into().map_err(|_| Stop::End)?;
        self.at += N;
        Ok(bytes)
    }

    /// Takes some of the next bytes; none at the end.
    pub(crate) fn take(&mut self, out: &mut [u8]) -> Result<usize, Stop> {
        if out.is_empty() || self.fill(1)? == 0 {
            return Ok(0);
        }
        let count = out.len().min(self.buffer.len() - self.at);
        out[..count].copy_from_slice(&self.buffer[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }

    /// The next `length` bytes, of which the first `kept` are put into `out`.
    pub(crate) fn head(&mut self, length: u64, kept: usize, out: &mut Vec<u8>) -> Result<(), Stop> {
        out.clear();
        let wanted = usize::try_from(length).unwrap_or(usize::MAX).min(kept);
        while out.len() < wanted {
            if self.fill(1)? == 0 {
                return Err(Stop::End);
            }
            let count = (wanted - out.len()).min(self.buffer.len() - self.at);
            out.extend_from_slice(&self.buffer[self.at..self.at + count]);
            self.at += count;
        }
        self.skip(length - wanted as u64)
    }

    /// The bytes up to the next line feed, of which the first `kept` are put into `out`; returns how many there are. The line feed is
    /// taken and not counted.
    pub(crate) fn line(&mut self, kept: usize, out: &mut Vec<u8>) -> Result<u64, Stop> {
        out.clear();
        let mut length = 0;
        loop {
            if self.fill(1)? == 0 {
                return Err(Stop::End);
            }
            let rest = &self.buffer[self.at..];
            let end = memchr::memchr(b'\n', rest);
            let part = &rest[..end.unwrap_or(rest.len())];
            let room = kept.saturating_sub(out.len());
            out.extend_from_slice(&part[..part.len().min(room)]);
            length += part.len() as u64;
            self.at += part.len() + usize::from(end.is_some());
            if end.is_some() {
                return Ok(length);
            }
        }
    }

    /// Passes over `count` bytes, all of which must be there.
    pub(crate) fn skip(&mut self, count: u64) -> Result<(), Stop> {
        let buffered = (self.buffer.len() - self.at) as u64;
        if count <= buffered {
            self.at += usize::try_from(count).expect("the buffer holds as many");
            return Ok(());
        }
        let skipped = self.source.skip(count - buffered)?;
        self.base += self.buffer.len() as u64 + skipped;
        self.buffer.clear();
        self.at = 0;
        if skipped == count - buffered {
            Ok(())
        } else {
            Err(Stop::End)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes() -> Vec<u8> {
        (0..40_000u32).map(|number| (number % 251) as u8).collect()
    }

    #[test]
    fn what_is_passed_over_is_counted() {
        let bytes = bytes();
        let mut part = Part::new(&bytes, 0);
        let mut stream = Stream::new(&mut part);
        let mut out = Vec::new();

        assert_eq!(stream.byte().unwrap(), Some(bytes[0]));
        stream.head(20_000, 3, &mut out).unwrap();
        assert_eq!((out.as_slice(), stream.position()), (&bytes[1..4], 20_001));
        assert_eq!(stream.array::<2>().unwrap(), bytes[20_001..20_003]);
        stream.skip(10).unwrap();
        assert_eq!(stream.peek(1).unwrap(), &bytes[20_013..20_014]);
        assert!(matches!(stream.skip(1 << 40), Err(Stop::End)));
    }

    #[test]
    fn a_line_ends_behind_its_line_feed() {
        let bytes = b"abcdef\n\nx".to_vec();
        let mut part = Part::new(&bytes, 0);
        let mut stream = Stream::new(&mut part);
        let mut out = Vec::new();

        assert_eq!(stream.line(3, &mut out).unwrap(), 6);
        assert_eq!(out, b"abc");
        assert_eq!(stream.line(3, &mut out).unwrap(), 0);
        assert!(matches!(stream.line(3, &mut out), Err(Stop::End)));
    }

    #[test]
    fn a_bomb_is_unpacked_up_to_the_budget_and_no_further() {
        let budget = Budget::default();
        let mut unpacked = Unpacked::new(io::repeat(0), &budget);

        assert!(matches!(unpacked.skip(u64::MAX), Err(Stop::TooMuch)));
    }
}
