//! Lists of images, one on a line, in files that end in `.images`.

use weighbridge_core::{SourcePath, Span};

use super::ImageReference;
use super::text::reference;

pub(super) fn is_one(path: &SourcePath) -> bool {
    path.extension() == Some(b"images")
}

pub(super) fn read(text: &str, found: &mut Vec<ImageReference>) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let name = line.split('#').next().unwrap_or_default().trim();
        let start = at + line.find(name).unwrap_or(0);
        if !name.is_empty() {
            found.push(reference(Span::new(start, start + name.len()), name));
        }
        at += line.len();
    }
}
