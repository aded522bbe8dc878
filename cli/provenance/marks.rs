//! Which lines of a file somebody says something about.

use weighbridge_core::Provenance;

/// The lines of one version of a file that are declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    ai: Lines,
    human: Lines,
}

/// Half-open ranges; sorted and apart once the marks are settled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Lines(Vec<(usize, usize)>);

impl Marks {
    /// Declares the lines from `first` to `last`, both included. Numbers that no file reaches do no harm.
    pub(super) fn declare(&mut self, provenance: Provenance, first: usize, last: usize) {
        let lines = match provenance {
            Provenance::DeclaredAi => &mut self.ai,
            Provenance::DeclaredHuman => &mut self.human,
            Provenance::Unknown => return,
        };
        if first <= last {
            lines.0.push((first, last.saturating_add(1)));
        }
    }

    /// Puts the ranges in order, so that lines can be looked up.
    pub(super) fn settle(&mut self) {
        self.ai.settle();
        self.human.settle();
    }

    /// Who wrote the line. Where two disagree it was a model: what somebody declares can raise the bar and not lower it.
    pub(super) fn of(&self, line: usize) -> Provenance {
        if self.ai.holds(line) {
            Provenance::DeclaredAi
        } else if self.human.holds(line) {
            Provenance::DeclaredHuman
        } else {
            Provenance::Unknown
        }
    }
}

impl Lines {
    fn settle(&mut self) {
        self.0.sort_unstable();
        self.0.dedup_by(|next, kept| {
            let touches = next.0 <= kept.1;
            if touches {
                kept.1 = kept.1.max(next.1);
            }
            touches
        });
    }

    fn holds(&self, line: usize) -> bool {
        let after = self.0.partition_point(|&(start, _)| start <= line);
        after > 0 && line < self.0[after - 1].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_ranges_are_one_and_a_model_wins_over_a_person() {
        let mut marks = Marks::default();
        for (provenance, first, last) in [
            (Provenance::DeclaredAi, 5, 9),
            (Provenance::DeclaredAi, 1, 3),
            (Provenance::DeclaredAi, 2, 2),
            (Provenance::DeclaredHuman, 3, 4),
            (Provenance::DeclaredHuman, 20, usize::MAX),
            (Provenance::DeclaredHuman, 12, 11),
        ] {
            marks.declare(provenance, first, last);
        }
        marks.settle();

        let of = [0, 1, 3, 4, 5, 9, 10, 11, 12, 20, 1 << 40].map(|line| marks.of(line).name());
        assert_eq!(
            of,
            [
                "unknown",
                "declared-ai",
                "declared-ai",
                "declared-human",
                "declared-ai",
                "declared-ai",
                "unknown",
                "unknown",
                "unknown",
                "declared-human",
                "declared-human"
            ]
        );
    }
}
