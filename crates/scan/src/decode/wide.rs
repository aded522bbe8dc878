//! UTF-16 behind another encoding, as PowerShell's `-EncodedCommand` takes it.

use super::Decoded;
use weighbridge_core::Span;

/// The text of `outer`, which holds UTF-16 in little-endian order, as UTF-8; `None` if it holds anything else.
pub(super) fn narrowed(outer: &Decoded) -> Option<Decoded> {
    let (pairs, rest) = outer.text.as_chunks::<2>();
    let is_wide = pairs.iter().filter(|pair| pair[1] == 0).count() * 10 >= pairs.len() * 7;
    if !is_wide || rest.len() > 1 || pairs.len() < 4 {
        return None;
    }
    let mut decoded = Decoded::new("base64 of UTF-16");
    let mut at = 0;
    let units = pairs.iter().map(|pair| u16::from_le_bytes(*pair));
    for character in char::decode_utf16(units) {
        let character = character.ok()?;
        let end = at + character.len_utf16() * 2;
        let origin = Span::new(outer.origins[at].start, outer.origins[end - 1].end);
        let mut buffer = [0; 4];
        for byte in character.encode_utf8(&mut buffer).bytes() {
            decoded.push(byte, origin);
        }
        at = end;
    }
    Some(decoded)
}
