//! GitHub's fingerprint of a line, `primaryLocationLineHash`.
//!
//! Written by hand because GitHub reads this fingerprint and no other, and only GitHub's upload action would add it otherwise. The
//! algorithm is that of [`fingerprints.ts`](https://github.com/github/codeql-action/blob/main/src/fingerprints.ts): a rolling
//! hash over the 100 UTF-16 units that follow the beginning of the line, without spaces and tabs, and a counter for equal ones.
//!
//! Differs in one point: bytes under the mask count as `*`. A polynomial hash of 100 known characters and a short unknown secret
//! could be solved for the secret.

use std::fmt;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::Mask;

const WINDOW: usize = 100;
const MODULUS: u64 = 37;
const END_OF_FILE: u16 = 0xFFFF;

/// The fingerprint of one line; shown as `{hash:x}:{count}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineHash {
    hash: u64,
    /// Which of the lines with this hash it is, from 1.
    count: usize,
}

impl fmt::Display for LineHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:x}:{}", self.hash, self.count)
    }
}

/// The hashes of the first `lines` lines of a text; the index counts lines from 0.
///
/// Invalid UTF-8 counts as U+FFFD; CR, LF and CRLF each end one line. Linear in the length of these lines.
pub fn line_hashes(bytes: &[u8], mask: &Mask, lines: usize) -> Vec<LineHash> {
    let mut windows = Windows::new(lines);
    let mut at = 0;
    while at < bytes.len() && !windows.is_complete() {
        let next = mask.at_or_after(at);
        if let Some(hidden) = next.filter(|hidden| hidden.start <= at) {
            // Line ends inside a masked block still end lines, or every line behind it would be off.
            for &byte in &bytes[at..hidden.end.min(bytes.len())] {
                windows.feed(if matches!(byte, b'\n' | b'\r') {
                    u16::from(byte)
                } else {
                    u16::from(b'*')
                });
            }
            at = hidden.end;
            continue;
        }
        let until = next.map_or(bytes.len(), |hidden| hidden.start.min(bytes.len()));
        windows.feed_text(&bytes[at..until]);
        at = until;
    }
    windows.finish()
}

/// The units of a text that enter a hash: of each line the first [`WINDOW`] that are no blank.
///
/// What follows them on a long line is in no window that begins at a line, so it is left out.
struct Windows {
    units: Vec<u16>,
    /// Where lines begin in `units`.
    starts: Vec<usize>,
    /// How many lines are asked for.
    lines: usize,
    line_start: bool,
    previous_was_cr: bool,
}

impl Windows {
    fn new(lines: usize) -> Self {
        Self {
            units: Vec::new(),
            starts: Vec::new(),
            lines,
            line_start: true,
            previous_was_cr: false,
        }
    }

    /// Whether what is still to come changes none of the hashes.
    fn is_complete(&self) -> bool {
        match self.lines.checked_sub(1) {
            None => true,
            Some(last) => self
                .starts
                .get(last)
                .is_some_and(|start| self.units.len() >= start + WINDOW),
        }
    }

    fn feed_text(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() && !self.is_complete() {
            let (line, behind) = rest.split_at(memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1));
            rest = behind;
            if line.is_ascii() {
                self.feed_ascii(line);
                continue;
            }
            for chunk in line.utf8_chunks() {
                chunk.valid().encode_utf16().for_each(|unit| self.feed(unit));
                if !chunk.invalid().is_empty() {
                    self.feed(0xFFFD);
                }
            }
        }
    }

    /// A line, or the end of one. Nearly all lines are fed by this.
    fn feed_ascii(&mut self, line: &[u8]) {
        if !self.line_start || self.previous_was_cr || memchr::memchr(b'\r', line).is_some() {
            line.iter().for_each(|byte| self.feed(u16::from(*byte)));
            return;
        }
        let start = self.units.len();
        let counted = line.iter().filter(|byte| !matches!(byte, b' ' | b'\t'));
        self.units.extend(counted.take(WINDOW).map(|byte| u16::from(*byte)));
        if self.units.len() > start {
            self.starts.push(start);
            self.line_start = line.ends_with(b"\n");
        }
    }

    fn feed(&mut self, unit: u16) {
        const CR: u16 = b'\r' as u16;
        const LF: u16 = b'\n' as u16;
        if unit == u16::from(b' ') || unit == u16::from(b'\t') || (self.previous_was_cr && unit == LF) {
            self.previous_was_cr = false;
            return;
        }
        self.previous_was_cr = unit == CR;
        let unit = if unit == CR { LF } else { unit };
        if self.line_start {
            self.starts.push(self.units.len());
        }
        self.line_start = unit == LF;
        let start = self.starts.last().copied().unwrap_or(0);
        if self.units.len() < start + WINDOW {
            self.units.push(unit);
        }
    }

    fn finish(mut self) -> Vec<LineHash> {
        self.previous_was_cr = false;
        self.feed(END_OF_FILE);
        self.starts.truncate(self.lines);
        let first_modulus = (0..WINDOW).fold(1, |power: u64, _| power.wrapping_mul(MODULUS));
        let unit = |index: usize| self.units.get(index).copied().map_or(0, u64::from);

        let mut counts: FxHashMap<u64, usize> = FxHashMap::with_capacity_and_hasher(self.starts.len(), FxBuildHasher);
        let mut hashes = Vec::with_capacity(self.starts.len());
        let (mut hash, mut end) = (0_u64, 0);
        for start in self.starts {
            while end < start + WINDOW {
                let leaving = end.checked_sub(WINDOW).map_or(0, unit);
                hash = hash
                    .wrapping_mul(MODULUS)
                    .wrapping_add(unit(end))
                    .wrapping_sub(first_modulus.wrapping_mul(leaving));
                end += 1;
            }
            let count = counts.entry(hash).or_insert(0);
            *count += 1;
            hashes.push(LineHash { hash, count: *count });
        }
        hashes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    fn hashes(text: &str) -> String {
        let hashes = line_hashes(text.as_bytes(), &Mask::default(), usize::MAX);
        hashes.iter().map(LineHash::to_string).collect::<Vec<_>>().join(" ")
    }

    /// The vectors of codeql-action's `fingerprints.test.ts`.
    #[test]
    fn published_vectors_agree() {
        assert_eq!(hashes(""), "c129715d7a2bc9a3:1");
        assert_eq!(
            hashes(" a\nb\n  \t\tc\n d"),
            "271789c17abda88f:1 54703d4cd895b18:1 180aee12dab6264:1 a23a3dc5e078b07b:1"
        );
        let greeting = "e9496ae3ebfced30:1 fb7c023a8b9ccb3f:1 ce8ba1a563dcdaca:1 e20e36e16fcb0cc8:1 b3edc88f2938467e:1 \
                        c8e28b0b4002a3a0:1 c129715d7a2bc9a3:1";
        assert_eq!(hashes(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n"), greeting);
        assert_eq!(hashes(" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r"), greeting);
        assert_eq!(
            hashes(" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n"),
            greeting
        );
        assert_eq!(
            hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10)),
            "a7f2ff13bc495cf2:1 a7f2ff13bc495cf2:2 a7f2ff13bc495cf2:3 a7f2ff13bc495cf2:4 a7f2ff13bc495cf2:5 \
             a7f2ff13bc495cf2:6 a7f2ff1481e87703:1 a9cf91f7bbf1862b:1 55ec222b86bcae53:1 cc97dc7b1d7d8f7b:1 c129715d7a2bc9a3:1"
        );
    }

    #[test]
    fn the_secret_does_not_enter_the_hash() {
        let mask = Mask::new(vec![Span::new(4, 8)]);

        assert_eq!(
            line_hashes(b"key=abcd\n", &mask, 2),
            line_hashes(b"key=wxyz\n", &mask, 2)
        );
    }

    #[test]
    fn the_first_lines_have_the_hashes_that_they_have_among_all() {
        let long = "long line ".repeat(40);
        let text = format!("a\n{long}\r\nähm\n{long}\nb\n\n{long}");
        let all = line_hashes(text.as_bytes(), &Mask::default(), usize::MAX);

        assert_eq!(all.len(), 7);
        for lines in 0..=8 {
            let first = line_hashes(text.as_bytes(), &Mask::default(), lines);
            assert_eq!(first, all[..lines.min(7)], "{lines} lines");
        }
    }

    #[test]
    fn what_is_far_behind_the_beginning_of_a_long_line_does_not_count() {
        let line = |tail: &str| line_hashes(format!("{}{tail}\nb", "x".repeat(99)).as_bytes(), &Mask::default(), 2);

        assert_eq!(line("yz"), line("yw"));
        assert_ne!(line("yz")[0], line("wz")[0]);
    }
}
