//! Absolute paths and hosts of an intranet: brings their detectors to the rules that name them.

use rustc_hash::{FxHashMap, FxHashSet};
use weighbridge_core::{DetectedFix, Detection, MessagePart, Span};
use weighbridge_rules::EditRule;

use crate::RuleUse;
use crate::detect::absolute_path::{Tier, absolute_paths};
use crate::detect::intranet_host::{HostKind, HostOptions, intranet_hosts};
use crate::detect::{Input, detection, option};
use crate::fix::detected;
use crate::prompt::RegionKind;
use crate::prompt::declare::{is_text, variable};

/// Absolute paths; the page's `tier` says which.
pub(crate) fn paths(input: &Input<'_>, found: &mut Vec<Detection>) {
    let blanked = blanked(input);
    let mut fixes = PathFixes::default();
    for hit in absolute_paths(input.source.bytes(), &blanked) {
        let tier = match hit.tier {
            Tier::Sensitive => "sensitive",
            Tier::Home => "home",
            Tier::Machine => "machine",
            Tier::Conventional => "conventional",
        };
        let span = Span::new(hit.start, hit.end);
        for rule in input.uses.iter().filter(|rule| option(rule, "tier") == Some(tier)) {
            let mut detection = detection(rule, span, span);
            detection.fix = fixes.fix(input, rule, span);
            found.push(detection);
        }
    }
}

/// So many folders of one file are given variables.
const MAX_FOLDERS: usize = 20;

/// The variables that take the place of folders: one for each folder.
#[derive(Default)]
struct PathFixes<'t> {
    folders: FxHashMap<&'t [u8], String>,
    names: FxHashSet<String>,
    /// Whether no further folder can be given a variable before the first one is declared.
    is_full: bool,
}

impl<'t> PathFixes<'t> {
    /// The fix that puts a variable in place of the folder of the path at `span`; the name of the file stays.
    fn fix(&mut self, input: &Input<'t>, rule: &RuleUse<'_>, span: Span) -> Option<DetectedFix> {
        let fix = rule.rule.fix.as_ref()?;
        let prompt = input.prompt.filter(|prompt| is_text(prompt, span))?;
        let name = fix
            .items
            .iter()
            .flat_map(|item| item.edits.iter())
            .find_map(|edit| match edit {
                EditRule::Variable(name) => Some(name.as_ref()),
                _ => None,
            })?;
        let text = input.source.bytes();
        let path = &text[span.range()];
        let folder = path
            .iter()
            .rposition(|byte| b"/\\".contains(byte))
            .filter(|_| path.iter().filter(|byte| b"/\\".contains(byte)).count() > 2);
        let folder = Span::new(span.start, span.start + folder.unwrap_or(path.len()));
        let name = match self.folders.get(&text[folder.range()]) {
            Some(name) => name.clone(),
            None if self.is_full || self.folders.len() >= MAX_FOLDERS => return None,
            None => {
                let numbered = (2..=MAX_FOLDERS).map(|number| format!("{name}_{number}"));
                let mut names = [name.to_owned()].into_iter().chain(numbered);
                names.find(|name| !self.names.contains(name) && variable(text, prompt, name).is_some())?
            }
        };
        let variable = variable(text, prompt, &name)?;
        self.is_full |= !variable.has_company;
        self.names.insert(name.clone());
        self.folders.insert(&text[folder.range()], name.clone());
        let edits = [(folder, variable.written)].into_iter().chain(variable.declaration);
        let step = format!("put the variable `{name}` in its place, and declare it");
        detected(fix, edits.collect(), &[step])
    }
}

/// Hosts of an intranet; the page's `kind` says which. `{name}` is the host, canonical and without user and password.
pub(crate) fn hosts(input: &Input<'_>, found: &mut Vec<Detection>) {
    let blanked = blanked(input);
    let options = HostOptions {
        suffixes: &input.options.intranet_suffixes,
        ranges: &input.options.intranet_ranges,
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
