//! Zip archives of examples, right ones and wrong ones.

use super::block::Block;
use super::statement::{Argument, Statement};
use super::{Assembled, AssemblyError, Mark};

/// A member before it is written.
struct Member {
    line: usize,
    name: Vec<u8>,
    local_name: Vec<u8>,
    method: u16,
    flags: u16,
    local_flags: u16,
    crc: Option<u32>,
    is_listed: bool,
    inner: Assembled,
}

/// Everything up to the `end` of the archive.
pub(super) fn assemble(
    beginning: &Statement,
    rest: &mut &[Statement],
    depth: usize,
) -> Result<Assembled, AssemblyError> {
    let mut out = Assembled::default();
    let mut directory = Vec::new();
    let mut listed = Vec::new();
    while let Some((statement, after)) = rest.split_first().filter(|(statement, _)| statement.word == "member") {
        *rest = after;
        let member = member(statement, rest, depth)?;
        let start = out.bytes.len();
        let packed = if member.method == 8 {
            deflated(&member.inner.bytes)
        } else {
            member.inner.bytes.clone()
        };
        let crc = member.crc.unwrap_or_else(|| crc32fast::hash(&member.inner.bytes));
        let sizes = [packed.len(), member.inner.bytes.len()];
        out.bytes.extend_from_slice(b"PK\x03\x04\x14\0");
        out.bytes.extend(fields(member.local_flags, member.method, crc, sizes));
        out.bytes.extend(half(member.local_name.len()));
        out.bytes.extend([0, 0]);
        out.bytes.extend_from_slice(&member.local_name);
        let name = String::from_utf8_lossy(&member.name).into_owned();
        out.append_member(&name, &packed, member.inner.marks);
        out.mark(start as u64, out.bytes.len() as u64, member.line);
        if member.is_listed {
            listed.push((directory.len(), member.line));
            directory.extend_from_slice(b"PK\x01\x02\x14\x03\x14\0");
            directory.extend(fields(member.flags, member.method, crc, sizes));
            directory.extend(half(member.name.len()));
            directory.extend([0; 12]);
            directory.extend(whole(start));
            directory.extend_from_slice(&member.name);
        }
    }
    let end_line = Block::end(beginning, rest)?;
    let start = out.bytes.len();
    out.bytes.extend_from_slice(&directory);
    for (at, line) in &listed {
        let at = (start + at) as u64;
        out.marks.push(Mark {
            member: Vec::new(),
            start: at,
            end: at + 46,
            line: *line,
        });
    }
    let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
    end.extend(half(listed.len()));
    end.extend(half(listed.len()));
    end.extend(whole(directory.len()));
    end.extend(whole(start));
    end.extend([0, 0]);
    out.add(&end, end_line);
    Ok(out)
}

/// A member with its options: `local-name "…"`, `flags N`, `local-flags N`, `method N`, `crc N`, `listed no`.
fn member(statement: &Statement, rest: &mut &[Statement], depth: usize) -> Result<Member, AssemblyError> {
    let inner = Block::assemble(rest, depth + 1)?;
    Block::end(statement, rest)?;
    let number = |key: &str| match statement.option(key) {
        Some(Argument::Word(word)) => word.parse::<u32>().ok(),
        _ => None,
    };
    let small = |key: &str| number(key).and_then(|number| u16::try_from(number).ok());
    let name = statement.text(0)?.to_vec();
    let flags = small("flags").unwrap_or(0);
    Ok(Member {
        line: statement.line,
        local_name: match statement.option("local-name") {
            Some(Argument::Text(text)) => text.clone(),
            _ => name.clone(),
        },
        name,
        method: small("method").unwrap_or(0),
        flags,
        local_flags: small("local-flags").unwrap_or(flags),
        crc: number("crc"),
        is_listed: !matches!(statement.option("listed"), Some(Argument::Word(word)) if word == "no"),
        inner,
    })
}

fn fields(flags: u16, method: u16, crc: u32, sizes: [usize; 2]) -> Vec<u8> {
    let mut bytes = flags.to_le_bytes().to_vec();
    bytes.extend(method.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(crc.to_le_bytes());
    sizes.into_iter().for_each(|size| bytes.extend(whole(size)));
    bytes
}

fn half(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap_or(u16::MAX).to_le_bytes()
}

fn whole(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;

    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish());
    packed.expect("writing to memory does not fail")
}
