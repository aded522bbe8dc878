//! The fix of a call outside of Python: words that are taken out of a command.

use weighbridge_core::{DetectedFix, Span};
use weighbridge_rules::{ArgumentName, EditRule, FixRule};

use super::arguments::Arguments;
use super::shape::bytes;
use super::site::CallSite;
use crate::fix::{argument_label, detected};

/// The fix of a call of `name`, whose arguments are words: `remove` takes out every word that is one of those named, with the blanks
/// before it. None if one of the words that bring the finding stays.
pub(crate) fn fix_of_call(
    rule: &FixRule,
    name: &str,
    site: &CallSite<'_, '_>,
    source_span: impl Fn(std::ops::Range<usize>) -> Span,
) -> Option<DetectedFix> {
    let text = site.file.text();
    let item = rule.items_for(name).find(|item| site.satisfies(&item.conditions))?;
    let mut edits = Vec::new();
    let mut steps = Vec::new();
    for edit in item.edits.iter() {
        let EditRule::Remove(names) = edit else { return None };
        for word in words(site.arguments, names, site.reader.text) {
            let span = source_span(word);
            let blanks = text[..span.start]
                .iter()
                .rev()
                .take_while(|byte| b" \t".contains(byte))
                .count();
            edits.push((Span::new(span.start - blanks, span.end), String::new()));
        }
        steps.push(format!("remove {}", argument_label(names)));
    }
    detected(rule, edits, &steps)
}

/// The words that are one of `names`.
fn words(arguments: &Arguments<'_, '_>, names: &[ArgumentName], text: &[u8]) -> Vec<std::ops::Range<usize>> {
    let is_named = |word: &[u8]| {
        names
            .iter()
            .any(|name| matches!(name, ArgumentName::Keyword(keyword) if keyword.as_bytes() == word))
    };
    let words = arguments.positional.iter().filter(|node| is_named(bytes(**node, text)));
    words.map(tree_sitter::Node::byte_range).collect()
}
