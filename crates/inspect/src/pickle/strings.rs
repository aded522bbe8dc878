//! Strings in text, as protocol 0 writes them.

/// `'…'` or `"…"` with the escapes of a bytes literal; each byte is taken for a character. `None` if it is not quoted.
pub(super) fn string_escape(line: &[u8]) -> Option<Vec<u8>> {
    let quoted = match line {
        [open @ (b'\'' | b'"'), middle @ .., close] if open == close => middle,
        _ => return None,
    };
    let mut text = String::new();
    let mut rest = quoted.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            text.push(char::from(byte));
            continue;
        }
        let plain = match rest.next()? {
            b'\n' => continue,
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            same @ (b'\\' | b'\'' | b'"') => same,
            b'x' => {
                let digits = [rest.next()?, rest.next()?];
                let digits = std::str::from_utf8(&digits).ok()?;
                u8::from_str_radix(digits, 16).ok()?
            }
            first @ b'0'..=b'7' => {
                let mut value = u32::from(first - b'0');
                for _ in 0..2 {
                    let Some(digit) = rest.next_if(|byte| (b'0'..=b'7').contains(byte)) else {
                        break;
                    };
                    value = value * 8 + u32::from(digit - b'0');
                }
                value.to_le_bytes()[0]
            }
            other => {
                text.push('\\');
                other
            }
        };
        text.push(char::from(plain));
    }
    Some(text.into_bytes())
}

/// Text in which only `\uXXXX` and `\UXXXXXXXX` are escapes, and each other byte is a character. `None` if an escape is not whole.
///
/// A surrogate, which Python would keep, becomes U+FFFD: no module is called so.
pub(super) fn raw_unicode_escape(line: &[u8]) -> Option<Vec<u8>> {
    let mut text = String::new();
    let mut at = 0;
    while at < line.len() {
        let slashes = line[at..].iter().take_while(|byte| **byte == b'\\').count();
        let escape = line.get(at + slashes).copied();
        if slashes % 2 == 1
            && let Some(kind @ (b'u' | b'U')) = escape
        {
            text.extend(std::iter::repeat_n('\\', slashes - 1));
            let digits = if kind == b'u' { 4 } else { 8 };
            let start = at + slashes + 1;
            let code = std::str::from_utf8(line.get(start..start + digits)?).ok()?;
            let code = u32::from_str_radix(code, 16).ok().filter(|code| *code <= 0x10_ffff)?;
            text.push(char::from_u32(code).unwrap_or('\u{fffd}'));
            at = start + digits;
        } else {
            let end = at + slashes.max(1);
            text.extend(line[at..end].iter().copied().map(char::from));
            at = end;
        }
    }
    Some(text.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(line: &str) -> Option<String> {
        string_escape(line.as_bytes()).map(|bytes| String::from_utf8(bytes).expect("it was made of characters"))
    }

    fn unicode(line: &str) -> Option<String> {
        raw_unicode_escape(line.as_bytes()).map(|bytes| String::from_utf8(bytes).expect("it was made of characters"))
    }

    #[test]
    fn escapes_hide_no_name() {
        assert_eq!(string(r"'\x6fs'").as_deref(), Some("os"));
        assert_eq!(string(r#""\157s""#).as_deref(), Some("os"));
        assert_eq!(string(r"'a\q\n'").as_deref(), Some("a\\q\n"));
        for line in ["", "'", "'a", "a", "'a\"", r"'\x6'"] {
            assert_eq!(string(line), None, "{line}");
        }
    }

    #[test]
    fn only_odd_backslashes_escape() {
        assert_eq!(unicode(r"\u006fs").as_deref(), Some("os"));
        assert_eq!(unicode(r"\U0000006fs").as_deref(), Some("os"));
        assert_eq!(unicode(r"\\u006fs").as_deref(), Some(r"\\u006fs"));
        assert_eq!(unicode(r"a\n").as_deref(), Some(r"a\n"));
        assert_eq!(unicode(r"\u00"), None);
    }
}
