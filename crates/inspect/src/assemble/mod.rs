//! Assembles the model files of examples from text: opcodes of pickle by their names, bytes, and blocks such as archives.
//!
//! `docs/rule-pages.md` describes the language. It exists so that a page can show a model file and be its test.

mod block;
mod statement;
mod zip;

use block::Block;
use statement::Statement;

/// A line that cannot be assembled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct AssemblyError {
    /// The line of the text, from 0.
    pub(crate) line: usize,
    /// What is wrong with it.
    pub(crate) message: String,
}

impl AssemblyError {
    fn new(line: usize, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { line, message }
    }
}

/// Where the bytes of a line came to lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The members of archives around them, as a listing names them.
    member: Vec<String>,
    start: u64,
    end: u64,
    line: usize,
}

/// Bytes, and which line each of them comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Assembled {
    pub(crate) bytes: Vec<u8>,
    pub(super) marks: Vec<Mark>,
}

impl Assembled {
    /// The line that the byte at `offset` of `member` comes from; for a place behind the last byte, or one that no line names, the nearest
    /// line before it.
    pub(crate) fn line_of(&self, member: &str, offset: u64) -> usize {
        let of_member = self.marks.iter().filter(|mark| mark.member.join("!") == member);
        let before = of_member.filter(|mark| mark.start <= offset);
        // Of several the innermost: a block has the bytes of its lines too.
        let nearest = before.max_by_key(|mark| (mark.start, std::cmp::Reverse(mark.end)));
        nearest.map_or(0, |mark| mark.line)
    }

    /// Adds bytes that a line gives.
    fn add(&mut self, bytes: &[u8], line: usize) {
        let start = self.bytes.len() as u64;
        self.bytes.extend_from_slice(bytes);
        self.mark(start, self.bytes.len() as u64, line);
    }

    fn mark(&mut self, start: u64, end: u64, line: usize) {
        self.marks.push(Mark {
            member: Vec::new(),
            start,
            end,
            line,
        });
    }

    /// Adds something assembled as it is.
    fn append(&mut self, inner: Self) {
        let base = self.bytes.len() as u64;
        self.bytes.extend_from_slice(&inner.bytes);
        self.marks.extend(inner.marks.into_iter().map(|mark| Mark {
            // Only places in this very member have moved.
            start: mark.start + if mark.member.is_empty() { base } else { 0 },
            end: mark.end + if mark.member.is_empty() { base } else { 0 },
            ..mark
        }));
    }

    /// Adds `bytes`, which stand for something that was assembled as a member called `name`.
    fn append_member(&mut self, name: &str, bytes: &[u8], inner: Vec<Mark>) {
        self.bytes.extend_from_slice(bytes);
        self.marks.extend(inner.into_iter().map(|mut mark| {
            mark.member.insert(0, name.to_owned());
            mark
        }));
    }
}

/// Assembles a text.
pub(crate) fn assemble(text: &str) -> Result<Assembled, AssemblyError> {
    let mut statements = Vec::new();
    for (line, content) in text.lines().enumerate() {
        statements.extend(Statement::parse_line(content, line)?);
    }
    let mut rest = statements.as_slice();
    let assembled = Block::assemble(&mut rest, 0)?;
    match rest.first() {
        None => Ok(assembled),
        Some(statement) => Err(AssemblyError::new(statement.line, "`end` without a beginning")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opcodes_become_bytes_and_lines_are_remembered() {
        let assembled = assemble(
            "PROTO 2\nGLOBAL \"os\" \"system\"  # a comment\nMARK ; BINUNICODE \"id\" ; TUPLE\nREDUCE\nSTOP\n",
        )
        .unwrap();

        assert_eq!(assembled.bytes, b"\x80\x02cos\nsystem\n(X\x02\0\0\0idtR.");
        assert_eq!(
            (
                assembled.line_of("", 2),
                assembled.line_of("", 14),
                assembled.line_of("", 22)
            ),
            (1, 2, 3)
        );
    }

    #[test]
    fn members_have_places_of_their_own() {
        let assembled = assemble("zip\nmember \"a/data.pkl\"\nPROTO 2\nNONE\nSTOP\nend\nend\n").unwrap();

        assert!(assembled.bytes.starts_with(b"PK\x03\x04"));
        assert_eq!(assembled.line_of("a/data.pkl", 2), 3);
        assert_eq!(assembled.line_of("", 0), 1);
    }

    #[test]
    fn faults_have_a_line() {
        for (text, line) in [
            ("PROTO 2\nPROT 3", 1),
            ("zip\nmember \"a\"\nend", 0),
            ("end", 0),
            ("text \"abc", 0),
            ("u8 256", 0),
        ] {
            assert_eq!(assemble(text).unwrap_err().line, line, "{text}");
        }
    }
}
