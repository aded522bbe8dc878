//! Cuts a prompt file into regions: front matter, literal text, placeholders, comments and code fences.
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

/// What a part of a prompt file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum RegionKind {
    /// YAML or TOML between two delimiter lines at the top, delimiters and licence lines included.
    FrontMatter,
    /// Text that reaches the language model as it stands.
    Literal,
    /// An expression that a template engine fills in: `{{x}}`, `{% if x %}`, `${x}`, `{x}`.
    Placeholder,
    /// A comment of the template engine or of HTML.
    Comment,
    /// A fenced code block, its fence lines included, without the placeholders in it.
    Fence,
}

/// The regions of `source`: half-open byte ranges, sorted, disjoint, not empty, covering the file. Takes linear time.
pub(crate) fn regions(source: &[u8]) -> Vec<(usize, usize, RegionKind)> {
    let body = front_matter_end(source);
    let mut reader = Reader {
        source,
        base: RegionKind::FrontMatter,
        flushed: 0,
        regions: Vec::new(),
        dead: Dead::default(),
    };
    reader.read_front_matter(body);
    reader.base = RegionKind::Literal;
    reader.read_body(body);
    reader.regions
}

/// Openers of comments that are known to have no end further on, so that it is looked for once only.
#[derive(Default)]
struct Dead {
    handlebars: bool,
    jinja: bool,
    html: bool,
}

struct Reader<'a> {
    source: &'a [u8],
    /// The kind of text between placeholders and comments.
    base: RegionKind,
    /// Everything before this offset is in `regions`.
    flushed: usize,
    regions: Vec<(usize, usize, RegionKind)>,
    dead: Dead,
}

/// A fence that is open.
struct Fence {
    byte: u8,
    length: usize,
}

impl Reader<'_> {
    fn read_front_matter(&mut self, end: usize) {
        let mut at = 0;
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
        self.regions.push((start, end, kind));
        self.flushed = end;
        end
    }

    /// Adds the text up to `end`.
    fn flush(&mut self, end: usize) {
        if end > self.flushed {
            self.regions.push((self.flushed, end, self.base));
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

/// Where the body begins: behind the closing delimiter line of the front matter, or at 0.
fn front_matter_end(source: &[u8]) -> usize {
    let mut at = if source.starts_with("\u{feff}".as_bytes()) {
        3
    } else {
        0
    };
    // Dotprompt lets licence lines and empty lines stand before the first delimiter.
    let delimiter = loop {
        let (line, next) = line_at(source, at);
        match line {
            b"---" | b"+++" => {
                at = next;
                break line;
            }
            [] | [b'#', ..] if next > at => at = next,
            _ => return 0,
        }
    };
    let mut is_mapping = None;
    while at < source.len() {
        let (line, next) = line_at(source, at);
        if line == delimiter {
            return if is_mapping.unwrap_or(true) { next } else { 0 };
        }
        if is_mapping.is_none() && !line.is_empty() && !line.starts_with(b"#") {
            // Between two rulers of Markdown stands prose; between delimiters the first line is `key: value`.
            is_mapping = Some(is_key_line(line, delimiter));
        }
        if is_mapping == Some(false) {
            return 0;
        }
        at = next;
    }
    0
}

/// The line at `at` without trailing white space, and the start of the next one.
fn line_at(source: &[u8], at: usize) -> (&[u8], usize) {
    let end = memchr(b'\n', &source[at..]).map_or(source.len(), |end| at + end);
    (source[at..end].trim_ascii_end(), (end + 1).min(source.len()))
}

fn is_key_line(line: &[u8], delimiter: &[u8]) -> bool {
    let separator = if delimiter == b"+++" { b'=' } else { b':' };
    if separator == b'=' && line.starts_with(b"[") {
        return true;
    }
    let Some(end) = memchr(separator, line) else {
        return false;
    };
    let key = line[..end].trim_ascii();
    !key.is_empty()
        && key
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.\"'$@/".contains(byte) || *byte >= 0x80)
}

#[cfg(test)]
mod tests {
    use super::{RegionKind, regions};

    fn parts(source: &str) -> Vec<(&str, RegionKind)> {
        regions(source.as_bytes())
            .into_iter()
            .map(|(start, end, kind)| (&source[start..end], kind))
            .collect()
    }

    fn of_kind(source: &str, kind: RegionKind) -> Vec<&str> {
        parts(source)
            .into_iter()
            .filter(|part| part.1 == kind)
            .map(|part| part.0)
            .collect()
    }

    #[test]
    fn dotprompt_front_matter_may_follow_licence_lines() {
        let source = "# Copyright\n\n---\nmodel: x\n---\nHello {{name}}.\n";

        let parts = parts(source);

        assert_eq!(
            parts[0],
            ("# Copyright\n\n---\nmodel: x\n---\n", RegionKind::FrontMatter)
        );
        assert_eq!(parts[1], ("Hello ", RegionKind::Literal));
        assert_eq!(parts[2], ("{{name}}", RegionKind::Placeholder));
        assert_eq!(parts[3], (".\n", RegionKind::Literal));
    }

    #[test]
    fn a_heading_and_a_ruler_are_no_front_matter() {
        let source = "# Title\n\n---\nSome prose here.\n\n---\nMore.\n";

        assert_eq!(of_kind(source, RegionKind::FrontMatter), [""; 0]);
    }

    #[test]
    fn front_matter_without_an_end_is_literal() {
        assert_eq!(parts("---\na: b\n"), [("---\na: b\n", RegionKind::Literal)]);
    }

    #[test]
    fn a_reference_in_front_matter_is_a_placeholder() {
        let source = "---\napiKey: ${env:KEY}\n---\n";

        assert_eq!(of_kind(source, RegionKind::Placeholder), ["${env:KEY}"]);
    }

    #[test]
    fn every_engine_is_seen() {
        let source = "{{a}} {{{b}}} {{#if c}}x{{/if}} {% if d %} {%- e -%} ${f} ${input:g:hint} {h}";

        let expected = "{{a}} {{{b}}} {{#if c}} {{/if}} {% if d %} {%- e -%} ${f} ${input:g:hint} {h}";
        assert_eq!(of_kind(source, RegionKind::Placeholder).join(" "), expected);
    }

    #[test]
    fn braces_around_other_than_a_name_are_literal() {
        assert_eq!(
            of_kind("{\"a\": 1} {a: b} {} {1} {a-b}", RegionKind::Placeholder),
            [""; 0]
        );
    }

    #[test]
    fn an_escaped_mustache_is_literal() {
        assert_eq!(of_kind(r"a \{{b}} c", RegionKind::Placeholder), [""; 0]);
        assert_eq!(of_kind(r"a \\{{b}} c", RegionKind::Placeholder), ["{{b}}"]);
    }

    #[test]
    fn comments_of_every_engine_are_comments() {
        let source = "{{! a }} {{!-- b }} --}} {# c #} <!-- d\n --> {{~!-- e --~}} <!-->";

        let expected = [
            "{{! a }}",
            "{{!-- b }} --}}",
            "{# c #}",
            "<!-- d\n -->",
            "{{~!-- e --~}}",
            "<!-->",
        ];
        assert_eq!(of_kind(source, RegionKind::Comment), expected);
    }

    #[test]
    fn a_comment_without_an_end_is_literal() {
        for source in ["<!-- a\nb", "{{!-- a\nb", "{{! a\n\nb }}", "{# a\nb"] {
            assert_eq!(parts(source), [(source, RegionKind::Literal)], "{source}");
        }
    }

    #[test]
    fn a_placeholder_without_an_end_stops_at_the_line() {
        let source = "a {{b\nc\n\n{{d}} {% e\n\nf";

        assert_eq!(of_kind(source, RegionKind::Placeholder), ["{{b", "{{d}}", "{% e"]);
    }

    #[test]
    fn a_fence_holds_its_lines_without_placeholders() {
        let source = "a\n  ```sh\ncd {{dir}}\n```` \nb\n";

        let expected = [
            ("a\n", RegionKind::Literal),
            ("  ```sh\ncd ", RegionKind::Fence),
            ("{{dir}}", RegionKind::Placeholder),
            ("\n```` \n", RegionKind::Fence),
            ("b\n", RegionKind::Literal),
        ];
        assert_eq!(parts(source), expected);
    }

    #[test]
    fn a_fence_without_an_end_runs_to_the_end() {
        assert_eq!(
            of_kind("a\n~~~\n<!-- b -->\n```\nc", RegionKind::Fence),
            ["~~~\n<!-- b -->\n```\nc"]
        );
    }

    #[test]
    fn regions_cover_every_byte_once_whatever_the_bytes() {
        let alphabet = b"{}!-#%$\\\n`~<>a\xff+";
        let mut state = 7_u32;
        for _ in 0..20_000 {
            let mut source = Vec::new();
            for _ in 0..24 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                source.push(alphabet[(state >> 24) as usize % alphabet.len()]);
            }

            let mut end = 0;
            for region in regions(&source) {
                assert!(region.0 == end && region.1 > region.0, "{source:?}");
                end = region.1;
            }
            assert_eq!(end, source.len(), "{source:?}");
        }
    }
}
