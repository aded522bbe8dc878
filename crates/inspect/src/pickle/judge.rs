//! Judges what the machine tells: which imports and calls are ordinary, and which are not.

use rustc_hash::FxHashMap;

use super::render;
use super::value::{Store, Value};
use super::{Call, How, Loader, Observer, Oddity};
use crate::journal::Journal;
use crate::sign::Sign;
use crate::tier::{Tier, tier};

/// Calls of one import that are listed where the import is ordinary, and where it is not.
const ORDINARY_CALLS: usize = 1;
const DANGEROUS_CALLS: usize = 20;
/// Bytes of calls with their arguments that are written out in all.
const MAX_RENDERED: usize = 3 << 20;

/// What is known of one import.
struct Seen {
    tier: Tier,
    at: u64,
    calls: usize,
    /// Calls that are listed: offset, text, and whether its arguments are none that it is meant for.
    listed: Vec<(u64, String, bool)>,
}

/// The judge of one pickle.
#[derive(Default)]
pub(super) struct Judge {
    imports: Vec<u32>,
    seen: FxHashMap<u32, Seen>,
    /// Bytes of all calls that were written out.
    rendered: usize,
    /// Signs that are about no import: what, offset, name, text.
    others: Vec<(Sign, u64, &'static str, String)>,
}

impl Judge {
    /// Whether anything was imported.
    pub(super) fn has_imports(&self) -> bool {
        !self.imports.is_empty()
    }

    /// Whether what was imported could be Python: names that are names.
    pub(super) fn is_plausible(&self, store: &Store) -> bool {
        self.imports.iter().any(|index| {
            let global = store.global_of(*index);
            let is_name = |text: &str| {
                !text.is_empty()
                    && text.split('.').all(|part| {
                        !part.is_empty()
                            && !part.starts_with(|first: char| first.is_ascii_digit())
                            && part.chars().all(|one| one.is_ascii_alphanumeric() || one == '_')
                    })
            };
            is_name(&global.module) && is_name(&global.name)
        })
    }

    /// Writes down what was seen, in the order of its places.
    ///
    /// Of bytes that are only tried it says nothing if they break off: most bytes do.
    pub(super) fn report(&self, store: &Store, loader: Loader, journal: &mut Journal) {
        let mut lines: Vec<Line> = Vec::new();
        for index in &self.imports {
            let (Some(seen), global) = (self.seen.get(index), store.global_of(*index)) else {
                continue;
            };
            let name = render::value(store, Value::Global(*index));
            let sign = seen.tier.sign();
            // A call says more than the import that led to it.
            let is_uncalled_trick = seen.calls == 0 && seen.tier.is_trick();
            let sign_here = if is_uncalled_trick {
                Some(Sign::PickleUnvetted)
            } else {
                sign.filter(|_| seen.listed.is_empty())
            };
            let text = format!("{name} [{}]", seen.tier.name());
            lines.push(Line {
                is_beyond_core: !matches!(seen.tier, Tier::Core),
                ..Line::new(seen.at, "import", sign_here, &name, &text)
            });
            for (at, text, is_odd) in &seen.listed {
                let sign = if *is_odd { Some(Sign::PickleGadget) } else { sign };
                lines.push(Line::new(*at, "call", sign, &name, text));
            }
            if seen.calls > seen.listed.len() && seen.listed.len() == DANGEROUS_CALLS {
                let text = format!("{name} is called {} times", seen.calls);
                lines.push(Line::new(seen.at, "note", None, &global.name, &text));
            }
        }
        let is_tried = loader == Loader::Perhaps;
        let others = self.others.iter();
        for (sign, at, name, text) in others.filter(|other| !is_tried || other.0 != Sign::PickleBroken) {
            lines.push(Line::new(*at, "call", Some(*sign), name, text));
        }
        lines.sort_by_key(|line| line.at);
        for line in lines {
            match line.sign {
                sign if line.kind == "import" => {
                    let also = Some(Sign::PickleBeyondCore).filter(|_| line.is_beyond_core);
                    journal.import((sign, also), line.at, line.name, &line.text);
                }
                Some(sign) => journal.sign(sign, line.kind, line.at, line.name, line.text),
                None => journal.note(line.kind, line.at, line.text),
            }
        }
    }

    fn other(&mut self, sign: Sign, at: u64, name: &'static str, text: String) {
        if self.others.len() < DANGEROUS_CALLS {
            self.others.push((sign, at, name, text));
        }
    }
}

/// Whether a value is an attribute of an import that rebuilds objects: `getattr(zoneinfo.ZoneInfo, "_unpickle")`.
fn is_known_attribute(store: &Store, value: Value) -> bool {
    let Some(node) = store.node_of(value) else { return false };
    let Value::Global(callee) = node.callee else {
        return false;
    };
    let callee = store.global_of(callee);
    let (Some(Value::Global(owner)), Some(name)) = (node.parts.first(), node.parts.get(1)) else {
        return false;
    };
    let owner = store.global_of(*owner);
    let is_getattr = (callee.module.as_str(), callee.name.as_str()) == ("builtins", "getattr");
    is_getattr
        && node.count == 2
        && store.text_of(*name).is_some_and(|name| {
            matches!(
                Tier::of_attribute(&owner.module, &owner.name, name),
                Tier::Reconstructor(_)
            )
        })
}

struct Line {
    at: u64,
    kind: &'static str,
    sign: Option<Sign>,
    /// Whether `weights_only=True` would refuse the import.
    is_beyond_core: bool,
    name: String,
    text: String,
}

impl Line {
    fn new(at: u64, kind: &'static str, sign: Option<Sign>, name: &str, text: &str) -> Self {
        Self {
            at,
            kind,
            sign,
            is_beyond_core: false,
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }
}

impl Observer for Judge {
    fn import(&mut self, store: &Store, global: u32, is_new: bool, protocol: u8, at: u64) {
        if !is_new && self.seen.contains_key(&global) {
            return;
        }
        let name = store.global_of(global);
        self.imports.push(global);
        self.seen.insert(
            global,
            Seen {
                tier: tier(&name.module, &name.name, protocol),
                at,
                calls: 0,
                listed: Vec::new(),
            },
        );
    }

    fn call(&mut self, store: &Store, call: &Call<'_>) {
        match (call.callee, call.how) {
            (Value::Global(index), How::Called | How::New) => {
                let Some(seen) = self.seen.get(&index) else { return };
                let is_odd = seen.tier.is_odd(store, call.arguments);
                let is_ordinary = !is_odd && seen.tier.sign().is_none();
                let limit = if is_ordinary { ORDINARY_CALLS } else { DANGEROUS_CALLS };
                let has_room = self.rendered < MAX_RENDERED;
                let text = (seen.listed.len() < limit).then(|| {
                    let arguments = if has_room {
                        render::arguments(store, call.arguments)
                    } else {
                        "(…)".to_owned()
                    };
                    render::value(store, call.callee) + &arguments
                });
                self.rendered += text.as_ref().map_or(0, String::len);
                let Some(seen) = self.seen.get_mut(&index) else { return };
                seen.calls += 1;
                seen.listed.extend(text.map(|text| (call.at, text, is_odd)));
            }
            (Value::Global(_), How::State | How::Method(_)) => {
                let callee = render::value(store, call.callee);
                let text = format!("{callee} is changed: {}", render::arguments(store, call.arguments));
                self.other(Sign::PickleUnresolved, call.at, "the state of an import", text);
            }
            (Value::Call(_), How::Called) if is_known_attribute(store, call.callee) => {}
            (Value::Made(_) | Value::Call(_) | Value::Unknown | Value::Persistent, How::Called | How::New) => {
                let text = render::value(store, call.callee) + &render::arguments(store, call.arguments);
                self.other(Sign::PickleUnresolved, call.at, "what another call gives", text);
            }
            // What an allowed call made gets its state, or is filled; and the machine stops before it calls a plain value.
            _ => {}
        }
    }

    fn persistent(&mut self, _: &Store, _: Value, _: u64) {}

    fn odd(&mut self, oddity: Oddity, at: u64) {
        let (sign, name, text) = match oddity {
            Oddity::Import => (Sign::PickleUnresolved, "a name that is computed", "import ?"),
            Oddity::Extension => (
                Sign::PickleUnresolved,
                "an extension code",
                "import of an extension code",
            ),
            Oddity::Frame => (
                Sign::PickleBroken,
                "a frame",
                "a frame does not hold the opcodes it announces",
            ),
        };
        self.other(sign, at, name, text.to_owned());
    }
}
