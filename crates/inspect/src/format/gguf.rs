//! GGUF: counts, keys with values, descriptions of tensors, and tensors.
//!
//! Its readers are written in C and believe what it says, so a file that says more than it holds is a finding. Its chat template is a program
//! in Jinja, judged like any other template.
//!
//! Source: [the specification](https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).

use std::hash::{DefaultHasher, Hasher as _};

use rustc_hash::FxHashSet;

use super::template;
use crate::budget::Budget;
use crate::explore::Explorer;
use crate::input::Input;
use crate::sign::Sign;
use crate::stream::{Part, Stop, Stream};

/// Bytes of a key that are read; the specification allows as many.
const MAX_KEY: u64 = 65_535;
/// Bytes of a template that are read.
const MAX_TEMPLATE: usize = 1 << 20;
/// Keys, and tensors: more than any model has.
const MAX_COUNT: u64 = 1 << 20;
/// How deep lists may lie in lists.
const MAX_DEPTH: usize = 4;

const TEXT: u32 = 8;
const LIST: u32 = 9;

/// What is wrong, or why nothing more was read.
enum Fault {
    Wrong(&'static str),
    Stop(Stop),
}

impl From<Stop> for Fault {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::End => Self::Wrong("it says that it holds more than there is"),
            other => Self::Stop(other),
        }
    }
}

/// Reads keys and descriptions.
pub(crate) fn inspect(explorer: &mut Explorer<'_>, input: &dyn Input) {
    let mut part = Part::new(input, 4);
    let mut reader = Reader {
        stream: Stream::new(&mut part),
        budget: explorer.budget,
        is_big: false,
        alignment: 32,
        scratch: Vec::new(),
    };
    match reader.read(explorer, input.len()) {
        Ok(()) => {}
        Err(Fault::Wrong(why)) => {
            let at = reader.stream.position() + 4;
            let text = format!("the header of this GGUF file is wrong: {why}");
            explorer.journal.sign(Sign::GgufHeader, "header", at, why, text);
        }
        Err(Fault::Stop(stop)) => explorer.journal.trouble(format!("could not be read: {stop}")),
    }
}

struct Reader<'f> {
    stream: Stream<'f>,
    budget: &'f Budget,
    is_big: bool,
    alignment: u64,
    scratch: Vec<u8>,
}

impl Reader<'_> {
    fn u32(&mut self) -> Result<u32, Fault> {
        let bytes = self.stream.array()?;
        Ok(if self.is_big {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    }

    fn u64(&mut self) -> Result<u64, Fault> {
        let bytes = self.stream.array()?;
        Ok(if self.is_big {
            u64::from_be_bytes(bytes)
        } else {
            u64::from_le_bytes(bytes)
        })
    }

    fn read(&mut self, explorer: &mut Explorer<'_>, length: u64) -> Result<(), Fault> {
        let version = self.u32()?;
        // A file for a machine of the other order says version 3 with its bytes turned round.
        self.is_big = version != 0 && version.trailing_zeros() >= 16;
        let version = if self.is_big { version.swap_bytes() } else { version };
        if version == 1 {
            explorer.journal.note("format", 0, "GGUF, version 1");
            return Err(Fault::Wrong("its version is one that no reader takes any more"));
        }
        if !(2..=3).contains(&version) {
            return Err(Fault::Wrong("its version is not known"));
        }
        let tensors = self.u64()?;
        let keys = self.u64()?;
        explorer.journal.note(
            "format",
            0,
            format!("GGUF, version {version}, {keys} keys, {tensors} tensors"),
        );
        if tensors > MAX_COUNT || keys > MAX_COUNT {
            return Err(Fault::Wrong("it says that it has more entries than any model"));
        }
        let mut names = FxHashSet::default();
        for _ in 0..keys {
            self.pair(explorer, &mut names)?;
        }
        names.clear();
        let mut furthest = 0u64;
        for _ in 0..tensors {
            furthest = furthest.max(self.tensor(&mut names)?);
        }
        let position = self.stream.position() + 4;
        let data = position.next_multiple_of(self.alignment);
        if tensors > 0 && data.checked_add(furthest).is_none_or(|end| end > length) {
            return Err(Fault::Wrong("a tensor lies outside of the file"));
        }
        Ok(())
    }

    /// A text of at most `limit` bytes, of which `kept` are put into the buffer.
    fn text(&mut self, limit: u64, kept: usize) -> Result<(), Fault> {
        let length = self.u64()?;
        if length > limit {
            return Err(Fault::Wrong("a text in it is longer than any that is read"));
        }
        self.stream.head(length, kept, &mut self.scratch)?;
        Ok(())
    }

    fn pair(&mut self, explorer: &mut Explorer<'_>, names: &mut FxHashSet<u64>) -> Result<(), Fault> {
        self.text(MAX_KEY, usize::from(u16::MAX))?;
        let key = std::str::from_utf8(&self.scratch).map_err(|_| Fault::Wrong("a key is not UTF-8"))?;
        let key = key.to_owned();
        if !names.insert(digest(key.as_bytes())) {
            return Err(Fault::Wrong("a key stands in it twice"));
        }
        let kind = self.u32()?;
        let at = self.stream.position() + 4;
        if kind == TEXT {
            let is_template = key.starts_with("tokenizer.chat_template");
            self.text(u64::MAX >> 1, if is_template { MAX_TEMPLATE } else { 0 })?;
            if is_template {
                let text = String::from_utf8_lossy(&self.scratch).into_owned();
                explorer
                    .journal
                    .note("template", at, format!("{key}, {} bytes", text.len()));
                template::inspect(explorer.journal, &text, at + 8);
            }
            return Ok(());
        }
        if key == "general.alignment" {
            let alignment = if kind == 4 { u64::from(self.u32()?) } else { 0 };
            if !alignment.is_power_of_two() {
                return Err(Fault::Wrong("its alignment is no power of two"));
            }
            self.alignment = alignment;
            return Ok(());
        }
        self.value(kind, 0)
    }

    /// Passes over a value.
    fn value(&mut self, kind: u32, depth: usize) -> Result<(), Fault> {
        if !self.budget.step(1) {
            return Err(Fault::Stop(Stop::TooMuch));
        }
        match kind {
            TEXT => self.text(u64::MAX >> 1, 0),
            LIST if depth < MAX_DEPTH => {
                let inner = self.u32()?;
                let count = self.u64()?;
                if let Some(size) = size(inner) {
                    let bytes = count
                        .checked_mul(size)
                        .ok_or(Fault::Wrong("a list in it is longer than any memory"))?;
                    self.stream.skip(bytes)?;
                    return Ok(());
                }
                for _ in 0..count {
                    self.value(inner, depth + 1)?;
                }
                Ok(())
            }
            other => {
                let size = size(other).ok_or(Fault::Wrong("a value has a type that is not known"))?;
                self.stream.skip(size)?;
                Ok(())
            }
        }
    }

    /// Where a tensor ends in the data.
    fn tensor(&mut self, names: &mut FxHashSet<u64>) -> Result<u64, Fault> {
        self.text(MAX_KEY, usize::from(u16::MAX))?;
        if !names.insert(digest(&self.scratch)) {
            return Err(Fault::Wrong("two tensors have one name"));
        }
        let dimensions = self.u32()?;
        if dimensions > 8 {
            return Err(Fault::Wrong("a tensor has more dimensions than any model"));
        }
        let mut count = 1u64;
        for _ in 0..dimensions {
            let length = self.u64()?;
            let product = count.checked_mul(length);
            count = product
                .filter(|count| i64::try_from(*count).is_ok())
                .ok_or(Fault::Wrong("a tensor is larger than any memory"))?;
        }
        let kind = self.u32()?;
        let offset = self.u64()?;
        if offset % self.alignment != 0 {
            return Err(Fault::Wrong("a tensor does not lie where the alignment wants it"));
        }
        let bytes = match block(kind) {
            Some((items, bytes)) => count.div_ceil(items).checked_mul(bytes),
            // Of a type that is newer than this list, the least: a bit for each weight.
            None => Some(count / 8),
        };
        let end = bytes.and_then(|bytes| offset.checked_add(bytes));
        end.ok_or(Fault::Wrong("a tensor is larger than any memory"))
    }
}

/// What is kept of a name: enough to tell two apart.
fn digest(name: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(name);
    hasher.finish()
}

/// Bytes of a plain value.
fn size(kind: u32) -> Option<u64> {
    Some(match kind {
        0 | 1 | 7 => 1,
        2 | 3 => 2,
        4..=6 => 4,
        10..=12 => 8,
        _ => return None,
    })
}

/// Weights of a block of a quantised type, and its bytes.
fn block(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 | 26 => (1, 4),
        1 | 25 | 30 => (1, 2),
        24 => (1, 1),
        27 | 28 => (1, 8),
        2 | 20 => (32, 18),
        3 => (32, 20),
        6 => (32, 22),
        7 => (32, 24),
        8 => (32, 34),
        9 => (32, 36),
        10 => (256, 84),
        11 | 21 => (256, 110),
        12 => (256, 144),
        13 => (256, 176),
        14 => (256, 210),
        15 => (256, 292),
        16 | 35 => (256, 66),
        17 => (256, 74),
        18 => (256, 98),
        19 => (256, 50),
        22 => (256, 82),
        23 => (256, 136),
        29 => (256, 56),
        34 => (256, 54),
        39 => (32, 17),
        _ => return None,
    })
}
