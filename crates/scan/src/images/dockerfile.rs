//! Dockerfiles: `FROM`, `COPY --from`, `ADD --from`, `RUN --mount=from=` and `# syntax=`.
//!
//! Source: [Dockerfile reference](https://docs.docker.com/reference/dockerfile/).

use std::collections::HashMap;

use weighbridge_core::Span;

use super::ImageReference;
use super::text::{expanded, reference};

/// A word and where it begins.
type Word<'t> = (&'t str, usize);

pub(super) fn read(text: &str, found: &mut Vec<ImageReference>) {
    let mut arguments: HashMap<String, String> = HashMap::new();
    let mut stages: Vec<String> = Vec::new();
    let mut has_stage = false;
    let (escape, syntax) = directives(text);
    found.extend(syntax);
    let mut lines = Lines::new(text, escape);
    while let Some(words) = lines.instruction() {
        let mut words = words.as_slice();
        if words
            .first()
            .is_some_and(|(word, _)| word.eq_ignore_ascii_case("ONBUILD"))
        {
            words = &words[1..];
        }
        let Some((name, _)) = words.first() else { continue };
        // Only what stands before the first stage is known in `FROM`.
        if name.eq_ignore_ascii_case("ARG") && !has_stage {
            for (word, _) in &words[1..] {
                let Some((name, value)) = word.split_once('=') else {
                    continue;
                };
                let value = expanded(value.trim_matches(['"', '\'']), &|name| arguments.get(name).cloned());
                arguments.insert(name.to_owned(), value);
            }
            continue;
        }
        let known = |name: &str| arguments.get(name).cloned();
        let image = |word: &str, at: usize| {
            let word = word.trim_matches(['"', '\'']);
            let start = at + usize::from(text[at..].starts_with(['"', '\'']));
            let name = expanded(word, &known);
            (reference(Span::new(start, start + word.len()), &name), name)
        };
        let is_stage = |name: &str| {
            let named = stages.iter().any(|stage| stage.eq_ignore_ascii_case(name));
            named || name.eq_ignore_ascii_case("scratch") || name.parse::<usize>().is_ok()
        };
        match name.to_ascii_uppercase().as_str() {
            "FROM" => {
                has_stage = true;
                let rest: Vec<&Word<'_>> = words[1..]
                    .iter()
                    .skip_while(|(word, _)| word.starts_with("--"))
                    .collect();
                let Some((word, at)) = rest.first() else { continue };
                let (one, name) = image(word, *at);
                if !is_stage(&name) {
                    found.push(one);
                }
                if let [_, (keyword, _), (stage, _)] = rest.as_slice()
                    && keyword.eq_ignore_ascii_case("AS")
                {
                    stages.push((*stage).to_owned());
                }
            }
            "COPY" | "ADD" => {
                for (word, at) in options(&words[1..]) {
                    if let Some(value) = word.strip_prefix("--from=") {
                        let (one, name) = image(value, at + "--from=".len());
                        found.extend((!is_stage(&name)).then_some(one));
                    }
                }
            }
            "RUN" => {
                for (word, at) in options(&words[1..]).filter(|(word, _)| word.starts_with("--mount=")) {
                    let Some(part) = word
                        .split(['=', ','])
                        .collect::<Vec<_>>()
                        .windows(2)
                        .find_map(|pair| (pair[0] == "from").then(|| pair[1]))
                    else {
                        continue;
                    };
                    let Some(offset) = word.find(&format!("from={part}")) else {
                        continue;
                    };
                    let (one, name) = image(part, at + offset + "from=".len());
                    found.extend((!is_stage(&name)).then_some(one));
                }
            }
            _ => {}
        }
    }
}

fn options<'w, 't>(words: &'w [Word<'t>]) -> impl Iterator<Item = Word<'t>> + 'w {
    words.iter().copied().take_while(|(word, _)| word.starts_with("--"))
}

/// The byte that continues lines, and the image that `# syntax=` names: comments at the top of the file.
fn directives(text: &str) -> (char, Option<ImageReference>) {
    let (mut escape, mut syntax, mut at) = ('\\', None, 0);
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches('\u{feff}').trim();
        let Some((name, value)) = content.strip_prefix('#').and_then(|rest| rest.split_once('=')) else {
            break;
        };
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "escape" if value == "`" => escape = '`',
            "syntax" => {
                let start = at + line.find(value).unwrap_or(0);
                syntax = (!value.is_empty()).then(|| reference(Span::new(start, start + value.len()), value));
            }
            "escape" | "check" => {}
            _ => break,
        }
        at += line.len();
    }
    (escape, syntax)
}

/// The lines of a file, put together to instructions.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    escape: char,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str, escape: char) -> Self {
        let at = if text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        Self { text, at, escape }
    }

    fn line(&mut self) -> Option<(&'t str, usize)> {
        let rest = &self.text[self.at..];
        let line = rest.split_inclusive('\n').next()?;
        let start = self.at;
        self.at += line.len();
        Some((line.trim_end_matches(['\n', '\r']), start))
    }

    /// The words of the next instruction; here-documents behind it are passed over.
    fn instruction(&mut self) -> Option<Vec<Word<'t>>> {
        let mut words = Vec::new();
        let mut is_continued = false;
        loop {
            let Some((line, start)) = self.line() else {
                return (!words.is_empty()).then_some(words);
            };
            let trimmed = line.trim();
            // Comments and empty lines may stand within an instruction.
            if trimmed.is_empty() || trimmed.starts_with('#') {
                if words.is_empty() {
                    continue;
                }
                if is_continued {
                    continue;
                }
            }
            let content = line.trim_end();
            is_continued = content.ends_with(self.escape);
            let content = content.strip_suffix(self.escape).unwrap_or(content);
            let mut rest = content;
            while let Some(word) = rest.split_whitespace().next() {
                let offset = rest.find(word).unwrap_or(0);
                let at = start + (content.len() - rest.len()) + offset;
                words.push((word, at));
                rest = &rest[offset + word.len()..];
            }
            if !is_continued && !words.is_empty() {
                break;
            }
        }
        let runs = words.first().is_some_and(|(word, _)| {
            ["RUN", "COPY", "ADD"]
                .iter()
                .any(|name| word.eq_ignore_ascii_case(name))
        });
        for (word, _) in words.iter().filter(|_| runs) {
            let Some(mark) = word
                .split_once("<<")
                .map(|(_, mark)| mark.trim_start_matches('-').trim_matches(['"', '\'']))
            else {
                continue;
            };
            if mark.is_empty() || !mark.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                continue;
            }
            while let Some((line, _)) = self.line() {
                if line.trim_start_matches('\t') == mark {
                    break;
                }
            }
        }
        Some(words)
    }
}
