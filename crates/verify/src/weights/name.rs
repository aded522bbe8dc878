//! Names of files below a model's folder, as lists of digests write them.

use std::borrow::Borrow;
use std::fmt;

use thiserror::Error;

/// The name of a file below a folder: parts joined by `/`, none of which leads elsewhere.
///
/// A list of digests is text from outside. A name that leaves the folder would have a verifier read, or vouch for, a file that the
/// list has no say about: `../../etc/passwd`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(Box<str>);

/// Why a text is no name of a file below a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NameError {
    /// Nothing is named.
    #[error("the name is empty")]
    Empty,
    /// It begins at the root of a file system, or of a drive.
    #[error("the name is absolute")]
    Absolute,
    /// A part of it is `.`, `..` or nothing.
    #[error("the name leads out of the folder or is written in a roundabout way")]
    Roundabout,
    /// A backslash, which Windows takes for a slash; or a control character.
    #[error("the name holds a backslash or a control character")]
    Character,
}

impl FileName {
    /// The name that is written so.
    ///
    /// # Errors
    ///
    /// It could lead out of the folder, or there is a shorter way to write it.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        let is_drive = matches!(text.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
        if text.starts_with('/') || (is_drive && text[2..].starts_with('/')) {
            return Err(NameError::Absolute);
        }
        if text
            .chars()
            .any(|character| character == '\\' || character.is_control())
        {
            return Err(NameError::Character);
        }
        if text.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(NameError::Roundabout);
        }
        Ok(Self(text.into()))
    }

    /// The name with `/` between its parts.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// The last part.
    pub fn last(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The same name as seen from the folder above: `weights` and `a.bin` give `weights/a.bin`.
    #[must_use]
    pub fn within(&self, folder: &str) -> Self {
        if folder.is_empty() {
            self.clone()
        } else {
            Self(format!("{folder}/{}", self.0).into())
        }
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for FileName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_that_leads_elsewhere_is_none() {
        for (text, error) in [
            ("", NameError::Empty),
            ("/etc/passwd", NameError::Absolute),
            ("C:/Windows/win.ini", NameError::Absolute),
            ("../secret", NameError::Roundabout),
            ("a/../../secret", NameError::Roundabout),
            ("./a", NameError::Roundabout),
            ("a//b", NameError::Roundabout),
            ("a/", NameError::Roundabout),
            ("..\\secret", NameError::Character),
            ("a\0b", NameError::Character),
            ("a\nb", NameError::Character),
        ] {
            assert_eq!(FileName::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn usual_and_unusual_names_are_kept() {
        for text in [
            "model.safetensors",
            "a/b-c/d.bin",
            ".hidden",
            "w:1000:2000",
            "模型.bin",
            "a b",
        ] {
            assert_eq!(FileName::parse(text).map(|name| name.to_string()), Ok(text.to_owned()));
        }
    }

    proptest! {
        #[test]
        fn a_name_stays_below_its_folder(text in "[a.:/\\\\\0]{0,12}") {
            if let Ok(name) = FileName::parse(&text) {
                let path = std::path::Path::new("/model").join(name.as_str());

                prop_assert!(path.components().all(|part| !matches!(part, std::path::Component::ParentDir)));
                prop_assert!(path.starts_with("/model"));
            }
        }
    }
}
