//! Tokens that end in a checksum of their own: a hit is no accident.

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A GitHub or npm token: behind the prefix, the last six characters are the CRC-32 of those before them, in base 62.
///
/// Source: [Behind GitHub's new authentication token formats](https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/).
/// The checksum covers the random part only, without the prefix, and is padded with `0` on the left.
pub(super) fn github_crc32(span: &[u8]) -> bool {
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
pub(super) fn base62_of(number: u32) -> [u8; 6] {
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
pub(super) fn grafana_crc32(span: &[u8]) -> bool {
    let Some(underscore) = span.iter().rposition(|byte| *byte == b'_') else {
        return false;
    };
    let expected = format!("{:08x}", crc32fast::hash(&span[..underscore]).swap_bytes());
    span[underscore + 1..] == *expected.as_bytes()
}

/// An access token of Synapse: behind the last `_`, the CRC-32 of all that precedes it, in six digits of base 62.
///
/// Source: [`synapse/handlers/auth.py`](https://github.com/element-hq/synapse/blob/develop/synapse/handlers/auth.py). Unlike
/// GitHub's, its digits of base 62 run from `0` over `a` to `Z`.
pub(super) fn synapse_crc32(span: &[u8]) -> bool {
    let Some(underscore) = span.iter().rposition(|byte| *byte == b'_') else {
        return false;
    };
    let expected = base62_of(crc32fast::hash(&span[..underscore])).map(|digit| match digit {
        b'a'..=b'z' => digit.to_ascii_uppercase(),
        b'A'..=b'Z' => digit.to_ascii_lowercase(),
        digit => digit,
    });
    span[underscore + 1..] == expected
}
