//! Text that is encoded so that no reader sees what it says: base64, hexadecimal digits, percent signs.
//!
//! Candidates only: `crate::decoded` reads what they say, and keeps those that say something.

use weighbridge_core::{Detection, Span};

use crate::decoded::decode;
use crate::detect::{Input, detection};
use crate::prompt::RegionKind;

/// Shorter runs are names, digests and colours.
const LEAST: usize = 40;
/// So many candidates of one file are looked at.
const MOST: usize = 1_000;

/// Runs of characters that decode to readable text.
pub(in crate::detect) fn payloads(input: &Input<'_>, found: &mut Vec<Detection>) {
    let Some(prompt) = input.prompt else { return };
    let text = input.source.bytes();
    let mut candidates = 0;
    for (span, kind) in &prompt.regions {
        if matches!(kind, RegionKind::Placeholder | RegionKind::Template | RegionKind::Token) {
            continue;
        }
        let mut at = span.start;
        while at < span.end && candidates < MOST {
            let rest = &text[at..span.end];
            let length = rest.iter().position(|byte| !is_part(*byte)).unwrap_or(rest.len());
            if length >= LEAST {
                let run = Span::new(at, at + length);
                candidates += 1;
                if decode(&text[run.range()]).is_some() {
                    found.extend(input.uses.iter().map(|rule| detection(rule, run, run)));
                }
            }
            at += length.max(1);
        }
    }
}

/// Base64 in both alphabets, hexadecimal digits, and percent signs before two of them.
fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=-_%".contains(&byte)
}
