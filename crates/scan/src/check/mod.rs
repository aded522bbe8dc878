//! Named checks of a matched span: checksums and structure that an expression cannot test.
//!
//! A page asks for one with `check = "…"` in `[pattern]`. A check sees the reported span and nothing else, allocates
//! only what it decodes and never keeps a byte.

mod checksum;
mod pem;
mod personal;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use checksum::{github_crc32, grafana_crc32, synapse_crc32};
use pem::{pem, pem_locked};

/// Says whether a span is what its rule takes it for.
pub(crate) type Check = fn(&[u8]) -> bool;

/// The check called `name` on rule pages.
pub(crate) fn check_named(name: &str) -> Option<Check> {
    CHECKS.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
}

const CHECKS: &[(&str, Check)] = &[
    ("aws-key-id", aws_key_id),
    ("basic-auth", basic_auth),
    ("chinese-id", personal::chinese_id),
    ("github-crc32", github_crc32),
    ("grafana-crc32", grafana_crc32),
    ("jwt", jwt),
    ("luhn", luhn),
    ("mixed-classes", mixed_classes),
    ("not-a-word", not_a_word),
    ("payment-card", personal::payment_card),
    ("pem", pem),
    ("pem-locked", pem_locked),
    ("random-text", random_text),
    ("synapse-crc32", synapse_crc32),
];

/// Encoders differ in padding and in the bits behind the last byte; neither says anything about a secret.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// An AWS access key id: four letters of kind, then sixteen characters of base32.
///
/// Source: [IAM identifiers](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids).
/// The part behind the prefix is base32, so `0`, `1`, `8` and `9` do not occur.
fn aws_key_id(span: &[u8]) -> bool {
    let Some((kind, rest)) = span.split_at_checked(4) else {
        return false;
    };
    kind.iter().all(u8::is_ascii_uppercase)
        && rest.len() == 16
        && rest.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'))
}

/// The credentials of HTTP basic authentication: base64 of printable `user:password`, password not empty.
///
/// Source: [RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2). The user may be empty: Azure DevOps takes
/// `:token`. Passwords that stand in every manual are no secrets.
fn basic_auth(span: &[u8]) -> bool {
    let Some(decoded) = BASE64.decode(span).ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return false;
    };
    let Some((_, password)) = decoded.split_once(':') else {
        return false;
    };
    let password_in_manuals = MANUAL_PASSWORDS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(password));
    !password.is_empty() && !password_in_manuals && !decoded.chars().any(char::is_control)
}

/// `open sesame` is the example of RFC 7617, `gX1fBat3bV` that of RFC 6749.
const MANUAL_PASSWORDS: &[&str] = &["changeme", "gX1fBat3bV", "open sesame", "pass", "password", "secret"];

/// A signed JSON Web Token: header and payload are JSON objects, the header names its algorithm.
///
/// Source: [RFC 7515 §3.1 and §4.1.1](https://www.rfc-editor.org/rfc/rfc7515#section-3.1), and
/// [RFC 7519 §7.2](https://www.rfc-editor.org/rfc/rfc7519#section-7.2).
fn jwt(span: &[u8]) -> bool {
    let mut parts = span.split(|byte| *byte == b'.');
    let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let names_algorithm = json_object(header).is_some_and(|header| header.get("alg").is_some_and(Value::is_string));
    names_algorithm && json_object(payload).is_some() && !signature.is_empty()
}

fn json_object(base64url: &[u8]) -> Option<Value> {
    let decoded = BASE64_URL.decode(base64url).ok()?;
    serde_json::from_slice::<Value>(&decoded).ok().filter(Value::is_object)
}

/// A number with a right Luhn digit: 12 to 19 digits, blanks and hyphens between them do not count.
///
/// Source: [ISO/IEC 7812-1, annex B](https://www.iso.org/standard/70484.html); payment card numbers follow it.
fn luhn(span: &[u8]) -> bool {
    let mut sum = 0_u32;
    let mut count = 0_u32;
    for byte in span.iter().rev().filter(|byte| !matches!(byte, b' ' | b'-')) {
        if !byte.is_ascii_digit() {
            return false;
        }
        let digit = u32::from(byte - b'0');
        sum += match (count % 2, digit) {
            (0, _) => digit,
            (_, 0..=4) => digit * 2,
            _ => digit * 2 - 9,
        };
        count += 1;
    }
    (12..=19).contains(&count) && sum.is_multiple_of(10) && sum > 0
}

/// Three of lower case, upper case, digit and symbol; or two of them in sixteen characters or more.
///
/// The rule of thumb of password policies, for instance
/// [Active Directory's](https://learn.microsoft.com/en-us/previous-versions/windows/it-pro/windows-server-2012-r2-and-2012/hh994562(v=ws.11)).
fn mixed_classes(span: &[u8]) -> bool {
    let present = classes_in(span);
    present >= 3 || (present == 2 && span.len() >= 16)
}

/// A password that people choose rather than a word or a name: a letter and a digit, or three classes of characters.
///
/// Weaker than `mixed-classes`, for values that a password's name has already given away.
fn not_a_word(span: &[u8]) -> bool {
    let has_letter_and_digit = span.iter().any(u8::is_ascii_alphabetic) && span.iter().any(u8::is_ascii_digit);
    has_letter_and_digit || classes_in(span) >= 3
}

/// How many of lower case, upper case, digit and symbol occur. A letter of another script is none of them: `Contraseña` is a word.
fn classes_in(span: &[u8]) -> usize {
    let classes = [
        span.iter().any(u8::is_ascii_lowercase),
        span.iter().any(u8::is_ascii_uppercase),
        span.iter().any(u8::is_ascii_digit),
        span.iter().any(u8::is_ascii_punctuation),
    ];
    classes.iter().filter(|class| **class).count()
}

/// Text drawn at random rather than spelled by a person: the class of its characters changes again and again.
///
/// Random base 62 changes class at about six steps of ten, random hexadecimal at five, random `a-z0-9` at four; names
/// and sentences change at word ends only. With digits in one place at most, as in `getStore2`, a quarter to three
/// quarters must be capitals, which those that begin words are not.
fn random_text(span: &[u8]) -> bool {
    let classes: Vec<Class> = span.iter().filter_map(|byte| Class::of(*byte)).collect();
    let runs: Vec<&[Class]> = classes.chunk_by(|left, right| left == right).collect();
    let digit_runs = runs.iter().filter(|run| run[0] == Class::Digit).count();
    if digit_runs >= 2 {
        return runs.len() * 8 > classes.len();
    }
    let capitals = classes.iter().filter(|class| **class == Class::Upper).count();
    let quarter = classes.len().div_ceil(4);
    (quarter..=quarter * 3).contains(&capitals) && runs.len() * 10 > classes.len() * 3
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Lower,
    Upper,
    Digit,
}

impl Class {
    fn of(byte: u8) -> Option<Self> {
        match byte {
            b'a'..=b'z' => Some(Self::Lower),
            b'A'..=b'Z' => Some(Self::Upper),
            b'0'..=b'9' => Some(Self::Digit),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
