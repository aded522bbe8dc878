//! What one file may cost, counted in work and never in time: the same file comes to the same end on every machine.

use std::cell::Cell;

/// Bytes that are unpacked of one file.
const UNPACKED_BYTES: u64 = 512 << 20;
/// Opcodes that are run of one file.
const STEPS: u64 = 100_000_000;
/// Members of archives that are looked at.
const MEMBERS: u64 = 200_000;

/// What is left.
#[derive(Debug)]
pub(crate) struct Budget {
    unpacked: Cell<u64>,
    steps: Cell<u64>,
    members: Cell<u64>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            unpacked: Cell::new(UNPACKED_BYTES),
            steps: Cell::new(STEPS),
            members: Cell::new(MEMBERS),
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

    /// Whether one more member of an archive may be looked at.
    pub(crate) fn member(&self) -> bool {
        take(&self.members, 1)
    }
}
