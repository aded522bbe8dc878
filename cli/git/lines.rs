//! Which lines of a file count, and which findings lie on them.

use std::sync::Arc;

use weighbridge_core::{Finding, Span};

/// The lines of a file whose findings are reported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lines {
    /// All of them.
    All,
    /// Those from the first to the second number, half-open, sorted. Lines count from 1 and end with LF alone, as git counts;
    /// a lone CR must not move a finding away from the line that was added.
    Added(Arc<[(usize, usize)]>),
}

impl Lines {
    /// Separates the findings in `text` that touch one of the lines from the others.
    pub(crate) fn separated(&self, text: &[u8], findings: Vec<Finding>) -> (Vec<Finding>, Vec<Finding>) {
        if findings.is_empty() || *self == Self::All {
            return (findings, Vec::new());
        }
        let lines = GitLines::of(text);
        findings
            .into_iter()
            .partition(|finding| self.touch(&lines, finding.location.span))
    }

    /// Whether `span` of `text` touches one of the lines.
    pub(crate) fn hold(&self, text: &[u8], span: Span) -> bool {
        *self == Self::All || self.touch(&GitLines::of(text), span)
    }

    fn touch(&self, lines: &GitLines, span: Span) -> bool {
        let Self::Added(added) = self else { return true };
        let first = lines.line_at(span.start);
        let last = lines.line_at(span.end.saturating_sub(1).max(span.start));
        added.iter().any(|&(start, end)| first < end && start <= last)
    }
}

/// The lines of a text as git counts them: from 1, ended by LF alone.
pub(crate) struct GitLines {
    /// Where each LF stands.
    ends: Vec<usize>,
    count: usize,
}

impl GitLines {
    /// The lines of `text`.
    pub(crate) fn of(text: &[u8]) -> Self {
        Self {
            ends: memchr::memchr_iter(b'\n', text).collect(),
            count: Self::count(text),
        }
    }

    /// How many lines `text` has; none if it is empty.
    pub(crate) fn count(text: &[u8]) -> usize {
        memchr::memchr_iter(b'\n', text).count() + usize::from(text.last().is_some_and(|&last| last != b'\n'))
    }

    /// The line that holds `offset`. Behind the last LF git sees no further line.
    pub(crate) fn line_at(&self, offset: usize) -> usize {
        (1 + self.ends.partition_point(|&end| end < offset)).min(self.count.max(1))
    }
}

#[cfg(test)]
mod tests {
    use weighbridge_core::{Confidence, Detection, Language, MessagePart, RuleId, Severity, Source, SourcePath, admit};

    use super::*;

    fn kept(text: &str, span: Span, added: &[(usize, usize)]) -> bool {
        let source = Source::new(SourcePath::new(b"a"), Language::TEXT, text.as_bytes());
        let detection = Detection {
            rule: RuleId::from_static("a/b"),
            span,
            scope: span,
            severity: Severity::High,
            confidence: Confidence::High,
            message: vec![MessagePart::Text("found".to_owned())],
            help: None,
            secret: None,
            reported: true,
            suppression: None,
            flow: None,
        };
        let lines = Lines::Added(added.into());
        let (inside, outside) = lines.separated(text.as_bytes(), admit(&source, vec![detection]));
        assert_eq!(inside.len() + outside.len(), 1);
        inside.len() == 1
    }

    #[test]
    fn a_finding_counts_if_one_of_its_lines_was_added() {
        let text = "one\ntwo\nthree\nfour\n";

        assert!(kept(text, Span::new(4, 7), &[(2, 3)]));
        assert!(!kept(text, Span::new(4, 7), &[(1, 2), (3, 4)]));
        assert!(kept(text, Span::new(4, 13), &[(3, 4)]));
        // The line end belongs to the line it ends.
        assert!(!kept(text, Span::new(4, 8), &[(3, 4)]));
        assert!(!kept(text, Span::new(4, 7), &[]));
    }

    #[test]
    fn a_lone_carriage_return_is_no_line_end_for_git() {
        assert!(kept("a\rb\rc\nd", Span::new(4, 5), &[(1, 2)]));
        assert!(kept("a\r\nb\r\nc", Span::new(6, 7), &[(3, 4)]));
    }

    #[test]
    fn a_finding_behind_the_last_line_belongs_to_it() {
        assert!(kept("a\nb\n", Span::new(4, 4), &[(2, 3)]));
        assert!(kept("", Span::new(0, 0), &[(1, 2)]));
    }
}
