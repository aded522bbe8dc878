//! Detectors written in Rust, and what all detectors share.
//!
//! To add one: a file here, a line in [`DETECTORS`], and a page with `detector = "…"`.

mod absolute_path;
pub(crate) mod images;
mod intranet_host;
mod prompt;

use std::net::IpAddr;

use weighbridge_core::{Detection, Source, Span};

use crate::prompt::Prompt;
use crate::{Options, RuleUse};

/// What a detector sees.
pub(crate) struct Input<'i> {
    pub(crate) source: &'i Source<'i>,
    /// The prompt, if the source is one.
    pub(crate) prompt: Option<&'i Prompt>,
    pub(crate) options: &'i Options,
    /// The rules whose page names this detector.
    pub(crate) uses: &'i [&'i RuleUse<'i>],
}

/// A detector: adds what it finds for each of the rules that name it.
pub(crate) type DetectorFn = fn(&Input<'_>, &mut Vec<Detection>);

/// The name of the detector of intranet hosts.
pub(crate) const INTRANET_HOST: &str = "intranet-host";

/// Every detector by the name that pages use. A detector without a function is run by the scanner itself, because it needs the
/// findings of all others.
pub(crate) const DETECTORS: &[(&str, Option<DetectorFn>)] = &[
    ("absolute-path", Some(prompt::places::paths)),
    (images::DETECTOR, Some(images::images)),
    (INTRANET_HOST, Some(prompt::places::hosts)),
    ("encoded-payload", Some(prompt::payload::payloads)),
    ("mixed-script", Some(prompt::homoglyph::mixed_words)),
    ("prompt-credential", Some(prompt::credential::literals)),
    ("prompt-import", Some(prompt::import::escapes)),
    ("prompt-structure", Some(prompt::structure::faults)),
    ("prompt-variable", Some(prompt::variable::variables)),
    (crate::suppression::DETECTOR, None),
];

/// What every address of a range begins with, as it is usually written.
pub(crate) fn beginning_of((address, bits): (IpAddr, u8)) -> String {
    match address {
        IpAddr::V4(address) => {
            let octets = address.octets();
            let parts = octets.iter().take(usize::from(bits) / 8).map(u8::to_string);
            let text = parts.collect::<Vec<_>>().join(".");
            if bits < 8 { ".".to_owned() } else { text }
        }
        IpAddr::V6(address) if bits >= 16 => format!("{:x}:", address.segments()[0]),
        IpAddr::V6(_) => ":".to_owned(),
    }
}

/// The value of an option of a rule.
pub(crate) fn option<'r>(rule_use: &RuleUse<'r>, key: &str) -> Option<&'r str> {
    match &rule_use.rule.detector {
        weighbridge_rules::Detector::Code { options, .. } => options
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_ref()),
        _ => None,
    }
}

/// What the rule says about `span`; `{name}` is left for the caller to fill in.
pub(crate) fn detection(rule_use: &RuleUse<'_>, span: Span, scope: Span) -> Detection {
    rule_use.detection(span, scope)
}
