//! The fix of a call in Python.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use tree_sitter::Node;
use weighbridge_core::{DetectedFix, Span};
use weighbridge_rules::{ArgumentName, EditRule, FixRule};

use super::File;
use super::condition::CallSite;
use super::grammar::{KINDS, bytes, named_children, str};
use super::imports::{imports, is_import};
use crate::code::bindings::Bindings;
use crate::code::trees::Grown;
use crate::fix::arguments::{List, Written};
use crate::fix::{argument_label, detected, line_end};
use crate::word::{BYTE_ORDER_MARK, is_word};

/// What is called, or only mentioned.
pub(crate) struct Place<'p, 'n> {
    pub(crate) file: &'p File<'p>,
    pub(crate) grown: &'p Grown,
    pub(crate) bindings: &'p Bindings,
    /// The name as it is written.
    pub(crate) function: Node<'n>,
    /// The name as it was resolved.
    pub(crate) name: &'p str,
}

/// How a file writes qualified names, found out once for each.
#[derive(Default)]
pub(crate) struct NamesForFixes {
    references: RefCell<FxHashMap<String, Option<Known>>>,
    /// Where the first import stands, and the first statement.
    places: OnceCell<(Option<usize>, Option<usize>)>,
}

/// How a file writes a qualified name, and the module that it has to import for that.
#[derive(Clone)]
struct Known {
    written: String,
    import: Option<String>,
}

/// The same with the import as an edit.
struct Reference {
    written: String,
    import: Option<(Span, String)>,
}

type Edits = Vec<(Span, String)>;

impl Place<'_, '_> {
    /// The fix of a call.
    pub(crate) fn fix_of_call(&self, rule: &FixRule, site: &CallSite<'_, '_>) -> Option<DetectedFix> {
        let mut items = rule.items_for(self.name);
        let item = items.find(|item| site.satisfies(&item.conditions))?;
        let list = self.list(site.call);
        let mut edits = Edits::new();
        let mut steps = Vec::new();
        let mut removed: Vec<&[ArgumentName]> = Vec::new();
        for edit in item.edits.iter() {
            match edit {
                EditRule::Call(target) => {
                    let target = self.target(target);
                    edits.extend(self.renamed(&target)?);
                    steps.push(format!("call `{target}`"));
                }
                EditRule::Set { argument, value } => {
                    let list = list.as_ref()?;
                    // `paramiko.RejectPolicy()` is written as this file can name it.
                    let reference = self.reference(value)?;
                    if let Some(edit) = list.set(argument, &reference.written) {
                        edits.push(edit);
                        edits.extend(reference.import);
                        steps.push(format!("set {} to `{value}`", argument_label(argument)));
                    }
                }
                EditRule::Remove(argument) => {
                    if list.as_ref()?.is_given(argument) {
                        removed.push(argument.as_ref());
                        steps.push(format!("remove {}", argument_label(argument)));
                    }
                }
                EditRule::Append(text) => {
                    let end = self.source_span(site.call).end;
                    edits.push((Span::new(end, end), text.to_string()));
                    steps.push(format!("append `{text}`"));
                }
                EditRule::Replace { .. } | EditRule::RemoveMatch | EditRule::Variable(_) => return None,
            }
        }
        if !removed.is_empty() {
            edits.extend(list.as_ref()?.remove(&removed)?);
        }
        detected(rule, edits, &steps)
    }

    /// The fix of a name that is mentioned and not called: another name.
    pub(crate) fn fix_of_mention(&self, rule: &FixRule) -> Option<DetectedFix> {
        let item = rule.items_for(self.name).next()?;
        let [EditRule::Call(target)] = item.edits.as_ref() else {
            return None;
        };
        let target = self.target(target);
        detected(rule, self.renamed(&target)?, &[format!("use `{target}`")])
    }

    fn target(&self, target: &str) -> String {
        let function = self.name.rsplit('.').next().unwrap_or(self.name);
        target.replace("{function}", function)
    }

    /// The edits that write `target` for the name.
    fn renamed(&self, target: &str) -> Option<Edits> {
        let written = self.source_span(self.function);
        let (module, rest) = module_and_rest(target);
        let same_module = self.name.rsplit_once('.').map(|(module, _)| module) == Some(module);
        if self.function.kind_id() == KINDS.attribute
            && same_module
            && !rest.contains('.')
            && let Some(last) = self.function.child_by_field_name("attribute")
            && self.name.rsplit('.').next() == Some(str(last, self.grown.snippet.text()))
        {
            return Some(vec![(self.source_span(last), rest.to_owned())]);
        }
        let reference = self.reference(target)?;
        Some(
            reference
                .import
                .into_iter()
                .chain([(written, reference.written)])
                .collect(),
        )
    }

    /// How this file writes `target`; `None` where it cannot without changing what some name means.
    fn reference(&self, target: &str) -> Option<Reference> {
        let mut known = self.file.names_for_fixes.references.borrow_mut();
        let reference = match known.get(target) {
            Some(reference) => reference.clone(),
            None => known
                .entry(target.to_owned())
                .or_insert(self.find_reference(target))
                .clone(),
        }?;
        let import = match reference.import {
            Some(module) => {
                let at = self.import_place(self.source_span(self.function).start)?;
                let import = format!("import {module}{}", line_end(self.file.text()));
                Some((Span::new(at, at), import))
            }
            None => None,
        };
        Some(Reference {
            written: reference.written,
            import,
        })
    }

    fn find_reference(&self, target: &str) -> Option<Known> {
        let (module, rest) = module_and_rest(target);
        let as_it_is = |written: String| Some(Known { written, import: None });
        let is_name = |part: &str| part.starts_with(|c: char| c.is_alphabetic() || c == '_');
        if module.is_empty() || !module.split('.').all(is_name) {
            return as_it_is(target.to_owned());
        }
        let head_length = rest.find(['(', '.']).unwrap_or(rest.len());
        let (head, behind) = rest.split_at(head_length);
        if let Some(name) = self.bound_to(&format!("{module}.{head}")) {
            return as_it_is(format!("{name}{behind}"));
        }
        if let Some(name) = self.bound_to(module) {
            return as_it_is(format!("{name}.{rest}"));
        }
        let can_import = !module.contains('.') && !self.is_used(module);
        can_import.then(|| Known {
            written: target.to_owned(),
            import: Some(module.to_owned()),
        })
    }

    /// The name that an import at the top of the file, and nothing else, binds to `wanted`.
    fn bound_to(&self, wanted: &str) -> Option<String> {
        let names = self.bindings.iter().filter(|(_, target)| *target == wanted);
        let is_sure = |name: &&str| !self.bindings.is_assigned(name) && self.bindings.targets(name).len() == 1;
        let names: BTreeSet<_> = names.map(|(name, _)| name).filter(is_sure).collect();
        let at_top = |name: &&&str| {
            let text = self.file.text();
            let mut lines = self
                .file
                .lexed
                .lines
                .iter()
                .filter(|line| line.indent() == 0 || line.start == 0);
            lines.any(|line| {
                let code = &text[line.code().range()];
                is_import(code) && imports(code).iter().any(|import| import.name == **name)
            })
        };
        names.iter().find(at_top).map(|name| (*name).to_owned())
    }

    /// Whether the code gives the word a meaning, or could: it stands anywhere but behind a dot or in an import of something else.
    fn is_used(&self, word: &str) -> bool {
        let text = self.file.text();
        let lexed = self.file.lexed;
        !self.bindings.is_unbound(word)
            || memchr::memmem::find_iter(text, word.as_bytes()).any(|at| {
                let before = at.checked_sub(1).map(|at| text[at]);
                let is_word_alone = !before.is_some_and(|byte| is_word(byte) || byte == b'.')
                    && !text.get(at + word.len()).is_some_and(|&byte| is_word(byte));
                let in_import = || {
                    let line = lexed.line_at(at).map(|index| lexed.lines[index].code());
                    line.is_some_and(|code| is_import(&text[code.range()]))
                };
                is_word_alone && lexed.quiet_at(at).is_none() && !in_import()
            })
    }

    /// Where an import can be added: before the first one at the top of the file, else before the first statement.
    fn import_place(&self, used_at: usize) -> Option<usize> {
        let (first_import, first_statement) = *self.file.names_for_fixes.places.get_or_init(|| self.find_places());
        let start = [first_import, first_statement]
            .into_iter()
            .flatten()
            .find(|start| *start <= used_at)?;
        let text = self.file.text();
        let mark = if text.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        };
        Some(start.max(mark))
    }

    /// Where the first import stands, and the first statement; docstring and `__future__` not counted.
    fn find_places(&self) -> (Option<usize>, Option<usize>) {
        let text = self.file.text();
        let mut first = None;
        for line in self
            .file
            .lexed
            .lines
            .iter()
            .filter(|line| line.indent() == 0 || line.start == 0)
        {
            let code = &text[line.code().range()];
            let is_docstring = first.is_none() && is_text(code);
            if is_docstring || code.starts_with(b"from __future__") {
                continue;
            }
            first = first.or(Some(line.start));
            if is_import(code) {
                return (Some(line.start), first);
            }
        }
        (None, first)
    }

    /// The arguments of the call; `None` where they do not stand in brackets of their own.
    fn list(&self, call: Node<'_>) -> Option<List<'_>> {
        let kinds = &*KINDS;
        let list = call.child_by_field_name("arguments")?;
        if list.kind_id() != kinds.argument_list {
            return None;
        }
        let text = self.grown.snippet.text();
        let all = self.source_span(list);
        // The parser invents a bracket where none closes.
        let written = &self.file.text()[all.range()];
        if written.len() < 2 || !written.starts_with(b"(") || !written.ends_with(b")") {
            return None;
        }
        let arguments = named_children(list).into_iter().map(|child| {
            let keyword = child
                .child_by_field_name("name")
                .filter(|_| child.kind_id() == kinds.keyword_argument);
            let value = child.child_by_field_name("value").filter(|_| keyword.is_some());
            Written {
                name: keyword.map(|name| bytes(name, text)),
                whole: self.source_span(child),
                value: self.source_span(value.unwrap_or(child)),
                is_spread: child.kind_id() == kinds.list_splat || child.kind_id() == kinds.dictionary_splat,
            }
        });
        Some(List {
            text: self.file.text(),
            inside: Span::new(all.start + 1, all.end - 1),
            arguments: arguments.collect(),
        })
    }

    fn source_span(&self, node: Node<'_>) -> Span {
        self.grown.snippet.source_span(node.byte_range())
    }
}

/// `a.b` and `c` of `a.b.c`; `a` and `B().c` of `a.B().c`: what is imported, and what is a part of it.
fn module_and_rest(target: &str) -> (&str, &str) {
    let until = target.find('(').unwrap_or(target.len());
    match target[..until].rfind('.') {
        Some(dot) => (&target[..dot], &target[dot + 1..]),
        None => ("", target),
    }
}

/// Whether a statement begins with a string.
fn is_text(code: &[u8]) -> bool {
    let prefix = code.iter().take_while(|byte| b"rRuUbB".contains(byte)).count();
    matches!(code.get(prefix), Some(b'"' | b'\''))
}
