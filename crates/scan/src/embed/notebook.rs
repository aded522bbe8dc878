//! Jupyter notebooks: the code cells as one text in the language of the kernel, and what magics give to other programs.
//!
//! Cells are one text because they share their names: an import in the first cell counts in the last. Sources:
//! [nbformat](https://nbformat.readthedocs.io/en/latest/format_description.html),
//! [magics of IPython](https://ipython.readthedocs.io/en/stable/interactive/magics.html).

use weighbridge_core::Span;

use super::Split;
use super::json::{Reader, push_value};
use super::piece::{Piece, indent, lines, without_line_end};

/// A code cell: the strings that make its text.
type Cell = Vec<Span>;

#[derive(Default)]
struct Notebook<'t> {
    cells: Vec<Cell>,
    /// The language by `language_info`, and by `kernelspec`.
    languages: [Option<&'t [u8]>; 2],
}

pub(super) fn split(text: &[u8]) -> Split {
    let mut split = Split::default();
    if text.trim_ascii().is_empty() {
        return split;
    }
    let mut notebook = Notebook::default();
    if read(text, &mut notebook).is_none() {
        split.trouble = Some("it is no JSON");
    }
    let language = notebook.languages.into_iter().flatten().next().unwrap_or(b"python");
    let Some(mut main) = Piece::called(language) else {
        return split;
    };
    let is_python = main.language == crate::language::PYTHON;
    for cell in &notebook.cells {
        let mut code = Piece::shell();
        cell.iter().for_each(|part| push_value(&mut code, text, *part));
        code.add(b"\n");
        if is_python {
            divide(&code, text, &mut main, &mut split.pieces);
        } else {
            hand_on(&code, text, Span::new(0, code.text.text().len()), &mut main);
        }
    }
    split.pieces.push(main);
    split.pieces.retain(|piece| !piece.is_blank());
    split
}

fn read<'t>(text: &'t [u8], notebook: &mut Notebook<'t>) -> Option<()> {
    let mut reader = Reader::new(text);
    reader.object(|reader, key| match key {
        b"cells" => cells(reader, notebook),
        // Version 3 has sheets around its cells.
        b"worksheets" if reader.peek()? == b'[' => reader.list(|reader| {
            reader.object(|reader, key| match key {
                b"cells" => cells(reader, notebook),
                _ => reader.skip(),
            })
        }),
        b"metadata" if reader.peek()? == b'{' => metadata(reader, notebook),
        _ => reader.skip(),
    })
}

fn cells(reader: &mut Reader<'_>, notebook: &mut Notebook<'_>) -> Option<()> {
    if reader.peek()? != b'[' {
        return reader.skip();
    }
    let text = reader.text;
    reader.list(|reader| {
        let mut strings = Vec::new();
        let mut is_code = false;
        let read = reader.object(|reader, key| match key {
            b"cell_type" if reader.peek()? == b'"' => {
                let kind = reader.string()?;
                is_code = &text[kind.range()] == b"code";
                Some(())
            }
            b"source" | b"input" => reader.strings(&mut strings),
            _ => reader.skip(),
        });
        // Of a cell that ends in the middle, what is there counts.
        if is_code || (read.is_none() && !strings.is_empty()) {
            notebook.cells.push(strings);
        }
        read
    })
}

fn metadata<'t>(reader: &mut Reader<'t>, notebook: &mut Notebook<'t>) -> Option<()> {
    let text = reader.text;
    reader.object(|reader, key| {
        let (place, name): (usize, &[u8]) = match key {
            b"language_info" => (0, b"name"),
            b"kernelspec" => (1, b"language"),
            _ => return reader.skip(),
        };
        if reader.peek()? != b'{' {
            return reader.skip();
        }
        reader.object(|reader, key| {
            if key != name || reader.peek()? != b'"' {
                return reader.skip();
            }
            let value = reader.string()?;
            notebook.languages[place] = Some(&text[value.range()]);
            Some(())
        })
    })
}

/// Appends a part of the text of a cell to another piece, with its way back.
fn hand_on(code: &Piece, source: &[u8], span: Span, to: &mut Piece) {
    code.text.hand_on(source, span, &mut to.text);
}

/// Magics before whose argument, and in whose cells, there is Python.
const TRANSPARENT: [&[u8]; 8] = [
    b"time", b"timeit", b"prun", b"capture", b"python", b"python3", b"debug", b"memit",
];
/// Magics whose argument is a line for the shell, and those that are its first word.
const SYSTEM: [&[u8]; 3] = [b"system", b"sx", b"sc"];
const COMMANDS: [&[u8]; 3] = [b"pip", b"conda", b"uv"];

/// Divides a cell between Python and the programs that magics call.
fn divide(code: &Piece, source: &[u8], python: &mut Piece, others: &mut Vec<Piece>) {
    let text = code.text.text();
    let mut rest = 0;
    let first = lines(text).find(|line| !text[line.range()].trim_ascii().is_empty());
    if let Some(line) = first
        && let Some(magic) = text[line.range()].trim_ascii_start().strip_prefix(b"%%")
    {
        let mut words = magic.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let name = words.next().unwrap_or_default();
        if !TRANSPARENT.contains(&name) {
            let language = match name {
                b"script" => words.next(),
                b"writefile" | b"file" => words
                    .next_back()
                    .and_then(|path| path.rsplit(|byte| *byte == b'.').next()),
                b"system" | b"sx" | b"!" => Some(&b"sh"[..]),
                name => Some(name),
            };
            if let Some(mut piece) = language.and_then(Piece::called) {
                hand_on(code, source, Span::new(line.end, text.len()), &mut piece);
                others.push(piece);
            }
            return;
        }
        rest = line.end;
    }
    let mut all = lines(&text[rest..]).map(|line| Span::new(rest + line.start, rest + line.end));
    while let Some(line) = all.next() {
        let (before, command) = match line_kind(text, line) {
            Line::Python => {
                hand_on(code, source, line, python);
                continue;
            }
            Line::Transparent(before, rest) => {
                hand_on(code, source, before, python);
                hand_on(code, source, rest, python);
                continue;
            }
            Line::Command(before, command) => (before, command),
        };
        let mut shell = Piece::shell();
        hand_on(code, source, command, &mut shell);
        let mut last = line;
        while text[without_line_end(text, last).range()].ends_with(b"\\") {
            let Some(next) = all.next() else { break };
            hand_on(code, source, next, &mut shell);
            last = next;
        }
        others.push(shell);
        hand_on(code, source, before, python);
        python.add(b"None\n");
    }
}

/// What a line of a cell is.
enum Line {
    Python,
    /// A magic before Python: what stands before and behind it.
    Transparent(Span, Span),
    /// `!ls`, `x = !ls`, `%system ls`: what stands before the command, and the command. Empty for a magic that calls nothing.
    Command(Span, Span),
}

fn line_kind(text: &[u8], line: Span) -> Line {
    let bytes = &text[line.range()];
    let mut start = indent(bytes);
    let is_magic = |rest: &[u8]| rest.starts_with(b"!") || rest.first() == Some(&b'%');
    if !is_magic(&bytes[start..]) {
        // `files = !ls`
        let Some(equals) = memchr::memchr(b'=', bytes) else {
            return Line::Python;
        };
        let is_target = |byte: &u8| byte.is_ascii_alphanumeric() || b"_,. ".contains(byte);
        let behind = equals + 1 + indent(&bytes[equals + 1..]);
        if !bytes[start..equals].iter().all(is_target) || !is_magic(&bytes[behind..]) {
            return Line::Python;
        }
        start = behind;
    }
    let before = Span::new(line.start, line.start + start);
    let rest = &bytes[start..];
    let from = |skipped: usize| Span::new(line.start + start + skipped, line.end);
    if rest.starts_with(b"!") {
        return Line::Command(before, from(rest.iter().take_while(|byte| **byte == b'!').count()));
    }
    let name = rest[1..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count();
    let name = &rest[1..=name];
    if TRANSPARENT.contains(&name) {
        let rest_at = 1 + name.len() + indent(&rest[1 + name.len()..]);
        return Line::Transparent(before, from(rest_at));
    }
    let skipped = if SYSTEM.contains(&name) {
        1 + name.len()
    } else if COMMANDS.contains(&name) {
        1
    } else {
        rest.len()
    };
    Line::Command(before, from(skipped))
}
