//! Numbers, strings and bytes, in the writing of each protocol.

use super::machine::{End, Halt, Machine};
use super::numbers::{decimal, integer};
use super::opcode as op;
use super::strings::{raw_unicode_escape, string_escape};
use super::value::{MAX_TEXT, Value};

/// Bytes kept of a line that holds a number.
const MAX_NUMBER: usize = 4096;

impl Machine<'_, '_, '_> {
    /// Everything that only pushes a value of its own.
    pub(super) fn literal(&mut self, opcode: u8) -> Halt {
        let value = match opcode {
            op::NONE => Value::None,
            op::NEWTRUE => Value::Bool(true),
            op::NEWFALSE => Value::Bool(false),
            op::BININT => Value::Int(i32::from_le_bytes(self.stream.array()?)),
            op::BININT1 => Value::Int(i32::from(u8::from_le_bytes(self.stream.array()?))),
            op::BININT2 => Value::Int(i32::from(u16::from_le_bytes(self.stream.array()?))),
            op::BINFLOAT => self.stream.skip(8).map(|()| Value::Number)?,
            op::INT | op::LONG | op::FLOAT => self.number_line(opcode)?,
            op::LONG1 | op::LONG4 => self.long(opcode)?,
            op::STRING | op::UNICODE => self.text_line(opcode)?,
            op::BINSTRING => {
                let length = i32::from_le_bytes(self.stream.array()?);
                let length = u64::try_from(length).map_err(|_| End::Broken("a string has a negative length"))?;
                self.latin_text(length)?
            }
            op::SHORT_BINSTRING => {
                let length = self.byte_length()?;
                self.latin_text(length)?
            }
            op::BINUNICODE | op::SHORT_BINUNICODE | op::BINUNICODE8 => {
                let length = self.length(opcode)?;
                self.stream.head(length, MAX_TEXT, &mut self.scratch)?;
                self.store.text(&self.scratch, length)
            }
            op::BINBYTES | op::SHORT_BINBYTES | op::BINBYTES8 => {
                let length = self.length(opcode)?;
                self.stream.head(length, MAX_TEXT, &mut self.scratch)?;
                self.store.raw(&self.scratch)
            }
            op::BYTEARRAY8 => {
                let length = self.length(opcode)?;
                self.stream.skip(length)?;
                Value::Collection
            }
            // Without buffers, which an ordinary loader is not given, both are errors.
            op::NEXT_BUFFER => Value::Unknown,
            op::READONLY_BUFFER => return self.peek().map(drop),
            _ => return Err(End::Broken("there is no such opcode")),
        };
        self.push(value)
    }

    fn byte_length(&mut self) -> Result<u64, End> {
        Ok(u64::from(u8::from_le_bytes(self.stream.array()?)))
    }

    fn length(&mut self, opcode: u8) -> Result<u64, End> {
        let length = match opcode {
            op::SHORT_BINUNICODE | op::SHORT_BINBYTES => self.byte_length()?,
            op::BINUNICODE | op::BINBYTES => u64::from(u32::from_le_bytes(self.stream.array()?)),
            _ => u64::from_le_bytes(self.stream.array()?),
        };
        // The loader's own limit: a length is a signed number.
        i64::try_from(length).map_err(|_| End::Broken("a length is larger than any memory"))?;
        Ok(length)
    }

    /// Text of Python 2: its encoding is the loader's business, and each byte is a character in the one that loses nothing.
    fn latin_text(&mut self, length: u64) -> Result<Value, End> {
        self.stream.head(length, MAX_TEXT, &mut self.scratch)?;
        let text: String = self.scratch.iter().copied().map(char::from).collect();
        let is_cut = length > MAX_TEXT as u64;
        let whole = if is_cut { length } else { text.len() as u64 };
        Ok(self.store.text(text.as_bytes(), whole))
    }

    fn number_line(&mut self, opcode: u8) -> Result<Value, End> {
        let length = self.stream.line(MAX_NUMBER, &mut self.scratch)?;
        let is_long = length > MAX_NUMBER as u64;
        match opcode {
            op::INT if self.scratch == b"00" => Ok(Value::Bool(false)),
            op::INT if self.scratch == b"01" => Ok(Value::Bool(true)),
            op::FLOAT | op::INT | op::LONG if is_long => Ok(Value::Number),
            op::FLOAT => Ok(Value::Number),
            _ => {
                let text = if opcode == op::LONG {
                    self.scratch.strip_suffix(b"L").unwrap_or(&self.scratch)
                } else {
                    &self.scratch
                };
                let value = integer(text).ok_or(End::Broken("an integer is none"))?;
                Ok(i32::try_from(value).map_or(Value::Number, Value::Int))
            }
        }
    }

    fn long(&mut self, opcode: u8) -> Result<Value, End> {
        let length = if opcode == op::LONG1 {
            self.byte_length()?
        } else {
            let length = i32::from_le_bytes(self.stream.array()?);
            u64::try_from(length).map_err(|_| End::Broken("an integer has a negative length"))?
        };
        self.stream.head(length, 5, &mut self.scratch)?;
        Ok(match *self.scratch.as_slice() {
            [] => Value::Int(0),
            [a] => Value::Int(i32::from(i8::from_le_bytes([a]))),
            [a, b] => Value::Int(i32::from(i16::from_le_bytes([a, b]))),
            [a, b, c, d] => Value::Int(i32::from_le_bytes([a, b, c, d])),
            _ => Value::Number,
        })
    }

    fn text_line(&mut self, opcode: u8) -> Result<Value, End> {
        let length = self.stream.line(MAX_TEXT, &mut self.scratch)?;
        if length > MAX_TEXT as u64 {
            // Too long for any name: kept for listings only.
            return Ok(self.store.text(&self.scratch, length));
        }
        let text = if opcode == op::STRING {
            string_escape(&self.scratch)
        } else {
            raw_unicode_escape(&self.scratch)
        };
        let text = text.ok_or(End::Broken("a string is not written as one"))?;
        Ok(self.store.text(&text, text.len() as u64))
    }

    /// The index of a memo, in decimal digits.
    pub(super) fn decimal(&mut self) -> Result<u64, End> {
        self.stream.line(MAX_NUMBER, &mut self.scratch)?;
        decimal(&self.scratch).ok_or(End::Broken("an index of the memo is no number"))
    }
}
