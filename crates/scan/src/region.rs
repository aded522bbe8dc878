//! The regions of a text: what kind of text stands where.

use weighbridge_core::Span;

/// A kind of region, by the name that pages use.
pub(crate) type Kind = &'static str;

/// Sorted, disjoint regions; what none of them holds is of the rest's kind.
#[derive(Debug, Default)]
pub(crate) struct Regions {
    regions: Vec<(Span, Kind)>,
    rest: Kind,
}

impl Regions {
    /// The regions, in order, and the kind of everything between them.
    pub(crate) fn new(regions: Vec<(Span, Kind)>, rest: Kind) -> Self {
        Self { regions, rest }
    }

    /// The kind of region that holds `offset`.
    pub(crate) fn kind_at(&self, offset: usize) -> Kind {
        let index = self.regions.partition_point(|(span, _)| span.end <= offset);
        match self.regions.get(index) {
            Some((span, kind)) if span.start <= offset => kind,
            _ => self.rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_region_holds_is_of_the_rest() {
        let regions = Regions::new(vec![(Span::new(2, 4), "string")], "code");

        assert_eq!(
            [0, 2, 3, 4].map(|offset| regions.kind_at(offset)),
            ["code", "string", "string", "code"]
        );
    }
}
