//! `scripts` of `package.json`: each is a line for the shell.
//!
//! Source: [npm: scripts](https://docs.npmjs.com/cli/v11/using-npm/scripts).

use super::Split;
use super::json::{Reader, push_value};
use super::piece::Piece;

pub(super) fn split(text: &[u8]) -> Split {
    let mut split = Split::default();
    if memchr::memmem::find(text, b"\"scripts\"").is_none() {
        return split;
    }
    let read = Reader::new(text).object(|reader, key| {
        if key != b"scripts" || reader.peek()? != b'{' {
            return reader.skip();
        }
        reader.object(|reader, _| {
            if reader.peek()? != b'"' {
                return reader.skip();
            }
            let value = reader.string()?;
            let mut piece = Piece::shell();
            push_value(&mut piece, text, value);
            split.pieces.push(piece);
            Some(())
        })
    });
    if read.is_none() {
        split.trouble = Some("it is no JSON");
    }
    split
}
