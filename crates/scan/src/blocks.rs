//! Code in the answer of a model: the fenced blocks of Markdown.

use weighbridge_core::{Language, Source, SourcePath};

use crate::embed;

/// A block of code in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeBlock {
    /// Its language.
    pub language: Language,
    /// The name that a file of its own would have, for patterns and splitters: `embedded.py`.
    pub name: SourcePath,
    /// Its text.
    pub text: Vec<u8>,
}

/// The fenced blocks of `text`, as Markdown, in a language that is known; in order.
pub fn code_blocks(text: &[u8]) -> Vec<CodeBlock> {
    let source = Source::new(SourcePath::new(b"output.md"), Language::TEXT, text);
    let pieces = embed::split(&source, false).map_or_else(Vec::new, |split| split.pieces);
    let blocks = pieces.into_iter().map(|piece| CodeBlock {
        language: piece.language,
        name: piece.name(),
        text: piece.text.text().to_vec(),
    });
    blocks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_in_a_known_language_are_given_in_order() {
        let blocks = code_blocks(b"text\n```py\nprint(1)\n```\n```\nno language\n```\n```bash\nls\n```\n");

        let seen: Vec<_> = blocks
            .iter()
            .map(|block| (block.language.name(), block.text.as_slice()))
            .collect();
        assert_eq!(seen, [("python", &b"print(1)\n"[..]), ("shell", b"ls\n")]);
    }
}
