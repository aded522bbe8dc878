//! Values that the text alone decides.

/// The value of a constant expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Constant {
    /// A text or bytes literal, joined where literals are added.
    Text(String),
    /// A number, as written.
    Number(String),
    /// A word of the language, as written, and whether it counts as true: `True`, `None`, `null`.
    Word(&'static str, bool),
    /// A list, tuple, set or dictionary of constants; whether it is empty.
    Collection { is_empty: bool },
}

impl Constant {
    /// Whether it counts as true.
    pub(crate) fn is_truthy(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => number.chars().any(|c| c.is_ascii_digit() && c != '0'),
            Self::Word(_, is_truthy) => *is_truthy,
            Self::Collection { is_empty } => !is_empty,
        }
    }

    /// How a rule page writes the value; strings without quotes.
    pub(crate) fn written(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) => text,
            Self::Word(word, _) => word,
            Self::Collection { .. } => "",
        }
    }
}

/// The text of a literal with its simple escapes resolved; others stay as written.
pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let code = |digits: usize| {
            let digits = rest.get(1..=digits)?;
            char::from_u32(u32::from_str_radix(digits, 16).ok()?)
        };
        let (resolved, length) = match rest.as_bytes().first() {
            Some(b'n') => (Some('\n'), 1),
            Some(b't') => (Some('\t'), 1),
            Some(b'r') => (Some('\r'), 1),
            Some(quote @ (b'\\' | b'\'' | b'"')) => (Some(char::from(*quote)), 1),
            Some(b'x') => (code(2), 3),
            Some(b'u') => (code(4), 5),
            Some(b'U') => (code(8), 9),
            _ => (None, 0),
        };
        match resolved {
            Some(character) => {
                out.push(character);
                rest = &rest[length..];
            }
            None => out.push('\\'),
        }
    }
    out.push_str(rest);
    out
}
