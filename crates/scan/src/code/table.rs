//! The calls that rules ask for, by qualified name, and the words that must stand in a file before it is worth a look.

use rustc_hash::{FxHashMap, FxHashSet};
use weighbridge_core::Origin;
use weighbridge_rules::{Argument, ArgumentName, CallItem, Detector, Rule, Test};

use crate::CompileError;
use crate::commonness::commonness;

/// Every `## Calls` item of every rule.
#[derive(Debug)]
pub(crate) struct CallTable<'r> {
    by_name: FxHashMap<&'r str, Vec<Entry<'r>>>,
    by_method: FxHashMap<&'r str, Vec<Entry<'r>>>,
    /// What has to be in a file for a name to be called there.
    pub(crate) needs: Vec<Need<'r>>,
    /// Whether any item counts mentions.
    pub(crate) has_mentions: bool,
    /// Names that lead to a rule: the names rules ask for and everything before a dot or a call in them.
    leading: FxHashSet<String>,
    /// Modules that a condition asks the file to import.
    pub(crate) asked_imports: Vec<&'r str>,
    words: Words,
}

/// The parts of a qualified name that stand in a file, letter for letter, where the name is used there.
pub(crate) type Words = fn(&str) -> Vec<&str>;

/// The parts between the dots.
pub(crate) fn dotted(name: &str) -> Vec<&str> {
    name.split('.').map(|part| part.trim_end_matches("()")).collect()
}

/// An item of a rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'r> {
    /// The index of the rule in the scanner.
    pub(crate) rule: usize,
    pub(crate) item: &'r CallItem,
}

/// What has to be in a file, and on a line, for one name of a rule to be called there.
#[derive(Clone, Debug)]
pub(crate) struct Need<'r> {
    pub(crate) name: &'r str,
    /// The rarest of the words: the prefilter looks for it.
    pub(crate) anchor: &'r str,
    /// The other words that must be somewhere in the file.
    pub(crate) partners: Vec<&'r str>,
    /// Words that stand on the logical line of the call: the last part of the name, and keywords that a condition demands.
    pub(crate) line_words: Vec<&'r str>,
    /// How the beginning of the name can stand on the line.
    pub(crate) head: Head<'r>,
    /// A call counts only if its value is seen to come from one of these; from anywhere if there are none.
    pub(crate) only_from: &'r [Origin],
}

/// How the beginning of a name can stand on the line of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Head<'r> {
    /// A builtin: there is no beginning.
    Builtin,
    /// The module's first part, or a name bound to a part of the whole.
    Module(&'r str),
    /// A variable, or anything: only the method shows.
    Any,
}

impl<'r> CallTable<'r> {
    /// A table without items for a language with these words.
    pub(crate) fn new(words: Words) -> Self {
        Self {
            by_name: FxHashMap::default(),
            by_method: FxHashMap::default(),
            needs: Vec::new(),
            has_mentions: false,
            leading: FxHashSet::default(),
            asked_imports: Vec::new(),
            words,
        }
    }

    /// Adds the items of the rule with this index.
    pub(crate) fn add(&mut self, index: usize, rule: &'r Rule) {
        let Detector::Calls(items) = &rule.detector else { return };
        for item in items.iter() {
            self.has_mentions |= item.any_mention;
            for name in item.names.iter() {
                let entry = Entry { rule: index, item };
                match name.strip_prefix("*.") {
                    Some(method) => self.by_method.entry(method).or_default().push(entry),
                    None => self.by_name.entry(name).or_default().push(entry),
                }
                let mut need = need(name, item, self.words);
                need.only_from = rule.sink.as_ref().map_or(&[], |sink| &sink.only_from);
                self.needs.push(need);
            }
        }
        for test in items
            .iter()
            .flat_map(|item| &*item.conditions)
            .flat_map(|condition| &*condition.tests)
        {
            if let Test::Imports(modules) = test {
                self.asked_imports.extend(modules.iter().map(AsRef::as_ref));
            }
        }
        let tested = items
            .iter()
            .flat_map(|item| item.conditions.iter())
            .flat_map(|condition| match &condition.argument {
                Argument::Given(_) | Argument::Any => condition.tests.iter(),
                _ => [].iter(),
            });
        let listed = tested.flat_map(|test| match test {
            Test::OneOf(list) | Test::NotOneOf(list) => list.iter(),
            _ => [].iter(),
        });
        for name in items.iter().flat_map(|item| item.names.iter()).chain(listed) {
            self.add_leading(name);
        }
    }

    fn add_leading(&mut self, name: &str) {
        let cuts = name
            .match_indices('.')
            .map(|(at, _)| at)
            .chain(std::iter::once(name.len()));
        for cut in cuts {
            let prefix = &name[..cut];
            self.leading.insert(prefix.to_owned());
            if let Some(called) = prefix.strip_suffix("()") {
                self.leading.insert(called.to_owned());
            }
        }
    }

    /// Whether a thing of this qualified name can be part of a match.
    pub(crate) fn leads(&self, name: &str) -> bool {
        self.leading.contains(name)
    }

    /// The items for calls of `name`.
    pub(crate) fn named(&self, name: &str) -> &[Entry<'r>] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// The items for calls of a method of anything.
    pub(crate) fn method(&self, method: &str) -> &[Entry<'r>] {
        self.by_method.get(method).map_or(&[], Vec::as_slice)
    }
}

fn need<'r>(name: &'r str, item: &'r CallItem, words: Words) -> Need<'r> {
    let parts = words(name.trim_start_matches("*."));
    let last = *parts.last().expect("a name has a part");
    let mut line_words = vec![last];
    line_words.extend(demanded_keywords(item));
    let mut words: Vec<&str> = parts.iter().copied().chain(line_words.iter().copied()).collect();
    words.extend(demanded_import(item));
    words.sort_unstable();
    words.dedup();
    let anchor = *words
        .iter()
        .min_by_key(|word| (commonness(word), **word))
        .expect("a name has a word");
    words.retain(|word| *word != anchor);
    line_words.sort_by_key(|word| commonness(word));
    let head = if name.starts_with("*.") || name.contains("()") {
        Head::Any
    } else if !name.contains('.') {
        Head::Builtin
    } else {
        Head::Module(parts[0])
    };
    Need {
        name,
        anchor,
        partners: words,
        line_words,
        head,
        only_from: &[],
    }
}

/// Keywords without which no condition of theirs can hold: `shell` in "`shell` is true".
fn demanded_keywords(item: &CallItem) -> impl Iterator<Item = &str> {
    item.conditions
        .iter()
        .filter_map(|condition| match &condition.argument {
            Argument::Given(names) => match names.as_ref() {
                [ArgumentName::Keyword(keyword)] if !condition.tests.contains(&Test::Missing) => Some(keyword.as_ref()),
                _ => None,
            },
            _ => None,
        })
}

/// The first part of the module in "the file imports `module`", where there is only one.
fn demanded_import(item: &CallItem) -> Option<&str> {
    item.conditions
        .iter()
        .find_map(|condition| match condition.tests.as_ref() {
            [Test::Imports(modules)] if modules.len() == 1 => modules[0].split('.').next(),
            _ => None,
        })
}

/// Checks what only the engine knows about names.
pub(crate) fn check(rule: &Rule) -> Result<(), CompileError> {
    let Detector::Calls(items) = &rule.detector else {
        return Ok(());
    };
    for name in items.iter().flat_map(|item| item.names.iter()) {
        let last = name.rsplit('.').next().unwrap_or(name);
        if last.ends_with("()") {
            return Err(CompileError::new(
                rule,
                format!("`{name}` is what a call gives, not what is called"),
            ));
        }
        if last.len() < 2 {
            return Err(CompileError::new(
                rule,
                format!("the last part of `{name}` is too short to look for"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use weighbridge_rules::Condition;

    fn item(conditions: Vec<Condition>) -> CallItem {
        CallItem {
            names: Vec::new().into(),
            conditions: conditions.into(),
            any_mention: false,
            sink: Vec::new().into(),
        }
    }

    #[test]
    fn the_rarest_word_is_the_anchor() {
        let item = item(Vec::new());

        assert_eq!(need("os.system", &item, dotted).anchor, "system");
        assert_eq!(need("pickle.load", &item, dotted).anchor, "pickle");
        assert_eq!(need("tarfile.open().extractall", &item, dotted).anchor, "extractall");
        assert_eq!(need("eval", &item, dotted).head, Head::Builtin);
    }

    #[test]
    fn a_demanded_keyword_stands_on_the_line() {
        let shell = Argument::Given(vec![ArgumentName::Keyword("shell".into())].into());
        let item = item(vec![Condition {
            argument: shell,
            tests: vec![Test::True].into(),
        }]);

        assert!(need("subprocess.run", &item, dotted).line_words.contains(&"shell"));
    }
}
