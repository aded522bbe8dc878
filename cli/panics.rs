//! Panics: one bad file never loses the rest, and the message of a panic, which could hold scanned text, is never printed.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};

use crate::console::Console;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Replaces the hook of the standard library, which prints the message of a panic.
pub(crate) fn install_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let place = place_of(panic);
        if GUARDED.get() {
            PLACE.set(place);
        } else {
            Console::defect(&place);
        }
    }));
}

/// Runs `work`; if it panics, the place in the source of weighbridge where it did.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let is_inner = GUARDED.replace(true);
    // The caller throws away everything that `work` could have left in disorder.
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(is_inner);
    result.map_err(|_| PLACE.take())
}

/// `crates/scan/src/lib.rs:12`. Where a dependency panicked, its path begins with its name: nothing absolute enters a report.
fn place_of(panic: &PanicHookInfo<'_>) -> String {
    let Some(location) = panic.location() else {
        return "an unknown place".to_owned();
    };
    let file = location.file().replace('\\', "/");
    let mut shown = file.as_str();
    for mark in ["/registry/src/", "/library/"] {
        if let Some(at) = file.rfind(mark) {
            shown = &file[at + mark.len()..];
            if mark == "/registry/src/" {
                shown = shown.split_once('/').map_or(shown, |(_, rest)| rest);
            }
        }
    }
    if shown.starts_with('/') || shown.contains(':') {
        shown = shown.rsplit('/').next().unwrap_or(shown);
    }
    format!("{shown}:{}", location.line())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_place_and_not_its_message() {
        install_hook();

        let place = guarded(|| -> () { panic!("hunter2") }).unwrap_err();

        // Other tests shall fail with their own words.
        drop(std::panic::take_hook());
        assert!(place.starts_with("cli/panics.rs:"), "{place}");
        assert!(!place.contains("hunter2"));
    }

    #[test]
    fn work_without_a_panic_gives_its_result() {
        assert_eq!(guarded(|| 7), Ok(7));
    }
}
