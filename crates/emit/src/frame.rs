//! One line of an excerpt, cut to the width of the terminal, and the marks below it.

use unicode_width::UnicodeWidthChar as _;
use weighbridge_core::{Excerpt, ExcerptLine};

use crate::shown::command_breaks;

/// What a tab is drawn as: its width must not depend on what stands before it.
const TAB: &str = "    ";
/// Columns shown before the mark when a line is cut.
const BEFORE: usize = 12;

/// A line as drawn.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The text; takes one column a unit of the marks, wide characters two.
    pub(crate) text: String,
    /// First column (from 0) and number of columns of the mark.
    pub(crate) mark: Option<(usize, usize)>,
}

/// The line as drawn in at most `room` columns (0: as many as it takes).
pub(crate) fn row(line: &ExcerptLine, room: usize) -> Row {
    let cells = cells(line);
    let column_of = |offset: usize| -> usize {
        let before = cells.iter().take_while(|cell| cell.offset < offset);
        before.map(|cell| cell.width).sum()
    };
    let marked = line.mark.map(|mark| {
        let (from, to) = without_margins(&line.text, mark);
        (column_of(from), column_of(to))
    });
    let columns: usize = cells.iter().map(|cell| cell.width).sum();
    if room == 0 || columns <= room {
        return Row {
            text: cells.iter().map(|cell| cell.character).collect(),
            mark: marked.map(|(from, to)| (from, (to - from).max(1))),
        };
    }
    let (from, to) = marked.unwrap_or_default();
    // One column is kept for the `…` behind.
    let first = if to < room {
        0
    } else {
        from.saturating_sub(BEFORE.min(room / 3))
    };
    let last = first + room.saturating_sub(1);
    let is_cut_before = usize::from(first > 0);
    let mut text = String::new();
    let mut column = 0;
    for cell in &cells {
        let start = column;
        column += cell.width;
        if start < first + is_cut_before || column > last {
            continue;
        }
        if first > 0 && text.is_empty() {
            // A wide character that the edge divides leaves one column empty.
            text.push('…');
            text.push_str(&" ".repeat(start - first - 1));
        }
        text.push(cell.character);
    }
    if last < columns {
        text.push('…');
    }
    Row {
        text,
        mark: marked.map(|(from, to)| {
            let from = from.clamp(first, last) - first;
            (from, (to.clamp(first, last) - first).saturating_sub(from).max(1))
        }),
    }
}

/// The excerpt as plain lines behind a gutter, with a line of `^` below each mark.
///
/// No line begins with scanned text, and none holds a command to a log runner.
pub(crate) fn plain(excerpt: &Excerpt) -> Vec<String> {
    let indent = excerpt.lines().last().map_or(1, |line| line.number.to_string().len());
    let mut drawn = Vec::new();
    for line in excerpt.lines() {
        let row = row(line, 0);
        drawn.push(format!("{:>indent$} | {}", line.number, row.text).trim_end().to_owned());
        if let Some((column, columns)) = row.mark {
            drawn.push(format!(
                "{:indent$} | {}{}",
                "",
                " ".repeat(column),
                "^".repeat(columns)
            ));
        }
    }
    drawn
}

/// The mark without the indentation at its beginning and the white space at its end, if anything is left.
fn without_margins(text: &str, (from, to): (usize, usize)) -> (usize, usize) {
    let marked = &text[from..to];
    let trimmed = marked.trim_start();
    if trimmed.is_empty() {
        return (from, to);
    }
    (to - trimmed.len(), from + marked.trim_end().len())
}

/// A character with the offset in the excerpt that it stands for.
struct Cell {
    character: char,
    offset: usize,
    width: usize,
}

fn cells(line: &ExcerptLine) -> Vec<Cell> {
    let mut breaks = command_breaks(&line.text).peekable();
    let mut cells = Vec::with_capacity(line.text.len());
    for (offset, character) in line.text.char_indices() {
        if breaks.next_if_eq(&offset).is_some() {
            cells.push(Cell {
                character: ' ',
                offset: offset.saturating_sub(1),
                width: 1,
            });
        }
        if character == '\t' {
            cells.extend(TAB.chars().map(|character| Cell {
                character,
                offset,
                width: 1,
            }));
        } else {
            let width = character.width().unwrap_or(0);
            cells.push(Cell {
                character,
                offset,
                width,
            });
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str, marked: &str, room: usize) -> String {
        let from = text.find(marked).expect("the mark is in the text");
        let line = ExcerptLine {
            number: 1,
            text: text.to_owned(),
            mark: Some((from, from + marked.len())),
        };
        let row = row(&line, room);
        let (column, columns) = row.mark.expect("the line is marked");
        format!("{}\n{}{}", row.text, " ".repeat(column), "^".repeat(columns))
    }

    #[test]
    fn tabs_and_wide_characters_keep_the_mark_below_its_text() {
        assert_eq!(drawn("\tx = eval(y)", "eval", 0), "    x = eval(y)\n        ^^^^");
        assert_eq!(
            drawn("密码🙂 = eval(密)", "eval(密)", 0),
            "密码🙂 = eval(密)\n         ^^^^^^^^"
        );
    }

    #[test]
    fn a_broken_command_keeps_the_mark_below_its_text() {
        assert_eq!(drawn("\"##[x]\"; eval", "eval", 0), "\"## [x]\"; eval\n          ^^^^");
        assert_eq!(drawn("##[x]", "[x]", 0), "## [x]\n   ^^^");
        assert_eq!(drawn("a##[x]", "a##", 0), "a## [x]\n^^^^");
    }

    #[test]
    fn a_line_is_cut_around_the_mark() {
        let text = format!("{}eval(x){}", "a".repeat(50), "b".repeat(50));

        assert_eq!(
            drawn(&text, "eval", 30),
            "…aaaaaaaaaeval(x)bbbbbbbbbbbb…\n          ^^^^"
        );
        assert_eq!(drawn("eval(x) and so on", "eval", 10), "eval(x) a…\n^^^^");
    }

    #[test]
    fn a_mark_leaves_out_the_indentation() {
        assert_eq!(drawn("  1, ", "  1, ", 0), "  1, \n  ^^");
        assert_eq!(drawn("a   b", "   ", 0), "a   b\n ^^^");
    }

    #[test]
    fn an_empty_mark_is_drawn_one_column_wide() {
        assert_eq!(drawn("x = ", "", 0), "x = \n^");
    }
}
