//! Walks a tree.

use tree_sitter::{Node, Tree};

/// Visits every named node of a tree with the nodes around it, outermost first. No recursion, and no `Node::parent`, which searches
/// from the root each time.
pub(crate) fn for_each_node<'t>(tree: &'t Tree, mut visit: impl FnMut(Node<'t>, &[Node<'t>])) {
    let mut cursor = tree.walk();
    let mut ancestors: Vec<Node<'t>> = Vec::new();
    loop {
        let node = cursor.node();
        if node.is_named() {
            visit(node, &ancestors);
        }
        if cursor.goto_first_child() {
            ancestors.push(node);
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
            ancestors.pop();
        }
    }
}
