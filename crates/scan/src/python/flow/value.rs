//! What a value can be: what is known of it, and where its parts come from.

use std::collections::BTreeMap;
use std::rc::Rc;

use weighbridge_core::{Origin, Span};
use weighbridge_rules::SinkKind;

use super::shell::{is_shell, is_shell_flag};

/// Of longer texts no more is known than whether they are constant.
pub(crate) const MAX_TEXT: usize = 4096;
/// The same holds for collections with more items than this, those in their items included: values are compared and joined item by item.
const MAX_ITEMS: usize = 256;
/// Steps remembered of one way; what lies between is left out.
const MAX_STEPS: usize = 64;

/// The content of a constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    Text(Rc<str>),
    Number(i64),
    Boolean(bool),
    None,
}

impl Literal {
    /// What Python's `bool()` says of it.
    pub(crate) fn is_truthy(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => *number != 0,
            Self::Boolean(value) => *value,
            Self::None => false,
        }
    }

    /// The text that `str()` gives.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Boolean(true) => "True".to_owned(),
            Self::Boolean(false) => "False".to_owned(),
            Self::None => "None".to_owned(),
        }
    }
}

/// A constant key of a collection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Index(i64),
    Text(Rc<str>),
}

impl Key {
    pub(crate) fn of(literal: &Literal) -> Option<Self> {
        match literal {
            Literal::Text(text) => Some(Self::Text(Rc::clone(text))),
            Literal::Number(number) => Some(Self::Index(*number)),
            _ => None,
        }
    }
}

/// The known items of a collection.
pub(crate) type Items = BTreeMap<Key, Value>;

/// Kinds of sink for which a value is harmless.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Harmless(u16);

/// Set where it is known, and not only said by the name of a function.
const CERTAIN: u16 = 1 << 15;

impl Harmless {
    /// For every kind: a number, or text that was compared with a list.
    pub(crate) const EVERYWHERE: Self = Self(u16::MAX);
    /// A function says by its name that it checks or cleans: `validate_path(x)`.
    pub(crate) const SAID: Self = Self(!CERTAIN);

    pub(crate) const fn at(kinds: &[SinkKind]) -> Self {
        let mut bits = CERTAIN;
        let mut index = 0;
        while index < kinds.len() {
            bits |= 1 << kinds[index] as u16;
            index += 1;
        }
        Self(bits)
    }

    pub(crate) fn holds(self, kind: SinkKind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    pub(crate) fn is_certain(self) -> bool {
        self.0 & CERTAIN != 0
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// A place that a value passed, and the places before it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    span: Span,
    before: Option<Rc<Step>>,
    count: usize,
}

impl Step {
    pub(crate) fn first(span: Span) -> Rc<Self> {
        Rc::new(Self {
            span,
            before: None,
            count: 1,
        })
    }

    fn then(before: &Rc<Self>, span: Span) -> Rc<Self> {
        if before.count >= MAX_STEPS || before.span == span {
            return Rc::clone(before);
        }
        Rc::new(Self {
            span,
            before: Some(Rc::clone(before)),
            count: before.count + 1,
        })
    }

    /// The places in order, the source first.
    pub(crate) fn spans(&self) -> Vec<Span> {
        let mut spans: Vec<_> = std::iter::successors(Some(self), |step| step.before.as_deref())
            .map(|step| step.span)
            .collect();
        spans.reverse();
        spans
    }

    pub(crate) fn source(&self) -> Span {
        std::iter::successors(Some(self), |step| step.before.as_deref())
            .last()
            .map_or(self.span, |step| step.span)
    }
}

/// One of the places a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) origin: Origin,
    pub(crate) harmless: Harmless,
    pub(crate) way: Option<Rc<Step>>,
}

/// What is known of a value. Without parts it is constant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Value {
    literal: Option<Literal>,
    items: Option<Rc<Items>>,
    /// How many items it has, those in its items included.
    count: usize,
    /// The qualified name of the thing, as rules write it: `openai.OpenAI()`.
    name: Option<Rc<str>>,
    /// At most one for each origin.
    parts: Vec<Part>,
    /// Whether the expression is still the source itself: `request.args` of `request.args["q"]`.
    is_source: bool,
    /// Whether it had items that cannot be told apart any more.
    is_mixed: bool,
    /// Whether it is a text that begins with the address of one server: `https://api.example.org/`.
    has_server: bool,
}

impl Value {
    /// Made by the program alone, content unknown.
    pub(crate) fn constant() -> Self {
        Self::default()
    }

    pub(crate) fn literal(literal: Literal) -> Self {
        let is_long = matches!(&literal, Literal::Text(text) if text.len() > MAX_TEXT);
        Self {
            literal: (!is_long).then_some(literal),
            ..Self::default()
        }
    }

    pub(crate) fn text(text: &str) -> Self {
        Self::literal(Literal::Text(text.into()))
    }

    pub(crate) fn boolean(value: bool) -> Self {
        Self::literal(Literal::Boolean(value))
    }

    /// Of this origin, with no place to show.
    pub(crate) fn from(origin: Origin) -> Self {
        Self::default().with_part(origin, None)
    }

    pub(crate) fn unknown() -> Self {
        Self::from(Origin::Unknown)
    }

    /// The source at `span` itself.
    pub(crate) fn source(origin: Origin, span: Span) -> Self {
        let mut value = Self::default().with_part(origin, Some(Step::first(span)));
        value.is_source = true;
        value
    }

    pub(crate) fn of_items(items: Items) -> Self {
        let mut value = Self::default();
        items.values().for_each(|item| value.add_parts(&item.parts));
        value.set_items(items);
        value
    }

    fn set_items(&mut self, items: Items) {
        let count = items.len() + items.values().map(|item| item.count).sum::<usize>();
        if count <= MAX_ITEMS {
            self.items = Some(Rc::new(items));
            self.count = count;
        } else {
            self.is_mixed = true;
        }
    }

    /// How much there is to look at when it is compared or joined.
    pub(crate) fn weight(&self) -> usize {
        1 + self.count
    }

    pub(crate) fn named(mut self, name: impl Into<Rc<str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    fn with_part(mut self, origin: Origin, way: Option<Rc<Step>>) -> Self {
        self.parts.push(Part {
            origin,
            harmless: Harmless::default(),
            way,
        });
        self
    }

    pub(crate) fn as_literal(&self) -> Option<&Literal> {
        self.literal.as_ref()
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.literal {
            Some(Literal::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn items(&self) -> Option<&Items> {
        self.items.as_deref()
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(crate) fn is_constant(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether the text does not tell where it comes from.
    pub(crate) fn is_decided_elsewhere(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| part.origin <= Origin::Parameter)
    }

    pub(crate) fn is_source(&self) -> bool {
        self.is_source
    }

    pub(crate) fn is_mixed(&self) -> bool {
        self.is_mixed
    }

    /// Whether it is true or false whatever happens.
    pub(crate) fn truth(&self) -> Option<bool> {
        if !self.is_constant() {
            return None;
        }
        let of_items = || self.items.as_ref().map(|items| !items.is_empty());
        self.literal.as_ref().map(Literal::is_truthy).or_else(of_items)
    }

    /// Something made of this and other values; no more is known than where they come from.
    pub(crate) fn made_of<'v>(values: impl IntoIterator<Item = &'v Self>) -> Self {
        let mut made = Self::default();
        values.into_iter().for_each(|value| made.add_parts(&value.parts));
        made
    }

    /// A text of these parts. Where the first names the server, the others do not.
    pub(crate) fn joined(parts: &[Self]) -> Self {
        let mut joined = Self::made_of(parts);
        let has_server = |first: &Self| first.has_server || first.as_text().is_some_and(settles_server);
        if parts.first().is_some_and(has_server) {
            joined.has_server = true;
            for part in &mut joined.parts {
                part.harmless = part.harmless.or(Harmless::at(&[SinkKind::Url]));
            }
        }
        joined
    }

    /// What an item of it can be.
    pub(crate) fn any_item(&self) -> Self {
        match &self.items {
            Some(items) => items
                .values()
                .cloned()
                .reduce(|one, other| one.or(&other))
                .unwrap_or_default(),
            None => Self::made_of([self]),
        }
    }

    /// What it is where it can be this or `other`.
    pub(crate) fn or(mut self, other: &Self) -> Self {
        if self == *other {
            return self;
        }
        self.has_server &= other.has_server;
        self.is_mixed |= other.is_mixed || self.items.is_some() != other.items.is_some();
        let is_shell_anyway = [&self, other].iter().all(|value| value.as_text().is_some_and(is_shell))
            || [&self, other]
                .iter()
                .all(|value| value.as_text().is_some_and(is_shell_flag));
        if self.literal != other.literal && !is_shell_anyway {
            self.literal = None;
        }
        self.count = 0;
        match (self.items.take(), &other.items) {
            (Some(mine), Some(theirs)) if mine.keys().eq(theirs.keys()) => {
                let pairs = mine.iter().zip(theirs.values());
                let joined = pairs.map(|((key, one), other)| (key.clone(), one.clone().or(other)));
                self.set_items(joined.collect());
            }
            (Some(_), Some(_)) => self.is_mixed = true,
            _ => {}
        }
        if self.name.is_none() {
            self.name.clone_from(&other.name);
        }
        self.is_source = false;
        self.add_parts(&other.parts);
        self
    }

    /// The same without its items and its content; it can be changed in ways that were not seen.
    pub(crate) fn blurred(&self) -> Self {
        let mut blurred = Self::made_of([self, &Self::unknown()]);
        blurred.is_mixed = self.items.is_some() || self.is_mixed;
        blurred.name.clone_from(&self.name);
        blurred
    }

    fn add_parts(&mut self, parts: &[Part]) {
        for part in parts {
            match self.parts.iter_mut().find(|known| known.origin == part.origin) {
                None => self.parts.push(part.clone()),
                Some(known) => {
                    let both = known.harmless.and(part.harmless);
                    // The way of the more dangerous one is shown.
                    if known.way.is_none() || (known.harmless != both && part.harmless == both) {
                        known.way.clone_from(&part.way);
                    }
                    known.harmless = both;
                }
            }
        }
    }

    /// Whether it is the same but for the way it came.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let kind = |value: &Self| -> Vec<(Origin, Harmless)> {
            let mut kind: Vec<_> = value.parts.iter().map(|part| (part.origin, part.harmless)).collect();
            kind.sort_unstable_by_key(|(origin, _)| *origin);
            kind
        };
        let items = |value: &Self| value.items.as_ref().map(|items| items.len());
        self.literal == other.literal && items(self) == items(other) && kind(self) == kind(other)
    }

    /// The same, known to have had items that cannot be told apart.
    pub(crate) fn mixed(mut self) -> Self {
        self.is_mixed = true;
        self
    }

    /// The value in the place at `span`; a step unless the one before stands on the same line.
    pub(crate) fn assigned(mut self, span: Span, line: &dyn Fn(usize) -> usize) -> Self {
        self.is_source = false;
        for part in &mut self.parts {
            if let Some(way) = &part.way
                && line(way.span.start) != line(span.start)
            {
                part.way = Some(Step::then(way, span));
            }
        }
        self
    }

    /// The source seen in a larger expression: `request.args` becomes `request.args["q"]`.
    pub(crate) fn widened(&self, span: Span) -> Self {
        let mut widened = Self::made_of([self]);
        widened.is_source = true;
        for part in &mut widened.parts {
            part.way = Some(Step::first(span));
        }
        widened
    }

    /// Made harmless for some sinks by what stands at `span`.
    pub(crate) fn tamed(&self, harmless: Harmless, span: Span) -> Self {
        let mut tamed = Self::made_of([self]);
        for part in &mut tamed.parts {
            part.harmless = part.harmless.or(harmless);
            part.way = Some(match &part.way {
                Some(way) => Step::then(way, span),
                None => Step::first(span),
            });
        }
        tamed
    }
}

/// Whether a URL names a server and something of what is there.
pub(crate) fn begins_with_server(text: &str) -> bool {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    rest.and_then(|rest| rest.find(['/', '?']))
        .is_some_and(|length| length > 0)
}

/// Whether what stands behind `text` does not decide the server: `/search?q=` is a path, `//` begins another server.
fn settles_server(text: &str) -> bool {
    let rest = text.strip_prefix('/');
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '\\'])) || begins_with_server(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Value {
        Value::source(Origin::Request, Span::new(0, 7))
    }

    #[test]
    fn what_is_either_of_two_constants_is_constant_and_has_no_content() {
        let either = Value::text("a").or(&Value::text("b"));

        assert!(either.is_constant());
        assert_eq!(either.as_literal(), None);
    }

    #[test]
    fn a_cleaned_and_an_uncleaned_part_together_are_not_clean() {
        let quoted = request().tamed(Harmless::at(&[SinkKind::Command]), Span::new(9, 12));

        let both = quoted.or(&request());

        assert_eq!(both.parts().len(), 1);
        assert!(!both.parts()[0].harmless.holds(SinkKind::Command));
        let way = both.parts()[0].way.as_ref().expect("the source has a place");
        assert_eq!(way.spans(), [Span::new(0, 7)]);
    }

    #[test]
    fn lists_of_different_length_are_mixed() {
        let list = |count: i64| Value::of_items((0..count).map(|at| (Key::Index(at), Value::text("x"))).collect());

        let either = list(1).or(&list(2));

        assert!(either.is_constant() && either.is_mixed() && either.items().is_none());
    }
}
