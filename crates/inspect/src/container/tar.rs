//! Tar archives, read from front to end: also those that are packed.

use super::{check_name, shortened};
use crate::explore::Explorer;
use crate::sign::Sign;
use crate::stream::{Forward, Stop, Stream};

const BLOCK: usize = 512;
/// Bytes of a long name that are read.
const MAX_NAME: u64 = 4096;

/// A number in a header: octal digits, or big-endian bytes behind a set bit.
fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|byte| byte & 0x80 != 0) {
        let mut value = u64::from(field[0] & 0x7f);
        for &byte in &field[1..] {
            value = value.checked_mul(256)?.checked_add(u64::from(byte))?;
        }
        return Some(value);
    }
    let text = field.split(|byte| *byte == 0).next().unwrap_or_default().trim_ascii();
    if text.is_empty() {
        return Some(0);
    }
    let text = std::str::from_utf8(text).ok()?;
    u64::from_str_radix(text, 8).ok()
}

/// Whether the checksum in a header is that of its bytes.
pub(crate) fn checksum_fits(block: &[u8]) -> bool {
    let Some(said) = block.get(148..156).and_then(number) else {
        return false;
    };
    let sum: u64 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) })
        .sum();
    // Of zeros alone the sum is that of the spaces.
    sum == said && sum != 256 && block.first().is_some_and(|byte| *byte != 0)
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

/// A member as a stream of its own.
struct Member<'s, 'f> {
    stream: &'s mut Stream<'f>,
    left: u64,
}

impl Forward for Member<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Stop> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let got = self.stream.take(&mut buffer[..wanted])?;
        self.left -= got as u64;
        Ok(got)
    }

    fn skip(&mut self, count: u64) -> Result<u64, Stop> {
        let count = count.min(self.left);
        self.stream.skip(count)?;
        self.left -= count;
        Ok(count)
    }
}

/// Looks into the archive.
pub(crate) fn inspect(explorer: &mut Explorer<'_>, source: &mut dyn Forward) {
    let mut stream = Stream::new(source);
    let mut long_name = None;
    let mut members = 0u64;
    loop {
        let at = stream.position();
        let block: [u8; BLOCK] = match stream.array() {
            Ok(block) => block,
            Err(Stop::End) => break,
            Err(stop) => {
                explorer
                    .journal
                    .trouble(format!("an archive in it was not read to its end: {stop}"));
                return;
            }
        };
        if block.iter().all(|byte| *byte == 0) {
            break;
        }
        let size = number(&block[124..136]);
        let (Some(size), true) = (size, checksum_fits(&block)) else {
            explorer.journal.sign(
                Sign::Opaque,
                "archive",
                at,
                "a broken header",
                "a header of the archive is broken; what follows was not seen",
            );
            return;
        };
        if !explorer.budget.member() {
            explorer
                .journal
                .trouble("an archive in it has more members than are looked at");
            return;
        }
        let padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
        let kind = block[156];
        if kind == b'L' || kind == b'K' {
            let mut name = Vec::new();
            if stream
                .head(size, usize::try_from(size.min(MAX_NAME)).unwrap_or(0), &mut name)
                .is_err()
            {
                break;
            }
            if kind == b'L' {
                long_name = Some(text(&name));
            } else {
                check_name(&text(&name), at, explorer.journal);
            }
            if stream.skip(padding).is_err() {
                break;
            }
            continue;
        }
        let prefix = if &block[257..262] == b"ustar" {
            text(&block[345..500])
        } else {
            String::new()
        };
        let plain = text(&block[..100]);
        let name = long_name.take().unwrap_or_else(|| {
            if prefix.is_empty() {
                plain
            } else {
                format!("{prefix}/{plain}")
            }
        });
        members += 1;
        check_name(&name, at, explorer.journal);
        if matches!(kind, b'1' | b'2') {
            check_name(&text(&block[157..257]), at, explorer.journal);
        }
        let mut member = Member {
            stream: &mut stream,
            left: size,
        };
        if matches!(kind, b'0' | 0 | b'7') {
            explorer.within(&name, |explorer| explorer.member_stream(&name, &mut member, size));
        }
        let left = member.left;
        if stream.skip(left).and_then(|()| stream.skip(padding)).is_err() {
            let text = format!("the archive ends inside of the member `{}`", shortened(&name));
            explorer
                .journal
                .sign(Sign::Opaque, "archive", at, "a member that is cut off", text);
            break;
        }
    }
    explorer
        .journal
        .note("format", 0, format!("tar archive, {members} members"));
}
