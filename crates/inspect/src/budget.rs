//! What one file may cost, counted in work and never in time: the same file comes to the same end on every machine.

use std::cell::Cell;

/// Bytes that are unpacked of one file.
const UNPACKED_BYTES: u64 = 512 << 20;
/// Opcodes that are run of one file.
const STEPS: u64 = 100_000_000;
/// Members of archives that are looked at.
const MEMBERS: u64 = 100_000;
/// Bytes that are held in memory at once, in all archives that lie in each other.
const HELD_BYTES: usize = 16 << 20;

/// What is left.
#[derive(Debug)]
pub(crate) struct Budget {
    unpacked: Cell<u64>,
    steps: Cell<u64>,
    members: Cell<u64>,
    held: Cell<usize>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            unpacked: Cell::new(UNPACKED_BYTES),
            steps: Cell::new(STEPS),
            members: Cell::new(MEMBERS),
            held: Cell::new(HELD_BYTES),
        }
    }
}

fn take(left: &Cell<u64>, count: u64) -> bool {
    let rest = left.get().checked_sub(count);
    left.set(rest.unwrap_or(0));
    rest.is_some()
}

impl Budget {
    /// Whether so many more bytes may be unpacked.
    pub(crate) fn unpack(&self, count: u64) -> bool {
        take(&self.unpacked, count)
    }

    /// Whether so many more opcodes may be run.
    pub(crate) fn step(&self, count: u64) -> bool {
        take(&self.steps, count)
    }

    /// How many bytes may be held in memory besides those that are.
    pub(crate) fn room(&self) -> usize {
        self.held.get()
    }

    /// Does something while so many bytes are held.
    pub(crate) fn while_held<T>(&self, count: usize, work: impl FnOnce() -> T) -> T {
        let before = self.held.get();
        self.held.set(before.saturating_sub(count));
        let result = work();
        self.held.set(before);
        result
    }

    /// Whether one more member of an archive may be looked at.
    pub(crate) fn member(&self) -> bool {
        take(&self.members, 1)
    }
}
