//! Follows values through one function: the state, and the statements that change it.
//!
//! Values are joined where ways meet, replaced where a name is assigned, and narrowed by checks. Everything is counted and nothing
//! is timed: when the budget runs out, nothing is said about the whole scope.

use std::collections::BTreeMap;
use std::rc::Rc;

use tree_sitter::Node;
use weighbridge_core::Span;

use super::super::grammar::str;
use super::context::Context;
use super::region::Region;
use super::value::{Literal, Value};
use super::{FIELDS, named_parts};

/// Rounds of a loop: enough for a value that goes from name to name.
const MAX_ROUNDS: usize = 4;

/// What is known of names, attributes (`self.command`) and elements (`row["id"]`), by their text.
pub(crate) type Places = BTreeMap<Rc<str>, Value>;

/// Whether the statement behind is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Falls,
    Leaves,
}

/// The ways out of a loop.
#[derive(Default)]
struct Loop {
    breaks: Vec<Places>,
    continues: Vec<Places>,
}

/// One run through a scope.
pub(crate) struct Interpreter<'c, 'f> {
    pub(crate) context: &'c Context<'f>,
    pub(crate) region: &'c Region,
    pub(crate) places: Places,
    /// What `return` gave.
    pub(crate) returns: Vec<Value>,
    loops: Vec<Loop>,
    /// Whether this is the scope that was asked about, and no function called from it.
    pub(crate) is_outermost: bool,
}

impl<'c, 'f> Interpreter<'c, 'f> {
    pub(crate) fn new(context: &'c Context<'f>, region: &'c Region, is_outermost: bool) -> Self {
        Self {
            context,
            region,
            places: Places::new(),
            returns: Vec::new(),
            loops: Vec::new(),
            is_outermost,
        }
    }

    pub(crate) fn text(&self, node: Node<'_>) -> &'c str {
        str(node, self.region.snippet.text())
    }

    pub(crate) fn span(&self, node: Node<'_>) -> Span {
        self.region.snippet.source_span(node.byte_range())
    }

    /// Goes one level deeper, unless that is too deep or too much.
    pub(crate) fn deeper<T>(&mut self, otherwise: T, inside: impl FnOnce(&mut Self) -> T) -> T {
        if !self.context.descend() {
            return otherwise;
        }
        let result = inside(self);
        self.context.ascend();
        result
    }

    /// Runs the statements below `node`.
    pub(crate) fn block(&mut self, node: Node<'_>) -> End {
        for statement in named_parts(node) {
            if self.deeper(End::Falls, |this| this.statement(statement)) == End::Leaves {
                return End::Leaves;
            }
        }
        End::Falls
    }

    fn statement(&mut self, node: Node<'_>) -> End {
        let field = |field| node.child_by_field_id(field);
        match node.kind() {
            "expression_statement" => return self.expression_statement(node),
            "return_statement" => {
                let value = node
                    .named_child(0)
                    .map_or_else(|| Value::literal(Literal::None), |child| self.evaluate(child));
                self.returns.push(value);
                return End::Leaves;
            }
            "raise_statement" => {
                named_parts(node)
                    .into_iter()
                    .for_each(|child| drop(self.evaluate(child)));
                return End::Leaves;
            }
            "break_statement" => {
                let places = self.places.clone();
                self.loops
                    .last_mut()
                    .into_iter()
                    .for_each(|around| around.breaks.push(places.clone()));
                return End::Leaves;
            }
            "continue_statement" => {
                let places = self.places.clone();
                self.loops
                    .last_mut()
                    .into_iter()
                    .for_each(|around| around.continues.push(places.clone()));
                return End::Leaves;
            }
            "if_statement" => return self.if_statement(node),
            "for_statement" => return self.for_statement(node),
            "while_statement" => return self.while_statement(node),
            "try_statement" => return self.try_statement(node),
            "with_statement" => {
                let items = field(FIELDS.body).map(|body| self.with_items(node, body));
                return items.unwrap_or(End::Falls);
            }
            "match_statement" => return self.match_statement(node),
            "assert_statement" => {
                if let Some(condition) = node.named_child(0) {
                    self.evaluate(condition);
                    self.narrow(condition, true);
                }
            }
            "function_definition" | "decorated_definition" | "class_definition" => self.definition(node),
            "global_statement" | "nonlocal_statement" => {
                for name in named_parts(node) {
                    self.places.insert(self.text(name).into(), Value::unknown());
                }
            }
            "delete_statement" => named_parts(node).into_iter().for_each(|target| self.forget(target)),
            "import_statement" | "import_from_statement" | "future_import_statement" | "pass_statement" | "comment" => {
            }
            "block" | "module" => return self.block(node),
            _ => {
                for child in named_parts(node) {
                    let is_statement = child.kind().ends_with("_statement") || child.kind() == "block";
                    if is_statement {
                        self.deeper(End::Falls, |this| this.statement(child));
                    } else {
                        self.evaluate(child);
                    }
                }
            }
        }
        End::Falls
    }

    fn expression_statement(&mut self, node: Node<'_>) -> End {
        for child in named_parts(node) {
            self.evaluate(child);
            if child.kind() == "call" {
                if self.never_returns(child) {
                    return End::Leaves;
                }
                self.narrow_by_validator(child);
            }
        }
        End::Falls
    }

    fn if_statement(&mut self, node: Node<'_>) -> End {
        let mut clauses = vec![(
            node.child_by_field_id(FIELDS.condition),
            node.child_by_field_id(FIELDS.consequence),
        )];
        for child in named_parts(node) {
            match child.kind() {
                "elif_clause" => {
                    clauses.push((
                        child.child_by_field_id(FIELDS.condition),
                        child.child_by_field_id(FIELDS.consequence),
                    ));
                }
                "else_clause" => clauses.push((None, child.child_by_field_id(FIELDS.body))),
                _ => {}
            }
        }
        let mut ways = Vec::new();
        let mut falls_through = true;
        for (condition, body) in clauses {
            let truth = condition.map_or(Some(true), |condition| self.evaluate(condition).truth());
            if truth == Some(false) {
                continue;
            }
            let before = (truth != Some(true)).then(|| self.copied_places());
            condition.into_iter().for_each(|condition| self.narrow(condition, true));
            if body.map_or(End::Falls, |body| self.block(body)) == End::Falls {
                ways.push(std::mem::take(&mut self.places));
            }
            let Some(before) = before else {
                falls_through = false;
                break;
            };
            self.places = before;
            condition
                .into_iter()
                .for_each(|condition| self.narrow(condition, false));
        }
        if falls_through {
            ways.push(std::mem::take(&mut self.places));
        }
        self.meet(ways)
    }

    fn for_statement(&mut self, node: Node<'_>) -> End {
        let (Some(target), Some(iterated)) = (
            node.child_by_field_id(FIELDS.left),
            node.child_by_field_id(FIELDS.right),
        ) else {
            return End::Falls;
        };
        let iterated = self.evaluate(iterated);
        let item = self.any_item(&iterated);
        let body = node.child_by_field_id(FIELDS.body);
        self.looped(None, |this| {
            this.assign(target, &item);
            body.map_or(End::Falls, |body| this.block(body))
        });
        self.else_clause(node)
    }

    fn while_statement(&mut self, node: Node<'_>) -> End {
        let condition = node.child_by_field_id(FIELDS.condition);
        let body = node.child_by_field_id(FIELDS.body);
        let end = self.looped(condition, |this| body.map_or(End::Falls, |body| this.block(body)));
        match end {
            End::Falls => self.else_clause(node),
            End::Leaves => End::Leaves,
        }
    }

    fn else_clause(&mut self, node: Node<'_>) -> End {
        let alternative = node.child_by_field_id(FIELDS.alternative);
        let body = alternative.and_then(|alternative| alternative.child_by_field_id(FIELDS.body));
        body.map_or(End::Falls, |body| self.block(body))
    }

    /// Runs a body until its beginning has seen what its end assigns.
    fn looped(&mut self, condition: Option<Node<'_>>, mut body: impl FnMut(&mut Self) -> End) -> End {
        let mut ways_out = Vec::new();
        let mut has_way_out = condition.is_none();
        for _ in 0..MAX_ROUNDS {
            let round_start = self.copied_places();
            let truth = condition.and_then(|condition| self.evaluate(condition).truth());
            if truth == Some(false) {
                break;
            }
            let before = self.copied_places();
            condition.into_iter().for_each(|condition| self.narrow(condition, true));
            self.loops.push(Loop::default());
            let end = body(self);
            let around = self.loops.pop().unwrap_or_default();
            let mut ways = around.continues;
            if end == End::Falls {
                ways.push(std::mem::take(&mut self.places));
            }
            ways_out.extend(around.breaks);
            // The condition can fail before the first round too.
            if truth != Some(true) {
                has_way_out = true;
                ways.push(before);
            }
            if self.meet(ways) == End::Leaves {
                return self.meet(ways_out);
            }
            if self.is_like(&round_start) {
                break;
            }
        }
        condition
            .into_iter()
            .for_each(|condition| self.narrow(condition, false));
        if has_way_out {
            ways_out.push(std::mem::take(&mut self.places));
        }
        self.meet(ways_out)
    }

    fn try_statement(&mut self, node: Node<'_>) -> End {
        let before = self.copied_places();
        let mut end = node
            .child_by_field_id(FIELDS.body)
            .map_or(End::Falls, |body| self.block(body));
        let after = self.copied_places();
        let mut ways = Vec::new();
        let mut last = None;
        for clause in named_parts(node) {
            match clause.kind() {
                "except_clause" | "except_group_clause" => {
                    let kept = std::mem::take(&mut self.places);
                    self.meet(vec![before.clone(), after.clone()]);
                    if self.clause(clause) == End::Falls {
                        ways.push(std::mem::take(&mut self.places));
                    }
                    self.places = kept;
                }
                "else_clause" if end == End::Falls => end = self.clause(clause),
                "finally_clause" => last = Some(clause),
                _ => {}
            }
        }
        if end == End::Falls {
            ways.push(std::mem::take(&mut self.places));
        }
        let end = self.meet(ways);
        match last.map(|clause| self.clause(clause)) {
            Some(End::Leaves) => End::Leaves,
            _ => end,
        }
    }

    /// Runs the block of a clause; what stands before it is evaluated.
    fn clause(&mut self, clause: Node<'_>) -> End {
        for child in named_parts(clause) {
            if child.kind() == "block" {
                return self.block(child);
            }
            if child.kind() == "as_pattern" {
                child
                    .named_child(0)
                    .into_iter()
                    .for_each(|class| drop(self.evaluate(class)));
                child
                    .child_by_field_id(FIELDS.alias)
                    .into_iter()
                    .for_each(|alias| self.assign(alias, &Value::unknown()));
            }
        }
        End::Falls
    }

    fn with_items(&mut self, node: Node<'_>, body: Node<'_>) -> End {
        let clauses = named_parts(node)
            .into_iter()
            .filter(|child| child.kind() == "with_clause");
        for item in clauses.flat_map(named_parts) {
            let Some(value) = item.child_by_field_id(FIELDS.value) else {
                continue;
            };
            if value.kind() == "as_pattern" {
                let made = value.named_child(0).map(|made| self.evaluate(made)).unwrap_or_default();
                value
                    .child_by_field_id(FIELDS.alias)
                    .into_iter()
                    .for_each(|alias| self.assign(alias, &made));
            } else {
                self.evaluate(value);
            }
        }
        self.block(body)
    }

    fn match_statement(&mut self, node: Node<'_>) -> End {
        let Some(subject) = node.child_by_field_id(FIELDS.subject) else {
            return End::Falls;
        };
        let value = self.evaluate(subject);
        let cases = node.child_by_field_id(FIELDS.body).map(named_parts).unwrap_or_default();
        let mut ways = Vec::new();
        let mut can_fall = true;
        for case in cases.into_iter().filter(|case| case.kind() == "case_clause") {
            let patterns: Vec<_> = named_parts(case)
                .into_iter()
                .filter(|child| child.kind() == "case_pattern")
                .collect();
            let guard = case.child_by_field_id(FIELDS.guard);
            let literals = self.pattern_literals(&patterns);
            let is_other = |literals: &Vec<Literal>| value.as_literal().is_some_and(|own| !literals.contains(own));
            if literals.as_ref().is_some_and(is_other) {
                continue;
            }
            let before = self.copied_places();
            match &literals {
                Some(literals) => self.narrow_to(subject, literals),
                None => patterns.iter().for_each(|pattern| self.bind_pattern(*pattern, &value)),
            }
            if let Some(condition) = guard.and_then(|guard| guard.named_child(0)) {
                self.evaluate(condition);
                self.narrow(condition, true);
            }
            let body = case.child_by_field_id(FIELDS.consequence);
            if body.map_or(End::Falls, |body| self.block(body)) == End::Falls {
                ways.push(std::mem::take(&mut self.places));
            }
            self.places = before;
            let is_certain = literals.is_some() && value.as_literal().is_some();
            let is_wildcard = patterns.iter().all(|pattern| self.text(*pattern) == "_");
            if guard.is_none() && (is_certain || is_wildcard) {
                can_fall = false;
                break;
            }
        }
        if can_fall {
            ways.push(std::mem::take(&mut self.places));
        }
        self.meet(ways)
    }

    /// The constants of a case, if it names nothing else: `case "a" | "b"`.
    fn pattern_literals(&mut self, patterns: &[Node<'_>]) -> Option<Vec<Literal>> {
        let mut literals = Vec::new();
        for pattern in patterns {
            let inner = named_parts(*pattern);
            let inner = match inner.as_slice() {
                [union] if union.kind() == "union_pattern" => named_parts(*union),
                _ => inner,
            };
            for node in inner {
                let is_literal = matches!(
                    node.kind(),
                    "string" | "integer" | "true" | "false" | "none" | "concatenated_string"
                );
                literals.push(
                    is_literal
                        .then(|| self.evaluate(node).as_literal().cloned())
                        .flatten()?,
                );
            }
        }
        (!literals.is_empty()).then_some(literals)
    }

    /// Lets the names in a pattern stand for parts of the value.
    fn bind_pattern(&mut self, pattern: Node<'_>, value: &Value) {
        let part = Value::made_of([value]);
        let mut open = vec![pattern];
        while let Some(node) = open.pop() {
            if node.kind() == "identifier" {
                self.set(self.text(node), part.clone());
            }
            if !self.context.spend(1) {
                return;
            }
            open.extend(named_parts(node));
        }
    }

    /// A function or class inside of the scope: its body can run with everything that is known here.
    fn definition(&mut self, node: Node<'_>) {
        let definition = node.child_by_field_id(FIELDS.definition).unwrap_or(node);
        if let Some(name) = definition.child_by_field_id(FIELDS.name) {
            self.set(self.text(name), Value::unknown());
        }
        let (places, loops, returns) = (
            self.copied_places(),
            std::mem::take(&mut self.loops),
            std::mem::take(&mut self.returns),
        );
        if definition.kind() == "function_definition" {
            self.bind_parameters(definition, node);
        }
        if let Some(body) = definition.child_by_field_id(FIELDS.body) {
            self.block(body);
        }
        (self.places, self.loops, self.returns) = (places, loops, returns);
    }
}
