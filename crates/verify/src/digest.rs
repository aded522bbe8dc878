//! The digest of a manifest or blob, as registries write it.

use std::fmt;

use sha2::Digest as _;

/// `sha256:` and 64, or `sha512:` and 128, lower-case hexadecimal digits; nothing else becomes part of an address or a path.
///
/// Source: [OCI image specification, "Digests"](https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageDigest(String);

impl ImageDigest {
    /// The digest that is written so; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (algorithm, hexadecimal) = text.split_once(':')?;
        let length = match algorithm {
            "sha256" => 64,
            "sha512" => 128,
            _ => return None,
        };
        let is_hexadecimal = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (hexadecimal.len() == length && hexadecimal.bytes().all(is_hexadecimal)).then(|| Self(text.to_owned()))
    }

    /// The SHA-256 digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(format!("sha256:{}", hexadecimal(&sha2::Sha256::digest(bytes))))
    }

    /// Whether it is the digest of `bytes`.
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        if self.0.starts_with("sha512:") {
            self.hexadecimal() == hexadecimal(&sha2::Sha512::digest(bytes))
        } else {
            *self == Self::of(bytes)
        }
    }

    /// The whole text: `sha256:…`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the algorithm: `sha256`.
    pub fn algorithm(&self) -> &str {
        self.0.split_once(':').map_or("", |(algorithm, _)| algorithm)
    }

    /// The digits behind the colon.
    pub fn hexadecimal(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, digits)| digits)
    }

    /// The tag under which a registry without the referrers API keeps what refers to it, with `suffix` behind: `sha256-….sig`.
    pub fn tag(&self, suffix: &str) -> String {
        format!("{}{suffix}", self.0.replace(':', "-"))
    }
}

impl fmt::Display for ImageDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use fmt::Write as _;

    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CVE-2024-3727: a digest that is not looked at becomes part of a path.
    #[test]
    fn nothing_but_a_digest_is_one() {
        let good = ImageDigest::of(b"x");

        assert!(good.is_of(b"x") && !good.is_of(b"y"));
        assert_eq!(ImageDigest::parse(good.as_str()), Some(good.clone()));
        for bad in [
            "sha256:",
            "sha256:../../../../etc/passwd",
            "md5:d41d8cd98f00b204e9800998ecf8427e",
            &good.as_str().to_uppercase(),
            &format!("{good}/.."),
            &format!("{good} "),
        ] {
            assert_eq!(ImageDigest::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn sha512_is_known() {
        let text = format!("sha512:{}", hexadecimal(&sha2::Sha512::digest(b"x")));

        assert!(ImageDigest::parse(&text).is_some_and(|digest| digest.is_of(b"x")));
    }
}
