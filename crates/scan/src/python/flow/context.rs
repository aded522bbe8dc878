//! What all runs through the scopes of one file share: the budget, the calls that are asked about, the functions of the file.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use weighbridge_core::Span;
use weighbridge_rules::ArgumentName;

use super::super::File;
use super::super::scope::definition;
use super::calls::Given;
use super::interpreter::Interpreter;
use super::region::{Region, Scope, code, first_word, region, region_of_lines, scope_at};
use super::value::Value;
use crate::code::bindings::Bindings;
use crate::word::is_word;

/// Nodes that may be visited for one scope, functions called from it included.
const MAX_VISITS: usize = 40_000;
/// Nodes that may be visited for one name of the module.
const MAX_VISITS_OF_NAME: usize = 4_000;
/// Nodes that may be visited in one file.
const MAX_VISITS_OF_FILE: usize = 400_000;
/// How deep statements and expressions are followed together, in functions and names of the module that are followed into included: the
/// stack is that of a thread.
const MAX_DEPTH: usize = 96;
/// Functions of the same file that are followed into each other.
const MAX_CALL_DEPTH: usize = 2;

/// The state that outlives one scope.
pub(crate) struct Context<'f> {
    pub(crate) file: &'f File<'f>,
    pub(crate) bindings: &'f Bindings,
    /// The calls that are asked about, and where their values are noted.
    pub(crate) wanted: FxHashMap<Span, Vec<usize>>,
    /// For each of them the argument that counts.
    arguments: Vec<&'f [ArgumentName]>,
    values: RefCell<Vec<Option<Value>>>,
    left: Cell<usize>,
    left_of_file: Cell<usize>,
    depth: Cell<usize>,
    call_depth: Cell<usize>,
    regions: RefCell<FxHashMap<Scope, Option<Rc<Region>>>>,
    /// Functions of the file by name: the line of the header, or nothing if two have the name.
    functions: OnceCell<FxHashMap<&'f [u8], Option<usize>>>,
    globals: RefCell<FxHashMap<String, Option<Value>>>,
    /// The lines that begin with a word.
    lines: OnceCell<FxHashMap<&'f [u8], Vec<usize>>>,
    /// The words on lines that begin with `global`.
    declared_global: OnceCell<FxHashSet<&'f [u8]>>,
    imports_web_framework: OnceCell<bool>,
    imports_llm_library: OnceCell<bool>,
}

impl<'f> Context<'f> {
    pub(crate) fn new(
        file: &'f File<'f>,
        bindings: &'f Bindings,
        wanted: FxHashMap<Span, Vec<usize>>,
        arguments: Vec<&'f [ArgumentName]>,
    ) -> Self {
        Self {
            file,
            bindings,
            wanted,
            values: RefCell::new(vec![None; arguments.len()]),
            arguments,
            left: Cell::new(0),
            left_of_file: Cell::new(MAX_VISITS_OF_FILE),
            depth: Cell::new(0),
            call_depth: Cell::new(0),
            regions: RefCell::default(),
            functions: OnceCell::new(),
            globals: RefCell::default(),
            lines: OnceCell::new(),
            declared_global: OnceCell::new(),
            imports_web_framework: OnceCell::new(),
            imports_llm_library: OnceCell::new(),
        }
    }

    /// Notes what the call with this index is given; a call that is reached in several ways is given any of them.
    pub(crate) fn note(&self, index: usize, given: &Given) {
        let Some(value) = given.named(self.arguments[index]) else {
            return;
        };
        let mut values = self.values.borrow_mut();
        let known = values[index].take();
        values[index] = Some(match known {
            Some(known) => known.or(&value),
            None => value,
        });
    }

    /// What the call with this index was given.
    pub(crate) fn take(&self, index: usize) -> Option<Value> {
        self.values.borrow_mut()[index].take()
    }

    /// Gives the next scope its share of the budget.
    pub(crate) fn begin_scope(&self) {
        self.left.set(MAX_VISITS.min(self.left_of_file.get()));
    }

    /// Takes from the budget; says whether there was enough.
    pub(crate) fn spend(&self, visits: usize) -> bool {
        self.left.set(self.left.get().saturating_sub(visits));
        self.left_of_file.set(self.left_of_file.get().saturating_sub(visits));
        self.left.get() > 0
    }

    /// Goes one level deeper and takes a visit from the budget; says whether both was possible. If so, [`Self::ascend`] has to follow.
    pub(crate) fn descend(&self) -> bool {
        if self.depth.get() >= MAX_DEPTH {
            self.give_up();
        }
        let is_possible = self.spend(1);
        if is_possible {
            self.depth.set(self.depth.get() + 1);
        }
        is_possible
    }

    /// Comes back from [`Self::descend`].
    pub(crate) fn ascend(&self) {
        self.depth.set(self.depth.get() - 1);
    }

    /// Says that the scope is beyond what can be followed.
    pub(crate) fn give_up(&self) {
        self.left.set(0);
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    pub(crate) fn imports(&self, module: &str) -> bool {
        self.bindings.imports_module(module)
    }

    /// Whether the file imports a framework whose views are given a request.
    pub(crate) fn imports_web_framework(&self) -> bool {
        let imports = || super::sources::WEB_FRAMEWORKS.iter().any(|module| self.imports(module));
        *self.imports_web_framework.get_or_init(imports)
    }

    /// Whether the file imports a library that talks to language models.
    pub(crate) fn imports_llm_library(&self) -> bool {
        let is_thing = super::sources::is_llm_thing;
        let imports = || {
            let is_bound = self.bindings.iter().any(|(_, target)| is_thing(target));
            is_bound || self.bindings.stars().iter().any(|module| is_thing(module))
        };
        *self.imports_llm_library.get_or_init(imports)
    }

    /// The parsed text of a scope.
    pub(crate) fn region(&self, scope: Scope) -> Option<Rc<Region>> {
        if let Some(known) = self.regions.borrow().get(&scope) {
            return known.clone();
        }
        let made = region(self.file, scope, usize::MAX).map(Rc::new);
        self.regions.borrow_mut().insert(scope, made.clone());
        made
    }

    /// The one function of the file with this name.
    pub(crate) fn function(&self, name: &str) -> Option<Scope> {
        let functions = self.functions.get_or_init(|| {
            let mut functions = FxHashMap::default();
            for (index, line) in self.file.lexed.lines.iter().enumerate() {
                if let Some((name, _)) = definition(self.file, line) {
                    functions
                        .entry(name)
                        .and_modify(|known| *known = None)
                        .or_insert(Some(index));
                }
            }
            functions
        });
        functions.get(name.as_bytes()).copied().flatten().map(Scope::Function)
    }

    /// Runs `inside` as a call from the scope, unless that is too deep.
    pub(crate) fn called<T>(&self, inside: impl FnOnce() -> T) -> Option<T> {
        let depth = self.call_depth.get();
        if depth >= MAX_CALL_DEPTH {
            return None;
        }
        self.call_depth.set(depth + 1);
        let result = inside();
        self.call_depth.set(depth);
        Some(result)
    }

    /// What the statements at the margin that begin with `name` leave it to be; nothing if others could change it.
    pub(crate) fn global(&self, name: &str) -> Option<Value> {
        if let Some(known) = self.globals.borrow().get(name) {
            return known.clone();
        }
        // Until it is known, a statement that needs it does without.
        self.globals.borrow_mut().insert(name.to_owned(), None);
        let value = self
            .assigned_by_module(name.as_bytes())
            .and_then(|lines| self.run_name(&lines, name));
        self.globals.borrow_mut().insert(name.to_owned(), value.clone());
        value
    }

    /// The statements at the margin that begin with the name, from the first that gives it a value, if no other statement could give
    /// it another.
    fn assigned_by_module(&self, name: &[u8]) -> Option<Vec<usize>> {
        if self.declared_global().contains(name) {
            return None;
        }
        let file = self.file;
        let mut giving = Vec::new();
        for &index in self.lines_by_word().get(name)? {
            let line = &file.lexed.lines[index];
            let behind = code(file, line)[name.len()..].trim_ascii_start().first();
            if line.indent() == 0 {
                let gives = matches!(behind, Some(b'=' | b':' | b','));
                if gives || !giving.is_empty() {
                    giving.push(index);
                }
            } else if matches!(behind, Some(b'.' | b'[')) || scope_at(file, line.code_start) == Scope::Module {
                return None;
            }
        }
        (!giving.is_empty()).then_some(giving)
    }

    fn declared_global(&self) -> &FxHashSet<&'f [u8]> {
        self.declared_global.get_or_init(|| {
            let lines = self.lines_by_word().get(&b"global"[..]).into_iter().flatten();
            let code = lines.map(|index| code(self.file, &self.file.lexed.lines[*index]));
            code.flat_map(|code| code.split(|byte| !is_word(*byte))).collect()
        })
    }

    fn lines_by_word(&self) -> &FxHashMap<&'f [u8], Vec<usize>> {
        self.lines.get_or_init(|| {
            let mut lines: FxHashMap<_, Vec<usize>> = FxHashMap::default();
            for (index, line) in self.file.lexed.lines.iter().enumerate() {
                let word = first_word(self.file, line);
                if !word.is_empty() {
                    lines.entry(word).or_default().push(index);
                }
            }
            lines
        })
    }

    /// The name after these statements, which have a budget of their own.
    fn run_name(&self, lines: &[usize], name: &str) -> Option<Value> {
        let region = region_of_lines(self.file, lines)?;
        let left = self.left.replace(MAX_VISITS_OF_NAME.min(self.left_of_file.get()));
        let mut run = Interpreter::new(self, &region, false);
        run.block(region.tree.root_node());
        let is_whole = !self.is_exhausted();
        self.left.set(left);
        run.places.remove(name).filter(|_| is_whole)
    }
}
