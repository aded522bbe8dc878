//! Files that a prompt pulls in from outside of its repository.

use weighbridge_core::Detection;

use crate::detect::{Input, detection};

/// Imports whose target is absolute, in somebody's home, or above the folder of the whole scan.
pub(in crate::detect) fn escapes(input: &Input<'_>, found: &mut Vec<Detection>) {
    let Some(prompt) = input.prompt else { return };
    let depth = memchr::memchr_iter(b'/', input.source.path().as_bytes()).count();
    for import in &prompt.imports {
        let target = &input.source.bytes()[import.target.range()];
        if is_outside(target, depth) {
            found.extend(input.uses.iter().map(|rule| detection(rule, import.span, import.span)));
        }
    }
}

/// Whether a path leads out of a folder that lies `depth` folders above the file.
fn is_outside(target: &[u8], depth: usize) -> bool {
    let is_drive = matches!(target, [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    if target.starts_with(b"~/") || is_drive || target.starts_with(br"\\") {
        return true;
    }
    // `/docs/x.md` is often meant from the root of the repository.
    if target.starts_with(b"/") {
        let roots: [&[u8]; 12] = [
            b"/etc/", b"/home/", b"/Users/", b"/root/", b"/var/", b"/opt/", b"/tmp/", b"/proc/", b"/usr/", b"/mnt/",
            b"/srv/", b"/run/",
        ];
        return roots.iter().any(|root| target.starts_with(root));
    }
    let mut level = 0_usize;
    for part in target.split(|byte| matches!(byte, b'/' | b'\\')) {
        match part {
            b".." if level == depth => return true,
            b".." => level += 1,
            _ => {}
        }
    }
    false
}
