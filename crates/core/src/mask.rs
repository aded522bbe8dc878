//! Every byte of a file that must not be shown.

use crate::Span;

/// Sorted, disjoint spans that are cut out of everything that is shown from one source.
///
/// Built from the detections of *all* sensitive rules on the file, also those that are switched off or suppressed: one rule must
/// not print what another must hide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mask(Vec<Span>);

impl Mask {
    /// The mask that covers these spans, in any order, overlapping or not.
    pub fn new(mut spans: Vec<Span>) -> Self {
        spans.retain(|span| !span.is_empty());
        spans.sort_unstable();
        let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match merged.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => merged.push(span),
            }
        }
        Self(merged)
    }

    /// Whether nothing is covered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The covered span that holds `offset`, or else the next one behind it.
    pub fn at_or_after(&self, offset: usize) -> Option<Span> {
        self.0.get(self.0.partition_point(|span| span.end <= offset)).copied()
    }

    /// Whether the byte at `offset` is covered.
    pub fn covers(&self, offset: usize) -> bool {
        self.at_or_after(offset).is_some_and(|span| span.contains(offset))
    }

    /// The covered spans, in order.
    pub fn spans(&self) -> &[Span] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_and_touching_spans_merge() {
        let mask = Mask::new(vec![
            Span::new(5, 9),
            Span::new(1, 3),
            Span::new(3, 4),
            Span::new(7, 12),
            Span::new(2, 2),
        ]);

        assert_eq!(mask.spans(), [Span::new(1, 4), Span::new(5, 12)]);
        assert!(mask.covers(1) && mask.covers(11) && !mask.covers(4) && !mask.covers(12));
    }
}
