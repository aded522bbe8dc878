//! How far an import can be trusted, by its exact name: a list of what is known, and everything else is not.
//!
//! The answer depends on the name alone, never on what is installed, so a file gets the same verdict on every machine.

mod gadget;
mod reconstructor;

use std::cmp::Ordering;

use crate::pickle::{Store, Value};
use crate::sign::Sign;
use reconstructor::Reconstructor;

/// How far an import can be trusted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tier {
    /// `torch.load(…, weights_only=True)` allows it.
    Core,
    /// It rebuilds objects, and is harmless with the arguments that it is meant for.
    Reconstructor(&'static Reconstructor),
    /// A class, or a function of numbers, of a library that many files name.
    Known,
    /// On no list.
    Unknown,
    /// It is known to run code, or to reach files or the network.
    Gadget,
}

/// What `weights_only=True` allows.
const CORE: &str = include_str!("core.txt");
/// Classes of libraries; written by `tests/models/known_classes.py`.
const KNOWN: &str = include_str!("known.txt");

/// The tier of `name` in `module`, as a pickle of this protocol imports it.
pub(crate) fn tier(module: &str, name: &str, protocol: u8) -> Tier {
    // From protocol 4 on a dot in the name leads from attribute to attribute, and so out of any module.
    if name.contains('.') {
        return match reconstructor::named(module, name) {
            Some(reconstructor) if protocol >= 4 => Tier::Reconstructor(reconstructor),
            _ if gadget::is_gadget_behind_dots(module, name) => Tier::Gadget,
            _ => Tier::Unknown,
        };
    }
    if is_listed(CORE, module, name) {
        return Tier::Core;
    }
    if let Some(reconstructor) = reconstructor::named(module, name) {
        return Tier::Reconstructor(reconstructor);
    }
    // No known name is a gadget; a test holds the lists against each other.
    if is_listed(KNOWN, module, name) {
        return Tier::Known;
    }
    if gadget::is_gadget(module, name) {
        Tier::Gadget
    } else {
        Tier::Unknown
    }
}

impl Tier {
    /// The tier of what `getattr` gives for an import and the name of an attribute.
    pub(crate) fn of_attribute(module: &str, name: &str, attribute: &str) -> Self {
        tier(module, &format!("{name}.{attribute}"), 4)
    }

    /// The word in a listing.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Core => "weights-only",
            Self::Reconstructor(_) => "reconstructor",
            Self::Known => "known",
            Self::Unknown => "unknown",
            Self::Gadget => "dangerous",
        }
    }

    /// What is wrong with importing it.
    pub(crate) fn sign(self) -> Option<Sign> {
        match self {
            Self::Core | Self::Reconstructor(_) | Self::Known => None,
            Self::Unknown => Some(Sign::PickleUnvetted),
            Self::Gadget => Some(Sign::PickleGadget),
        }
    }

    /// Whether it is harmless only with certain arguments, so that it must not be handed on.
    pub(crate) fn is_trick(self) -> bool {
        matches!(self, Self::Reconstructor(reconstructor) if reconstructor.is_trick())
    }

    /// Whether these arguments are none that it is meant for.
    pub(crate) fn is_odd(self, store: &Store, arguments: &[Value]) -> bool {
        match self {
            Self::Reconstructor(reconstructor) => !reconstructor.fits(store, arguments),
            _ => false,
        }
    }
}

/// Whether a list holds this name: a line for each module, sorted, with its names behind it.
fn is_listed(list: &str, module: &str, name: &str) -> bool {
    let bytes = list.as_bytes();
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = memchr::memrchr(b'\n', &bytes[low..middle]).map_or(low, |at| low + at + 1);
        let end = memchr::memchr(b'\n', &bytes[start..high]).map_or(high, |at| start + at);
        let mut words = bytes[start..end].split(|byte| *byte == b' ');
        match words.next().unwrap_or_default().cmp(module.as_bytes()) {
            Ordering::Equal => return words.any(|word| word == name.as_bytes()),
            Ordering::Less => low = end + 1,
            Ordering::Greater => high = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &str) -> impl Iterator<Item = (&str, &str)> {
        list.lines().flat_map(|line| {
            let (module, names) = line.split_once(' ').expect("a line is a module and its names");
            names.split(' ').map(move |name| (module, name))
        })
    }

    #[test]
    fn the_lists_are_sorted_and_every_name_is_found() {
        for list in [CORE, KNOWN] {
            let modules: Vec<_> = list.lines().map(|line| line.split(' ').next()).collect();
            assert!(modules.len() > 5 && modules.is_sorted());
            for (module, name) in names(list).step_by(7) {
                assert!(is_listed(list, module, name), "{module} {name}");
                assert!(!is_listed(list, module, &format!("{name}_²")), "{module} {name}");
            }
        }
    }

    #[test]
    fn nothing_known_is_a_gadget() {
        for (module, name) in names(CORE).chain(names(KNOWN)) {
            assert!(!gadget::is_gadget(module, name), "{module} {name}");
        }
    }

    #[test]
    fn names_decide_exactly() {
        let name = |module: &str, name: &str, protocol| tier(module, name, protocol).name();
        assert_eq!(name("collections", "OrderedDict", 2), "weights-only");
        assert_eq!(name("copyreg", "_reconstructor", 2), "reconstructor");
        assert_eq!(name("collections", "OrderedDict2", 2), "unknown");
        assert_eq!(name("posix", "system", 2), "dangerous");
        assert_eq!(name("os", "anything", 2), "dangerous");
        assert_eq!(name("os.path", "join", 2), "dangerous");
        assert_eq!(name("osx", "system", 2), "unknown");
        assert_eq!(name("torch", "nn.os.system", 4), "dangerous");
        assert_eq!(name("torch", "serialization.os", 4), "dangerous");
        assert_eq!(name("collections", "OrderedDict.fromkeys", 4), "unknown");
    }
}
