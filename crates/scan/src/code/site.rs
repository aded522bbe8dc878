//! Whether the conditions of a rule hold for a call.

use tree_sitter::Node;
use weighbridge_rules::{Argument as Asked, ArgumentName, Condition, Test};

use super::arguments::{Arguments, Given};
use super::condition::{Operand, passes, text_passes};
use super::constant::Constant;
use super::file::File;
use super::fixed::is_fixed;
use super::flow::{Assignment, assignments};
use super::request::comes_from_request;
use super::resolve::Reader;
use super::scope::function_name;
use super::shape::{Shape, bytes, str};

/// A call and what conditions may ask about it.
pub(crate) struct CallSite<'a, 'n> {
    pub(crate) arguments: &'a Arguments<'a, 'n>,
    /// The nodes around the call, outermost first.
    pub(crate) ancestors: &'a [Node<'n>],
    pub(crate) reader: Reader<'a>,
    pub(crate) file: &'a File<'a>,
    /// Where the call stands in the source.
    pub(crate) offset: usize,
}

/// An argument that is a name, and an expression that was assigned to it.
struct Swap<'s> {
    argument: Node<'s>,
    value: Node<'s>,
    text: &'s [u8],
    /// Whether something that is no constant is added to the name as well: `sql += id`.
    is_extended: bool,
}

/// What a condition found for an argument.
enum Found<'f> {
    As(Node<'f>, &'f [u8]),
    Missing,
    Unknown,
}

impl CallSite<'_, '_> {
    /// Whether all conditions hold: for the call as it is written, or with a name replaced by what was assigned to it.
    pub(crate) fn satisfies(&self, conditions: &[Condition]) -> bool {
        let all_hold = |swap: Option<&Swap<'_>>| conditions.iter().all(|condition| self.holds(condition, swap));
        if all_hold(None) {
            return true;
        }
        let names = self.names_to_follow(conditions);
        names.into_iter().any(|argument| {
            let assignments = assignments(self.file, str(argument, self.reader.text), self.offset);
            let is_extended = assignments.iter().any(|assignment| self.extends(assignment));
            assignments.iter().any(|assignment| {
                assignment.value(self.file).is_some_and(|value| {
                    all_hold(Some(&Swap {
                        argument,
                        value,
                        text: assignment.text(),
                        is_extended,
                    }))
                })
            })
        })
    }

    /// Whether an assignment adds something that is no constant to what the name held.
    fn extends(&self, assignment: &Assignment) -> bool {
        let reader = Reader {
            text: assignment.text(),
            ..self.reader
        };
        let is_constant = |value| is_fixed(self.file, reader, value, assignment.offset_of(value));
        assignment.adds() && assignment.value(self.file).is_some_and(|value| !is_constant(value))
    }

    /// Arguments that are names and that a condition would like to see behind: text that should be built, and options.
    fn names_to_follow<'n>(&'n self, conditions: &[Condition]) -> Vec<Node<'n>> {
        let mut names = Vec::new();
        for condition in conditions {
            let Asked::Given(asked) = &condition.argument else {
                continue;
            };
            let looks_behind = |test: &Test| matches!(test, Test::Built | Test::Literal | Test::Matches(_));
            if condition.tests.iter().any(looks_behind)
                && let Given::As(node) = self.arguments.given(asked)
            {
                names.push(node);
            }
            if asked.iter().any(|name| matches!(name, ArgumentName::Keyword(_))) {
                names.extend(self.arguments.positional.iter().skip(1));
            }
        }
        names.retain(|node| matches!(self.reader.shape(*node), Shape::Name));
        names
    }

    fn given<'f>(&'f self, names: &[ArgumentName], swap: Option<&'f Swap<'f>>) -> Found<'f> {
        match self.arguments.given(names) {
            Given::As(node) => match swap.filter(|swap| swap.argument == node) {
                Some(swap) => Found::As(swap.value, swap.text),
                None => Found::As(node, self.reader.text),
            },
            Given::Unknown => Found::Unknown,
            Given::Missing => {
                let Some(swap) = swap else { return Found::Missing };
                self.option(names, swap)
            }
        }
    }

    /// The value of a keyword in the table that a name stands for.
    fn option<'f>(&self, names: &[ArgumentName], swap: &'f Swap<'f>) -> Found<'f> {
        let reader = Reader {
            text: swap.text,
            ..self.reader
        };
        let Shape::Collection(pairs) = reader.shape(swap.value) else {
            return Found::Missing;
        };
        for pair in pairs {
            let Shape::Given { to, value } = reader.shape(pair) else {
                continue;
            };
            let key = str(to, swap.text).trim_matches(['"', '\'']);
            let is_asked = |name: &ArgumentName| matches!(name, ArgumentName::Keyword(keyword) if keyword == key);
            if names.iter().any(is_asked) {
                return Found::As(value, swap.text);
            }
        }
        Found::Missing
    }

    fn holds(&self, condition: &Condition, swap: Option<&Swap<'_>>) -> bool {
        let any = |passes: &dyn Fn(&Test) -> bool| condition.tests.iter().any(passes);
        match &condition.argument {
            Asked::Given(names) => match self.given(names, swap) {
                Found::As(node, text) => any(&|test| {
                    let is_extended = swap.is_some_and(|swap| swap.is_extended && swap.value == node);
                    (is_extended && *test == Test::Built) || self.passes(test, node, text)
                }),
                Found::Missing => any(&|test| *test == Test::Missing),
                Found::Unknown => false,
            },
            Asked::Any => self
                .arguments
                .all()
                .any(|node| any(&|test| self.passes(test, node, self.reader.text))),
            Asked::Target => {
                let target = self.target();
                any(&|test| text_passes(test, &target, self.file.regexes))
            }
            Asked::Function => {
                let function = function_name(self.file, self.offset);
                any(&|test| text_passes(test, &function, self.file.regexes))
            }
            Asked::File => any(&|test| match test {
                Test::Imports(modules) => modules.iter().any(|module| self.reader.bindings.imports_module(module)),
                _ => false,
            }),
        }
    }

    fn passes(&self, test: &Test, node: Node<'_>, text: &[u8]) -> bool {
        let reader = Reader { text, ..self.reader };
        let expression = Expression {
            node,
            reader,
            site: (self.file, self.offset),
        };
        let is_made_at_run_time = matches!(test, Test::Built | Test::NotLiteral);
        passes(test, &expression, self.file.regexes)
            && !(is_made_at_run_time && is_fixed(self.file, reader, node, self.offset))
    }

    /// What the value of the call is given to.
    fn target(&self) -> String {
        let target = self
            .ancestors
            .iter()
            .rev()
            .find_map(|around| match self.reader.shape(*around) {
                Shape::Given { to, .. } => Some(to),
                _ => None,
            });
        target.map_or_else(String::new, |target| str(target, self.reader.text).to_owned())
    }
}

/// An expression that a test is about.
struct Expression<'e> {
    node: Node<'e>,
    reader: Reader<'e>,
    /// The file, and where the call stands in it.
    site: (&'e File<'e>, usize),
}

impl Operand for Expression<'_> {
    fn constant(&self) -> Option<Constant> {
        self.reader.constant(self.node)
    }

    fn names(&self) -> Vec<String> {
        self.reader.names(self.node)
    }

    fn is_built(&self) -> bool {
        self.reader.is_built(self.node)
    }

    fn comes_from_request(&self, only_first: bool) -> bool {
        let (file, offset) = self.site;
        comes_from_request(file, self.reader, self.node, offset, only_first)
    }

    fn written(&self) -> &[u8] {
        bytes(self.node, self.reader.text)
    }
}
