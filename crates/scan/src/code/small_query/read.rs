//! Reads the text of a query.

use std::num::NonZeroU16;
use std::sync::OnceLock;

use tree_sitter::Language;

use super::{Expression, Says, SmallQuery, Step, Test, Wanted};

/// What tree-sitter gives as the id of a kind that the grammar does not have.
const NO_KIND: u16 = 0;

impl SmallQuery {
    /// The query for this grammar; `None` if it says something that is only understood by tree-sitter, or is no query.
    pub(crate) fn read(text: &str, grammar: &Language) -> Option<Self> {
        let mut reader = Reader {
            rest: text,
            grammar,
            captures: Vec::new(),
        };
        let mut patterns = Vec::new();
        reader.skip_blanks();
        while !reader.rest.is_empty() {
            let mut tests = Vec::new();
            let mut pattern = reader.pattern(&mut tests)?;
            tests.into_iter().for_each(|test| place(&mut pattern, test));
            patterns.push(pattern);
        }
        Some(Self {
            patterns,
            captures: reader.captures,
        })
    }
}

/// Puts a test at the innermost step that has all of its captures.
fn place(step: &mut Step, test: Test) {
    let captures = test.captures();
    let all = step.occurrences(&captures);
    let either = match &mut step.wanted {
        Wanted::Either(steps) => steps.as_mut_slice(),
        _ => &mut [],
    };
    let mut below = step.children.iter_mut().chain(either);
    match below.find(|inner| all > 0 && inner.occurrences(&captures) == all) {
        Some(inner) => place(inner, test),
        None => step.tests.push(test),
    }
}

struct Reader<'t> {
    /// What was not read yet; between the functions below it begins with no blank.
    rest: &'t str,
    grammar: &'t Language,
    captures: Vec<String>,
}

impl<'t> Reader<'t> {
    /// One pattern: a node, a list of alternatives, or one of them in brackets with its predicates. Adds these to `tests`.
    fn pattern(&mut self, tests: &mut Vec<Test>) -> Option<Step> {
        let is_group = self
            .rest
            .strip_prefix('(')
            .is_some_and(|inner| inner.trim_start().starts_with(['(', '[', '"']));
        if !is_group {
            return self.step(tests);
        }
        self.take("(")?;
        let mut step = self.step(tests)?;
        while self.rest.starts_with("(#") {
            tests.push(self.test()?);
        }
        self.take(")")?;
        self.add_captures(&mut step)?;
        Some(step)
    }

    fn step(&mut self, tests: &mut Vec<Test>) -> Option<Step> {
        let has_field = !self.rest.starts_with(['(', '[', '"']);
        let field = if has_field { Some(self.field()?) } else { None };
        let mut step = Step {
            wanted: Wanted::Named,
            field,
            is_immediate: false,
            is_last: false,
            captures: Vec::new(),
            children: Vec::new(),
            tests: Vec::new(),
        };
        if self.rest.starts_with('"') {
            let kind = self.string()?;
            step.wanted = Wanted::Kind(self.kind(&kind, false)?);
        } else if self.rest.starts_with('[') {
            self.take("[")?;
            let mut steps = Vec::new();
            while !self.rest.starts_with(']') {
                steps.push(self.step(tests)?);
            }
            self.take("]")?;
            step.wanted = Wanted::Either(steps);
        } else {
            self.take("(")?;
            let name = self.word()?;
            if name != "_" {
                step.wanted = Wanted::Kind(self.kind(name, true)?);
            }
            self.children(&mut step, tests)?;
            self.take(")")?;
        }
        self.add_captures(&mut step)?;
        Some(step)
    }

    fn children(&mut self, step: &mut Step, tests: &mut Vec<Test>) -> Option<()> {
        let mut is_immediate = false;
        while !self.rest.starts_with(')') {
            if self.rest.starts_with("(#") {
                tests.push(self.test()?);
            } else if self.rest.starts_with('.') {
                self.take(".")?;
                is_immediate = true;
            } else {
                let mut child = self.step(tests)?;
                child.is_immediate = std::mem::take(&mut is_immediate);
                step.children.push(child);
            }
        }
        if is_immediate {
            step.children.last_mut()?.is_last = true;
        }
        Some(())
    }

    /// `name:`
    fn field(&mut self) -> Option<NonZeroU16> {
        let name = self.word()?;
        self.take(":")?;
        self.grammar.field_id_for_name(name)
    }

    /// `@name`, as often as it stands here.
    fn add_captures(&mut self, step: &mut Step) -> Option<()> {
        while self.rest.starts_with('@') {
            let capture = self.capture()?;
            step.captures.push(capture);
        }
        // A quantifier is not understood here.
        (!self.rest.starts_with(['?', '*', '+'])).then_some(())
    }

    fn capture(&mut self) -> Option<usize> {
        self.rest = self.rest.strip_prefix('@')?;
        let name = self.word()?;
        let known = self.captures.iter().position(|known| known == name);
        Some(known.unwrap_or_else(|| {
            self.captures.push(name.to_owned());
            self.captures.len() - 1
        }))
    }

    /// `(#name? @capture …)`
    fn test(&mut self) -> Option<Test> {
        self.rest = self.rest.strip_prefix("(#")?;
        let (name, behind) = self.rest.split_once('?')?;
        self.rest = behind;
        self.skip_blanks();
        let capture = self.capture()?;
        let is_wanted = !name.starts_with("not-");
        let says = match name.trim_start_matches("not-") {
            "eq" if self.rest.starts_with('@') => Says::Same(capture, self.capture()?),
            "eq" => Says::OneOf(capture, vec![self.string()?]),
            "any-of" => {
                let mut texts = Vec::new();
                while self.rest.starts_with('"') {
                    texts.push(self.string()?);
                }
                Says::OneOf(capture, texts)
            }
            "match" => Says::Matches(
                capture,
                Expression {
                    source: self.string()?,
                    compiled: OnceLock::new(),
                },
            ),
            _ => return None,
        };
        self.take(")")?;
        Some(Test { says, is_wanted })
    }

    /// The id of a kind of nodes that may stand in a tree.
    fn kind(&self, name: &str, is_named: bool) -> Option<u16> {
        let id = self.grammar.id_for_node_kind(name, is_named);
        let is_plain =
            id != NO_KIND && !matches!(name, "ERROR" | "MISSING") && !self.grammar.node_kind_is_supertype(id);
        is_plain.then_some(id)
    }

    fn word(&mut self) -> Option<&'t str> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (word, behind) = self.rest.split_at(end);
        self.rest = behind;
        self.skip_blanks();
        (!word.is_empty()).then_some(word)
    }

    fn string(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut characters = self.rest.strip_prefix('"')?.chars();
        loop {
            match characters.next()? {
                '"' => break,
                '\n' => return None,
                '\\' => text.push(match characters.next()? {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    '0' => '\0',
                    other => other,
                }),
                other => text.push(other),
            }
        }
        self.rest = characters.as_str();
        self.skip_blanks();
        Some(text)
    }

    fn take(&mut self, what: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(what)?;
        self.skip_blanks();
        Some(())
    }

    /// Blanks and comments.
    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
        while let Some(comment) = self.rest.strip_prefix(';') {
            self.rest = comment.split_once('\n').map_or("", |(_, behind)| behind).trim_start();
        }
    }
}
