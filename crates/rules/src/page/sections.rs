//! Cuts the body of a page into its sections.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};
use weighbridge_core::closest;

use super::{AtLine, Problem};

const HEADINGS: [&str; 7] = ["Calls", "Query", "Pattern", "Fix", "Flagged", "Clean", "References"];

/// The sections of a page.
#[derive(Debug, Default)]
pub(super) struct Sections<'a> {
    pub(super) explanation: &'a str,
    pub(super) calls: Option<Section<'a>>,
    pub(super) query: Option<Section<'a>>,
    pub(super) pattern: Option<Section<'a>>,
    pub(super) fix: Option<Section<'a>>,
    pub(super) flagged: Option<Section<'a>>,
    pub(super) clean: Option<Section<'a>>,
    pub(super) references: Option<Section<'a>>,
}

/// A section: its text without the heading, and the fenced blocks in it.
#[derive(Debug)]
pub(super) struct Section<'a> {
    /// The line of the heading in the page, from 1.
    pub(super) line: usize,
    pub(super) text: &'a str,
    /// The line in the page on which `text` begins.
    pub(super) text_line: usize,
    pub(super) fences: Vec<Fence>,
}

/// A fenced block.
#[derive(Debug)]
pub(super) struct Fence {
    /// The line of the first line of code in the page, from 1.
    pub(super) line: usize,
    /// What follows the fence.
    pub(super) info: String,
    pub(super) code: String,
}

/// Line (from 1) of `offset` in `text`, whose first line is `first_line`.
pub(super) fn line_of(text: &str, offset: usize, first_line: usize) -> usize {
    text[..offset].matches('\n').count() + first_line
}

impl<'a> Sections<'a> {
    /// The sections of `body`, which begins on `body_line` of the page.
    pub(super) fn parse(body: &'a str, body_line: usize) -> AtLine<Self> {
        let headings = headings(body);
        let mut sections = Self {
            explanation: body,
            ..Self::default()
        };
        if let Some((start, ..)) = headings.first() {
            sections.explanation = &body[..*start];
        }
        for (index, (start, end, name)) in headings.iter().enumerate() {
            let until = headings.get(index + 1).map_or(body.len(), |next| next.0);
            let line = line_of(body, *start, body_line);
            let text = &body[*end..until];
            let text_line = line_of(body, *end, body_line);
            let section = Section {
                line,
                text,
                text_line,
                fences: fences(text, text_line),
            };
            let Some(slot) = sections.slot(name) else {
                let suggestion = closest(name, HEADINGS);
                return Err((
                    line,
                    Problem::UnknownSection {
                        heading: name.clone(),
                        suggestion: suggestion.map(known),
                    },
                ));
            };
            if slot.replace(section).is_some() {
                return Err((line, Problem::RepeatedSection(name.clone())));
            }
        }
        Ok(sections)
    }

    fn slot(&mut self, heading: &str) -> Option<&mut Option<Section<'a>>> {
        Some(match heading {
            "Calls" => &mut self.calls,
            "Query" => &mut self.query,
            "Pattern" => &mut self.pattern,
            "Fix" => &mut self.fix,
            "Flagged" => &mut self.flagged,
            "Clean" => &mut self.clean,
            "References" => &mut self.references,
            _ => return None,
        })
    }
}

fn known(heading: &str) -> &'static str {
    HEADINGS
        .into_iter()
        .find(|known| *known == heading)
        .expect("the suggestion is one of the headings")
}

/// Start, end and text of every heading of the second level.
fn headings(body: &str) -> Vec<(usize, usize, String)> {
    let mut headings: Vec<(usize, usize, String)> = Vec::new();
    let mut inside = false;
    for (event, range) in Parser::new(body).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading {
                level: HeadingLevel::H2,
                ..
            }) => {
                inside = true;
                headings.push((range.start, range.end, String::new()));
            }
            Event::End(TagEnd::Heading(HeadingLevel::H2)) => inside = false,
            Event::Text(text) | Event::Code(text) if inside => {
                if let Some((.., name)) = headings.last_mut() {
                    name.push_str(&text);
                }
            }
            _ => {}
        }
    }
    headings
}

fn fences(text: &str, first_line: usize) -> Vec<Fence> {
    let mut fences: Vec<Fence> = Vec::new();
    let mut inside = false;
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                inside = true;
                let line = line_of(text, range.start, first_line) + 1;
                fences.push(Fence {
                    line,
                    info: info.trim().to_owned(),
                    code: String::new(),
                });
            }
            Event::End(TagEnd::CodeBlock) => inside = false,
            Event::Text(code) if inside => {
                if let Some(fence) = fences.last_mut() {
                    fence.code.push_str(&code);
                }
            }
            _ => {}
        }
    }
    fences
}
