//! Cuts the text of a prompt into regions: literal text, placeholders, comments and code fences.
//!
//! One reader serves every format, since a file rarely says which engine renders it: Handlebars (Dotprompt), Jinja,
//! `${x}` of editors, bare `{x}` of format strings, HTML comments and the fences of Markdown. Text that does not close
//! what it opens stays literal, so that nothing hides behind a forgotten bracket.
//!
//! Sources: [Dotprompt](https://google.github.io/dotprompt/reference/template/),
//! [Handlebars](https://handlebarsjs.com/guide/expressions.html),
//! [Jinja](https://jinja.palletsprojects.com/en/stable/templates/),
//! [CommonMark §4.5](https://spec.commonmark.org/0.31.2/#fenced-code-blocks).

use memchr::{memchr, memchr2, memchr3, memmem};
use weighbridge_core::Span;

use super::{Region, RegionKind};

/// Appends the regions of `source[from..]`, the text of a prompt. Takes linear time.
pub(crate) fn read_body(source: &[u8], from: usize, regions: &mut Vec<Region>) {
    let mut reader = Reader::new(source, from, RegionKind::Literal, regions);
    reader.read_body(from);
}

/// Appends the regions of `source[from..]`, values of settings: only what is filled in is told from the rest.
pub(crate) fn read_settings(source: &[u8], from: usize, regions: &mut Vec<Region>) {
    let mut reader = Reader::new(source, from, RegionKind::FrontMatter, regions);
    reader.read_front_matter(from);
}

/// Openers of comments that are known to have no end further on, so that it is looked for once only.
#[derive(Default)]
struct Dead {
    handlebars: bool,
    jinja: bool,
    html: bool,
}

struct Reader<'a, 'r> {
    source: &'a [u8],
    /// The kind of text between placeholders and comments.
    base: RegionKind,
    /// Everything before this offset is in `regions`.
    flushed: usize,
    regions: &'r mut Vec<Region>,
    dead: Dead,
}

/// A fence that is open.
struct Fence {
    byte: u8,
    length: usize,
}

impl<'a, 'r> Reader<'a, 'r> {
    fn new(source: &'a [u8], flushed: usize, base: RegionKind, regions: &'r mut Vec<Region>) -> Self {
        Self {
            source,
            base,
            flushed,
            regions,
            dead: Dead::default(),
        }
    }

    fn read_front_matter(&mut self, from: usize) {
        let (mut at, end) = (from, self.source.len());
        while let Some(found) = memchr2(b'{', b'$', &self.source[at..end]) {
            at += found;
            let close = match &self.source[at..end] {
                [b'$', b'{', ..] => self.dollar_end(at),
                [b'{', b'{', ..] => self.within_paragraph(at + 2, b"}}", b"{{"),
                _ => None,
            };
            at = self.push_or_skip(at, close.filter(|&close| close <= end), RegionKind::Placeholder);
        }
        self.flush(end);
    }

    fn read_body(&mut self, from: usize) {
        let mut fence = None;
        let mut at = from;
        let mut is_line_start = true;
        while at < self.source.len() {
            if is_line_start && let Some(next) = self.fence_line(at, &mut fence) {
                at = next;
                continue;
            }
            is_line_start = false;
            match self.source[at] {
                b'\n' => {
                    at += 1;
                    is_line_start = true;
                }
                b'{' => at = self.brace(at),
                b'$' => {
                    let end = self.dollar_end(at);
                    at = self.push_or_skip(at, end, RegionKind::Placeholder);
                }
                b'<' if fence.is_none() => {
                    let end = self.html_comment_end(at);
                    at = self.push_or_skip(at, end, RegionKind::Comment);
                }
                _ => at += 1,
            }
        }
        self.flush(self.source.len());
    }

    /// Reads the line at `at` if it opens or closes a fence, and returns the start of the next line.
    fn fence_line(&mut self, at: usize, fence: &mut Option<Fence>) -> Option<usize> {
        let next = memchr(b'\n', &self.source[at..]).map_or(self.source.len(), |end| at + end + 1);
        let line = self.source[at..next].trim_ascii();
        let byte = *line.first().filter(|byte| matches!(byte, b'`' | b'~'))?;
        let length = line.iter().take_while(|&&other| other == byte).count();
        let info = &line[length..];
        if let Some(open) = fence {
            if byte != open.byte || length < open.length || !info.is_empty() {
                return None;
            }
            self.flush(next);
            self.base = RegionKind::Literal;
            *fence = None;
            return Some(next);
        }
        if length < 3 || (byte == b'`' && info.contains(&b'`')) {
            return None;
        }
        self.flush(at);
        self.base = RegionKind::Fence;
        *fence = Some(Fence { byte, length });
        Some(next)
    }

    /// Reads whatever the brace at `at` opens and returns where to go on.
    fn brace(&mut self, at: usize) -> usize {
        let rest = &self.source[at..];
        if rest.starts_with(b"{{") {
            return self.mustache(at);
        }
        if rest.starts_with(b"{%") {
            let end = self.within_paragraph(at + 2, b"%}", b"{%");
            return self.push(at, end.unwrap_or_else(|| self.line_end(at)), RegionKind::Placeholder);
        }
        if rest.starts_with(b"{#") {
            let end = find_unless(&mut self.dead.jinja, self.source, at + 2, b"#}");
            return self.push_or_skip(at, end, RegionKind::Comment);
        }
        let end = identifier_length(&rest[1..]).map(|length| at + length + 2);
        self.push_or_skip(
            at,
            end.filter(|end| self.source.get(end - 1) == Some(&b'}')),
            RegionKind::Placeholder,
        )
    }

    fn mustache(&mut self, at: usize) -> usize {
        let braces = self.source[at..]
            .iter()
            .take(4)
            .take_while(|&&byte| byte == b'{')
            .count();
        // `\{{` is text, `\\{{` a backslash and a placeholder.
        let backslashes = self.source[self.flushed.min(at)..at]
            .iter()
            .rev()
            .take_while(|&&byte| byte == b'\\')
            .take(2)
            .count();
        if backslashes == 1 {
            return at + braces;
        }
        let inner = at + braces;
        let expression = self.source[inner..].strip_prefix(b"~").unwrap_or(&self.source[inner..]);
        if braces == 2 && expression.starts_with(b"!--") {
            let from = at + self.source[at..].len() - expression.len() + 3;
            let end = if self.dead.handlebars {
                None
            } else {
                find_comment_end(self.source, from)
            };
            self.dead.handlebars |= end.is_none();
            return self.push_or_skip(at, end, RegionKind::Comment);
        }
        let end = self.within_paragraph(inner, b"}}", b"{{").map(|end| {
            let extra = self.source[end..]
                .iter()
                .take(braces - 2)
                .take_while(|&&byte| byte == b'}')
                .count();
            end + extra
        });
        if expression.starts_with(b"!") {
            return self.push_or_skip(at, end, RegionKind::Comment);
        }
        self.push(at, end.unwrap_or_else(|| self.line_end(at)), RegionKind::Placeholder)
    }

    /// The end of `${x}`, `${env:X}`, `${input:x:hint}`: a name, and a brace on the same line.
    fn dollar_end(&self, at: usize) -> Option<usize> {
        let rest = self.source[at..].strip_prefix(b"${")?;
        if !rest
            .first()
            .is_some_and(|&byte| byte.is_ascii_alphabetic() || byte == b'_')
        {
            return None;
        }
        let stop = memchr3(b'}', b'\n', b'{', rest).filter(|&stop| rest[stop] == b'}')?;
        Some(at + stop + 3)
    }

    fn html_comment_end(&mut self, at: usize) -> Option<usize> {
        if !self.source[at..].starts_with(b"<!--") {
            return None;
        }
        // `<!-->` and `<!--->` are comments without contents.
        find_unless(&mut self.dead.html, self.source, at + 2, b"-->")
    }

    /// One past the next `close`, if neither another `open` nor an empty line comes first.
    fn within_paragraph(&self, from: usize, close: &[u8], open: &[u8]) -> Option<usize> {
        let rest = &self.source[from..];
        let limit = memmem::find(rest, open).unwrap_or(rest.len());
        let found = memmem::find(&rest[..limit], close)?;
        memmem::find(&rest[..found], b"\n\n")
            .is_none()
            .then_some(from + found + close.len())
    }

    fn line_end(&self, from: usize) -> usize {
        memchr(b'\n', &self.source[from..]).map_or(self.source.len(), |end| from + end)
    }

    fn push_or_skip(&mut self, start: usize, end: Option<usize>, kind: RegionKind) -> usize {
        end.map_or(start + 1, |end| self.push(start, end, kind))
    }

    /// Adds a region, and the text before it.
    fn push(&mut self, start: usize, end: usize, kind: RegionKind) -> usize {
        self.flush(start);
        self.regions.push((Span::new(start, end), kind));
        self.flushed = end;
        end
    }

    /// Adds the text up to `end`.
    fn flush(&mut self, end: usize) {
        if end > self.flushed {
            self.regions.push((Span::new(self.flushed, end), self.base));
            self.flushed = end;
        }
    }
}

/// One past the next `close`, or none and `is_dead` set, so that the rest of the file is searched once.
fn find_unless(is_dead: &mut bool, source: &[u8], from: usize, close: &[u8]) -> Option<usize> {
    if *is_dead {
        return None;
    }
    let found = source.get(from..).and_then(|rest| memmem::find(rest, close));
    *is_dead = found.is_none();
    found.map(|found| from + found + close.len())
}

/// One past the end of a `{{!--` comment: `--}}` or `--~}}`.
fn find_comment_end(source: &[u8], from: usize) -> Option<usize> {
    memmem::find_iter(&source[from..], b"--").find_map(|found| {
        let rest = &source[from + found + 2..];
        let tilde = usize::from(rest.first() == Some(&b'~'));
        rest[tilde..].starts_with(b"}}").then_some(from + found + 4 + tilde)
    })
}

/// The length of a bare identifier at the start of `text`.
fn identifier_length(text: &[u8]) -> Option<usize> {
    let first = *text.first()?;
    if !(first.is_ascii_alphabetic() || first == b'_') {
        return None;
    }
    let length = text
        .iter()
        .take(65)
        .take_while(|&&byte| byte.is_ascii_alphanumeric() || byte == b'_')
        .count();
    (length <= 64).then_some(length)
}

#[cfg(test)]
mod tests;
