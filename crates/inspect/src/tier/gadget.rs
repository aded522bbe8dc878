//! Names that are known to run code, or to reach files, processes or the network.
//!
//! The list decides how grave a finding is and never whether there is one: what is on no list at all is reported too.

/// `module name` on each line; `module *` means everything in the module and below it.
const GADGETS: &str = include_str!("gadgets.txt");

/// Whether `name` in `module` is such a name.
pub(super) fn is_gadget(module: &str, name: &str) -> bool {
    let lines = GADGETS.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).any(|(known, names)| {
        if names == "*" {
            let rest = module.strip_prefix(known);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        } else {
            known == module && names == name
        }
    })
}

/// Whether a name with dots ends at, or passes through, such a name: `torch` and `serialization.os.system`.
pub(super) fn is_gadget_behind_dots(module: &str, name: &str) -> bool {
    let parts: Vec<&str> = name.split('.').collect();
    if parts.iter().any(|part| part.starts_with("__")) {
        return true;
    }
    let passes_module = parts.iter().any(|part| is_gadget(part, ""));
    let is_split_otherwise = (1..parts.len()).any(|cut| {
        let (inner, last) = (parts[..cut].join("."), parts[cut..].join("."));
        is_gadget(&format!("{module}.{inner}"), &last) || is_gadget(&inner, &last)
    });
    passes_module || is_split_otherwise || is_gadget(module, parts[0]) || is_gadget(module, name)
}
