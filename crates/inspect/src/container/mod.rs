//! Files that hold other files.

pub(crate) mod packed;
pub(crate) mod tar;
mod xz;
pub(crate) mod zip;
mod zip_directory;
mod zip_member;

use crate::journal::Journal;
use crate::sign::Sign;

/// Notes a name that leads out of the folder into which the archive is unpacked.
fn check_name(name: &str, offset: u64, journal: &mut Journal) {
    let is_absolute = name.starts_with(['/', '\\']) || name.as_bytes().get(1) == Some(&b':');
    if is_absolute || name.split(['/', '\\']).any(|part| part == "..") {
        let text = format!("the member `{}` lies outside of the folder", shortened(name));
        journal.sign(Sign::ArchiveEscape, "archive", offset, shortened(name), text);
    }
}

/// A name that can be shown on a line.
pub(crate) fn shortened(name: &str) -> String {
    name.chars()
        .filter(|character| !character.is_control())
        .take(200)
        .collect()
}
