//! YAML beside models: tags that make Python objects, targets to be called, and the description of an MLflow model. Read line by line: nothing
//! here depends on how lines belong together.

use super::configuration::check_target;
use crate::container::shortened;
use crate::journal::Journal;
use crate::sign::Sign;

/// Tags with which a full loader of YAML makes objects of Python.
const TAGS: &[&str] = &["!!python/", "tag:yaml.org,2002:python/", "!python/"];
/// Tags that make nothing but plain data.
const PLAIN: &[&str] = &[
    "none", "bool", "bytes", "str", "unicode", "int", "long", "float", "complex", "list", "tuple", "dict",
];

/// Looks at a text.
pub(crate) fn inspect(journal: &mut Journal, name: &str, text: &str) {
    let is_mlflow = name
        .rsplit('/')
        .next()
        .is_some_and(|last| last.eq_ignore_ascii_case("MLmodel"));
    let needs_look = is_mlflow || ["python/", "_target_"].iter().any(|word| text.contains(word));
    if !needs_look {
        return;
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        look_at(journal, line, at, is_mlflow);
        at += line.len() as u64;
    }
}

fn look_at(journal: &mut Journal, line: &str, at: u64, is_mlflow: bool) {
    let content = line.trim_end();
    let indent = (content.len() - content.trim_start().len()) as u64;
    let content = content.trim_start();
    if content.starts_with('#') {
        return;
    }
    let place = (at + indent, content.len() as u64);
    let tag = TAGS.iter().find_map(|tag| content.split_once(tag));
    if let Some((_, behind)) = tag {
        let kind: String = behind
            .chars()
            .take_while(|one| !one.is_whitespace() && *one != '"')
            .collect();
        if !PLAIN.contains(&kind.trim_end_matches(['>', ',']).trim_end()) {
            journal.sign_at(Sign::YamlObject, "yaml", place, shortened(&kind), content);
        }
    }
    let entry = content.trim_start_matches("- ").split_once(':');
    let Some((key, value)) = entry else { return };
    let value = value
        .split(" #")
        .next()
        .unwrap_or_default()
        .trim()
        .trim_matches(['"', '\'']);
    match key.trim().trim_matches(['"', '\'']) {
        "_target_" => check_target(journal, value, place),
        "loader_module" if is_mlflow && !value.starts_with("mlflow.") => {
            let line = format!("the model is loaded by the module `{}`", shortened(value));
            journal.sign_at(Sign::RemoteCode, "config", place, shortened(value), line);
        }
        "code" | "model_code_path" if is_mlflow && !value.is_empty() && value != "null" => {
            let line = format!("Python files are loaded from `{}`", shortened(value));
            journal.sign_at(Sign::RemoteCode, "config", place, shortened(value), line);
        }
        _ => {}
    }
}
