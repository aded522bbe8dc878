//! The pickle machine: runs the opcodes as CPython's loader does, and calls nothing.
//!
//! It keeps the stack, the marks with their fences, and the memo exactly as `Modules/_pickle.c` does, in an abstract domain
//! ([`Value`]). Whatever the loader would import or call is told to an [`Observer`], with the place in the stream. There is no recursion, and
//! nothing is allocated because a number in the stream says so.

use rustc_hash::{FxHashMap, FxHashSet};

use super::opcode as op;
use super::value::{Store, Value};
use super::{Call, How, Observer, Oddity};
use crate::budget::Budget;
use crate::stream::{Stop, Stream};

/// Values on the stack; the loader has no such limit.
const MAX_STACK: usize = 1 << 20;
/// Marks.
const MAX_MARKS: usize = 1 << 18;
/// Memo entries in a row that are kept.
const MAX_MEMO: usize = 1 << 20;
/// Memo entries elsewhere that are kept.
const MAX_FAR_MEMO: usize = 10_000;
/// Opcodes after which the budget is asked.
const STEPS: u64 = 4096;

/// How a stream came to its end.
#[derive(Debug)]
pub(crate) enum End {
    /// It has a `STOP`; the loader is content.
    Stopped,
    /// The loader gives up here: what it says, at which opcode.
    Broken(&'static str),
    /// There was more than one file may cost.
    TooMuch(&'static str),
    /// The data could not be read on.
    Stop(Stop),
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Ran {
    /// How it ended.
    pub(crate) end: End,
    /// The offset of the last opcode.
    pub(crate) at: u64,
    /// Opcodes that were run.
    pub(crate) steps: u64,
    /// Whether it holds arrays as joblib writes them.
    pub(crate) has_arrays: bool,
}

/// Why the machine does not go on.
pub(super) type Halt = Result<(), End>;

impl From<Stop> for End {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::End => Self::Broken("the data ends before the pickle does"),
            Stop::TooMuch => Self::TooMuch("more is packed into the file than is unpacked of one file"),
            other @ Stop::Io(_) => Self::Stop(other),
        }
    }
}

const TOO_MANY_STEPS: End = End::TooMuch("it has more opcodes than are run of one file");
pub(super) const UNDERFLOW: End = End::Broken("the stack is empty");

/// One run over one pickle.
pub(crate) struct Machine<'m, 's, 'f> {
    pub(super) stream: &'m mut Stream<'f>,
    pub(super) store: &'s mut Store,
    pub(super) observer: &'m mut dyn Observer,
    pub(super) budget: &'m Budget,
    /// Whether arrays behind their description are passed over, as joblib's loader does.
    pub(super) passes_arrays: bool,
    /// Whether there was one.
    pub(super) has_arrays: bool,
    /// Types of data that hold objects.
    pub(super) object_types: FxHashSet<u32>,
    pub(super) stack: Vec<Value>,
    marks: Vec<usize>,
    memo: Vec<Option<Value>>,
    far_memo: FxHashMap<u64, Value>,
    /// Entries of the memo, kept or not: the index that `MEMOIZE` uses next.
    memo_length: u64,
    pub(super) protocol: u8,
    /// The offset of the opcode that runs.
    pub(super) at: u64,
    /// Where the last frame ends.
    pub(super) frame_end: u64,
    pub(super) scratch: Vec<u8>,
}

impl<'m, 's, 'f> Machine<'m, 's, 'f> {
    /// A machine before the first opcode.
    pub(crate) fn new(
        stream: &'m mut Stream<'f>,
        store: &'s mut Store,
        observer: &'m mut dyn Observer,
        budget: &'m Budget,
    ) -> Self {
        Self {
            stream,
            store,
            observer,
            budget,
            passes_arrays: false,
            has_arrays: false,
            object_types: FxHashSet::default(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: Vec::new(),
            far_memo: FxHashMap::default(),
            memo_length: 0,
            protocol: 0,
            at: 0,
            frame_end: 0,
            scratch: Vec::new(),
        }
    }

    /// The same, for a loader that passes over arrays.
    pub(crate) fn with_arrays(mut self) -> Self {
        self.passes_arrays = true;
        self
    }

    /// Runs to the end.
    pub(crate) fn run(mut self) -> Ran {
        let mut steps = 0;
        let end = loop {
            if steps % STEPS == STEPS - 1 && !self.budget.step(STEPS) {
                break TOO_MANY_STEPS;
            }
            self.at = self.stream.position();
            let opcode = match self.stream.byte() {
                Ok(Some(opcode)) => opcode,
                Ok(None) => break Stop::End.into(),
                Err(stop) => break stop.into(),
            };
            if opcode == op::STOP {
                self.check_frame(true);
                break if self.pop().is_ok() { End::Stopped } else { UNDERFLOW };
            }
            if let Err(end) = self.step(opcode) {
                break end;
            }
            if self.at < self.frame_end {
                self.check_frame(false);
            }
            steps += 1;
        };
        // However short it was, it was a run.
        let is_left = self.budget.step(steps % STEPS + 16);
        Ran {
            end: if is_left { end } else { TOO_MANY_STEPS },
            at: self.at,
            steps,
            has_arrays: self.has_arrays,
        }
    }

    fn step(&mut self, opcode: u8) -> Halt {
        match opcode {
            op::MARK => self.mark(),
            op::POP => self.pop_or_unmark(),
            op::POP_MARK => self.marked().map(|from| self.stack.truncate(from)),
            op::DUP => self.peek().and_then(|value| self.push(value)),
            op::PROTO => self.proto(),
            op::FRAME => self.frame(),
            op::GET | op::BINGET | op::LONG_BINGET => self.get(opcode),
            op::PUT | op::BINPUT | op::LONG_BINPUT | op::MEMOIZE => self.put(opcode),
            op::EMPTY_TUPLE | op::TUPLE | op::TUPLE1 | op::TUPLE2 | op::TUPLE3 => self.make_tuple(opcode),
            op::EMPTY_LIST | op::EMPTY_SET => self.push(Value::Collection),
            op::LIST | op::FROZENSET => self.collect(),
            op::EMPTY_DICT => {
                let dict = self.store.dict(&[]);
                self.push(dict)
            }
            op::DICT => self.make_dict(),
            op::APPEND => {
                let from = self.stack.len().checked_sub(1).ok_or(UNDERFLOW)?;
                self.extend(from, "append")
            }
            op::APPENDS => self.marked().and_then(|from| self.extend(from, "extend")),
            op::ADDITEMS => self.marked().and_then(|from| self.extend(from, "add")),
            op::SETITEM => {
                let from = self.stack.len().checked_sub(2).ok_or(UNDERFLOW)?;
                self.set_items(from)
            }
            op::SETITEMS => self.marked().and_then(|from| self.set_items(from)),
            op::GLOBAL | op::STACK_GLOBAL | op::EXT1 | op::EXT2 | op::EXT4 => self.import(opcode),
            op::INST | op::OBJ | op::REDUCE | op::NEWOBJ | op::NEWOBJ_EX => self.construct(opcode),
            op::BUILD => self.build(),
            op::PERSID | op::BINPERSID => self.persistent(opcode),
            _ => self.literal(opcode),
        }
    }

    /// The number of values below the last mark, which no opcode but those that take the mark may touch.
    fn fence(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    pub(super) fn push(&mut self, value: Value) -> Halt {
        if self.stack.len() >= MAX_STACK {
            return Err(End::TooMuch("its stack is deeper than any that is followed"));
        }
        self.stack.push(value);
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Result<Value, End> {
        if self.stack.len() <= self.fence() {
            return Err(UNDERFLOW);
        }
        self.stack.pop().ok_or(UNDERFLOW)
    }

    pub(super) fn peek(&self) -> Result<Value, End> {
        if self.stack.len() <= self.fence() {
            return Err(UNDERFLOW);
        }
        self.stack.last().copied().ok_or(UNDERFLOW)
    }

    fn mark(&mut self) -> Halt {
        if self.marks.len() >= MAX_MARKS {
            return Err(End::TooMuch("it has more marks than are followed"));
        }
        self.marks.push(self.stack.len());
        Ok(())
    }

    /// Takes the last mark; returns where its values begin.
    pub(super) fn marked(&mut self) -> Result<usize, End> {
        self.marks.pop().ok_or(End::Broken("there is no mark"))
    }

    /// `POP` takes a mark where one lies on top, like the loader, which has one stack for both in its memory of Python 2.
    fn pop_or_unmark(&mut self) -> Halt {
        if self.marks.last() == Some(&self.stack.len()) {
            self.marks.pop();
            return Ok(());
        }
        self.pop().map(drop)
    }

    fn proto(&mut self) -> Halt {
        let [protocol] = self.stream.array()?;
        if protocol > 5 {
            return Err(End::Broken("its protocol is not known"));
        }
        self.protocol = protocol;
        Ok(())
    }

    /// The loader in C reads the whole frame before it goes on, and forgets it; the one in Python holds opcodes against it.
    fn frame(&mut self) -> Halt {
        let length = u64::from_le_bytes(self.stream.array()?);
        if self.frame_end > self.at {
            self.odd(Oddity::Frame);
        }
        self.frame_end = self.stream.position().saturating_add(length);
        Ok(())
    }

    /// Whether an opcode crosses the end of its frame, or the pickle ends before its frame does.
    pub(super) fn check_frame(&mut self, is_stop: bool) {
        let position = self.stream.position();
        let is_crossed = self.at < self.frame_end && self.frame_end < position;
        if is_crossed || (is_stop && position < self.frame_end) {
            self.odd(Oddity::Frame);
        }
    }

    fn get(&mut self, opcode: u8) -> Halt {
        let key = match opcode {
            op::GET => self.decimal()?,
            op::BINGET => u64::from(u8::from_le_bytes(self.stream.array()?)),
            _ => u64::from(u32::from_le_bytes(self.stream.array()?)),
        };
        let near = usize::try_from(key).ok().and_then(|key| self.memo.get(key)).copied();
        let value = match near.flatten().or_else(|| self.far_memo.get(&key).copied()) {
            Some(value) => value,
            // It may be one of those that were not kept.
            None if self.memo.len() >= MAX_MEMO || self.far_memo.len() >= MAX_FAR_MEMO => Value::Unknown,
            None => return Err(End::Broken("it asks for a memo that is not there")),
        };
        self.push(value)
    }

    fn put(&mut self, opcode: u8) -> Halt {
        let key = match opcode {
            op::PUT => self.decimal()?,
            op::BINPUT => u64::from(u8::from_le_bytes(self.stream.array()?)),
            op::LONG_BINPUT => u64::from(u32::from_le_bytes(self.stream.array()?)),
            _ => self.memo_length,
        };
        let value = self.peek()?;
        let is_new = match usize::try_from(key) {
            // A gap of some size is what hand-written pickles have; a large one is nothing to allocate for.
            Ok(key) if key < MAX_MEMO && key < self.memo.len() + 4096 => {
                if self.memo.len() <= key {
                    self.memo.resize(key + 1, None);
                }
                let was_far = self.far_memo.remove(&(key as u64)).is_some();
                self.memo[key].replace(value).is_none() && !was_far
            }
            _ if self.far_memo.len() < MAX_FAR_MEMO => self.far_memo.insert(key, value).is_none(),
            _ => true,
        };
        self.memo_length += u64::from(is_new);
        Ok(())
    }

    fn make_tuple(&mut self, opcode: u8) -> Halt {
        let count = match opcode {
            op::EMPTY_TUPLE => 0,
            op::TUPLE1 => 1,
            op::TUPLE2 => 2,
            op::TUPLE3 => 3,
            _ => {
                let from = self.marked()?;
                self.stack.len() - from
            }
        };
        let from = self.stack.len().checked_sub(count).ok_or(UNDERFLOW)?;
        if from < self.fence() {
            return Err(UNDERFLOW);
        }
        let tuple = self.store.tuple(&self.stack[from..]);
        self.stack.truncate(from);
        self.push(tuple)
    }

    fn collect(&mut self) -> Halt {
        let from = self.marked()?;
        self.stack.truncate(from);
        self.push(Value::Collection)
    }

    fn make_dict(&mut self) -> Halt {
        let from = self.marked()?;
        if (self.stack.len() - from) % 2 == 1 {
            return Err(End::Broken("a dictionary has a key without a value"));
        }
        let dict = self.store.dict(&self.stack[from..]);
        self.stack.truncate(from);
        self.push(dict)
    }

    /// Adds the values from `from` on to what lies below them. On anything but a list this calls a method of it.
    fn extend(&mut self, from: usize, method: &'static str) -> Halt {
        if from <= self.fence() || from > self.stack.len() {
            return Err(UNDERFLOW);
        }
        let target = self.stack[from - 1];
        if from < self.stack.len() && target != Value::Collection {
            if target.is_plain() {
                return Err(End::Broken("a plain value is filled"));
            }
            self.tell(target, from, How::Method(method));
        }
        self.stack.truncate(from);
        Ok(())
    }

    fn set_items(&mut self, from: usize) -> Halt {
        if from <= self.fence() || from > self.stack.len() {
            return Err(UNDERFLOW);
        }
        if (self.stack.len() - from) % 2 == 1 {
            return Err(End::Broken("a dictionary has a key without a value"));
        }
        match self.stack[from - 1] {
            Value::Dict(index) => self.store.extend_dict(index, &self.stack[from..]),
            Value::SomeDict => {}
            _ if from == self.stack.len() => {}
            // A list can be told to change an item, which calls nothing.
            Value::Collection => {}
            target if target.is_plain() => return Err(End::Broken("a plain value is filled")),
            target => self.tell(target, from, How::Method("__setitem__")),
        }
        self.stack.truncate(from);
        Ok(())
    }

    /// Tells the observer of a call whose arguments lie on the stack.
    fn tell(&mut self, callee: Value, from: usize, how: How) {
        let call = Call {
            callee,
            arguments: &self.stack[from..],
            how,
            at: self.at,
        };
        self.observer.call(self.store, &call);
    }

    /// `PERSID` and `BINPERSID` call `persistent_load` of the loader, which an ordinary one does not have.
    fn persistent(&mut self, opcode: u8) -> Halt {
        let id = if opcode == op::PERSID {
            let length = self.stream.line(super::value::MAX_TEXT, &mut self.scratch)?;
            self.store.text(&self.scratch, length)
        } else {
            self.pop()?
        };
        self.observer.persistent(self.store, id, self.at);
        self.push(Value::Persistent)
    }

    /// An unknown callee or operand: what the loader would do cannot be told from the bytes.
    pub(super) fn odd(&mut self, oddity: Oddity) {
        self.observer.odd(oddity, self.at);
    }
}
