//! Where words begin and end.

/// Whether no word runs across `offset`. A byte-order mark is no part of the word behind it.
pub(crate) fn is_boundary(text: &[u8], offset: usize) -> bool {
    let is_inside = offset > 0 && offset < text.len() && is_word(text[offset - 1]) && is_word(text[offset]);
    !is_inside || (offset == BYTE_ORDER_MARK.len() && text.starts_with(BYTE_ORDER_MARK))
}

/// U+FEFF in UTF-8, which some editors put at the beginning of a file.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether a byte is part of a name; bytes above ASCII are, as names may hold any letter.
pub(crate) fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80
}
