//! Makes single statements complete, so that they can be parsed without what stands around them.

use weighbridge_core::Span;

use super::lexer::lex;
use crate::code::snippet::Snippet;
use crate::word::is_word;

/// Appends one statement of `source`, dedented and completed: a block header gets a body, a lone clause its head.
pub(crate) fn push(snippet: &mut Snippet, source: &[u8], code: Span) {
    let text = &source[code.range()];
    let word_length = text.iter().position(|&byte| !is_word(byte)).unwrap_or(text.len());
    let is_header = text.last() == Some(&b':');
    let closers = missing_closers(text);
    match &text[..word_length] {
        b"elif" => snippet.copy(source, Span::new(code.start + 2, code.end)),
        b"else" | b"try" | b"finally" if text[word_length..].trim_ascii_start().starts_with(b":") => {
            let colon = word_length + text[word_length..].iter().position(|&byte| byte == b':').unwrap_or(0);
            let rest = &text[colon + 1..];
            let skipped = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let start = code.start + colon + 1 + skipped;
            if start < code.end {
                push(snippet, source, Span::new(start, code.end));
            }
            return;
        }
        b"except" => {
            snippet.add(b"try: pass\n");
            snippet.copy(source, code);
        }
        b"case" if is_header => {
            snippet.add(b"match _:\n  ");
            snippet.copy(source, code);
        }
        b"match" if is_header => {
            snippet.copy(source, code);
            snippet.add(b"\n  case _: pass\n");
            return;
        }
        b"" if text.first() == Some(&b'@') => {
            snippet.copy(source, code);
            snippet.add(b"\ndef _(): pass\n");
            return;
        }
        _ => snippet.copy(source, code),
    }
    snippet.add(&closers);
    snippet.add(if is_header { b" pass\n" } else { b"\n" });
}

/// Brackets beyond this are left open: nobody nests so deep, and closing them costs the parser.
const MAX_CLOSERS: usize = 64;

/// The brackets that would close what `text` leaves open; nothing for text that closes itself, or opens too much.
fn missing_closers(text: &[u8]) -> Vec<u8> {
    let lexed = lex(text);
    if lexed.is_balanced {
        return Vec::new();
    }
    let mut open = Vec::new();
    for (at, byte) in text.iter().enumerate().filter(|(_, byte)| b"([{)]}".contains(byte)) {
        if lexed.quiet_at(at).is_some() {
            continue;
        }
        match byte {
            b'(' => open.push(b')'),
            b'[' => open.push(b']'),
            b'{' => open.push(b'}'),
            _ => {
                open.pop();
            }
        }
    }
    if open.len() > MAX_CLOSERS {
        return Vec::new();
    }
    open.reverse();
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(code: &str) -> String {
        let mut snippet = Snippet::default();
        push(&mut snippet, code.as_bytes(), Span::new(0, code.len()));
        String::from_utf8(snippet.text().to_vec()).expect("the code is UTF-8")
    }

    #[test]
    fn clauses_become_whole_statements() {
        assert_eq!(completed("if x:"), "if x: pass\n");
        assert_eq!(completed("elif eval(x):"), "if eval(x): pass\n");
        assert_eq!(completed("else: eval(x)"), "eval(x)\n");
        assert_eq!(completed("try: import os"), "import os\n");
        assert_eq!(completed("except E as e:"), "try: pass\nexcept E as e: pass\n");
        assert_eq!(completed("@eval"), "@eval\ndef _(): pass\n");
        assert_eq!(completed("else"), "else\n");
        assert_eq!(completed("os.system(a + b['x'"), "os.system(a + b['x'])\n");
    }

    #[test]
    fn offsets_lead_back_to_the_source() {
        let source = b"  elif eval(x):\n\n  y = eval(z)";
        let mut snippet = Snippet::default();
        push(&mut snippet, source, Span::new(2, 15));
        push(&mut snippet, source, Span::new(19, 30));

        let text = snippet.text().to_vec();
        for (at, _) in String::from_utf8_lossy(&text).match_indices("eval") {
            assert_eq!(&source[snippet.source_span(at..at + 4).range()], b"eval");
        }
    }
}
