//! What all runs through the scopes of one file share: the budget, the calls that are asked about, the functions of the file.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use weighbridge_core::Span;
use weighbridge_rules::ArgumentName;

use super::super::File;
use super::super::bindings::Bindings;
use super::super::lexer::is_word;
use super::super::scope::definition;
use super::calls::Given;
use super::interpreter::{Interpreter, Places};
use super::region::{Region, Scope, region};
use super::value::Value;

/// Nodes that may be visited for one scope, functions called from it included.
const MAX_VISITS: usize = 40_000;
/// Nodes that may be visited in one file.
const MAX_VISITS_OF_FILE: usize = 400_000;
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
    call_depth: Cell<usize>,
    regions: RefCell<FxHashMap<Scope, Option<Rc<Region>>>>,
    /// Functions of the file by name: the line of the header, or nothing if two have the name.
    functions: OnceCell<FxHashMap<&'f [u8], Option<usize>>>,
    globals: OnceCell<Option<Places>>,
    is_in_globals: Cell<bool>,
    module_names: OnceCell<FxHashSet<&'f [u8]>>,
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
            call_depth: Cell::new(0),
            regions: RefCell::default(),
            functions: OnceCell::new(),
            globals: OnceCell::new(),
            is_in_globals: Cell::new(false),
            module_names: OnceCell::new(),
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
        super::sources::WEB_FRAMEWORKS.iter().any(|module| self.imports(module))
    }

    /// Whether the file imports a library that talks to language models.
    pub(crate) fn imports_llm_library(&self) -> bool {
        let starts = |is_wanted: &dyn Fn(&str) -> bool| {
            let bound = self.bindings.iter().any(|(_, target)| is_wanted(target));
            bound || self.bindings.stars().iter().any(|module| is_wanted(module))
        };
        starts(&super::sources::is_llm_thing)
    }

    /// The parsed text of a scope.
    pub(crate) fn region(&self, scope: Scope) -> Option<Rc<Region>> {
        if let Some(known) = self.regions.borrow().get(&scope) {
            return known.clone();
        }
        let made = region(self.file, scope).map(Rc::new);
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

    /// What the module assigns to `name`; nothing if it does not, or if a function changes it.
    pub(crate) fn global(&self, name: &str) -> Option<Value> {
        if self.is_in_globals.get() || !self.module_names().contains(name.as_bytes()) {
            return None;
        }
        self.is_in_globals.set(true);
        let globals = self.globals.get_or_init(|| self.run_module());
        self.is_in_globals.set(false);
        globals.as_ref()?.get(name).cloned()
    }

    /// What the module's own statements leave behind; they have a budget of their own.
    fn run_module(&self) -> Option<Places> {
        let region = self.region(Scope::Module)?;
        let left = self.left.replace(MAX_VISITS.min(self.left_of_file.get()));
        let mut run = Interpreter::new(self, &region, false);
        run.block(region.tree.root_node());
        let is_whole = !self.is_exhausted();
        self.left.set(left);
        is_whole.then_some(run.places)
    }

    /// Names that statements of the module assign and that no function makes its own with `global`.
    fn module_names(&self) -> &FxHashSet<&'f [u8]> {
        self.module_names.get_or_init(|| {
            let text = self.file.text();
            let codes = || {
                self.file
                    .lexed
                    .lines
                    .iter()
                    .map(|line| (line, &text[line.code().range()]))
            };
            let mut names: FxHashSet<&[u8]> = codes()
                .filter(|(line, _)| line.indent() == 0)
                .filter_map(|(_, code)| {
                    let length = code.iter().take_while(|byte| is_word(**byte)).count();
                    let is_assigned = code.get(length).is_some_and(|byte| b" =:,".contains(byte));
                    is_assigned.then_some(&code[..length])
                })
                .collect();
            for (_, code) in codes().filter(|(_, code)| code.starts_with(b"global ")) {
                for word in code.split(|byte| !is_word(*byte)) {
                    names.remove(word);
                }
            }
            names
        })
    }
}
