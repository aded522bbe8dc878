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

    /// Takes an argument out, with the comma that it needs. `None` where it cannot go: others would get its place, or a comment stands
    /// beside it.
    pub(crate) fn remove(&self, names: &[ArgumentName]) -> Option<Option<(Span, String)>> {
        let Some(index) = self.given(names) else {
            return Some(None);
        };
        let argument = self.arguments[index];
        let behind = &self.arguments[index + 1..];
        if argument.name.is_none() && behind.iter().any(|one| one.name.is_none()) {
            return None;
        }
        let span = if index > 0 {
            Span::new(self.arguments[index - 1].whole.end, argument.whole.end)
        } else if let Some(next) = behind.first() {
            Span::new(argument.whole.start, next.whole.start)
        } else {
            let rest = &self.text[argument.whole.end..self.inside.end];
            let white = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let comma = if rest.get(white) == Some(&b',') { white + 1 } else { 0 };
            Span::new(argument.whole.start, argument.whole.end + comma)
        };
        // Between two arguments a `#` can only begin a comment.
        let around = [
            Span::new(span.start, argument.whole.start.max(span.start)),
            Span::new(argument.whole.end.min(span.end), span.end),
        ];
        let has_comment = around.iter().any(|gap| self.text[gap.range()].contains(&b'#'));
        (!has_comment).then_some(Some((span, String::new())))
    }

    /// The white space before `offset`, if nothing else stands before it on its line.
    fn indent_of(&self, offset: usize) -> Option<&str> {
        let start = memchr::memrchr(b'\n', &self.text[self.inside.start..offset])? + 1 + self.inside.start;
        let before = std::str::from_utf8(&self.text[start..offset]).ok()?;
        before.trim().is_empty().then_some(before)
    }
}
