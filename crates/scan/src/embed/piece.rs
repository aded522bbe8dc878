//! A piece of code in another file.

use weighbridge_core::{Language, SourcePath, Span};

use crate::code::snippet::Snippet;
use crate::language::{PROMPT, called};
use crate::prompt::Context;

/// A text in a language, and the way back to the file.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) language: Language,
    /// The extension that a file of its own would have.
    extension: &'static str,
    pub(crate) text: Snippet,
    /// What is known of a prompt.
    pub(crate) prompt: Option<Context>,
}

impl Piece {
    /// A piece in the language that people call `word`; `None` if nothing is known of it.
    pub(crate) fn called(word: &[u8]) -> Option<Self> {
        let (language, extension) = called(std::str::from_utf8(word).ok()?)?;
        Some(Self {
            language,
            extension,
            text: Snippet::default(),
            prompt: None,
        })
    }

    /// A text for a language model.
    pub(crate) fn prompt(context: Context) -> Self {
        Self {
            language: PROMPT,
            extension: "prompt",
            text: Snippet::default(),
            prompt: Some(context),
        }
    }

    /// A piece of shell script.
    pub(crate) fn shell() -> Self {
        Self::called(b"sh").expect("shell is one of the languages")
    }

    /// The name that a file of its own would have.
    pub(crate) fn name(&self) -> SourcePath {
        SourcePath::new(format!("embedded.{}", self.extension).as_bytes())
    }

    /// Appends the bytes of `span`.
    pub(crate) fn copy(&mut self, source: &[u8], span: Span) {
        if !span.is_empty() {
            self.text.copy(source, span);
        }
    }

    /// Appends bytes that do not stand in the file like that.
    pub(crate) fn add(&mut self, text: &[u8]) {
        self.text.add(text);
    }

    /// Whether there is anything in it.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.text().trim_ascii().is_empty()
    }

    /// The bytes of the file that a span of the text comes from.
    pub(crate) fn span_in_file(&self, span: Span) -> Span {
        let start = self.text.source_offset(span.start);
        if span.is_empty() {
            return Span::new(start, start);
        }
        // The end of the last byte, and not the beginning of the next: what follows may come from elsewhere.
        let last = self.text.source_offset(span.end - 1);
        Span::new(start, (last + 1).max(start))
    }
}

/// The lines of a text, line ends included.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = Span> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= text.len() {
            return None;
        }
        let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |found| at + found + 1);
        let line = Span::new(at, end);
        at = end;
        Some(line)
    })
}

/// The line without its line end.
pub(crate) fn without_line_end(text: &[u8], line: Span) -> Span {
    let bytes = &text[line.range()];
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    Span::new(line.start, line.start + bytes.len())
}

/// Blanks and tabs at the beginning of a line.
pub(crate) fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|byte| b" \t".contains(byte)).count()
}
