//! Which format a prompt file has: by its name, or where names do not say it, by its beginning.
//!
//! To add one: a file in `reader/`, and a line in [`FORMATS`].

use memchr::memmem;
use weighbridge_core::{Source, SourcePath};

use super::template::Engine;
use super::texts::Text;
use super::tree::Value;
use super::{Prompt, reader, texts};

/// Bytes at the beginning of a file that decide.
const HEAD_BYTES: usize = 8192;

/// A format of prompt files.
pub(crate) struct Format {
    /// What people call it.
    pub(crate) name: &'static str,
    pub(crate) engine: Engine,
    /// Whether a file is in it.
    pub(super) is_one: fn(&Name<'_>) -> bool,
    /// Reads a file.
    pub(super) read: fn(&Source<'_>, &mut Prompt),
    /// The texts for the language model among the values, for a format that is made of values.
    pub(super) texts: Option<fn(Value<'_>) -> Vec<Text<'_>>>,
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Every format; the first that fits is taken.
const FORMATS: &[&Format] = &[
    &reader::dotprompt::FORMAT,
    &reader::prompty::FORMAT,
    &reader::poml::FORMAT,
    &reader::github_models::FORMAT,
    &reader::skill::FORMAT,
    &reader::cursor::FORMAT,
    &reader::copilot::FORMAT,
    &reader::notes::FORMAT,
    &reader::mcp::FORMAT,
    &reader::promptfoo::FORMAT,
    &reader::langchain::FORMAT,
    &reader::semantic_kernel::FORMAT,
    &reader::jinja::CHAT_TEMPLATE,
    &reader::jinja::FORMAT,
];

/// Any other text that the settings call a prompt.
pub(crate) const PLAIN: Format = Format {
    name: "text",
    engine: Engine::Unknown,
    is_one: |_| true,
    read: |source, prompt| reader::text(source, prompt, None),
    texts: None,
};

/// YAML or JSON that the settings call a prompt: every sentence in it is a text.
const VALUES: Format = Format {
    name: "values",
    engine: Engine::Unknown,
    is_one: |name| name.is_data(),
    read: reader::data,
    texts: Some(texts::sentences),
};

/// A file, as far as its format may depend on it.
pub(super) struct Name<'n> {
    /// The path in lower case, with `/` between the parts and before the first.
    pub(super) path: String,
    pub(super) head: &'n [u8],
}

impl Name<'_> {
    /// The last part of the path.
    pub(super) fn file(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether the name ends in one of these.
    pub(super) fn ends_with(&self, endings: &[&str]) -> bool {
        endings.iter().any(|ending| self.file().ends_with(ending))
    }

    /// Whether the path has one of these folders: `/.cursor/rules/`.
    pub(super) fn is_below(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.contains(folder))
    }

    /// Whether the beginning holds `text`.
    pub(super) fn begins_with(&self, text: &str) -> bool {
        memmem::find(self.head, text.as_bytes()).is_some()
    }

    /// Whether it is YAML or JSON by its name.
    pub(super) fn is_data(&self) -> bool {
        self.ends_with(&[".yaml", ".yml", ".json"])
    }
}

/// Whether a file is a prompt.
pub(crate) fn is_prompt(path: &SourcePath, text: &[u8]) -> bool {
    let name = name_of(path, text);
    FORMATS.iter().any(|format| (format.is_one)(&name))
}

/// The format of a file that is known to be a prompt.
pub(crate) fn of(path: &SourcePath, text: &[u8]) -> &'static Format {
    let name = name_of(path, text);
    let other = if name.is_data() { &VALUES } else { &PLAIN };
    let known = FORMATS.iter().copied().find(|format| (format.is_one)(&name));
    known.unwrap_or(other)
}

fn name_of<'t>(path: &SourcePath, text: &'t [u8]) -> Name<'t> {
    Name {
        path: format!("/{}", String::from_utf8_lossy(path.as_bytes()).to_ascii_lowercase()),
        head: &text[..text.len().min(HEAD_BYTES)],
    }
}
