//! Pointers of Git LFS: small texts that stand in a repository in the place of large files.
//!
//! Source: [Git LFS specification, "The pointer"](https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md#the-pointer).

use super::super::digest::{Algorithm, FileDigest};

/// A pointer is shorter than this, in bytes.
pub const MAX_POINTER_BYTES: u64 = 1024;

/// What the file was that a pointer stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// Its digest.
    pub digest: FileDigest,
    /// Its length in bytes.
    pub size: u64,
}

/// The pointer that a file is, if it is one: the real file was never fetched.
pub fn pointer(bytes: &[u8]) -> Option<Pointer> {
    if bytes.len() as u64 >= MAX_POINTER_BYTES {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let mut lines = text.lines();
    let is_pointer = lines
        .next()?
        .strip_prefix("version ")?
        .starts_with("https://git-lfs.github.com/spec/");
    let (mut digest, mut size) = (None, None);
    for line in lines.filter(|_| is_pointer) {
        match line.split_once(' ')? {
            ("oid", value) => digest = FileDigest::parse(Algorithm::Sha256, value.strip_prefix("sha256:")?),
            ("size", value) => size = value.parse().ok(),
            _ => {}
        }
    }
    Some(Pointer {
        digest: digest?,
        size: size?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_told_from_a_text_about_one() {
        let digits = "0c".repeat(32);
        let text = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digits}\nsize 4981234567\n");

        let found = pointer(text.as_bytes()).expect("it is one");

        assert_eq!((found.size, found.digest.digits()), (4_981_234_567, digits.as_str()));
        assert_eq!(pointer(b"version https://git-lfs.github.com/spec/v1\n"), None);
        assert_eq!(pointer(format!("see: {text}").as_bytes()), None);
        assert_eq!(pointer(format!("{text}{}", "x y\n".repeat(300)).as_bytes()), None);
    }
}
