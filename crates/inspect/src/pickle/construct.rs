//! Imports and calls: the opcodes that can do harm.

use super::machine::{End, Halt, Machine, UNDERFLOW};
use super::opcode as op;
use super::value::{MAX_TEXT, Value};
use super::{Call, How, Oddity, python2};

/// What a name that was not seen before counts as, in opcodes.
const STEPS_OF_AN_IMPORT: u64 = 500;

impl Machine<'_, '_, '_> {
    /// `GLOBAL`, `STACK_GLOBAL` and the extension codes.
    pub(super) fn import(&mut self, opcode: u8) -> Halt {
        let value = match opcode {
            op::GLOBAL => self.named_import()?,
            op::STACK_GLOBAL => {
                let name = self.pop()?;
                let module = self.pop()?;
                self.computed_import(module, name)?
            }
            _ => self.extension(opcode)?,
        };
        self.push(value)
    }

    /// Module and name stand in the stream, each on a line.
    fn named_import(&mut self) -> Result<Value, End> {
        let module = self.name_line()?;
        let name = self.name_line()?;
        let (Some(module), Some(name)) = (module, name) else {
            self.odd(Oddity::Import);
            return Ok(Value::Unknown);
        };
        Ok(self.resolved(&module, &name))
    }

    /// A line of UTF-8; `None` if it is longer than any name.
    fn name_line(&mut self) -> Result<Option<String>, End> {
        let length = self.stream.line(MAX_TEXT, &mut self.scratch)?;
        if length == 0 {
            return Err(End::Broken("an import has no name"));
        }
        if length > MAX_TEXT as u64 {
            return Ok(None);
        }
        let text = std::str::from_utf8(&self.scratch).map_err(|_| End::Broken("a name is not UTF-8"))?;
        Ok(Some(text.to_owned()))
    }

    fn computed_import(&mut self, module: Value, name: Value) -> Result<Value, End> {
        if module.is_no_text() || name.is_no_text() {
            return Err(End::Broken("what is to be imported is no text"));
        }
        let texts = (self.store.text_of(module), self.store.text_of(name));
        let (Some(module), Some(name)) = texts else {
            self.odd(Oddity::Import);
            return Ok(Value::Unknown);
        };
        let (module, name) = (module.to_owned(), name.to_owned());
        Ok(self.resolved(&module, &name))
    }

    /// The import of a name, with the names of Python 2 carried over as the loader does for old protocols.
    fn resolved(&mut self, module: &str, name: &str) -> Value {
        let (module, name) = if self.protocol < 3 {
            python2::carried_over(module, name)
        } else {
            (module, name)
        };
        let Some((index, is_new)) = self.store.global(module, name) else {
            self.odd(Oddity::Import);
            return Value::Unknown;
        };
        if is_new {
            // Looking a name up costs as much as many opcodes.
            self.budget.step(STEPS_OF_AN_IMPORT);
        }
        self.observer.import(self.store, index, is_new, self.protocol, self.at);
        Value::Global(index)
    }

    /// A code of the registry in `copyreg`, which holds nothing unless a program, or an earlier call, has filled it.
    fn extension(&mut self, opcode: u8) -> Result<Value, End> {
        let code = match opcode {
            op::EXT1 => i32::from(u8::from_le_bytes(self.stream.array()?)),
            op::EXT2 => i32::from(u16::from_le_bytes(self.stream.array()?)),
            _ => i32::from_le_bytes(self.stream.array()?),
        };
        if code <= 0 {
            return Err(End::Broken("an extension code is not positive"));
        }
        self.odd(Oddity::Extension);
        Ok(Value::Unknown)
    }

    /// `REDUCE`, `NEWOBJ`, `NEWOBJ_EX`, `INST` and `OBJ`: each calls something and leaves what it gives.
    pub(super) fn construct(&mut self, opcode: u8) -> Halt {
        let (callee, arguments, how) = match opcode {
            op::INST => {
                let from = self.marked()?;
                let arguments = self.stack.split_off(from);
                (self.named_import()?, arguments, How::Called)
            }
            op::OBJ => {
                let from = self.marked()?;
                if self.stack.len() <= from {
                    return Err(UNDERFLOW);
                }
                let arguments = self.stack.split_off(from + 1);
                // The mark is gone, so the class may be taken.
                (self.stack.pop().ok_or(UNDERFLOW)?, arguments, How::Called)
            }
            op::NEWOBJ_EX => {
                let keywords = self.pop()?;
                let arguments = self.pop()?;
                let mut arguments = self.spread(arguments);
                arguments.push(keywords);
                (self.pop()?, arguments, How::New)
            }
            _ => {
                let arguments = self.pop()?;
                let arguments = self.spread(arguments);
                let how = if opcode == op::NEWOBJ { How::New } else { How::Called };
                (self.pop()?, arguments, how)
            }
        };
        if callee.is_plain() {
            return Err(End::Broken("what is to be called is a plain value"));
        }
        self.call(callee, &arguments, how);
        let value = self.store.call(callee, &arguments);
        self.push(value)
    }

    /// The items of a tuple of arguments.
    fn spread(&self, arguments: Value) -> Vec<Value> {
        match arguments {
            Value::Tuple(_) => {
                let node = self.store.node_of(arguments);
                let mut parts = node.map_or_else(Vec::new, |node| node.parts.clone());
                // Those that are not kept are there all the same.
                let count = node.map_or(0, |node| node.count);
                if parts.len() < count {
                    parts.push(Value::Unknown);
                }
                parts
            }
            _ => vec![Value::Unknown],
        }
    }

    fn call(&mut self, callee: Value, arguments: &[Value], how: How) {
        let call = Call {
            callee,
            arguments,
            how,
            at: self.at,
        };
        self.observer.call(self.store, &call);
    }

    /// `BUILD` calls `__setstate__`, or sets attributes.
    pub(super) fn build(&mut self) -> Halt {
        let state = self.pop()?;
        let target = self.peek()?;
        if target.is_plain() {
            return Err(End::Broken("a plain value is given a state"));
        }
        self.call(target, &[state], How::State);
        self.note_type(target, state);
        self.pass_array(target, state)
    }
}
