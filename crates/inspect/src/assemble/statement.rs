//! One statement: a word and what follows it; opcodes of pickle become bytes here.

use super::AssemblyError;
use crate::pickle::opcode::{self as op, OPCODES};

/// A word, numbers or texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) line: usize,
    pub(super) word: String,
    pub(super) arguments: Vec<Argument>,
}

/// What follows the word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    /// In quotes, with `\n`, `\\`, `\"` and `\xNN` as escapes.
    Text(Vec<u8>),
    /// A number, or a word.
    Word(String),
}

impl Statement {
    /// The statements of a line, with `;` between them.
    pub(super) fn parse_line(text: &str, line: usize) -> Result<Vec<Self>, AssemblyError> {
        let mut statements = Vec::new();
        let mut current: Vec<Argument> = Vec::new();
        let mut rest = text.trim_start();
        let mut finish = |arguments: &mut Vec<Argument>| -> Result<(), AssemblyError> {
            let mut arguments = std::mem::take(arguments).into_iter();
            match arguments.next() {
                None => Ok(()),
                Some(Argument::Text(_)) => Err(AssemblyError::new(line, "a statement begins with a word")),
                Some(Argument::Word(word)) => {
                    statements.push(Self {
                        line,
                        word,
                        arguments: arguments.collect(),
                    });
                    Ok(())
                }
            }
        };
        while !rest.is_empty() && !rest.starts_with('#') {
            if let Some(after) = rest.strip_prefix(';') {
                finish(&mut current)?;
                rest = after.trim_start();
            } else if let Some(after) = rest.strip_prefix('"') {
                let (text, after) = quoted(after).ok_or_else(|| AssemblyError::new(line, "a text without its end"))?;
                current.push(Argument::Text(text));
                rest = after.trim_start();
            } else {
                let end = rest.find([' ', ';', '#', '"']).unwrap_or(rest.len());
                current.push(Argument::Word(rest[..end].to_owned()));
                rest = rest[end..].trim_start();
            }
        }
        finish(&mut current)?;
        Ok(statements)
    }

    fn fault<T>(&self, what: &str) -> Result<T, AssemblyError> {
        Err(AssemblyError::new(self.line, format!("`{}` {what}", self.word)))
    }

    /// The text at `index`.
    pub(super) fn text(&self, index: usize) -> Result<&[u8], AssemblyError> {
        match self.arguments.get(index) {
            Some(Argument::Text(text)) => Ok(text),
            _ => self.fault("needs a text in quotes"),
        }
    }

    /// The number at `index`, decimal or hexadecimal, which may be negative.
    pub(super) fn number(&self, index: usize) -> Result<i128, AssemblyError> {
        let Some(Argument::Word(word)) = self.arguments.get(index) else {
            return self.fault("needs a number");
        };
        let parsed = match word.strip_prefix("0x") {
            Some(digits) => i128::from_str_radix(digits, 16),
            None => word.parse(),
        };
        parsed.or_else(|_| self.fault("needs a number"))
    }

    /// All arguments as numbers of `bytes` bytes, little-endian.
    pub(super) fn numbers(&self, bytes: usize) -> Result<Vec<u8>, AssemblyError> {
        let mut out = Vec::new();
        for index in 0..self.arguments.len() {
            out.extend(self.little_endian(index, bytes)?);
        }
        Ok(out)
    }

    fn little_endian(&self, index: usize, bytes: usize) -> Result<Vec<u8>, AssemblyError> {
        let number = self.number(index)?;
        let limit = 1i128 << (8 * bytes);
        if number >= limit || number < -limit / 2 {
            return self.fault("has a number that does not fit");
        }
        Ok(number.to_le_bytes()[..bytes].to_vec())
    }

    /// The value behind the word `key` among the arguments.
    pub(super) fn option(&self, key: &str) -> Option<&Argument> {
        let is_key = |argument: &Argument| matches!(argument, Argument::Word(word) if word == key);
        let at = self.arguments.iter().position(is_key)?;
        self.arguments.get(at + 1)
    }

    /// The bytes of an opcode; `None` if the word is none.
    pub(super) fn opcode(&self) -> Result<Option<Vec<u8>>, AssemblyError> {
        let Some((byte, _)) = OPCODES.iter().find(|(_, name)| *name == self.word) else {
            return Ok(None);
        };
        let mut out = vec![*byte];
        let mut length_and_text = |bytes: usize| -> Result<(), AssemblyError> {
            let text = self.text(0)?;
            out.extend_from_slice(&(text.len() as u128).to_le_bytes()[..bytes]);
            out.extend_from_slice(text);
            Ok(())
        };
        match *byte {
            op::SHORT_BINSTRING | op::SHORT_BINBYTES | op::SHORT_BINUNICODE | op::LONG1 => length_and_text(1)?,
            op::BINSTRING | op::BINBYTES | op::BINUNICODE | op::LONG4 => length_and_text(4)?,
            op::BINUNICODE8 | op::BINBYTES8 | op::BYTEARRAY8 => length_and_text(8)?,
            op::GLOBAL | op::INST => {
                for index in 0..2 {
                    out.extend_from_slice(self.text(index)?);
                    out.push(b'\n');
                }
            }
            op::INT | op::LONG | op::FLOAT | op::STRING | op::UNICODE | op::PERSID | op::GET | op::PUT => {
                out.extend_from_slice(self.text(0)?);
                out.push(b'\n');
            }
            op::PROTO | op::BININT1 | op::BINGET | op::BINPUT | op::EXT1 => out.extend(self.little_endian(0, 1)?),
            op::BININT2 | op::EXT2 => out.extend(self.little_endian(0, 2)?),
            op::BININT | op::LONG_BINGET | op::LONG_BINPUT | op::EXT4 => out.extend(self.little_endian(0, 4)?),
            op::FRAME | op::BINFLOAT => out.extend(self.little_endian(0, 8)?),
            _ if self.arguments.is_empty() => {}
            _ => return self.fault("takes nothing"),
        }
        Ok(Some(out))
    }
}

/// The text up to the next quotation mark, and what follows it.
fn quoted(text: &str) -> Option<(Vec<u8>, &str)> {
    let mut out = Vec::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((out, &text[at + 1..])),
            '\\' => match characters.next()?.1 {
                'n' => out.push(b'\n'),
                '0' => out.push(0),
                'x' => {
                    let digits: String = [characters.next()?.1, characters.next()?.1].iter().collect();
                    out.push(u8::from_str_radix(&digits, 16).ok()?);
                }
                other @ ('"' | '\\') => out.extend(other.to_string().into_bytes()),
                _ => return None,
            },
            other => out.extend(other.to_string().into_bytes()),
        }
    }
    None
}
