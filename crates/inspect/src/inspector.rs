//! The door of the room: a file in, a listing and detections on it out.

use weighbridge_core::{Detection, Severity, Source, Span};
use weighbridge_rules::RuleUse;

use crate::budget::Budget;
use crate::explore::Explorer;
use crate::format::{self, configuration};
use crate::input::Input;
use crate::journal::{Entry, Journal};
use crate::kind::is_model_name;
use crate::listing::{Listing, Uses};
use crate::pickle::{Likeness, likeness};

/// The end of a zip archive lies in so many last bytes.
const MAX_TAIL: usize = (64 << 10) + 22;

/// The rules about model files, for all threads.
#[derive(Clone, Debug, Default)]
pub struct Inspector<'r> {
    uses: Uses<'r>,
}

/// Where a file lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neighbourhood {
    /// Among models: a program is out of place there.
    Models,
    /// Among other files.
    Other,
}

/// What a file came to.
#[derive(Clone, Debug, Default)]
pub struct Inspection {
    /// What was seen, a line each; empty if nothing was. May hold secrets: to be shown through a mask only.
    pub listing: String,
    /// Detections, with spans of the listing.
    pub detections: Vec<Detection>,
    /// What was not looked at, and why: lower case, no full stop, no text of the file.
    pub troubles: Vec<String>,
}

impl<'r> Inspector<'r> {
    /// Takes those of the rules whose pages are about model files.
    pub fn new(uses: &[RuleUse<'r>]) -> Self {
        Self { uses: Uses::new(uses) }
    }

    /// Whether a text could be a pickle of an old protocol, or has an archive at its end.
    pub fn suspects(&self, text: &[u8]) -> bool {
        let tail = &text[text.len().saturating_sub(MAX_TAIL)..];
        let has_archive = memchr::memmem::find(tail, b"PK\x05\x06").is_some();
        has_archive || likeness(text) != Likeness::None
    }

    /// What is wrong with a text because of what the programs around a model make of it: settings, templates, descriptions.
    pub fn configuration(&self, source: &Source<'_>) -> Vec<Detection> {
        let name = source.path().to_string();
        let mut detections = Vec::new();
        if !format::is_text(&name) || self.uses.is_empty() {
            return detections;
        }
        let Ok(text) = std::str::from_utf8(source.bytes()) else {
            return detections;
        };
        let mut journal = Journal::default();
        configuration::inspect(&mut journal, &name, text, false);
        let (entries, _) = journal.finish();
        for entry in entries {
            let start = usize::try_from(entry.offset).unwrap_or(0).min(text.len());
            let length = usize::try_from(entry.length).unwrap_or(0);
            let end = start.saturating_add(length).min(text.len());
            let span = Span::new(start, end);
            let line = source.line_span(source.line_index(start));
            for sign in entry.signs() {
                self.uses.detections(sign, &entry.name, line, span, &mut detections);
            }
        }
        detections
    }

    /// Looks into a file. `name` helps where content says nothing.
    pub fn inspect(&self, name: &str, neighbourhood: Neighbourhood, input: &dyn Input) -> Inspection {
        let (entries, troubles) = explored(name, neighbourhood, input);
        let listing = Listing::of(&entries);
        let mut detections = Vec::new();
        for (entry, (line, span)) in entries.iter().zip(&listing.spans) {
            for sign in entry.signs() {
                self.uses.detections(sign, &entry.name, *line, *span, &mut detections);
            }
        }
        Inspection {
            listing: listing.text,
            detections,
            troubles,
        }
    }

    /// Where something is wrong with a file: the members that lead to it, the offset, and how bad it is.
    pub(crate) fn places(
        &self,
        name: &str,
        neighbourhood: Neighbourhood,
        input: &dyn Input,
    ) -> Vec<(String, u64, Severity)> {
        let (entries, _) = explored(name, neighbourhood, input);
        let found = entries.into_iter().flat_map(|entry| {
            let severities: Vec<_> = entry.signs().flat_map(|sign| self.uses.severities(sign)).collect();
            severities
                .into_iter()
                .map(move |severity| (entry.member.clone(), entry.offset, severity))
        });
        found.collect()
    }
}

/// What there is to see in a file.
fn explored(name: &str, neighbourhood: Neighbourhood, input: &dyn Input) -> (Vec<Entry>, Vec<String>) {
    let budget = Budget::default();
    let mut journal = Journal::default();
    let mut explorer = Explorer {
        budget: &budget,
        journal: &mut journal,
        is_model: neighbourhood == Neighbourhood::Models || is_model_name(name),
    };
    explorer.file(name, input);
    journal.finish()
}
