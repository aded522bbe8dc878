//! Where the statements, strings and comments of a text lie.

use weighbridge_core::Span;

/// The structure of a text as far as searching it needs it.
///
/// Statements nest: what stands between the braces of a block is no part of the statement that opens the block. So each byte of code
/// belongs to one statement, and a statement is short even where its block is long.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    /// Statements in the order in which they begin.
    pub(crate) statements: Vec<Statement>,
    /// Pieces of statements, in order, disjoint.
    segments: Vec<Segment>,
    /// Strings and comments, in order, disjoint.
    pub(crate) quiet: Vec<Quiet>,
    /// Whether a literal does not close.
    pub(crate) is_broken: bool,
}

/// Statements around a statement that are looked at.
const MAX_DEPTH: usize = 128;

/// A statement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Statement {
    /// From its first byte to its last, blocks included.
    pub(crate) span: Span,
    /// Bytes of its own: without what stands in its blocks.
    pub(crate) length: usize,
    /// The statement in whose block it stands.
    pub(crate) parent: Option<usize>,
    /// Whether it stands in the body of a class.
    pub(crate) is_member: bool,
    /// Whether a bracket in it does not close.
    pub(crate) is_open: bool,
    first_segment: usize,
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    span: Span,
    statement: usize,
    /// The next segment of the same statement.
    next: Option<usize>,
}

/// Text in which names are not code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quiet {
    pub(crate) span: Span,
    pub(crate) is_comment: bool,
}

impl Lexed {
    /// Begins a statement and returns its index.
    pub(crate) fn begin(&mut self, at: usize, parent: Option<usize>, is_member: bool) -> usize {
        let statement = self.statements.len();
        self.statements.push(Statement {
            span: Span::new(at, at),
            length: 0,
            parent,
            is_member,
            is_open: false,
            first_segment: self.segments.len(),
        });
        self.segments.push(Segment {
            span: Span::new(at, at),
            statement,
            next: None,
        });
        statement
    }

    /// Goes on with a statement behind one of its blocks; `before` is its last segment.
    pub(super) fn resume(&mut self, at: usize, before: usize) {
        let statement = self.segments[before].statement;
        self.segments[before].next = Some(self.segments.len());
        self.segments.push(Segment {
            span: Span::new(at, at),
            statement,
            next: None,
        });
    }

    /// Where the segment that was begun last begins.
    pub(super) fn last_segment_start(&self) -> usize {
        self.segments.last().map_or(0, |segment| segment.span.start)
    }

    /// Ends the segment that was begun last, and returns its index.
    pub(crate) fn pause(&mut self, end: usize) -> usize {
        let index = self.segments.len() - 1;
        let segment = &mut self.segments[index];
        segment.span.end = end.max(segment.span.start);
        let statement = &mut self.statements[segment.statement];
        statement.length += segment.span.len();
        statement.span.end = segment.span.end;
        index
    }

    /// The statement that holds `offset`, and the piece of it that does.
    pub(crate) fn statement_at(&self, offset: usize) -> Option<(usize, Span)> {
        let index = self
            .segments
            .partition_point(|segment| segment.span.start <= offset)
            .checked_sub(1)?;
        let segment = &self.segments[index];
        (offset < segment.span.end).then_some((segment.statement, segment.span))
    }

    /// The pieces of a statement, in order.
    pub(crate) fn pieces(&self, statement: usize) -> impl Iterator<Item = Span> + '_ {
        let first = self.statements[statement].first_segment;
        std::iter::successors(Some(first), |segment| self.segments[*segment].next)
            .map(|segment| self.segments[segment].span)
    }

    /// The statements around one, the nearest first; of very deep nesting the inner ones.
    pub(crate) fn around(&self, statement: usize) -> impl Iterator<Item = usize> + '_ {
        let outer = |statement: usize| self.statements[statement].parent;
        std::iter::successors(outer(statement), move |statement| outer(*statement)).take(MAX_DEPTH)
    }

    /// The string or comment that holds `offset`.
    pub(crate) fn quiet_at(&self, offset: usize) -> Option<Quiet> {
        let index = self.quiet.partition_point(|quiet| quiet.span.end <= offset);
        self.quiet
            .get(index)
            .copied()
            .filter(|quiet| quiet.span.start <= offset)
    }
}
