//! Reads import statements without a grammar.
//!
//! By hand, because every import of a live file is read and a parser would cost more than the search itself.
//!
//! Source: [The import statement](https://docs.python.org/3/reference/simple_stmts.html#the-import-statement).

use crate::code::bindings::Import;
use crate::word::is_word;

/// The names that the import statement in `code` binds; nothing if `code` is no import.
pub(crate) fn imports(code: &[u8]) -> Vec<Import> {
    let tokens = tokens(code);
    let mut bound = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at] {
            "import" => at = plain_import(&tokens, at + 1, &mut bound),
            "from" if tokens.get(at + 2) == Some(&"import") => at = from_import(&tokens, at + 1, &mut bound),
            _ => at += 1,
        }
    }
    bound
}

/// Whether the line begins like an import.
pub(crate) fn is_import(code: &[u8]) -> bool {
    code.starts_with(b"import ")
        || code.starts_with(b"from ")
        || code.starts_with(b"import\t")
        || code.starts_with(b"from\t")
}

fn plain_import(tokens: &[&str], mut at: usize, bound: &mut Vec<Import>) -> usize {
    while let Some(&module) = tokens.get(at) {
        match module {
            ";" | "import" | "from" => return at,
            "," => at += 1,
            _ if tokens.get(at + 1) == Some(&"as") && at + 2 < tokens.len() => {
                bound.push(Import {
                    name: tokens[at + 2].to_owned(),
                    target: module.to_owned(),
                });
                at += 3;
            }
            _ => {
                // `import a.b` binds `a`.
                let head = module.split('.').next().unwrap_or(module).to_owned();
                bound.push(Import {
                    name: head.clone(),
                    target: head,
                });
                at += 1;
            }
        }
    }
    at
}

fn from_import(tokens: &[&str], mut at: usize, bound: &mut Vec<Import>) -> usize {
    let module = tokens[at];
    at += 2;
    while let Some(&name) = tokens.get(at) {
        match name {
            ";" | "import" | "from" => return at,
            "," | "(" | ")" => at += 1,
            "*" => {
                bound.push(Import {
                    name: "*".to_owned(),
                    target: format!("{module}.*"),
                });
                at += 1;
            }
            _ if tokens.get(at + 1) == Some(&"as") && at + 2 < tokens.len() => {
                bound.push(Import {
                    name: tokens[at + 2].to_owned(),
                    target: format!("{module}.{name}"),
                });
                at += 3;
            }
            _ => {
                bound.push(Import {
                    name: name.to_owned(),
                    target: format!("{module}.{name}"),
                });
                at += 1;
            }
        }
    }
    at
}

/// Names (with their dots), commas, parentheses, stars and semicolons; comments and line ends are passed over.
fn tokens(code: &[u8]) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let byte = code[at];
        let start = at;
        if is_word(byte) || byte == b'.' {
            while at < code.len() && (is_word(code[at]) || code[at] == b'.') {
                at += 1;
            }
        } else if byte == b'#' {
            at += memchr::memchr(b'\n', &code[at..]).unwrap_or(code.len() - at);
            continue;
        } else {
            at += 1;
            if !matches!(byte, b',' | b'(' | b')' | b'*' | b';') {
                continue;
            }
        }
        if let Ok(token) = std::str::from_utf8(&code[start..at]) {
            tokens.push(token);
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(code: &str) -> Vec<(String, String)> {
        imports(code.as_bytes())
            .into_iter()
            .map(|import| (import.name, import.target))
            .collect()
    }

    fn pair(name: &str, target: &str) -> (String, String) {
        (name.to_owned(), target.to_owned())
    }

    #[test]
    fn every_form_of_import_binds_its_names() {
        assert_eq!(
            bound("import os, a.b as c, x.y"),
            [pair("os", "os"), pair("c", "a.b"), pair("x", "x")]
        );
        assert_eq!(
            bound("from pickle import (load as l,  # hot\n  loads,)"),
            [pair("l", "pickle.load"), pair("loads", "pickle.loads")]
        );
        assert_eq!(
            bound("from .pickle import load; import os"),
            [pair("load", ".pickle.load"), pair("os", "os")]
        );
        assert_eq!(bound("from os import *"), [pair("*", "os.*")]);
    }

    #[test]
    fn half_an_import_binds_what_is_there() {
        assert_eq!(bound("from os import"), []);
        assert_eq!(bound("import os as"), [pair("os", "os"), pair("as", "as")]);
    }
}
