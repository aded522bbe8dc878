//! The name of an image, taken apart the way container tools do.

use std::fmt;

use thiserror::Error;

use crate::ImageDigest;

/// The longest name that the distribution specification allows.
const MAX_NAME_BYTES: usize = 255;

/// `registry/repository:tag@digest`, whole: what a name leaves out is filled in as Docker does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<ImageDigest>,
    /// Whether the name said which registry.
    is_qualified: bool,
}

/// Why a text names no image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// There is nothing.
    #[error("the name is empty")]
    Empty,
    /// The repository is not written as the grammar wants it.
    #[error("the repository is written with lower-case letters, digits, `.`, `_`, `-` and `/`")]
    Repository,
    /// The tag is not written as the grammar wants it.
    #[error("a tag has at most 128 letters, digits, `.`, `_` and `-`")]
    Tag,
    /// The digest is none.
    #[error("a digest is `sha256:` and 64 lower-case hexadecimal digits")]
    Digest,
    /// The host of the registry is none.
    #[error("the registry is no host name")]
    Registry,
}

impl Reference {
    /// The image that `text` names.
    ///
    /// A first part without a dot, a colon and other than `localhost` is no registry: `nginx` is `docker.io/library/nginx`.
    /// Source: [distribution/reference](https://github.com/distribution/reference/blob/main/reference.go).
    ///
    /// # Errors
    ///
    /// The text is not written as the grammar wants it.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(ImageDigest::parse(digest).ok_or(ReferenceError::Digest)?)),
            None => (text, None),
        };
        let name_end = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match rest[name_end..].find(':') {
            Some(colon) => (&rest[..name_end + colon], Some(&rest[name_end + colon + 1..])),
            None => (rest, None),
        };
        if name.is_empty() {
            return Err(ReferenceError::Empty);
        }
        if !tag.is_none_or(is_tag) {
            return Err(ReferenceError::Tag);
        }
        let (registry, repository, is_qualified) = match name.split_once('/') {
            Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" || has_upper(first) => {
                (first, rest.to_owned(), true)
            }
            _ => ("docker.io", name.to_owned(), false),
        };
        if !is_host(registry) {
            return Err(ReferenceError::Registry);
        }
        let registry = match registry {
            "index.docker.io" | "registry-1.docker.io" => "docker.io",
            other => other,
        };
        let repository = if registry == "docker.io" && !repository.contains('/') {
            format!("library/{repository}")
        } else {
            repository
        };
        if repository.len() > MAX_NAME_BYTES || !repository.split('/').all(is_part) {
            return Err(ReferenceError::Repository);
        }
        Ok(Self {
            registry: registry.to_owned(),
            repository,
            tag: tag.map(ToOwned::to_owned),
            digest,
            is_qualified,
        })
    }

    /// The registry, with its port if it has one: `docker.io`.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The repository in it: `library/nginx`.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag that is given.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest that is given: the image cannot change.
    pub fn digest(&self) -> Option<&ImageDigest> {
        self.digest.as_ref()
    }

    /// Whether the name says which registry it means.
    pub fn is_qualified(&self) -> bool {
        self.is_qualified
    }

    /// Registry and repository, without tag and digest: `docker.io/library/nginx`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// The same image by its digest.
    #[must_use]
    pub fn with_digest(&self, digest: ImageDigest) -> Self {
        Self {
            digest: Some(digest),
            ..self.clone()
        }
    }

    /// The same path in another registry or below another prefix, as for a mirror.
    ///
    /// # Errors
    ///
    /// The prefix makes no name of an image.
    pub fn moved(&self, from: &str, to: &str) -> Result<Self, ReferenceError> {
        let name = self.name();
        let rest = name.strip_prefix(from).unwrap_or(&name);
        let mut moved = Self::parse(&format!("{}{rest}", to.trim_end_matches('/')))?;
        moved.tag.clone_from(&self.tag);
        moved.digest.clone_from(&self.digest);
        Ok(moved)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

fn has_upper(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Letters and digits, with `.`, `_`, `__` or dashes between.
fn is_part(part: &str) -> bool {
    let is_alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = part.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    let is_known = |byte: &u8| is_alphanumeric(*byte) || b"._-".contains(byte);
    is_alphanumeric(first) && is_alphanumeric(last) && bytes.iter().all(is_known) && !part.contains("..")
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut bytes = tag.bytes();
    tag.len() <= 128 && bytes.next().is_some_and(is_word) && bytes.all(|byte| is_word(byte) || b".-".contains(&byte))
}

/// A host name or address with an optional port; no user, no path, nothing that changes the meaning of an address.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            let is_address = address.parse::<std::net::Ipv6Addr>().is_ok();
            return is_address && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let is_label = |label: &str| {
        let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(is_inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    host.split('.').all(is_label) && port.is_none_or(is_port)
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> String {
        Reference::parse(text).map_or_else(|error| error.to_string(), |reference| reference.to_string())
    }

    #[test]
    fn what_a_name_leaves_out_is_filled_in() {
        for (written, whole) in [
            ("nginx", "docker.io/library/nginx"),
            ("ollama/ollama:0.5", "docker.io/ollama/ollama:0.5"),
            ("index.docker.io/nginx", "docker.io/library/nginx"),
            ("localhost/x", "localhost/x"),
            ("localhost:5000/a/b:1", "localhost:5000/a/b:1"),
            ("ghcr.io/a/b", "ghcr.io/a/b"),
            ("[::1]:5000/a", "[::1]:5000/a"),
        ] {
            assert_eq!(parsed(written), whole);
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "",
            ":tag",
            "Nginx",
            "a//b",
            "a/../b",
            "a:b c",
            "a@sha256:12",
            "user@host/a",
            "ho st.com/a",
            "a.b:0/c",
        ] {
            assert!(Reference::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_mirror_changes_the_prefix_alone() {
        let reference = Reference::parse("ghcr.io/acme/llm:1").unwrap();

        let moved = reference.moved("ghcr.io", "mirror.example/ghcr").unwrap();

        assert_eq!(moved.to_string(), "mirror.example/ghcr/acme/llm:1");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(text in "[a-zA-Z0-9./:@_\\[\\]-]{0,40}") {
            if let Ok(reference) = Reference::parse(&text) {
                let again = Reference::parse(&reference.to_string()).unwrap();
                prop_assert_eq!(again.to_string(), reference.to_string());
            }
        }
    }
}
