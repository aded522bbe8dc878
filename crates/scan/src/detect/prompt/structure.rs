//! Faults of form: settings that are no YAML or JSON, front matter without an end, blocks that do not close, a template that includes itself.

use weighbridge_core::{Detection, Span};

use crate::detect::{Input, detection, option};
use crate::prompt::blocks::{self, FaultKind};
use crate::prompt::{Prompt, Trouble, front};

/// The page's `fault` says which.
pub(in crate::detect) fn faults(input: &Input<'_>, found: &mut Vec<Detection>) {
    let Some(prompt) = input.prompt.filter(|prompt| !prompt.is_piece) else {
        return;
    };
    let text = input.source.bytes();
    let mut add = |fault: &str, span: Span| {
        let uses = input.uses.iter().filter(|rule| option(rule, "fault") == Some(fault));
        found.extend(uses.map(|rule| detection(rule, span, span)));
    };
    if let Some(Trouble::NotYaml(at) | Trouble::NotJson(at)) = prompt.trouble {
        add("settings", line_at(input, at));
    }
    if prompt.front.is_none()
        && prompt.settings.is_none()
        && let Some(span) = front::unclosed(text)
    {
        add("front-matter", span);
    }
    for fault in blocks::faults(text, prompt) {
        let name = match fault.kind {
            FaultKind::Unclosed => "unclosed",
            FaultKind::Unmatched => "unmatched",
        };
        add(name, fault.span);
    }
    for span in itself(input, prompt) {
        add("includes-itself", span);
    }
}

/// The line at `offset` without white space around it; the line before, where the text has ended.
fn line_at(input: &Input<'_>, offset: usize) -> Span {
    let text = input.source.bytes();
    let last = text.trim_ascii_end().len().saturating_sub(1);
    let line = input.source.line_span(input.source.line_index(offset.min(last)));
    let bytes = &text[line.range()];
    let start = line.end - bytes.trim_ascii_start().len();
    Span::new(start, line.start + bytes.trim_ascii_end().len())
}

/// Where a partial puts itself in: `{{> rules}}` in `_rules.prompt`, `{% include "a.j2" %}` in `a.j2`.
fn itself<'i>(input: &'i Input<'_>, prompt: &'i Prompt) -> impl Iterator<Item = Span> + 'i {
    let name = input.source.path().file_name();
    let stem = name.strip_suffix(b".prompt").and_then(|stem| stem.strip_prefix(b"_"));
    let imports = prompt.imports.iter().filter(move |import| {
        let target = &input.source.bytes()[import.target.range()];
        Some(target) == stem || target == name
    });
    imports.map(|import| import.span)
}
