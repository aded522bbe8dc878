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
    use super::*;

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
