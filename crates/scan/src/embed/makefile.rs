//! Recipes of makefiles, and what `$(shell …)` runs.
//!
//! Source: [GNU make: recipe syntax](https://www.gnu.org/software/make/manual/html_node/Recipe-Syntax.html).

use memchr::memmem;
use weighbridge_core::{SourcePath, Span};

use super::Split;
use super::piece::{Piece, lines};

/// `Makefile`, `GNUmakefile`, `rules.mk`.
pub(super) fn is_one(path: &SourcePath) -> bool {
    let names: [&[u8]; 3] = [b"Makefile", b"makefile", b"GNUmakefile"];
    names.contains(&path.file_name()) || path.extension() == Some(b"mk")
}

pub(super) fn split(text: &[u8]) -> Split {
    let mut split = Split::default();
    let mut recipe = Piece::shell();
    let mut is_continued = false;
    for line in lines(text) {
        let bytes = &text[line.range()];
        let is_recipe = bytes.starts_with(b"\t") || (is_continued && !recipe.is_blank());
        if !is_recipe {
            if !bytes.trim_ascii().is_empty() && !bytes.starts_with(b"#") && !recipe.is_blank() {
                split.pieces.push(std::mem::replace(&mut recipe, Piece::shell()));
            }
            split.pieces.extend(shell_calls(text, line));
            is_continued = false;
            continue;
        }
        let skipped = bytes.iter().take_while(|byte| **byte == b'\t').count();
        // `@` and the like before a command are for make.
        let marks = bytes[skipped..]
            .iter()
            .take_while(|byte| b"@-+ ".contains(byte))
            .count();
        let skipped = skipped + if is_continued { 0 } else { marks };
        push(&mut recipe, text, Span::new(line.start + skipped, line.end));
        is_continued = bytes.trim_ascii_end().ends_with(b"\\");
    }
    split.pieces.push(recipe);
    split.pieces.retain(|piece| !piece.is_blank());
    split
}

/// Appends a part of a recipe as the shell gets it: `$$` is a dollar, `$(shell x)` is `$(x)`, and `$(NAME)` a variable.
fn push(piece: &mut Piece, text: &[u8], span: Span) {
    let mut at = span.start;
    while let Some(dollar) = memchr::memchr(b'$', &text[at..span.end]).map(|found| at + found) {
        piece.copy(text, Span::new(at, dollar));
        match text.get(dollar + 1..span.end).and_then(<[u8]>::first) {
            Some(b'$') => {
                piece.copy(text, Span::new(dollar + 1, dollar + 2));
                at = dollar + 2;
            }
            Some(b'(') => {
                let rest = &text[dollar + 2..span.end];
                if let Some(command) = rest.strip_prefix(b"shell ") {
                    piece.copy(text, Span::new(dollar, dollar + 2));
                    at = span.end - command.len();
                } else {
                    let length = closing(rest);
                    // What the variable holds is not known; that there is one is.
                    piece.copy(text, Span::new(dollar, dollar + 1));
                    piece.add(b"{MAKE}");
                    at = (dollar + 2 + length + 1).min(span.end);
                }
            }
            _ => {
                piece.copy(text, Span::new(dollar, dollar + 1));
                at = dollar + 1;
            }
        }
    }
    piece.copy(text, Span::new(at, span.end));
}

/// Bytes before the bracket that closes what was opened before `text`; all of them if none does.
fn closing(text: &[u8]) -> usize {
    let mut depth = 0_usize;
    let close = text.iter().position(|byte| {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return true,
            b')' => depth -= 1,
            _ => {}
        }
        false
    });
    close.unwrap_or(text.len())
}

/// What `$(shell …)` runs outside of recipes.
fn shell_calls(text: &[u8], line: Span) -> Vec<Piece> {
    const CALL: &[u8] = b"$(shell ";
    let mut pieces = Vec::new();
    let mut at = line.start;
    while let Some(found) = memmem::find(&text[at..line.end], CALL) {
        let start = at + found + CALL.len();
        at = start + closing(&text[start..line.end]);
        let mut piece = Piece::shell();
        push(&mut piece, text, Span::new(start, at));
        pieces.push(piece);
    }
    pieces
}
