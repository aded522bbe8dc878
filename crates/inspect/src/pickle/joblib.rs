//! Arrays inside of a joblib pickle: their bytes stand in the middle of the opcodes, right behind the object that describes them.
//!
//! Only joblib's loader knows that. Any other goes on with the bytes of the array as opcodes, so a file with such arrays is run both ways.

use super::machine::{End, Halt, Machine};
use super::value::{Store, Value};

/// The class that describes an array.
const WRAPPER: (&str, &str) = ("joblib.numpy_pickle", "NumpyArrayWrapper");

/// What of an array decides how many bytes it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    /// So many bytes, behind padding or not.
    Bytes { count: u64, is_padded: bool },
    /// A pickle of its own.
    Pickle,
}

impl Machine<'_, '_, '_> {
    /// Passes over the array behind the object on top of the stack, if it describes one.
    pub(super) fn pass_array(&mut self, target: Value, state: Value) -> Halt {
        let is_wrapper = self.store.origin(target).is_some_and(|index| {
            let global = self.store.global_of(index);
            (global.module.as_str(), global.name.as_str()) == WRAPPER
        });
        if !is_wrapper {
            return Ok(());
        }
        self.has_arrays = true;
        if !self.passes_arrays {
            return Ok(());
        }
        // A frame ends before the bytes of an array.
        self.check_frame(false);
        self.frame_end = 0;
        let size = size(self.store, &self.object_types, state);
        match size.ok_or(End::TooMuch("the size of an array in it cannot be told"))? {
            Size::Bytes { count, is_padded } => {
                if is_padded {
                    let [padding] = self.stream.array()?;
                    self.stream.skip(u64::from(padding))?;
                }
                self.stream.skip(count)?;
            }
            Size::Pickle => {
                // Loaded by pickle itself, which knows no arrays: so this goes no deeper.
                let inner = Machine::new(self.stream, self.store, self.observer, self.budget);
                match inner.run().end {
                    End::Stopped => {}
                    other => return Err(other),
                }
            }
        }
        Ok(())
    }

    /// Notes a type of data that holds objects.
    pub(super) fn note_type(&mut self, target: Value, state: Value) {
        if let Value::Call(index) = target
            && is_dtype(self.store, target)
            && let Some(Value::Int(flags)) = self
                .store
                .node_of(state)
                .filter(|node| node.parts.len() >= 8)
                .map(|node| node.parts[7])
            && flags & 1 == 1
        {
            self.object_types.insert(index);
        }
    }
}

fn is_dtype(store: &Store, value: Value) -> bool {
    store.origin(value).is_some_and(|index| {
        let global = store.global_of(index);
        global.module == "numpy" && global.name == "dtype"
    })
}

fn size(store: &Store, object_types: &rustc_hash::FxHashSet<u32>, state: Value) -> Option<Size> {
    let dtype = store.entry(state, "dtype")?;
    let Value::Call(index) = dtype else { return None };
    if !is_dtype(store, dtype) {
        return None;
    }
    let name = store.text_of(*store.node_of(dtype)?.parts.first()?)?;
    let item = item_size(name)?;
    if item == Item::Object || object_types.contains(&index) {
        return Some(Size::Pickle);
    }
    let shape = store.node_of(store.entry(state, "shape")?)?;
    if shape.parts.len() != shape.count {
        return None;
    }
    let Item::Bytes(mut count) = item else { return None };
    for part in &shape.parts {
        let Value::Int(length) = part else { return None };
        count = count.checked_mul(u64::try_from(*length).ok()?)?;
    }
    Some(Size::Bytes {
        count,
        is_padded: store.entry(state, "numpy_array_alignment_bytes").is_some(),
    })
}

/// An item of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    /// An object, which is pickled.
    Object,
    /// So many bytes.
    Bytes(u64),
}

/// What an item is, by the name of its type: a letter and a number. `None` if it is no such name.
fn item_size(name: &str) -> Option<Item> {
    let mut characters = name.chars();
    let kind = characters.next()?;
    let number = characters.as_str().parse::<u64>();
    match kind {
        'O' => Some(Item::Object),
        'U' => number.ok()?.checked_mul(4).map(Item::Bytes),
        'b' | 'i' | 'u' | 'f' | 'c' | 'S' | 'V' | 'M' | 'm' | 'a' => number.ok().map(Item::Bytes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_as_large_as_their_types_say() {
        assert_eq!(item_size("f8"), Some(Item::Bytes(8)));
        assert_eq!(item_size("U10"), Some(Item::Bytes(40)));
        assert_eq!(item_size("O8"), Some(Item::Object));
        assert_eq!((item_size("x"), item_size("f")), (None, None));
    }
}
