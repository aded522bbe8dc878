//! Shows what changes in a text, as a unified diff.

use anyhow::Result;
use git2::{DiffOptions, Patch};
use weighbridge_core::SourcePath;

use crate::console::harmless;
use crate::failure::failure_because;

/// Lines around a change.
const CONTEXT_LINES: u32 = 3;

/// Appends the difference between two texts of one file, which may be shown.
///
/// # Errors
///
/// Texts too large for git's library.
pub(super) fn write(name: &SourcePath, before: &[u8], after: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let mut options = DiffOptions::new();
    options.context_lines(CONTEXT_LINES).force_text(true);
    let patch = Patch::from_buffers(before, None, after, None, Some(&mut options));
    let text = patch.and_then(|mut patch| patch.to_buf());
    let text = text.map_err(|error| failure_because("cannot compare the texts", error, "leave `--diff` out"))?;
    // The header names no file; ours does.
    let body = memchr::memmem::find(&text, b"\n@@ ").map_or(&[][..], |at| &text[at + 1..]);
    let name = harmless(&name.to_string());
    out.extend_from_slice(format!("--- {name}\n+++ {name}\n").as_bytes());
    out.extend_from_slice(body);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_the_file_and_shows_the_lines() {
        let mut out = Vec::new();

        write(&SourcePath::new(b"a b.py"), b"1\n2\n3", b"1\nzwei\n3", &mut out).unwrap();

        let shown = String::from_utf8(out).unwrap();
        assert_eq!(
            shown,
            "--- a b.py\n+++ a b.py\n@@ -1,3 +1,3 @@\n 1\n-2\n+zwei\n 3\n\\ No newline at end of file\n"
        );
    }
}
