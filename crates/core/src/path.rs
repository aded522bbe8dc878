//! The path of a source, as a report names it.

use std::fmt::{self, Write as _};

use crate::visible::push_visible;

/// A path relative to the scanned root, with `/` between its parts, as raw bytes.
///
/// File names are bytes, not text: `Display` shows invalid UTF-8 as `\xNN` and control characters as `\u{…}`, so that a
/// name can neither forge a line of a report nor be lost. Ordered by bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourcePath(Box<[u8]>);

impl SourcePath {
    /// The path with these bytes; `/` separates the parts.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The path that [`SourcePath::to_uri`] and `Display` write so; `None` if they write none so, or not the same.
    ///
    /// So there is one way to write a path, and what people read names the same file as what programs read.
    pub fn written_as(uri: &str, shown: &str) -> Option<Self> {
        let bytes = decoded(uri)?;
        let with_dot = [b"./", bytes.as_slice()].concat();
        let paths = [bytes, with_dot].map(|bytes| Self(bytes.into()));
        paths
            .into_iter()
            .find(|path| path.to_uri() == uri && path.to_string() == shown)
    }

    /// The bytes as the file system has them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The last part.
    pub fn file_name(&self) -> &[u8] {
        self.0.rsplit(|&byte| byte == b'/').next().unwrap_or_default()
    }

    /// What follows the last dot of the file name; `None` without a dot or for a leading one alone.
    pub fn extension(&self) -> Option<&[u8]> {
        let name = self.file_name();
        let dot = name.iter().rposition(|&byte| byte == b'.')?;
        (dot > 0).then(|| &name[dot + 1..])
    }

    /// The path as a relative URI reference: everything but unreserved characters and `/` is percent-encoded.
    ///
    /// A leading `./` is dropped. Source: [RFC 3986 §2.1, §2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.1).
    pub fn to_uri(&self) -> String {
        let bytes = self.0.strip_prefix(b"./").unwrap_or(&self.0);
        let mut uri = String::with_capacity(bytes.len());
        for &byte in bytes {
            if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
                uri.push(char::from(byte));
            } else {
                write!(uri, "%{byte:02X}").expect("writing to a string does not fail");
            }
        }
        uri
    }
}

/// The bytes of a URI reference as [`SourcePath::to_uri`] writes it.
fn decoded(uri: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte == b'%' {
            let (digits, behind) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?);
            rest = behind;
        } else {
            bytes.push(byte);
        }
    }
    Some(bytes)
}

impl fmt::Display for SourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(self.0.len());
        push_visible(&mut text, &self.0);
        f.write_str(&text.replace('\t', "\\u{9}"))
    }
}

impl fmt::Debug for SourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourcePath({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_written_path_can_be_read(bytes in "(\\./){0,2}[\\x00-\\x1f%a-c/.:é\u{202e}]{0,8}", byte in any::<Option<u8>>()) {
            let bytes = [bytes.as_bytes(), byte.as_slice()].concat();
            let path = SourcePath::new(&bytes);

            prop_assert_eq!(SourcePath::written_as(&path.to_uri(), &path.to_string()), Some(path));
        }

        #[test]
        fn what_is_read_is_written_the_same(uri in "[%0-9A-Fa-f/.: ]{0,9}", shown in "\\PC{0,9}") {
            if let Some(path) = SourcePath::written_as(&uri, &shown) {
                prop_assert_eq!((path.to_uri(), path.to_string()), (uri, shown));
            }
        }
    }

    #[test]
    fn two_names_for_two_files_are_refused() {
        for (uri, shown) in [
            ("a", "b"),
            ("%2e", "."),
            ("a b", "a b"),
            ("%", "%"),
            ("%+1", "\\u{1}"),
            ("./a", "./a"),
            ("a:b", "a:b"),
        ] {
            assert_eq!(SourcePath::written_as(uri, shown), None, "{uri}");
        }
    }

    #[test]
    fn a_name_cannot_forge_a_line() {
        let path = SourcePath::new(b"a\n::error::x\x1b[31m\xff.py");

        assert_eq!(path.to_string(), "a\\u{a}::error::x\\u{1b}[31m\\xff.py");
        assert_eq!(path.to_uri(), "a%0A%3A%3Aerror%3A%3Ax%1B%5B31m%FF.py");
    }

    #[test]
    fn extension_needs_a_stem() {
        assert_eq!(SourcePath::new(b"a/b.tar.gz").extension(), Some(&b"gz"[..]));
        assert_eq!(SourcePath::new(b"a.b/.env").extension(), None);
        assert_eq!(SourcePath::new(b"a.b/Makefile").extension(), None);
    }
}
