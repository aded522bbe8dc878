//! Is it text, and in which encoding.

use weighbridge_core::{Language, SourcePath};

/// Bytes at the beginning of a file that decide.
const HEAD_BYTES: usize = 8192;

/// Extensions, and names behind a dot, of files that programs read as text.
const TEXT_EXTENSIONS: [&[u8]; 28] = [
    b"cfg",
    b"conf",
    b"containerfile",
    b"csv",
    b"dockerfile",
    b"env",
    b"gitlab-ci",
    b"gradle",
    b"hcl",
    b"htm",
    b"html",
    b"ini",
    b"ipynb",
    b"json",
    b"jsonl",
    b"md",
    b"mk",
    b"npmrc",
    b"properties",
    b"pypirc",
    b"sql",
    b"tf",
    b"toml",
    b"tfvars",
    b"txt",
    b"xml",
    b"yaml",
    b"yml",
];
/// Names of such files.
const TEXT_NAMES: [&[u8]; 4] = [b"dockerfile", b"containerfile", b"makefile", b"jenkinsfile"];

/// Whether `head`, the beginning of the file called `path` of `language`, is not text, so that the file need not be read.
///
/// A file whose name says that it is code or settings is never taken for binary: a zero byte would be an easy way to hide it.
pub fn is_binary(path: &SourcePath, language: Language, head: &[u8]) -> bool {
    let head = &head[..head.len().min(HEAD_BYTES)];
    language == Language::TEXT && head.contains(&0) && !is_called_text(path) && utf16_order(head).is_none()
}

/// Whether the name says that a file is text.
fn is_called_text(path: &SourcePath) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    let ending = name.iter().rposition(|byte| *byte == b'.').map(|dot| &name[dot + 1..]);
    let begins_with_env = name.starts_with(b".env");
    begins_with_env
        || ending.is_some_and(|ending| TEXT_EXTENSIONS.contains(&ending))
        || TEXT_NAMES.contains(&name.as_slice())
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
    if pairs.len() < 4 || memchr::memchr(0, head).is_none() {
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

                assert!(!is_binary(&SourcePath::new(b"a"), Language::TEXT, &bytes));
                assert_eq!(
                    decode_utf16(&bytes).expect("it is UTF-16"),
                    text.trim_start_matches('\u{feff}').as_bytes()
                );
            }
        }
    }

    #[test]
    fn zeros_make_a_file_binary_unless_its_name_says_otherwise() {
        let is_binary =
            |name: &str, language| is_binary(&SourcePath::new(name.as_bytes()), language, b"\x7fELF\0\0\0\x01");

        for name in ["program", "a.bin", "photo.json.png", ".git"] {
            assert!(is_binary(name, Language::TEXT), "{name}");
        }
        for name in [
            "a.YML",
            "deep/.env.local",
            "Dockerfile",
            "x.Dockerfile",
            ".npmrc",
            "notes.txt",
        ] {
            assert!(!is_binary(name, Language::TEXT), "{name}");
        }
        assert!(!is_binary("a.py", Language::named("python")));
        assert_eq!(decode_utf16(b"plain ASCII text"), None);
    }
}
