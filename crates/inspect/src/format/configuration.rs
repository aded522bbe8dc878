//! Settings and descriptions that come with a model: texts that name code, templates, or objects to be made.

use serde_json::Value;

use super::json::{every, key_at};
use super::{keras, skops, template, yaml};
use crate::container::shortened;
use crate::journal::Journal;
use crate::sign::Sign;

/// The longest text of a member of an archive that is looked at.
pub(crate) const MAX_TEXT: usize = 8 << 20;
/// The longest JSON that is read as a whole; of longer ones the values behind the telling keys are.
const MAX_TREE: usize = 2 << 20;
/// The longest value that is read by itself.
const MAX_VALUE: usize = 1 << 20;

/// What a text is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    Json,
    Yaml,
    Template,
    Markup,
}

/// What the text called `name` is, if it is one that is looked at.
pub(crate) fn text_of(name: &str) -> Option<Text> {
    let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let ends = |ending: &str| name.ends_with(ending);
    if ends(".json") {
        Some(Text::Json)
    } else if ends(".yaml") || ends(".yml") || name == "mlmodel" {
        Some(Text::Yaml)
    } else if ends(".jinja") || ends(".jinja2") {
        Some(Text::Template)
    } else if ends(".pmml") {
        Some(Text::Markup)
    } else {
        None
    }
}

/// Looks at a text. `is_model` tells whether it is known to belong to a model.
pub(crate) fn inspect(journal: &mut Journal, name: &str, text: &str, is_model: bool) {
    match text_of(name) {
        Some(Text::Json) => json(journal, name, text),
        Some(Text::Yaml) => yaml::inspect(journal, name, text),
        // Templates of web pages reach for much more, and rightly so.
        Some(Text::Template) if is_model || name.contains("chat") || text.contains("messages") => {
            template::inspect(journal, text, 0);
        }
        Some(Text::Markup) => markup(journal, text),
        Some(Text::Template) | None => {}
    }
}

/// Keys that make a text in JSON worth a look.
const KEYS: &[&str] = &[
    "auto_map",
    "chat_template",
    "_target_",
    "class_name",
    "__module__",
    "trust_remote_code",
    "custom_pipelines",
];

fn json(journal: &mut Journal, name: &str, text: &str) {
    if !KEYS
        .iter()
        .any(|key| memchr::memmem::find(text.as_bytes(), key.as_bytes()).is_some())
    {
        return;
    }
    if text.len() > MAX_TREE {
        return long_json(journal, text);
    }
    let Ok(root) = serde_json::from_str::<Value>(text) else {
        return;
    };
    if root.get("_skops_version").is_some() {
        return skops::inspect(journal, &root, text);
    }
    let is_keras = root.get("class_name").is_some() && root.get("config").is_some();
    if is_keras {
        keras::inspect(journal, &root, 0, text);
    }
    every(&root, |found| {
        let place = || place_of(text, found.key, found.value);
        value(journal, text, found.key, found.value, place);
    });
    tracked(journal, name);
}

/// The values behind the telling keys, one by one, each read by itself.
fn long_json(journal: &mut Journal, text: &str) {
    for key in KEYS {
        let mut at = 0;
        while let Some((start, end)) = key_at(text, key, at) {
            at = start + key.len();
            let behind = text[at..].find(':').map_or(text.len(), |colon| at + colon + 1);
            let mut limit = (behind + MAX_VALUE).min(text.len());
            while !text.is_char_boundary(limit) {
                limit -= 1;
            }
            let mut values = serde_json::Deserializer::from_str(&text[behind..limit]).into_iter::<Value>();
            if let Some(Ok(found)) = values.next() {
                value(journal, text, key, &found, || (start as u64, (end - start) as u64));
            }
        }
    }
}

/// Judges one value by its key. `place` tells where it stands: offset and length.
fn value(journal: &mut Journal, text: &str, key: &str, value: &Value, place: impl Fn() -> (u64, u64)) {
    match (key, value) {
        ("auto_map", Value::Object(map)) => {
            let mut classes = map.values().filter_map(|value| match value {
                Value::String(class) => Some(class.as_str()),
                Value::Array(list) => list.iter().find_map(Value::as_str),
                _ => None,
            });
            if let Some(class) = classes.next() {
                let line = format!(
                    "classes are loaded from Python files beside the model: {}",
                    shortened(class)
                );
                journal.sign_at(Sign::RemoteCode, "config", place(), shortened(class), line);
            }
        }
        ("custom_pipelines", Value::Object(map)) if !map.is_empty() => {
            let line = "a pipeline is loaded from Python files beside the model";
            journal.sign_at(Sign::RemoteCode, "config", place(), "custom_pipelines", line);
        }
        ("trust_remote_code", Value::Bool(true)) => {
            let line = "code of the model is trusted without a question";
            journal.sign_at(Sign::RemoteCode, "config", place(), "trust_remote_code", line);
        }
        ("_target_", Value::String(target)) => check_target(journal, target, place()),
        ("chat_template", Value::String(template)) => escapes(journal, template, place()),
        ("template", Value::String(template)) if text.contains("chat_template") => escapes(journal, template, place()),
        _ => {}
    }
}

/// Where a value stands in the text: where it is written as usual, or else where its key stands first. Offset and length.
fn place_of(text: &str, key: &str, value: &Value) -> (u64, u64) {
    let written = value.is_string().then(|| value.to_string());
    let exact = written.and_then(|written| Some((text.find(&written)?, written.len())));
    let place = exact.or_else(|| key_at(text, key, 0).map(|(start, end)| (start, end - start)));
    place.map_or((0, 0), |(start, length)| (start as u64, length as u64))
}

/// Nothing of a description is noted for itself; the name alone says what it is.
fn tracked(journal: &mut Journal, name: &str) {
    if journal.depth() > 0 {
        journal.note("config", 0, shortened(name));
    }
}

fn escapes(journal: &mut Journal, template: &str, place: (u64, u64)) {
    for found in template::escapes(template) {
        journal.sign_at(Sign::Template, "template", place, found.word, found.code);
    }
}

/// Functions that a configuration has no reason to call; everything below a module with `.*`.
const TARGETS: &[&str] = &[
    "os.*",
    "posix.*",
    "nt.*",
    "subprocess.*",
    "shutil.*",
    "sys.*",
    "pty.*",
    "socket.*",
    "ctypes.*",
    "importlib.*",
    "runpy.*",
    "code.*",
    "codeop.*",
    "marshal.*",
    "pickle.*",
    "_pickle.*",
    "cloudpickle.*",
    "dill.*",
    "shelve.*",
    "pip.*",
    "setuptools.*",
    "webbrowser.*",
    "commands.*",
    "timeit.*",
    "builtins.eval",
    "builtins.exec",
    "builtins.compile",
    "builtins.open",
    "builtins.__import__",
    "builtins.getattr",
    "builtins.setattr",
    "eval",
    "exec",
    "open",
    "__import__",
    "torch.load",
    "torch.hub.load",
    "joblib.load",
    "numpy.load",
    "pandas.read_pickle",
    "pandas.eval",
    "urllib.request.*",
    "requests.*",
    "http.*",
    "ftplib.*",
    "smtplib.*",
    "platform.popen",
    "operator.attrgetter",
    "operator.methodcaller",
    "types.FunctionType",
    "types.CodeType",
    "tempfile.*",
    "pathlib.Path.write_text",
    "multiprocessing.*",
    "asyncio.*",
    "pydoc.*",
    "pdb.*",
    "cProfile.*",
    "profile.*",
    "trace.*",
    "doctest.*",
    "hydra.utils.*",
];

/// Judges what a configuration says is to be called.
pub(super) fn check_target(journal: &mut Journal, target: &str, place: (u64, u64)) {
    let target = target.trim();
    let is_dangerous = TARGETS.iter().any(|known| match known.strip_suffix('*') {
        Some(module) => target.starts_with(module),
        None => target == *known,
    });
    if is_dangerous {
        let shown = shortened(target);
        let line = format!("`{shown}` is called when the model is made");
        journal.sign_at(Sign::ConfigTarget, "config", place, shown, line);
    }
}

/// PMML is XML, and an XML reader can be told to read other files.
fn markup(journal: &mut Journal, text: &str) {
    for (at, _) in text.match_indices("<!ENTITY") {
        let end = text[at..].find('>').map_or(text.len(), |end| at + end + 1);
        let declaration = &text[at..end];
        let place = (at as u64, (end - at) as u64);
        journal.sign_at(Sign::XmlEntity, "xml", place, "an entity", declaration);
    }
    for (at, _) in text.match_indices("<!DOCTYPE") {
        let end = text[at..].find(['>', '[']).map_or(text.len(), |end| at + end);
        let declaration = &text[at..end];
        if declaration.contains("SYSTEM") || declaration.contains("PUBLIC") {
            let place = (at as u64, (end - at) as u64);
            journal.sign_at(Sign::XmlEntity, "xml", place, "a document type elsewhere", declaration);
        }
    }
}
