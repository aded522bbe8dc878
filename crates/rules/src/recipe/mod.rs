//! Fills the `{{fake:…}}` recipes of rule pages, so that an example can show a secret without holding one.
//!
//! The characters are made up, but not at random: the same text gives the same bytes in every run and on every machine.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

const OPENING: &str = "{{fake:";
const CLOSING: &str = "}}";

/// No real secret is longer; a longer one is a typing mistake.
const LONGEST: usize = 16_384;

/// Why a recipe cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// The recipe has no closing braces.
    #[error("the recipe `{recipe}` is not closed with `}}}}`")]
    Unclosed {
        /// The rest of the line, from the opening braces.
        recipe: String,
    },
    /// There is no recipe of this name.
    #[error("unknown recipe `{recipe}`")]
    Unknown {
        /// The whole recipe, with its braces.
        recipe: String,
    },
    /// The length is missing, no number, or out of range.
    #[error("bad length in the recipe `{recipe}`: expected {least} to {most}")]
    BadLength {
        /// The whole recipe, with its braces.
        recipe: String,
        /// The least length that this recipe takes.
        least: usize,
        /// The greatest length that this recipe takes.
        most: usize,
    },
    /// The prefix, label or user behind the name is missing or has other characters than it may have.
    #[error("bad argument in the recipe `{recipe}`")]
    BadArgument {
        /// The whole recipe, with its braces.
        recipe: String,
    },
}

/// Replaces each `{{fake:…}}` in `text` by made-up characters; every other `{{…}}` stays as it is.
///
/// What a recipe gives depends on its own text and on how many equal recipes stand before it: two equal recipes in one
/// text differ, and an edit elsewhere in the text changes neither.
///
/// # Errors
///
/// The first recipe that is not closed, has no known name, or has a bad length or argument.
pub fn fill(text: &str) -> Result<String, RecipeError> {
    let mut filled = String::with_capacity(text.len());
    let mut seen: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(OPENING) {
        filled.push_str(&rest[..start]);
        let at_recipe = &rest[start..];
        let line = at_recipe.lines().next().unwrap_or(at_recipe);
        let Some(end) = line.find(CLOSING) else {
            return Err(RecipeError::Unclosed {
                recipe: line.to_owned(),
            });
        };
        let recipe = &at_recipe[..end + CLOSING.len()];
        let ordinal = seen.iter().filter(|earlier| **earlier == recipe).count();
        seen.push(recipe);
        filled.push_str(&made_from(recipe, &mut Digits::seeded(recipe, ordinal))?);
        rest = &at_recipe[recipe.len()..];
    }
    filled.push_str(rest);
    Ok(filled)
}

const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Recipes that are nothing but characters of an alphabet.
const ALPHABETS: &[(&str, &[u8])] = &[
    ("HEX", b"0123456789ABCDEF"),
    ("X", b"X"),
    ("alpha", b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
    ("base32", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    ("base62", BASE62),
    (
        "base64",
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    ),
    (
        "base64url",
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    ),
    ("bech32", b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
    ("digits", b"0123456789"),
    ("hex", b"0123456789abcdef"),
    ("lower", b"0123456789abcdefghijklmnopqrstuvwxyz"),
    ("upper", b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    // Text that is visibly no secret, in the length of one: written out, it would stop a push to GitHub all the same.
    ("x", b"x"),
];

fn made_from(recipe: &str, digits: &mut Digits) -> Result<String, RecipeError> {
    let inner = &recipe[OPENING.len()..recipe.len() - CLOSING.len()];
    let (name, argument) = inner.split_once(':').unwrap_or((inner, ""));
    if let Some((_, alphabet)) = ALPHABETS.iter().find(|(known, _)| *known == name) {
        return Ok(digits.text(alphabet, length_in(argument, recipe, 1)?));
    }
    let argument_is = |allowed: fn(char) -> bool| {
        let fits = !argument.is_empty() && argument.chars().all(allowed);
        fits.then_some(argument).ok_or_else(|| RecipeError::BadArgument {
            recipe: recipe.to_owned(),
        })
    };
    match name {
        "basic" => Ok(basic(argument_is(|c| !c.is_control() && c != ':')?, digits)),
        "github-crc32" => Ok(github_token(
            argument_is(|c| c.is_ascii_alphanumeric() || c == '_')?,
            digits,
        )),
        "grafana-crc32" => Ok(grafana_token(
            argument_is(|c| c.is_ascii_alphanumeric() || c == '_')?,
            digits,
        )),
        "jwt" if argument.is_empty() => Ok(jwt(digits)),
        "password" => Ok(password(length_in(argument, recipe, 4)?, digits)),
        "pem" => Ok(pem(argument_is(is_label)?, "\n", digits)),
        "pem-line" => Ok(pem(argument_is(is_label)?, "\\n", digits)),
        "synapse-crc32" => Ok(synapse_token(argument_is(|c| c.is_ascii_alphanumeric())?, digits)),
        "uuid" if argument.is_empty() => Ok(uuid(digits)),
        _ => Err(RecipeError::Unknown {
            recipe: recipe.to_owned(),
        }),
    }
}

fn length_in(argument: &str, recipe: &str, least: usize) -> Result<usize, RecipeError> {
    let length = argument
        .parse()
        .ok()
        .filter(|length| (least..=LONGEST).contains(length));
    length.ok_or_else(|| RecipeError::BadLength {
        recipe: recipe.to_owned(),
        least,
        most: LONGEST,
    })
}

fn is_label(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || c == ' '
}

/// Credentials for HTTP basic authentication, [RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2).
fn basic(user: &str, digits: &mut Digits) -> String {
    STANDARD.encode(format!("{user}:{}", password(14, digits)))
}

/// 30 characters and their checksum, as `weighbridge_scan`'s check `github-crc32` wants them.
fn github_token(prefix: &str, digits: &mut Digits) -> String {
    let random = digits.text(BASE62, 30);
    let checksum = base62_of(crc32fast::hash(random.as_bytes()));
    format!("{prefix}{random}{checksum}")
}

/// Six digits of base 62.
fn base62_of(number: u32) -> String {
    let mut text = [b'0'; 6];
    let mut rest = number as usize;
    for digit in text.iter_mut().rev() {
        *digit = BASE62[rest % 62];
        rest /= 62;
    }
    text.into_iter().map(char::from).collect()
}

/// A user, 20 letters and their checksum, as `weighbridge_scan`'s check `synapse-crc32` wants them.
fn synapse_token(user: &str, digits: &mut Digits) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let key = format!("syt_{}_{}", STANDARD_NO_PAD.encode(user), digits.text(LETTERS, 20));
    let checksum = base62_of(crc32fast::hash(key.as_bytes()));
    let swapped = checksum.chars().map(|digit| match digit {
        'a'..='z' => digit.to_ascii_uppercase(),
        digit => digit.to_ascii_lowercase(),
    });
    format!("{key}_{}", swapped.collect::<String>())
}

/// 32 characters and their checksum, as `weighbridge_scan`'s check `grafana-crc32` wants them.
fn grafana_token(prefix: &str, digits: &mut Digits) -> String {
    let key = format!("{prefix}{}", digits.text(BASE62, 32));
    let checksum = crc32fast::hash(key.as_bytes()).swap_bytes();
    format!("{key}_{checksum:08x}")
}

fn jwt(digits: &mut Digits) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let subject = digits.text(b"0123456789abcdef", 24);
    let payload = URL_SAFE_NO_PAD.encode(format!(r#"{{"sub":"{subject}","iat":1767225600}}"#));
    let signature = URL_SAFE_NO_PAD.encode(digits.bytes(32));
    format!("{header}.{payload}.{signature}")
}

/// At least one character of each class, none that ends a string, a URL's user part or a shell word.
fn password(length: usize, digits: &mut Digits) -> String {
    const CLASSES: [&[u8]; 4] = [
        b"abcdefghijkmnopqrstuvwxyz",
        b"ABCDEFGHJKLMNPQRSTUVWXYZ",
        b"23456789",
        b"!*+-.^_~",
    ];
    // Symbols are rare in real passwords and stand inside; the order of classes is fixed, the characters are not.
    const ORDER: [usize; 9] = [1, 0, 2, 0, 3, 0, 1, 2, 0];
    (0..length)
        .map(|at| {
            let class = if length < ORDER.len() {
                [1, 0, 3, 2][at % 4]
            } else {
                ORDER[at % ORDER.len()]
            };
            char::from(CLASSES[class][digits.below(CLASSES[class].len())])
        })
        .collect()
}

fn uuid(digits: &mut Digits) -> String {
    let mut part = |length| digits.text(b"0123456789abcdef", length);
    format!("{}-{}-4{}-a{}-{}", part(8), part(4), part(3), part(3), part(12))
}

/// A block as in [RFC 7468](https://www.rfc-editor.org/rfc/rfc7468), or for `PGP …` as in
/// [RFC 9580 §6.2](https://www.rfc-editor.org/rfc/rfc9580#section-6.2), of the usual size for its label.
fn pem(label: &str, line_end: &str, digits: &mut Digits) -> String {
    let is_pgp = label.starts_with("PGP ");
    let bytes = match label {
        "OPENSSH PRIVATE KEY" => openssh_key(digits),
        "EC PRIVATE KEY" => der_sequence(118, digits),
        _ if is_pgp => digits.bytes(900),
        _ => der_sequence(1_188, digits),
    };
    let body = STANDARD.encode(bytes);
    let mut block = format!("-----BEGIN {label}-----{line_end}");
    if is_pgp {
        block.push_str(line_end);
    }
    for line in body.as_bytes().chunks(64) {
        block.extend(line.iter().copied().map(char::from));
        block.push_str(line_end);
    }
    if is_pgp {
        block.push('=');
        block.push_str(&STANDARD_NO_PAD.encode(digits.bytes(3)));
        block.push_str(line_end);
    }
    block.push_str("-----END ");
    block.push_str(label);
    block.push_str("-----");
    block
}

/// A DER header that tells the truth about its length, and made-up bytes behind it.
fn der_sequence(length: u16, digits: &mut Digits) -> Vec<u8> {
    let mut der = vec![0x30, 0x82];
    der.extend(length.to_be_bytes());
    der.extend(digits.bytes(usize::from(length)));
    der
}

/// The start of an unencrypted key, and made-up bytes behind it.
///
/// Source: [OpenSSH `PROTOCOL.key`](https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key).
fn openssh_key(digits: &mut Digits) -> Vec<u8> {
    let mut key = b"openssh-key-v1\0".to_vec();
    for field in ["none", "none", ""] {
        key.extend(
            u32::try_from(field.len())
                .expect("the fields above are short")
                .to_be_bytes(),
        );
        key.extend(field.as_bytes());
    }
    key.extend(1_u32.to_be_bytes());
    key.extend(digits.bytes(360));
    key
}

/// A stream of made-up numbers: [SplitMix64](https://prng.di.unimi.it/splitmix64.c), seeded with FNV-1a of the recipe.
struct Digits {
    state: u64,
}

impl Digits {
    fn seeded(recipe: &str, ordinal: usize) -> Self {
        let hash = |state: u64, byte: &u8| (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        let state = recipe.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325, hash);
        Self {
            state: ordinal.to_le_bytes().iter().fold(state, hash),
        }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; a little uneven, which no example notices.
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("usize has at most 64 bits");
        usize::try_from(self.next() % bound).expect("the rest is below a usize")
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| char::from(alphabet[self.below(alphabet.len())]))
            .collect()
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

#[cfg(test)]
mod tests;
