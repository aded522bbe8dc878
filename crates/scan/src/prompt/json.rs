//! Reads JSON into a tree with places, comments and commas too many allowed, as editors write their settings.
//!
//! Nothing recurses. Sources: [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259),
//! [JSON with comments](https://code.visualstudio.com/docs/languages/json#_json-with-comments).

use memchr::{memchr, memchr2, memmem};
use weighbridge_core::Span;

use super::Trouble;
use super::scalar::unescaped;
use super::tree::{Kind, Node, Style, Tree};

/// Deeper documents are not read to their end.
const MAX_DEPTH: usize = 100;

/// The value that `text` holds, as far as it can be read.
pub(crate) fn read(text: &[u8]) -> (Tree, Option<Trouble>) {
    let mut reader = Reader {
        text,
        at: if text.starts_with(crate::word::BYTE_ORDER_MARK) {
            3
        } else {
            0
        },
        tree: Tree::default(),
        open: Vec::new(),
    };
    let trouble = reader.run().err();
    let end = reader.at.min(text.len());
    for (node, _) in reader.open {
        reader.tree.nodes[node].span.end = end;
    }
    (reader.tree, trouble)
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    tree: Tree,
    /// Lists and objects that are open, each with the key that waits for its value.
    open: Vec<(usize, Option<usize>)>,
}

impl Reader<'_> {
    fn run(&mut self) -> Result<(), Trouble> {
        loop {
            let Some(byte) = self.peek() else {
                return if self.open.is_empty() {
                    Ok(())
                } else {
                    Err(self.trouble())
                };
            };
            match byte {
                b'{' => self.begin(Kind::Map(Vec::new()))?,
                b'[' => self.begin(Kind::List(Vec::new()))?,
                b'}' | b']' => self.end(byte)?,
                b',' if !self.open.is_empty() => self.at += 1,
                b'"' => self.string()?,
                _ => self.word()?,
            }
            if self.open.is_empty() && !self.tree.nodes.is_empty() {
                return if self.peek().is_none() {
                    Ok(())
                } else {
                    Err(self.trouble())
                };
            }
        }
    }

    fn trouble(&self) -> Trouble {
        Trouble::NotJson(self.at.min(self.text.len()))
    }

    /// The next byte that is neither white space nor a comment.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let rest = self.text.get(self.at..)?;
            self.at += rest.iter().take_while(|byte| b" \t\r\n".contains(byte)).count();
            let rest = &self.text[self.at..];
            if rest.starts_with(b"//") {
                self.at += memchr(b'\n', rest).unwrap_or(rest.len());
            } else if rest.starts_with(b"/*") {
                self.at += memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2);
            } else {
                return rest.first().copied();
            }
        }
    }

    fn begin(&mut self, kind: Kind) -> Result<(), Trouble> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Trouble::TooDeep);
        }
        let node = self.add(Span::new(self.at, self.at + 1), kind)?;
        self.open.push((node, None));
        Ok(())
    }

    fn end(&mut self, byte: u8) -> Result<(), Trouble> {
        let Some((node, None)) = self.open.pop() else {
            return Err(self.trouble());
        };
        let is_map = matches!(self.tree.nodes[node].kind, Kind::Map(_));
        if is_map != (byte == b'}') {
            return Err(self.trouble());
        }
        self.at += 1;
        self.tree.nodes[node].span.end = self.at;
        Ok(())
    }

    fn string(&mut self) -> Result<(), Trouble> {
        let start = self.at;
        let mut at = start + 1;
        loop {
            let found = self.text.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest));
            let Some(found) = found else { return Err(self.trouble()) };
            at += found + 1;
            if self.text[at - 1] == b'"' {
                break;
            }
            at += 1;
        }
        let text = unescaped(&self.text[start + 1..at - 1]);
        self.add(Span::new(start, at), Kind::Scalar(text, Style::Double))?;
        Ok(())
    }

    /// A number, `true`, `false`, `null`.
    fn word(&mut self) -> Result<(), Trouble> {
        let rest = &self.text[self.at..];
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-._".contains(byte);
        let length = rest.iter().take_while(is_part).count();
        if length == 0 {
            return Err(self.trouble());
        }
        let text = String::from_utf8_lossy(&rest[..length]).into_owned();
        self.add(Span::new(self.at, self.at + length), Kind::Scalar(text, Style::Plain))?;
        Ok(())
    }

    /// Adds a value to what is open, and goes on behind it; behind a key, behind its colon.
    fn add(&mut self, span: Span, kind: Kind) -> Result<usize, Trouble> {
        self.at = span.end;
        let node = self.tree.nodes.len();
        let is_scalar = matches!(kind, Kind::Scalar(..));
        self.tree.nodes.push(Node { span, kind });
        let Some(&(parent, key)) = self.open.last() else {
            return Ok(node);
        };
        match (&mut self.tree.nodes[parent].kind, key) {
            (Kind::Map(entries), Some(key)) => {
                entries.push((key, node));
                self.wait_for(None);
            }
            (Kind::Map(_), None) => {
                self.wait_for(Some(node));
                if !is_scalar || self.peek() != Some(b':') {
                    return Err(self.trouble());
                }
                self.at += 1;
            }
            (Kind::List(items), _) => items.push(node),
            _ => {}
        }
        Ok(node)
    }

    fn wait_for(&mut self, key: Option<usize>) {
        if let Some((_, waiting)) = self.open.last_mut() {
            *waiting = key;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::tree::Value;

    #[test]
    fn comments_and_commas_too_many_are_allowed() {
        let text = "{\n  // the servers\n  \"a\": {\"b\": [1, \"x\\ny\", /* two */ true,],},\n}\n";
        let (tree, trouble) = read(text.as_bytes());

        assert_eq!(trouble, None);
        let list = tree.root().unwrap().at(&["a", "b"]).unwrap();
        let texts: Vec<_> = list.items().filter_map(Value::text).collect();
        assert_eq!(texts, ["1", "x\ny", "true"]);
        assert_eq!(&text[list.span().range()], "[1, \"x\\ny\", /* two */ true,]");
    }

    #[test]
    fn what_was_read_before_an_error_counts() {
        for text in [
            "{\"a\": \"b\", \"c\": [",
            "{\"a\": \"b\"] x",
            "{\"a\": \"b\", {}: 1}",
            "{\"a\": \"b\", \"c",
        ] {
            let (tree, trouble) = read(text.as_bytes());

            assert_eq!(tree.root().unwrap().get("a").unwrap().text(), Some("b"), "{text}");
            assert!(matches!(trouble, Some(Trouble::NotJson(_))), "{text}");
        }
    }

    #[test]
    fn a_thousand_levels_are_too_deep() {
        assert_eq!(read("[".repeat(1_000).as_bytes()).1, Some(Trouble::TooDeep));
    }
}
