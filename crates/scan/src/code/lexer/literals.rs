//! What is no code, or may not be: literals, comments, templates, directives.

use memchr::{memchr, memchr2, memchr3, memmem, memrchr};
use weighbridge_core::Span;

use super::{Kind, Lexer, MAX_BEFORE};
use crate::code::lexed::Quiet;
use crate::code::lexis::{Literal, Odd};
use crate::code::regex_literal::{length, may_begin};
use crate::word::is_word;

/// After so many odd literals that do not close none is looked for.
const MAX_OPEN_LITERALS: usize = 64;

impl Lexer<'_> {
    pub(super) fn special(&mut self, byte: u8) {
        if self.comment() {
            return;
        }
        let rest = &self.text[self.at..];
        if byte == b'`' && self.lexis.has_templates {
            return self.template();
        }
        if byte == b'#' && self.lexis.has_directives && self.begins_line() {
            return self.directive();
        }
        if self.lexis.odd.firsts.contains(&byte) && self.open_literals < MAX_OPEN_LITERALS {
            match (self.lexis.odd.at)(self.text, self.at) {
                Odd::None => {}
                Odd::Code => return self.step_code(1),
                Odd::Literal(length) => {
                    let start = self.at;
                    self.step_code(length);
                    return self.hush(start, self.at, false);
                }
                Odd::Open => {
                    self.open_literals += 1;
                    self.lexed.is_broken = true;
                    self.is_line_broken = true;
                    return self.step_code(1);
                }
            }
        }
        if let Some(literal) = self
            .lexis
            .literals
            .iter()
            .find(|literal| rest.starts_with(literal.open))
        {
            let start = self.at;
            if let Some(end) = self.literal_end(literal) {
                self.step_code(end - start);
                self.hush(start, end, false);
            } else {
                // It does not close. What looks like its text is searched as code.
                self.lexed.is_broken = true;
                self.is_line_broken = true;
                self.step_code(literal.open.len());
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
    pub(super) fn comment(&mut self) -> bool {
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

    fn begins_line(&self) -> bool {
        self.text[self.line_start()..self.at]
            .iter()
            .all(u8::is_ascii_whitespace)
    }

    /// A line for the preprocessor: a statement by itself. Of a `#define` the statement is what the name stands for.
    fn directive(&mut self) {
        let start = self.at;
        let mut end = start;
        loop {
            end += memchr(b'\n', &self.text[end..]).unwrap_or(self.text.len() - end);
            if !self.text[start..end].trim_ascii_end().ends_with(b"\\") || end == self.text.len() {
                break;
            }
            end += 1;
        }
        if !self.is_between_statements() {
            self.hush(start, end, true);
            self.at = end;
            return;
        }
        self.finish();
        let line = &self.text[start..end];
        self.at += definition_head(line);
        let rest = self.text[self.at..end].trim_ascii_end().len();
        if rest > 0 {
            self.step_code(rest);
            self.finish();
        }
        self.at = end;
    }

    pub(super) fn line_comment(&mut self) {
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
    pub(super) fn template_text(&mut self) {
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

/// The length of `#define NAME(…) ` at the beginning of a directive; zero for all others.
fn definition_head(line: &[u8]) -> usize {
    let Some(behind) = line[1..].trim_ascii_start().strip_prefix(b"define") else {
        return 0;
    };
    let named = behind.trim_ascii_start();
    let name = named.iter().take_while(|byte| is_word(**byte)).count();
    let parameters = match &named[name..] {
        rest @ [b'(', ..] => memchr(b')', rest).map_or(0, |at| at + 1),
        _ => 0,
    };
    line.len() - named[name + parameters..].trim_ascii_start().len()
}
