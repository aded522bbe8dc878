//! Integers as `INT`, `LONG`, `GET` and `PUT` write them: as Python reads a literal, and for `INT` as C does.

/// An integer of any base that a prefix tells (`0x1f`, `0o17`, `0b1`); one that has more than 63 bits becomes the largest of them.
///
/// The loader tries `strtol` with base 0 first, so that `010` is eight, and then Python's own reader, so that `1_000` is a thousand.
pub(super) fn integer(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    let (is_negative, digits) = signed(text);
    let (base, digits) = match digits {
        [b'0', b'x' | b'X', rest @ ..] => (16, rest),
        [b'0', b'o' | b'O', rest @ ..] => (8, rest),
        [b'0', b'b' | b'B', rest @ ..] => (2, rest),
        [b'0', rest @ ..] if !rest.is_empty() && rest.iter().all(u8::is_ascii_digit) => (8, rest),
        _ => (10, digits),
    };
    // One underscore may stand behind a prefix.
    let digits = if base == 10 {
        digits
    } else {
        digits.strip_prefix(b"_").unwrap_or(digits)
    };
    let value = number(digits, base)?;
    Some(if is_negative { -value } else { value })
}

/// A number that is not negative, in decimal digits.
pub(super) fn decimal(text: &[u8]) -> Option<u64> {
    let (is_negative, digits) = signed(text.trim_ascii());
    let value = number(digits, 10)?;
    if is_negative && value != 0 {
        return None;
    }
    u64::try_from(value).ok()
}

fn signed(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// Digits with single underscores between them; a number of more than 63 bits becomes the largest of them.
fn number(digits: &[u8], base: u32) -> Option<i64> {
    if digits.is_empty() || digits.ends_with(b"_") || digits.starts_with(b"_") {
        return None;
    }
    let mut value = 0i64;
    let mut was_underscore = false;
    for &byte in digits {
        if byte == b'_' {
            if was_underscore {
                return None;
            }
            was_underscore = true;
            continue;
        }
        was_underscore = false;
        let digit = char::from(byte).to_digit(base)?;
        value = value.saturating_mul(i64::from(base)).saturating_add(i64::from(digit));
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_like_literals() {
        for (text, value) in [
            ("7", 7),
            ("-7", -7),
            (" +0x1F", 31),
            ("010", 8),
            ("0b11", 3),
            ("1_000", 1000),
        ] {
            assert_eq!(integer(text.as_bytes()), Some(value), "{text}");
        }
        assert_eq!(integer(b"99999999999999999999"), Some(i64::MAX));
        for text in ["", "x", "1__0", "_1", "1_", "0x", "1L"] {
            assert_eq!(integer(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn an_index_of_the_memo_is_decimal_and_not_negative() {
        assert_eq!(decimal(b"010"), Some(10));
        assert_eq!((decimal(b"-1"), decimal(b"0x1")), (None, None));
    }
}
