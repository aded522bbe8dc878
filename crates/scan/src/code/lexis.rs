//! How languages with braces are written, as far as the lexer asks.

/// How a language is written, as far as the lexer asks.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property of its own, and a language has any of them"
)]
pub(crate) struct Lexis {
    /// What begins a comment that ends with the line.
    pub(crate) line_comments: &'static [&'static [u8]],
    /// Literals; a longer opening stands before a shorter one.
    pub(crate) literals: &'static [Literal],
    /// Whether `` `a ${b}` `` is a text with code in it.
    pub(crate) has_templates: bool,
    /// Whether `/` can begin a regular expression.
    pub(crate) has_regexes: bool,
    /// Whether the end of a line ends a statement that looks complete.
    pub(crate) lines_end_statements: bool,
    /// What `{` opens behind this text: from the innermost bracket or the last block of the statement on.
    pub(crate) brace: fn(before: &[u8], is_inside_brackets: bool) -> Brace,
    /// Bytes with which a line goes on that looked complete.
    pub(crate) joiners: &'static [u8],
    /// What begins a statement and cannot begin a line inside brackets: where it does, a bracket was not closed.
    pub(crate) starters: &'static [&'static [u8]],
    /// Words behind a block with which the statement goes on: `else`.
    pub(crate) followers: &'static [&'static [u8]],
    /// Whether a `#` at the beginning of a line makes the line a directive of its own.
    pub(crate) has_directives: bool,
    /// Literals that no [`Literal`] describes; asked before they are.
    pub(crate) odd: Oddities,
}

impl Lexis {
    /// Statements with semicolons, comments as in C; everything else to be filled in.
    pub(crate) const PLAIN: Self = Self {
        line_comments: &[b"//"],
        literals: &[Literal::line(b"\""), Literal::line(b"'")],
        has_templates: false,
        has_regexes: false,
        lines_end_statements: false,
        brace: |_, _| Brace::Block,
        joiners: b"",
        starters: &[],
        followers: &[],
        has_directives: false,
        odd: Oddities {
            firsts: b"",
            at: |_, _| Odd::None,
        },
    };
}

/// Literals for which a language has a function.
pub(crate) struct Oddities {
    /// The bytes at which the function is asked.
    pub(crate) firsts: &'static [u8],
    /// What begins at an offset of a text.
    pub(crate) at: fn(text: &[u8], offset: usize) -> Odd,
}

/// What stands at an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Odd {
    /// What the lexis says.
    None,
    /// A literal of this many bytes.
    Literal(usize),
    /// A byte of code that looks like the beginning of a literal.
    Code,
    /// A literal that does not close.
    Open,
}

/// A kind of literal.
pub(crate) struct Literal {
    pub(crate) open: &'static [u8],
    pub(crate) close: &'static [u8],
    /// Whether a backslash takes the next byte along.
    pub(crate) has_escapes: bool,
    /// Whether it may hold line ends.
    pub(crate) spans_lines: bool,
}

impl Literal {
    /// A literal on one line with escapes.
    pub(crate) const fn line(quote: &'static [u8]) -> Self {
        Self {
            open: quote,
            close: quote,
            has_escapes: true,
            spans_lines: false,
        }
    }
}

/// What a brace opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brace {
    /// Statements.
    Block,
    /// Members of a class.
    Members,
    /// A part of an expression or of a type.
    Inside,
}
