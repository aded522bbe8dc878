//! Edits a list of arguments between brackets.

use weighbridge_core::Span;
use weighbridge_rules::ArgumentName;

use super::line_end;

/// An argument as it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'t> {
    /// Its name, if it has one.
    pub(crate) name: Option<&'t [u8]>,
    /// All of it.
    pub(crate) whole: Span,
    /// The value.
    pub(crate) value: Span,
    /// Whether it may hold further arguments: `*args`.
    pub(crate) is_spread: bool,
}

/// The arguments of a call, in order.
#[derive(Debug)]
pub(crate) struct List<'t> {
    pub(crate) text: &'t [u8],
    /// What stands between the brackets.
    pub(crate) inside: Span,
    pub(crate) arguments: Vec<Written<'t>>,
}

impl List<'_> {
    /// The index of the first of `names` that is given.
    fn given(&self, names: &[ArgumentName]) -> Option<usize> {
        names.iter().find_map(|name| match name {
            ArgumentName::Position(position) => {
                let argument = self.arguments.get(*position)?;
                let is_sure = self.arguments[..=*position]
                    .iter()
                    .all(|one| one.name.is_none() && !one.is_spread);
                (is_sure && !argument.is_spread).then_some(*position)
            }
            ArgumentName::Keyword(keyword) => {
                let is_it = |one: &Written<'_>| one.name == Some(keyword.as_bytes());
                self.arguments.iter().position(is_it)
            }
        })
    }

    /// Whether one of `names` is given.
    pub(crate) fn is_given(&self, names: &[ArgumentName]) -> bool {
        self.given(names).is_some()
    }

    /// Gives an argument this value. `None` where it already has it, or where no name says how to add it.
    pub(crate) fn set(&self, names: &[ArgumentName], value: &str) -> Option<(Span, String)> {
        if let Some(index) = self.given(names) {
            let span = self.arguments[index].value;
            return (self.text[span.range()] != *value.as_bytes()).then(|| (span, value.to_owned()));
        }
        let keyword = names.iter().find_map(|name| match name {
            ArgumentName::Keyword(keyword) => Some(keyword),
            ArgumentName::Position(_) => None,
        })?;
        let Some(last) = self.arguments.last() else {
            return Some((
                Span::new(self.inside.start, self.inside.start),
                format!("{keyword}={value}"),
            ));
        };
        let separator = match self.indent_of(last.whole.start) {
            Some(indent) => format!(",{}{indent}", line_end(self.text)),
            None => ", ".to_owned(),
        };
        let end = last.whole.end;
        Some((Span::new(end, end), format!("{separator}{keyword}={value}")))
    }

    /// Takes out the first that is given of each of `wanted`, with the commas that they need. `None` where one cannot go: others would
    /// get its place, or a comment stands beside it.
    pub(crate) fn remove(&self, wanted: &[&[ArgumentName]]) -> Option<Vec<(Span, String)>> {
        let gone: Vec<_> = wanted.iter().filter_map(|names| self.given(names)).collect();
        let mut edits = Vec::new();
        for &index in &gone {
            let mut behind = (index + 1..self.arguments.len()).filter(|other| !gone.contains(other));
            let is_positional = |index: usize| self.arguments[index].name.is_none();
            if is_positional(index) && behind.any(is_positional) {
                return None;
            }
            edits.push((self.with_comma(index)?, String::new()));
        }
        Some(edits)
    }

    /// What goes when an argument goes.
    fn with_comma(&self, index: usize) -> Option<Span> {
        let argument = self.arguments[index];
        let rest = &self.text[argument.whole.end..self.inside.end];
        let white = |rest: &[u8]| rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let comma = white(rest);
        let behind_comma = argument.whole.end + if rest.get(comma) == Some(&b',') { comma + 1 } else { 0 };
        if let Some(indent) = self.indent_of(argument.whole.start) {
            // Lines of its own go as a whole.
            let blanks = self.text[behind_comma..]
                .iter()
                .take_while(|byte| b" \t\r".contains(byte))
                .count();
            if self.text.get(behind_comma + blanks) == Some(&b'\n') {
                return Some(Span::new(
                    argument.whole.start - indent.len(),
                    behind_comma + blanks + 1,
                ));
            }
        }
        let span = if index > 0 {
            Span::new(self.arguments[index - 1].whole.end, argument.whole.end)
        } else if let Some(next) = self.arguments.get(1) {
            Span::new(argument.whole.start, next.whole.start)
        } else {
            Span::new(argument.whole.start, behind_comma)
        };
        // Between two arguments a `#` can only begin a comment.
        let around = [
            Span::new(span.start, argument.whole.start.max(span.start)),
            Span::new(argument.whole.end.min(span.end), span.end),
        ];
        let has_comment = around.iter().any(|gap| self.text[gap.range()].contains(&b'#'));
        (!has_comment).then_some(span)
    }

    /// The white space before `offset`, if nothing else stands before it on its line.
    fn indent_of(&self, offset: usize) -> Option<&str> {
        let start = memchr::memrchr(b'\n', &self.text[self.inside.start..offset])? + 1 + self.inside.start;
        let before = std::str::from_utf8(&self.text[start..offset]).ok()?;
        before.trim().is_empty().then_some(before)
    }
}
