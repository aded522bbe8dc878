//! Walks the trees: first for names that assignments bind, then for calls that rules ask for.

use tree_sitter::Node;
use weighbridge_core::{Detection, MessagePart, Span};

use super::File;
use super::condition::CallSite;
use super::fix::Place;
use super::flow::grade::SinkCall;
use super::grammar::{KINDS, named_children, str};
use super::resolve::{DYNAMIC_FUNCTIONS, names};
use super::scope::{enclosing_lines, is_rebound};
use crate::code::bindings::Bindings;
use crate::code::condition::holds_for_any_argument;
use crate::code::parse::CodeParser;
use crate::code::table::Entry;
use crate::code::trees::{Forest, Grown};
use crate::code::walk::for_each_node;
use crate::detect::detection;

/// Binds the names that assignments, `with … as`, `:=` and annotated parameters give to things that lead to a rule.
///
/// Says whether anything new was bound.
pub(crate) fn collect_bindings(
    file: &File<'_>,
    forest: &mut Forest,
    parser: &mut CodeParser,
    bindings: &mut Bindings,
) -> bool {
    let kinds = &*KINDS;
    let mut is_new = false;
    forest.visit(file, parser, |grown| {
        let text = grown.snippet.text();
        for_each_node(&grown.tree, |node, _| {
            let kind = node.kind_id();
            let (name, value, suffix) = if kind == kinds.assignment {
                (node.child_by_field_name("left"), node.child_by_field_name("right"), "")
            } else if kind == kinds.named_expression {
                (node.child_by_field_name("name"), node.child_by_field_name("value"), "")
            } else if kind == kinds.as_pattern {
                let target = node.child_by_field_name("alias");
                (
                    target.and_then(|target| named_children(target).first().copied().or(Some(target))),
                    node.named_child(0),
                    "",
                )
            } else if kind == kinds.typed_parameter || kind == kinds.typed_default_parameter {
                let annotation = node
                    .child_by_field_name("type")
                    .and_then(|annotation| annotation.named_child(0));
                (
                    node.child_by_field_name("name").or_else(|| node.named_child(0)),
                    annotation,
                    "()",
                )
            } else {
                return;
            };
            let (Some(name), Some(value)) = (name, value) else {
                return;
            };
            if name.kind_id() != kinds.identifier && name.kind_id() != kinds.attribute {
                return;
            }
            for target in names(value, text, bindings) {
                let target = target + suffix;
                if file.rules.table.leads(&target) || DYNAMIC_FUNCTIONS.contains(&target.as_str()) {
                    is_new |= bindings.assign(str(name, text), &target);
                }
            }
        });
    });
    is_new
}

/// Adds a detection for every call, and for every mention where mentions count. Gives the calls whose severity depends on what
/// reaches them.
pub(crate) fn match_calls<'f>(
    file: &File<'f>,
    forest: &mut Forest,
    parser: &mut CodeParser,
    bindings: &Bindings,
    found: &mut Vec<Detection>,
) -> Vec<SinkCall<'f>> {
    let kinds = &*KINDS;
    let mut sinks = Vec::new();
    forest.visit(file, parser, |grown| {
        for_each_node(&grown.tree, |node, ancestors| {
            let kind = node.kind_id();
            if kind == kinds.call {
                Matcher {
                    file,
                    grown,
                    bindings,
                    ancestors,
                }
                .call(node, &mut sinks, found);
            } else if kind == kinds.attribute || kind == kinds.identifier {
                Matcher {
                    file,
                    grown,
                    bindings,
                    ancestors,
                }
                .mention(node, found);
            }
        });
    });
    sinks
}

/// Functions that take another one and do not call it.
const LOOKING: [&str; 12] = [
    "isinstance",
    "issubclass",
    "hasattr",
    "callable",
    "id",
    "repr",
    "str",
    "type",
    "print",
    "len",
    "inspect.getsource",
    "inspect.signature",
];

/// Longer calls are shown by their name.
const MAX_CALL_BYTES: usize = 1024;

struct Matcher<'a, 'f> {
    file: &'a File<'f>,
    grown: &'a Grown,
    bindings: &'a Bindings,
    /// The nodes around the one that is looked at.
    ancestors: &'a [Node<'a>],
}

impl<'f> Matcher<'_, 'f> {
    fn call(&self, call: Node<'_>, sinks: &mut Vec<SinkCall<'f>>, found: &mut Vec<Detection>) {
        let text = self.grown.snippet.text();
        let Some(function) = call.child_by_field_name("function") else {
            return;
        };
        let table = &self.file.rules.table;
        for name in names(function, text, self.bindings) {
            let entries = table.named(&name);
            if !entries.is_empty() && !self.is_own(function, &name) {
                entries
                    .iter()
                    .for_each(|entry| self.call_of((call, function), entry, &name, sinks, found));
            }
        }
        if function.kind_id() == KINDS.attribute
            && let Some(method) = function.child_by_field_name("attribute")
        {
            let method = str(method, text);
            for entry in table.method(method) {
                self.call_of((call, function), entry, method, sinks, found);
            }
        }
    }

    fn call_of(
        &self,
        (call, function): (Node<'_>, Node<'_>),
        entry: &Entry<'f>,
        name: &str,
        sinks: &mut Vec<SinkCall<'f>>,
        found: &mut Vec<Detection>,
    ) {
        let site = CallSite {
            call,
            ancestors: self.ancestors,
            text: self.grown.snippet.text(),
            bindings: self.bindings,
            regexes: self.file.regexes,
            file: self.file,
            offset: self.source_span(call).start,
        };
        if !site.satisfies(&entry.item.conditions) {
            return;
        }
        let whole = self.source_span(call);
        // A call over several lines is shown by its name: a forge shows a finding in a change only if all its lines changed.
        let is_short = whole.len() <= MAX_CALL_BYTES && !self.file.text()[whole.range()].contains(&b'\n');
        let span = if is_short { whole } else { self.source_span(function) };
        if !entry.item.sink.is_empty() {
            sinks.push(SinkCall {
                detection: found.len(),
                rule: entry.rule,
                call: whole,
                argument: &entry.item.sink,
            });
        }
        let mut detection = self.detection(entry, span, name);
        let rule = self.file.uses[entry.rule].rule;
        if let Some(fix) = &rule.fix {
            detection.fix = self.place(function, name).fix_of_call(fix, &site);
        }
        found.push(detection);
    }

    fn place<'p, 'n>(&'p self, function: Node<'n>, name: &'p str) -> Place<'p, 'n> {
        Place {
            file: self.file,
            grown: self.grown,
            bindings: self.bindings,
            function,
            name,
        }
    }

    fn mention(&self, node: Node<'_>, found: &mut Vec<Detection>) {
        let is_part = self.ancestors.last().is_some_and(|parent| {
            let is_inner = parent.kind_id() == KINDS.attribute;
            let is_called = parent.kind_id() == KINDS.call && parent.child_by_field_name("function") == Some(node);
            let is_keyword =
                parent.kind_id() == KINDS.keyword_argument && parent.child_by_field_name("name") == Some(node);
            is_inner || is_called || is_keyword
        });
        if is_part {
            return;
        }
        let is_handed_on = self.is_handed_on(node);
        // A variable that was given the value says nothing new, and an assignment to it less.
        let spells_name = !self.bindings.is_assigned(str(node, self.grown.snippet.text()));
        let is_target = self
            .ancestors
            .last()
            .is_some_and(|parent| parent.child_by_field_name("left") == Some(node));
        if !is_handed_on && !self.file.rules.table.has_mentions {
            return;
        }
        for name in names(node, self.grown.snippet.text(), self.bindings) {
            for entry in self.file.rules.table.named(&name) {
                let is_mention = entry.item.any_mention && spells_name && !is_target;
                let sink = self.file.uses[entry.rule].rule.sink.as_ref();
                if sink.is_some_and(|sink| !sink.only_from.is_empty()) {
                    // Nobody knows what the function will be given.
                    continue;
                }
                let counts = is_mention || (is_handed_on && holds_for_any_argument(&entry.item.conditions));
                if counts && !self.is_in_import() && !self.is_own(node, &name) {
                    let mut detection = self.detection(entry, self.source_span(node), &name);
                    let rule = self.file.uses[entry.rule].rule;
                    if let Some(fix) = &rule.fix {
                        detection.fix = self.place(node, &name).fix_of_mention(fix);
                    }
                    found.push(detection);
                }
            }
        }
    }

    /// Whether a function is given to somebody who will call it: as an argument, or as a value in a table of functions.
    fn is_handed_on(&self, node: Node<'_>) -> bool {
        let kinds = &*KINDS;
        let Some(parent) = self.ancestors.last() else {
            return false;
        };
        let is_class = |around: &Node<'_>| around.kind_id() == kinds.class_definition;
        if self.ancestors.iter().rev().nth(1).is_some_and(is_class) {
            // A base class.
            return false;
        }
        let kind = parent.kind_id();
        let is_value = || parent.child_by_field_name("value") == Some(node);
        let in_call = self
            .ancestors
            .iter()
            .rev()
            .find(|around| around.kind_id() == kinds.call);
        // `isinstance(x, eval)`, `hasattr(os, …)` look at it and do not call it.
        let only_looks = in_call
            .and_then(|call| call.child_by_field_name("function"))
            .is_some_and(|function| LOOKING.contains(&str(function, self.grown.snippet.text())));
        let is_element = [
            kinds.argument_list,
            kinds.list,
            kinds.tuple,
            kinds.expression_list,
            kinds.decorator,
            kinds.return_statement,
        ]
        .contains(&kind);
        let names_a_value = [
            kinds.keyword_argument,
            kinds.pair,
            kinds.default_parameter,
            kinds.typed_default_parameter,
        ]
        .contains(&kind);
        !only_looks && (is_element || (names_a_value && is_value()) || self.is_class_attribute(node, *parent))
    }

    /// Whether the node is given to an attribute in the body of a class.
    fn is_class_attribute(&self, node: Node<'_>, parent: Node<'_>) -> bool {
        parent.kind_id() == KINDS.assignment && parent.child_by_field_name("right") == Some(node) && {
            let lines = &self.file.lexed.lines;
            let header = enclosing_lines(self.file, self.source_span(node).start).next();
            header.is_some_and(|header| self.file.text()[lines[header].code().range()].starts_with(b"class "))
        }
    }

    fn is_in_import(&self) -> bool {
        let kinds = &*KINDS;
        let is_import =
            |node: &Node<'_>| node.kind_id() == kinds.import_statement || node.kind_id() == kinds.import_from_statement;
        self.ancestors.iter().any(is_import)
    }

    /// Whether a name that no import binds is one of the file's own.
    fn is_own(&self, function: Node<'_>, name: &str) -> bool {
        let mut head = function;
        while head.kind_id() == KINDS.attribute {
            let Some(object) = head.child_by_field_name("object") else {
                return false;
            };
            head = object;
        }
        if head.kind_id() != KINDS.identifier {
            return false;
        }
        let written = str(head, self.grown.snippet.text());
        let first = name.split(['.', '(']).next().unwrap_or(name);
        written == first
            && self.bindings.is_unbound(written)
            && is_rebound(self.file, written, self.source_span(head).start)
    }

    fn source_span(&self, node: Node<'_>) -> Span {
        self.grown.snippet.source_span(node.byte_range())
    }

    fn detection(&self, entry: &Entry<'_>, span: Span, name: &str) -> Detection {
        let lexed = self.file.lexed;
        let scope = lexed
            .line_at(span.start)
            .map_or(span, |index| lexed.lines[index].code());
        let mut detection = detection(&self.file.uses[entry.rule], span, scope);
        for part in &mut detection.message {
            if let MessagePart::Text(text) = part {
                *text = text.replace("{name}", name);
            }
        }
        detection
    }
}
