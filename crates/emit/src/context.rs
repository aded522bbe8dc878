//! What an emitter must know besides the report.

use weighbridge_core::{Digest, RuleId, Severity};
use weighbridge_rules::Rule;

/// What an emitter must know besides the report.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// All rules that were enabled, sorted by id.
    pub rules: &'a [&'a Rule],
    /// What a report that was read says of these rules; `None` if this run has them, so that the digest is that of the pages.
    pub read_digest: Option<Digest>,
    /// The version of the program: `0.1.0`.
    pub version: &'a str,
    /// Findings of this severity and above make the run fail; `None` if none does.
    pub fail_on: Option<Severity>,
    /// How text is drawn; formats for programs ignore it.
    pub style: Style,
    /// What a rule's id and `.md` are appended to for the address of its page; ends with a slash. [`Context::PAGES`]
    /// unless the organisation has a mirror.
    pub pages: &'a str,
}

/// How text for people is drawn. The default is plain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether to use colours. They decorate and never carry meaning.
    pub color: bool,
    /// Whether to write hyperlinks (OSC 8).
    pub hyperlinks: bool,
    /// The columns a line of source may take, gutter included; 0 for no limit.
    pub width: usize,
}

impl<'a> Context<'a> {
    /// Where the pages of the built-in rules are published.
    pub const PAGES: &'static str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/rules/");

    /// The context of a scan with these rules, sorted by id, whose pages are published where the built-in ones are.
    pub fn of_scan(rules: &'a [&'a Rule], version: &'a str, fail_on: Option<Severity>, style: Style) -> Self {
        Self {
            rules,
            read_digest: None,
            version,
            fail_on,
            style,
            pages: Self::PAGES,
        }
    }

    /// The enabled rule called `id`.
    pub(crate) fn rule(&self, id: &RuleId) -> Option<&'a Rule> {
        let index = self.rules.binary_search_by(|rule| rule.id.cmp(id)).ok()?;
        Some(self.rules[index])
    }

    /// The address of the page of a rule.
    pub(crate) fn page_url(&self, id: &RuleId) -> String {
        format!("{}{id}.md", self.pages)
    }

    /// Names the set of rules that were enabled, by the text of the pages that the scan had.
    pub fn rules_digest(&self) -> Digest {
        self.read_digest.unwrap_or_else(|| self.pages_digest())
    }

    /// Names the set of rules that were enabled, by the text of the pages at hand.
    pub fn pages_digest(&self) -> Digest {
        let parts: Vec<_> = self
            .rules
            .iter()
            .flat_map(|rule| [rule.id.as_str().as_bytes(), rule.page.as_bytes()])
            .collect();
        Digest::of_parts(&parts)
    }
}
