//! From text to trees.

use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use thiserror::Error;

use crate::{Entry, Node, Scalar, Value};

/// How deep a tree may be.
const MAX_DEPTH: usize = 128;
/// How many nodes aliases may unfold to: a page of aliases of aliases would else fill the memory.
const MAX_UNFOLDED: usize = 100_000;

/// What was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stream {
    /// The documents that were read to their end.
    pub documents: Vec<Node>,
    /// Why the rest was not read.
    pub fault: Option<Fault>,
}

/// Why reading stopped.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {message}")]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there: lower case, no full stop.
    pub message: String,
}

/// The documents in `text`.
pub fn read(text: &str) -> Stream {
    let mut reader = Reader {
        offsets: Offsets::new(text),
        anchors: HashMap::new(),
        unfolded: 0,
        parser: Parser::new_from_str(text),
    };
    let mut stream = Stream::default();
    loop {
        match reader.document() {
            Ok(Some(document)) => stream.documents.push(document),
            Ok(None) => return stream,
            Err(fault) => {
                stream.fault = Some(fault);
                return stream;
            }
        }
    }
}

struct Reader<'t> {
    offsets: Offsets<'t>,
    /// The anchored nodes by their number, each with how many nodes it is.
    anchors: HashMap<usize, (Node, usize)>,
    unfolded: usize,
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Option<(Event<'t>, Span)>, Fault> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok(event)) => Ok(Some(event)),
            Some(Err(error)) => Err(Fault {
                line: error.marker().line(),
                message: error.info().to_owned(),
            }),
        }
    }

    /// The next document; `None` behind the last.
    fn document(&mut self) -> Result<Option<Node>, Fault> {
        while let Some((event, span)) = self.next()? {
            match event {
                Event::StreamEnd => return Ok(None),
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
                other => return self.node(other, span, 0).map(|(node, _)| Some(node)),
            }
        }
        Ok(None)
    }

    /// The node that begins with `event`, and how many nodes it is.
    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<(Node, usize), Fault> {
        let line = span.start.line();
        let fault = |message: &str| Fault {
            line,
            message: message.to_owned(),
        };
        if depth > MAX_DEPTH {
            return Err(fault("the text is nested too deeply"));
        }
        let (value, anchor, count) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let scalar = Scalar {
                    text: text.into_owned(),
                    bytes: self.offsets.bytes(span),
                    is_plain: style == ScalarStyle::Plain && tag.is_none(),
                };
                (Value::Scalar(scalar), anchor, 1)
            }
            Event::SequenceStart(anchor, _) => {
                let (mut items, mut count) = (Vec::new(), 1);
                while let Some((event, span)) = self.next()? {
                    if event == Event::SequenceEnd {
                        break;
                    }
                    let (item, nodes) = self.node(event, span, depth + 1)?;
                    items.push(item);
                    count += nodes;
                }
                (Value::Sequence(items), anchor, count)
            }
            Event::MappingStart(anchor, _) => {
                let (entries, count) = self.entries(depth)?;
                (Value::Mapping(entries), anchor, count)
            }
            Event::Alias(anchor) => {
                let Some((node, count)) = self.anchors.get(&anchor) else {
                    return Err(fault("an alias of a node that holds it"));
                };
                self.unfolded += count;
                if self.unfolded > MAX_UNFOLDED {
                    return Err(fault("aliases unfold to too much"));
                }
                return Ok((node.clone(), *count));
            }
            _ => return Err(fault("the text ends within a value")),
        };
        let node = Node { value, line };
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), count));
        }
        Ok((node, count))
    }

    fn entries(&mut self, depth: usize) -> Result<(Vec<Entry>, usize), Fault> {
        let (mut entries, mut count) = (Vec::new(), 1);
        while let Some((event, span)) = self.next()? {
            if event == Event::MappingEnd {
                break;
            }
            let (key, nodes) = self.node(event, span, depth + 1)?;
            count += nodes;
            let Some((event, span)) = self.next()? else { break };
            let (value, nodes) = self.node(event, span, depth + 1)?;
            count += nodes;
            let key = match key.value {
                Value::Scalar(scalar) => scalar,
                Value::Sequence(_) | Value::Mapping(_) => Scalar::default(),
            };
            // `<<: *defaults` takes over what the mapping does not say itself.
            if key.text == "<<" && key.is_plain {
                merge(&mut entries, &value);
            } else {
                entries.retain(|entry: &Entry| !entry.is_merged_as(&key));
                entries.push(Entry { key, value });
            }
        }
        Ok((entries, count))
    }
}

/// Takes over the entries of a mapping, or of each of a sequence of mappings, whose keys are not there.
fn merge(entries: &mut Vec<Entry>, from: &Node) {
    let sources = std::iter::once(from).chain(from.items());
    for entry in sources.flat_map(Node::entries) {
        if !entries.iter().any(|there| there.key.text == entry.key.text) {
            let key = Scalar {
                bytes: 0..0,
                ..entry.key.clone()
            };
            let value = entry.value.clone();
            entries.push(Entry { key, value });
        }
    }
}

impl Entry {
    /// Whether it came by a merge and gives way to `key`.
    fn is_merged_as(&self, key: &Scalar) -> bool {
        self.key.text == key.text && self.key.bytes.is_empty() && !key.bytes.is_empty()
    }
}

/// Turns places in characters into places in bytes.
struct Offsets<'t> {
    text: &'t str,
    is_ascii: bool,
    /// The byte offset of every 64th character.
    marks: Vec<usize>,
}

const STEP: usize = 64;

impl<'t> Offsets<'t> {
    fn new(text: &'t str) -> Self {
        let is_ascii = text.is_ascii();
        let marks = if is_ascii {
            Vec::new()
        } else {
            text.char_indices().step_by(STEP).map(|(offset, _)| offset).collect()
        };
        Self { text, is_ascii, marks }
    }

    fn bytes(&self, span: Span) -> Range<usize> {
        let start = self.byte(span.start.index());
        let end = self.byte(span.end.index()).max(start);
        // The parser counts blanks and line ends behind a plain scalar in.
        let trimmed = self.text[start..end].trim_end().len();
        start..start + trimmed
    }

    fn byte(&self, index: usize) -> usize {
        if self.is_ascii {
            return index.min(self.text.len());
        }
        let Some(&mark) = self.marks.get(index / STEP) else {
            return self.text.len();
        };
        self.text[mark..]
            .char_indices()
            .nth(index % STEP)
            .map_or(self.text.len(), |(offset, _)| mark + offset)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn scalars(text: &str) -> Vec<(String, &str)> {
        let stream = read(text);
        assert_eq!(stream.fault, None);
        let mut found = Vec::new();
        for document in &stream.documents {
            document.walk(&mut Vec::new(), &mut |path, node| {
                if let Some(scalar) = node.scalar() {
                    found.push((path.join("."), &text[scalar.bytes.clone()]));
                }
            });
        }
        found
    }

    #[test]
    fn a_scalar_knows_its_bytes() {
        let text = "é: ü\na:\n  - image: nginx:1   # note\n    x: \"q\"\n---\nb: 'é c'\n";

        let found = scalars(text);

        let expected = [("é", "ü"), ("a.image", "nginx:1"), ("a.x", "\"q\""), ("b", "'é c'")];
        assert_eq!(found, expected.map(|(path, text)| (path.to_owned(), text)));
    }

    #[test]
    fn aliases_and_merges_are_followed() {
        let text = "base: &b {image: one, tag: x}\nuse:\n  <<: *b\n  image: two\nsame: *b\n";
        let stream = read(text);

        let used = stream.documents[0].get("use").unwrap();
        assert_eq!((used.text("image"), used.text("tag")), (Some("two"), Some("x")));
        assert_eq!(stream.documents[0].get("same").unwrap().text("image"), Some("one"));
    }

    #[test]
    fn what_stands_before_a_fault_is_kept() {
        let stream = read("a: 1\n---\nb: [\n");

        assert_eq!(stream.documents.len(), 1);
        assert!(stream.fault.is_some());
    }

    #[test]
    fn aliases_of_aliases_do_not_fill_the_memory() {
        let mut text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for n in 1..12 {
            let inner = vec![format!("*a{}", n - 1); 10].join(",");
            writeln!(text, "a{n}: &a{n} [{inner}]").unwrap();
        }

        assert!(read(&text).fault.is_some());
    }

    #[test]
    fn a_key_that_is_there_twice_is_no_json() {
        let stream = read("a: 1\na: 2\n");

        assert!(stream.documents[0].to_json().is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[\\-a-c:\\[\\]{},&*!|>'\"#%@ \\n\\té]{0,60}") {
            let stream = read(&text);
            for document in &stream.documents {
                document.walk(&mut Vec::new(), &mut |_, node| {
                    if let Some(scalar) = node.scalar() {
                        assert!(text.get(scalar.bytes.clone()).is_some());
                    }
                });
            }
        }
    }
}
