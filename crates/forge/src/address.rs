//! Where the API of a forge lies.

use std::fmt;

use url::{Host, Url};

use crate::ForgeError;

/// Whether a token may cross the network in the open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// Only to the machine itself.
    Demanded,
    /// Everywhere: the user said so.
    Waived,
}

/// The root of an API: scheme, host and path, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    text: String,
    is_loopback: bool,
}

impl Address {
    /// Reads an address such as `https://api.github.com`.
    ///
    /// # Errors
    ///
    /// If it is no web address, has parts that a root has not (a password, a query), or is not encrypted.
    pub fn new(text: &str, encryption: Encryption) -> Result<Self, ForgeError> {
        let refused = |reason| ForgeError::Address {
            address: without_password(text),
            reason,
        };
        let url = Url::parse(text).map_err(|_| refused("it cannot be read"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("it holds a name or a password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refused("it holds `?` or `#`"));
        }
        let is_loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(refused("it names no host")),
        };
        match url.scheme() {
            "https" => {}
            "http" if is_loopback || encryption == Encryption::Waived => {}
            "http" => {
                return Err(ForgeError::Insecure {
                    address: text.to_owned(),
                });
            }
            _ => return Err(refused("it begins with neither `https` nor `http`")),
        }
        Ok(Self {
            text: url.as_str().trim_end_matches('/').to_owned(),
            is_loopback,
        })
    }

    /// Whether it is this very machine, which no proxy can reach.
    pub fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    /// The address below it; `path` begins with a slash.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// The address with `from` at its end replaced; as it is if it ends with something else.
    pub(crate) fn with_end(&self, from: &str, to: &str) -> Self {
        let text = self
            .text
            .strip_suffix(from)
            .map_or_else(|| self.text.clone(), |start| format!("{start}{to}"));
        Self {
            text,
            is_loopback: self.is_loopback,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The text without what stands before an `@`: an error must not print a password.
fn without_password(text: &str) -> String {
    text.rsplit_once('@')
        .map_or_else(|| text.to_owned(), |(_, rest)| format!("…@{rest}"))
}

/// The text as one segment of a path or one value of a query.
///
/// Source: [RFC 3986 §2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3); everything that is not unreserved is encoded.
pub(crate) fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(hexadecimal(byte >> 4));
            encoded.push(hexadecimal(byte & 0xf));
        }
    }
    encoded
}

fn hexadecimal(digit: u8) -> char {
    char::from(b"0123456789ABCDEF"[usize::from(digit)])
}

/// `owner/name` as two segments of a path.
pub(crate) fn owner_and_name(repository: &str) -> Result<String, ForgeError> {
    let is_name = |part: &str| {
        !part.is_empty()
            && !matches!(part, "." | "..")
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    match repository.split_once('/') {
        Some((owner, name)) if is_name(owner) && is_name(name) => Ok(repository.to_owned()),
        _ => Err(ForgeError::Repository {
            repository: repository.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Result<String, ForgeError> {
        Address::new(text, Encryption::Demanded).map(|address| address.to_string())
    }

    #[test]
    fn a_token_is_not_sent_in_the_open() {
        assert_eq!(address("https://api.github.com/").unwrap(), "https://api.github.com");
        assert_eq!(
            address("http://127.0.0.1:3000/api/v1").unwrap(),
            "http://127.0.0.1:3000/api/v1"
        );
        assert!(address("http://[::1]:3000").is_ok());
        assert!(matches!(address("http://forge.corp"), Err(ForgeError::Insecure { .. })));
        assert!(matches!(
            address("http://127.0.0.1.evil.example"),
            Err(ForgeError::Insecure { .. })
        ));
        assert!(Address::new("http://forge.corp", Encryption::Waived).is_ok());
        assert!(address("ftp://forge.corp").is_err());
    }

    #[test]
    fn a_password_is_refused_and_not_printed() {
        let error = address(&format!("https://me:{}@forge.corp", "hunter2"))
            .unwrap_err()
            .to_string();

        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_name_stays_one_segment() {
        assert_eq!(segment("group/a b?"), "group%2Fa%20b%3F");
        assert!(owner_and_name("a/b").is_ok());
        for wrong in ["a", "a/b/c", "a/..", "a/b?x", "/b", "a/b%2f"] {
            assert!(owner_and_name(wrong).is_err(), "{wrong}");
        }
    }
}
