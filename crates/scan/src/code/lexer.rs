//! Divides text in a language with braces into statements, strings and comments, and survives broken text.
//!
//! One lexer for all of them, since they differ in little: a [`Lexis`] says in what. It never gives up: a string that does not close is
//! searched as code, a bracket that does not close ends where the next statement begins. Linear in the length of the text.

use memchr::{memchr2, memchr3, memmem, memrchr};
use weighbridge_core::Span;

use super::lexed::{Lexed, Quiet};
use super::lexis::{Brace, Lexis, Literal};
use super::regex_literal::{length, may_begin};
use crate::word::is_word;

/// Text before a brace that is looked at.
const MAX_BEFORE: usize = 512;
/// Brackets looked at to find the one that a closing bracket is for.
const MAX_MISMATCHES: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Round,
    Braced,
    /// `${` in a template.
    Substitution,
    Block {
        has_members: bool,
        /// The statement that opens it, and its segment before the block.
        opener: usize,
        segment: usize,
    },
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    kind: Kind,
    /// Behind the bracket.
    inside: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Plain,
    Space,
    LineEnd,
    /// May begin a literal, a comment, a template or a regular expression.
    Special,
    Open,
    Brace,
    Close,
    CloseBrace,
    Semicolon,
}

/// The structure of `text`.
pub(crate) fn lex(text: &[u8], lexis: &Lexis) -> Lexed {
    let mut classes = [Class::Plain; 256];
    for (bytes, class) in [
        (&b" \t\x0c\x0b"[..], Class::Space),
        (b"\n\r", Class::LineEnd),
        (b"([", Class::Open),
        (b"{", Class::Brace),
        (b")]", Class::Close),
        (b"}", Class::CloseBrace),
        (b";", Class::Semicolon),
        (b"/\\", Class::Special),
    ] {
        bytes.iter().for_each(|byte| classes[usize::from(*byte)] = class);
    }
    let firsts = lexis
        .literals
        .iter()
        .map(|literal| literal.open)
        .chain(lexis.line_comments.iter().copied());
    firsts.for_each(|opening| classes[usize::from(opening[0])] = Class::Special);
    if lexis.has_templates {
        classes[usize::from(b'`')] = Class::Special;
    }
    let mut lexer = Lexer {
        text,
        lexis,
        at: 0,
        code_end: 0,
        current: None,
        frames: Vec::new(),
        open_braces: 0,
        last_backtick: memrchr(b'`', text).unwrap_or(0),
        last_comment_end: memmem::rfind(text, b"*/").unwrap_or(0),
        no_regex_before: 0,
        lexed: Lexed::default(),
    };
    lexer.lexed.statements.reserve(text.len() / 60);
    lexer.run(&classes);
    lexer.lexed
}

struct Lexer<'a> {
    text: &'a [u8],
    lexis: &'a Lexis,
    at: usize,
    /// Behind the last byte of code.
    code_end: usize,
    current: Option<usize>,
    frames: Vec<Frame>,
    /// Frames that a `}` can close.
    open_braces: usize,
    last_backtick: usize,
    last_comment_end: usize,
    /// No regular expression begins before this offset: one that began earlier does not close.
    no_regex_before: usize,
    lexed: Lexed,
}

impl Lexer<'_> {
    fn run(&mut self, classes: &[Class; 256]) {
        if self.text.starts_with(b"#!") {
            self.line_comment();
        }
        while let Some(&byte) = self.text.get(self.at) {
            match classes[usize::from(byte)] {
                Class::Space => self.at += 1,
                Class::Plain => self.step_code(1),
                Class::Special => self.special(byte),
                Class::LineEnd => self.line_end(),
                Class::Semicolon => {
                    self.step_code(1);
                    if self.is_between_statements() {
                        self.finish();
                    }
                }
                Class::Open => {
                    self.step_code(1);
                    self.open(Kind::Round);
                }
                Class::Close => {
                    self.close();
                    self.step_code(1);
                }
                Class::Brace => self.brace(),
                Class::CloseBrace => self.close_brace(),
            }
        }
        while !self.frames.is_empty() {
            self.abandon_brackets();
            self.finish();
            if let Some(Frame {
                kind: Kind::Block { opener, .. },
                ..
            }) = self.frames.pop()
            {
                self.lexed.statements[opener].is_open = true;
            }
        }
        self.finish();
    }

    fn step_code(&mut self, bytes: usize) {
        if self.current.is_none() {
            let (parent, is_member) = match self.frames.iter().rev().find_map(|frame| match frame.kind {
                Kind::Block {
                    has_members, opener, ..
                } => Some((opener, has_members)),
                _ => None,
            }) {
                Some((opener, has_members)) => (Some(opener), has_members),
                None => (None, false),
            };
            self.current = Some(self.lexed.begin(self.at, parent, is_member));
        }
        self.at = (self.at + bytes).min(self.text.len());
        self.code_end = self.at;
    }

    /// Whether no bracket of the statement is open.
    fn is_between_statements(&self) -> bool {
        self.frames
            .last()
            .is_none_or(|frame| matches!(frame.kind, Kind::Block { .. }))
    }

    fn finish(&mut self) {
        if self.current.take().is_some() {
            self.lexed.pause(self.code_end);
        }
    }

    fn open(&mut self, kind: Kind) {
        self.open_braces += usize::from(kind != Kind::Round);
        self.frames.push(Frame { kind, inside: self.at });
    }

    fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop()?;
        self.open_braces -= usize::from(frame.kind != Kind::Round);
        Some(frame)
    }

    fn close(&mut self) {
        let near = self.frames.iter().rev().take(MAX_MISMATCHES);
        let inside = near.take_while(|frame| !matches!(frame.kind, Kind::Block { .. } | Kind::Substitution));
        let Some(depth) = inside.into_iter().position(|frame| frame.kind == Kind::Round) else {
            return;
        };
        for _ in 0..=depth {
            self.pop();
        }
    }

    fn brace(&mut self) {
        let is_inside = !self.is_between_statements();
        let from = match self.frames.last() {
            Some(frame) if is_inside => frame.inside,
            _ => self.current.map_or(self.at, |_| self.segment_start()),
        };
        let before = &self.text[from.max(self.at.saturating_sub(MAX_BEFORE))..self.at];
        match (self.lexis.brace)(before.trim_ascii(), is_inside) {
            Brace::Inside => {
                self.step_code(1);
                self.open(Kind::Braced);
            }
            brace => {
                self.step_code(1);
                let opener = self.current.take().expect("stepping over code begins a statement");
                let segment = self.lexed.pause(self.code_end);
                let has_members = brace == Brace::Members;
                self.open(Kind::Block {
                    has_members,
                    opener,
                    segment,
                });
            }
        }
    }

    /// Where the piece of the current statement begins.
    fn segment_start(&self) -> usize {
        let last = self.code_end.saturating_sub(1);
        self.lexed.last_segment_start().min(last)
    }

    fn close_brace(&mut self) {
        if self.open_braces == 0 {
            self.step_code(1);
            return;
        }
        while self.frames.last().is_some_and(|frame| frame.kind == Kind::Round) {
            self.pop();
            self.mark_open();
        }
        let Some(frame) = self.pop() else { return };
        match frame.kind {
            Kind::Block { opener, segment, .. } => {
                self.finish();
                self.current = Some(opener);
                self.lexed.resume(self.at, segment);
                self.at += 1;
                self.code_end = self.at;
                if self.is_between_statements() {
                    self.end_of_block();
                }
            }
            Kind::Substitution => {
                self.step_code(1);
                self.template_text();
            }
            Kind::Braced | Kind::Round => self.step_code(1),
        }
    }

    fn mark_open(&mut self) {
        if let Some(current) = self.current {
            self.lexed.statements[current].is_open = true;
        }
    }

    /// Steps over white space and comments; says whether a line ended.
    fn trivia(&mut self) -> bool {
        let mut has_line_end = false;
        while let Some(&byte) = self.text.get(self.at) {
            if byte.is_ascii_whitespace() || byte == 0x0b {
                has_line_end |= byte == b'\n' || byte == b'\r';
                self.at += 1;
            } else if !self.comment() {
                break;
            }
        }
        has_line_end
    }

    fn begins_with_word(&self, words: &[&[u8]]) -> bool {
        let rest = &self.text[self.at..];
        words
            .iter()
            .any(|word| rest.starts_with(word) && !rest.get(word.len()).is_some_and(|byte| is_word(*byte)))
    }

    /// Behind the `}` of a block: does the statement go on?
    fn end_of_block(&mut self) {
        let has_line_end = self.trivia();
        let goes_on = match self.text.get(self.at) {
            Some(b'.' | b',' | b';' | b')' | b'?' | b'=' | b'&' | b'|') => true,
            Some(b'(' | b'[' | b':' | b'+' | b'-' | b'*' | b'<' | b'>') => !has_line_end,
            _ => self.begins_with_word(self.lexis.followers),
        };
        if !goes_on {
            self.finish();
        }
    }

    fn line_end(&mut self) {
        self.trivia();
        if !self.is_between_statements() {
            let rest = &self.text[self.at..];
            if self.lexis.starters.iter().any(|starter| rest.starts_with(starter)) {
                self.abandon_brackets();
                self.finish();
            }
            return;
        }
        if self.current.is_none() || !self.lexis.lines_end_statements {
            return;
        }
        let before = self.text[..self.code_end].last().copied().unwrap_or(b' ');
        let is_unfinished = b",=(+-*/%<>&|^?:.[{!~\\".contains(&before)
            && !self.text[..self.code_end].ends_with(b"++")
            && !self.text[..self.code_end].ends_with(b"--");
        let next = self.text.get(self.at).copied().unwrap_or(b' ');
        let goes_on = self.lexis.joiners.contains(&next) || self.begins_with_word(self.lexis.followers);
        if !is_unfinished && !goes_on {
            self.finish();
        }
    }

    /// Takes the open brackets of the current statement for forgotten.
    fn abandon_brackets(&mut self) {
        while !self.is_between_statements() {
            self.pop();
            self.mark_open();
        }
    }

    fn special(&mut self, byte: u8) {
        if self.comment() {
            return;
        }
        let rest = &self.text[self.at..];
        if byte == b'`' && self.lexis.has_templates {
            return self.template();
        }
        if let Some(literal) = self
            .lexis
            .literals
            .iter()
            .find(|literal| rest.starts_with(literal.open))
        {
            let start = self.at;
            match self.literal_end(literal) {
                Some(end) => {
                    self.step_code(end - start);
                    self.hush(start, end, false);
                }
                // It does not close. What looks like its text is searched as code.
                None => self.step_code(literal.open.len()),
            }
            return;
        }
        if byte == b'/'
            && self.lexis.has_regexes
            && self.at >= self.no_regex_before
            && may_begin(&self.text[..self.code_end])
        {
            let start = self.at;
            match length(rest) {
                Ok(length) => {
                    self.step_code(length);
                    self.hush(start, start + length, false);
                    return;
                }
                Err(searched) => self.no_regex_before = start + searched,
            }
        }
        // A backslash takes the next byte along, as it does in a string that does not close.
        let is_escape = byte == b'\\' && !matches!(rest.get(1), Some(b'\n' | b'\r'));
        self.step_code(1 + usize::from(is_escape));
    }

    fn hush(&mut self, start: usize, end: usize, is_comment: bool) {
        if start < end {
            self.lexed.quiet.push(Quiet {
                span: Span::new(start, end),
                is_comment,
            });
        }
    }

    /// Steps over the comment that begins here, if one does.
    fn comment(&mut self) -> bool {
        let rest = &self.text[self.at..];
        if rest.starts_with(b"/*") && self.lexis.line_comments.contains(&&b"//"[..]) {
            if self.at + 2 > self.last_comment_end {
                return false;
            }
            let Some(length) = memmem::find(&rest[2..], b"*/") else {
                return false;
            };
            self.hush(self.at, self.at + length + 4, true);
            self.at += length + 4;
            return true;
        }
        let begins = self.lexis.line_comments.iter().any(|opening| rest.starts_with(opening));
        // A line of a Markdown fence around the code.
        let is_fence = rest.starts_with(b"```") && self.text[..self.at].trim_ascii_end().len() <= self.line_start();
        if begins || (is_fence && self.lexis.has_templates) {
            self.line_comment();
        }
        begins || (is_fence && self.lexis.has_templates)
    }

    fn line_start(&self) -> usize {
        let before = &self.text[self.at.saturating_sub(MAX_BEFORE)..self.at];
        self.at - before.len() + memrchr(b'\n', before).map_or(0, |at| at + 1)
    }

    fn line_comment(&mut self) {
        let rest = &self.text[self.at..];
        let length = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        self.hush(self.at, self.at + length, true);
        self.at += length;
    }

    fn literal_end(&self, literal: &Literal) -> Option<usize> {
        let mut at = self.at + literal.open.len();
        let (last, rest) = (literal.close[0], literal.close);
        if literal.spans_lines && !literal.has_escapes {
            return memmem::find(self.text.get(at..)?, rest).map(|found| at + found + rest.len());
        }
        let line_end = if literal.spans_lines { last } else { b'\n' };
        loop {
            at += memchr3(last, b'\\', line_end, self.text.get(at..)?)?;
            match self.text[at] {
                b'\\' => at += if self.text[at + 1..].starts_with(b"\r\n") { 3 } else { 2 },
                b'\n' if !literal.spans_lines => return None,
                _ if self.text[at..].starts_with(rest) => return Some(at + rest.len()),
                _ => at += 1,
            }
        }
    }

    fn template(&mut self) {
        if self.at >= self.last_backtick {
            self.step_code(1);
            return;
        }
        self.step_code(1);
        self.template_text();
    }

    /// Goes on in the text of a template, to its end or to the code in it.
    fn template_text(&mut self) {
        let start = self.at;
        let mut at = start;
        while let Some(found) = memchr3(b'`', b'\\', b'$', &self.text[at.min(self.text.len())..]) {
            at += found;
            match self.text[at] {
                b'\\' => at += 2,
                b'`' => {
                    self.hush(start, at, false);
                    self.step_code(at + 1 - start);
                    return;
                }
                _ if self.text.get(at + 1) == Some(&b'{') => {
                    self.hush(start, at, false);
                    self.step_code(at + 2 - start);
                    self.open(Kind::Substitution);
                    return;
                }
                _ => at += 1,
            }
        }
        // It does not close: its text is searched as code.
    }
}
