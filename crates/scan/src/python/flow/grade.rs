//! From what reaches a call to how bad the call is. Graded and not hidden: only a page can say that a call is left out.

use std::cell::LazyCell;

use rustc_hash::FxHashMap;
use tree_sitter::Node;
use weighbridge_core::{Confidence, DetectedFlow, Detection, Origin, Severity, Span};
use weighbridge_rules::{ArgumentName, Sink, SinkKind};

use super::super::File;
use super::context::Context;
use super::hints::Hints;
use super::interpreter::Interpreter;
use super::outside;
use super::region::{Scope, region, scope_at};
use super::shell::{is_shell, is_shell_flag};
use super::value::{Key, Part, Value};
use crate::code::bindings::Bindings;

/// A call that was found and whose severity depends on what reaches it.
pub(crate) struct SinkCall<'r> {
    /// The index of its detection.
    pub(crate) detection: usize,
    /// The index of its rule.
    pub(crate) rule: usize,
    /// The whole call.
    pub(crate) call: Span,
    /// The argument that counts.
    pub(crate) argument: &'r [ArgumentName],
}

/// What becomes of a detection.
enum Verdict {
    Stays,
    Falls,
    Graded {
        severity: Severity,
        confidence: Confidence,
        flow: Option<DetectedFlow>,
    },
}

/// Follows the values that reach the calls, grades their detections, and drops those that a page wants only from certain sources.
pub(crate) fn grade<'f>(
    file: &'f File<'f>,
    bindings: &'f Bindings,
    calls: &[SinkCall<'f>],
    found: &mut Vec<Detection>,
) {
    if calls.is_empty() {
        return;
    }
    let mut wanted: FxHashMap<Span, Vec<usize>> = FxHashMap::default();
    let mut scopes: Vec<(Scope, usize)> = Vec::new();
    let only_from = |call: &SinkCall<'_>| sink_of(file, call).map_or(&[][..], |sink| &sink.only_from);
    let outside = LazyCell::new(|| outside(file, bindings));
    for (index, call) in calls.iter().enumerate() {
        let origins = only_from(call);
        if !origins.is_empty() && !outside.may_give(origins) {
            continue;
        }
        wanted.entry(call.call).or_default().push(index);
        scopes.push((scope_at(file, call.call.start), index));
    }
    scopes.sort_unstable();
    let arguments = calls.iter().map(|call| call.argument).collect();
    let context = Context::new(file, bindings, wanted, arguments);
    let mut verdicts: Vec<Verdict> = calls
        .iter()
        .map(|call| verdict(file, call, &found[call.detection], None, &|| outside.is_any()))
        .collect();
    let mut hints = None;
    for group in scopes.chunk_by(|a, b| a.0 == b.0) {
        let mut wishes = group.iter().map(|(_, index)| only_from(&calls[*index]));
        if wishes.clone().all(|origins| !origins.is_empty()) {
            let hints = hints.get_or_insert_with(|| Hints::of(file, bindings));
            let outside = hints.outside(file, group[0].0);
            if !wishes.any(|origins| outside.may_give(origins)) {
                continue;
            }
        }
        let last = group
            .iter()
            .map(|(_, index)| calls[*index].call.end)
            .max()
            .unwrap_or_default();
        run(&context, group[0].0, last);
        if context.is_exhausted() {
            continue;
        }
        for (_, index) in group {
            let value = context.take(*index);
            verdicts[*index] = verdict(
                file,
                &calls[*index],
                &found[calls[*index].detection],
                value.as_ref(),
                &|| outside.is_any(),
            );
        }
    }
    let mut is_kept = vec![true; found.len()];
    for (call, verdict) in calls.iter().zip(verdicts) {
        match verdict {
            Verdict::Stays => {}
            Verdict::Falls => is_kept[call.detection] = false,
            Verdict::Graded {
                severity,
                confidence,
                flow,
            } => {
                let detection = &mut found[call.detection];
                (detection.severity, detection.confidence, detection.flow) = (severity, confidence, flow);
            }
        }
    }
    let mut kept = is_kept.into_iter();
    found.retain(|_| kept.next().unwrap_or(true));
}

fn sink_of<'f>(file: &File<'f>, call: &SinkCall<'_>) -> Option<&'f Sink> {
    file.uses[call.rule].rule.sink.as_ref()
}

/// Runs a scope up to the statement with the last call that is asked about: what follows has no say.
fn run(context: &Context<'_>, scope: Scope, last: usize) {
    context.begin_scope();
    let Some(region) = region(context.file, scope, last) else {
        context.give_up();
        return;
    };
    let mut interpreter = Interpreter::new(context, &region, true);
    let root: Node<'_> = region.tree.root_node();
    interpreter.block(root);
}

/// What the value says about the call; without one, only whether the page wants calls of which nothing is known.
/// `reads_source` tells whether a request or a language model may have a say in the file.
fn verdict(
    file: &File<'_>,
    call: &SinkCall<'_>,
    detection: &Detection,
    value: Option<&Value>,
    reads_source: &dyn Fn() -> bool,
) -> Verdict {
    let Some(sink) = sink_of(file, call) else {
        return Verdict::Stays;
    };
    let Some(value) = value.and_then(|value| relevant(value, sink.kind)) else {
        return if sink.only_from.is_empty() {
            Verdict::Stays
        } else {
            Verdict::Falls
        };
    };
    let worst = |parts: &mut dyn Iterator<Item = &Part>| parts.max_by_key(|part| part.origin).cloned();
    let open = worst(&mut value.parts().iter().filter(|part| !part.harmless.holds(sink.kind)));
    let wanted = open.as_ref().is_some_and(|part| sink.only_from.contains(&part.origin));
    if !sink.only_from.is_empty() && !wanted {
        return Verdict::Falls;
    }
    // Beside a source, what nobody outside decides is noise; elsewhere it still tells that a shell or an unpickler is at work.
    let is_always_clean = matches!(sink.kind, SinkKind::Code | SinkKind::Html);
    let leaves_out = || sink.constant_is_clean && (is_always_clean || reads_source());
    let rule_use = &file.uses[call.rule];
    // Who sets the severity of a rule wants that one.
    let is_set = rule_use.severity != rule_use.rule.severity;
    let lowered = |flow| Verdict::Graded {
        severity: if is_set {
            detection.severity
        } else {
            detection.severity.min(Severity::Low)
        },
        confidence: Confidence::Low,
        flow: Some(flow),
    };
    match open {
        Some(part) => {
            let least = least(part.origin, sink.kind);
            let is_raised = least > Severity::Info;
            Verdict::Graded {
                severity: if is_raised && !is_set {
                    detection.severity.max(least)
                } else {
                    detection.severity
                },
                confidence: if is_raised {
                    detection.confidence.max(Confidence::Medium)
                } else {
                    detection.confidence
                },
                flow: (part.origin > Origin::Parameter).then(|| flow(&part, false)),
            }
        }
        None if value.is_constant() && leaves_out() => Verdict::Falls,
        None if value.is_constant() => lowered(DetectedFlow {
            origin: Origin::Constant,
            is_tamed: false,
            steps: Vec::new(),
        }),
        None if leaves_out() && value.parts().iter().all(|part| part.harmless.is_certain()) => Verdict::Falls,
        None => match worst(&mut value.parts().iter()) {
            Some(part) => lowered(flow(&part, true)),
            None => Verdict::Stays,
        },
    }
}

/// The least severity of a call that a value of this origin reaches.
fn least(origin: Origin, kind: SinkKind) -> Severity {
    let runs = match kind {
        SinkKind::Html | SinkKind::Path | SinkKind::Url => false,
        SinkKind::Prompt => return Severity::Info,
        _ => true,
    };
    match origin {
        Origin::Llm if runs => Severity::Critical,
        Origin::Llm | Origin::Request => Severity::High,
        _ => Severity::Info,
    }
}

fn flow(part: &Part, is_tamed: bool) -> DetectedFlow {
    DetectedFlow {
        origin: part.origin,
        is_tamed,
        steps: part.way.as_ref().map(|way| way.spans()).unwrap_or_default(),
    }
}

/// For a prompt, the text of the roles that give orders; for a program, the first word of the list, or the script of a shell.
fn relevant(value: &Value, kind: SinkKind) -> Option<Value> {
    match kind {
        SinkKind::Program => match value.items() {
            Some(items) => {
                let text = |index| items.get(&Key::Index(index)).and_then(Value::as_text);
                let is_script = text(0).is_some_and(is_shell) && (1..3).filter_map(text).any(is_shell_flag);
                if is_script {
                    return Some(Value::made_of(items.values()));
                }
                items.get(&Key::Index(0)).cloned()
            }
            None if value.is_mixed() => None,
            None => Some(value.clone()),
        },
        SinkKind::Prompt => match value.items() {
            Some(messages) => Some(Value::made_of(messages.values().filter_map(order))),
            None if value.is_mixed() => None,
            None => Some(value.clone()),
        },
        _ => Some(value.clone()),
    }
}

/// The text of a message of the role `system` or `developer`.
fn order(message: &Value) -> Option<&Value> {
    let items = message.items()?;
    let role = items.get(&Key::Text("role".into()))?.as_text()?;
    let content = items.get(&Key::Text("content".into()));
    content.filter(|_| matches!(role, "system" | "developer"))
}
