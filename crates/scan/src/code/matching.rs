//! Walks the trees: first for names that are bound, then for calls that rules ask for.

use tree_sitter::Node;
use weighbridge_core::{Detection, MessagePart, Span};

use super::arguments::Arguments;
use super::bindings::{Bindings, Import};
use super::condition::holds_for_any_argument;
use super::file::File;
use super::fix::fix_of_call;
use super::mark::is_throwaway;
use super::parse::CodeParser;
use super::query::Searched as _;
use super::resolve::Reader;
use super::scope::is_own;
use super::shape::{Argument, Function, Shape, Target, str};
use super::site::CallSite;
use super::table::Entry;
use super::trees::{Forest, Grown};
use super::walk::for_each_node;
use crate::detect::detection;

/// Longer calls are shown by their name.
const MAX_CALL_BYTES: usize = 1024;

/// Binds the names that imports, assignments and declarations give to things that lead to a rule.
///
/// Says whether anything new was bound.
pub(crate) fn collect_bindings(
    file: &File<'_>,
    forest: &mut Forest,
    parser: &mut CodeParser,
    bindings: &mut Bindings,
) -> bool {
    let mut is_new = false;
    forest.visit(file, parser, |grown| {
        let text = grown.snippet.text();
        for_each_node(&grown.tree, |node, _| {
            let mut found: Vec<(String, String)> = Vec::new();
            let reader = Reader {
                code: file.code,
                text,
                bindings,
            };
            if let Shape::Given { to, value } = reader.shape(node)
                && matches!(reader.shape(to), Shape::Name | Shape::Member { .. })
            {
                let targets = reader.names(value).into_iter();
                found.extend(targets.map(|target| (str(to, text).to_owned(), target)));
            }
            let mut bound = Vec::new();
            (file.code.binds)(node, text, &mut bound);
            for bound in bound {
                let targets = match bound.target {
                    Target::Import(target) => {
                        let is_star = target.ends_with(".*");
                        is_new |= is_star || file.rules.table.leads(&target);
                        bindings.import(Import {
                            name: bound.name,
                            target,
                        });
                        continue;
                    }
                    Target::MemberOf(object, member) => {
                        let reader = Reader {
                            code: file.code,
                            text,
                            bindings,
                        };
                        let objects = reader.names(object).into_iter();
                        objects.map(|object| format!("{object}.{member}")).collect()
                    }
                    Target::Instance(class) => {
                        let reader = Reader {
                            code: file.code,
                            text,
                            bindings,
                        };
                        let classes = reader.names(class).into_iter();
                        classes.map(|class| format!("{class}()")).collect::<Vec<_>>()
                    }
                };
                found.extend(targets.into_iter().map(|target| (bound.name.clone(), target)));
            }
            for (name, target) in found {
                // In a packed file a short name is used for something else in the next function; a member of it must tell.
                let is_followed = !is_throwaway(file, &name) || file.rules.table.named(&target).is_empty();
                if is_followed && file.rules.table.leads(&target) {
                    is_new |= bindings.assign(&name, &target);
                }
            }
        });
    });
    is_new
}

/// Adds a detection for every call, and for every mention where mentions count.
pub(crate) fn match_calls(
    file: &File<'_>,
    forest: &mut Forest,
    parser: &mut CodeParser,
    bindings: &Bindings,
    found: &mut Vec<Detection>,
) {
    forest.visit(file, parser, |grown| {
        let reader = Reader {
            code: file.code,
            text: grown.snippet.text(),
            bindings,
        };
        for_each_node(&grown.tree, |node, ancestors| {
            let matcher = Matcher {
                file,
                grown,
                reader,
                ancestors,
            };
            match reader.shape(node) {
                Shape::Call { function, arguments } => matcher.call(node, function, &arguments, found),
                Shape::Name | Shape::Member { .. } => matcher.mention(node, found),
                _ => {}
            }
        });
    });
}

struct Matcher<'a> {
    file: &'a File<'a>,
    grown: &'a Grown,
    reader: Reader<'a>,
    /// The nodes around the one that is looked at.
    ancestors: &'a [Node<'a>],
}

/// A call with what was found out about it.
struct Call<'c> {
    node: Node<'c>,
    function: Function<'c>,
    arguments: Arguments<'c, 'c>,
}

impl Matcher<'_> {
    fn call(&self, node: Node<'_>, function: Function<'_>, arguments: &[Argument<'_>], found: &mut Vec<Detection>) {
        if self.reader.binds_a_function(function) {
            return;
        }
        let text = self.reader.text;
        let method = match function {
            Function::Method { name, .. } => Some(str(name, text)),
            Function::Word(_) => None,
            Function::Expression(node) => match self.reader.shape(node) {
                Shape::Member { name, .. } => Some(str(name, text)),
                _ => None,
            },
        };
        // `eval.call(null, code)`: the first argument is not the function's. Of `apply` it is not known which is.
        let is_mirrored = method.is_some_and(|method| self.file.code.mirrors.contains(&method));
        let arguments = match method {
            Some("call") if is_mirrored => arguments.get(1..).unwrap_or_default(),
            Some("apply") if is_mirrored => &[Argument::Spread],
            _ => arguments,
        };
        let call = Call {
            node,
            function,
            arguments: Arguments::of(arguments, text),
        };
        let table = &self.file.rules.table;
        let mut names = self.reader.function_names(function);
        names.dedup();
        for name in names {
            let entries = table.named(&name);
            if !entries.is_empty() && !self.is_own(function, &name) {
                entries
                    .iter()
                    .for_each(|entry| self.call_of(&call, entry, &name, found));
            }
        }
        if let Some(method) = method {
            table
                .method(method)
                .iter()
                .for_each(|entry| self.call_of(&call, entry, method, found));
        }
    }

    fn call_of(&self, call: &Call<'_>, entry: &Entry<'_>, name: &str, found: &mut Vec<Detection>) {
        let whole = self.source_span(call.node.byte_range());
        let site = CallSite {
            arguments: &call.arguments,
            ancestors: self.ancestors,
            reader: self.reader,
            file: self.file,
            offset: whole.start,
        };
        if !site.satisfies(&entry.item.conditions) {
            return;
        }
        // A call over several lines is shown by its name: a forge shows a finding in a change only if all its lines changed.
        let is_short = whole.len() <= MAX_CALL_BYTES && !self.file.text()[whole.range()].contains(&b'\n');
        let span = if is_short {
            whole
        } else {
            match call.function {
                Function::Expression(node) | Function::Word(node) => self.source_span(node.byte_range()),
                Function::Method { object, name } => self.source_span(object.start_byte()..name.end_byte()),
            }
        };
        // Of a chain over several lines the last one is shown, where the method stands.
        let line = self.file.text()[span.range()].iter().rposition(|byte| *byte == b'\n');
        let start = line.map_or(span.start, |at| span.start + at + 1);
        let indent = self.file.text()[start..span.end]
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        let mut detection = self.detection(entry, Span::new(start + indent, span.end), name);
        if let Some(fix) = &self.file.uses[entry.rule].rule.fix {
            detection.fix = fix_of_call(fix, name, &site, |range| self.source_span(range));
        }
        found.push(detection);
    }

    /// A name that is not called: handed on, or of a rule for which mentions count.
    fn mention(&self, node: Node<'_>, found: &mut Vec<Detection>) {
        let Some(parent) = self.ancestors.last() else { return };
        let outer = self.ancestors.iter().rev().nth(1);
        let is_given = |call: &Node<'_>| self.is_argument(*call, node);
        let is_handed_on = self.file.code.names_are_values && (outer.is_some_and(is_given) || is_given(parent));
        if !is_handed_on && !self.file.rules.table.has_mentions {
            return;
        }
        let is_part = match self.reader.shape(*parent) {
            Shape::Member { .. } => true,
            Shape::Call {
                function: Function::Expression(function),
                ..
            } => function == node,
            Shape::Call {
                function: Function::Method { name, .. },
                ..
            } => name == node,
            Shape::Given { to, .. } => to == node,
            _ => false,
        };
        if is_part {
            return;
        }
        let spells_name = !self.reader.bindings.is_assigned(str(node, self.reader.text));
        for name in self.reader.names(node) {
            for entry in self.file.rules.table.named(&name) {
                let is_mention = entry.item.any_mention && spells_name;
                let counts = is_mention || (is_handed_on && holds_for_any_argument(&entry.item.conditions));
                if counts && !self.is_own(Function::Expression(node), &name) {
                    found.push(self.detection(entry, self.source_span(node.byte_range()), &name));
                }
            }
        }
    }

    /// Whether a function is given as an argument to somebody who will call it.
    fn is_argument(&self, call: Node<'_>, node: Node<'_>) -> bool {
        let Shape::Call { function, arguments } = self.reader.shape(call) else {
            return false;
        };
        let is_one = arguments.iter().any(|argument| match argument {
            Argument::Positional(given) | Argument::Keyword(_, given) => *given == node,
            _ => false,
        });
        let code = self.file.code;
        is_one && {
            let names = self.reader.function_names(function);
            let only_looks =
                |name: &String| code.lookers.contains(&name.as_str()) || code.wrappers.contains(&name.as_str());
            !names.iter().any(only_looks)
        }
    }

    /// Whether a name that no import binds is one of the file's own.
    fn is_own(&self, function: Function<'_>, name: &str) -> bool {
        let mut head = match function {
            Function::Expression(node) => node,
            Function::Method { object, .. } => object,
            Function::Word(word) => return is_own(self.file, name, self.source_span(word.byte_range()).start),
        };
        loop {
            head = match self.reader.shape(head) {
                Shape::Member { object, .. } => object,
                Shape::Inner(inner) => inner,
                Shape::Name => break,
                _ => return false,
            };
        }
        let written = str(head, self.reader.text);
        let is_spelled = name
            .strip_prefix(written)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || rest.starts_with('('));
        let code = self.file.code;
        let stands_for = |prefix: &str| name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.'));
        let is_prelude = code
            .prelude
            .iter()
            .any(|module| stands_for(module).is_some_and(|rest| rest.starts_with(written)));
        let is_global = code
            .builtin_prefixes
            .iter()
            .any(|prefix| prefix.trim_end_matches('.') == written);
        (is_spelled || is_prelude || is_global)
            && self.reader.bindings.is_unbound(written)
            && is_own(self.file, written, self.source_span(head.byte_range()).start)
    }

    fn source_span(&self, range: std::ops::Range<usize>) -> Span {
        self.grown.snippet.source_span(range)
    }

    fn detection(&self, entry: &Entry<'_>, span: Span, name: &str) -> Detection {
        let scope = self.file.scope_of(span);
        let mut detection = detection(&self.file.uses[entry.rule], span, scope);
        for part in &mut detection.message {
            if let MessagePart::Text(text) = part {
                *text = text.replace("{name}", name);
            }
        }
        detection
    }
}
