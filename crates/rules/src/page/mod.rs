//! Reads a rule page.
//!
//! Also compiled into the build script, which reads the built-in pages; so nothing here may use the rest of the crate but
//! `rule`.

mod calls;
mod error;
mod examples;
mod fix;
mod front;
mod sections;

pub use error::{PageError, Problem};
pub use examples::Example;

use weighbridge_core::RuleId;

use crate::rule::{Detector, Query, Rule, Sink, Test, Text};
use front::Front;
use sections::{Section, Sections};

/// A page with everything on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// What the page rules.
    pub rule: Rule,
    /// What is wrong, why, and what to do instead, as Markdown.
    pub explanation: String,
    /// The examples, flagged and clean.
    pub examples: Vec<Example>,
    /// The links under `## References`, as Markdown.
    pub references: String,
}

impl Page {
    /// Reads the page of the rule `id`.
    ///
    /// # Errors
    ///
    /// The first thing on the page that is not as `docs/rule-pages.md` says, with its line.
    pub fn parse(id: &str, text: &str) -> Result<Self, PageError> {
        let at = |line: usize, problem: Problem| PageError::new(id, line, problem);
        check_id(id).map_err(|problem| at(1, problem))?;
        let (front, body_line, body) = front::split(text).map_err(|(line, problem)| at(line, problem))?;
        let mut front = Front::parse(front).map_err(|(line, problem)| at(line, problem))?;
        let sections = Sections::parse(body, body_line).map_err(|(line, problem)| at(line, problem))?;
        if sections.explanation.trim().is_empty() {
            return Err(at(body_line, Problem::NoExplanation));
        }
        let sink = front.sink().map_err(|problem| at(1, problem))?;
        let (detector, detector_line) =
            detector(&mut front, &sections, sink.is_some()).map_err(|(line, problem)| at(line, problem))?;
        let fix = sections
            .fix
            .as_ref()
            .map(|section| fix::parse(section, &detector))
            .transpose();
        let fix = fix.map_err(|(line, problem)| at(line, problem))?;
        let rule = Rule {
            fix,
            ..rule(id, text, front, sink, (detector, detector_line))
        };
        check_rule(&rule).map_err(|problem| at(1, problem))?;
        let mut examples = Vec::new();
        for (section, flagged) in [(&sections.flagged, true), (&sections.clean, false)] {
            let Some(section) = section else { continue };
            examples.extend(section.fences.iter().map(|fence| Example::new(fence, flagged)));
        }
        Ok(Self {
            rule,
            explanation: sections.explanation.trim().to_owned(),
            examples,
            references: sections
                .references
                .map_or_else(String::new, |section| section.text.trim().to_owned()),
        })
    }
}

fn check_id(id: &str) -> Result<(), Problem> {
    if RuleId::is_well_formed(id) {
        Ok(())
    } else {
        Err(Problem::BadId(id.to_owned()))
    }
}

type AtLine<T> = Result<T, (usize, Problem)>;

/// The one detector of the page, and its line.
fn detector(front: &mut Front, sections: &Sections<'_>, has_sink: bool) -> AtLine<(Detector, usize)> {
    let mut found = Vec::new();
    if let Some(section) = &sections.calls {
        found.push((Detector::Calls(calls::parse(section, has_sink)?.into()), section.line));
    }
    if let Some(section) = &sections.query {
        let (source, line) = only_fence(section, "query")?;
        found.push((
            Detector::Query(Query {
                source: source.into(),
                scope: front.scope(),
                statement: front.statement.take().map(Text::from),
            }),
            line,
        ));
    }
    if let Some(section) = &sections.pattern {
        let (regex, line) = only_fence(section, "regex")?;
        found.push((Detector::Pattern(front.take_pattern(regex)), line));
    }
    if let Some(name) = front.detector.take() {
        found.push((
            Detector::Code {
                name: name.into(),
                options: front.take_options().into(),
            },
            1,
        ));
    }
    match found.len() {
        0 => Err((1, Problem::NoDetector)),
        1 => Ok(found.remove(0)),
        _ => Err((found[1].1, Problem::SecondDetector)),
    }
}

fn only_fence(section: &Section<'_>, language: &'static str) -> AtLine<(String, usize)> {
    match section.fences.as_slice() {
        [fence] if fence.info == language => Ok((fence.code.trim_end_matches('\n').to_owned(), fence.line)),
        [fence] => Err((
            fence.line,
            Problem::WrongFence {
                expected: language,
                found: fence.info.clone(),
            },
        )),
        _ => Err((section.line, Problem::NotOneFence { expected: language })),
    }
}

fn rule(id: &str, text: &str, front: Front, sink: Option<Sink>, detector: (Detector, usize)) -> Rule {
    let texts = |list: Vec<String>| list.into_iter().map(Text::from).collect::<Vec<_>>().into();
    Rule {
        id: RuleId::new(id.to_owned()),
        summary: front.summary.into(),
        severity: front.severity.0,
        confidence: front.confidence.0,
        since: front.since.into(),
        message: front.message.map(Text::from),
        help: front.help.map(Text::from),
        cwe: front.cwe.into(),
        tags: texts(front.tags),
        aliases: texts(front.aliases),
        languages: texts(front.languages),
        keywords: front
            .keywords
            .into_iter()
            .map(|keyword| texts(keyword.into_all()))
            .collect::<Vec<_>>()
            .into(),
        ignore_case: front.ignore_case,
        default: front.default,
        strict: front.strict,
        sensitive: front.sensitive,
        generic: front.generic,
        shown_prefix: front.shown_prefix,
        sink,
        detector: detector.0,
        fix: None,
        detector_line: detector.1,
        page: text.to_owned().into(),
    }
}

/// Languages in which it is known what a request is.
const WITH_REQUESTS: [&str; 4] = ["javascript", "typescript", "go", "java"];

fn asks_for_requests(detector: &Detector) -> bool {
    let Detector::Calls(items) = detector else { return false };
    let mut conditions = items.iter().flat_map(|item| item.conditions.iter());
    let asks = |test: &Test| matches!(test, Test::FromRequest | Test::BeginsWithRequest);
    conditions.any(|condition| condition.tests.iter().any(asks))
}

/// What only the whole rule can show.
fn check_rule(rule: &Rule) -> Result<(), Problem> {
    let is_calls = matches!(rule.detector, Detector::Calls(_));
    // Of a model file the structure is read, whatever words are in it.
    if rule.keywords.is_empty() && !is_calls && rule.model_detector().is_none() {
        return Err(Problem::Missing {
            key: "keywords",
            why: "without them every file would be searched",
        });
    }
    if rule.languages.is_empty() && matches!(rule.detector, Detector::Calls(_) | Detector::Query(_)) {
        return Err(Problem::Missing {
            key: "languages",
            why: "calls and queries need a grammar",
        });
    }
    if rule.sink.is_some() && !is_calls {
        return Err(Problem::LoneSink);
    }
    if rule.strict && rule.default {
        return Err(Problem::StrictByDefault);
    }
    if asks_for_requests(&rule.detector)
        && rule
            .languages
            .iter()
            .any(|language| !WITH_REQUESTS.contains(&language.as_ref()))
    {
        return Err(Problem::NoRequests);
    }
    if let Some(short) = rule
        .keywords
        .iter()
        .flat_map(|all| all.iter())
        .find(|word| word.len() < 2)
    {
        return Err(Problem::ShortKeyword(short.to_string()));
    }
    if rule.id.shelf() == "secret" && !rule.sensitive {
        return Err(Problem::Missing {
            key: "sensitive",
            why: "everything on the `secret` shelf is a secret",
        });
    }
    if rule.summary.chars().count() > 120 || rule.summary.ends_with('.') || rule.summary.contains('\n') {
        return Err(Problem::BadSummary);
    }
    if rule.tags.len() > 7 {
        return Err(Problem::TooManyTags(rule.tags.len()));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
