//! Shell commands that run or fetch an image: `docker run`, `podman pull`, `ollama run`, `skopeo copy docker://…`.

use std::collections::HashMap;

use weighbridge_core::{SourcePath, Span};

use super::ImageReference;
use super::modelfile::model;
use super::text::{expanded, reference};

const ENGINES: [&str; 3] = ["docker", "podman", "nerdctl"];
/// Options of `run` and `create` without a value; all others have one.
/// Source: [docker container run](https://docs.docker.com/reference/cli/docker/container/run/).
const SWITCHES: [&str; 22] = [
    "--all-tags",
    "--detach",
    "--disable-content-trust",
    "--help",
    "--init",
    "--interactive",
    "--no-healthcheck",
    "--no-hosts",
    "--no-trunc",
    "--oom-kill-disable",
    "--privileged",
    "--publish-all",
    "--quiet",
    "--read-only",
    "--replace",
    "--rm",
    "--rmi",
    "--sig-proxy",
    "--tls-verify",
    "--tty",
    "--use-api-socket",
    "--all",
];
/// The same in one letter.
const LETTERS: &str = "adhiPqt";

/// A word without its quotes, and the bytes that it stands for.
#[derive(Clone, Debug)]
struct Word {
    text: String,
    span: Span,
}

pub(super) fn is_script(path: &SourcePath) -> bool {
    let extensions: [&[u8]; 5] = [b"sh", b"bash", b"zsh", b"ksh", b"bats"];
    path.extension()
        .is_some_and(|own| extensions.iter().any(|one| own.eq_ignore_ascii_case(one)))
}

pub(super) fn read(text: &str, found: &mut Vec<ImageReference>) {
    let mut variables: HashMap<String, String> = HashMap::new();
    for command in commands(text) {
        let mut words = command.as_slice();
        while let Some((name, value)) = words.first().and_then(|word| assignment(&word.text)) {
            let value = expanded(value, &|name| variables.get(name).cloned());
            variables.insert(name.to_owned(), value);
            words = &words[1..];
        }
        if let Some("export" | "readonly" | "local" | "declare") = words.first().map(|word| word.text.as_str()) {
            for (name, value) in words[1..].iter().filter_map(|word| assignment(&word.text)) {
                let value = expanded(value, &|name| variables.get(name).cloned());
                variables.insert(name.to_owned(), value);
            }
        }
        let known = |name: &str| variables.get(name).cloned();
        for word in words {
            if let Some(name) = word.text.strip_prefix("docker://") {
                let start = word.span.end - name.len().min(word.span.len());
                found.push(reference(Span::new(start, word.span.end), &expanded(name, &known)));
            }
        }
        let Some((at, is_ollama)) = program(words) else {
            continue;
        };
        let named = if is_ollama {
            ollama(&words[at + 1..])
        } else {
            container(&words[at + 1..])
        };
        let Some(word) = named.filter(|word| !word.text.is_empty() && !word.text.starts_with('-')) else {
            continue;
        };
        let name = expanded(&word.text, &known);
        found.push(if is_ollama {
            model(word.span, &name)
        } else {
            reference(word.span, &name)
        });
    }
}

/// `NAME=value`.
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let mut bytes = name.bytes();
    let is_name = bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some((name, value))
}

/// Where the program stands among the words, also behind `sudo`, `env`, `exec` and the like; and whether it is Ollama.
fn program(words: &[Word]) -> Option<(usize, bool)> {
    const BEFORE: [&str; 14] = [
        "sudo", "env", "exec", "time", "nohup", "command", "if", "then", "do", "else", "!", "(", "{", "doas",
    ];
    for (at, word) in words.iter().enumerate() {
        let name = word.text.rsplit('/').next().unwrap_or_default();
        if ENGINES.contains(&name) {
            return Some((at, false));
        }
        if name == "ollama" {
            return Some((at, true));
        }
        let is_before = BEFORE.contains(&name) || word.text.starts_with('-') || assignment(&word.text).is_some();
        if !is_before {
            return None;
        }
    }
    None
}

fn ollama(words: &[Word]) -> Option<&Word> {
    let verb = words.first()?;
    let is_it = ["run", "pull", "create"].contains(&verb.text.as_str()) && verb.text != "create";
    words[1..]
        .iter()
        .find(|word| !word.text.starts_with('-'))
        .filter(|_| is_it)
}

/// The image of `run`, `create` and `pull`, and of `container run` and `image pull`.
fn container(words: &[Word]) -> Option<&Word> {
    let mut rest = words;
    // Options before the verb, such as `--context x`.
    while let Some(word) = rest.first().filter(|word| word.text.starts_with('-')) {
        let has_value = !word.text.contains('=')
            && ["--context", "--host", "-H", "-c", "--config", "--log-level"].contains(&word.text.as_str());
        rest = rest.get(1 + usize::from(has_value)..)?;
    }
    if let Some("container" | "image") = rest.first().map(|word| word.text.as_str()) {
        rest = &rest[1..];
    }
    let verb = rest.first()?;
    if !["run", "create", "pull"].contains(&verb.text.as_str()) {
        return None;
    }
    let mut at = 1;
    while let Some(word) = rest.get(at) {
        if word.text == "--" {
            return rest.get(at + 1);
        }
        if !word.text.starts_with('-') {
            return Some(word);
        }
        at += 1 + usize::from(takes_value(&word.text));
    }
    None
}

/// Whether the next word is the value of this option.
fn takes_value(option: &str) -> bool {
    if let Some(long) = option.strip_prefix("--") {
        return !long.contains('=') && !SWITCHES.contains(&option);
    }
    let letters = &option[1..];
    let switches = letters.chars().take_while(|letter| LETTERS.contains(*letter)).count();
    // `-it` has none; `-p` has one behind it, `-p8080:80` its own.
    letters.len() == switches + 1 && letters.chars().all(|letter| letter.is_ascii_alphabetic())
}

/// The commands of a script, each as its words. Quotes and continued lines are followed; what is nested in `$(…)` is a command of its own.
fn commands(text: &str) -> Vec<Vec<Word>> {
    let bytes = text.as_bytes();
    let (mut all, mut words) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b' ' | b'\t' | b'\r' => at += 1,
            b'\\' if bytes.get(at + 1) == Some(&b'\n') => at += 2,
            b'\\' if bytes.get(at + 1) == Some(&b'\r') && bytes.get(at + 2) == Some(&b'\n') => at += 3,
            b'#' => at = line_end(bytes, at),
            b'\n' | b';' | b'|' | b'&' | b'(' | b')' | b'`' | b'{' | b'}' => {
                finish(&mut all, &mut words);
                at += 1;
            }
            b'$' if bytes.get(at + 1) == Some(&b'(') => {
                finish(&mut all, &mut words);
                at += 2;
            }
            _ => {
                let (word, end) = word(text, at);
                words.push(word);
                at = end.max(at + 1);
            }
        }
    }
    finish(&mut all, &mut words);
    all
}

fn finish(all: &mut Vec<Vec<Word>>, words: &mut Vec<Word>) {
    if !words.is_empty() {
        all.push(std::mem::take(words));
    }
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length)
}

/// The word at `start`, and where it ends. Its span leaves out quotes around all of it.
fn word(text: &str, start: usize) -> (Word, usize) {
    let bytes = text.as_bytes();
    let (mut at, mut value) = (start, Vec::new());
    let mut quote = None;
    while at < bytes.len() {
        let byte = bytes[at];
        match quote {
            Some(open) if byte == open => quote = None,
            Some(b'\'') => value.push(byte),
            _ if byte == b'\\' && bytes.get(at + 1) == Some(&b'\n') => at += 1,
            _ if byte == b'\\' => {
                at += 1;
                value.extend(bytes.get(at));
            }
            // Braces belong to a variable: `${TAG:-1}`.
            _ if byte == b'$' && bytes.get(at + 1) == Some(&b'{') => {
                let end = memchr::memchr(b'}', &bytes[at..]).map_or(bytes.len(), |length| at + length + 1);
                value.extend_from_slice(&bytes[at..end]);
                at = end;
                continue;
            }
            None if byte == b'"' || byte == b'\'' => quote = Some(byte),
            None if byte.is_ascii_whitespace() || b";|&()`".contains(&byte) => break,
            _ => value.push(byte),
        }
        at += 1;
    }
    let raw = &text[start..at.min(text.len())];
    let is_quoted =
        raw.len() >= 2 && (raw.starts_with('"') && raw.ends_with('"') || raw.starts_with('\'') && raw.ends_with('\''));
    let trim = usize::from(is_quoted);
    let span = Span::new(start + trim, (start + raw.len()).saturating_sub(trim).max(start + trim));
    let text = String::from_utf8_lossy(&value).into_owned();
    (Word { text, span }, at.min(bytes.len()))
}
