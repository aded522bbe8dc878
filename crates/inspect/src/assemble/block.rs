//! Statements that stand for bytes, and blocks around others.

use std::io::Write as _;

use super::statement::{Argument, Statement};
use super::{Assembled, AssemblyError, zip};

/// How deep blocks may lie in each other.
const MAX_DEPTH: usize = 16;
/// Zeros that one statement may ask for.
const MAX_ZEROS: i128 = 1 << 20;

/// Assembles what lies between two words.
pub(super) struct Block;

impl Block {
    /// Everything up to the next `end` or the last statement.
    pub(super) fn assemble(rest: &mut &[Statement], depth: usize) -> Result<Assembled, AssemblyError> {
        let mut out = Assembled::default();
        while let Some((statement, after)) = rest.split_first() {
            if statement.word == "end" {
                return Ok(out);
            }
            *rest = after;
            if depth > MAX_DEPTH {
                return Err(AssemblyError::new(statement.line, "blocks lie too deep in each other"));
            }
            match plain(statement)? {
                Some(bytes) => out.add(&bytes, statement.line),
                None => Self::inner(statement, rest, depth, &mut out)?,
            }
        }
        Ok(out)
    }

    /// A block that begins with `statement`.
    fn inner(
        statement: &Statement,
        rest: &mut &[Statement],
        depth: usize,
        out: &mut Assembled,
    ) -> Result<(), AssemblyError> {
        if statement.word == "zip" {
            let archive = zip::assemble(statement, rest, depth)?;
            out.append(archive);
            return Ok(());
        }
        let is_block = matches!(statement.word.as_str(), "length" | "field" | "gzip" | "zlib" | "tar");
        if !is_block {
            let message = format!("there is no statement `{}`", statement.word);
            return Err(AssemblyError::new(statement.line, message));
        }
        let start = out.bytes.len() as u64;
        let inner = Self::assemble(rest, depth + 1)?;
        Self::end(statement, rest)?;
        match statement.word.as_str() {
            "length" => {
                let bytes = match statement.arguments.first() {
                    Some(Argument::Word(word)) if word == "u8" => 1,
                    Some(Argument::Word(word)) if word == "u16" => 2,
                    Some(Argument::Word(word)) if word == "u32" => 4,
                    _ => 8,
                };
                out.add(&(inner.bytes.len() as u128).to_le_bytes()[..bytes], statement.line);
                out.append(inner);
            }
            "field" => {
                let number = statement.number(0)?;
                out.add(&tag(number, 2), statement.line);
                out.add(&varint(inner.bytes.len() as u128), statement.line);
                out.append(inner);
            }
            "tar" => {
                let name = String::from_utf8_lossy(statement.text(0)?).into_owned();
                let mut bytes = tar_header(&name, inner.bytes.len());
                bytes.extend_from_slice(&inner.bytes);
                bytes.resize(bytes.len().next_multiple_of(512), 0);
                out.append_member(&name, &bytes, inner.marks);
                out.mark(start, out.bytes.len() as u64, statement.line);
            }
            name => {
                let packed = pack(name, &inner.bytes);
                out.append_member(name, &packed, inner.marks);
                out.mark(start, out.bytes.len() as u64, statement.line);
            }
        }
        Ok(())
    }

    /// Takes the `end` of the block that `statement` begins.
    pub(super) fn end(statement: &Statement, rest: &mut &[Statement]) -> Result<usize, AssemblyError> {
        match rest.split_first() {
            Some((end, after)) if end.word == "end" => {
                *rest = after;
                Ok(end.line)
            }
            _ => {
                let message = format!("`{}` without an `end`", statement.word);
                Err(AssemblyError::new(statement.line, message))
            }
        }
    }
}

/// The bytes of a statement that is no block.
fn plain(statement: &Statement) -> Result<Option<Vec<u8>>, AssemblyError> {
    Ok(Some(match statement.word.as_str() {
        "text" => statement.text(0)?.to_vec(),
        "hex" => {
            let mut bytes = Vec::new();
            for argument in &statement.arguments {
                let byte = match argument {
                    Argument::Word(word) => u8::from_str_radix(word, 16).ok(),
                    Argument::Text(_) => None,
                };
                bytes.push(byte.ok_or_else(|| AssemblyError::new(statement.line, "`hex` needs pairs of digits"))?);
            }
            bytes
        }
        "u8" => statement.numbers(1)?,
        "u16" => statement.numbers(2)?,
        "u32" => statement.numbers(4)?,
        "u64" => statement.numbers(8)?,
        "zeros" => {
            let count = statement.number(0)?.clamp(0, MAX_ZEROS);
            vec![0; usize::try_from(count).unwrap_or(0)]
        }
        "string" => {
            // A text with its length before it, as GGUF writes it; with a number first, a field of a protocol buffer.
            if let [Argument::Word(_), Argument::Text(text)] = statement.arguments.as_slice() {
                let mut bytes = tag(statement.number(0)?, 2);
                bytes.extend(varint(text.len() as u128));
                bytes.extend_from_slice(text);
                bytes
            } else {
                let text = statement.text(0)?;
                let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
                bytes.extend_from_slice(text);
                bytes
            }
        }
        "varint" => {
            let mut bytes = tag(statement.number(0)?, 0);
            bytes.extend(varint(statement.number(1)?.unsigned_abs()));
            bytes
        }
        _ => return statement.opcode(),
    }))
}

fn tag(field: i128, wire: u128) -> Vec<u8> {
    varint(field.unsigned_abs() << 3 | wire)
}

fn varint(mut value: u128) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

fn pack(name: &str, bytes: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::default();
    let packed = if name == "gzip" {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
        encoder.write_all(bytes).and_then(|()| encoder.finish())
    } else {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
        encoder.write_all(bytes).and_then(|()| encoder.finish())
    };
    packed.expect("writing to memory does not fail")
}

fn tar_header(name: &str, length: usize) -> Vec<u8> {
    let mut header = vec![0; 512];
    let name = &name.as_bytes()[..name.len().min(99)];
    header[..name.len()].copy_from_slice(name);
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{length:011o}\0").as_bytes());
    header[148..156].fill(b' ');
    header[156] = b'0';
    header[257..263].copy_from_slice(b"ustar\0");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}
