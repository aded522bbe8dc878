//! Whether the conditions of a rule hold for a call.

use tree_sitter::Node;
use weighbridge_rules::{Argument, Condition, Test};

use super::File;
use super::arguments::arguments;
use super::constant::{constant, is_built};
use super::flow::{Assignment, assignments};
use super::grammar::{KINDS, bytes, str};
use super::resolve::names;
use super::scope::function_name;
use crate::code::arguments::{Arguments, Given};
use crate::code::bindings::Bindings;
use crate::code::condition::{Operand, passes, text_passes};
use crate::code::constant::Constant;
use crate::regexes::Regexes;

/// A call and what conditions may ask about it.
pub(crate) struct CallSite<'a, 'n> {
    pub(crate) call: Node<'n>,
    /// The nodes around the call, outermost first.
    pub(crate) ancestors: &'a [Node<'n>],
    pub(crate) text: &'a [u8],
    pub(crate) bindings: &'a Bindings,
    pub(crate) regexes: &'a Regexes<'a>,
    pub(crate) file: &'a File<'a>,
    /// Where the call stands in the source.
    pub(crate) offset: usize,
}

/// An argument that is a name, and an expression that was assigned to it.
struct Swap<'s> {
    argument: Node<'s>,
    value: Node<'s>,
    text: &'s [u8],
}

impl CallSite<'_, '_> {
    /// Whether all conditions hold: for the call as it is written, or with a name replaced by what was assigned to it.
    pub(crate) fn satisfies(&self, conditions: &[Condition]) -> bool {
        if conditions.is_empty() {
            return true;
        }
        let arguments = arguments(self.call, self.text);
        let all_hold = |swap: Option<&Swap<'_>>| {
            conditions
                .iter()
                .all(|condition| self.holds(condition, &arguments, swap))
        };
        if all_hold(None) {
            return true;
        }
        let assigned = |argument: Node<'_>| assignments(self.file, str(argument, self.text), self.offset);
        let holds_with = |argument, assignment: &Assignment| {
            assignment.value().is_some_and(|value| {
                all_hold(Some(&Swap {
                    argument,
                    value,
                    text: assignment.text(),
                }))
            })
        };
        if let Some(argument) = Self::name_to_follow(conditions, &arguments, &[Test::Built]) {
            return assigned(argument).iter().any(|one| holds_with(argument, one));
        }
        // A switch that is on in one place and off in another is somebody's choice.
        let Some(argument) = Self::name_to_follow(conditions, &arguments, &[Test::True, Test::False]) else {
            return false;
        };
        let assigned = assigned(argument);
        !assigned.is_empty() && assigned.iter().all(|one| holds_with(argument, one))
    }

    /// The argument that one of these tests is about, if it is a name.
    fn name_to_follow<'n>(conditions: &[Condition], arguments: &Arguments<'_, 'n>, tests: &[Test]) -> Option<Node<'n>> {
        let condition = conditions
            .iter()
            .find(|condition| tests.iter().any(|test| condition.tests.contains(test)))?;
        let Argument::Given(names) = &condition.argument else {
            return None;
        };
        match arguments.given(names) {
            Given::As(node) if node.kind_id() == KINDS.identifier => Some(node),
            _ => None,
        }
    }

    fn holds(&self, condition: &Condition, arguments: &Arguments<'_, '_>, swap: Option<&Swap<'_>>) -> bool {
        let any = |passes: &dyn Fn(&Test) -> bool| condition.tests.iter().any(passes);
        match &condition.argument {
            Argument::Given(argument_names) => match arguments.given(argument_names) {
                Given::As(node) => match swap.filter(|swap| swap.argument == node) {
                    Some(swap) => any(&|test| self.passes(test, swap.value, swap.text)),
                    None => any(&|test| self.passes(test, node, self.text)),
                },
                Given::Missing => any(&|test| *test == Test::Missing),
                Given::Unknown => false,
            },
            Argument::Any => arguments
                .all()
                .any(|node| any(&|test| self.passes(test, node, self.text))),
            Argument::Target => {
                let target = self.target();
                any(&|test| self.text_passes(test, &target))
            }
            Argument::Function => {
                let function = function_name(self.file, self.offset);
                any(&|test| self.text_passes(test, &function))
            }
            Argument::File => any(&|test| match test {
                Test::Imports(modules) => modules.iter().any(|module| self.bindings.imports_module(module)),
                _ => false,
            }),
        }
    }

    fn passes(&self, test: &Test, node: Node<'_>, text: &[u8]) -> bool {
        let operand = Expression {
            node,
            text,
            bindings: self.bindings,
        };
        passes(test, &operand, self.regexes)
    }

    fn text_passes(&self, test: &Test, text: &str) -> bool {
        text_passes(test, text, self.regexes)
    }

    /// What the value of the call is given to: the left side of the assignment, or the keyword of an outer call.
    fn target(&self) -> String {
        let kinds = &*KINDS;
        let target = self.ancestors.iter().rev().find_map(|around| {
            let is_assignment = around.kind_id() == kinds.assignment;
            let is_keyword = around.kind_id() == kinds.keyword_argument;
            let field = if is_assignment { "left" } else { "name" };
            (is_assignment || is_keyword).then(|| around.child_by_field_name(field))
        });
        target
            .flatten()
            .map_or_else(String::new, |target| str(target, self.text).to_owned())
    }
}

/// An expression that a test is about.
struct Expression<'e> {
    node: Node<'e>,
    text: &'e [u8],
    bindings: &'e Bindings,
}

impl Operand for Expression<'_> {
    fn constant(&self) -> Option<Constant> {
        constant(self.node, self.text)
    }

    fn names(&self) -> Vec<String> {
        names(self.node, self.text, self.bindings)
    }

    fn is_built(&self) -> bool {
        is_built(self.node, self.text)
    }

    /// Pages for Python say `only-from`; that this test stands on none of them, the pages are read for.
    fn comes_from_request(&self, _: bool) -> bool {
        false
    }

    fn written(&self) -> &[u8] {
        bytes(self.node, self.text)
    }
}
