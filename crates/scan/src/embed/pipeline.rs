//! Steps of pipelines: `run:` of GitHub and Gitea, `script:` of GitLab and others.
//!
//! Read line by line and not by a YAML parser: what matters is where the text of a scalar stands, and a file that is no YAML any more
//! still shows its scripts. Sources: [GitHub](https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax),
//! [GitLab](https://docs.gitlab.com/ci/yaml/), [YAML 1.2 §8.1](https://yaml.org/spec/1.2.2/#81-block-scalar-styles).

use weighbridge_core::{SourcePath, Span};

use super::Split;
use super::piece::{Piece, indent, lines, without_line_end};

/// Keys whose value is a script, or a list of scripts.
const KEYS: [&[u8]; 6] = [
    b"run",
    b"script",
    b"before_script",
    b"after_script",
    b"bash",
    b"commands",
];

/// A workflow, an action, a pipeline.
pub(super) fn is_one(path: &SourcePath) -> bool {
    let name = path.file_name();
    let is_yaml = matches!(path.extension(), Some(b"yml" | b"yaml"));
    let whole = path.to_string();
    let folders = [
        ".github/workflows/",
        ".gitea/workflows/",
        ".forgejo/workflows/",
        ".gitlab/ci/",
        ".woodpecker/",
    ];
    let names: [&[u8]; 7] = [
        b"action.yml",
        b"action.yaml",
        b"azure-pipelines.yml",
        b"bitbucket-pipelines.yml",
        b".woodpecker.yml",
        b".drone.yml",
        b".travis.yml",
    ];
    is_yaml
        && (folders.iter().any(|folder| whole.contains(folder))
            || names.contains(&name)
            || name.ends_with(b".gitlab-ci.yml")
            || name.ends_with(b".gitlab-ci.yaml"))
}

/// A line, and where its first key or element begins.
#[derive(Clone, Copy)]
struct Line {
    span: Span,
    /// Bytes of indentation, dashes of lists not counted.
    indent: usize,
    /// Bytes of indentation and dashes: the column of the key.
    column: usize,
    is_blank: bool,
}

pub(super) fn split(text: &[u8]) -> Split {
    let all: Vec<_> = lines(text).map(|line| line_of(text, line)).collect();
    let mut split = Split::default();
    let mut at = 0;
    while at < all.len() {
        let line = all[at];
        at += 1;
        let Some((key, value)) = entry(text, line) else {
            continue;
        };
        if !KEYS.contains(&key) {
            // Text of another key is passed over, whatever it looks like.
            if is_block(&text[value.range()]) {
                at = end_of(&all, at, line.column);
            }
            continue;
        }
        let Some(language) = language(text, &all, at - 1) else {
            continue;
        };
        if text[value.range()].is_empty() {
            at = elements(text, &all, at, line.column, language, &mut split);
        } else {
            at = scalar(text, &all, at, value, line.column, language, &mut split);
        }
    }
    split.pieces.retain(|piece| !piece.is_blank());
    split
}

fn line_of(text: &[u8], line: Span) -> Line {
    let span = without_line_end(text, line);
    let bytes = &text[span.range()];
    let first = indent(bytes);
    let mut column = first;
    while bytes[column..].starts_with(b"- ") {
        column += 1 + indent(&bytes[column + 1..]);
    }
    Line {
        span,
        indent: first,
        column,
        is_blank: bytes.trim_ascii().is_empty(),
    }
}

/// The key on a line, and where its value stands, without a comment.
fn entry(text: &[u8], line: Line) -> Option<(&[u8], Span)> {
    let bytes = &text[line.span.start + line.column..line.span.end];
    let colon = bytes.iter().position(|byte| *byte == b':')?;
    let behind = &bytes[colon + 1..];
    if !behind.is_empty() && indent(behind) == 0 {
        return None;
    }
    let start = line.span.start + line.column + colon + 1 + indent(behind);
    Some((&bytes[..colon], without_comment(text, Span::new(start, line.span.end))))
}

/// A plain value ends before ` #`.
fn without_comment(text: &[u8], value: Span) -> Span {
    let bytes = &text[value.range()];
    let is_quoted = matches!(bytes.first(), Some(b'"' | b'\''));
    let comment = memchr::memmem::find(bytes, b" #").filter(|_| !is_quoted);
    let length = if bytes.starts_with(b"#") {
        0
    } else {
        comment.unwrap_or(bytes.len())
    };
    Span::new(value.start, value.start + bytes[..length].trim_ascii_end().len())
}

fn is_block(value: &[u8]) -> bool {
    matches!(value.first(), Some(b'|' | b'>'))
}

/// The index of the first line from `at` on that does not belong to a value whose key stands in `column`.
fn end_of(all: &[Line], at: usize, column: usize) -> usize {
    let behind = all[at..]
        .iter()
        .position(|line| !line.is_blank && line.indent <= column);
    behind.map_or(all.len(), |found| at + found)
}

/// The elements of a list of scripts below a key.
fn elements(text: &[u8], all: &[Line], mut at: usize, column: usize, language: &[u8], split: &mut Split) -> usize {
    while at < all.len() {
        let line = all[at];
        if line.is_blank || text[line.span.start + line.indent..].starts_with(b"#") {
            at += 1;
            continue;
        }
        if line.indent < column || line.column == line.indent {
            break;
        }
        let value = without_comment(text, Span::new(line.span.start + line.column, line.span.end));
        at = scalar(text, all, at + 1, value, line.indent, language, split);
    }
    at
}

/// A script: in a block, in quotes or as it is. Returns the index of the line behind it.
fn scalar(
    text: &[u8],
    all: &[Line],
    at: usize,
    value: Span,
    column: usize,
    language: &[u8],
    split: &mut Split,
) -> usize {
    let Some(mut piece) = Piece::called(language) else {
        return end_of(all, at, column);
    };
    let bytes = &text[value.range()];
    let end = end_of(all, at, column);
    let further = &all[at..end];
    if is_block(bytes) {
        let first = further.iter().find(|line| !line.is_blank);
        let depth = first.map_or(0, |line| line.indent);
        let is_folded = bytes[0] == b'>';
        for line in further {
            let start = line.span.start + line.indent.min(depth);
            push(&mut piece, text, Span::new(start.min(line.span.end), line.span.end));
            // A folded line goes on, if it is indented like the others.
            let goes_on = is_folded && !line.is_blank && line.indent == depth;
            piece.add(if goes_on { b" " } else { b"\n" });
        }
    } else {
        match bytes {
            [b'"', inside @ .., b'"'] if inside.contains(&b'\\') => {
                super::json::push_value(&mut piece, text, Span::new(value.start + 1, value.end - 1));
            }
            [b'"', .., b'"'] | [b'\'', .., b'\''] => push(&mut piece, text, Span::new(value.start + 1, value.end - 1)),
            [b'[' | b'{', ..] => return end,
            _ => {
                let skipped = usize::from(matches!(bytes.first(), Some(b'"' | b'\'')));
                push(&mut piece, text, Span::new(value.start + skipped, value.end));
                for line in further.iter().filter(|line| !line.is_blank) {
                    piece.add(b" ");
                    push(
                        &mut piece,
                        text,
                        Span::new(line.span.start + line.indent, line.span.end),
                    );
                }
            }
        }
        piece.add(b"\n");
    }
    split.pieces.push(piece);
    end
}

/// Appends a part of a script; of `${{ … }}`, which the runner fills in, it is only known that it is there.
fn push(piece: &mut Piece, text: &[u8], span: Span) {
    let mut at = span.start;
    while let Some(found) = memchr::memmem::find(&text[at..span.end], b"${{") {
        let dollar = at + found;
        let Some(close) = memchr::memmem::find(&text[dollar..span.end], b"}}") else {
            break;
        };
        piece.copy(text, Span::new(at, dollar + 1));
        piece.add(b"{EXPRESSION}");
        at = dollar + close + 2;
    }
    piece.copy(text, Span::new(at, span.end));
}

/// So far from a script `shell:` is looked for: more would cost the square of a file that is nothing but scripts.
const MAX_STEP_LINES: usize = 300;

/// The language of the script at line `at`: what `shell:` beside it says; `None` for one that is not known.
fn language<'t>(text: &'t [u8], all: &[Line], at: usize) -> Option<&'t [u8]> {
    let column = all[at].column;
    let from = at.saturating_sub(MAX_STEP_LINES);
    let to = all.len().min(at + MAX_STEP_LINES);
    let is_inside = |line: &&Line| line.is_blank || line.column >= column;
    // Upwards the first line of the element, with its dash, is the last that belongs to it.
    let mut before: Vec<&Line> = Vec::new();
    if all[at].indent == column {
        for line in all[from..at].iter().rev().take_while(is_inside) {
            before.push(line);
            if line.column == column && line.indent < column {
                break;
            }
        }
    }
    let behind = all[at + 1..to]
        .iter()
        .take_while(|line| line.is_blank || (line.column >= column && line.indent >= column));
    let beside = before
        .into_iter()
        .chain(behind)
        .filter(|line| line.column == column && !line.is_blank);
    let shell = beside
        .filter_map(|line| entry(text, *line))
        .find(|(key, _)| *key == b"shell")
        .map(|(_, value)| &text[value.range()]);
    let Some(shell) = shell else { return Some(b"sh") };
    let word = shell.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    match word {
        b"bash" | b"sh" | b"" => Some(b"sh"),
        b"python" => Some(b"python"),
        _ => None,
    }
}
