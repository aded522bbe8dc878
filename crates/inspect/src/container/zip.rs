//! Zip archives: PyTorch, Keras, numpy's `.npz`, skops and many more.
//!
//! Loaders differ in what they take for true, the directory or the header before each member. So both are read, and where they disagree that is
//! a finding whatever is in the archive.

use rustc_hash::FxHashSet;

use super::packed::{Packed, Packing, held};
use super::zip_directory::{End, Entry, find_end, for_each_entry};
use super::zip_member::{locate, opaque, packing};
use super::{check_name, shortened};
use crate::explore::Explorer;
use crate::input::{Input, Window, read_some};
use crate::sign::Sign;

/// Members of this size at most have their checksum counted, if they are read anyway.
const MAX_CHECKED: u64 = 4 << 20;
const CHECKED_BYTES: usize = 4 << 20;
/// Bytes of the names of all members that are held at once, to find those that occur twice.
const MAX_NAME_BYTES: usize = 6 << 20;

/// Looks into the archive. Returns whether there is one.
pub(crate) fn inspect(explorer: &mut Explorer<'_>, input: &dyn Input) -> bool {
    let end = match find_end(input) {
        Ok(Some(end)) => end,
        Ok(None) => return false,
        Err(error) => {
            explorer.journal.trouble(format!("could not be read: {error}"));
            return false;
        }
    };
    if end.behind > 0 {
        let text = format!("{} bytes stand behind the archive", end.behind);
        explorer
            .journal
            .sign(Sign::ZipConfusion, "archive", end.at, "bytes behind the archive", text);
    }
    let mut entries = Vec::new();
    let mut is_cut = false;
    let mut name_bytes = 0;
    let read = for_each_entry(input, &end, |entry| {
        name_bytes += entry.name.len();
        is_cut = !explorer.budget.member() || name_bytes > MAX_NAME_BYTES;
        if !is_cut {
            entries.push(entry);
        }
        !is_cut
    });
    if is_cut {
        explorer
            .journal
            .trouble("an archive in it has more members than are looked at");
    }
    match read {
        Ok(Some(count)) if count == end.entries || is_cut => {}
        Ok(Some(_)) => odd(
            explorer,
            end.at,
            "the directory has another number of entries than it announces",
        ),
        Ok(None) => odd(explorer, end.at, "the directory is broken"),
        Err(stop) => explorer.journal.trouble(format!("could not be read: {stop}")),
    }
    let format = format_of(&entries);
    explorer
        .journal
        .note("format", end.directory, format!("{format}, {} members", entries.len()));
    check_names(explorer, &entries);
    check_gaps(explorer, input, &end, &mut entries);
    for entry in &entries {
        member(explorer, input, entry);
    }
    true
}

fn odd(explorer: &mut Explorer<'_>, at: u64, what: &str) {
    explorer.journal.sign(Sign::ZipConfusion, "archive", at, what, what);
}

/// What the names of the members say.
fn format_of(entries: &[Entry]) -> &'static str {
    let has = |ending: &str| {
        entries.iter().any(|entry| {
            entry.name == ending || entry.name.strip_suffix(ending).is_some_and(|rest| rest.ends_with('/'))
        })
    };
    if has("data.pkl") && has("constants.pkl") {
        "TorchScript archive"
    } else if has("data.pkl") {
        "PyTorch archive"
    } else if has("schema.json") {
        "skops archive"
    } else if has("config.json") && has("metadata.json") {
        "Keras archive"
    } else if entries
        .iter()
        .any(|entry| entry.name.to_ascii_lowercase().ends_with(".npy"))
    {
        "numpy archive"
    } else {
        "zip archive"
    }
}

fn check_names(explorer: &mut Explorer<'_>, entries: &[Entry]) {
    let mut names = FxHashSet::default();
    for entry in entries {
        check_name(&entry.name, entry.at, explorer.journal);
        if !names.insert(entry.name.as_str()) {
            let text = format!("there are two members called `{}`", shortened(&entry.name));
            explorer
                .journal
                .sign(Sign::ZipConfusion, "archive", entry.at, "two members of one name", text);
        }
    }
}

/// Looks for members between the others that the directory does not name, and for members that share their bytes.
fn check_gaps(explorer: &mut Explorer<'_>, input: &dyn Input, end: &End, entries: &mut [Entry]) {
    entries.sort_by_key(|entry| entry.header);
    let mut covered = end.before;
    for entry in entries.iter() {
        if entry.header > covered && is_header(input, covered) {
            odd(explorer, covered, "a member that the directory does not name");
        }
        if entry.header < covered && covered > end.before {
            odd(explorer, entry.header, "two members share their bytes");
        }
        let least = entry.header.saturating_add(30 + entry.name.len() as u64);
        covered = least.saturating_add(entry.packed).max(covered);
        if let Ok(located) = locate(input, entry) {
            covered = located.data.saturating_add(entry.packed).max(covered);
        }
        // Behind the data there may be a descriptor of up to 24 bytes.
        if entry.flags & 1 << 3 != 0 {
            let descriptor = read_some(input, covered, 24).unwrap_or_default();
            let next = memchr::memmem::find(&descriptor, b"PK\x03\x04")
                .or_else(|| memchr::memmem::find(&descriptor, b"PK\x01\x02"));
            covered += next.unwrap_or(descriptor.len()) as u64;
        }
    }
    if covered < end.directory && is_header(input, covered) {
        odd(explorer, covered, "a member that the directory does not name");
    }
}

fn is_header(input: &dyn Input, at: u64) -> bool {
    read_some(input, at, 4).is_ok_and(|bytes| bytes == b"PK\x03\x04")
}

fn member(explorer: &mut Explorer<'_>, input: &dyn Input, entry: &Entry) {
    let located = match locate(input, entry) {
        Ok(located) => located,
        Err(error) => {
            explorer.journal.trouble(format!("could not be read: {error}"));
            return;
        }
    };
    for what in &located.differences {
        let text = format!("`{}`: {what}", shortened(&entry.name));
        explorer
            .journal
            .sign(Sign::ZipConfusion, "archive", entry.header, *what, text);
    }
    if entry.name.ends_with('/') && entry.unpacked == 0 {
        return;
    }
    if let Some(why) = opaque(entry) {
        let text = format!("the member `{}` {why}", shortened(&entry.name));
        explorer
            .journal
            .sign(Sign::Opaque, "archive", entry.header, shortened(&entry.name), text);
        // A flag can be set on bytes that are not encrypted at all: what lies there is looked at all the same.
        if entry.flags & 1 == 0 {
            return;
        }
    }
    let window = Window::new(input, located.data, entry.packed);
    let packing = packing(entry.method).unwrap_or(Packing::None);
    let packed = Packed {
        input: &window,
        start: 0,
        packing,
    };
    if entry.is_link {
        link(explorer, &packed, entry);
    }
    explorer.within(&entry.name, |explorer| {
        if packing == Packing::None {
            explorer.file(&entry.name, &window);
        } else {
            explorer.packed(&entry.name, &packed);
        }
    });
    if entry.unpacked <= MAX_CHECKED && is_structure(&entry.name) {
        check_sum(explorer, &packed, entry);
    }
}

fn link(explorer: &mut Explorer<'_>, packed: &Packed<'_>, entry: &Entry) {
    let (target, _) = held(packed.open(explorer.budget).as_mut(), 4096);
    let target = String::from_utf8_lossy(&target).into_owned();
    check_name(&target, entry.at, explorer.journal);
}

/// Whether a member of this name is one that loaders read for its structure, and not a tensor.
fn is_structure(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".pkl", ".pickle", ".json", ".py"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// Loaders differ in what they do about a wrong checksum.
fn check_sum(explorer: &mut Explorer<'_>, packed: &Packed<'_>, entry: &Entry) {
    let (bytes, end) = held(packed.open(explorer.budget).as_mut(), CHECKED_BYTES);
    if entry.flags & 1 == 0 && end.is_ok_and(|is_whole| is_whole) && crc32fast::hash(&bytes) != entry.crc {
        let text = format!("`{}`: its checksum is wrong", shortened(&entry.name));
        explorer.journal.sign(
            Sign::ZipConfusion,
            "archive",
            entry.header,
            "its checksum is wrong",
            text,
        );
    }
}
