//! Decides which logical lines are worth parsing.

use memchr::memmem;
use weighbridge_core::Span;

use super::File;
use super::imports::is_import;
use super::lexer::Line;
use super::resolve::DYNAMIC_FUNCTIONS;
use crate::code::bindings::Bindings;
use crate::code::query::QueryRule;
use crate::code::table::{Head, Need};
use crate::word::{is_boundary, is_word};

/// Offsets of a file whose statements are to be parsed.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// (line index, offset), as they come.
    marked: Vec<(usize, usize)>,
    /// Lines that were handed out.
    taken: Vec<bool>,
}

/// A statement to parse and an offset in it that is of interest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Marked {
    pub(crate) line: Line,
    pub(crate) offset: usize,
}

impl Marks {
    pub(crate) fn clear(&mut self) {
        self.marked.clear();
        self.taken.clear();
    }

    /// The marked lines that were not handed out before, in order.
    pub(crate) fn take_new(&mut self, file: &File<'_>) -> Vec<Marked> {
        self.taken.resize(file.lexed.lines.len(), false);
        self.marked.sort_unstable();
        let mut new = Vec::new();
        let mut open = None;
        for &(index, offset) in &self.marked {
            // A line can hold several offsets; all are kept, for lines that are too long to parse whole.
            if self.taken[index] && open != Some(index) {
                continue;
            }
            self.taken[index] = true;
            open = Some(index);
            new.push(Marked {
                line: file.lexed.lines[index],
                offset,
            });
        }
        self.marked.clear();
        new
    }

    /// Marks the lines on which the needs could be met.
    pub(crate) fn mark_needs(&mut self, file: &File<'_>, needs: &[usize], bindings: &Bindings) {
        let mut seekers: Vec<Seeker<'_>> = needs
            .iter()
            .map(|&index| Seeker::new(&file.rules.table.needs[index], bindings))
            .collect();
        seekers.sort_by_key(|seeker| seeker.need.line_words[0]);
        for group in seekers.chunk_by(|a, b| a.need.line_words[0] == b.need.line_words[0]) {
            for (offset, index) in occurrences(file, group[0].need.line_words[0]) {
                let line = &file.lexed.lines[index];
                if group.iter().any(|seeker| seeker.could_match(file, line, offset)) {
                    self.marked.push((index, offset));
                }
            }
        }
        let mut heads: Vec<&str> = seekers.iter().flat_map(Seeker::module_names).collect();
        heads.sort_unstable();
        heads.dedup();
        for head in heads {
            self.mark_renamings(file, head);
        }
        for seeker in &seekers {
            for name in &seeker.aliases {
                self.mark_uses(file, name, false);
            }
            for name in &seeker.makers {
                self.mark_uses(file, name, true);
            }
        }
    }

    /// Marks the statements at these offsets.
    pub(crate) fn mark_offsets(&mut self, file: &File<'_>, offsets: &[usize]) {
        for &offset in offsets {
            if file.lexed.quiet_at(offset).is_none()
                && let Some(index) = file.lexed.line_at(offset)
            {
                self.marked.push((index, offset));
            }
        }
    }

    /// Marks the statements in which a name of this file reaches something by a text: `import os as o`, `getattr(o, "system")`, or
    /// `get = getattr`, `get(os, "system")`.
    pub(crate) fn mark_dynamic_names(&mut self, file: &File<'_>, bindings: &Bindings) {
        for (name, target) in bindings.iter() {
            if DYNAMIC_FUNCTIONS.contains(&target) && name != target {
                self.mark_uses(file, name, false);
            }
        }
        let leads = |name: &str| {
            let others = bindings.targets(name).iter().filter(|target| *target != name);
            others
                .filter(|target| !target.contains("()"))
                .any(|target| file.rules.table.leads(target))
        };
        let text = file.text();
        for (word, closer) in [("getattr(", b','), ("vars(", b')')] {
            for (offset, index) in occurrences_of_text(file, word) {
                let behind = &text[offset + word.len()..];
                let name = name_at(behind);
                if behind.get(name.len()) == Some(&closer) && leads(name) {
                    self.marked.push((index, offset));
                }
            }
        }
        for (offset, index) in occurrences_of_text(file, ".__dict__") {
            if leads(name_before(&text[..offset])) {
                self.marked.push((index, offset));
            }
        }
    }

    /// Marks the statements that a query could match. Gives them, in order, each once.
    pub(crate) fn mark_query(&mut self, file: &File<'_>, query: &QueryRule<'_>) -> Vec<Span> {
        let known = self.marked.len();
        let wanted = query.statement().map(|regex| file.regexes.get(regex, false));
        for word in query.words().iter().filter_map(|words| words.first()) {
            self.mark_word(file, word, |code| wanted.is_none_or(|regex| regex.is_match(code)));
        }
        let mut lines: Vec<_> = self.marked[known..].iter().map(|(index, _)| *index).collect();
        lines.sort_unstable();
        lines.dedup();
        lines.into_iter().map(|index| file.lexed.lines[index].code()).collect()
    }

    /// Marks the statements that hold `word` and whose text is one that is wanted.
    fn mark_word(&mut self, file: &File<'_>, word: &str, is_wanted: impl Fn(&[u8]) -> bool) {
        let mut judged = None;
        for (offset, index) in occurrences_of_text(file, word) {
            let is_marked = match judged {
                Some((line, is_marked)) if line == index => is_marked,
                _ => is_wanted(&file.text()[file.lexed.lines[index].code().range()]),
            };
            judged = Some((index, is_marked));
            if is_marked {
                self.marked.push((index, offset));
            }
        }
    }

    /// Marks lines such as `m = os`, which give a module another name.
    fn mark_renamings(&mut self, file: &File<'_>, name: &str) {
        for (offset, index) in occurrences(file, name) {
            let line = file.lexed.lines[index];
            let before = file.text()[line.code_start..offset].trim_ascii_end();
            if offset + name.len() == line.code_end && before.ends_with(b"=") {
                self.marked.push((index, offset));
            }
        }
    }

    fn mark_uses(&mut self, file: &File<'_>, name: &str, only_bindings: bool) {
        for (offset, index) in occurrences(file, name) {
            let code = &file.text()[file.lexed.lines[index].code().range()];
            let binds = || {
                holds(code, "=") || holds(code, " as ") || code.starts_with(b"def ") || code.starts_with(b"async def ")
            };
            if !is_import(code) && (!only_bindings || binds()) {
                self.marked.push((index, offset));
            }
        }
    }
}

/// A need with the names of this file that lead to it.
struct Seeker<'n> {
    need: &'n Need<'n>,
    /// Bound names that stand for a part of the name.
    heads: Vec<String>,
    /// Bound names that stand for the whole name and are not its last part.
    aliases: Vec<String>,
    /// Names whose call makes the object of a method that is asked for.
    makers: Vec<String>,
}

impl<'n> Seeker<'n> {
    fn new(need: &'n Need<'n>, bindings: &Bindings) -> Self {
        let mut seeker = Self {
            need,
            heads: Vec::new(),
            aliases: Vec::new(),
            makers: Vec::new(),
        };
        let makes = need.name.contains("()");
        let last = need.name.rsplit('.').next().unwrap_or(need.name);
        for (name, target) in bindings.iter() {
            let Some(rest) = need.name.strip_prefix(target) else {
                continue;
            };
            if rest.is_empty() {
                if name != last {
                    seeker.aliases.push(name.to_owned());
                }
                seeker.heads.push(name.to_owned());
            } else if rest.starts_with('.') || rest.starts_with("()") {
                if makes {
                    seeker.makers.push(name.to_owned());
                } else {
                    seeker.heads.push(name.to_owned());
                }
            }
        }
        for module in bindings.stars() {
            // `from os import *`: the first name behind the module stands alone.
            let rest = need
                .name
                .strip_prefix(module.as_str())
                .and_then(|rest| rest.strip_prefix('.'));
            let names = if makes { &mut seeker.makers } else { &mut seeker.heads };
            names.extend(rest.and_then(|rest| rest.split(['.', '(']).next()).map(str::to_owned));
        }
        if makes && seeker.makers.is_empty() {
            // A fragment without its imports: the module's own name may be used.
            seeker.makers.extend(
                need.name
                    .split('.')
                    .next()
                    .map(|head| head.trim_end_matches("()").to_owned()),
            );
        }
        seeker
    }

    /// Names of modules that lead to the need.
    fn module_names(&self) -> impl Iterator<Item = &str> {
        let own = match self.need.head {
            Head::Module(head) => Some(head),
            _ => None,
        };
        own.into_iter().chain(self.heads.iter().map(String::as_str))
    }

    /// The last word of what is called for the object of a method: `Session` in `requests.Session().get`.
    fn made_by(&self) -> Option<&'n str> {
        let (maker, _) = self.need.name.rsplit_once("()")?;
        maker.rsplit(['.', ')']).next()
    }

    /// Whether the word of the need at `offset` could be (the end of) the name.
    fn could_match(&self, file: &File<'_>, line: &Line, offset: usize) -> bool {
        let text = &file.text()[line.code().range()];
        let words_are_there = self.need.line_words[1..].iter().all(|word| holds(text, word));
        words_are_there
            && match self.need.head {
                Head::Any => match self.made_by() {
                    Some(word) => holds(text, word) || self.makers.iter().any(|name| holds(text, name)),
                    None => true,
                },
                Head::Module(head) => holds(text, head) || self.heads.iter().any(|name| holds(text, name)),
                Head::Builtin => {
                    let before = text[..offset - line.code_start].trim_ascii_end();
                    let is_definition = before.ends_with(b"def") || before.ends_with(b"class");
                    (!before.ends_with(b".") || holds(text, "builtin")) && !is_definition
                }
            }
    }
}

/// Offset and line of every occurrence of a name in code, f-strings included.
fn occurrences<'f>(file: &'f File<'_>, word: &'f str) -> impl Iterator<Item = (usize, usize)> + 'f {
    let text = file.text();
    memmem::find_iter(text, word.as_bytes()).filter_map(move |offset| {
        let end = offset + word.len();
        let is_whole = is_boundary(text, offset) && is_boundary(text, end);
        if !is_whole || file.lexed.quiet_at(offset).is_some() {
            return None;
        }
        file.lexed.line_at(offset).map(|index| (offset, index))
    })
}

/// Offset and line of every occurrence of a text outside comments, parts of names and strings included.
fn occurrences_of_text<'f>(file: &'f File<'_>, word: &'f str) -> impl Iterator<Item = (usize, usize)> + 'f {
    memmem::find_iter(file.text(), word.as_bytes()).filter_map(move |offset| {
        let is_comment = file.lexed.quiet_at(offset).is_some_and(|quiet| quiet.is_comment);
        if is_comment {
            None
        } else {
            file.lexed.line_at(offset).map(|index| (offset, index))
        }
    })
}

/// Longer names are not looked up.
const MAX_NAME_BYTES: usize = 256;

/// The dotted name that a text begins with.
fn name_at(text: &[u8]) -> &str {
    let bytes = text.iter().take(MAX_NAME_BYTES);
    let length = bytes.take_while(|byte| is_word(**byte) || **byte == b'.').count();
    std::str::from_utf8(&text[..length]).unwrap_or_default()
}

/// The dotted name that a text ends with.
fn name_before(text: &[u8]) -> &str {
    let bytes = text.iter().rev().take(MAX_NAME_BYTES);
    let length = bytes.take_while(|byte| is_word(**byte) || **byte == b'.').count();
    std::str::from_utf8(&text[text.len() - length..]).unwrap_or_default()
}

fn holds(text: &[u8], word: &str) -> bool {
    memmem::find(text, word.as_bytes()).is_some()
}
