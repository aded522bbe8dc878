//! skops: a tree of objects in `schema.json`, each with its module and class. Its loader asks which types are trusted; here they are held against
//! the same lists as the imports of a pickle.
//!
//! Source: [the persistence format](https://skops.readthedocs.io/en/stable/persistence.html).

use rustc_hash::FxHashSet;
use serde_json::Value;

use super::json::every;
use crate::container::shortened;
use crate::journal::Journal;
use crate::sign::Sign;
use crate::tier::{Tier, tier};

/// Names that pickles have tricks with and skops has not: it makes no calls with arguments of the file.
const PLAIN: &[(&str, &str)] = &[
    ("builtins", "type"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("functools", "partial"),
    ("builtins", "NoneType"),
];

/// Looks at the tree.
pub(crate) fn inspect(journal: &mut Journal, root: &Value, text: &str) {
    journal.note("format", 0, "skops schema");
    let mut seen = FxHashSet::default();
    every(root, |found| {
        let Value::Object(object) = found.value else { return };
        let named = |key: &str| object.get(key).and_then(Value::as_str);
        let (Some(class), Some(module)) = (named("__class__"), named("__module__")) else {
            return;
        };
        if !seen.insert((class, module)) || PLAIN.contains(&(module, class)) {
            return;
        }
        let name = shortened(&format!("{module}.{class}"));
        let loader = named("__loader__").unwrap_or_default();
        let at = text.find(&format!("\"{class}\"")).unwrap_or(0) as u64;
        match tier(module, class, 4) {
            Tier::Core | Tier::Known | Tier::Reconstructor(_)
                if !matches!(loader, "OperatorFuncNode" | "MethodNode") =>
            {
                journal.note("type", at, name);
            }
            _ => {
                let line = format!("{name}, made by {}", shortened(loader));
                journal.sign_at(Sign::SkopsType, "type", (at, class.len() as u64 + 2), name, line);
            }
        }
    });
}
