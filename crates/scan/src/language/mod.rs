//! Which language a file is in.
//!
//! To add one: a file here, and a line in [`LANGUAGES`]. ARCHITECTURE.md says what stands in the file.

mod c;
mod csharp;
mod go;
mod java;
mod javascript;
mod php;
mod ruby;
mod rust;
mod shell;

use weighbridge_core::{Language, SourcePath};

use crate::code::shape::Code;

/// How a language is recognised.
struct Recognised {
    language: Language,
    extensions: &'static [&'static str],
    file_names: &'static [&'static str],
    /// Words that the first line of a script names.
    interpreters: &'static [&'static str],
    /// How its code is read; for Python, `crate::python` is.
    code: Option<&'static Code>,
}

/// Python.
pub(crate) const PYTHON: Language = Language::named("python");
/// Prompt templates.
pub const PROMPT: Language = Language::named("prompt");

const LANGUAGES: &[Recognised] = &[
    Recognised {
        language: PYTHON,
        extensions: &["py", "pyi", "pyw"],
        file_names: &["SConstruct", "SConscript"],
        interpreters: &["python", "pypy"],
        code: None,
    },
    Recognised {
        language: PROMPT,
        // Which files are prompts is told by `crate::prompt::format`.
        extensions: &["prompt"],
        file_names: &[],
        interpreters: &[],
        code: None,
    },
    javascript::JAVASCRIPT,
    javascript::TYPESCRIPT,
    shell::SHELL,
    go::GO,
    java::JAVA,
    ruby::RUBY,
    php::PHP,
    c::C,
    c::CPP,
    csharp::CSHARP,
    rust::RUST,
];

/// Every language, plain text included.
pub(crate) fn languages() -> impl Iterator<Item = Language> {
    LANGUAGES.iter().map(|known| known.language).chain([Language::TEXT])
}

/// How code in a language is read, if there is a grammar for it in the common engine.
pub(crate) fn code_in(language: Language) -> Option<&'static Code> {
    LANGUAGES.iter().find(|known| known.language == language)?.code
}

/// Words by which people call a language, where they are neither its name nor an extension.
const OTHER_WORDS: [(&str, &str); 8] = [
    ("python3", "python"),
    ("py3", "python"),
    ("ipython", "python"),
    ("ipython3", "python"),
    ("node", "javascript"),
    ("javascriptreact", "javascript"),
    ("golang", "go"),
    ("shellscript", "shell"),
];

/// The language that people call `word`, behind a fence or in a magic of a notebook, and the extension of a file in it. Prompts and
/// plain text have no name here.
pub(crate) fn called(word: &str) -> Option<(Language, &'static str)> {
    let word = word.trim_start_matches('.').to_ascii_lowercase();
    let word = OTHER_WORDS
        .iter()
        .find(|(other, _)| *other == word)
        .map_or(word.as_str(), |(_, name)| name);
    LANGUAGES
        .iter()
        .filter(|known| known.language != PROMPT)
        .find_map(|known| {
            let &first = known.extensions.first()?;
            let extension = known.extensions.iter().find(|extension| **extension == word);
            let is_name = || known.language.name() == word || known.interpreters.contains(&word);
            let extension = extension.copied().or_else(|| is_name().then_some(first))?;
            Some((known.language, extension))
        })
}

/// The language of a script by its first line.
pub(crate) fn by_interpreter(head: &[u8]) -> Option<Language> {
    let words = interpreter(head)?;
    let is_for = |known: &&Recognised| known.interpreters.iter().any(|name| words.starts_with(name.as_bytes()));
    LANGUAGES.iter().find(is_for).map(|known| known.language)
}

/// The language of a file by its name, or else by its first line.
pub fn language_of(path: &SourcePath, head: &[u8]) -> Language {
    let name = path.file_name();
    if crate::prompt::format::is_prompt(path, head) {
        return PROMPT;
    }
    let extension = path.extension();
    let by_name = LANGUAGES.iter().find(|known| {
        let has_extension =
            extension.is_some_and(|ext| known.extensions.iter().any(|e| ext.eq_ignore_ascii_case(e.as_bytes())));
        has_extension || known.file_names.iter().any(|file_name| file_name.as_bytes() == name)
    });
    let by_name = by_name.map(|known| known.language);
    let by_head = || extension.is_none().then(|| by_interpreter(head)).flatten();
    by_name.or_else(by_head).unwrap_or(Language::TEXT)
}

/// The name of the program in `#!/usr/bin/env python3` or `#!/usr/bin/python3`.
fn interpreter(head: &[u8]) -> Option<&[u8]> {
    let line = head.strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let program = |word: &'_ [u8]| word.iter().rposition(|&byte| byte == b'/').map_or(0, |at| at + 1);
    let first = words.next()?;
    let first = &first[program(first)..];
    if first == b"env" {
        words.find(|word| !word.starts_with(b"-"))
    } else {
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(name: &str, head: &str) -> &'static str {
        language_of(&SourcePath::new(name.as_bytes()), head.as_bytes()).name()
    }

    #[test]
    fn names_and_first_lines_tell_the_language() {
        assert_eq!(language("a/b.py", ""), "python");
        assert_eq!(language("B.PY", ""), "python");
        assert_eq!(language("bin/tool", "#!/usr/bin/env -S python3 -u\n"), "python");
        assert_eq!(language("bin/tool", "#!/bin/sh\n"), "shell");
        assert_eq!(language("x/review.prompt", ""), "prompt");
        assert_eq!(language("x/review.prompt.md", ""), "prompt");
        assert_eq!(language("README.md", ""), "text");
    }
}
