//! GitHub's fingerprint of a line, `primaryLocationLineHash`.
//!
//! Written by hand because GitHub reads this fingerprint and no other, and only GitHub's upload action would add it otherwise. The
//! algorithm is that of [`fingerprints.ts`](https://github.com/github/codeql-action/blob/main/src/fingerprints.ts): a rolling
//! hash over the 100 UTF-16 units that follow the beginning of the line, without spaces and tabs, and a counter for equal ones.
//!
//! Differs in one point: bytes under the mask count as `*`. A polynomial hash of 100 known characters and a short unknown secret
//! could be solved for the secret.

use std::collections::HashMap;

use crate::Mask;

const WINDOW: usize = 100;
const MODULUS: u64 = 37;
const END_OF_FILE: u16 = 0xFFFF;

/// The hashes of all lines of a text, as `{hash:x}:{count}`; the index counts lines from 0.
///
/// Invalid UTF-8 counts as U+FFFD; CR, LF and CRLF each end one line. Linear in the length of the text.
pub fn line_hashes(bytes: &[u8], mask: &Mask) -> Vec<String> {
    let mut hasher = Hasher::new();
    let mut at = 0;
    while at < bytes.len() {
        let next = mask.at_or_after(at);
        if let Some(hidden) = next.filter(|hidden| hidden.start <= at) {
            // Line ends inside a masked block still end lines, or every line behind it would be off.
            for &byte in &bytes[at..hidden.end.min(bytes.len())] {
                hasher.feed(if matches!(byte, b'\n' | b'\r') {
                    u16::from(byte)
                } else {
                    u16::from(b'*')
                });
            }
            at = hidden.end;
            continue;
        }
        let until = next.map_or(bytes.len(), |hidden| hidden.start.min(bytes.len()));
        for chunk in bytes[at..until].utf8_chunks() {
            chunk.valid().encode_utf16().for_each(|unit| hasher.feed(unit));
            if !chunk.invalid().is_empty() {
                hasher.feed(0xFFFD);
            }
        }
        at = until;
    }
    hasher.finish()
}

struct Hasher {
    ring: [u16; WINDOW],
    /// For each slot of the ring the line (from 0) that began when the slot was last written.
    began: [Option<usize>; WINDOW],
    slot: usize,
    hash: u64,
    first_modulus: u64,
    line_start: bool,
    previous_was_cr: bool,
    lines: usize,
    counts: HashMap<u64, usize>,
    hashes: Vec<String>,
}

impl Hasher {
    fn new() -> Self {
        Self {
            ring: [0; WINDOW],
            began: [None; WINDOW],
            slot: 0,
            hash: 0,
            first_modulus: (0..WINDOW).fold(1, |power: u64, _| power.wrapping_mul(MODULUS)),
            line_start: true,
            previous_was_cr: false,
            lines: 0,
            counts: HashMap::new(),
            hashes: Vec::new(),
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
        self.emit_slot();
        if self.line_start {
            self.line_start = false;
            self.began[self.slot] = Some(self.lines);
            self.lines += 1;
        }
        self.line_start = unit == LF;
        self.push(unit);
    }

    fn finish(mut self) -> Vec<String> {
        self.previous_was_cr = false;
        self.feed(END_OF_FILE);
        for _ in 0..WINDOW {
            self.emit_slot();
            self.push(0);
        }
        self.hashes
    }

    /// Emits the line whose window is complete, before its slot is written again.
    fn emit_slot(&mut self) {
        if self.began[self.slot].take().is_some() {
            let count = self.counts.entry(self.hash).or_insert(0);
            *count += 1;
            self.hashes.push(format!("{:x}:{count}", self.hash));
        }
    }

    fn push(&mut self, unit: u16) {
        let leaving = u64::from(self.ring[self.slot]);
        self.ring[self.slot] = unit;
        self.hash = MODULUS
            .wrapping_mul(self.hash)
            .wrapping_add(u64::from(unit))
            .wrapping_sub(self.first_modulus.wrapping_mul(leaving));
        self.slot = (self.slot + 1) % WINDOW;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    fn hashes(text: &str) -> String {
        line_hashes(text.as_bytes(), &Mask::default()).join(" ")
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

        assert_eq!(line_hashes(b"key=abcd\n", &mask), line_hashes(b"key=wxyz\n", &mask));
    }
}
