//! Digests of files, in the algorithms that lists of digests are written in.

use std::fmt;

use sha2::Digest as _;

use crate::digest::hexadecimal;

/// How a file is reduced to a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
    /// `BLAKE2b` with 512 bits.
    Blake2b,
    /// BLAKE3 with 256 bits.
    Blake3,
    /// SHA-1 as git names a blob: over `blob`, the length, a zero byte and the content. Tells files apart and proves nothing
    /// (SHA-1 is broken: [SHAttered](https://shattered.io)).
    GitBlob,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 5] = [Self::Sha256, Self::Sha512, Self::Blake2b, Self::Blake3, Self::GitBlob];

    /// The name in reports and lists: `sha256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
            Self::Blake2b => "blake2b",
            Self::Blake3 => "blake3",
            Self::GitBlob => "gitsha1",
        }
    }

    /// The length of a digest in bytes.
    pub fn bytes(self) -> usize {
        match self {
            Self::Sha256 | Self::Blake3 => 32,
            Self::Sha512 | Self::Blake2b => 64,
            Self::GitBlob => 20,
        }
    }

    /// Whether a file can be forged to have a given digest.
    pub fn is_weak(self) -> bool {
        self == Self::GitBlob
    }

    /// Begins a digest of `length` bytes.
    pub fn begin(self, length: u64) -> Digesting {
        Digesting(match self {
            Self::Sha256 => State::Sha256(sha2::Sha256::new()),
            Self::Sha512 => State::Sha512(sha2::Sha512::new()),
            Self::Blake2b => State::Blake2b(blake2::Blake2b512::new()),
            Self::Blake3 => State::Blake3(Box::new(blake3::Hasher::new())),
            // weighbridge: ignore[rust/weak-hash] git and the caches of Hugging Face name files so; `is_weak` says what it is worth
            Self::GitBlob => State::GitBlob(sha1::Sha1::new().chain_update(format!("blob {length}\0"))),
        })
    }
}

/// A digest of some algorithm.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileDigest {
    algorithm: Algorithm,
    digits: Box<str>,
}

impl FileDigest {
    /// The digest of that algorithm with these hexadecimal digits, in either case; `None` if there are more or fewer of them, or
    /// others.
    pub fn parse(algorithm: Algorithm, digits: &str) -> Option<Self> {
        let is_whole = digits.len() == algorithm.bytes() * 2 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_whole.then(|| Self {
            algorithm,
            digits: digits.to_ascii_lowercase().into(),
        })
    }

    /// The digest of these bytes.
    pub fn of(algorithm: Algorithm, bytes: &[u8]) -> Self {
        let mut digesting = algorithm.begin(bytes.len() as u64);
        digesting.update(bytes);
        digesting.finish()
    }

    /// The algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The digits, in lower case.
    pub fn digits(&self) -> &str {
        &self.digits
    }
}

impl fmt::Display for FileDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.name(), self.digits)
    }
}

/// A digest in the making. Its memory does not depend on the length of the file.
#[derive(Clone)]
pub struct Digesting(State);

#[derive(Clone)]
enum State {
    Sha256(sha2::Sha256),
    Sha512(sha2::Sha512),
    Blake2b(blake2::Blake2b512),
    Blake3(Box<blake3::Hasher>),
    GitBlob(sha1::Sha1),
}

impl Digesting {
    /// Adds the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Sha256(state) => state.update(bytes),
            State::Sha512(state) => state.update(bytes),
            State::Blake2b(state) => blake2::Digest::update(state, bytes),
            State::Blake3(state) => {
                state.update(bytes);
            }
            State::GitBlob(state) => state.update(bytes),
        }
    }

    /// The digest of all bytes that were added.
    pub fn finish(self) -> FileDigest {
        let (algorithm, digits) = match self.0 {
            State::Sha256(state) => (Algorithm::Sha256, hexadecimal(&state.finalize())),
            State::Sha512(state) => (Algorithm::Sha512, hexadecimal(&state.finalize())),
            State::Blake2b(state) => (Algorithm::Blake2b, hexadecimal(&blake2::Digest::finalize(state))),
            State::Blake3(state) => (Algorithm::Blake3, hexadecimal(state.finalize().as_bytes())),
            State::GitBlob(state) => (Algorithm::GitBlob, hexadecimal(&state.finalize())),
        };
        FileDigest {
            algorithm,
            digits: digits.into(),
        }
    }
}

impl fmt::Debug for Digesting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Digesting").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Printed by `sha256sum`, `sha512sum`, `b2sum`, `b3sum` and `git hash-object` for the three bytes `abc`.
    const OF_ABC: [(Algorithm, &str); 5] = [
        (
            Algorithm::Sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            Algorithm::Sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        (
            Algorithm::Blake2b,
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
        ),
        (
            Algorithm::Blake3,
            "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85",
        ),
        (Algorithm::GitBlob, "f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f"),
    ];

    #[test]
    fn digests_are_those_of_the_usual_tools() {
        for (algorithm, digits) in OF_ABC {
            let digest = FileDigest::of(algorithm, b"abc");

            assert_eq!(digest.digits(), digits, "{}", algorithm.name());
            assert_eq!(FileDigest::parse(algorithm, &digits.to_uppercase()), Some(digest));
        }
    }

    #[test]
    fn a_digest_is_as_long_as_its_algorithm_says() {
        for algorithm in Algorithm::ALL {
            let digits = algorithm.bytes() * 2;

            assert!(FileDigest::parse(algorithm, &"a".repeat(digits)).is_some());
            assert!(FileDigest::parse(algorithm, &"a".repeat(digits - 1)).is_none());
            assert!(FileDigest::parse(algorithm, &"g".repeat(digits)).is_none());
        }
    }
}
