//! A member of a zip archive, and whether its own header agrees with the directory.

use std::io;

use super::packed::Packing;
use super::zip_directory::{Entry, u16_at, u32_at};
use crate::input::{Input, read_some};

/// Bytes read of a local header: with the name and the padding that PyTorch writes, and the beginning of the data.
const HEADER_BYTES: usize = 160;
/// Flags whose meaning changes how a member is read: encrypted, patched, strongly encrypted, masked.
const READING_FLAGS: u16 = 1 | 1 << 5 | 1 << 6 | 1 << 13;
const HAS_DESCRIPTOR: u16 = 1 << 3;

/// Where the data of a member lies, and what is odd about it.
#[derive(Debug, Default)]
pub(super) struct Located {
    /// Where the data begins.
    pub(super) data: u64,
    /// What the two headers do not agree about.
    pub(super) differences: Vec<&'static str>,
}

/// The data of a member, by its own header.
pub(super) fn locate(input: &dyn Input, entry: &Entry) -> io::Result<Located> {
    let mut located = Located::default();
    let header = read_some(input, entry.header, HEADER_BYTES)?;
    if !header.starts_with(b"PK\x03\x04") || header.len() < 30 {
        located
            .differences
            .push("it has no header of its own where the directory says");
        located.data = entry.header;
        return Ok(located);
    }
    let (name_length, extra_length) = (usize::from(u16_at(&header, 26)), usize::from(u16_at(&header, 28)));
    located.data = entry.header + 30 + name_length as u64 + extra_length as u64;
    let name = match header.get(30..30 + name_length) {
        Some(name) => name.to_vec(),
        None => read_some(input, entry.header + 30, name_length)?,
    };
    let (flags, method) = (u16_at(&header, 6), u16_at(&header, 8));
    let has_descriptor = flags & HAS_DESCRIPTOR != 0;
    let agrees =
        |local: u32, central: u64| u64::from(local) == central || local == u32::MAX || (has_descriptor && local == 0);
    let checks = [
        (String::from_utf8_lossy(&name) == entry.name, "its two names differ"),
        (method == entry.method, "its two methods of compression differ"),
        (
            (flags ^ entry.flags) & READING_FLAGS == 0,
            "its two sets of flags differ",
        ),
        (agrees(u32_at(&header, 18), entry.packed), "its two packed sizes differ"),
        (agrees(u32_at(&header, 22), entry.unpacked), "its two sizes differ"),
        (
            u32_at(&header, 14) == entry.crc || (has_descriptor && u32_at(&header, 14) == 0),
            "its two checksums differ",
        ),
        (
            located.data.saturating_add(entry.packed) <= input.len(),
            "its data ends behind the end of the file",
        ),
        (
            entry.method != 0 || entry.packed == entry.unpacked,
            "it is stored as it is, and has two sizes",
        ),
    ];
    located
        .differences
        .extend(checks.into_iter().filter(|(holds, _)| !holds).map(|(_, why)| why));
    Ok(located)
}

/// Why a member cannot be looked into, if it cannot.
pub(super) fn opaque(entry: &Entry) -> Option<String> {
    if entry.flags & (1 | 1 << 6 | 1 << 13) != 0 {
        return Some("is encrypted".to_owned());
    }
    if packing(entry.method).is_none() {
        return Some(format!(
            "is packed in a way that is not known (method {})",
            entry.method
        ));
    }
    None
}

/// How the data is packed.
pub(super) fn packing(method: u16) -> Option<Packing> {
    match method {
        0 => Some(Packing::None),
        8 => Some(Packing::Deflate),
        12 => Some(Packing::Bzip2),
        95 => Some(Packing::Xz),
        _ => None,
    }
}
