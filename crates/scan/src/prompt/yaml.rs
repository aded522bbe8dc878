//! Reads YAML into a tree with places, within bounds.
//!
//! The parser gives events and recurses nowhere; depth, number and what aliases stand for are counted here, so that hostile text
//! costs no more than its length. Source: [YAML 1.2.2](https://yaml.org/spec/1.2.2/).

use rustc_hash::FxHashMap;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};
use weighbridge_core::Span;

use super::Trouble;
use super::tree::{Kind, Node, Style, Tree};

/// Deeper documents are not read to their end.
const MAX_DEPTH: usize = 100;
/// More values than this, those that aliases stand for counted each time, are not read.
const MAX_VALUES: u64 = 1_000_000;

/// The first document of `text`, which begins at `offset` of the file, as far as it can be read.
pub(crate) fn read(text: &[u8], offset: usize) -> (Tree, Option<Trouble>) {
    let mark = crate::word::BYTE_ORDER_MARK;
    let (text, offset) = match text.strip_prefix(mark) {
        Some(rest) => (rest, offset + mark.len()),
        None => (text, offset),
    };
    let text = same_length(text);
    let (tree, trouble) = parse(&text, offset);
    if matches!(trouble, Some(Trouble::NotYaml(_)))
        && let Some(joined) = with_brackets_joined(&text)
        && let (tree, None) = parse(&joined, offset)
    {
        return (tree, None);
    }
    (tree, trouble)
}

/// The text with closing brackets at the beginning of a line moved to the line before, if there are any. Strictly they must be indented
/// further than the key of their list; most parsers do not mind. No place changes.
fn with_brackets_joined(text: &str) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let mut line_start = 0;
    let mut is_joined = false;
    while let Some(end) = memchr::memchr(b'\n', &bytes[line_start..]).map(|end| line_start + end) {
        let next = &bytes[end + 1..];
        let first = next.iter().find(|byte| **byte != b' ');
        let has_comment = memchr::memchr(b'#', &bytes[line_start..end]).is_some();
        line_start = end + 1;
        if matches!(first, Some(b']' | b'}')) && !has_comment {
            bytes[end] = b' ';
            is_joined = true;
        }
    }
    is_joined.then(|| String::from_utf8(bytes).ok()).flatten()
}

/// The first document, as far as it can be read.
fn parse(text: &str, offset: usize) -> (Tree, Option<Trouble>) {
    let mut builder = Builder {
        places: Places::of(text, offset),
        tree: Tree::default(),
        open: Vec::new(),
        sizes: FxHashMap::default(),
        values: 0,
        is_at_end: false,
    };
    let mut parser = Parser::new_from_str(text);
    let trouble = loop {
        match parser.next_event() {
            Some(Ok((event, span))) => {
                if let Err(trouble) = builder.take(&event, span) {
                    break Some(trouble);
                }
                if builder.is_at_end {
                    break None;
                }
            }
            Some(Err(error)) => break Some(builder.trouble(&error)),
            None => break None,
        }
    };
    builder.close_all();
    (builder.tree, trouble)
}

/// The text with something else of the same length where it is no UTF-8.
fn same_length(text: &[u8]) -> String {
    let mut same = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        same.push_str(chunk.valid());
        same.extend(chunk.invalid().iter().map(|_| '.'));
    }
    same
}

/// From the characters that the parser counts to bytes of the file.
struct Places {
    /// Offsets of the characters; empty if each is one byte.
    offsets: Vec<usize>,
    start: usize,
    length: usize,
}

impl Places {
    fn of(text: &str, start: usize) -> Self {
        let offsets = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(offset, _)| offset).collect()
        };
        Self {
            offsets,
            start,
            length: text.len(),
        }
    }

    fn byte(&self, character: usize) -> usize {
        let offset = if self.offsets.is_empty() {
            character
        } else {
            self.offsets.get(character).copied().unwrap_or(self.length)
        };
        self.start + offset.min(self.length)
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        Span::new(self.byte(span.start.index()), self.byte(span.end.index()))
    }
}

/// A list or mapping that is being read.
struct Open {
    node: usize,
    /// The key that waits for its value.
    key: Option<usize>,
    anchor: usize,
    /// Values counted before it.
    before: u64,
}

struct Builder {
    places: Places,
    tree: Tree,
    open: Vec<Open>,
    /// How many values a named value stands for.
    sizes: FxHashMap<usize, u64>,
    values: u64,
    is_at_end: bool,
}

impl Builder {
    fn take(&mut self, event: &Event<'_>, span: saphyr_parser::Span) -> Result<(), Trouble> {
        let span = self.places.span(span);
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let before = self.values;
                self.add(span, Kind::Scalar(text.to_string(), style_of(*style)), 1)?;
                self.name(*anchor, before);
            }
            Event::Alias(anchor) => {
                let size = self.sizes.get(anchor).copied().unwrap_or(1);
                self.add(span, Kind::Alias, size)?;
            }
            Event::SequenceStart(anchor, _) => self.begin(span, Kind::List(Vec::new()), *anchor)?,
            Event::MappingStart(anchor, _) => self.begin(span, Kind::Map(Vec::new()), *anchor)?,
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    self.tree.nodes[open.node].span.end = span.end.max(self.tree.nodes[open.node].span.start);
                    self.name(open.anchor, open.before);
                }
            }
            Event::DocumentEnd => self.is_at_end = true,
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, span: Span, kind: Kind, anchor: usize) -> Result<(), Trouble> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Trouble::TooDeep);
        }
        let before = self.values;
        let node = self.add(span, kind, 1)?;
        self.open.push(Open {
            node,
            key: None,
            anchor,
            before,
        });
        Ok(())
    }

    fn add(&mut self, span: Span, kind: Kind, size: u64) -> Result<usize, Trouble> {
        self.values = self.values.saturating_add(size);
        if self.values > MAX_VALUES {
            return Err(Trouble::TooLarge);
        }
        let node = self.tree.nodes.len();
        self.tree.nodes.push(Node { span, kind });
        let Some(open) = self.open.last_mut() else {
            return Ok(node);
        };
        match &mut self.tree.nodes[open.node].kind {
            Kind::List(items) => items.push(node),
            Kind::Map(entries) => match open.key.take() {
                Some(key) => entries.push((key, node)),
                None => open.key = Some(node),
            },
            _ => {}
        }
        Ok(node)
    }

    fn name(&mut self, anchor: usize, before: u64) {
        // The parser counts names from 1; 0 is none.
        if anchor > 0 {
            self.sizes.insert(anchor, self.values - before);
        }
    }

    /// Gives lists and mappings that the text breaks off in their end.
    fn close_all(&mut self) {
        let end = self.tree.nodes.iter().map(|node| node.span.end).max().unwrap_or(0);
        for open in self.open.drain(..) {
            self.tree.nodes[open.node].span.end = end;
        }
    }

    fn trouble(&self, error: &ScanError) -> Trouble {
        if error.info() == "recursion limit exceeded" {
            return Trouble::TooDeep;
        }
        Trouble::NotYaml(self.places.byte(error.marker().index()))
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Tree {
        let (tree, trouble) = read(text.as_bytes(), 0);
        assert_eq!(trouble, None, "{text}");
        tree
    }

    #[test]
    fn values_know_where_they_stand() {
        let text = "é: {a: [1, 'x y']}\nb: |\n  two\n  lines\n";
        let tree = tree(text);
        let root = tree.root().unwrap();

        let quoted = root.at(&["é", "a"]).unwrap().items().nth(1).unwrap();
        assert_eq!((&text[quoted.span().range()], quoted.text()), ("'x y'", Some("x y")));
        let block = root.get("b").unwrap();
        assert_eq!(block.text(), Some("two\nlines\n"));
        assert!(text[block.span().range()].contains("two\n  lines"));
    }

    #[test]
    fn what_was_read_before_an_error_counts() {
        let (tree, trouble) = read(b"a: b\nc: [d\ne: f\n", 0);

        assert_eq!(tree.root().unwrap().get("a").unwrap().text(), Some("b"));
        assert!(matches!(trouble, Some(Trouble::NotYaml(_))), "{trouble:?}");
    }

    #[test]
    fn closing_brackets_may_stand_below_their_key() {
        let text = "a:\n  b: [\n    c,\n  ]\n  d: {\n    e: f\n  }\ng: h\n";
        let tree = tree(text);
        let root = tree.root().unwrap();

        assert_eq!(root.at(&["a", "d", "e"]).unwrap().text(), Some("f"));
        assert_eq!(&text[root.get("g").unwrap().span().range()], "h");
    }

    #[test]
    fn a_thousand_levels_are_too_deep() {
        for text in ["[".repeat(1_000), "- ".repeat(1_000) + "a", "{a: ".repeat(200)] {
            let (_, trouble) = read(text.as_bytes(), 0);
            assert_eq!(trouble, Some(Trouble::TooDeep));
        }
    }

    #[test]
    fn aliases_of_aliases_are_too_large() {
        let level = |level: usize| {
            let value = level
                .checked_sub(1)
                .map_or("x".to_owned(), |below| format!("*a{below}"));
            format!("a{level}: &a{level} [{}]\n", [value.as_str(); 10].join(", "))
        };
        let text: String = (0..9).map(level).collect();

        assert_eq!(read(text.as_bytes(), 0).1, Some(Trouble::TooLarge));
    }

    #[test]
    fn text_that_is_no_utf_8_keeps_its_places() {
        let (tree, _) = read(b"a: \xff\nb: c\n", 0);

        assert_eq!(tree.root().unwrap().get("b").unwrap().span(), Span::new(8, 9));
    }
}
