//! Finds out what a file is and hands it to its readers: every way of reading it that a loader could choose.

use crate::budget::Budget;
use crate::container::packed::{Packed, Packing, held};
use crate::container::{tar, zip};
use crate::format;
use crate::input::{Input, read_some};
use crate::journal::Journal;
use crate::kind::{self, HEAD, Kind};
use crate::pickle::{self, Likeness, Loader, likeness};
use crate::sign::Sign;
use crate::stream::{Forward, Part, Stream};

/// Archives in archives that are entered.
const MAX_DEPTH: usize = 8;
/// Bytes of the beginning of a member of an archive that decide what it is.
const MEMBER_HEAD: usize = 1024;
/// The same for members that hold a tensor, of which there are many.
const TENSOR_HEAD: usize = 64;

/// One search of one file.
pub(crate) struct Explorer<'e> {
    pub(crate) budget: &'e Budget,
    pub(crate) journal: &'e mut Journal,
    /// Whether it is a model, or lies among models: then a program in it is out of place.
    pub(crate) is_model: bool,
}

impl Explorer<'_> {
    /// Does something inside of a member of an archive.
    pub(crate) fn within(&mut self, member: &str, work: impl FnOnce(&mut Self)) {
        if self.journal.depth() >= MAX_DEPTH {
            self.journal
                .trouble("archives lie deeper in each other than is looked at");
            return;
        }
        self.journal.enter(member);
        work(self);
        self.journal.leave();
    }

    fn is_top(&self) -> bool {
        self.journal.depth() == 0
    }

    /// Looks into a file, or into a member that is not packed.
    pub(crate) fn file(&mut self, name: &str, input: &dyn Input) {
        let wanted = match name.rsplit('/').next() {
            _ if self.is_top() => HEAD,
            Some(last) if last.bytes().all(|byte| byte.is_ascii_digit()) => TENSOR_HEAD,
            _ => MEMBER_HEAD,
        };
        let head = match read_some(input, 0, wanted) {
            Ok(head) => head,
            Err(error) => return self.journal.trouble(format!("could not be read: {error}")),
        };
        let kind = kind::kind(&head, input.len());
        let is_known = self.by_kind(name, kind, &head, input);
        // A loader of zip archives looks at the end, whatever the beginning is.
        if self.is_top() && kind != Kind::Zip {
            self.tail(kind, is_known, input);
        }
    }

    fn by_kind(&mut self, name: &str, kind: Kind, head: &[u8], input: &dyn Input) -> bool {
        match kind {
            Kind::Pickle => self.pickle(&Packed {
                input,
                start: 0,
                packing: Packing::None,
            }),
            Kind::Zip => {
                let is_zip = zip::inspect(self, input);
                if !is_zip {
                    let text = "the archive has no directory that could be read";
                    self.journal.sign(Sign::ZipConfusion, "archive", 0, text, text);
                }
                true
            }
            Kind::Tar => {
                // The name of the first member stands where a pickle would begin.
                self.perhaps(head, input);
                tar::inspect(self, &mut Part::new(input, 0));
                true
            }
            Kind::Gzip | Kind::Bzip2 | Kind::Xz | Kind::Lzma | Kind::Zlib | Kind::Lz4 | Kind::JoblibZlib => {
                self.unpack(name, kind, input)
            }
            Kind::Numpy => {
                format::numpy::inspect(self, input);
                true
            }
            Kind::Program(what) => {
                self.program(what);
                true
            }
            Kind::Opaque(what) => {
                self.opaque(what);
                true
            }
            Kind::Media => true,
            Kind::Hdf5 | Kind::Safetensors | Kind::Gguf | Kind::Tflite | Kind::Unknown => {
                let is_known = format::inspect(self, name, kind, head, input);
                is_known || self.perhaps(head, input) || self.unknown(name, head)
            }
        }
    }

    /// Something whose name promises a model and whose content is nothing that is known.
    fn unknown(&mut self, name: &str, head: &[u8]) -> bool {
        let is_binary = head.contains(&0) || std::str::from_utf8(head).is_err_and(|error| error.error_len().is_some());
        if self.is_top() && is_binary && kind::promises_pickle(name) {
            self.journal
                .trouble("its name promises a model, and its content is no format that is known");
        }
        false
    }

    /// Runs a pickle: as joblib reads it, and if it holds arrays as everybody else reads it too.
    pub(crate) fn pickle(&mut self, packed: &Packed<'_>) -> bool {
        let mut has_arrays = false;
        let is_pickle = self.run(packed, Loader::Usual, &mut has_arrays);
        if has_arrays {
            self.run(packed, Loader::Perhaps, &mut has_arrays);
        }
        is_pickle
    }

    fn run(&mut self, packed: &Packed<'_>, loader: Loader, has_arrays: &mut bool) -> bool {
        let mut source = packed.open(self.budget);
        let mut stream = Stream::new(source.as_mut());
        pickle::inspect(&mut stream, loader, self.budget, self.journal, has_arrays)
    }

    /// Tries whether it is a pickle of an old protocol, which does not say so.
    fn perhaps(&mut self, head: &[u8], input: &dyn Input) -> bool {
        let packed = Packed {
            input,
            start: 0,
            packing: Packing::None,
        };
        likeness(head) != Likeness::None && self.run(&packed, Loader::Perhaps, &mut false)
    }

    /// Looks for an archive at the end of something else.
    fn tail(&mut self, kind: Kind, is_known: bool, input: &dyn Input) {
        let checkpoint = self.journal.checkpoint();
        if !zip::inspect(self, input) {
            return;
        }
        // A program that unpacks itself, and pictures with something behind them, concern nobody but loaders of models.
        let is_concern = self.is_model
            || matches!(
                kind,
                Kind::Pickle | Kind::Tar | Kind::Numpy | Kind::Gguf | Kind::Safetensors | Kind::Hdf5
            );
        if is_known && is_concern {
            let text = "a zip archive stands at the end of a file that begins as something else";
            self.journal
                .sign(Sign::Polyglot, "format", 0, "zip archive at its end", text);
        } else if !self.journal.has_signs() && kind == Kind::Unknown && !self.is_model {
            self.journal.take_back(checkpoint);
        }
    }

    fn program(&mut self, what: &'static str) {
        if self.is_model {
            let text = format!("a program ({what})");
            self.journal.sign(Sign::Executable, "format", 0, what, text);
        } else {
            self.journal.note("format", 0, format!("program ({what})"));
        }
    }

    fn opaque(&mut self, what: &'static str) {
        let is_archive = matches!(what, "7z" | "RAR" | "Zstandard" | "lzip");
        if self.is_model || is_archive {
            let text = format!("a {what} archive, which is not looked into");
            self.journal.sign(Sign::Opaque, "format", 0, what, text);
        } else {
            self.journal.note("format", 0, format!("{what} archive"));
        }
    }

    /// Looks into a file that is packed as a whole.
    fn unpack(&mut self, name: &str, kind: Kind, input: &dyn Input) -> bool {
        let packing = match kind {
            Kind::Gzip => Packing::Gzip,
            Kind::Bzip2 => Packing::Bzip2,
            Kind::Xz => Packing::Xz,
            Kind::Lzma => Packing::Lzma,
            Kind::Lz4 => Packing::Lz4,
            _ => Packing::Zlib,
        };
        // joblib's oldest container: a word, the length in hexadecimal, and a zlib stream.
        let start = if kind == Kind::JoblibZlib { 21 } else { 0 };
        let packed = Packed { input, start, packing };
        // Two bytes are no signature to speak of.
        let is_vague = matches!(kind, Kind::Zlib | Kind::Lzma);
        let is_readable = || packed.open(self.budget).read(&mut [0; 16]).is_ok_and(|count| count > 0);
        if is_vague && !is_readable() {
            return false;
        }
        self.journal.note("format", 0, format!("packed: {}", packing.name()));
        let inner = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        self.within(packing.name(), |explorer| explorer.packed(inner, &packed));
        true
    }

    /// Looks into something that is packed: runs what can be run as a stream, and holds what must be read at any place.
    pub(crate) fn packed(&mut self, name: &str, packed: &Packed<'_>) {
        let mut source = packed.open(self.budget);
        let mut stream = Stream::new(source.as_mut());
        let head = match stream.peek(MEMBER_HEAD) {
            Ok(head) => head.to_vec(),
            Err(stop) => {
                return self
                    .journal
                    .trouble(format!("something packed in it was not unpacked: {stop}"));
            }
        };
        let found = kind::kind(&head, u64::MAX);
        match found {
            Kind::Pickle => {
                let mut has_arrays = false;
                pickle::inspect(&mut stream, Loader::Usual, self.budget, self.journal, &mut has_arrays);
                if has_arrays {
                    self.run(packed, Loader::Perhaps, &mut has_arrays);
                }
            }
            Kind::Tar => tar::inspect(self, packed.open(self.budget).as_mut()),
            Kind::Program(what) => self.program(what),
            Kind::Opaque(what) => self.opaque(what),
            Kind::Media => {}
            Kind::Unknown if !format::wants(name, &head) => {
                if likeness(&head) != Likeness::None {
                    self.run(packed, Loader::Perhaps, &mut false);
                }
            }
            _ => {
                let mut source = packed.open(self.budget);
                self.hold(name, found, source.as_mut());
            }
        }
    }

    /// Looks into a member of a tar archive of `size` bytes.
    pub(crate) fn member_stream(&mut self, name: &str, source: &mut dyn Forward, size: u64) {
        if size <= self.budget.room() as u64 {
            return self.hold(name, Kind::Unknown, source);
        }
        let mut stream = Stream::new(source);
        let head = stream.peek(MEMBER_HEAD).map(<[u8]>::to_vec).unwrap_or_default();
        match kind::kind(&head, size) {
            Kind::Pickle => {
                pickle::inspect(&mut stream, Loader::Usual, self.budget, self.journal, &mut false);
            }
            Kind::Program(what) => self.program(what),
            Kind::Opaque(what) => self.opaque(what),
            Kind::Media => {}
            Kind::Unknown if !format::wants(name, &head) => {
                if likeness(&head) != Likeness::None {
                    pickle::inspect(&mut stream, Loader::Perhaps, self.budget, self.journal, &mut false);
                }
            }
            _ => self.too_large(),
        }
    }

    fn too_large(&mut self) {
        self.journal
            .trouble("a packed member is larger than what is unpacked at once to be read at any place");
    }

    /// Unpacks something as a whole and looks into it.
    fn hold(&mut self, name: &str, kind: Kind, source: &mut dyn Forward) {
        let (bytes, end) = held(source, self.budget.room());
        let budget = self.budget;
        match end {
            Ok(true) => budget.while_held(bytes.len(), || self.file(name, &bytes)),
            // Of an array only its header is read.
            Ok(false) if kind == Kind::Numpy => self.file(name, &bytes),
            Ok(false) => self.too_large(),
            Err(stop) => {
                budget.while_held(bytes.len(), || self.file(name, &bytes));
                self.journal
                    .trouble(format!("something packed in it was not unpacked to its end: {stop}"));
            }
        }
    }
}
