//! Brings the detectors for prompts to the rules that name them.

use weighbridge_core::{Detection, MessagePart, Span};

use super::absolute_path::{Tier, absolute_paths};
use super::intranet_host::{HostKind, HostOptions, intranet_hosts};
use super::{Input, detection, option};
use crate::prompt::RegionKind;

/// Absolute paths; the page's `tier` says which.
pub(crate) fn paths(input: &Input<'_>, found: &mut Vec<Detection>) {
    let blanked = blanked(input);
    for hit in absolute_paths(input.source.bytes(), &blanked) {
        let tier = match hit.tier {
            Tier::Sensitive => "sensitive",
            Tier::Home => "home",
            Tier::Machine => "machine",
            Tier::Conventional => "conventional",
        };
        let span = Span::new(hit.start, hit.end);
        found.extend(
            input
                .uses
                .iter()
                .filter(|rule| option(rule, "tier") == Some(tier))
                .map(|rule| detection(rule, span, span)),
        );
    }
}

/// Hosts of an intranet; the page's `kind` says which. `{name}` is the host, canonical and without user and password.
pub(crate) fn hosts(input: &Input<'_>, found: &mut Vec<Detection>) {
    let blanked = blanked(input);
    let options = HostOptions {
        suffixes: &input.options.intranet_suffixes,
    };
    for hit in intranet_hosts(input.source.bytes(), &blanked, &options) {
        let kind = match hit.kind {
            HostKind::Metadata => "metadata",
            HostKind::UrlPassword => "url-password",
            HostKind::Private => "private",
            HostKind::IntranetName => "intranet-name",
            HostKind::SingleLabel => "single-label",
            HostKind::Loopback => "loopback",
        };
        let span = Span::new(hit.start, hit.end);
        for rule in input.uses.iter().filter(|rule| option(rule, "kind") == Some(kind)) {
            let mut detection = detection(rule, span, span);
            for part in &mut detection.message {
                if let MessagePart::Text(text) = part {
                    *text = text.replace("{name}", &hit.host);
                }
            }
            found.push(detection);
        }
    }
}

/// What counts as unknown text: placeholders, and texts that are pieces of their own. Comments are read, by the model or by whoever reads the file.
fn blanked(input: &Input<'_>) -> Vec<(usize, usize)> {
    let hidden = |kind| matches!(kind, RegionKind::Placeholder | RegionKind::Template);
    let regions = input.prompt.map_or(&[][..], |prompt| prompt.regions.as_slice());
    let spans = regions.iter().filter(|(_, kind)| hidden(*kind));
    spans.map(|(span, _)| (span.start, span.end)).collect()
}
