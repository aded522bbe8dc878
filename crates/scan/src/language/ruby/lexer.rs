//! Divides a script into statements: a statement is a line with its continuations, or a part of a line before `;`.
//!
//! What stands in a block is told by the indentation, which people and models keep even where an `end` is missing. Where a quote or
//! bracket does not close, nobody knows which one it is, and the whole script is read line by line.

use memchr::{memchr, memmem};
use weighbridge_core::Span;

use crate::code::lexed::{Lexed, Quiet};
use crate::code::regex_literal;
use crate::word::is_word;

pub(super) fn lex(text: &[u8]) -> Lexed {
    let mut lexer = Lexer::new(text, false);
    if !lexer.run() {
        lexer = Lexer::new(text, true);
        lexer.run();
    }
    lexer.lexed
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Bracket,
    /// `#{` in a text.
    Code,
    /// A text with code in it: what closes it, what nests in it, and where its quiet part began.
    Text {
        close: u8,
        nests: Option<u8>,
        depth: usize,
    },
}

struct Heredoc<'t> {
    name: &'t [u8],
    is_indented: bool,
}

struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    code_end: usize,
    is_inside: bool,
    open: Vec<Open>,
    /// Statements around the line: their columns and indices.
    around: Vec<(usize, usize)>,
    /// The column of the line that a statement begins on.
    column: usize,
    heredocs: Vec<Heredoc<'t>>,
    /// Names of heredocs whose end does not come any more.
    missing: Vec<&'t [u8]>,
    by_lines: bool,
    lexed: Lexed,
}

/// Heredocs without an end after which no more are looked for.
const MAX_MISSING: usize = 64;
/// Bytes between the parts of a chain of calls, comments and white space, that are looked at.
const MAX_BETWEEN: usize = 512;
/// Bytes behind a brace in which the names of a block stand.
const MAX_PARAMETERS: usize = 200;
/// What begins a line and cannot stand inside brackets: where it does, a bracket was not closed.
const STARTERS: [&[u8]; 4] = [b"def ", b"class ", b"module ", b"require "];

impl<'t> Lexer<'t> {
    fn new(text: &'t [u8], by_lines: bool) -> Self {
        Self {
            text,
            at: 0,
            code_end: 0,
            is_inside: false,
            open: Vec::new(),
            around: Vec::new(),
            column: 0,
            heredocs: Vec::new(),
            missing: Vec::new(),
            by_lines,
            lexed: Lexed::default(),
        }
    }

    /// Reads the script, and says whether everything closed.
    fn run(&mut self) -> bool {
        let mut is_closed = true;
        self.begin_line();
        while let Some(&byte) = self.text.get(self.at) {
            if let Some(Open::Text { close, nests, depth }) = self.open.last().copied() {
                self.inside_text(byte, close, nests, depth);
            } else {
                is_closed &= self.code(byte);
            }
        }
        is_closed &= self.open.is_empty() && self.missing.is_empty();
        self.finish();
        is_closed
    }

    fn step(&mut self, bytes: usize) {
        if !self.is_inside {
            self.is_inside = true;
            while self.around.last().is_some_and(|(column, _)| *column >= self.column) {
                self.around.pop();
            }
            let parent = self.around.last().map(|(_, statement)| *statement);
            let statement = self.lexed.begin(self.at, parent, false);
            self.around.push((self.column, statement));
        }
        self.at = (self.at + bytes).min(self.text.len());
        self.code_end = self.at;
    }

    fn finish(&mut self) {
        if std::mem::take(&mut self.is_inside) {
            self.lexed.pause(self.code_end);
        }
        self.forget_open();
    }

    /// Takes what is open for forgotten.
    fn forget_open(&mut self) {
        if let Some((_, statement)) = self.around.last()
            && self.open.contains(&Open::Bracket)
        {
            self.lexed.statements[*statement].is_open = true;
        }
        self.open.clear();
    }

    fn hush(&mut self, start: usize, end: usize, is_comment: bool) {
        if start < end {
            self.lexed.quiet.push(Quiet {
                span: Span::new(start, end),
                is_comment,
            });
        }
    }

    /// At the beginning of a line that is no part of a text.
    fn begin_line(&mut self) {
        let rest = &self.text[self.at..];
        let is_word_end = |length: usize| rest.get(length).is_none_or(u8::is_ascii_whitespace);
        if rest.starts_with(b"=begin") && is_word_end(6) {
            let length = memmem::find(rest, b"\n=end").map_or(rest.len(), |at| at + 5);
            self.hush(self.at, self.at + length, true);
            self.at += length;
            return;
        }
        if rest.starts_with(b"__END__") && is_word_end(7) {
            self.hush(self.at, self.text.len(), false);
            self.at = self.text.len();
            return;
        }
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if !self.is_inside {
            self.column = blanks;
        }
        let behind = &rest[blanks..];
        if self.is_inside && !self.open.is_empty() && STARTERS.iter().any(|starter| behind.starts_with(starter)) {
            self.finish();
            self.column = blanks;
        }
        self.at += blanks;
    }

    /// Reads a piece of code; says whether what it begins closes.
    fn code(&mut self, byte: u8) -> bool {
        let rest = &self.text[self.at..];
        match byte {
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'\n' => self.line_end(),
            b'#' => self.comment(),
            b'\\' => self.step(if rest.starts_with(b"\\\r\n") { 3 } else { 2 }),
            b'"' | b'`' => self.begin_text(1, byte, None),
            b'\'' => return self.quoted(1, byte, None),
            b'$' => self.step(2),
            b'?' if self.is_character() => self.step(2),
            b'(' | b'[' | b'{' => self.bracket(byte),
            b')' | b']' | b'}' => self.close(byte),
            b';' if self.open.is_empty() => {
                self.step(1);
                self.code_end -= 1;
                self.finish();
            }
            b'%' => return self.percent(),
            b'<' if rest.starts_with(b"<<") => self.heredoc(),
            b'/' if self.begins_regex() => match regex_literal::length(rest) {
                Ok(length) => {
                    let start = self.at;
                    self.step(length);
                    self.hush(start, self.at, false);
                }
                Err(_) => self.step(1),
            },
            _ if is_word(byte) => self.step(rest.iter().take_while(|byte| is_word(**byte)).count()),
            _ => self.step(1),
        }
        true
    }

    fn comment(&mut self) {
        let rest = &self.text[self.at..];
        let length = memchr(b'\n', rest).unwrap_or(rest.len());
        self.hush(self.at, self.at + length, true);
        self.at += length;
    }

    /// `?a` is a character; behind a word or bracket the sign asks.
    fn is_character(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| self.text[at]);
        let follows = before.is_some_and(|byte| is_word(byte) || b")]}\"'".contains(&byte));
        let behind = self.text.get(self.at + 2).copied().unwrap_or(b' ');
        !follows && self.text.get(self.at + 1).is_some_and(u8::is_ascii_graphic) && !is_word(behind)
    }

    fn begins_regex(&self) -> bool {
        let code = &self.text[..self.at];
        let is_spaced = code.last().is_some_and(u8::is_ascii_whitespace)
            && self
                .text
                .get(self.at + 1)
                .is_some_and(|byte| !byte.is_ascii_whitespace() && *byte != b'=');
        let before = code[code.len().saturating_sub(80)..].trim_ascii_end();
        regex_literal::may_begin(before) || (is_spaced && before.last().is_some_and(|byte| is_word(*byte)))
    }

    /// A brace that ends its line, with names between bars or without, opens a block: its lines are statements of their own.
    fn bracket(&mut self, byte: u8) {
        let is_block = byte == b'{' && self.open.is_empty() && self.begins_block();
        self.step(1);
        if is_block {
            let near = &self.text[self.at..self.text.len().min(self.at + MAX_PARAMETERS)];
            let parameters = near[..memchr(b'\n', near).unwrap_or(near.len())].trim_ascii_end();
            if parameters.ends_with(b"|") {
                self.step(parameters.len());
            }
        } else {
            self.open.push(Open::Bracket);
        }
    }

    fn begins_block(&self) -> bool {
        let before = self.text[..self.at].trim_ascii_end();
        let is_called = before
            .last()
            .is_some_and(|byte| is_word(*byte) || b")?!".contains(byte) || before.ends_with(b"->"));
        let rest = &self.text[self.at + 1..];
        let near = &rest[..rest.len().min(MAX_PARAMETERS)];
        let line = near[..memchr(b'\n', near).unwrap_or(near.len())].trim_ascii();
        let is_list = line.len() > 1 && line.starts_with(b"|") && line.ends_with(b"|");
        is_called && (line.is_empty() || line.starts_with(b"#") || is_list) && !before.ends_with(b"return")
    }

    fn close(&mut self, byte: u8) {
        self.step(1);
        match self.open.last() {
            Some(Open::Code) if byte == b'}' => {
                self.open.pop();
            }
            Some(Open::Bracket) => {
                self.open.pop();
            }
            _ => {}
        }
    }

    fn begin_text(&mut self, opening: usize, close: u8, nests: Option<u8>) {
        self.step(opening);
        self.open.push(Open::Text { close, nests, depth: 0 });
    }

    /// Goes on in a text, to its end or to the code in it.
    fn inside_text(&mut self, byte: u8, close: u8, nests: Option<u8>, depth: usize) {
        let start = self.at;
        let mut depth = depth;
        let mut at = start;
        let mut byte = byte;
        loop {
            match byte {
                b'\\' => at += 2,
                b'#' if self.text.get(at + 1) == Some(&b'{') => {
                    self.hush(start, at, false);
                    self.step(at + 2 - start);
                    self.set_depth(depth);
                    self.open.push(Open::Code);
                    return;
                }
                b'\n' if self.by_lines => {
                    self.step(at - start);
                    self.forget_open();
                    return;
                }
                _ if byte == close && depth == 0 => {
                    self.hush(start, at, false);
                    self.step(at + 1 - start);
                    self.open.pop();
                    return;
                }
                _ if byte == close => {
                    depth -= 1;
                    at += 1;
                }
                _ => {
                    depth += usize::from(nests == Some(byte));
                    at += 1;
                }
            }
            match self.text.get(at) {
                Some(next) => byte = *next,
                None => return self.step(self.text.len() - start),
            }
        }
    }

    fn set_depth(&mut self, now: usize) {
        if let Some(Open::Text { depth, .. }) = self.open.last_mut() {
            *depth = now;
        }
    }

    /// A text without code in it; says whether it closes.
    fn quoted(&mut self, opening: usize, close: u8, nests: Option<u8>) -> bool {
        let start = self.at;
        let mut at = start + opening;
        let mut depth = 0_usize;
        while let Some(&byte) = self.text.get(at) {
            match byte {
                b'\\' => at += 1,
                b'\n' if self.by_lines => break,
                _ if byte == close && depth == 0 => {
                    self.step(at + 1 - start);
                    self.hush(start, at + 1, false);
                    return true;
                }
                _ if byte == close => depth -= 1,
                _ => depth += usize::from(nests == Some(byte)),
            }
            at += 1;
        }
        self.step(opening);
        // It is searched as code; the script is read again, with texts that end with their lines.
        self.at = if self.by_lines { self.at } else { self.text.len() };
        false
    }

    /// `%w(a b)`, `%(text)`, `%q{…}`; else the sign divides.
    fn percent(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let kind = rest.get(1).copied().filter(u8::is_ascii_alphabetic);
        let length = 1 + usize::from(kind.is_some());
        let open = rest.get(length).copied().unwrap_or(b' ');
        let before = self.text[self.code_end.saturating_sub(1)..self.code_end]
            .first()
            .copied();
        let follows = self.is_inside && before.is_some_and(|byte| is_word(byte) || b")]}\"'".contains(&byte));
        let is_spaced = self.at > self.code_end && rest.get(1).is_some_and(|byte| !byte.is_ascii_whitespace());
        let is_known = kind.is_none_or(|kind| b"wWiIqQxrs".contains(&kind));
        let is_delimiter = b"([{<|/!-^".contains(&open);
        if !is_known || !is_delimiter || (follows && !is_spaced) || (kind.is_none() && !b"([{<|".contains(&open)) {
            self.step(1);
            return true;
        }
        let (close, nests) = match open {
            b'(' => (b')', Some(open)),
            b'[' => (b']', Some(open)),
            b'{' => (b'}', Some(open)),
            b'<' => (b'>', Some(open)),
            _ => (open, None),
        };
        if kind.is_some_and(|kind| b"wiqs".contains(&kind)) {
            return self.quoted(length + 1, close, nests);
        }
        self.begin_text(length + 1, close, nests);
        true
    }

    /// `<<~NAME`: its body begins on the next line.
    fn heredoc(&mut self) {
        let rest = &self.text[self.at + 2..];
        let sign = usize::from(matches!(rest.first(), Some(b'~' | b'-')));
        let quote = usize::from(matches!(rest.get(sign), Some(b'"' | b'\'' | b'`')));
        let name = &rest[sign + quote..];
        let length = name.iter().take_while(|byte| is_word(**byte)).count();
        let is_name = length > 0 && (sign > 0 || name[0].is_ascii_uppercase());
        if is_name {
            self.heredocs.push(Heredoc {
                name: &name[..length],
                is_indented: sign > 0,
            });
            self.step(2 + sign + quote + length + quote);
        } else {
            self.step(2);
        }
    }

    fn line_end(&mut self) {
        self.at += 1;
        if self.by_lines {
            self.forget_open();
        }
        self.heredoc_bodies();
        if self.is_inside && self.open.is_empty() && !self.goes_on() {
            self.finish();
        }
        self.begin_line();
    }

    /// Whether the statement goes on behind the line that ended.
    fn goes_on(&self) -> bool {
        let code = &self.text[..self.code_end];
        let is_quiet = self
            .lexed
            .quiet
            .last()
            .is_some_and(|quiet| quiet.span.end == self.code_end);
        let is_unfinished = [
            &b"||"[..],
            b"&&",
            b",",
            b".",
            b"\\",
            b"=",
            b"+",
            b"-",
            b" and",
            b" or",
            b" not",
        ]
        .iter()
        .any(|end| code.ends_with(end));
        if is_unfinished && !is_quiet {
            return true;
        }
        let mut rest = self.text[self.at..self.text.len().min(self.at + MAX_BETWEEN)].trim_ascii_start();
        while rest.starts_with(b"#") {
            rest = rest[memchr(b'\n', rest).unwrap_or(rest.len())..].trim_ascii_start();
        }
        (rest.starts_with(b".") && !rest.starts_with(b"..")) || rest.starts_with(b"&.")
    }

    fn heredoc_bodies(&mut self) {
        for heredoc in std::mem::take(&mut self.heredocs) {
            if self.missing.len() > MAX_MISSING || self.missing.contains(&heredoc.name) {
                continue;
            }
            let Some(end) = heredoc.end(self.text, self.at) else {
                self.missing.push(heredoc.name);
                continue;
            };
            self.hush(self.at, end, false);
            self.at = end;
            self.code_end = end;
            if self.text.get(self.at) == Some(&b'\n') {
                self.at += 1;
            }
        }
    }
}

impl Heredoc<'_> {
    /// Behind the line that ends the body which begins at `start`.
    fn end(&self, text: &[u8], start: usize) -> Option<usize> {
        memmem::find_iter(&text[start..], self.name)
            .map(|at| start + at)
            .find(|&at| {
                let blanks = text[start..at]
                    .iter()
                    .rev()
                    .take_while(|byte| matches!(byte, b' ' | b'\t'))
                    .count();
                let line = at - blanks;
                let begins_line = line == start || text[line - 1] == b'\n';
                let behind = text[at + self.name.len()..].first();
                begins_line && (blanks == 0 || self.is_indented) && matches!(behind, None | Some(b'\n' | b'\r'))
            })
            .map(|at| at + self.name.len())
    }
}
