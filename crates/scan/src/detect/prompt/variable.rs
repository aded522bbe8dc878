//! Variables of a prompt: declared and used, and where they stand.

use rustc_hash::FxHashSet;
use weighbridge_core::{Detection, Span};

use crate::detect::{Input, detection, option};
use crate::prompt::blocks::is_of;
use crate::prompt::template::{Engine, Mark, Placeholder, Syntax};
use crate::prompt::tree::Value;
use crate::prompt::{Prompt, Role};

/// Names that a variable has when it holds what a user wrote.
const OF_USERS: [&str; 20] = [
    "question",
    "query",
    "input",
    "userinput",
    "userquery",
    "usermessage",
    "userprompt",
    "userquestion",
    "message",
    "usertext",
    "request",
    "userrequest",
    "chatinput",
    "searchquery",
    "document",
    "documents",
    "email",
    "webpage",
    "comment",
    "feedback",
];

/// The page's `fault` says which.
pub(in crate::detect) fn variables(input: &Input<'_>, found: &mut Vec<Detection>) {
    let Some(prompt) = input.prompt else { return };
    let mut add = |fault: &str, span: Span| {
        let uses = input.uses.iter().filter(|rule| option(rule, "fault") == Some(fault));
        found.extend(uses.map(|rule| detection(rule, span, span)));
    };
    let text = input.source.bytes();
    for placeholder in &prompt.placeholders {
        if reaches_out(&text[placeholder.span.range()], placeholder, prompt.engine) {
            add("code", placeholder.span);
        }
        // In Markdown for editors `${x}` is code that is shown; `${input:x}` is asked of a user.
        let is_shown = prompt.engine == Engine::Editor && !text[placeholder.expression.range()].starts_with(b"input:");
        if is_shown
            || !is_of(placeholder.syntax, prompt.engine)
            || prompt.role_at(placeholder.span.start) != Some(Role::System)
        {
            continue;
        }
        let Mark::Value { is_raw } = placeholder.mark else {
            continue;
        };
        let name = first_name(&text[placeholder.expression.range()]);
        let plain: String = name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        if OF_USERS.contains(&plain.as_str()) {
            add("user-in-system", placeholder.span);
        } else if is_raw && prompt.engine != Engine::Mustache {
            add("raw-in-system", placeholder.span);
        }
    }
    if let Some(declared) = declared(prompt) {
        let used = used(text, prompt);
        let names: FxHashSet<_> = declared.iter().map(|(name, _)| name.as_str()).collect();
        for (name, span) in &used {
            if !names.contains(name.as_str()) {
                add("undefined", *span);
            }
        }
        let words = words(text, prompt);
        // A default declares a variable too, and is no place for a finding.
        for (name, span) in declared.iter().filter(|(_, span)| !span.is_empty()) {
            if !words.contains(name.as_bytes()) {
                add("unused", *span);
            }
        }
    }
}

/// Ways from a value to the interpreter.
const DUNDERS: [&str; 7] = [
    "__class__",
    "__globals__",
    "__subclasses__",
    "__builtins__",
    "__import__",
    "__mro__",
    "__init__",
];
/// What JavaScript calls or reads to leave the template.
const CALLS: [&str; 8] = [
    "require(",
    "eval(",
    "Function(",
    "import(",
    "process.env",
    "process.mainModule",
    "process.binding",
    "child_process",
];

/// Whether a placeholder reaches into the program that renders it, in an engine that evaluates what stands in it.
fn reaches_out(text: &[u8], placeholder: &Placeholder, engine: Engine) -> bool {
    let words: &[&str] = match (engine, placeholder.syntax) {
        (Engine::Jinja | Engine::Unknown, Syntax::Double | Syntax::Statement) => &DUNDERS,
        (Engine::JavaScript, Syntax::Double) => &CALLS,
        _ => return false,
    };
    words
        .iter()
        .any(|word| memchr::memmem::find(text, word.as_bytes()).is_some())
}

/// The variables that the settings declare; `None` where the format or the file declares none.
fn declared(prompt: &Prompt) -> Option<Vec<(String, Span)>> {
    let root = prompt.settings.as_ref()?.root()?;
    if prompt.trouble.is_some() {
        return None;
    }
    let (values, others): (_, Vec<_>) = match prompt.format.name {
        "Dotprompt" => (root.at(&["input", "schema"])?, vec![root.at(&["input", "default"])]),
        "Prompty" => (root.get("inputs")?, vec![root.get("sample")]),
        _ => return None,
    };
    // A JSON schema says what it declares under `properties`.
    let values = match values.get("properties") {
        Some(properties) if properties.is_map() => properties,
        _ => values,
    };
    // A name, a schema of another file, or anything that another name stands for.
    if !values.is_map() && values.items().next().is_none() || values.entries().any(|(key, _)| key.text() == Some("<<"))
    {
        return None;
    }
    let name = |value: Value<'_>| {
        let text = value.text()?;
        // `name?(array, of what)` of Picoschema.
        let end = text.find(['?', '(']).unwrap_or(text.len());
        Some((text[..end].to_owned(), value.span()))
    };
    let keys = values.entries().map(|(key, _)| key);
    let names = values.items().filter_map(|item| item.get("name"));
    let mut declared: Vec<_> = keys.chain(names).filter_map(name).collect();
    let is_open = declared.iter().any(|(name, _)| name == "*");
    let defaults = others.into_iter().flatten().flat_map(Value::entries);
    declared.extend(
        defaults
            .filter_map(|(key, _)| name(key))
            .map(|(name, span)| (name, Span::new(span.start, span.start))),
    );
    let mut seen = FxHashSet::default();
    declared.retain(|(name, _)| seen.insert(name.clone()));
    (!is_open && !declared.is_empty()).then_some(declared)
}

/// Helpers and words of the engines.
const WORDS: [&str; 26] = [
    "else", "this", "history", "role", "media", "section", "json", "unless", "if", "each", "with", "and", "or", "not",
    "in", "is", "loop", "true", "false", "none", "True", "False", "None", "super", "caller", "self",
];

/// The variables that the text uses outside of blocks that make names of their own, with the place of the first use.
fn used(text: &[u8], prompt: &Prompt) -> Vec<(String, Span)> {
    let mut used: Vec<(String, Span)> = Vec::new();
    let mut seen = FxHashSet::default();
    let mut depth = 0_usize;
    let mut own: FxHashSet<String> = FxHashSet::default();
    for placeholder in prompt
        .placeholders
        .iter()
        .filter(|mark| is_of(mark.syntax, prompt.engine))
    {
        let changes = changes_names(text, placeholder);
        match placeholder.mark {
            Mark::Open if changes || depth > 0 => depth += 1,
            Mark::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        let expression = &text[placeholder.expression.range()];
        if placeholder.syntax == Syntax::Statement {
            own.extend(assigned(&text[placeholder.span.range()]));
        }
        let is_plain = matches!(placeholder.mark, Mark::Value { .. }) && depth == 0;
        if !is_plain || !is_simple(expression) {
            continue;
        }
        let name = first_name(expression);
        if !name.is_empty() && !WORDS.contains(&name.as_str()) && !own.contains(&name) && seen.insert(name.clone()) {
            used.push((name, placeholder.span));
        }
    }
    used
}

/// Whether the names in a block are others than those around it.
fn changes_names(text: &[u8], placeholder: &Placeholder) -> bool {
    let name = &text[placeholder.expression.range()];
    let is_statement = placeholder.syntax == Syntax::Statement;
    if is_statement {
        return matches!(name, b"for" | b"macro" | b"call" | b"raw" | b"with");
    }
    name != b"if" && name != b"unless"
}

/// Names that a statement of Jinja makes: `set x = …`, `for x, y in …`, `import a as x`.
fn assigned(statement: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(statement);
    let inside = text.trim_matches(|c: char| "{}%-+ \n\t".contains(c));
    let Some((word, rest)) = inside.split_once(char::is_whitespace) else {
        return Vec::new();
    };
    let names = match word {
        "set" | "with" => rest.split('=').next().unwrap_or_default(),
        "for" => rest.split(" in ").next().unwrap_or_default(),
        "import" | "from" => rest.rsplit(" as ").next().unwrap_or_default(),
        "macro" => rest.split('(').next().unwrap_or_default(),
        _ => return Vec::new(),
    };
    names
        .split([',', ' '])
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Whether an expression is a name, perhaps with members and filters behind it: no helper with arguments, no text.
fn is_simple(expression: &[u8]) -> bool {
    let head = expression
        .split(|byte| *byte == b'|')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.[]'\"-".contains(byte) || *byte >= 0x80;
    head.first()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
        && head.iter().all(is_part)
}

/// The name at the beginning of an expression.
fn first_name(expression: &[u8]) -> String {
    let expression = expression.strip_prefix(b"$").unwrap_or(expression);
    let length = expression
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
        .unwrap_or(expression.len());
    String::from_utf8_lossy(&expression[..length]).into_owned()
}

/// Every word that stands in a placeholder.
fn words<'t>(text: &'t [u8], prompt: &Prompt) -> FxHashSet<&'t [u8]> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let inside = prompt
        .placeholders
        .iter()
        .map(|placeholder| &text[placeholder.span.range()]);
    inside
        .flat_map(|bytes| bytes.split(move |byte| !is_part(byte)))
        .filter(|word| !word.is_empty())
        .collect()
}
