//! A rule page as help: Markdown for GitHub, plain text for everybody else.

use std::fmt::{self, Write as _};

use pulldown_cmark::{Event, Parser, TagEnd};
use weighbridge_core::visible_lines;
use weighbridge_rules::{Example, Page, Rule};

use crate::prose::sentence;

/// What stands for a recipe: an example in a report shows where the secret would be, and nothing that looks like one.
const RECIPE: &str = "…";

/// The texts of a page.
pub(super) struct Help {
    /// The first paragraph of the explanation, plain.
    pub(super) gist: String,
    /// The explanation and the cure, plain.
    pub(super) text: String,
    /// The explanation, the cure, the examples, how to ignore the rule, and the references.
    pub(super) markdown: String,
}

impl Help {
    /// The texts of the page of `rule`; of its summary if the page cannot be read.
    pub(super) fn new(rule: &Rule) -> Self {
        let Ok(page) = Page::parse(rule.id.as_str(), &rule.page) else {
            return Self::of_summary(&rule.summary);
        };
        let explanation = without_recipes(&page.explanation);
        let paragraphs = paragraphs(&explanation);
        let ignoring = ignoring(rule);
        let mut text = paragraphs.join("\n\n");
        let mut markdown = explanation;
        if let Some(help) = &rule.help {
            let help = sentence(help);
            push(&mut text, format_args!("\n\n{}", plain(&help)));
            push(&mut markdown, format_args!("\n\n**{help}**"));
        }
        push_examples(
            &mut markdown,
            "Flagged",
            page.examples.iter().filter(|example| example.flagged),
        );
        push_examples(
            &mut markdown,
            "Clean",
            page.examples.iter().filter(|example| !example.flagged),
        );
        push(&mut text, format_args!("\n\n{}", plain(&ignoring)));
        push(&mut markdown, format_args!("\n\n## Ignoring a finding\n\n{ignoring}"));
        if !page.references.is_empty() {
            let references = without_recipes(&page.references);
            push(&mut markdown, format_args!("\n\n## References\n\n{references}"));
        }
        markdown.push('\n');
        Self {
            gist: paragraphs
                .into_iter()
                .next()
                .unwrap_or_else(|| plain(&sentence(&rule.summary))),
            text,
            markdown: visible_lines(&markdown),
        }
    }

    fn of_summary(summary: &str) -> Self {
        let sentence = sentence(summary);
        Self {
            gist: plain(&sentence),
            text: plain(&sentence),
            markdown: format!("{sentence}\n"),
        }
    }
}

fn push(text: &mut String, more: fmt::Arguments<'_>) {
    text.write_fmt(more).expect("writing to a string does not fail");
}

fn ignoring(rule: &Rule) -> String {
    format!(
        "If it is right as it is, say so and why, in a comment on its line or on the line above: `weighbridge: ignore[{}] reason`.",
        rule.id
    )
}

/// The text of some Markdown without its marks, on one line.
pub(super) fn plain(markdown: &str) -> String {
    paragraphs(markdown).join(" ")
}

/// The text of each block of some Markdown, without its marks.
fn paragraphs(markdown: &str) -> Vec<String> {
    let mut paragraphs = Vec::new();
    let mut current = String::new();
    for event in Parser::new(markdown) {
        match event {
            Event::Text(text) | Event::Code(text) => current.push_str(&text),
            Event::SoftBreak | Event::HardBreak => current.push(' '),
            Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::Heading(_) | TagEnd::CodeBlock) => {
                if !current.trim().is_empty() {
                    paragraphs.push(current.trim().to_owned());
                }
                current.clear();
            }
            _ => {}
        }
    }
    paragraphs
}

fn push_examples<'a>(markdown: &mut String, heading: &str, examples: impl Iterator<Item = &'a Example>) {
    for (index, example) in examples.enumerate() {
        if index == 0 {
            push(markdown, format_args!("\n\n## {heading}"));
        }
        let code = without_recipes(&without_annotations(&example.text));
        let fence = "`".repeat(longest_run(&code, '`').max(2) + 1);
        let language = language(&example.file_name);
        push(markdown, format_args!("\n\n{fence}{language}\n{code}{fence}"));
    }
}

/// The word behind the fence: the extension of the file.
fn language(file_name: &str) -> &str {
    match file_name.rsplit_once('.') {
        Some((_, "txt")) => "text",
        Some((_, extension)) if extension.bytes().all(|byte| byte.is_ascii_alphanumeric()) => extension,
        None if file_name == "Dockerfile" => "dockerfile",
        _ => "",
    }
}

fn longest_run(text: &str, wanted: char) -> usize {
    let runs = text.split(|c| c != wanted).map(str::len);
    runs.max().unwrap_or(0)
}

/// The code without the comments that tell the tests what to expect.
fn without_annotations(code: &str) -> String {
    const OPENINGS: [&str; 10] = ["<!--", "{{!--", "{{!", "{#", "//", "/*", "--", "#", ";", "%"];
    let mut kept = String::with_capacity(code.len());
    for line in code.lines() {
        let Some(at) = line.find("expect:") else {
            kept.push_str(line);
            kept.push('\n');
            continue;
        };
        let before = line[..at].trim_end_matches("todo-").trim_end();
        if before.trim_start() == "^" {
            continue;
        }
        let opening = OPENINGS.iter().find_map(|opening| before.strip_suffix(opening));
        kept.push_str(opening.unwrap_or(before).trim_end());
        kept.push('\n');
    }
    kept
}

/// The text with `…` for every `{{fake:…}}`.
fn without_recipes(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{fake:") {
        kept.push_str(&rest[..start]);
        kept.push_str(RECIPE);
        rest = rest[start..].find("}}").map_or("", |end| &rest[start + end + 2..]);
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_of_any_language_go() {
        let code = "a = {  # expect: x/y\nb <!-- expect: x/y -->\nc // todo-expect: x/y\nd\n^ expect: x/y\ne\n";

        assert_eq!(without_annotations(code), "a = {\nb\nc\nd\ne\n");
    }

    #[test]
    fn recipes_are_not_filled() {
        assert_eq!(
            without_recipes("k = \"ghp_{{fake:base62:36}}\" {{user}}"),
            "k = \"ghp_…\" {{user}}"
        );
    }

    #[test]
    fn marks_go_and_words_stay() {
        assert_eq!(
            plain("`eval` *runs* [text](https://x)\nas code"),
            "eval runs text as code"
        );
    }
}
