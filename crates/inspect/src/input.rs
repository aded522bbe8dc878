//! Where the bytes of a file come from: read at any place, so that tensors are passed over and not read.

use std::io;

/// A file, or a part of one.
pub trait Input {
    /// The number of bytes.
    fn len(&self) -> u64;

    /// Whether there is no byte.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads bytes from `offset` on; fewer than asked for only where the file ends, or where the system gives fewer.
    ///
    /// # Errors
    ///
    /// Whatever the system says.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
}

impl Input for &[u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.get(offset..));
        let rest = rest.unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

impl Input for Vec<u8> {
    fn len(&self) -> u64 {
        self.as_slice().len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        Input::read_at(&self.as_slice(), offset, buffer)
    }
}

/// A stretch of an input as an input of its own.
#[derive(Clone, Copy)]
pub(crate) struct Window<'i> {
    input: &'i dyn Input,
    start: u64,
    length: u64,
}

impl<'i> Window<'i> {
    /// `length` bytes from `start` on, or as many as there are.
    pub(crate) fn new(input: &'i dyn Input, start: u64, length: u64) -> Self {
        let start = start.min(input.len());
        Self {
            input,
            start,
            length: length.min(input.len() - start),
        }
    }
}

impl Input for Window<'_> {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = self.length.saturating_sub(offset);
        let count = usize::try_from(rest).unwrap_or(usize::MAX).min(buffer.len());
        self.input
            .read_at(self.start.saturating_add(offset), &mut buffer[..count])
    }
}

/// `length` bytes at `offset`, or as many as there are.
pub(crate) fn read_some(input: &dyn Input, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let there = input.len().saturating_sub(offset);
    let mut buffer = vec![0; usize::try_from(there).unwrap_or(usize::MAX).min(length)];
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read_at(offset + filled as u64, &mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    buffer.truncate(filled);
    Ok(buffer)
}

/// Exactly `N` bytes at `offset`; `None` where the input ends before.
pub(crate) fn read_array<const N: usize>(input: &dyn Input, offset: u64) -> io::Result<Option<[u8; N]>> {
    Ok(read_some(input, offset, N)?.try_into().ok())
}
