//! What stands before a path: whether it can begin there, and whether it is a route or a link instead.

/// Bytes of a path segment in ASCII.
pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.+@".contains(&byte)
}

/// The character that begins at `at`, if the bytes there are UTF-8.
pub(super) fn char_at(text: &[u8], at: usize) -> Option<char> {
    let rest = &text[at..text.len().min(at + 4)];
    (1..=rest.len())
        .find_map(|length| std::str::from_utf8(&rest[..length]).ok())
        .and_then(|text| text.chars().next())
}

/// The character that ends at `at`.
pub(super) fn char_before(text: &[u8], at: usize) -> Option<char> {
    let from = at.saturating_sub(4);
    (from..at)
        .rev()
        .find_map(|start| std::str::from_utf8(&text[start..at]).ok())
        .and_then(|text| text.chars().next())
}

/// Whether the text before `at` runs on into it, so that no path begins there.
///
/// Chinese, Japanese and Korean put no space before a path; their letters do not run on.
pub(super) fn is_text_before(text: &[u8], at: usize) -> bool {
    let Some(&last) = at.checked_sub(1).and_then(|index| text.get(index)) else {
        return false;
    };
    let before = &text[..at - 1];
    match last {
        0x80.. => char_before(text, at).is_some_and(|letter| letter.is_alphanumeric() && letter < '\u{2e80}'),
        b'"' | b'\'' | b'`' => is_closing_quote(before),
        // A shebang names an interpreter, as every machine has it.
        b'!' => before.ends_with(b"#"),
        b'>' => !is_element_content(text, at),
        b'n' | b't' => !before.ends_with(b"\\") || before.ends_with(b"\\\\") || before.ends_with(b":\\"),
        b'(' | b'[' | b'=' | b':' | b',' | b';' | b'|' | b'&' | b'@' => false,
        _ => !last.is_ascii_whitespace(),
    }
}

/// Whether a quote behind `before` closes a string, as in `"$ROOT"/opt/x`; `f"/opt/x` opens one.
fn is_closing_quote(before: &[u8]) -> bool {
    let word = before
        .iter()
        .rev()
        .take(3)
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let is_prefix = word > 0
        && word < 3
        && before[before.len() - word..]
            .iter()
            .all(|byte| b"rbfuRBFU".contains(byte))
        && !before[..before.len() - word]
            .last()
            .is_some_and(|byte| b"_-./$".contains(byte));
    (word > 0 && !is_prefix) || before.last().is_some_and(|byte| b"_}".contains(byte))
}

/// Whether the `>` before `at` closes a tag around the path, as in `<cwd>/opt/x</cwd>`, or is an arrow or a
/// redirection;
/// `<dir>/opt/x` begins with a placeholder.
fn is_element_content(text: &[u8], at: usize) -> bool {
    let window = &text[at.saturating_sub(66)..at - 1];
    let Some(open) = window
        .iter()
        .rposition(|&byte| byte == b'<' || byte == b'\n')
        .filter(|&open| window[open] == b'<')
    else {
        return true;
    };
    let name = &window[open + 1..];
    let length = name
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || b"_-:.".contains(byte)))
        .unwrap_or(name.len());
    let ahead = &text[at..text.len().min(at + 512)];
    let line = &ahead[..memchr::memchr(b'\n', ahead).unwrap_or(ahead.len())];
    memchr::memmem::find_iter(line, b"</").any(|close| line[close + 2..].starts_with(&name[..length]))
}

/// Whether the path at `at` is a route, or the target of a link on the same site.
pub(super) fn is_site_relative(text: &[u8], at: usize) -> bool {
    let window = &text[at.saturating_sub(48)..at];
    let line = &window[memchr::memrchr(b'\n', window).map_or(0, |end| end + 1)..];
    if line.ends_with(b"](") || line.ends_with(b"](<") {
        return true;
    }
    let quoted = line.strip_suffix(b"\"").or_else(|| line.strip_suffix(b"'"));
    if quoted.is_some_and(|line| {
        [&b"href="[..], b"src=", b"action=", b"to="]
            .iter()
            .any(|key| line.ends_with(key))
    }) {
        return true;
    }
    let line = line.trim_ascii_end();
    if line.ends_with(b"]:") && !line.ends_with(b"\"]:") {
        return true;
    }
    let line = trim_end_of(line, b"`'\"( *:|");
    let word = line.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let verb = &line[line.len() - word..];
    [
        &b"GET"[..],
        b"POST",
        b"PUT",
        b"PATCH",
        b"DELETE",
        b"HEAD",
        b"OPTIONS",
        b"endpoint",
        b"route",
        b"Route",
        b"Endpoint",
    ]
    .contains(&verb)
}

fn trim_end_of<'a>(text: &'a [u8], bytes: &[u8]) -> &'a [u8] {
    let kept = text
        .iter()
        .rposition(|byte| !bytes.contains(byte))
        .map_or(0, |last| last + 1);
    &text[..kept]
}

/// The start of a drive letter whose separator is at `at`: `C` of `C:\`.
pub(super) fn drive_letter_before(text: &[u8], at: usize) -> Option<usize> {
    let start = at.checked_sub(2)?;
    let is_drive = text.get(start).is_some_and(u8::is_ascii_alphabetic) && text.get(start + 1) == Some(&b':');
    (is_drive && at < text.len()).then_some(start)
}

/// The start of a variable that holds the home directory and ends right before `at`.
pub(super) fn placeholder_home_before(text: &[u8], at: usize) -> Option<usize> {
    ["$HOME", "${HOME}", "$env:USERPROFILE", "%USERPROFILE%", "${env:HOME}"]
        .into_iter()
        .find(|name| text[..at].ends_with(name.as_bytes()))
        .map(|name| at - name.len())
}
