//! Inline suppressions: a comment with `ignore[`, rule ids, `]` and a reason behind the name of the program and a colon.

pub(crate) mod foreign;

use memchr::memmem;
use weighbridge_core::{Detection, Severity, Source, Span, SuppressedBy};
use weighbridge_rules::Detector;

use crate::RuleUse;
use crate::detect::{detection, option};
use crate::language::PROMPT;
use crate::prompt::front::front;

/// The name that the pages on the `suppression/` shelf give as their detector.
pub(crate) const DETECTOR: &str = "suppression";
const MARK: &[u8] = b"weighbridge:";
/// What can begin a comment in the formats that are scanned.
const COMMENT_STARTS: [&[u8]; 9] = [b"#", b"//", b"--", b"/*", b"<!--", b";", b"{{!", b"{#", b"\"\"\""];

/// Where `<!--` stands among them.
const MARKUP_COMMENT: usize = 4;

/// Whether the source is a document, in which `#` begins a heading and code is quoted.
fn is_document(source: &Source<'_>) -> bool {
    source
        .path()
        .extension()
        .is_some_and(|extension| matches!(extension, b"md" | b"rst" | b"adoc" | b"html"))
}

/// Whether a place of a prompt lies in its front matter, where `#` begins a comment whatever the file is.
fn is_in_front_matter(source: &Source<'_>, at: usize) -> bool {
    source.language() == PROMPT && front(source.bytes()).is_some_and(|front| front.inside.contains(at))
}

/// A suppression as written.
#[derive(Debug)]
struct Directive<'t> {
    /// From `weighbridge:` to the closing bracket.
    span: Span,
    /// Index of the line it stands on.
    line: usize,
    /// Index of the line it is for: its own, or the next line with something on it if the comment stands alone.
    target: usize,
    ids: Vec<(&'t str, Span)>,
    reason: Span,
    /// Where the text of a prompt begins, if the suppression stands in its front matter: it is for all of the text then, because a
    /// comment in the text would reach the language model.
    text: Option<usize>,
}

impl Directive<'_> {
    /// Whether it is about a detection on these lines.
    fn covers(&self, detection: &Detection, first: usize, last: usize) -> bool {
        let lines = first..=last;
        let is_in_text = self.text.is_some_and(|start| detection.span.start >= start);
        is_in_text || lines.contains(&self.target) || lines.contains(&self.line)
    }
}

/// Marks the detections that suppressions cover, and adds what is wrong with the suppressions themselves. Those in `covered` are
/// somebody else's.
pub(crate) fn apply(source: &Source<'_>, uses: &[RuleUse<'_>], covered: &[Span], detections: &mut Vec<Detection>) {
    let mut directives = directives(source);
    if source.language() == PROMPT
        && let Some(front) = front(source.bytes())
    {
        let inside = directives
            .iter_mut()
            .filter(|directive| front.inside.contains(directive.span.start));
        inside.for_each(|directive| directive.text = Some(front.span.end));
    }
    directives.retain(|directive| !holds(covered, directive.span.start));
    let mut problems = Vec::new();
    for directive in &directives {
        for (id, span) in &directive.ids {
            let known = named(source, uses, id);
            let Some(known) = known else {
                problems.extend(problem(uses, "unknown-rule", *span, directive));
                continue;
            };
            let mut is_used = false;
            let mut lacks_reason = false;
            for detection in detections
                .iter_mut()
                .filter(|detection| detection.rule == known.rule.id && detection.reported)
            {
                let first = source.line_index(detection.scope.start.min(detection.span.start));
                let last = source.line_index(detection.scope.end.max(detection.span.end).saturating_sub(1));
                if !directive.covers(detection, first, last) {
                    continue;
                }
                is_used = true;
                if directive.reason.is_empty() && detection.severity >= Severity::High {
                    lacks_reason = true;
                } else {
                    detection.suppression = Some(SuppressedBy {
                        at: directive.span.start,
                        reason: directive.reason,
                    });
                }
            }
            if lacks_reason {
                problems.extend(problem(uses, "no-reason", *span, directive));
            }
            if !is_used && known.reported {
                problems.extend(problem(uses, "unused", *span, directive));
            }
        }
    }
    detections.extend(problems);
}

/// Whether one of the sorted spans holds `offset`.
fn holds(spans: &[Span], offset: usize) -> bool {
    let index = spans.partition_point(|span| span.end <= offset);
    spans.get(index).is_some_and(|span| span.contains(offset))
}

/// The rule that `id` names: in full, or without the shelf. Of rules on several shelves the one for the language of the source is meant.
fn named<'u, 'r>(source: &Source<'_>, uses: &'u [RuleUse<'r>], id: &str) -> Option<&'u RuleUse<'r>> {
    let in_full = uses.iter().find(|known| known.rule.id.as_str() == id);
    let without_shelf = || uses.iter().filter(|known| known.rule.id.name() == id);
    let language = source.language().name();
    in_full
        .or_else(|| without_shelf().find(|known| known.rule.applies_to(language)))
        .or_else(|| without_shelf().next())
}

fn problem<'u>(
    uses: &'u [RuleUse<'_>],
    kind: &'u str,
    span: Span,
    directive: &'u Directive<'_>,
) -> impl Iterator<Item = Detection> + 'u {
    let of_kind = uses.iter().filter(move |known| {
        matches!(&known.rule.detector, Detector::Code { name, .. } if name == DETECTOR)
            && option(known, "kind") == Some(kind)
    });
    of_kind.map(move |known| detection(known, span, directive.span))
}

fn directives<'t>(source: &Source<'t>) -> Vec<Directive<'t>> {
    let text = source.bytes();
    memmem::find_iter(text, MARK)
        .filter_map(|at| directive(source, text, at))
        .collect()
}

fn directive<'t>(source: &Source<'_>, text: &'t [u8], at: usize) -> Option<Directive<'t>> {
    let line = source.line_index(at);
    let line_span = source.line_span(line);
    let before = &text[line_span.start..at];
    let starts: &[&[u8]] = if is_document(source) && !is_in_front_matter(source, at) {
        &COMMENT_STARTS[MARKUP_COMMENT..=MARKUP_COMMENT]
    } else {
        &COMMENT_STARTS
    };
    let is_comment = starts.iter().any(|start| memmem::find(before, start).is_some());
    let rest = std::str::from_utf8(&text[at + MARK.len()..line_span.end]).ok()?;
    let inside = rest.trim_start().strip_prefix("ignore[")?;
    let (list, behind) = inside.split_once(']')?;
    if !is_comment {
        return None;
    }
    let list_start = line_span.end - inside.len();
    let mut ids = Vec::new();
    let mut offset = 0;
    for part in list.split(',') {
        let id = part.trim();
        let start = list_start + offset + (part.len() - part.trim_start().len());
        ids.push((id, Span::new(start, start + id.len())));
        offset += part.len() + 1;
    }
    ids.retain(|(id, _)| !id.is_empty());
    let reason = behind
        .trim()
        .trim_end_matches("-->")
        .trim_end_matches("*/")
        .trim_end_matches("}}")
        .trim_end_matches("#}")
        .trim();
    let span = Span::new(at, list_start + list.len() + 1);
    let leading = behind.len() - behind.trim_start().len();
    let reason = Span::new(span.end + leading, span.end + leading + reason.len());
    Some(Directive {
        span,
        line,
        target: target_line(source, text, line, before),
        ids,
        reason,
        text: None,
    })
}

/// The line a directive is for. A comment that stands alone is for the next line that is neither blank nor a comment of that kind.
fn target_line(source: &Source<'_>, text: &[u8], line: usize, before: &[u8]) -> usize {
    let opening = before.trim_ascii();
    if !COMMENT_STARTS.iter().any(|start| opening.starts_with(start)) {
        return line;
    }
    let marker = COMMENT_STARTS
        .iter()
        .find(|start| opening.starts_with(start))
        .copied()
        .unwrap_or(b"#");
    (line + 1..source.line_count())
        .find(|&next| {
            let content = text[source.line_span(next).range()].trim_ascii();
            !content.is_empty() && !content.starts_with(marker)
        })
        .unwrap_or(line)
}
