//! Reads one file: as little of it as is needed, and never more than the limit.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use weighbridge_core::{Language, Notification, Source, SourcePath};
use weighbridge_scan::{PROMPT, decode_utf16, is_binary, language_of};

use crate::git::Objects;
use crate::settings::{Size, rounded};
use crate::walk::{Entry, Input, special, unreadable};

/// What is read before it is known whether the file is text. Weights of many gigabytes cost this much.
const HEAD_BYTES: usize = 8 << 10;
/// What a thread keeps between files.
const KEPT_BYTES: usize = 1 << 20;

/// The buffers of one thread. They grow with a large file and shrink again before the next.
pub(crate) struct Reader {
    max_bytes: u64,
    objects: Objects,
    /// Whether the settings call the file a prompt.
    is_prompt: bool,
    buffer: Vec<u8>,
    decoded: Vec<u8>,
}

/// What became of a file.
pub(crate) enum Reading<'b> {
    /// A text to scan.
    Text(Source<'b>),
    /// A text that stood in UTF-16, so that its lines are not those that git counts.
    Decoded(Source<'b>),
    /// Not text. Its bytes, unless they lie in a file, where they can be read at any place.
    Binary(Option<&'b [u8]>),
    /// It could not be read.
    Stopped(Notification),
}

/// What is done with a file that is not text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Binaries {
    /// It is left where it is: whoever wants more opens it.
    InPlace,
    /// It is read to its end, because it comes only once.
    Held,
}

/// What became of the buffers.
enum Filled {
    Text(Language),
    Decoded(Language),
    Binary,
    Stopped(Notification),
}

impl Reader {
    /// A reader that refuses texts larger than `limit`.
    pub(crate) fn new(limit: Size) -> Self {
        Self {
            max_bytes: limit.0,
            objects: Objects::default(),
            is_prompt: false,
            buffer: Vec::new(),
            decoded: Vec::new(),
        }
    }

    /// Reads a file into the buffer.
    pub(crate) fn read(&mut self, entry: &Entry) -> Reading<'_> {
        self.is_prompt = entry.is_prompt;
        for buffer in [&mut self.buffer, &mut self.decoded] {
            buffer.clear();
            buffer.shrink_to(KEPT_BYTES);
        }
        match &entry.input {
            Input::Stdin(_) => self.read_from(io::stdin().lock(), None, &entry.name),
            Input::Held(_, bytes) => self.read_from(bytes.as_ref(), Some(bytes.len() as u64), &entry.name),
            Input::File(path) => match open(path, &entry.name) {
                Ok((file, size)) => match self.fill(file, Some(size), Binaries::InPlace, &entry.name) {
                    Filled::Binary => Reading::Binary(None),
                    filled => self.reading(filled, &entry.name),
                },
                Err(notification) => Reading::Stopped(notification),
            },
            Input::Blob(blob) => {
                let mut objects = std::mem::take(&mut self.objects);
                let read = objects.read(blob, self.max_bytes, |input, size| {
                    self.fill(input, Some(size), Binaries::Held, &entry.name)
                });
                self.objects = objects;
                match read {
                    Ok(filled) => self.reading(filled, &entry.name),
                    Err(error) => Reading::Stopped(unreadable(Some(entry.name.clone()), &error)),
                }
            }
        }
    }

    /// `size` is what the system says it will be; the file may have changed since, and some files of the system say 0.
    fn read_from(&mut self, input: impl Read, size: Option<u64>, name: &SourcePath) -> Reading<'_> {
        let filled = self.fill(input, size, Binaries::Held, name);
        self.reading(filled, name)
    }

    /// What stands in the buffers.
    fn reading(&self, filled: Filled, name: &SourcePath) -> Reading<'_> {
        match filled {
            Filled::Text(language) => Reading::Text(Source::new(name.clone(), language, &self.buffer)),
            Filled::Decoded(language) => Reading::Decoded(Source::new(name.clone(), language, &self.decoded)),
            Filled::Binary => Reading::Binary(Some(&self.buffer)),
            Filled::Stopped(notification) => Reading::Stopped(notification),
        }
    }

    /// What the settings call a prompt is one, unless it is code.
    fn language(&self, name: &SourcePath, head: &[u8]) -> Language {
        match language_of(name, head) {
            Language::TEXT if self.is_prompt => PROMPT,
            language => language,
        }
    }

    fn fill(&mut self, mut input: impl Read, size: Option<u64>, binaries: Binaries, name: &SourcePath) -> Filled {
        let failed = |error: io::Error| Filled::Stopped(unreadable(Some(name.clone()), &error));
        self.buffer.reserve(HEAD_BYTES);
        if let Err(error) = (&mut input).take(HEAD_BYTES as u64).read_to_end(&mut self.buffer) {
            return failed(error);
        }
        let mut language = self.language(name, &self.buffer);
        let is_binary = is_binary(name, language, &self.buffer);
        if is_binary && binaries == Binaries::InPlace {
            return Filled::Binary;
        }
        if let Some(size) = size.filter(|size| *size > self.max_bytes) {
            return Filled::Stopped(too_large(name, &rounded(size), self.max_bytes));
        }
        if self.buffer.len() == HEAD_BYTES {
            let rest = size.unwrap_or(0).saturating_sub(HEAD_BYTES as u64);
            // One byte more, so that a file of the announced size needs no second allocation to see its end.
            self.buffer.reserve_exact(usize::try_from(rest + 1).unwrap_or(0));
            // One byte beyond the limit shows that the file is larger.
            let allowed = (self.max_bytes + 1).saturating_sub(HEAD_BYTES as u64);
            if let Err(error) = input.take(allowed).read_to_end(&mut self.buffer) {
                return failed(error);
            }
        }
        if self.buffer.len() as u64 > self.max_bytes {
            let size = format!("more than {}", rounded(self.max_bytes));
            return Filled::Stopped(too_large(name, &size, self.max_bytes));
        }
        if is_binary {
            return Filled::Binary;
        }
        if let Some(decoded) = decode_utf16(&self.buffer) {
            self.decoded = decoded;
            let head = &self.decoded[..self.decoded.len().min(HEAD_BYTES)];
            language = self.language(name, head);
            return Filled::Decoded(language);
        }
        Filled::Text(language)
    }
}

/// Opens a regular file and tells its size. Anything else is not even opened: opening a pipe would wait for its other end.
fn open(path: &Path, name: &SourcePath) -> Result<(File, u64), Notification> {
    let failed = |error: &io::Error| unreadable(Some(name.clone()), error);
    // Asked again although the walk knew: the file may have been replaced since.
    let metadata = path.metadata().map_err(|error| failed(&error))?;
    if !metadata.is_file() {
        return Err(special(name.clone()));
    }
    let file = File::open(path).map_err(|error| failed(&error))?;
    Ok((file, metadata.len()))
}

fn too_large(name: &SourcePath, size: &str, limit: u64) -> Notification {
    let limit = rounded(limit);
    Notification::incomplete(
        "file/too-large",
        Some(name.clone()),
        format!("was not scanned: it is {size} large, the limit is {limit}"),
    )
    .with_hint("raise the limit with `--max-file-size`, or leave the file out with `--exclude`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(max_bytes: u64, size: Option<u64>, input: &[u8]) -> String {
        let mut reader = Reader::new(Size(max_bytes));
        match reader.read_from(input, size, &SourcePath::new(b"a.txt")) {
            Reading::Text(source) | Reading::Decoded(source) => format!("{} bytes", source.bytes().len()),
            Reading::Binary(_) => "binary".to_owned(),
            Reading::Stopped(notification) => notification.message,
        }
    }

    #[test]
    fn a_file_that_grows_is_read_to_its_end() {
        assert_eq!(read(1 << 20, Some(10), &vec![b'a'; 50_000]), "50000 bytes");
    }

    #[test]
    fn a_file_that_shrinks_is_read_to_its_end() {
        assert_eq!(read(1 << 20, Some(50_000), b"abc"), "3 bytes");
    }

    #[test]
    fn a_file_that_grows_over_the_limit_is_not_scanned_in_part() {
        let said = "was not scanned: it is more than 9.7 KiB large, the limit is 9.7 KiB";
        assert_eq!(read(10_000, Some(10), &[b'a'; 10_001]), said);
        assert_eq!(read(10_000, None, &[b'a'; 10_000]), "10000 bytes");
    }

    #[test]
    fn the_limit_may_be_smaller_than_the_head() {
        assert_eq!(read(10, None, &[b'a'; 10]), "10 bytes");
        assert!(read(10, None, &[b'a'; 11]).starts_with("was not scanned"));
    }
}
