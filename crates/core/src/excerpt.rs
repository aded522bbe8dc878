//! Cuts text out of a source so that it can be shown.
//!
//! Everything printed passes through here. A byte covered by the mask is never copied, whichever rule asks.

use crate::visible::push_visible;
use crate::{Mask, Source, Span};

/// What stands in a report for a secret, whatever its length.
const MASKED: &str = "********";
/// Lines shown before and after the marked ones.
const CONTEXT_LINES: usize = 2;
/// Marked lines shown of a span that runs over many.
const MAX_MARKED_LINES: usize = 6;
/// Bytes of a long line shown before the mark, and in all.
const BYTES_BEFORE: usize = 100;
const MAX_LINE_BYTES: usize = 320;

/// A few lines of a source around a span, with secrets cut out and hidden characters spelled out.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excerpt {
    lines: Vec<ExcerptLine>,
}

/// One line of an excerpt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExcerptLine {
    /// The line number in the source, from 1.
    pub number: usize,
    /// The text as shown, without line end. `…` stands where a long line was cut.
    pub text: String,
    /// The part of `text` that the finding is about, as byte offsets into `text`; `None` on context lines.
    pub mark: Option<(usize, usize)>,
}

impl Excerpt {
    /// The lines around `span`, cut through `mask`. The only way to make an excerpt of a source.
    pub fn cut(source: &Source<'_>, span: Span, mask: &Mask) -> Self {
        let first = source.line_index(span.start);
        let last = source
            .line_index(span.end.saturating_sub(1).max(span.start))
            .min(first + MAX_MARKED_LINES - 1);
        let from = first.saturating_sub(CONTEXT_LINES);
        let to = (last + CONTEXT_LINES).min(source.line_count() - 1);
        let mut lines: Vec<_> = (from..=to)
            .map(|index| {
                let marked = (first..=last).contains(&index);
                cut_line(source, index, marked.then_some(span), mask)
            })
            .collect();
        if lines
            .last()
            .is_some_and(|line| line.mark.is_none() && line.text.is_empty())
        {
            lines.pop();
        }
        Self { lines }
    }

    /// The excerpt that a written report holds. `None` if the lines do not follow one another, or if a mark does not lie
    /// between characters of its text.
    ///
    /// No mask is asked, and none is needed: [`Excerpt::cut`] took the secrets out before the report was written, and from
    /// text without them none can be put together again. The report may come from anybody, so hidden characters are
    /// spelled out once more (which changes no text that was), and the marks move with their text.
    pub fn restored(lines: impl IntoIterator<Item = ExcerptLine>) -> Option<Self> {
        let lines: Option<Vec<_>> = lines.into_iter().map(|line| restored_line(&line)).collect();
        let lines = lines?;
        let is_in_order = lines
            .windows(2)
            .all(|pair| pair[0].number.checked_add(1) == Some(pair[1].number));
        (is_in_order && lines.first().is_none_or(|line| line.number > 0)).then_some(Self { lines })
    }

    /// The lines, in order.
    pub fn lines(&self) -> &[ExcerptLine] {
        &self.lines
    }
}

fn restored_line(line: &ExcerptLine) -> Option<ExcerptLine> {
    let (from, to) = line.mark.unwrap_or_default();
    // A part that is no text of its own also refuses ends in front of their beginning.
    let parts = [line.text.get(..from)?, line.text.get(from..to)?, line.text.get(to..)?];
    let mut text = String::with_capacity(line.text.len());
    let ends = parts.map(|part| {
        push_visible(&mut text, part.as_bytes());
        text.len()
    });
    Some(ExcerptLine {
        number: line.number,
        mark: line.mark.map(|_| (ends[0], ends[1])),
        text,
    })
}

/// The text of `span` as it may be shown: one line, cut through `mask`, at most `max_bytes` of the source.
pub(crate) fn shown_text(source: &Source<'_>, span: Span, mask: &Mask, max_bytes: usize) -> String {
    let end = span.end.min(span.start + max_bytes).min(source.bytes().len());
    let mut text = String::new();
    push_masked(&mut text, source.bytes(), Span::new(span.start, end), mask);
    if end < span.end {
        text.push('…');
    }
    text
}

/// The whole text as it may be shown: each line cut through `mask`, with hidden characters spelled out; line ends stay, and so does a
/// byte-order mark.
pub fn masked_text(source: &Source<'_>, mask: &Mask) -> Vec<u8> {
    let bytes = source.bytes();
    let byte_order_mark = "\u{feff}".as_bytes();
    let mut at = if bytes.starts_with(byte_order_mark) {
        byte_order_mark.len()
    } else {
        0
    };
    let mut out = bytes[..at].to_vec();
    for index in 0..source.line_count() {
        let line = source.line_span(index);
        out.extend_from_slice(&bytes[at.min(line.start)..line.start]);
        let mut text = String::new();
        push_masked(&mut text, bytes, Span::new(line.start.max(at), line.end), mask);
        out.extend_from_slice(text.as_bytes());
        at = line.end;
    }
    out.extend_from_slice(&bytes[at..]);
    out
}

fn cut_line(source: &Source<'_>, index: usize, about: Option<Span>, mask: &Mask) -> ExcerptLine {
    let line = source.line_span(index);
    let mark = about.map(|span| {
        let start = span.start.clamp(line.start, line.end);
        Span::new(start, span.end.clamp(start, line.end))
    });
    let start = match mark {
        Some(mark) if line.len() > MAX_LINE_BYTES => mark.start.saturating_sub(BYTES_BEFORE).max(line.start),
        _ => line.start,
    };
    let window = Span::new(start, line.end.min(start + MAX_LINE_BYTES));
    let mut text = String::new();
    if window.start > line.start {
        text.push('…');
    }
    let mark = match mark {
        None => {
            push_masked(&mut text, source.bytes(), window, mask);
            None
        }
        Some(mark) => {
            push_masked(&mut text, source.bytes(), Span::new(window.start, mark.start), mask);
            let from = text.len();
            let mark_end = mark.end.min(window.end);
            push_masked(&mut text, source.bytes(), Span::new(mark.start, mark_end), mask);
            let to = text.len();
            push_masked(&mut text, source.bytes(), Span::new(mark_end, window.end), mask);
            Some((from, to))
        }
    };
    if window.end < line.end {
        text.push('…');
    }
    ExcerptLine {
        number: index + 1,
        text,
        mark,
    }
}

/// Appends the bytes of `span`; each masked stretch is replaced by [`MASKED`].
fn push_masked(out: &mut String, bytes: &[u8], span: Span, mask: &Mask) {
    let mut at = span.start;
    while at < span.end {
        match mask.at_or_after(at) {
            Some(hidden) if hidden.start <= at => {
                // A stretch that a cut divides is shown once: the part behind the cut adds nothing.
                if !out.ends_with(MASKED) || hidden.start == at {
                    out.push_str(MASKED);
                }
                at = hidden.end;
            }
            Some(hidden) if hidden.start < span.end => {
                push_visible(out, &bytes[at..hidden.start]);
                at = hidden.start;
            }
            _ => {
                push_visible(out, &bytes[at..span.end]);
                at = span.end;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Language, SourcePath};

    fn source(text: &str) -> Source<'_> {
        Source::new(SourcePath::new(b"a.txt"), Language::TEXT, text.as_bytes())
    }

    #[test]
    fn a_secret_is_cut_out_of_the_mark_and_of_the_context() {
        let source = source("token = hunter2\neval(x)\n");
        let mask = Mask::new(vec![Span::new(8, 15)]);

        let excerpt = Excerpt::cut(&source, Span::new(16, 20), &mask);

        let texts: Vec<_> = excerpt.lines().iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["token = ********", "eval(x)"]);
        assert_eq!(excerpt.lines()[1].mark, Some((0, 4)));
    }

    #[test]
    fn a_mark_inside_a_secret_marks_the_mask() {
        let source = source("key: abcdef;");
        let mask = Mask::new(vec![Span::new(5, 11)]);

        let excerpt = Excerpt::cut(&source, Span::new(5, 11), &mask);

        assert_eq!(excerpt.lines()[0].text, "key: ********;");
        assert_eq!(excerpt.lines()[0].mark, Some((5, 13)));
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let text = format!("{}eval(x){}", "a".repeat(10_000), "b".repeat(10_000));
        let source = source(&text);

        let excerpt = Excerpt::cut(&source, Span::new(10_000, 10_004), &Mask::default());

        let line = &excerpt.lines()[0];
        let (from, to) = line.mark.expect("the line is marked");
        assert_eq!(&line.text[from..to], "eval");
        assert!(line.text.len() < 400 && line.text.starts_with('…') && line.text.ends_with('…'));
    }

    fn line(number: usize, text: &str, mark: Option<(usize, usize)>) -> ExcerptLine {
        let text = text.to_owned();
        ExcerptLine { number, text, mark }
    }

    #[test]
    fn hidden_characters_do_not_come_back_with_a_report() {
        let excerpt = Excerpt::restored([line(3, "a\u{1b}\u{202e}eval\n(x)", Some((5, 9)))]).unwrap();

        let line = &excerpt.lines()[0];
        assert_eq!(line.text, "a\\u{1b}\\u{202e}eval\\u{a}(x)");
        let (from, to) = line.mark.unwrap();
        assert_eq!(&line.text[from..to], "eval");
    }

    #[test]
    fn a_mark_outside_of_its_text_is_refused() {
        for mark in [(0, 4), (4, 4), (2, 1), (1, 2), (usize::MAX, usize::MAX)] {
            assert_eq!(Excerpt::restored([line(1, "aé", Some(mark))]), None, "{mark:?}");
        }
        assert!(Excerpt::restored([line(1, "aé", Some((1, 3))), line(2, "", Some((0, 0)))]).is_some());
    }

    #[test]
    fn lines_that_do_not_follow_one_another_are_refused() {
        for numbers in [[0, 1], [1, 3], [2, 2], [2, 1], [usize::MAX, 0]] {
            assert_eq!(Excerpt::restored(numbers.map(|number| line(number, "", None))), None);
        }
        assert!(Excerpt::restored([]).is_some());
    }

    proptest! {
        #[test]
        fn what_was_cut_is_restored_as_it_was(text in "\\PC{0,60}|[\\x00-\\x1f\u{202e}a]{0,60}", start in 0usize..200, length in 0usize..200) {
            let source = source(&text);
            let start = start.min(text.len());
            let cut = Excerpt::cut(&source, Span::new(start, (start + length).min(text.len())), &Mask::default());

            prop_assert_eq!(Excerpt::restored(cut.lines().to_vec()), Some(cut));
        }

        /// The secret consists of characters that occur nowhere else, so any of them in the excerpt is a leak.
        #[test]
        fn no_masked_byte_is_ever_copied(
            before in "[a-z\n ]{0,400}", secret in "[A-Z]{1,60}", after in "[a-z\n ]{0,400}", from in 0usize..900, length in 0usize..900,
        ) {
            let text = format!("{before}{secret}{after}");
            let mask = Mask::new(vec![Span::new(before.len(), before.len() + secret.len())]);
            let source = Source::new(SourcePath::new(b"p"), Language::TEXT, text.as_bytes());
            let start = from.min(text.len());
            let span = Span::new(start, (start + length).min(text.len()));

            let excerpt = Excerpt::cut(&source, span, &mask);
            let shown = shown_text(&source, span, &mask, 200);

            prop_assert!(!shown.contains(|c: char| c.is_ascii_uppercase()));
            for line in excerpt.lines() {
                prop_assert!(!line.text.contains(|c: char| c.is_ascii_uppercase()), "{}", line.text);
                if let Some((from, to)) = line.mark {
                    prop_assert!(line.text.get(from..to).is_some());
                }
            }
        }
    }
}
