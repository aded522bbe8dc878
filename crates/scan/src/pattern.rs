//! Rules that are regular expressions, tried around their keywords.

use regex::bytes::Regex;
use weighbridge_core::{DetectedFix, Detection, Source, Span};
use weighbridge_rules::{EditRule, FixRule, Pattern, Rule};

use crate::check::{Check, check_named};
use crate::detect::detection;
use crate::fix::detected;
use crate::placeholder::{entropy, is_placeholder};
use crate::prompt::{Prompt, Role};
use crate::regexes::{Regexes, anchored, compile, expressions};
use crate::region::Regions;
use crate::{CompileError, RuleUse};

/// Bytes looked at before a keyword.
const BEFORE: usize = 256;
/// How often a window is made longer because a match touches its end.
const MAX_EXTENSIONS: usize = 3;

/// A text as patterns see it.
#[derive(Clone, Copy)]
pub(crate) struct Text<'t> {
    pub(crate) source: &'t Source<'t>,
    pub(crate) prompt: Option<&'t Prompt>,
    pub(crate) regions: &'t Regions,
}

/// A compiled `## Pattern` section.
pub(crate) struct PatternRule<'r> {
    rule: usize,
    pattern: &'r Pattern,
    check: Option<Check>,
    sensitive: bool,
}

impl<'r> PatternRule<'r> {
    pub(crate) fn new(index: usize, rule: &'r Rule, pattern: &'r Pattern) -> Self {
        let check = pattern.check.as_deref().and_then(check_named);
        Self {
            rule: index,
            pattern,
            check,
            sensitive: rule.sensitive,
        }
    }

    /// Whether it needs to know the regions of the file.
    pub(crate) fn needs_regions(&self) -> bool {
        !self.pattern.regions.is_empty() || !self.pattern.roles.is_empty()
    }

    /// Adds the matches around `hits`, offsets of keywords in order.
    pub(crate) fn run(
        &self,
        text: &Text<'_>,
        hits: &[(usize, usize)],
        uses: &[RuleUse<'_>],
        regexes: &Regexes<'_>,
        found: &mut Vec<Detection>,
    ) {
        let &Text {
            source,
            prompt,
            regions,
        } = text;
        if self.pattern.at_keyword {
            return self.run_at(source, hits, regions, uses, regexes, found);
        }
        let regex = regexes.get(&self.pattern.regex, self.pattern.unicode);
        let mut at = 0;
        while at < hits.len() {
            let start = hits[at].1.saturating_sub(BEFORE);
            let mut end = hits[at].1 + self.pattern.reach;
            // Windows that touch are searched as one.
            while at + 1 < hits.len() && hits[at + 1].1.saturating_sub(BEFORE) <= end {
                at += 1;
                end = hits[at].1 + self.pattern.reach;
            }
            at += 1;
            self.search(source, Span::new(start, end.min(source.bytes().len())), regex, |span| {
                let speaks = |role: Role| self.pattern.roles.iter().any(|name| name == role.name());
                let is_in_role = self.pattern.roles.is_empty()
                    || prompt.and_then(|prompt| prompt.role_at(span.start)).is_some_and(speaks);
                if is_in_role && self.is_real(source, span, regions, regexes) {
                    let mut detection = detection(&uses[self.rule], span, span);
                    detection.fix = uses[self.rule].rule.fix.as_ref().and_then(|rule| removal(rule, span));
                    found.push(detection);
                }
            });
        }
    }

    /// The same for an expression that begins at its keywords: no text is searched, so common keywords cost little.
    fn run_at(
        &self,
        source: &Source<'_>,
        hits: &[(usize, usize)],
        regions: &Regions,
        uses: &[RuleUse<'_>],
        regexes: &Regexes<'_>,
        found: &mut Vec<Detection>,
    ) {
        let text = source.bytes();
        let mut regex = None;
        for &(_, hit) in hits {
            let is_inside_word = hit > 0 && (text[hit - 1] == b'_' || text[hit - 1].is_ascii_alphanumeric());
            if is_inside_word {
                continue;
            }
            let regex = *regex.get_or_insert_with(|| regexes.anchored(&self.pattern.regex, self.pattern.unicode));
            let end = (hit + self.pattern.reach).min(text.len());
            let Some(captures) = regex.captures(&text[hit..end]) else {
                continue;
            };
            let group = captures.name("secret").or_else(|| captures.name("finding"));
            let Some(matched) = group.or_else(|| captures.get(0)) else {
                continue;
            };
            let span = Span::new(hit + matched.start(), hit + matched.end());
            if !span.is_empty() && self.is_real(source, span, regions, regexes) {
                found.push(detection(&uses[self.rule], span, span));
            }
        }
    }

    fn search(&self, source: &Source<'_>, window: Span, regex: &Regex, mut report: impl FnMut(Span)) {
        let text = source.bytes();
        let groups = [
            regex.capture_names().position(|name| name == Some("secret")),
            regex.capture_names().position(|name| name == Some("finding")),
        ];
        let group = groups.into_iter().flatten().next();
        let (mut at, mut end, mut extensions) = (window.start, window.end, 0);
        while at <= end {
            // The text before `at` stays in sight of `^` and `\b`; the text behind `end` does not, hence the extensions.
            let Some(matched) = regex.find_at(&text[..end], at) else {
                return;
            };
            if matched.end() == end && end < text.len() && extensions < MAX_EXTENSIONS {
                extensions += 1;
                end = (end + self.pattern.reach).min(text.len());
                at = matched.start();
                continue;
            }
            let mut span = Span::new(matched.start(), matched.end());
            if let Some(group) = group
                && let Some(captured) = regex
                    .captures_at(&text[..end], matched.start())
                    .and_then(|captures| captures.get(group))
            {
                span = Span::new(captured.start(), captured.end());
            }
            if !span.is_empty() {
                report(span);
            }
            at = span.end.max(matched.start() + 1);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "an entropy is at most 8")]
    fn is_real(&self, source: &Source<'_>, span: Span, regions: &Regions, regexes: &Regexes<'_>) -> bool {
        let text = &source.bytes()[span.range()];
        let pattern = self.pattern;
        let in_region =
            pattern.regions.is_empty() || pattern.regions.iter().any(|kind| kind == regions.kind_at(span.start));
        let is_excused = |list: &[weighbridge_rules::Text], text: &[u8]| {
            list.iter()
                .any(|regex| regexes.get(regex, pattern.unicode).is_match(text))
        };
        in_region
            && !(self.sensitive && !pattern.report_placeholders && is_placeholder(text))
            && pattern.entropy.is_none_or(|least| entropy(text) as f32 >= least)
            && self.check.is_none_or(|check| check(text))
            && !is_excused(&pattern.allow, text)
            && (pattern.allow_line.is_empty() || !is_excused(&pattern.allow_line, line_around(source.bytes(), span)))
            && pattern.beside.as_ref().is_none_or(|beside| {
                let near = lines_around(source.bytes(), span, pattern.within_lines);
                regexes.get(beside, pattern.unicode).is_match(near)
            })
    }
}

/// The fix that takes out what was found.
fn removal(rule: &FixRule, span: Span) -> Option<DetectedFix> {
    let edits = rule.items.iter().flat_map(|item| item.edits.iter());
    let is_removal = edits.into_iter().any(|edit| *edit == EditRule::RemoveMatch);
    let steps = ["remove the characters".to_owned()];
    detected(
        rule,
        is_removal.then_some((span, String::new())).into_iter().collect(),
        &steps,
    )
}

/// The most that is looked at to each side for the other half of a pair.
const MAX_BESIDE: usize = 4096;

/// The lines that `span` lies on and as many as `lines` above and below, at most [`MAX_BESIDE`] bytes to each side.
fn lines_around(text: &[u8], span: Span, lines: usize) -> &[u8] {
    let from = span.start.saturating_sub(MAX_BESIDE);
    let before = memchr::memrchr_iter(b'\n', &text[from..span.start]).nth(lines);
    let to = text.len().min(span.end + MAX_BESIDE);
    let behind = memchr::memchr_iter(b'\n', &text[span.end..to]).nth(lines);
    &text[before.map_or(from, |at| from + at + 1)..behind.map_or(to, |at| span.end + at)]
}

/// The line that `span` begins on, at most 512 bytes to each side.
fn line_around(text: &[u8], span: Span) -> &[u8] {
    let before = &text[span.start.saturating_sub(512)..span.start];
    let start = span.start - memchr::memrchr(b'\n', before).map_or(before.len(), |at| before.len() - at - 1);
    let behind = &text[span.end..text.len().min(span.end + 512)];
    let end = span.end + memchr::memchr(b'\n', behind).unwrap_or(behind.len());
    &text[start..end]
}

/// Checks what only the engine knows about a pattern.
pub(crate) fn check(rule: &Rule) -> Result<(), CompileError> {
    for (regex, unicode) in expressions(rule) {
        compile(regex, unicode).map_err(|error| {
            let text = error.to_string();
            let reason = text
                .lines()
                .last()
                .unwrap_or_default()
                .trim_start_matches("error: ")
                .to_owned();
            CompileError::new(rule, format!("the expression `{regex}` does not compile: {reason}"))
        })?;
    }
    let weighbridge_rules::Detector::Pattern(pattern) = &rule.detector else {
        return Ok(());
    };
    if pattern.at_keyword {
        let compiled = compile(&anchored(&pattern.regex), pattern.unicode);
        compiled.map_err(|_| {
            CompileError::new(
                rule,
                "an expression with `at-keyword` must not end in a comment".to_owned(),
            )
        })?;
    }
    match &pattern.check {
        Some(name) if check_named(name).is_none() => Err(CompileError::new(rule, format!("unknown check `{name}`"))),
        _ => Ok(()),
    }
}
