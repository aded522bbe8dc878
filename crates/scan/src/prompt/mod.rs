//! Prompts: one structure for every format, so that no rule reads a format.
//!
//! `format` says which format a file has, `reader/` holds one file for each, and all of them give a [`Prompt`]: settings with their
//! places, messages with roles, text, placeholders, imports, comments and code fences. Texts that stand inside of other values (a
//! message in YAML, a constant in Python) are handed on as pieces (`texts`, `crate::embed`) and read like a file of their own.

pub(crate) mod blocks;
pub(crate) mod declare;
pub(crate) mod format;
pub(crate) mod front;
mod json;
mod reader;
pub(crate) mod scalar;
pub(crate) mod template;
mod text;
pub(crate) mod texts;
pub(crate) mod tree;
mod yaml;

#[cfg(test)]
mod tests;

use weighbridge_core::{Notification, Source, SourcePath, Span};

pub(crate) use format::Format;
use front::Front;
use template::{Engine, Placeholder};
use tree::Tree;

/// What a part of a prompt file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum RegionKind {
    /// Settings: front matter with its delimiters and licence lines, or the values and tags of a format that is made of them.
    FrontMatter,
    /// Text that reaches the language model as it stands.
    Literal,
    /// An expression that a template engine fills in: `{{x}}`, `{% if x %}`, `${x}`, `{x}`.
    Placeholder,
    /// A comment of the template engine, of YAML or of HTML.
    Comment,
    /// A fenced code block, its fence lines included, without the placeholders in it.
    Fence,
    /// A text that is read as a piece of its own.
    Template,
    /// A token that separates roles, in a chat template, whose work it is to write it.
    Token,
}

impl RegionKind {
    /// The name that pages use.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::FrontMatter => "front-matter",
            Self::Literal => "literal",
            Self::Placeholder => "placeholder",
            Self::Comment => "comment",
            Self::Fence => "fence",
            Self::Template => "template",
            Self::Token => "token",
        }
    }
}

/// A part of a prompt file, and what it is.
pub(crate) type Region = (Span, RegionKind);

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Role {
    /// Whoever runs the language model: `system` or `developer`.
    System,
    /// Whoever asks.
    User,
    /// The language model.
    Assistant,
    /// A tool: its answer, or what it says about itself.
    Tool,
}

impl Role {
    /// The name that pages use.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
        }
    }

    /// The role that formats call `name`, in any case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name.trim().to_ascii_lowercase().as_str() {
            "system" | "developer" => Self::System,
            "user" | "human" => Self::User,
            "assistant" | "ai" | "model" => Self::Assistant,
            "tool" | "function" => Self::Tool,
            _ => return None,
        })
    }
}

/// What one role says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// `None` where the format does not say.
    pub(crate) role: Option<Role>,
    pub(crate) span: Span,
}

/// A reference to another file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// All of it.
    pub(crate) span: Span,
    /// What it names.
    pub(crate) target: Span,
}

/// Why settings could not be read to their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No YAML from this place of the file on.
    NotYaml(usize),
    /// No JSON from this place of the file on.
    NotJson(usize),
    /// Values inside of values, further than anybody writes.
    TooDeep,
    /// Too many values, those that aliases stand for included.
    TooLarge,
}

/// What is known of a text before it is read: that it is a piece of something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Context {
    pub(crate) role: Option<Role>,
    pub(crate) engine: Engine,
}

/// A prompt, whatever its format.
#[derive(Debug)]
pub(crate) struct Prompt {
    pub(crate) format: &'static Format,
    pub(crate) engine: Engine,
    /// Sorted, disjoint, not empty, covering the file.
    pub(crate) regions: Vec<Region>,
    pub(crate) front: Option<Front>,
    /// The settings: the front matter, or all of the file.
    pub(crate) settings: Option<Tree>,
    pub(crate) trouble: Option<Trouble>,
    pub(crate) messages: Vec<Message>,
    pub(crate) placeholders: Vec<Placeholder>,
    pub(crate) imports: Vec<Import>,
    /// Whether it is a piece of another file.
    pub(crate) is_piece: bool,
}

impl Prompt {
    /// Reads a prompt file.
    pub(crate) fn read(source: &Source<'_>) -> Self {
        let text = source.bytes();
        let format = format::of(source.path(), text);
        let mut prompt = Self::empty(format);
        (format.read)(source, &mut prompt);
        prompt
    }

    /// Reads a text out of another file.
    pub(crate) fn read_piece(text: &[u8], context: Context) -> Self {
        let mut prompt = Self::empty(&format::PLAIN);
        prompt.engine = context.engine;
        prompt.is_piece = true;
        text::read_body(text, 0, &mut prompt.regions);
        prompt.messages.push(Message {
            role: context.role,
            span: Span::new(0, text.len()),
        });
        template::add_placeholders(text, &mut prompt);
        prompt
    }

    fn empty(format: &'static Format) -> Self {
        Self {
            format,
            engine: format.engine,
            regions: Vec::new(),
            front: None,
            settings: None,
            trouble: None,
            messages: Vec::new(),
            placeholders: Vec::new(),
            imports: Vec::new(),
            is_piece: false,
        }
    }

    /// The role that speaks at `offset`.
    pub(crate) fn role_at(&self, offset: usize) -> Option<Role> {
        let index = self.messages.partition_point(|message| message.span.end <= offset);
        let message = self.messages.get(index)?;
        message.span.contains(offset).then_some(message.role).flatten()
    }

    /// Where the text begins: behind the front matter.
    pub(crate) fn body_start(&self) -> usize {
        self.front.map_or(0, |front| front.span.end)
    }

    /// What is said about settings that were not read to their end although they may be well-formed.
    pub(crate) fn notification(&self, path: &SourcePath) -> Option<Notification> {
        let reason = match self.trouble? {
            Trouble::TooDeep => "they nest deeper than a hundred levels",
            Trouble::TooLarge => "they hold more than a million values, or their aliases stand for that many",
            // A rule reports these.
            Trouble::NotYaml(_) | Trouble::NotJson(_) => return None,
        };
        let message = format!("the settings in it were searched as plain text from some place on: {reason}");
        let notification = Notification::incomplete("prompt/not-read", Some(path.clone()), message);
        Some(notification.with_hint("write the settings without such nesting, or leave the file out with `--exclude`"))
    }
}

/// The parts of `text` as a file called `name` would give them: for the fuzzer, which cannot see the types.
///
/// Each with the name of its kind and its span.
pub fn prompt_parts(name: &str, text: &[u8]) -> Vec<(&'static str, std::ops::Range<usize>)> {
    let source = Source::new(SourcePath::new(name.as_bytes()), crate::language::PROMPT, text);
    let prompt = Prompt::read(&source);
    let regions = prompt.regions.iter().map(|(span, kind)| (kind.name(), span.range()));
    let messages = prompt.messages.iter().map(|message| ("message", message.span.range()));
    let marks = prompt.placeholders.iter().map(|mark| ("mark", mark.span.range()));
    let expressions = prompt
        .placeholders
        .iter()
        .map(|mark| ("expression", mark.expression.range()));
    let imports = prompt.imports.iter().flat_map(|import| [import.span, import.target]);
    let imports = imports.map(|span| ("import", span.range()));
    let values = prompt
        .settings
        .iter()
        .flat_map(Tree::values)
        .map(|value| ("value", value.span().range()));
    let values: Vec<_> = values.collect();
    regions
        .chain(messages)
        .chain(marks)
        .chain(expressions)
        .chain(imports)
        .chain(values)
        .collect()
}
