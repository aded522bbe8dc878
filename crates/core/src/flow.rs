//! Where the value that reaches a dangerous call comes from, and by which steps: the evidence behind a graded severity.

use std::fmt;
use std::str::FromStr;

use crate::{Location, Span, UnknownLevel};

/// Steps kept of one flow: the source and the last ones before the call.
pub const MAX_FLOW_STEPS: usize = 8;

/// Where a value comes from. **Ordered by how little the program can trust it.**
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// The program itself: nobody outside decides it.
    Constant,
    /// Something that the text does not tell.
    Unknown,
    /// A parameter of the function.
    Parameter,
    /// A file.
    File,
    /// The answer of another machine.
    Network,
    /// Who starts the program: its arguments, its environment, what is typed.
    Input,
    /// A request from outside.
    Request,
    /// The output of a language model, or an argument that one has chosen.
    Llm,
}

impl Origin {
    /// Every origin, the most trusted first.
    pub const ALL: [Self; 8] = [
        Self::Constant,
        Self::Unknown,
        Self::Parameter,
        Self::File,
        Self::Network,
        Self::Input,
        Self::Request,
        Self::Llm,
    ];
    const NAMES: &'static [&'static str] = &[
        "constant",
        "unknown",
        "parameter",
        "file",
        "network",
        "input",
        "request",
        "llm",
    ];

    /// The name, as written on pages and in reports.
    pub const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The name in a sentence that begins with "from".
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Constant => "the program itself",
            Self::Unknown => "elsewhere",
            Self::Parameter => "the caller",
            Self::File => "a file",
            Self::Network => "another machine",
            Self::Input => "who starts the program",
            Self::Request => "a request",
            Self::Llm => "a language model",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Origin {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        let known = Self::ALL.into_iter().find(|origin| origin.name() == text);
        known.ok_or_else(|| UnknownLevel {
            given: text.to_owned(),
            known: Self::NAMES,
        })
    }
}

/// The way of a value to the place of a finding, as places in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetectedFlow {
    /// Where the value comes from.
    pub origin: Origin,
    /// Whether something on the way makes it harmless, or a check stands before the call.
    pub is_tamed: bool,
    /// The source first; the place of the finding itself is left out.
    pub steps: Vec<Span>,
}

/// The way of a value to the place of a finding, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flow {
    /// Where the value comes from.
    pub origin: Origin,
    /// Whether something on the way makes it harmless, or a check stands before the call.
    pub is_tamed: bool,
    /// The source first, at most [`MAX_FLOW_STEPS`]; the place of the finding itself is left out.
    pub steps: Vec<FlowStep>,
}

/// A place that a value passes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlowStep {
    /// The place, in the file of the finding.
    pub location: Location,
    /// The text there, cut short and through the mask.
    pub text: String,
}

/// The source and the last steps, so that no more than [`MAX_FLOW_STEPS`] are left.
pub(crate) fn kept_steps(steps: &[Span]) -> impl Iterator<Item = Span> + '_ {
    let left_out = steps.len().saturating_sub(MAX_FLOW_STEPS);
    let is_kept = move |index: usize| index == 0 || index > left_out;
    let numbered = steps.iter().copied().enumerate();
    numbered.filter(move |(index, _)| is_kept(*index)).map(|(_, step)| step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_round_trip_and_are_ordered_by_trust() {
        for origin in Origin::ALL {
            assert_eq!(origin.name().parse(), Ok(origin));
        }
        assert!(Origin::ALL.is_sorted());
        assert!("model".parse::<Origin>().is_err());
    }

    #[test]
    fn a_long_flow_keeps_its_source_and_its_end() {
        let steps: Vec<_> = (0..20).map(|at| Span::new(at, at + 1)).collect();

        let kept: Vec<_> = kept_steps(&steps).map(|step| step.start).collect();

        assert_eq!(kept, [0, 13, 14, 15, 16, 17, 18, 19]);
    }
}
