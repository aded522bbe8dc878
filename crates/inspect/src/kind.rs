//! What a file is, by its content. Names only help where content says nothing.

use crate::pickle::{Likeness, likeness};

/// Bytes of the beginning that decide.
pub(crate) const HEAD: usize = 4096;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A pickle that says so.
    Pickle,
    Zip,
    Tar,
    Gzip,
    Bzip2,
    Xz,
    /// The old format of xz, without a signature.
    Lzma,
    Zlib,
    Lz4,
    /// joblib's own container of zlib streams.
    JoblibZlib,
    Numpy,
    Hdf5,
    Safetensors,
    Gguf,
    Tflite,
    /// A program: its format.
    Program(&'static str),
    /// An archive that is not looked into: its format.
    Opaque(&'static str),
    /// Pictures, sound, fonts: formats that nothing here reads, and that no loader of models takes.
    Media,
    Unknown,
}

/// Signatures at fixed places: offset, bytes, kind.
const SIGNATURES: &[(usize, &[u8], Kind)] = &[
    (0, b"PK\x03\x04", Kind::Zip),
    (0, b"PK\x05\x06", Kind::Zip),
    (0, b"\x1f\x8b\x08", Kind::Gzip),
    (0, b"BZh", Kind::Bzip2),
    (0, b"\xfd7zXZ\0", Kind::Xz),
    (0, b"\x5d\x00\x00", Kind::Lzma),
    (0, b"\x04\x22\x4d\x18", Kind::Lz4),
    (0, b"ZF0x", Kind::JoblibZlib),
    (0, b"\x93NUMPY", Kind::Numpy),
    (0, b"\x89HDF\r\n\x1a\n", Kind::Hdf5),
    (512, b"\x89HDF\r\n\x1a\n", Kind::Hdf5),
    (1024, b"\x89HDF\r\n\x1a\n", Kind::Hdf5),
    (2048, b"\x89HDF\r\n\x1a\n", Kind::Hdf5),
    (0, b"GGUF", Kind::Gguf),
    (4, b"TFL3", Kind::Tflite),
    (257, b"ustar", Kind::Tar),
    (0, b"\x7fELF", Kind::Program("ELF")),
    (0, b"\xfe\xed\xfa\xce", Kind::Program("Mach-O")),
    (0, b"\xfe\xed\xfa\xcf", Kind::Program("Mach-O")),
    (0, b"\xce\xfa\xed\xfe", Kind::Program("Mach-O")),
    (0, b"\xcf\xfa\xed\xfe", Kind::Program("Mach-O")),
    (0, b"\0asm\x01\0\0\0", Kind::Program("WebAssembly")),
    (0, b"7z\xbc\xaf\x27\x1c", Kind::Opaque("7z")),
    (0, b"Rar!\x1a\x07", Kind::Opaque("RAR")),
    (0, b"\x28\xb5\x2f\xfd", Kind::Opaque("Zstandard")),
    (0, b"\xff\x06\x00\x00sNaPpY", Kind::Opaque("Snappy")),
    (0, b"!<arch>\n", Kind::Opaque("ar")),
    (0, b"MSCF", Kind::Opaque("cabinet")),
    (0, b"xar!", Kind::Opaque("xar")),
    (0, b"\x1f\x9d", Kind::Opaque("compress")),
    (0, b"LZIP", Kind::Opaque("lzip")),
    (0, b"\x89PNG\r\n", Kind::Media),
    (0, b"\xff\xd8\xff", Kind::Media),
    (0, b"GIF8", Kind::Media),
    (0, b"%PDF-", Kind::Media),
    (0, b"wOFF", Kind::Media),
    (0, b"wOF2", Kind::Media),
    (0, b"OggS", Kind::Media),
    (0, b"ID3", Kind::Media),
    (4, b"ftyp", Kind::Media),
    (0, b"SQLite format 3\0", Kind::Media),
];

/// What `head`, the beginning of a file of `length` bytes, says.
pub(crate) fn kind(head: &[u8], length: u64) -> Kind {
    if likeness(head) == Likeness::Announced {
        return Kind::Pickle;
    }
    let at = |offset: usize, bytes: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(bytes));
    if let Some((.., kind)) = SIGNATURES.iter().find(|(offset, bytes, _)| at(*offset, bytes)) {
        return *kind;
    }
    if is_safetensors(head, length) {
        return Kind::Safetensors;
    }
    if is_windows_program(head) {
        return Kind::Program("PE");
    }
    if is_fat_program(head) {
        return Kind::Program("Mach-O");
    }
    if is_zlib(head) {
        return Kind::Zlib;
    }
    if is_old_tar(head) {
        return Kind::Tar;
    }
    Kind::Unknown
}

/// Eight bytes of length and the beginning of a JSON object. A header that is longer than the file counts: readers must refuse it.
fn is_safetensors(head: &[u8], length: u64) -> bool {
    let Some((count, rest)) = head.split_first_chunk::<8>() else {
        return false;
    };
    let count = u64::from_le_bytes(*count);
    let is_object = rest.trim_ascii_start().starts_with(b"{\"") || rest.trim_ascii_start().starts_with(b"{}");
    is_object && count >= 2 && (count <= length.max(1 << 32))
}

/// `MZ`, and where it says so `PE`.
fn is_windows_program(head: &[u8]) -> bool {
    let place = head.get(0x3c..0x40).and_then(|bytes| bytes.try_into().ok());
    let place = place
        .map(u32::from_le_bytes)
        .and_then(|place| usize::try_from(place).ok());
    head.starts_with(b"MZ")
        && place.is_some_and(|place| head.get(place..).is_some_and(|rest| rest.starts_with(b"PE\0\0")))
}

/// Several Mach-O files in one; Java's class files begin alike, but with a version where the count stands.
fn is_fat_program(head: &[u8]) -> bool {
    matches!(head, [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 1..=20, ..])
}

/// The two bytes at the beginning of a zlib stream, as they are written in practice.
fn is_zlib(head: &[u8]) -> bool {
    matches!(head, [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..])
}

/// A tar without `ustar`: its first block has the right checksum.
fn is_old_tar(head: &[u8]) -> bool {
    head.len() >= 512 && crate::container::tar::checksum_fits(&head[..512])
}

/// Ends of names by which files are known to be models.
const MODEL_ENDINGS: &[&str] = &[
    ".bin",
    ".ckpt",
    ".dill",
    ".gguf",
    ".h5",
    ".hdf5",
    ".joblib",
    ".keras",
    ".lite",
    ".mar",
    ".mlmodel",
    ".model",
    ".nemo",
    ".npy",
    ".npz",
    ".onnx",
    ".p",
    ".pb",
    ".pickle",
    ".pkl",
    ".pt",
    ".pt2",
    ".pte",
    ".pth",
    ".ptl",
    ".safetensors",
    ".skops",
    ".tflite",
    ".ubj",
];
/// Ends of names that promise a pickle or an array.
const PICKLE_ENDINGS: &[&str] = &[
    ".ckpt", ".dill", ".joblib", ".npy", ".npz", ".pickle", ".pkl", ".pt", ".pth",
];

/// Ends of names that nothing but models have.
const MARKS: &[&str] = &[
    ".ckpt",
    ".gguf",
    ".h5",
    ".joblib",
    ".keras",
    ".onnx",
    ".pkl",
    ".pt",
    ".pth",
    ".safetensors",
    ".skops",
    ".tflite",
    "_model.bin",
];

/// Whether a file of this name says that its folder holds models.
pub fn marks_models(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(|name| ends_with_one(name, MARKS))
}

fn ends_with_one(name: &str, endings: &[&str]) -> bool {
    let name = name.to_ascii_lowercase();
    endings.iter().any(|ending| name.ends_with(ending))
}

/// Whether the name is one that model files have.
pub(crate) fn is_model_name(name: &str) -> bool {
    ends_with_one(name, MODEL_ENDINGS)
}

/// Whether the name promises something that a pickle loader or numpy would load.
pub(crate) fn promises_pickle(name: &str) -> bool {
    ends_with_one(name, PICKLE_ENDINGS)
}
