//! Finds the nodes of a tree that a query asks for.

use std::num::NonZeroU16;
use std::ops::Range;

use tree_sitter::{Node, Tree};

use super::{Says, SmallQuery, Step, Test, Wanted};

/// Ways in which the steps below one node may fit; further ones are dropped, as tree-sitter drops matches in progress.
const MAX_WAYS: usize = 4096;

/// Nodes that a query found together.
pub(crate) struct Match<'q, 't> {
    query: &'q SmallQuery,
    bound: Bound<'t>,
}

/// Captures with their nodes.
type Bound<'t> = Vec<(usize, Node<'t>)>;

impl<'t> Match<'_, 't> {
    /// The node of a capture.
    pub(crate) fn node(&self, name: &str) -> Option<Node<'t>> {
        let capture = self.query.captures.iter().position(|capture| capture == name)?;
        node(&self.bound, capture)
    }
}

fn node<'t>(bound: &Bound<'t>, capture: usize) -> Option<Node<'t>> {
    bound.iter().find(|(other, _)| *other == capture).map(|(_, node)| *node)
}

impl SmallQuery {
    /// Visits every match whose outermost node has a part in `range`, outer ones first.
    pub(crate) fn for_each_match<'t>(
        &self,
        tree: &'t Tree,
        text: &[u8],
        range: &Range<usize>,
        mut visit: impl FnMut(&Match<'_, 't>),
    ) {
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            let is_in_range = is_within(node, range);
            if is_in_range {
                let field = cursor.field_id();
                for pattern in &self.patterns {
                    for bound in pattern.ways(node, field, text) {
                        visit(&Match { query: self, bound });
                    }
                }
                if cursor.goto_first_child() {
                    continue;
                }
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }
}

/// Whether a node has a part in the range; an empty one, whether it stands there.
fn is_within(node: Node<'_>, range: &Range<usize>) -> bool {
    let (start, end) = (node.start_byte(), node.end_byte());
    (end > range.start || (start == end && end == range.start)) && start < range.end
}

impl Step {
    /// The ways in which the node, which is this field of its parent, fits.
    fn ways<'t>(&self, node: Node<'t>, field: Option<NonZeroU16>, text: &[u8]) -> Vec<Bound<'t>> {
        if self.field.is_some() && self.field != field {
            return Vec::new();
        }
        let mut ways = match &self.wanted {
            Wanted::Named if !node.is_named() || node.is_error() => return Vec::new(),
            Wanted::Kind(kind) if *kind != node.kind_id() => return Vec::new(),
            Wanted::Named | Wanted::Kind(_) => self.ways_below(node, text),
            Wanted::Either(steps) => steps.iter().flat_map(|step| step.ways(node, field, text)).collect(),
        };
        for way in &mut ways {
            way.extend(self.captures.iter().map(|capture| (*capture, node)));
        }
        ways.retain(|way| self.tests.iter().all(|test| test.holds(way, text)));
        ways
    }

    /// The ways in which children of the node fit the steps below this one.
    fn ways_below<'t>(&self, node: Node<'t>, text: &[u8]) -> Vec<Bound<'t>> {
        // The first child that may come next, and what is bound so far.
        let mut states = vec![(0, Bound::new())];
        if self.children.is_empty() {
            return vec![Bound::new()];
        }
        let children = children(node);
        let last_named = children.iter().rposition(|(child, _)| child.is_named());
        for (index, step) in self.children.iter().enumerate() {
            let is_next_immediate = self.children.get(index + 1).is_some_and(|next| next.is_immediate);
            // Where nothing is bound, the first child that fits leaves most room for the steps behind.
            let is_first_enough = !step.binds() && !is_next_immediate;
            let mut known: Vec<Option<Vec<Bound<'t>>>> = vec![None; children.len()];
            let mut next = Vec::new();
            for (first, bound) in &states {
                for at in *first..children.len() {
                    let (child, field) = children[at];
                    let may_fit = !step.is_last || last_named.is_none_or(|last| last <= at);
                    if may_fit && next.len() < MAX_WAYS {
                        let ways = known[at].get_or_insert_with(|| step.ways(child, field, text));
                        next.extend(
                            ways.iter()
                                .map(|way| (at + 1, [bound.as_slice(), way.as_slice()].concat())),
                        );
                        if is_first_enough && !ways.is_empty() {
                            break;
                        }
                    }
                    if step.is_immediate && child.is_named() {
                        break;
                    }
                }
            }
            states = next;
        }
        states.into_iter().map(|(_, bound)| bound).collect()
    }
}

/// The children of a node, each with its field.
fn children(node: Node<'_>) -> Vec<(Node<'_>, Option<NonZeroU16>)> {
    let mut children = Vec::with_capacity(node.child_count() as usize);
    let mut cursor = node.walk();
    let mut is_there = cursor.goto_first_child();
    while is_there {
        children.push((cursor.node(), cursor.field_id()));
        is_there = cursor.goto_next_sibling();
    }
    children
}

impl Test {
    /// Whether the test holds; it says nothing about captures that are not bound.
    fn holds(&self, bound: &Bound<'_>, text: &[u8]) -> bool {
        let text_of = |capture: usize| node(bound, capture).map(|node| &text[node.byte_range()]);
        let is_so = match &self.says {
            Says::OneOf(capture, texts) => {
                text_of(*capture).map(|found| texts.iter().any(|wanted| wanted.as_bytes() == found))
            }
            Says::Matches(capture, expression) => text_of(*capture).map(|found| expression.is_match(found)),
            Says::Same(one, other) => match (text_of(*one), text_of(*other)) {
                (Some(one), Some(other)) => Some(one == other),
                (None, None) => None,
                _ => return false,
            },
        };
        is_so.is_none_or(|is_so| is_so == self.is_wanted)
    }
}
