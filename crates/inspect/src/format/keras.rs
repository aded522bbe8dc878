//! The configuration of a Keras model, in `config.json` of a `.keras` archive or in an attribute of an HDF5 file: a tree of objects, each
//! with the module and the class that it is made of.
//!
//! A `Lambda` layer is Python code, marshalled or by name; an object of any other module is imported when the model is loaded.

use serde_json::{Map, Value};

use super::json::every;
use crate::container::shortened;
use crate::journal::Journal;
use crate::sign::Sign;

/// Modules of Keras and of what belongs to it.
const OWN: &[&str] = &[
    "keras",
    "tf_keras",
    "tensorflow",
    "tensorflow.keras",
    "keras_cv",
    "keras_nlp",
    "keras_hub",
    "builtins",
    "numpy",
];
/// Modules inside of them that hold functions to do more than layers do.
const TOOLS: &[&str] = &[
    "keras.utils",
    "keras.src.utils",
    "keras.models",
    "keras.src.models",
    "keras.saving",
    "keras.src.saving",
    "keras.src.legacy.saving",
    "keras.callbacks",
    "keras.src.callbacks",
    "tensorflow.io",
    "tensorflow.python",
    "tf_keras.utils",
    "tf_keras.src.utils",
    "keras.src.backend",
    "keras.export",
    "keras.src.export",
    "tensorflow.raw_ops",
    "tensorflow.saved_model",
    "numpy.f2py",
    "numpy.testing",
    "numpy.distutils",
    "numpy.lib",
];
/// Objects of those modules that models name all the same.
const TOOLS_ALLOWED: &[&str] = &["Functional", "Sequential", "Model", "FeatureSpace", "CustomObjectScope"];

/// Looks at the tree of a configuration. `base` is where its text stands, `text` the text.
pub(crate) fn inspect(journal: &mut Journal, config: &Value, base: u64, text: &str) {
    every(config, |found| {
        let Value::Object(object) = found.value else { return };
        if let Some(Value::String(class)) = object.get("class_name") {
            class_of(journal, object, class, base, text);
        }
    });
}

fn class_of(journal: &mut Journal, object: &Map<String, Value>, class: &str, base: u64, text: &str) {
    let place = |needle: &str| {
        let quoted = format!("\"{needle}\"");
        let at = text.find(&quoted).unwrap_or(0);
        (base + at as u64, needle.len() as u64 + 2)
    };
    if matches!(class, "Lambda" | "__lambda__" | "TFOpLambda" | "PyFunc") && class != "TFOpLambda" {
        let kind = if holds_code(object) {
            "with Python code in it"
        } else {
            "which calls a function by its name"
        };
        let line = format!("a layer `{class}`, {kind}");
        journal.sign_at(Sign::KerasCode, "layer", place(class), class, line);
        return;
    }
    let module = object.get("module").and_then(Value::as_str).unwrap_or_default();
    let registered = object
        .get("registered_name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if class == "function" || class == "method" {
        let name = object.get("config").and_then(Value::as_str).unwrap_or_default();
        let is_builtin = module == "builtins" && registered == name;
        if is_own(module) && !is_tool(module) && module != "builtins" || (is_builtin && name.is_empty()) {
            return;
        }
        let line = format!("the function `{}` of `{}`", shortened(name), shortened(module));
        journal.sign_at(Sign::KerasModule, "object", place(name), shortened(name), line);
        return;
    }
    let is_tool = is_tool(module) && !TOOLS_ALLOWED.contains(&class);
    let is_foreign = !module.is_empty() && !is_own(module);
    if is_tool || is_foreign {
        let line = format!("`{}` of the module `{}`", shortened(class), shortened(module));
        journal.sign_at(Sign::KerasModule, "object", place(module), shortened(module), line);
    }
}

fn is_below(module: &str, parents: &[&str]) -> bool {
    parents.iter().any(|parent| {
        module
            .strip_prefix(parent)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

fn is_own(module: &str) -> bool {
    is_below(module, OWN)
}

fn is_tool(module: &str) -> bool {
    is_below(module, TOOLS)
}

/// Whether the configuration of a layer holds marshalled code: a list of a text and defaults, or an object of `__lambda__`.
fn holds_code(object: &Map<String, Value>) -> bool {
    let function = object.get("config").and_then(|config| config.get("function"));
    match function {
        Some(Value::Array(_)) => true,
        Some(Value::Object(inner)) => inner.get("class_name").and_then(Value::as_str) == Some("__lambda__"),
        _ => object.get("class_name").and_then(Value::as_str) == Some("__lambda__"),
    }
}
