//! Names of the Python grammar as numbers, looked up once.

use std::sync::LazyLock;

use tree_sitter::{Language, Node};

/// The grammar.
pub(crate) fn language() -> Language {
    tree_sitter_python::LANGUAGE.into()
}

macro_rules! kinds {
    ($($name:ident = $text:literal),+ $(,)?) => {
        /// Kinds of node that the scanner looks at.
        pub(crate) struct Kinds { $(pub(crate) $name: u16),+ }

        /// The kinds of this grammar.
        pub(crate) static KINDS: LazyLock<Kinds> = LazyLock::new(|| {
            let language = language();
            Kinds { $($name: language.id_for_node_kind($text, true)),+ }
        });

        #[cfg(test)]
        const NAMES: &[&str] = &[$($text),+];
    };
}

kinds! {
    argument_list = "argument_list",
    as_pattern = "as_pattern",
    assignment = "assignment",
    attribute = "attribute",
    augmented_assignment = "augmented_assignment",
    await_expression = "await",
    binary_operator = "binary_operator",
    call = "call",
    class_definition = "class_definition",
    concatenated_string = "concatenated_string",
    conditional_expression = "conditional_expression",
    decorator = "decorator",
    default_parameter = "default_parameter",
    dictionary = "dictionary",
    dictionary_splat = "dictionary_splat",
    expression_list = "expression_list",
    false_literal = "false",
    float = "float",
    identifier = "identifier",
    import_from_statement = "import_from_statement",
    import_statement = "import_statement",
    integer = "integer",
    interpolation = "interpolation",
    keyword_argument = "keyword_argument",
    list = "list",
    list_splat = "list_splat",
    named_expression = "named_expression",
    none = "none",
    pair = "pair",
    parenthesized_expression = "parenthesized_expression",
    return_statement = "return_statement",
    set = "set",
    string = "string",
    string_content = "string_content",
    subscript = "subscript",
    true_literal = "true",
    tuple = "tuple",
    typed_default_parameter = "typed_default_parameter",
    typed_parameter = "typed_parameter",
    unary_operator = "unary_operator",
}

/// The bytes of a node.
pub(crate) fn bytes<'t>(node: Node<'_>, text: &'t [u8]) -> &'t [u8] {
    text.get(node.byte_range()).unwrap_or_default()
}

/// The text of a node, if it is UTF-8.
pub(crate) fn str<'t>(node: Node<'_>, text: &'t [u8]) -> &'t str {
    std::str::from_utf8(bytes(node, text)).unwrap_or_default()
}

/// The named children of a node, comments left out.
pub(crate) fn named_children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|child| !child.is_extra())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_has_every_kind() {
        for name in NAMES {
            assert_ne!(language().id_for_node_kind(name, true), 0, "{name}");
        }
    }
}
