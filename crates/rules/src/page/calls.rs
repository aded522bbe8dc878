//! Reads a `## Calls` section.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::sections::{Section, line_of};
use super::{AtLine, Problem};
use crate::rule::{Argument, ArgumentName, CallItem, Condition, List, Test, Text};

/// The items of the list; `has_sink` says that the front matter names a sink, so that an item may and one must say where it is.
pub(super) fn parse(section: &Section<'_>, has_sink: bool) -> AtLine<Vec<CallItem>> {
    let mut items: Vec<CallItem> = Vec::new();
    for written in written_items(section) {
        let at = |problem| (written.line, problem);
        if written.depth == 1 {
            items.push(call_item(&written.tokens).map_err(at)?);
            continue;
        }
        let item = items.last_mut().ok_or_else(|| at(Problem::NoNames))?;
        if written.tokens == [Token::Word("any".into()), Token::Word("mention".into())] {
            item.any_mention = true;
        } else if let Some(sink) = sink(&written.tokens).map_err(at)? {
            let why = "an item says where the sink is, and nothing what it does";
            if !has_sink {
                return Err(at(Problem::Missing { key: "sink", why }));
            }
            item.sink = sink;
        } else {
            item.conditions.to_mut().push(condition(&written.tokens).map_err(at)?);
        }
    }
    if items.is_empty() {
        return Err((section.line, Problem::NoCalls));
    }
    if has_sink && items.iter().all(|item| item.sink.is_empty()) {
        return Err((section.line, Problem::LoneSink));
    }
    Ok(items)
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Code(String),
    Word(String),
}

pub(super) struct Written {
    pub(super) line: usize,
    pub(super) depth: usize,
    pub(super) tokens: Vec<Token>,
}

/// The list items of the section, outer before inner, each with its own text only.
pub(super) fn written_items(section: &Section<'_>) -> Vec<Written> {
    let mut items: Vec<Written> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for (event, range) in Parser::new(section.text).into_offset_iter() {
        match event {
            Event::Start(Tag::Item) => {
                let line = line_of(section.text, range.start, section.text_line);
                open.push(items.len());
                items.push(Written {
                    line,
                    depth: open.len(),
                    tokens: Vec::new(),
                });
            }
            Event::End(TagEnd::Item) => {
                open.pop();
            }
            Event::Code(code) => {
                if let Some(&item) = open.last() {
                    items[item].tokens.push(Token::Code(code.into_string()));
                }
            }
            Event::Text(text) => {
                if let Some(&item) = open.last() {
                    let words = text.replace(',', " , ");
                    items[item]
                        .tokens
                        .extend(words.split_whitespace().map(|word| Token::Word(word.to_owned())));
                }
            }
            _ => {}
        }
    }
    items
}

fn call_item(tokens: &[Token]) -> Result<CallItem, Problem> {
    let mut cursor = Cursor::new(tokens);
    let names = cursor.code_list().ok_or(Problem::NoNames)?;
    if let Some(name) = names.iter().find(|name| !is_qualified(name)) {
        return Err(Problem::BadName(name.to_string()));
    }
    if !cursor.is_at_end() {
        return Err(Problem::BadCondition {
            condition: shown(tokens),
            expected: "conditions in a list below the names",
        });
    }
    Ok(CallItem {
        names,
        conditions: List::Borrowed(&[]),
        any_mention: false,
        sink: List::Borrowed(&[]),
    })
}

/// `a.b`, `a.B().c`, `*.c`, `eval`; a module can be a path or a package of npm: `os/exec.Command`, `@scope/name.f`.
pub(super) fn is_qualified(name: &str) -> bool {
    let name = name.strip_prefix("*.").unwrap_or(name);
    name.split('.').all(|part| {
        let part = part.strip_suffix("()").unwrap_or(part);
        part.starts_with(|c: char| c.is_alphabetic() || "_$@".contains(c))
            && part.chars().all(|c| c.is_alphanumeric() || "_$@/-".contains(c))
    })
}

/// The names of "the sink is `0` or `args`"; nothing if the item is something else.
fn sink(tokens: &[Token]) -> Result<Option<List<ArgumentName>>, Problem> {
    let mut cursor = Cursor::new(tokens);
    if !cursor.word("the sink") {
        return Ok(None);
    }
    let names = if cursor.word("is") {
        cursor.argument_names()
    } else {
        None
    };
    match names {
        Some(names) if cursor.is_at_end() => Ok(Some(names)),
        _ => Err(Problem::BadCondition {
            condition: shown(tokens),
            expected: "`the sink is` and positions or names in backticks, with `or` between them",
        }),
    }
}

pub(super) fn condition(tokens: &[Token]) -> Result<Condition, Problem> {
    let mut cursor = Cursor::new(tokens);
    let fail = |expected| Problem::BadCondition {
        condition: shown(tokens),
        expected,
    };
    let argument = cursor.argument().ok_or_else(|| {
        fail("an argument: a position or name in backticks, `any argument`, `the target`, `the function` or `the file`")
    })?;
    let mut tests = vec![
        cursor
            .test()
            .ok_or_else(|| fail("a test such as `is missing`, `is true`, `is one of`, `matches`"))?,
    ];
    while cursor.word("or") {
        tests.push(cursor.test().ok_or_else(|| fail("a test behind `or`"))?);
    }
    if !cursor.is_at_end() {
        return Err(fail("the end of the condition"));
    }
    let imports = tests.iter().any(|test| matches!(test, Test::Imports(_)));
    if imports != (argument == Argument::File) {
        return Err(fail("`the file` together with `imports`"));
    }
    Ok(Condition {
        argument,
        tests: tests.into(),
    })
}

pub(super) fn shown(tokens: &[Token]) -> String {
    let words = tokens.iter().map(|token| match token {
        Token::Code(code) => format!("`{code}`"),
        Token::Word(word) => word.clone(),
    });
    words.collect::<Vec<_>>().join(" ")
}

pub(super) struct Cursor<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(tokens: &'a [Token]) -> Self {
        Self { tokens, at: 0 }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.tokens.len()
    }

    /// Steps over the words of `text` if they come next.
    pub(super) fn word(&mut self, text: &str) -> bool {
        let mut at = self.at;
        for word in text.split(' ') {
            if !matches!(self.tokens.get(at), Some(Token::Word(found)) if found == word) {
                return false;
            }
            at += 1;
        }
        self.at = at;
        true
    }

    pub(super) fn code(&mut self) -> Option<Text> {
        let Some(Token::Code(code)) = self.tokens.get(self.at) else {
            return None;
        };
        self.at += 1;
        Some(code.clone().into())
    }

    pub(super) fn code_list(&mut self) -> Option<List<Text>> {
        let mut codes = vec![self.code()?];
        while self.word(",") {
            codes.push(self.code()?);
        }
        Some(codes.into())
    }

    fn argument(&mut self) -> Option<Argument> {
        for (words, argument) in [
            ("any argument", Argument::Any),
            ("the target", Argument::Target),
            ("the function", Argument::Function),
            ("the file", Argument::File),
        ] {
            if self.word(words) {
                return Some(argument);
            }
        }
        self.argument_names().map(Argument::Given)
    }

    /// Positions and names with `or` between them.
    pub(super) fn argument_names(&mut self) -> Option<List<ArgumentName>> {
        let mut names = vec![argument_name(self.code()?)];
        while self.word("or") {
            names.push(argument_name(self.code()?));
        }
        Some(names.into())
    }

    fn test(&mut self) -> Option<Test> {
        for (words, test) in [
            ("is missing", Test::Missing),
            ("is present", Test::Present),
            ("is true", Test::True),
            ("is false", Test::False),
            ("is not true", Test::NotTrue),
            ("is not false", Test::NotFalse),
            ("is literal", Test::Literal),
            ("is not literal", Test::NotLiteral),
            ("is built", Test::Built),
            ("comes from a request", Test::FromRequest),
            ("begins with a request", Test::BeginsWithRequest),
        ] {
            if self.word(words) {
                return Some(test);
            }
        }
        if self.word("is one of") {
            return self.code_list().map(Test::OneOf);
        }
        if self.word("is not one of") {
            return self.code_list().map(Test::NotOneOf);
        }
        if self.word("matches") {
            return self.code().map(Test::Matches);
        }
        if self.word("does not match") {
            return self.code().map(Test::NotMatches);
        }
        if self.word("imports") {
            return self.code_list().map(Test::Imports);
        }
        None
    }
}

fn argument_name(code: Text) -> ArgumentName {
    code.parse().map_or(ArgumentName::Keyword(code), ArgumentName::Position)
}
