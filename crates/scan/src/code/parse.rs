//! Parses snippets within a budget.

use std::ops::ControlFlow;

use tree_sitter::{Language, ParseOptions, Parser, Tree};

/// Progress callbacks (one for about 100 operations of the parser) allowed for a text, and for each of its bytes.
///
/// Counted and not timed, so that the same text gives the same result on every machine. Ordinary code needs well under one callback
/// for ten bytes.
const FREE_CALLBACKS: usize = 2_000;
const CALLBACKS_PER_BYTE: usize = 1;

/// The parser of one thread for one grammar.
pub(crate) struct CodeParser(Parser);

impl CodeParser {
    pub(crate) fn new(grammar: &Language) -> Self {
        let mut parser = Parser::new();
        parser
            .set_language(grammar)
            .expect("the grammars fit the library: all are pinned");
        Self(parser)
    }

    /// The tree of `text`; `None` if the budget ran out.
    pub(crate) fn parse(&mut self, text: &[u8]) -> Option<Tree> {
        let mut left = FREE_CALLBACKS + text.len() * CALLBACKS_PER_BYTE;
        let mut progress = |_: &tree_sitter::ParseState| {
            left = left.saturating_sub(1);
            if left == 0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let mut input = |offset: usize, _| text.get(offset..).unwrap_or_default();
        let tree = self.0.parse_with_options(
            &mut input,
            None,
            Some(ParseOptions::new().progress_callback(&mut progress)),
        );
        if tree.is_none() {
            self.0.reset();
        }
        tree
    }
}
