//! Shell scripts: Bash, and what other shells share with it.
//!
//! Has a lexer of its own: commands end with lines, and quotes nest.
//!
//! Source: [Bash reference manual, shell syntax](https://www.gnu.org/software/bash/manual/html_node/Shell-Syntax.html).

use memchr::{memchr, memmem};
use tree_sitter::Node;
use weighbridge_core::{Language, Span};

use super::Recognised;
use crate::code::lexed::{Lexed, Quiet};
use crate::code::resolve::command_name;
use crate::code::shape::{Argument, Code, Dialect, Function, Shape, field, named_children, str};

pub(super) const SHELL: Recognised = Recognised {
    language: Language::named("shell"),
    extensions: &["sh", "bash", "zsh", "ksh", "bats", "envrc"],
    file_names: &[".bashrc", ".bash_profile", ".profile", ".zshrc", "PKGBUILD"],
    interpreters: &["bash", "sh", "dash", "zsh", "ksh", "ash", "busybox"],
    code: Some(&CODE),
};

static CODE: Code = Code {
    lex,
    dialects: &[Dialect {
        grammar: || tree_sitter_bash::LANGUAGE.into(),
        extensions: &[],
    }],
    shape,
    binds: |_, _, _| {},
    frame,
    words: |name| vec![name],
    usual_import: |_| None,
    import_words: &[],
    has_partial_imports: false,
    prelude: &[],
    builtin_prefixes: &[],
    loaders: &[],
    wrappers: &[],
    mirrors: &[],
    formatters: &[],
    names_are_values: false,
    lookers: &[],
    definers: &["function", "alias"],
    requests: None,
};

/// Commands that run the command in their arguments: the options that take a value, and how many words stand before the command.
const RUNNERS: &[(&str, &str, usize)] = &[
    ("sudo", "ughpCrtTDR", 0),
    ("doas", "uC", 0),
    ("env", "uCS", 0),
    ("exec", "a", 0),
    ("command", "", 0),
    ("builtin", "", 0),
    ("nohup", "", 0),
    ("time", "fo", 0),
    ("nice", "n", 0),
    ("ionice", "cn", 0),
    ("setsid", "", 0),
    ("stdbuf", "ioe", 0),
    ("timeout", "ks", 1),
    ("chroot", "", 1),
    ("xargs", "InPLdsEa", 0),
];

fn shape<'n>(node: Node<'n>, text: &[u8]) -> Shape<'n> {
    shape_of(node, text).unwrap_or(Shape::Other)
}

fn shape_of<'n>(node: Node<'n>, text: &[u8]) -> Option<Shape<'n>> {
    Some(match node.kind() {
        "command" => command(node, text)?,
        "word" | "variable_name" | "extglob_pattern" => Shape::Text {
            open: 0,
            close: 0,
            has_escapes: false,
        },
        "raw_string" => Shape::text(false),
        "ansi_c_string" => Shape::Text {
            open: 2,
            close: 1,
            has_escapes: true,
        },
        "string" => {
            let parts = expansions(node);
            if parts.is_empty() {
                Shape::text(false)
            } else {
                Shape::Template(parts)
            }
        }
        "concatenation" => {
            let parts: Vec<_> = named_children(node);
            let is_plain = |part: &Node<'_>| matches!(shape(*part, text), Shape::Text { .. } | Shape::Number);
            if parts.iter().all(is_plain) {
                Shape::Text {
                    open: 0,
                    close: 0,
                    has_escapes: false,
                }
            } else {
                Shape::Template(parts)
            }
        }
        "number" => Shape::Number,
        "variable_assignment" => Shape::Given {
            to: field(node, "name")?,
            value: field(node, "value")?,
        },
        _ => return None,
    })
}

/// The expansions in a text.
fn expansions(node: Node<'_>) -> Vec<Node<'_>> {
    let children = named_children(node).into_iter();
    children.filter(|child| child.kind() != "string_content").collect()
}

fn command<'n>(node: Node<'n>, text: &[u8]) -> Option<Shape<'n>> {
    let name = field(node, "name")?;
    let mut cursor = node.walk();
    let mut words: Vec<Node<'n>> = node.children_by_field_name("argument", &mut cursor).collect();
    words.insert(0, name);
    let mut first = 0;
    while let Some((_, valued, skipped)) = RUNNERS
        .iter()
        .find(|(runner, ..)| *runner == command_name(str(words[first], text)))
    {
        let next = command_behind(&words[first + 1..], valued, *skipped, text);
        match next {
            Some(next) => first += 1 + next,
            None => break,
        }
    }
    Some(Shape::Call {
        function: Function::Word(words[first]),
        arguments: words[first + 1..].iter().copied().map(Argument::Positional).collect(),
    })
}

/// Where the command stands in the words behind a runner.
fn command_behind(words: &[Node<'_>], valued: &str, skipped: usize, text: &[u8]) -> Option<usize> {
    let mut skipped = skipped;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let word = str(*word, text);
        if let Some(option) = word.strip_prefix('-') {
            let takes_next = option.len() == 1 && valued.contains(option);
            at += 1 + usize::from(takes_next);
        } else if word.contains('=') {
            at += 1;
        } else if skipped > 0 {
            skipped -= 1;
            at += 1;
        } else {
            return Some(at);
        }
    }
    None
}

fn frame(statement: &[u8], _: bool) -> (&'static str, &'static str) {
    let length = statement.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let by_word = match &statement[..length] {
        b"if" => ("", "; then :; fi"),
        b"then" => ("if :; ", "; fi"),
        b"elif" => ("if :; then :; ", "; then :; fi"),
        b"else" => ("if :; then :; ", "; fi"),
        b"fi" => ("if :; then :; ", ""),
        b"while" | b"until" | b"for" | b"select" => ("", "; do :; done"),
        b"do" => ("while :; ", "; done"),
        b"done" => ("while :; do :; ", ""),
        // With its first arm on the same line, or without.
        b"case" if memchr(b')', statement).is_some() => ("", ";; esac"),
        b"case" => ("", " *) ;; esac"),
        b"esac" => ("case x in *) ;; ", ""),
        _ => ("", ""),
    };
    if by_word != ("", "") {
        return by_word;
    }
    if statement.ends_with(b"{") {
        return ("", " :; }");
    }
    if statement.starts_with(b"}") {
        return ("{ :; ", "");
    }
    // The arm of a `case`: `start|stop) …`.
    match (memchr(b')', statement), memchr(b'(', statement)) {
        (Some(close), open) if open.is_none_or(|open| close < open) => ("case x in ", ";; esac"),
        _ => ("", ""),
    }
}

/// The structure of a script: a statement is a line with its continuations, or a part of a line before `;`.
///
/// Where a quote or bracket does not close, nobody knows which one it is, and the whole script is read line by line.
fn lex(text: &[u8]) -> Lexed {
    let mut lexer = Lexer::new(text, false);
    if !lexer.run() {
        lexer = Lexer::new(text, true);
        lexer.run();
    }
    lexer.lexed
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    /// A double quote at this offset, and whether there is a command in it.
    Quote {
        start: usize,
        has_command: bool,
    },
    Bracket,
}

struct Heredoc<'t> {
    delimiter: &'t [u8],
    strips_tabs: bool,
}

struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    code_end: usize,
    is_inside: bool,
    open: Vec<Open>,
    heredocs: Vec<Heredoc<'t>>,
    /// Delimiters that do not come any more.
    missing: Vec<&'t [u8]>,
    /// Whether strings and brackets end with their lines, because some in the script do not end at all.
    by_lines: bool,
    lexed: Lexed,
}

impl<'t> Lexer<'t> {
    fn new(text: &'t [u8], by_lines: bool) -> Self {
        Self {
            text,
            at: 0,
            code_end: 0,
            is_inside: false,
            open: Vec::new(),
            heredocs: Vec::new(),
            missing: Vec::new(),
            by_lines,
            lexed: Lexed::default(),
        }
    }

    /// Reads the script, and says whether everything closed.
    fn run(&mut self) -> bool {
        while let Some(&byte) = self.text.get(self.at) {
            match self.open.last() {
                Some(Open::Quote { .. }) => self.quoted(byte),
                _ => self.code(byte),
            }
        }
        let is_closed = self.open.is_empty() && self.missing.is_empty();
        self.finish();
        is_closed
    }

    fn step(&mut self, bytes: usize) {
        if !self.is_inside {
            self.is_inside = true;
            self.lexed.begin(self.at, None, false);
        }
        self.at = (self.at + bytes).min(self.text.len());
        self.code_end = self.at;
    }

    fn finish(&mut self) {
        if std::mem::take(&mut self.is_inside) {
            self.lexed.pause(self.code_end);
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

    fn quoted(&mut self, byte: u8) {
        let rest = &self.text[self.at..];
        match byte {
            b'\\' => self.step(2),
            b'"' => {
                self.step(1);
                if let Some(Open::Quote { start, has_command }) = self.open.pop()
                    && !has_command
                    && self.text[start..self.at].iter().any(u8::is_ascii_whitespace)
                    && !self.open.iter().any(|open| matches!(open, Open::Quote { .. }))
                {
                    self.hush(start, self.at, false);
                }
            }
            b'`' => {
                self.mark_command();
                self.step(1);
            }
            b'$' if rest.starts_with(b"$(") => {
                self.mark_command();
                self.step(2);
                self.open.push(Open::Bracket);
            }
            b'\n' if self.by_lines => self.open.clear(),
            _ => self.step(1),
        }
    }

    fn mark_command(&mut self) {
        if let Some(Open::Quote { has_command, .. }) = self.open.last_mut() {
            *has_command = true;
        }
    }

    fn code(&mut self, byte: u8) {
        let rest = &self.text[self.at..];
        match byte {
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'\n' => self.line_end(),
            b'#' if self.begins_word() => {
                let length = memchr(b'\n', rest).unwrap_or(rest.len());
                self.hush(self.at, self.at + length, true);
                self.at += length;
            }
            // `\curl` is `curl` and no alias; the grammar stumbles over it at the beginning of a line.
            b'\\' if !self.is_inside && rest.get(1).is_some_and(u8::is_ascii_alphanumeric) => self.at += 1,
            b'\\' => self.step(if rest.starts_with(b"\\\r\n") { 3 } else { 2 }),
            b'"' => {
                let start = self.at;
                self.step(1);
                self.open.push(Open::Quote {
                    start,
                    has_command: false,
                });
            }
            b'\'' => self.single_quoted(),
            b'(' => {
                self.step(1);
                self.open.push(Open::Bracket);
            }
            b')' => {
                self.step(1);
                self.open.pop();
            }
            b';' if self.open.is_empty() => {
                self.finish();
                self.at += rest.iter().take_while(|byte| matches!(byte, b';' | b'&')).count();
            }
            b'<' if rest.starts_with(b"<<") && !rest.starts_with(b"<<<") => self.heredoc(),
            b'<' if rest.starts_with(b"<<<") => self.step(3),
            _ => self.step(1),
        }
    }

    fn begins_word(&self) -> bool {
        self.at == 0 || self.text[self.at - 1].is_ascii_whitespace() || b";|&()".contains(&self.text[self.at - 1])
    }

    fn single_quoted(&mut self) {
        let inside = &self.text[self.at + 1..];
        let limit = if self.by_lines {
            memchr(b'\n', inside).unwrap_or(inside.len())
        } else {
            inside.len()
        };
        match memchr(b'\'', &inside[..limit]) {
            Some(length) => {
                let start = self.at;
                self.step(length + 2);
                if !self.open.iter().any(|open| matches!(open, Open::Quote { .. })) {
                    self.hush(start, self.at, false);
                }
            }
            None => self.step(1),
        }
    }

    fn line_end(&mut self) {
        self.at += 1;
        let code = &self.text[..self.code_end];
        let goes_on = self.is_inside && (code.ends_with(b"|") || code.ends_with(b"&&"));
        if self.by_lines {
            self.open.clear();
        }
        self.heredoc_bodies();
        if self.open.is_empty() && !goes_on {
            self.finish();
        }
    }

    /// `<<WORD`: its body begins on the next line.
    fn heredoc(&mut self) {
        let rest = &self.text[self.at + 2..];
        let strips_tabs = rest.first() == Some(&b'-');
        let skipped = usize::from(strips_tabs)
            + rest[usize::from(strips_tabs)..]
                .iter()
                .take_while(|byte| matches!(byte, b' ' | b'\t'))
                .count();
        let quote = rest
            .get(skipped)
            .copied()
            .filter(|byte| matches!(byte, b'"' | b'\'' | b'\\'));
        let start = skipped + usize::from(quote.is_some());
        let length = rest[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .count();
        let closes = usize::from(matches!(quote, Some(b'"' | b'\'')));
        if length > 0 {
            let delimiter = &self.text[self.at + 2 + start..self.at + 2 + start + length];
            self.heredocs.push(Heredoc { delimiter, strips_tabs });
            self.step(2 + start + length + closes);
        } else {
            self.step(2);
        }
    }

    fn heredoc_bodies(&mut self) {
        for heredoc in std::mem::take(&mut self.heredocs) {
            let start = self.at;
            if self.missing.len() > MAX_MISSING || self.missing.contains(&heredoc.delimiter) {
                continue;
            }
            let Some(end) = heredoc.end(self.text, start) else {
                // Its end is missing: what looks like its text is searched as code.
                self.missing.push(heredoc.delimiter);
                continue;
            };
            self.hush(start, end, false);
            self.at = end;
            self.code_end = end;
            if self.text.get(self.at) == Some(&b'\n') {
                self.at += 1;
            }
        }
    }
}

/// Heredocs without an end after which no more are looked for.
const MAX_MISSING: usize = 64;

impl Heredoc<'_> {
    /// Behind the line that ends the body which begins at `start`.
    fn end(&self, text: &[u8], start: usize) -> Option<usize> {
        let found = memmem::find_iter(&text[start..], self.delimiter).map(|at| start + at);
        found
            .filter(|&at| {
                let line = text[..at]
                    .iter()
                    .rposition(|byte| *byte == b'\n')
                    .map_or(0, |at| at + 1);
                let indent = &text[line..at];
                let is_indent = indent.is_empty() || (self.strips_tabs && indent.iter().all(|byte| *byte == b'\t'));
                let behind = &text[at + self.delimiter.len()..];
                is_indent && matches!(behind.first(), None | Some(b'\n' | b'\r'))
            })
            .map(|at| at + self.delimiter.len())
            .next()
    }
}
