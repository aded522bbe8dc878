//! Divides Python text into logical lines, strings and comments, and survives broken text.
//!
//! Written by hand because parsing whole files costs five times what a whole scan may cost (`benches/`), and because a file that
//! ends in the middle of a string, or begins with a sentence, must still be searched: model output looks like that. The lexer never
//! gives up. Where strings or brackets do not close, it takes the line as it stands and goes on with the next.
//!
//! Source: [Lexical analysis](https://docs.python.org/3/reference/lexical_analysis.html).

use weighbridge_core::Span;

use crate::word::{BYTE_ORDER_MARK, is_word};

/// The lexical structure of a Python text.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    /// Logical lines that hold code, in order, disjoint.
    pub(crate) lines: Vec<Line>,
    /// Strings (not f-strings) and comments, in order, disjoint.
    pub(crate) quiet: Vec<Quiet>,
    /// Strings with code in them (f-strings), in order, disjoint; without their prefix.
    pub(crate) formatted: Vec<Span>,
    /// Whether everything closed.
    pub(crate) is_balanced: bool,
}

/// A logical line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The first byte of the first physical line.
    pub(crate) start: usize,
    /// Behind the line end.
    pub(crate) end: usize,
    /// The first byte that is not white space.
    pub(crate) code_start: usize,
    /// Behind the last byte of code: trailing white space and comment are left out.
    pub(crate) code_end: usize,
}

impl Line {
    /// Bytes of white space before the code.
    pub(crate) fn indent(&self) -> usize {
        self.code_start - self.start
    }

    /// The code.
    pub(crate) fn code(&self) -> Span {
        Span::new(self.code_start, self.code_end)
    }
}

/// Text in which names are not code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quiet {
    pub(crate) span: Span,
    pub(crate) is_comment: bool,
}

impl Lexed {
    /// The logical line that holds `offset`.
    pub(crate) fn line_at(&self, offset: usize) -> Option<usize> {
        let index = self.lines.partition_point(|line| line.start <= offset).checked_sub(1)?;
        (offset < self.lines[index].end).then_some(index)
    }

    /// The string or comment that holds `offset`.
    pub(crate) fn quiet_at(&self, offset: usize) -> Option<Quiet> {
        let index = self.quiet.partition_point(|quiet| quiet.span.end <= offset);
        self.quiet
            .get(index)
            .copied()
            .filter(|quiet| quiet.span.start <= offset)
    }
}

/// What a byte may begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Plain,
    Comment,
    Quote,
    Open,
    Close,
    LineEnd,
    Backslash,
}

const CLASSES: [Class; 256] = {
    let mut table = [Class::Plain; 256];
    table[b'#' as usize] = Class::Comment;
    table[b'"' as usize] = Class::Quote;
    table[b'\'' as usize] = Class::Quote;
    table[b'(' as usize] = Class::Open;
    table[b'[' as usize] = Class::Open;
    table[b'{' as usize] = Class::Open;
    table[b')' as usize] = Class::Close;
    table[b']' as usize] = Class::Close;
    table[b'}' as usize] = Class::Close;
    table[b'\n' as usize] = Class::LineEnd;
    table[b'\r' as usize] = Class::LineEnd;
    table[b'\\' as usize] = Class::Backslash;
    table
};

/// Words that begin a statement and cannot stand at the beginning of a line inside brackets: where one does, a bracket was not closed.
const STATEMENT_WORDS: [&[u8]; 15] = [
    b"def",
    b"class",
    b"import",
    b"return",
    b"while",
    b"try",
    b"with",
    b"raise",
    b"assert",
    b"del",
    b"global",
    b"pass",
    b"break",
    b"continue",
    b"except",
];

/// The lexical structure of `text`. Linear in its length.
pub(crate) fn lex(text: &[u8]) -> Lexed {
    let lines = Vec::with_capacity(text.len() / 40 + 8);
    let mut lexer = Lexer {
        text,
        at: 0,
        line_start: 0,
        code_end: 0,
        depth: 0,
        breaks: Vec::new(),
        lexed: Lexed {
            lines,
            ..Lexed::default()
        },
    };
    lexer.lexed.is_balanced = true;
    lexer.run();
    lexer.lexed
}

struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
    line_start: usize,
    code_end: usize,
    depth: usize,
    /// Ends of physical lines inside the open brackets, each with the end of the code before it.
    breaks: Vec<(usize, usize)>,
    lexed: Lexed,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            match CLASSES[usize::from(byte)] {
                Class::Plain => self.plain(),
                Class::Comment => self.comment(),
                Class::Quote => self.string(byte),
                Class::Open => {
                    self.depth += 1;
                    self.step_code(1);
                }
                Class::Close => {
                    if self.depth == 0 {
                        self.lexed.is_balanced = false;
                    }
                    self.depth = self.depth.saturating_sub(1);
                    self.step_code(1);
                }
                Class::Backslash => {
                    let is_crlf = self.text[self.at + 1..].starts_with(b"\r\n");
                    self.step_code(2 + usize::from(is_crlf));
                }
                Class::LineEnd => self.line_end(byte),
            }
        }
        if self.depth > 0 {
            self.end_unclosed_line();
        }
        self.end_logical_line();
    }

    /// A run of bytes that begin nothing.
    fn plain(&mut self) {
        let rest = &self.text[self.at..];
        let begins_something = |byte: &u8| CLASSES[usize::from(*byte)] != Class::Plain;
        let run = &rest[..rest.iter().position(begins_something).unwrap_or(rest.len())];
        let is_code = |byte: &u8| !matches!(byte, b' ' | b'\t' | 0x0c);
        if let Some(last) = run.iter().rposition(is_code) {
            self.code_end = self.at + last + 1;
        }
        self.at += run.len();
    }

    fn step_code(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.text.len());
        self.code_end = self.at;
    }

    fn line_end(&mut self, byte: u8) {
        self.at += 1;
        if byte == b'\r' && self.text.get(self.at) == Some(&b'\n') {
            self.at += 1;
        }
        if self.depth > 0 {
            self.breaks.push((self.at, self.code_end));
        }
        if self.depth > 0 && self.next_line_begins_a_statement() {
            self.end_unclosed_line();
        }
        if self.depth == 0 {
            self.end_logical_line();
        }
    }

    /// A bracket was not closed: the physical lines behind it become logical ones.
    fn end_unclosed_line(&mut self) {
        self.lexed.is_balanced = false;
        self.depth = 0;
        let (at, code_end) = (self.at, self.code_end);
        for (line_end, code_end) in std::mem::take(&mut self.breaks) {
            (self.at, self.code_end) = (line_end, code_end);
            self.end_logical_line();
        }
        (self.at, self.code_end) = (at, code_end);
    }

    fn next_line_begins_a_statement(&self) -> bool {
        let rest = &self.text[self.at..];
        let indent = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let rest = &rest[indent..];
        STATEMENT_WORDS.iter().any(|word| {
            rest.starts_with(word)
                && rest
                    .get(word.len())
                    .is_some_and(|byte| matches!(byte, b' ' | b'\t' | b':' | b'\n' | b'\r'))
        })
    }

    fn end_logical_line(&mut self) {
        let (start, end) = (self.line_start, self.at);
        self.line_start = end;
        self.breaks.clear();
        if self.code_end <= start {
            return;
        }
        let code_start = start
            + self.text[start..end]
                .iter()
                .take_while(|byte| matches!(byte, b' ' | b'\t' | 0x0c))
                .count();
        let code_start = if start == 0 && self.text.starts_with(BYTE_ORDER_MARK) {
            code_start.max(BYTE_ORDER_MARK.len())
        } else {
            code_start
        };
        if code_start < self.code_end {
            self.lexed.lines.push(Line {
                start,
                end,
                code_start,
                code_end: self.code_end,
            });
        }
    }

    fn comment(&mut self) {
        let rest = &self.text[self.at..];
        let length = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        self.lexed.quiet.push(Quiet {
            span: Span::new(self.at, self.at + length),
            is_comment: true,
        });
        self.at += length;
    }

    fn string(&mut self, quote: u8) {
        let start = self.at;
        let is_formatted = self.is_formatted_prefix();
        let is_triple = self.text[start..].starts_with(&[quote; 3]);
        let end = if is_triple {
            self.triple_end(quote)
        } else {
            self.single_end(quote)
        };
        if let Some(end) = end {
            let span = Span::new(start, end);
            if is_formatted {
                self.lexed.formatted.push(span);
            } else {
                self.lexed.quiet.push(Quiet {
                    span,
                    is_comment: false,
                });
            }
            self.at = end;
            self.code_end = end;
        } else {
            // The string does not close. What looks like its text is searched as code, from the next byte on.
            self.lexed.is_balanced = false;
            self.step_code(if is_triple { 3 } else { 1 });
            if !is_triple {
                let rest = &self.text[self.at..];
                let length = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
                self.step_code(length);
                self.depth = 0;
            }
        }
    }

    /// Whether the letters before the quote make it an f-string or a t-string.
    fn is_formatted_prefix(&self) -> bool {
        let before = &self.text[self.at.saturating_sub(3)..self.at];
        let letters = before
            .iter()
            .rev()
            .take_while(|byte| matches!(**byte | 0x20, b'r' | b'b' | b'u' | b'f' | b't'))
            .count();
        let prefix_start = self.at - letters;
        let is_word_before = prefix_start > 0 && is_word(self.text[prefix_start - 1]);
        letters > 0
            && !is_word_before
            && self.text[prefix_start..self.at]
                .iter()
                .any(|byte| matches!(byte | 0x20, b'f' | b't'))
    }

    fn triple_end(&self, quote: u8) -> Option<usize> {
        let mut at = self.at + 3;
        loop {
            at += memchr::memchr2(quote, b'\\', self.text.get(at..)?)?;
            if self.text[at] == b'\\' {
                at += 2;
            } else if self.text[at..].starts_with(&[quote; 3]) {
                return Some(at + 3);
            } else {
                at += 1;
            }
        }
    }

    fn single_end(&self, quote: u8) -> Option<usize> {
        let mut at = self.at + 1;
        loop {
            at += memchr::memchr3(quote, b'\\', b'\n', self.text.get(at..)?)?;
            match self.text[at] {
                b'\\' => at += if self.text[at + 1..].starts_with(b"\r\n") { 3 } else { 2 },
                b'\n' => return None,
                _ => return Some(at + 1),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn codes(text: &str) -> Vec<String> {
        lex(text.as_bytes())
            .lines
            .iter()
            .map(|line| text[line.code().range()].to_owned())
            .collect()
    }

    #[test]
    fn brackets_and_backslashes_join_physical_lines() {
        assert_eq!(
            codes("a = (1,\n  2)\nb = \\\n  3 # c\n"),
            ["a = (1,\n  2)", "b = \\\n  3"]
        );
    }

    #[test]
    fn names_in_strings_and_comments_are_quiet_and_in_f_strings_are_not() {
        let text = "x = 'eval' # eval\ny = f'{eval(z)}'\n\"\"\"eval\neval\"\"\"\n";
        let lexed = lex(text.as_bytes());

        let loud = text
            .match_indices("eval")
            .filter(|(at, _)| lexed.quiet_at(*at).is_none())
            .count();

        assert_eq!(loud, 1);
        assert!(lexed.is_balanced);
    }

    #[test]
    fn an_unclosed_string_or_bracket_costs_its_own_line_only() {
        assert_eq!(codes("x = 'it\neval(a)\n").last().expect("a line"), "eval(a)");
        assert_eq!(
            codes("x = foo(1,\ndef f():\n    eval(a)\n").last().expect("a line"),
            "eval(a)"
        );
        assert_eq!(codes("def (:\ndef (:\neval(a)\n").last().expect("a line"), "eval(a)");
        assert_eq!(codes("\"\"\"open\neval(a)\n").last().expect("a line"), "eval(a)");
        assert_eq!(codes("Here's the code:\n```python\neval(a)\n```\n")[2], "eval(a)");
    }

    #[test]
    fn carriage_returns_end_lines_too() {
        assert_eq!(codes("a\r\nb\rc"), ["a", "b", "c"]);
    }

    proptest! {
        #[test]
        fn any_text_gives_ordered_disjoint_lines(text in "[a-z'\"()\\[\\]{}#\\\\\n\r :=ft]{0,200}") {
            let lexed = lex(text.as_bytes());

            for pair in lexed.lines.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start);
            }
            for line in &lexed.lines {
                prop_assert!(line.start <= line.code_start && line.code_start < line.code_end && line.code_end <= line.end);
                prop_assert!(line.end <= text.len());
            }
            for pair in lexed.quiet.windows(2) {
                prop_assert!(pair[0].span.end <= pair[1].span.start);
            }
        }
    }
}
