//! The directory of a zip archive, as lenient readers read it: from the end, with whatever stands before the archive.
//!
//! Source: [APPNOTE 6.3.10](https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT) §4.3.

use std::io;

use crate::input::{Input, Window, read_array, read_some};
use crate::stream::{Part, Stream};

const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
const ZIP64_LOCATOR_LENGTH: u64 = 20;
/// The end stands so many bytes before the end of the file at most.
const MAX_COMMENT: u64 = 0xffff;

/// Where the directory lies, by the record at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// Where the record stands.
    pub(crate) at: u64,
    /// Entries that it announces.
    pub(crate) entries: u64,
    /// Where the directory begins, in this file.
    pub(crate) directory: u64,
    /// Its bytes.
    pub(crate) size: u64,
    /// Bytes before the archive: added to every offset in it.
    pub(crate) before: u64,
    /// Bytes behind the record that are not its comment.
    pub(crate) behind: u64,
}

/// An entry of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) crc: u32,
    pub(crate) packed: u64,
    pub(crate) unpacked: u64,
    /// Where its local header stands, in this file.
    pub(crate) header: u64,
    /// Where the entry stands.
    pub(crate) at: u64,
    /// Whether it is a link.
    pub(crate) is_link: bool,
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes
        .get(at..at + 2)
        .map_or(0, |pair| u16::from_le_bytes([pair[0], pair[1]]))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
    four.map_or(0, u32::from_le_bytes)
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let eight = bytes.get(at..at + 8)?.try_into().ok()?;
    Some(u64::from_le_bytes(eight))
}

/// The record at the end of an archive; `None` if there is none.
pub(crate) fn find_end(input: &dyn Input) -> io::Result<Option<End>> {
    let length = input.len();
    let Some(last) = length.checked_sub(END_LENGTH as u64) else {
        return Ok(None);
    };
    // Nearly all archives have no comment.
    let tail = read_some(input, last, END_LENGTH)?;
    if tail.starts_with(END) && u16_at(&tail, 20) == 0 {
        return end_at(input, last, &tail);
    }
    let from = last.saturating_sub(MAX_COMMENT);
    let tail = read_some(input, from, usize::try_from(length - from).unwrap_or(0))?;
    for at in memchr::memmem::rfind_iter(&tail, END) {
        if tail.len() - at >= END_LENGTH
            && let Some(end) = end_at(input, from + at as u64, &tail[at..])?
        {
            return Ok(Some(end));
        }
    }
    Ok(None)
}

fn end_at(input: &dyn Input, at: u64, record: &[u8]) -> io::Result<Option<End>> {
    let mut entries = u64::from(u16_at(record, 10));
    let mut size = u64::from(u32_at(record, 12));
    let mut offset = u64::from(u32_at(record, 16));
    let comment = u64::from(u16_at(record, 20));
    let mut directory_end = at;
    if let Some((place, wide)) = zip64(input, at)? {
        entries = u64_at(&wide, 32).unwrap_or(entries);
        size = u64_at(&wide, 40).unwrap_or(size);
        offset = u64_at(&wide, 48).unwrap_or(offset);
        directory_end = place;
    }
    // What stands before the archive moves everything: the directory lies right before its end.
    let (Some(directory), true) = (directory_end.checked_sub(size), size >= 46 || entries == 0) else {
        return Ok(None);
    };
    let Some(before) = directory.checked_sub(offset) else {
        return Ok(None);
    };
    Ok(Some(End {
        at,
        entries,
        directory,
        size,
        before,
        behind: input.len().saturating_sub(at + END_LENGTH as u64 + comment),
    }))
}

/// The wide record, and where it stands.
fn zip64(input: &dyn Input, at: u64) -> io::Result<Option<(u64, [u8; 56])>> {
    let Some(place) = at.checked_sub(ZIP64_LOCATOR_LENGTH) else {
        return Ok(None);
    };
    let locator = read_some(input, place, 20)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok(None);
    }
    // Where it says, or right before the locator if something stands before the archive.
    let said = u64_at(&locator, 8);
    for wide_at in [said, place.checked_sub(56)].into_iter().flatten() {
        if let Some(record) = read_array::<56>(input, wide_at)?
            && record.starts_with(b"PK\x06\x06")
        {
            return Ok(Some((wide_at, record)));
        }
    }
    Ok(None)
}

/// Reads the entries one by one and hands them on. Returns how many there are, or `None` if the directory is broken there.
pub(crate) fn for_each_entry(
    input: &dyn Input,
    end: &End,
    mut each: impl FnMut(Entry) -> bool,
) -> Result<Option<u64>, crate::stream::Stop> {
    let window = Window::new(input, end.directory, end.size);
    let mut part = Part::new(&window, 0);
    let mut stream = Stream::new(&mut part);
    let mut count = 0;
    let mut fields = Vec::new();
    loop {
        let at = end.directory + stream.position();
        if stream.position() >= end.size {
            return Ok(Some(count));
        }
        let Ok(header) = stream.array::<46>() else {
            return Ok(None);
        };
        if !header.starts_with(b"PK\x01\x02") {
            return Ok(None);
        }
        let name_length = usize::from(u16_at(&header, 28));
        let extra_length = usize::from(u16_at(&header, 30));
        let comment_length = usize::from(u16_at(&header, 32));
        let length = name_length + extra_length + comment_length;
        if stream.head(length as u64, length, &mut fields).is_err() {
            return Ok(None);
        }
        let mut entry = Entry {
            name: String::from_utf8_lossy(&fields[..name_length]).into_owned(),
            flags: u16_at(&header, 8),
            method: u16_at(&header, 10),
            crc: u32_at(&header, 16),
            packed: u64::from(u32_at(&header, 20)),
            unpacked: u64::from(u32_at(&header, 24)),
            header: u64::from(u32_at(&header, 42)),
            at,
            is_link: u32_at(&header, 38) >> 28 == 0xa,
        };
        widen(&mut entry, &fields[name_length..name_length + extra_length]);
        entry.header = entry.header.saturating_add(end.before);
        count += 1;
        if !each(entry) {
            return Ok(Some(count));
        }
    }
}

/// Takes sizes and offset from the zip64 field, as far as they did not fit.
fn widen(entry: &mut Entry, mut extra: &[u8]) {
    const FULL: u64 = 0xffff_ffff;
    while extra.len() >= 4 {
        let (id, length) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let Some(field) = extra.get(4..4 + length) else { return };
        if id == 1 {
            let mut at = 0;
            for value in [&mut entry.unpacked, &mut entry.packed, &mut entry.header] {
                if *value == FULL
                    && let Some(wide) = u64_at(field, at)
                {
                    *value = wide;
                    at += 8;
                }
            }
        }
        extra = &extra[4 + length..];
    }
}
