//! Checks of single spans.

use super::checksum::base62_of;
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
fn a_synapse_checksum_covers_the_prefix_and_puts_small_letters_first() {
    // Made as Synapse makes it: digits, small letters, capitals.
    let key = format!("syt_cm9ib3Q_{}", "aBcDe".repeat(4));
    let digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".as_bytes();
    let mut rest = crc32fast::hash(key.as_bytes()) as usize;
    let mut checksum: Vec<u8> = (0..6)
        .map(|_| {
            let digit = digits[rest % 62];
            rest /= 62;
            digit
        })
        .collect();
    checksum.reverse();

    assert!(synapse_crc32(&[key.as_bytes(), b"_", &checksum].concat()));
    assert!(!synapse_crc32(&[key.as_bytes(), b"_000000"].concat()) && !synapse_crc32(b"syt"));
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
    assert!(!not_a_word("Contraseña".as_bytes()) && not_a_word("Geheim-ÜÖ".as_bytes()));
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
