//! Named checks of a matched span: checksums and structure that an expression cannot test.
//!
//! A page asks for one with `check = "…"` in `[pattern]`. A check sees the reported span and nothing else, allocates
//! only what it decodes and never keeps a byte.

mod personal;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

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
];

/// Encoders differ in padding and in the bits behind the last byte; neither says anything about a secret.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

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

/// A GitHub or npm token: behind the prefix, the last six characters are the CRC-32 of those before them, in base 62.
///
/// Source: [Behind GitHub's new authentication token formats](https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/).
/// The checksum covers the random part only, without the prefix, and is padded with `0` on the left.
fn github_crc32(span: &[u8]) -> bool {
    let Some(underscore) = span.iter().position(|byte| *byte == b'_') else {
        return false;
    };
    let body = &span[underscore + 1..];
    let Some((random, checksum)) = body.len().checked_sub(6).and_then(|end| body.split_at_checked(end)) else {
        return false;
    };
    !random.is_empty() && checksum == base62_of(crc32fast::hash(random))
}

/// `number` in six digits of base 62; the largest `u32` needs six.
fn base62_of(number: u32) -> [u8; 6] {
    let mut digits = [b'0'; 6];
    let mut rest = number as usize;
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[rest % 62];
        rest /= 62;
    }
    digits
}

/// A Grafana service account token: behind the last `_`, the CRC-32 of all that precedes it, as hexadecimal digits of
/// its bytes in little-endian order.
///
/// Source: [`satokengen/tokengen.go`](https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/tokengen.go).
/// Unlike GitHub's, the checksum covers the prefix too.
fn grafana_crc32(span: &[u8]) -> bool {
    let Some(underscore) = span.iter().rposition(|byte| *byte == b'_') else {
        return false;
    };
    let expected = format!("{:08x}", crc32fast::hash(&span[..underscore]).swap_bytes());
    span[underscore + 1..] == *expected.as_bytes()
}

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

/// How many of lower case, upper case, digit and symbol occur.
fn classes_in(span: &[u8]) -> usize {
    let classes = [
        span.iter().any(u8::is_ascii_lowercase),
        span.iter().any(u8::is_ascii_uppercase),
        span.iter().any(u8::is_ascii_digit),
        span.iter().any(|byte| !byte.is_ascii_alphanumeric()),
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

/// A private key in PEM that opens without a passphrase: one whole DER sequence, or an OpenSSH key without a cipher.
///
/// Source: [RFC 7468 §10](https://www.rfc-editor.org/rfc/rfc7468#section-10),
/// [OpenSSH `PROTOCOL.key`](https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key). The length in the
/// DER header must be the length of the body, so documentation that cuts a key short with dots is left alone.
fn pem(span: &[u8]) -> bool {
    let Some(key) = pem_body(span) else {
        return false;
    };
    match openssh_cipher(&key) {
        Some(cipher) => cipher == b"none",
        None => is_der_sequence(&key),
    }
}

/// A private key in PEM that is encrypted with a passphrase.
///
/// Source: [RFC 7468 §11](https://www.rfc-editor.org/rfc/rfc7468#section-11),
/// [RFC 1421 §4.6](https://www.rfc-editor.org/rfc/rfc1421#section-4.6) for `Proc-Type`, and OpenSSH as for `pem`.
fn pem_locked(span: &[u8]) -> bool {
    if find(span, b"Proc-Type: 4,ENCRYPTED").is_some() {
        return true;
    }
    let Some(key) = pem_body(span) else {
        return false;
    };
    match openssh_cipher(&key) {
        Some(cipher) => cipher != b"none",
        None => find(span, b"BEGIN ENCRYPTED PRIVATE KEY").is_some() && is_der_sequence(&key),
    }
}

/// The decoded text between the first and the last line of a PEM block, however source code quotes the line ends.
fn pem_body(span: &[u8]) -> Option<Vec<u8>> {
    let label = find(span, b"-----BEGIN ")? + b"-----BEGIN ".len();
    let start = label + find(&span[label..], b"-----")? + b"-----".len();
    let end = start + find(&span[start..], b"-----END ")?;

    let mut text = Vec::with_capacity(end - start);
    let mut bytes = span[start..end].iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            // `\n` and `\\n`: the letter behind the backslashes is no part of the key.
            b'\\' => while bytes.next() == Some(b'\\') {},
            // `"…" + "…"`: what stands between two strings is no part of the key, though `+` is a digit of base64.
            b'"' | b'\'' => while bytes.next().is_some_and(|next| next != byte) {},
            byte if byte.is_ascii_whitespace() => {}
            byte => text.push(byte),
        }
    }
    BASE64.decode(text).ok()
}

/// The name of the cipher of an OpenSSH private key; `None` when `key` is something else.
fn openssh_cipher(key: &[u8]) -> Option<&[u8]> {
    let rest = key.strip_prefix(b"openssh-key-v1\0")?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

/// Whether `key` is exactly one DER sequence. The smallest private key in use, Ed25519 in PKCS #8, has 48 bytes.
fn is_der_sequence(key: &[u8]) -> bool {
    let length = match key {
        [0x30, length @ 0..=0x7f, ..] => 2 + usize::from(*length),
        [0x30, 0x81, length, ..] => 3 + usize::from(*length),
        [0x30, 0x82, high, low, ..] => 4 + usize::from(u16::from_be_bytes([*high, *low])),
        _ => return false,
    };
    key.len() == length && length >= 48
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(label: &str, bytes: &[u8], line_end: &str) -> Vec<u8> {
        let body = BASE64.encode(bytes);
        let lines: Vec<&str> = body
            .as_bytes()
            .chunks(64)
            .map(|line| str::from_utf8(line).expect("base64 is ASCII"))
            .collect();
        format!(
            "-----BEGIN {label}-----{line_end}{}{line_end}-----END {label}-----",
            lines.join(line_end)
        )
        .into_bytes()
    }

    fn der(length: u8) -> Vec<u8> {
        let mut key = vec![0x30, 0x81, length];
        key.extend((0..length).map(|byte| byte.wrapping_mul(37)));
        key
    }

    fn openssh(cipher: &str) -> Vec<u8> {
        let mut key = b"openssh-key-v1\0".to_vec();
        key.extend(u32::try_from(cipher.len()).unwrap().to_be_bytes());
        key.extend(cipher.as_bytes());
        key.extend([7; 120]);
        key
    }

    fn github(random: &str) -> Vec<u8> {
        let mut token = format!("ghp_{random}").into_bytes();
        token.extend(base62_of(crc32fast::hash(random.as_bytes())));
        token
    }

    #[test]
    fn every_name_finds_its_check_and_names_are_sorted() {
        assert!(CHECKS.is_sorted_by_key(|(name, _)| *name));
        assert!(CHECKS.iter().all(|(name, _)| check_named(name).is_some()));
        assert!(check_named("no-such-check").is_none());
    }

    #[test]
    fn an_aws_key_id_is_base32_behind_its_prefix() {
        let id = |pair: &str, times| ["AKIA", &pair.repeat(times)].concat().into_bytes();

        assert!(aws_key_id(&id("Q2", 8)));
        assert!(!aws_key_id(&id("Q1", 8)) && !aws_key_id(&id("Q2", 7)) && !aws_key_id(b"AKI"));
    }

    #[test]
    fn basic_credentials_need_a_colon_and_a_password() {
        assert!(basic_auth(BASE64.encode("robot:h4rdly").as_bytes()));
        assert!(basic_auth(BASE64.encode(":only-a-token").as_bytes()));
        assert!(!basic_auth(BASE64.encode("robot:").as_bytes()));
        assert!(!basic_auth(BASE64.encode("robot").as_bytes()));
        assert!(!basic_auth(BASE64.encode("a:\u{1}b").as_bytes()));
        assert!(!basic_auth(b"information"));
        assert!(basic_auth(
            BASE64.encode("robot:h4rdly!").trim_end_matches('=').as_bytes()
        ));
    }

    #[test]
    fn credentials_of_manuals_are_no_secret() {
        assert!(!basic_auth(BASE64.encode("Aladdin:open sesame").as_bytes()));
        assert!(!basic_auth(BASE64.encode("user:Password").as_bytes()));
    }

    #[test]
    fn a_github_checksum_covers_the_random_part_only() {
        assert!(github_crc32(&github(&"aB3".repeat(10))));

        let mut with_prefix = format!("ghp_{}", "aB3".repeat(10)).into_bytes();
        with_prefix.extend(base62_of(crc32fast::hash(&with_prefix)));
        assert!(!github_crc32(&with_prefix));
        assert!(!github_crc32(&[b"x", &github(&"aB3".repeat(10))[..39]].concat()));
    }

    #[test]
    fn base62_is_padded_and_holds_the_largest_checksum() {
        assert_eq!(&base62_of(0), b"000000");
        assert_eq!(&base62_of(61), b"00000z");
        assert_eq!(&base62_of(u32::MAX), b"4gfFC3");
    }

    #[test]
    fn short_tokens_have_no_checksum() {
        for span in [&b""[..], b"_", b"ghp_", b"ghp_000000", b"glsa"] {
            assert!(!github_crc32(span) && !grafana_crc32(span));
        }
    }

    #[test]
    fn a_grafana_checksum_covers_the_prefix_and_is_little_endian() {
        let key = format!("glsa_{}", "aB3d".repeat(8));
        let [first, second, third, fourth] = crc32fast::hash(key.as_bytes()).to_le_bytes();

        assert!(grafana_crc32(
            format!("{key}_{first:02x}{second:02x}{third:02x}{fourth:02x}").as_bytes()
        ));
        assert!(!grafana_crc32(
            format!("{key}_{fourth:02x}{third:02x}{second:02x}{first:02x}").as_bytes()
        ));
    }

    #[test]
    fn a_jwt_has_two_objects_and_names_its_algorithm() {
        let join = |header: &str, payload: &str| {
            format!("{}.{}.c2ln", BASE64_URL.encode(header), BASE64_URL.encode(payload)).into_bytes()
        };

        assert!(jwt(&join(r#"{"alg":"HS256"}"#, r#"{"sub":"1"}"#)));
        assert!(!jwt(&join(r#"{"typ":"JWT"}"#, r#"{"sub":"1"}"#)));
        assert!(!jwt(&join(r#"{"alg":"HS256"}"#, r#""text""#)));
        assert!(!jwt(b"eyJh.eyJz.c2ln"));
        assert!(!jwt(b"module.submodule.name"));
    }

    #[test]
    fn luhn_catches_a_changed_digit() {
        assert!(luhn(b"4111 1111-11111111"));
        assert!(!luhn(b"4111111111111112") && !luhn(b"0000000000000000") && !luhn(b"18"));
    }

    #[test]
    fn mixed_text_has_three_classes_or_length() {
        assert!(mixed_classes(b"hunter2!") && mixed_classes(b"correct-horse-battery"));
        assert!(!mixed_classes(b"hunter2") && !mixed_classes(b"passwordpasswordpassword"));
        assert!(not_a_word(b"hunter2") && not_a_word(b"Pass!word"));
        assert!(!not_a_word(b"password_field") && !not_a_word(b"123456"));
    }

    #[test]
    fn words_are_not_random() {
        assert!(random_text(b"9f86d081884c7d659a2feaa0c55ad015") && random_text(b"x8Kq2Lp0Zt7Rb4Wm"));
        for words in [
            "meta-llama-3-70b-instruct",
            "getAccessTokenFromStore2",
            "next_page_token",
            "2024-01-02",
        ] {
            assert!(!random_text(words.as_bytes()), "{words}");
        }
    }

    #[test]
    fn a_plain_key_is_one_der_sequence() {
        assert!(pem(&block("RSA PRIVATE KEY", &der(120), "\n")));
        assert!(!pem(&block("RSA PRIVATE KEY", &der(120)[..110], "\n")));
        assert!(!pem(&block(
            "RSA PRIVATE KEY",
            b"not a key at all, only some text",
            "\n"
        )));
        assert!(!pem(
            b"-----BEGIN RSA PRIVATE KEY-----\nMIIE...\n-----END RSA PRIVATE KEY-----"
        ));
    }

    #[test]
    fn a_key_inside_a_string_is_still_a_key() {
        for line_end in ["\\n", "\\\\n", "\r\n", "\\n\" +\n  \"", "\\n',\n'"] {
            assert!(pem(&block("PRIVATE KEY", &der(120), line_end)), "{line_end:?}");
        }
    }

    #[test]
    fn a_passphrase_moves_a_key_to_the_other_check() {
        let plain = block("OPENSSH PRIVATE KEY", &openssh("none"), "\n");
        let locked = block("OPENSSH PRIVATE KEY", &openssh("aes256-ctr"), "\n");

        assert!(pem(&plain) && !pem_locked(&plain));
        assert!(!pem(&locked) && pem_locked(&locked));
        assert!(pem_locked(&block("ENCRYPTED PRIVATE KEY", &der(120), "\n")));
        assert!(!pem_locked(&block("PRIVATE KEY", &der(120), "\n")));
    }

    #[test]
    fn the_old_encryption_header_is_seen() {
        let start = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n";
        let span = format!("{start}-----END RSA PRIVATE KEY-----");

        assert!(pem_locked(span.as_bytes()) && !pem(span.as_bytes()));
    }

    #[test]
    fn a_span_cut_anywhere_is_no_panic() {
        let whole = block("OPENSSH PRIVATE KEY", &openssh("none"), "\\n");
        for end in 0..whole.len() {
            for (_, check) in CHECKS {
                check(&whole[..end]);
            }
        }
    }
}
