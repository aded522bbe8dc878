//! A token, which nothing prints.

use std::fmt;

use crate::ForgeError;

/// A token of a forge. It has no `Display`, and its `Debug` says nothing.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A token as it stands in a variable; blanks around it are cut off.
    ///
    /// # Errors
    ///
    /// If it is empty or holds anything but visible ASCII, so that it could not stand in a header.
    pub fn new(text: &str) -> Result<Self, ForgeError> {
        let text = text.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ForgeError::Token);
        }
        Ok(Self(text.to_owned()))
    }

    /// The value of a header that carries it.
    pub(crate) fn after(&self, scheme: &str) -> String {
        format!("{scheme}{}", self.0)
    }

    /// `text` without the token, should anybody send it back.
    pub(crate) fn removed_from(&self, text: &str) -> String {
        text.replace(&self.0, "***")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_not_shown() {
        let token = Token::new(" abc123\n").unwrap();

        assert_eq!(format!("{token:?}"), "Token(…)");
        assert_eq!(token.removed_from("bad credentials: abc123"), "bad credentials: ***");
    }

    #[test]
    fn a_token_cannot_add_a_header() {
        assert!(Token::new("abc\r\nX-Evil: 1").is_err());
        assert!(Token::new("  ").is_err());
    }
}
