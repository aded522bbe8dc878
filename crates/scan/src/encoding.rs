//! Is it text, and in which encoding.

use weighbridge_core::Language;

/// Bytes at the beginning of a file that decide.
const HEAD_BYTES: usize = 8192;

/// Whether `head`, the beginning of a file of `language`, is not text, so that the file need not be read.
///
/// A file whose name says that it is code is never taken for binary: a zero byte would be an easy way to hide it.
pub fn is_binary(language: Language, head: &[u8]) -> bool {
    let head = &head[..head.len().min(HEAD_BYTES)];
    language == Language::TEXT && head.contains(&0) && utf16_order(head).is_none()
}

/// The text of a file as UTF-8, if it was written in UTF-16; else `None`. Unpaired surrogates become U+FFFD.
///
/// Recognised by the byte-order mark, or by zeros in every second place of the beginning.
pub fn decode_utf16(bytes: &[u8]) -> Option<Vec<u8>> {
    let order = utf16_order(&bytes[..bytes.len().min(HEAD_BYTES)])?;
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| match order {
        Order::Little => u16::from_le_bytes(*pair),
        Order::Big => u16::from_be_bytes(*pair),
    });
    let mut text: String = char::decode_utf16(units)
        .map(|unit| unit.unwrap_or('\u{fffd}'))
        .collect();
    if !rest.is_empty() {
        text.push('\u{fffd}');
    }
    Some(text.trim_start_matches('\u{feff}').as_bytes().to_vec())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

fn utf16_order(head: &[u8]) -> Option<Order> {
    match head {
        // FF FE 00 00 is UTF-32, which nobody writes and nothing here reads.
        [0xff, 0xfe, 0, 0, ..] => return None,
        [0xff, 0xfe, ..] => return Some(Order::Little),
        [0xfe, 0xff, ..] => return Some(Order::Big),
        _ => {}
    }
    let (pairs, _) = head.as_chunks::<2>();
    if pairs.len() < 4 {
        return None;
    }
    let zeros = |place: usize| pairs.iter().filter(|pair| pair[place] == 0).count();
    // Mostly ASCII in UTF-16: one of the two places is nearly always zero and the other never.
    match (zeros(0), zeros(1)) {
        (0, high) if high * 10 >= pairs.len() * 7 => Some(Order::Little),
        (high, 0) if high * 10 >= pairs.len() * 7 => Some(Order::Big),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn utf16_is_read_with_and_without_its_mark() {
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            for text in [
                "import os\nos.system('密🙂')\n",
                "\u{feff}import os\nos.system('密🙂')\n",
            ] {
                let bytes = utf16(text, to_bytes);

                assert!(!is_binary(Language::TEXT, &bytes));
                assert_eq!(
                    decode_utf16(&bytes).expect("it is UTF-16"),
                    text.trim_start_matches('\u{feff}').as_bytes()
                );
            }
        }
    }

    #[test]
    fn zeros_make_a_file_binary_unless_its_name_says_code() {
        assert!(is_binary(Language::TEXT, b"\x7fELF\0\0\0\x01"));
        assert!(!is_binary(Language::named("python"), b"eval(a)\0"));
        assert_eq!(decode_utf16(b"plain ASCII text"), None);
    }
}
