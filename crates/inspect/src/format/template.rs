//! Chat templates: programs in Jinja that come with a model and are run by whoever serves it.
//!
//! A template that reaches for the inner attributes of Python's objects, or calls what no template needs, tries to leave its sandbox or to
//! use that there is none. What stands in texts and comments of the template is no code.

use crate::journal::Journal;
use crate::sign::Sign;

/// Names that no template needs, as whole words of its code.
const WORDS: &[&str] = &[
    "os",
    "popen",
    "subprocess",
    "sys",
    "builtins",
    "eval",
    "exec",
    "compile",
    "getattr",
    "setattr",
    "globals",
    "locals",
    "vars",
    "import",
    "include",
    "extends",
    "importlib",
    "open",
    "request",
    "config",
    "self",
    "lipsum",
    "cycler",
    "joiner",
    "get_flashed_messages",
    "url_for",
    "mro",
    "func_globals",
    "gi_frame",
    "gi_code",
    "cr_frame",
    "cr_code",
    "f_globals",
    "f_builtins",
    "f_back",
    "tb_frame",
    "tb_next",
    "attr",
    "format_map",
];
/// Of these only a call, an attribute or a filter is out of place: a variable may be called so.
const ONLY_REACHED: &[&str] = &[
    "os",
    "sys",
    "config",
    "request",
    "self",
    "include",
    "import",
    "open",
    "format_map",
    "attr",
    "compile",
    "vars",
    "mro",
    "extends",
    "joiner",
    "cycler",
];

/// Inner names of Python that lead out, as texts.
const INNER: &[&str] = &[
    "__class__",
    "__globals__",
    "__init__",
    "__builtins__",
    "__import__",
    "__subclasses__",
    "__mro__",
    "__base__",
    "__bases__",
    "__dict__",
    "__getattribute__",
    "__getitem__",
    "__reduce__",
    "__reduce_ex__",
    "__call__",
    "__code__",
    "__func__",
    "__self__",
    "__module__",
    "__loader__",
];

/// A part of a template that reaches out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Escape {
    /// Where the telling word stands in the template.
    pub(crate) at: usize,
    /// The word.
    pub(crate) word: String,
    /// The code around it.
    pub(crate) code: String,
}

/// The parts of a template that reach out.
pub(crate) fn escapes(template: &str) -> Vec<Escape> {
    let parts = code_parts(template).into_iter();
    let found = parts.filter_map(|(start, code)| {
        let (at, word) = escape(code)?;
        Some(Escape {
            at: start + at,
            word: word.to_owned(),
            code: code.trim().to_owned(),
        })
    });
    found.collect()
}

/// Looks at the code of a template that stands at `base`, as it is.
pub(crate) fn inspect(journal: &mut Journal, template: &str, base: u64) {
    for found in escapes(template) {
        let place = (base + found.at as u64, found.word.len() as u64);
        journal.sign_at(Sign::Template, "template", place, found.word, found.code);
    }
}

/// What stands between `{{` and `}}` or `{%` and `%}`, each with its place. A part that does not close runs to the end.
fn code_parts(template: &str) -> Vec<(usize, &str)> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(open) = template[at..].find(['{']).map(|open| at + open) {
        let close = match template.as_bytes().get(open + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                at = open + 1;
                continue;
            }
        };
        let start = open + 2;
        let end = template[start..].find(close).map_or(template.len(), |end| start + end);
        if close != "#}" {
            parts.push((start, &template[start..end]));
        }
        at = end;
    }
    parts
}

/// The first word of the code that reaches out, with its place.
fn escape(code: &str) -> Option<(usize, &str)> {
    let bytes = code.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                let end = text_end(bytes, at, quote);
                // A text between square brackets, or behind `attr(`, is the name of an attribute.
                let text = &code[at + 1..end.max(at + 1)];
                let before = code[..at].trim_end();
                let is_name = before.ends_with('[')
                    || before.ends_with("attr(")
                    || before.ends_with('~')
                    || before.ends_with('+');
                if text.contains("__") && (is_name || INNER.contains(&text))
                    || text.contains("\\x5f")
                    || text.contains("\\u005f")
                {
                    return Some((at + 1, text));
                }
                at = end + 1;
            }
            first if first.is_ascii_alphabetic() || first == b'_' => {
                let length = bytes[at..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                    .count();
                let word = &code[at..at + length];
                if is_dunder(word) || (WORDS.contains(&word) && reaches(code, at, length)) {
                    return Some((at, word));
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    None
}

/// Whether a word is an inner name of Python: `__class__`.
fn is_dunder(word: &str) -> bool {
    word.len() > 4 && word.starts_with("__") && word.ends_with("__") && word != "__metadata__"
}

/// Whether the word is used as something that reaches out, and not as a plain variable or an argument of that name.
fn reaches(code: &str, at: usize, length: usize) -> bool {
    let word = &code[at..at + length];
    let before = code[..at].trim_end();
    let behind = code[at + length..].trim_start();
    let is_argument = behind.starts_with('=') && !behind.starts_with("==");
    if is_argument {
        return false;
    }
    match word {
        "import" | "include" | "extends" => {
            before.trim_start_matches(['-', '+']).is_empty()
                || before.starts_with("- from")
                || before.trim_start().starts_with("from ")
        }
        "attr" => before.ends_with('|'),
        _ if ONLY_REACHED.contains(&word) => {
            let is_attribute_of = behind.starts_with('.')
                && matches!(word, "os" | "sys" | "self" | "config" | "request" | "cycler" | "joiner");
            let is_called_member = before.ends_with('.') && behind.starts_with('(')
                || before.ends_with('.') && matches!(word, "os" | "sys" | "mro");
            is_attribute_of && behind.contains("__")
                || is_called_member
                || (behind.starts_with('(') && matches!(word, "open" | "compile" | "vars"))
        }
        _ => before.ends_with('.') || behind.starts_with(['(', '.']) || before.ends_with('|'),
    }
}

fn text_end(bytes: &[u8], open: usize, quote: u8) -> usize {
    let mut at = open + 1;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(template: &str) -> bool {
        let mut journal = Journal::default();
        inspect(&mut journal, template, 0);
        journal.has_signs()
    }

    #[test]
    fn inner_attributes_are_out_of_place() {
        for template in [
            "{{ ''.__class__.__mro__ }}",
            "{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
            "{{ messages['__class__'] }}",
            "{{ ''|attr('__cl' ~ 'ass__') }}",
            "{{ ''|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
            "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
            "{{ lipsum.__globals__['os'].popen('id') }}",
            "{{ x.os.popen('id') }}",
            "{% include '/etc/passwd' %}",
            "{{ eval('1') }}",
            "{{ ''.__class__",
        ] {
            assert!(found(template), "{template}");
        }
    }

    #[test]
    fn ordinary_templates_are_ordinary() {
        for template in [
            "{% for message in messages %}{{ '<|' + message['role'] + '|>' }}{{ message.content | trim }}{% endfor %}",
            "{{ bos_token }}{% set system_message = messages[0]['content'] %}{{ raise_exception('roles must alternate') }}",
            "{%- if tools is not none %}{{ tools | tojson(indent=4) }}{%- endif %}",
            "{{ 'the words os.system and eval( are text' }}{# and so is __class__ #}",
            "{% macro render(config, self) %}{{ config }}{% endmacro %}",
            "{{ strftime_now('%d %b %Y') }}{% set ns = namespace(import=true) %}{{ message.content.split('</think>')[-1].lstrip('\\n') }}",
            "{{ '__' }}{{ \"__start__\" if false }}",
        ] {
            assert!(!found(template), "{template}");
        }
    }
}
