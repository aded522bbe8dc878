//! Private keys in PEM: one that opens as it stands, and one that wants a passphrase.

use base64::Engine as _;

use super::BASE64;

/// A private key in PEM that opens without a passphrase: one whole DER sequence, or an OpenSSH key without a cipher.
///
/// Source: [RFC 7468 §10](https://www.rfc-editor.org/rfc/rfc7468#section-10),
/// [OpenSSH `PROTOCOL.key`](https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key). The length in the
/// DER header must be the length of the body, so documentation that cuts a key short with dots is left alone.
pub(super) fn pem(span: &[u8]) -> bool {
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
pub(super) fn pem_locked(span: &[u8]) -> bool {
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
