//! Brings the names of images to the rules about them. The page's `check` says what is wrong with a name.

use std::collections::BTreeMap;
use std::sync::Arc;

use weighbridge_core::{Detection, MessagePart, Severity, Source, SourcePath};
use weighbridge_rules::{Detector, Page};

use super::{Input, detection, option};
use crate::ImageVerdict;
use crate::images::{ImageReference, ImageSystem, image_references, own_references};
use crate::language::language_of;

/// The name that pages use.
pub(crate) const DETECTOR: &str = "image";
/// What `check` begins with on pages whose findings come from verifying: the name of the rule follows.
const VERDICT: &str = "verdict-";

/// Words in names that say that somebody else has changed the image, or the model in it.
const REPACKAGED: [&str; 11] = [
    "abliterated",
    "fast",
    "jailbroken",
    "lite",
    "optimised",
    "optimized",
    "quantised",
    "quantized",
    "turbo",
    "uncensored",
    "unlocked",
];

pub(crate) fn images(input: &Input<'_>, found: &mut Vec<Detection>) {
    for image in own_references(input.source) {
        for rule in input.uses {
            let Some(check) = option(rule, "check") else { continue };
            let (reason, is_warning) = match check.strip_prefix(VERDICT) {
                Some(name) => match input.options.image_verdicts.get(&image.name) {
                    Some(verdict) if verdict.rule == name => (verdict.reason.clone(), verdict.is_warning),
                    _ => continue,
                },
                None => match fault(check, &image) {
                    Some(reason) => (reason, false),
                    None => continue,
                },
            };
            let mut detection = detection(rule, image.span, image.span);
            if is_warning {
                detection.severity = detection.severity.min(Severity::Low);
            }
            for part in &mut detection.message {
                if let MessagePart::Text(text) = part {
                    *text = text.replace("{name}", &reason);
                }
            }
            found.push(detection);
        }
    }
}

/// What is wrong with a name, by itself.
fn fault(check: &str, image: &ImageReference) -> Option<String> {
    let is_container = image.system == ImageSystem::Containers && image.is_resolved;
    match check {
        "unpinned" => (is_container && !image.name.contains('@')).then(String::new),
        "unqualified" => {
            let first = image.name.split('/').next().unwrap_or_default();
            let has_registry = image.name.contains('/') && (first.contains(['.', ':']) || first == "localhost");
            (is_container && !has_registry).then(String::new)
        }
        "repackaged" => {
            let name = image.name.split('@').next().unwrap_or_default();
            let mut words = name.split(['-', '_', '.', '/', ':']).map(str::to_lowercase);
            words.find(|word| REPACKAGED.contains(&word.as_str()))
        }
        _ => None,
    }
}

/// The verdicts that the examples of a page have: an image of the registry `unsigned.example` is unsigned, and so on.
pub(crate) fn verdicts_of_examples(page: &Page) -> Arc<BTreeMap<String, ImageVerdict>> {
    let mut verdicts = BTreeMap::new();
    let Detector::Code { options, .. } = &page.rule.detector else {
        return Arc::default();
    };
    if !options.iter().any(|(_, value)| value.starts_with(VERDICT)) {
        return Arc::default();
    }
    for example in &page.examples {
        let path = SourcePath::new(example.file_name.as_bytes());
        let language = language_of(&path, example.text.as_bytes());
        let source = Source::new(path, language, example.text.as_bytes());
        for image in image_references(&source) {
            let rule = OUTCOMES.iter().find(|name| {
                let rest = image.name.strip_prefix(**name);
                rest.is_some_and(|rest| rest.starts_with(".example/"))
            });
            if let Some(rule) = rule {
                let verdict = ImageVerdict {
                    rule,
                    reason: "an example".to_owned(),
                    is_warning: false,
                };
                verdicts.insert(image.name, verdict);
            }
        }
    }
    Arc::new(verdicts)
}

/// The rules whose findings come from verifying.
const OUTCOMES: [&str; 7] = [
    "unsigned",
    "invalid-signature",
    "wrong-signer",
    "digest-mismatch",
    "denied",
    "not-covered",
    "could-not-verify",
];
