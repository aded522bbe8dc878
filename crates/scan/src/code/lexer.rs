//! Divides text in a language with braces into statements, strings and comments, and survives broken text.
//!
//! One lexer for all of them, since they differ in little: a [`Lexis`] says in what. It never gives up: a string that does not close is
//! searched as code, a bracket that does not close ends where the next statement begins. Linear in the length of the text.

mod literals;

use memchr::{memmem, memrchr};

use super::lexed::Lexed;
use super::lexis::{Brace, Lexis};
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
    lexis
        .odd
        .firsts
        .iter()
        .for_each(|byte| classes[usize::from(*byte)] = Class::Special);
    if lexis.has_templates {
        classes[usize::from(b'`')] = Class::Special;
    }
    if lexis.has_directives {
        classes[usize::from(b'#')] = Class::Special;
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
        open_literals: 0,
        is_line_broken: false,
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
    /// Literals met that do not close.
    open_literals: usize,
    /// Whether a literal on this line does not close: nothing goes on behind such a line.
    is_line_broken: bool,
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
        if std::mem::take(&mut self.is_line_broken) {
            self.abandon_brackets();
            self.finish();
            return;
        }
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
}
