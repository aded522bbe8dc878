//! Decides which statements are worth parsing.

use memchr::{memmem, memrchr};
use weighbridge_core::Span;

use super::bindings::Bindings;
use super::file::File;
use super::query::QueryRule;
use super::table::{Head, Need, dotted};
use crate::word::{is_boundary, is_word};

/// Longer statements are parsed in windows around their hits.
const MAX_STATEMENT_BYTES: usize = 128 << 10;
/// The same in a file that is packed tightly.
const MAX_DENSE_STATEMENT_BYTES: usize = 4 << 10;
/// A window begins with the statement or block before the hit, at most this far away.
const WINDOW_BEFORE: usize = 512;
/// And ends with the expression, at most this far behind the hit.
const WINDOW_BEHIND: usize = 2 << 10;
/// Text before a builtin in which an object that has it as a member is looked for.
const MAX_PREFIX: usize = 40;
/// Text before the last part of a name in which its beginning is looked for.
const MAX_BEFORE: usize = 2 << 10;

/// Offsets of a file whose statements are to be parsed.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// As they come.
    marked: Vec<Mark>,
    /// Statements that were handed out.
    taken: Vec<bool>,
}

/// An offset of interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    statement: usize,
    offset: usize,
    /// The piece of the statement that holds the offset.
    piece: Span,
}

impl Marks {
    pub(crate) fn clear(&mut self) {
        self.marked.clear();
        self.taken.clear();
    }

    /// The spans to parse for statements that were not handed out before, in order: whole, or windows around the marks of a very long one.
    pub(crate) fn take_new(&mut self, file: &File<'_>) -> Vec<Span> {
        let limit = if file.is_dense {
            MAX_DENSE_STATEMENT_BYTES
        } else {
            MAX_STATEMENT_BYTES
        };
        self.taken.resize(file.lexed.statements.len(), false);
        self.marked.sort_unstable();
        let mut spans: Vec<Span> = Vec::new();
        for marks in self.marked.chunk_by(|a, b| a.statement == b.statement) {
            let index = marks[0].statement;
            if std::mem::replace(&mut self.taken[index], true) {
                continue;
            }
            let statement = &file.lexed.statements[index];
            if statement.length <= limit && !holds_garbage(file, index) {
                spans.push(statement.span);
                continue;
            }
            let mut last: Option<Span> = None;
            let mut is_cut = false;
            for mark in marks {
                // A hit in a window that ends with its expression is in it with all its expression; in one that was cut it should not be near the cut.
                let reach = mark.offset + if is_cut { WINDOW_BEHIND / 2 } else { 1 };
                if last.is_some_and(|last| reach <= last.end) {
                    continue;
                }
                let span;
                (span, is_cut) = window(file, mark.piece, mark.offset);
                match &mut last {
                    Some(last) if span.end <= last.end => {}
                    Some(last) if span.start < last.end && last.len() < limit => last.end = span.end,
                    // No byte is parsed twice, however close the hits are.
                    Some(known) => {
                        let start = span.start.max(known.end);
                        spans.extend(last.replace(Span::new(start, span.end)));
                    }
                    None => last = Some(span),
                }
            }
            spans.extend(last);
        }
        self.marked.clear();
        spans
    }

    fn mark(&mut self, file: &File<'_>, offset: usize) {
        if let Some((statement, piece)) = file.lexed.statement_at(offset) {
            self.marked.push(Mark {
                statement,
                offset,
                piece,
            });
        }
    }

    /// Marks the statements that may import what the needs ask for. Says whether anything is imported at all.
    pub(crate) fn mark_imports(&mut self, file: &File<'_>, needs: &[usize]) -> bool {
        let text = file.text();
        let mut heads: Vec<&str> = needs
            .iter()
            .flat_map(|&need| (file.code.words)(file.rules.table.needs[need].name.trim_start_matches("*.")))
            .collect();
        if file.code.has_partial_imports {
            let names = needs.iter().map(|&need| file.rules.table.needs[need].name);
            // Nearly every import begins with the name of the standard library.
            heads.extend(
                names
                    .flat_map(dotted)
                    .filter(|part| !matches!(*part, "System" | "std" | "*")),
            );
        }
        heads.sort_unstable();
        heads.dedup();
        let asked = &file.rules.table.asked_imports;
        let mut has_imports = false;
        for (index, statement) in file.lexed.statements.iter().enumerate() {
            // A piece: what is exported may hold the whole file.
            let piece = file.lexed.pieces(index).next().unwrap_or(statement.span);
            let code = &text[piece.range()];
            if !begins_with_any(code, file.code.import_words) {
                continue;
            }
            has_imports = true;
            if holds(code, "*") || heads.iter().chain(asked).any(|module| holds(code, module)) {
                self.mark(file, statement.span.start);
            }
        }
        // `const cp = require("child_process")` names the module in a string.
        if !file.code.loaders.is_empty() {
            for head in heads {
                let in_quotes = texts(file, head).filter(|&offset| is_quoted(file, offset, head.len()));
                in_quotes.for_each(|offset| self.mark(file, offset));
            }
        }
        has_imports
    }

    /// Marks the statements in which the needs could be met.
    pub(crate) fn mark_needs(&mut self, file: &File<'_>, needs: &[usize], bindings: &Bindings) {
        let mut seekers: Vec<Seeker<'_>> = needs
            .iter()
            .map(|&index| Seeker::new(file, &file.rules.table.needs[index], bindings))
            .collect();
        seekers.sort_by_key(|seeker| seeker.last);
        for group in seekers.chunk_by(|a, b| a.last == b.last) {
            for offset in names(file, group[0].last) {
                if group.iter().any(|seeker| seeker.could_match(file, offset)) {
                    self.mark(file, offset);
                }
            }
        }
        let mut used: Vec<&str> = seekers
            .iter()
            .flat_map(|seeker| seeker.aliases.iter().chain(seeker.makers.iter()).copied())
            .collect();
        used.sort_unstable();
        used.dedup();
        for name in used {
            for offset in names(file, name) {
                self.mark(file, offset);
            }
        }
        let mut heads: Vec<&str> = seekers.iter().flat_map(|seeker| seeker.heads.iter().copied()).collect();
        heads.sort_unstable();
        heads.dedup();
        heads.retain(|head| !is_throwaway(file, head));
        for head in heads {
            self.mark_renamings(file, head);
        }
    }

    /// Marks statements such as `m = os`, which give a module another name.
    fn mark_renamings(&mut self, file: &File<'_>, name: &str) {
        for offset in names(file, name) {
            let behind = file.text()[offset + name.len()..].trim_ascii_start();
            let ends = behind.first().is_none_or(|byte| matches!(byte, b';' | b',' | b'}')) || {
                let line = &file.text()[offset + name.len()..];
                line.trim_ascii_start().len() != line.len() && line.first() != Some(&b' ')
            };
            if ends && file.text()[..offset].trim_ascii_end().ends_with(b"=") {
                self.mark(file, offset);
            }
        }
    }

    /// Marks the statements at these offsets, and those that take a member of a bound name by a text: `cp["exec"]`.
    pub(crate) fn mark_dynamic(&mut self, file: &File<'_>, offsets: &[usize], bindings: &Bindings) {
        if offsets.is_empty() {
            return;
        }
        for &offset in offsets {
            if !file.lexed.quiet_at(offset).is_some_and(|quiet| quiet.is_comment) {
                self.mark(file, offset);
            }
        }
        let mut bound: Vec<&str> = bindings.iter().map(|(name, _)| name).collect();
        bound.sort_unstable();
        bound.dedup();
        bound.retain(|name| !is_throwaway(file, name));
        for name in bound {
            for offset in names(file, name) {
                let behind = &file.text()[offset + name.len()..];
                // What a text was the name of is known under this name only.
                let is_alias = bindings.is_assigned(name);
                if is_alias || behind.starts_with(b"[") || behind.starts_with(b"?.[") {
                    self.mark(file, offset);
                }
            }
        }
    }

    /// Marks the statements that a query could match. Gives them, in order, each once; of long ones the pieces.
    pub(crate) fn mark_query(&mut self, file: &File<'_>, query: &QueryRule<'_>) -> Vec<Span> {
        let known = self.marked.len();
        let wanted = query.statement().map(|regex| file.regexes.get(regex, false));
        let mut judged = None;
        for word in query.words().iter().filter_map(|words| words.first()) {
            for offset in texts(file, word) {
                let Some((statement, piece)) = file.lexed.statement_at(offset) else {
                    continue;
                };
                let is_marked = match judged {
                    Some((known, is_marked)) if known == piece => is_marked,
                    _ => wanted.is_none_or(|regex| regex.is_match(&file.text()[piece.range()])),
                };
                judged = Some((piece, is_marked));
                if is_marked {
                    self.marked.push(Mark {
                        statement,
                        offset,
                        piece,
                    });
                }
            }
        }
        let mut pieces: Vec<Span> = self.marked[known..].iter().map(|mark| mark.piece).collect();
        pieces.sort_unstable();
        pieces.dedup();
        pieces
    }
}

/// A need with the names of this file that lead to it.
struct Seeker<'n> {
    need: &'n Need<'n>,
    last: &'n str,
    /// Bound names that stand for a part of the name.
    heads: Vec<&'n str>,
    /// Bound names that stand for the whole name and are not its last part.
    aliases: Vec<&'n str>,
    /// Names whose call makes the object of a method that is asked for.
    makers: Vec<&'n str>,
    /// Whether a bare name can be one of the module's.
    has_stars: bool,
}

impl<'n> Seeker<'n> {
    fn new(file: &'n File<'_>, need: &'n Need<'n>, bindings: &'n Bindings) -> Self {
        let last = need.name.rsplit('.').next().unwrap_or(need.name);
        let makes = need.name.contains("()");
        let mut seeker = Self {
            need,
            last,
            heads: Vec::new(),
            aliases: Vec::new(),
            makers: Vec::new(),
            has_stars: !bindings.stars().is_empty() || !file.code.prelude.is_empty(),
        };
        for (name, target) in bindings.iter() {
            let Some(rest) = need.name.strip_prefix(target) else {
                continue;
            };
            if is_throwaway(file, name) {
                if rest.starts_with('.') {
                    seeker.heads.push(name);
                }
            } else if rest.is_empty() && name != last {
                seeker.aliases.push(name);
            } else if rest.is_empty() || rest.starts_with('.') || rest.starts_with("()") {
                seeker.heads.push(name);
                if makes {
                    seeker.makers.push(name);
                }
            }
        }
        if makes {
            let words = (file.code.words)(need.name);
            seeker.makers.extend(words.iter().take(words.len() - 1));
        }
        seeker
    }

    /// Whether the last part of the name at `offset` could belong to the whole of it.
    fn could_match(&self, file: &File<'_>, offset: usize) -> bool {
        let text = file.text();
        let Some((_, piece)) = file.lexed.statement_at(offset) else {
            return false;
        };
        let before = text[piece.start.max(offset.saturating_sub(MAX_BEFORE))..offset].trim_ascii_end();
        // `::system` is no member of anything.
        let is_global = before
            .strip_suffix(b"::")
            .is_some_and(|outer| !outer.last().is_some_and(|byte| is_word(*byte) || *byte == b'>'));
        let is_member = !is_global && [&b"."[..], b"::", b"->"].iter().any(|dot| before.ends_with(dot));
        match self.need.head {
            Head::Any => is_member,
            Head::Builtin => {
                // `(globalThis as any).eval`
                let near = &before[before.len().saturating_sub(MAX_PREFIX)..];
                let mut objects = file
                    .code
                    .builtin_prefixes
                    .iter()
                    .map(|prefix| prefix.trim_end_matches('.'));
                !is_member || objects.any(|object| holds(near, object))
            }
            Head::Module(head) if is_member => {
                let package = self.need.name.strip_suffix(self.last).unwrap_or_default();
                before.ends_with(package.as_bytes())
                    || holds(before, head)
                    || self.heads.iter().any(|name| holds(before, name))
            }
            Head::Module(_) => self.has_stars || self.heads.contains(&self.last),
        }
    }
}

/// What stands around a hit in a very long statement: from the last semicolon or brace to the end of the expression, as far as they are
/// near; and whether the end was not near.
fn window(file: &File<'_>, piece: Span, offset: usize) -> (Span, bool) {
    let text = file.text();
    let is_code = |at: usize| file.lexed.quiet_at(at).is_none();
    let from = piece.start.max(offset.saturating_sub(WINDOW_BEFORE));
    let edge = (from..offset)
        .rev()
        .find(|&at| b";{}".contains(&text[at]) && is_code(at));
    // Without an edge the window begins behind an operator: half a word would be an error, and errors cost the parser dearly.
    let is_cut = edge.is_none() && from > piece.start;
    let operator = || (from..offset).find(|&at| OPERATORS.contains(&text[at]) && is_code(at));
    let edge = edge.or_else(|| is_cut.then(operator).flatten());
    let start = edge.map_or(from, |at| at + usize::from(text.get(at + 1) == text.get(at)) + 1);
    let start = start.max(line_start(text, from, offset).unwrap_or(0)).min(offset);
    let until = piece.end.min(offset + WINDOW_BEHIND);
    let mut depth = 0_usize;
    let mut end = offset;
    let mut last_operator = None;
    while end < until {
        match text[end] {
            byte if depth == 0 && OPERATORS.contains(&byte) && is_code(end) => {
                last_operator = last_operator.filter(|at| at + 1 == end).or(Some(end));
            }
            b'(' | b'[' | b'{' if is_code(end) => depth += 1,
            b')' | b']' | b'}' if is_code(end) => match depth.checked_sub(1) {
                Some(outer) => depth = outer,
                None => break,
            },
            b';' | b',' if depth == 0 && is_code(end) => break,
            _ => {}
        }
        end += 1;
    }
    let is_cut = end == until && until < piece.end;
    if is_cut {
        end = last_operator.unwrap_or(end);
    }
    // Some grammars take an expression for one only with its semicolon.
    end += usize::from(end < piece.end && text[end] == b';');
    (Span::new(start, end), is_cut)
}

/// Where the line of a hit begins, if it looks like the beginning of an expression and the line before like the end of one.
fn line_start(text: &[u8], from: usize, offset: usize) -> Option<usize> {
    let line = from + memrchr(b'\n', &text[from..offset])? + 1;
    let first = text[line..].iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
    let begins = is_word(text[line + first]) || line + first == offset;
    let before = text[from..line].trim_ascii_end();
    let is_joined = before.last().is_some_and(|byte| b"=,.:+&|".contains(byte));
    (begins && !is_joined).then_some(line)
}

/// Whether a statement holds bytes that no text has.
fn holds_garbage(file: &File<'_>, statement: usize) -> bool {
    let is_garbage = |byte: &u8| matches!(byte, 0..=8 | 0x0e..=0x1f | 0x7f);
    file.lexed
        .pieces(statement)
        .any(|piece| file.text()[piece.range()].iter().any(is_garbage))
}

/// Between two commands or two sides of a condition.
const OPERATORS: &[u8] = b"|&";

/// Whether the text at `offset` is all that stands in a string, `node:` left out.
fn is_quoted(file: &File<'_>, offset: usize, length: usize) -> bool {
    file.lexed.quiet_at(offset).is_some_and(|quiet| {
        let before = &file.text()[quiet.span.start..offset];
        offset + length + 1 >= quiet.span.end
            && matches!(before, [] | [_] | [_, b'n', b'o', b'd', b'e', b':'] | b"node:")
    })
}

/// Whether a name is too short to follow in a file that is packed: it stands for something else in the next function.
pub(crate) fn is_throwaway(file: &File<'_>, name: &str) -> bool {
    file.is_dense && name.len() <= 2
}

/// Offsets at which a name stands in code.
fn names<'f>(file: &'f File<'_>, word: &'f str) -> impl Iterator<Item = usize> + 'f {
    let text = file.text();
    memmem::find_iter(text, word.as_bytes()).filter(move |&offset| {
        is_boundary(text, offset) && is_boundary(text, offset + word.len()) && file.lexed.quiet_at(offset).is_none()
    })
}

/// Offsets of a text outside comments, parts of names and strings included.
fn texts<'f>(file: &'f File<'_>, word: &'f str) -> impl Iterator<Item = usize> + 'f {
    memmem::find_iter(file.text(), word.as_bytes())
        .filter(move |&offset| !file.lexed.quiet_at(offset).is_some_and(|quiet| quiet.is_comment))
}

/// Whether a statement begins with one of these words.
pub(crate) fn begins_with_any(code: &[u8], words: &[&[u8]]) -> bool {
    words
        .iter()
        .any(|word| code.starts_with(word) && code.get(word.len()).is_none_or(|byte| !byte.is_ascii_alphanumeric()))
}

fn holds(text: &[u8], word: &str) -> bool {
    memmem::find(text, word.as_bytes()).is_some()
}
