//! Runs the examples of a page about model files: assembled from text where they are no text themselves.

use weighbridge_core::{Language, Severity, Source, SourcePath};
use weighbridge_rules::{Annotated, Example, ExampleFailure, FailureKind, Page, Rule, RuleUse, fill};

use crate::assemble::assemble;
use crate::format;
use crate::inspector::{Inspector, Neighbourhood};
use crate::sign::Sign;

/// A rule that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("page `{page}`, line {line}: {message}")]
pub struct UnknownDetector {
    /// The id of the page.
    pub page: String,
    /// The line in the page, from 1.
    pub line: usize,
    /// What is wrong: lower case, no full stop.
    pub message: String,
}

/// Whether the detector of a page about model files exists.
///
/// # Errors
///
/// There is none of that name.
pub fn check_rule(rule: &Rule) -> Result<(), UnknownDetector> {
    let Some(name) = rule.model_detector().filter(|name| Sign::named(name).is_none()) else {
        return Ok(());
    };
    let known: Vec<_> = Sign::ALL.iter().map(|sign| sign.name()).collect();
    Err(UnknownDetector {
        page: rule.id.to_string(),
        line: rule.detector_line,
        message: format!("unknown detector `{name}`; known are {}", known.join(", ")),
    })
}

/// Runs the examples of `page` with its rule alone.
///
/// # Errors
///
/// The rule cannot be used.
pub fn check_examples(page: &Page) -> Result<Vec<ExampleFailure>, UnknownDetector> {
    check_rule(&page.rule)?;
    let inspector = Inspector::new(&[RuleUse {
        rule: &page.rule,
        reported: true,
        severity: page.rule.severity,
    }]);
    let mut failures = Vec::new();
    for (section, flagged) in [("Flagged", true), ("Clean", false)] {
        if !page.examples.iter().any(|example| example.flagged == flagged) {
            let kind = FailureKind::None { section };
            failures.push(ExampleFailure { line: 1, kind });
        }
    }
    for example in &page.examples {
        failures.extend(run(&inspector, page.rule.id.as_str(), example));
    }
    Ok(failures)
}

fn run(inspector: &Inspector<'_>, id: &str, example: &Example) -> Vec<ExampleFailure> {
    let failure = |line: usize, kind| {
        vec![ExampleFailure {
            line: example.line + line,
            kind,
        }]
    };
    let filled = match fill(&example.text) {
        Ok(filled) => filled,
        Err(error) => return failure(0, FailureKind::Recipe(error.to_string())),
    };
    let annotated = Annotated::new(&filled, id);
    let hits = if format::is_text(&example.file_name) {
        text_hits(inspector, &example.file_name, &annotated.text)
    } else {
        match assembled_hits(inspector, &example.file_name, &annotated.text) {
            Ok(hits) => hits,
            Err(error) => return failure(error.line, FailureKind::Assembly(error.message)),
        }
    };
    annotated.judge(hits, example.line)
}

fn text_hits(inspector: &Inspector<'_>, name: &str, text: &str) -> Vec<(usize, Severity)> {
    let source = Source::new(SourcePath::new(name.as_bytes()), Language::TEXT, text.as_bytes());
    let detections = inspector.configuration(&source);
    let hits = detections
        .iter()
        .map(|detection| (source.line_index(detection.span.start), detection.severity));
    hits.collect()
}

fn assembled_hits(
    inspector: &Inspector<'_>,
    name: &str,
    text: &str,
) -> Result<Vec<(usize, Severity)>, crate::assemble::AssemblyError> {
    let assembled = assemble(text)?;
    let seen = inspector.places(name, Neighbourhood::Models, &assembled.bytes);
    let hits = seen
        .into_iter()
        .map(|(member, offset, severity)| (assembled.line_of(&member, offset), severity));
    Ok(hits.collect())
}

#[cfg(test)]
mod tests {
    use weighbridge_rules::built_in_rules;

    use super::*;

    /// Every built-in page is its own test, and has three examples of each kind.
    #[test]
    fn built_in_pages_do_what_they_say() {
        let mut failures = Vec::new();
        let mut signs = Vec::new();
        for rule in built_in_rules().iter().filter(|rule| rule.model_detector().is_some()) {
            let page = Page::parse(rule.id.as_str(), &rule.page).expect("the build script has read it");
            for flagged in [true, false] {
                let count = page
                    .examples
                    .iter()
                    .filter(|example| example.flagged == flagged)
                    .count();
                if count < 3 {
                    failures.push(format!("{}: {count} examples", rule.id));
                }
            }
            match check_examples(&page) {
                Ok(list) => failures.extend(list.iter().map(|failure| format!("{}: {failure}", rule.id))),
                Err(error) => failures.push(error.to_string()),
            }
            signs.extend(rule.model_detector().and_then(Sign::named));
        }
        let without: Vec<_> = Sign::ALL.iter().filter(|sign| !signs.contains(sign)).collect();
        assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
        assert!(without.is_empty(), "no page is about {without:?}");
    }
}
