//! Reads a `## Fix` section.

use weighbridge_core::Applicability;

use super::calls::{Cursor, Written, condition, is_qualified, shown, written_items};
use super::sections::Section;
use super::{AtLine, Problem};
use crate::fix::{EditRule, FixItem, FixRule};
use crate::rule::{Detector, List, Text};

/// The fix that the section states, for the detector of the page.
pub(super) fn parse(section: &Section<'_>, detector: &Detector) -> AtLine<FixRule> {
    let text = section.text.trim_start();
    let applicability = Applicability::ALL.iter().find(|one| {
        let name = one.name();
        text.get(..name.len())
            .is_some_and(|word| word.eq_ignore_ascii_case(name))
            && text[name.len()..].trim_start().starts_with(':')
    });
    let &applicability = applicability.ok_or((section.line, Problem::NoApplicability))?;
    let mut items: Vec<FixItem> = Vec::new();
    for written in written_items(section) {
        add(&mut items, &written, detector).map_err(|problem| (written.line, problem))?;
    }
    if items.is_empty() || items.iter().any(|item| item.edits.is_empty()) {
        return Err((section.line, Problem::NoEdits));
    }
    Ok(FixRule {
        applicability,
        items: items.into(),
        line: section.line,
    })
}

fn add(items: &mut Vec<FixItem>, written: &Written, detector: &Detector) -> Result<(), Problem> {
    let mut cursor = Cursor::new(&written.tokens);
    if let Some(edit) = edit(&mut cursor) {
        let fail = |expected| Problem::BadEdit {
            edit: shown(&written.tokens),
            expected,
        };
        if !cursor.is_at_end() {
            return Err(fail("the end of the edit"));
        }
        check(&edit, detector).map_err(fail)?;
        // Edits that stand by themselves are for every call.
        if written.depth == 1 && !items.last().is_some_and(|item| item.names.is_empty()) {
            items.push(item(List::Borrowed(&[])));
        }
        let item = items.last_mut().ok_or(Problem::NoEdits)?;
        item.edits.to_mut().push(edit);
        return Ok(());
    }
    if written.depth > 1 {
        let item = items.last_mut().ok_or(Problem::NoEdits)?;
        item.conditions.to_mut().push(condition(&written.tokens)?);
        return Ok(());
    }
    let expected = "`call`, `set`, `remove`, `append` or `replace` with what they need, or names out of `## Calls`";
    let fail = || Problem::BadEdit {
        edit: shown(&written.tokens),
        expected,
    };
    let names = cursor.code_list().filter(|_| cursor.is_at_end()).ok_or_else(fail)?;
    let Detector::Calls(calls) = detector else {
        return Err(fail());
    };
    let is_known = |name: &Text| calls.iter().any(|call| call.names.contains(name));
    if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
        return Err(Problem::UnknownCall(unknown.to_string()));
    }
    items.push(item(names));
    Ok(())
}

fn item(names: List<Text>) -> FixItem {
    FixItem {
        names,
        conditions: List::Borrowed(&[]),
        edits: List::Borrowed(&[]),
    }
}

fn edit(cursor: &mut Cursor<'_>) -> Option<EditRule> {
    if cursor.word("call") {
        return cursor.code().map(EditRule::Call);
    }
    if cursor.word("append") {
        return cursor.code().map(EditRule::Append);
    }
    if cursor.word("remove the match") {
        return Some(EditRule::RemoveMatch);
    }
    if cursor.word("put the variable") {
        let name = cursor.code()?;
        return cursor.word("in its place").then_some(EditRule::Variable(name));
    }
    if cursor.word("remove") {
        return cursor.argument_names().map(EditRule::Remove);
    }
    if cursor.word("set") {
        let argument = cursor.argument_names()?;
        let value = cursor.word("to").then(|| cursor.code()).flatten()?;
        return Some(EditRule::Set { argument, value });
    }
    if cursor.word("replace") {
        let capture = cursor.code()?.strip_prefix('@')?.to_owned();
        let text = cursor.word("with").then(|| cursor.code()).flatten()?;
        return Some(EditRule::Replace {
            capture: capture.into(),
            text,
        });
    }
    None
}

/// Whether the detector finds what the edit works on; else what it would need.
fn check(edit: &EditRule, detector: &Detector) -> Result<(), &'static str> {
    match (edit, detector) {
        (EditRule::Replace { capture, .. }, Detector::Query(query)) => {
            let is_known = query.source.split('@').skip(1).any(|rest| {
                rest.strip_prefix(capture.as_ref())
                    .is_some_and(|behind| !behind.starts_with(|c: char| c.is_alphanumeric() || "_.-".contains(c)))
            });
            is_known.then_some(()).ok_or("a capture of the query")
        }
        (EditRule::Replace { .. }, _) => Err("a page with `## Query`, which has captures"),
        (EditRule::Call(name), Detector::Calls(_)) => {
            let is_name = is_qualified(&name.replace("{function}", "function"));
            is_name.then_some(()).ok_or("a qualified name")
        }
        (EditRule::RemoveMatch, Detector::Pattern(_)) | (EditRule::Variable(_), Detector::Code { .. }) => Ok(()),
        (EditRule::RemoveMatch, _) => Err("a page with `## Pattern`"),
        (EditRule::Variable(_), _) => Err("a page with a detector that finds paths"),
        (_, Detector::Calls(_)) => Ok(()),
        _ => Err("a page with `## Calls`, or `replace` on one with `## Query`"),
    }
}
