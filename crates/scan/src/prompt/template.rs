//! What the placeholders of a text say: values, blocks, partials, roles.
//!
//! Sources: [Handlebars](https://handlebarsjs.com/guide/), [Mustache](https://mustache.github.io/mustache.5.html),
//! [Jinja](https://jinja.palletsprojects.com/en/stable/templates/).

use weighbridge_core::Span;

use super::{Import, Prompt, RegionKind, Role};

/// What fills a text in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Dotprompt and others.
    Handlebars,
    /// `{{x}}` and sections.
    Mustache,
    /// Jinja, Nunjucks, Liquid: `{{ x }}` and `{% … %}`.
    Jinja,
    /// `{{ … }}` is JavaScript.
    JavaScript,
    /// `{x}` of Python's format strings.
    Format,
    /// `{{$x}}`, `{{plugin.function}}`.
    SemanticKernel,
    /// `${x}` of editors.
    Editor,
    /// The file does not say.
    Unknown,
}

/// What a placeholder does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Puts a value in, as it is or made harmless for HTML.
    Value {
        /// Written so that nothing is escaped: `{{{x}}}`, `{{&x}}`, `| safe`.
        is_raw: bool,
    },
    /// Opens a block; the expression is its name.
    Open,
    /// Divides a block: `else`.
    Middle,
    /// Closes a block; the expression is its name.
    Close,
    /// Puts another template in; the expression is its name.
    Partial,
    /// Says who speaks from here on.
    Role(Option<Role>),
    /// Does anything else.
    Other,
}

/// A placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placeholder {
    /// With its braces.
    pub(crate) span: Span,
    /// What stands in it: an expression, or a name.
    pub(crate) expression: Span,
    pub(crate) mark: Mark,
    /// By its braces, which tell more than the format does.
    pub(crate) syntax: Syntax,
}

/// How a placeholder is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// `{{ … }}`
    Double,
    /// `{% … %}`
    Statement,
    /// `${ … }`
    Dollar,
    /// `{ … }`
    Single,
}

/// Reads the placeholders among the regions of a prompt, and the partials they name.
pub(crate) fn add_placeholders(text: &[u8], prompt: &mut Prompt) {
    let spans = prompt
        .regions
        .iter()
        .filter(|(_, kind)| *kind == RegionKind::Placeholder);
    let found: Vec<_> = spans.filter_map(|(span, _)| read(text, *span, prompt.engine)).collect();
    for placeholder in &found {
        if placeholder.mark == Mark::Partial {
            prompt.imports.push(Import {
                span: placeholder.span,
                target: placeholder.expression,
            });
        }
    }
    prompt.placeholders = found;
}

/// The placeholder at `span`; `None` where it does not close.
fn read(text: &[u8], span: Span, engine: Engine) -> Option<Placeholder> {
    let bytes = &text[span.range()];
    match bytes {
        [b'{', b'%', .., b'%', b'}'] if bytes.len() >= 4 => Some(statement(text, span)),
        [b'{', b'{', .., b'}', b'}'] if bytes.len() >= 4 => Some(double(text, span, engine)),
        [b'$', b'{', .., b'}'] => Some(value(text, span, 2, 1, Syntax::Dollar)),
        [b'{', .., b'}'] if !bytes.starts_with(b"{{") => Some(value(text, span, 1, 1, Syntax::Single)),
        _ => None,
    }
}

fn value(text: &[u8], span: Span, before: usize, behind: usize, syntax: Syntax) -> Placeholder {
    Placeholder {
        span,
        expression: trimmed(text, Span::new(span.start + before, span.end - behind)),
        mark: Mark::Value { is_raw: false },
        syntax,
    }
}

/// `{% if x %}`: what stands behind the first word is its expression, of a block's end the word without `end`.
fn statement(text: &[u8], span: Span) -> Placeholder {
    let inside = inside(text, Span::new(span.start + 2, span.end - 2), b"-+");
    let word = first_word(text, inside);
    let rest = trimmed(text, Span::new(word.end, inside.end));
    let of_statement = |mark, expression| Placeholder {
        span,
        expression,
        mark,
        syntax: Syntax::Statement,
    };
    let name = &text[word.range()];
    let assigns = text[rest.range()].contains(&b'=');
    match name {
        b"else" | b"elif" | b"elseif" | b"when" | b"elsif" => of_statement(Mark::Middle, rest),
        b"if" | b"for" | b"macro" | b"call" | b"filter" | b"block" | b"raw" | b"with" | b"autoescape" | b"unless"
        | b"case" | b"capture" | b"trans" | b"generation" => of_statement(Mark::Open, word),
        b"set" if !assigns => of_statement(Mark::Open, word),
        _ if name.starts_with(b"end") => of_statement(Mark::Close, Span::new(word.start + 3, word.end)),
        b"include" | b"import" | b"extends" | b"from" => {
            of_statement(Mark::Partial, quoted(text, rest).unwrap_or(rest))
        }
        _ => of_statement(Mark::Other, inside),
    }
}

/// `{{x}}`, `{{{x}}}`, `{{#if x}}`, `{{/if}}`, `{{> name}}`, `{{role "system"}}`.
fn double(text: &[u8], span: Span, engine: Engine) -> Placeholder {
    let bytes = &text[span.range()];
    let braces = bytes.iter().take(3).take_while(|&&byte| byte == b'{').count();
    let closing = bytes
        .iter()
        .rev()
        .take(braces)
        .take_while(|&&byte| byte == b'}')
        .count();
    let braces = braces.min(closing).min(bytes.len() / 2);
    let inside = inside(text, Span::new(span.start + braces, span.end - braces), b"~-");
    let marked = |mark, expression| Placeholder {
        span,
        expression,
        mark,
        syntax: Syntax::Double,
    };
    let behind = |from: usize| trimmed(text, Span::new(inside.start + from, inside.end));
    let is_moustache = matches!(
        engine,
        Engine::Handlebars | Engine::Mustache | Engine::Unknown | Engine::SemanticKernel
    );
    let plain = Mark::Value { is_raw: false };
    let raw = Mark::Value { is_raw: true };
    match &text[inside.range()] {
        _ if braces == 3 => marked(raw, inside),
        _ if !is_moustache => {
            let is_safe = is_marked_safe(&text[inside.range()]);
            marked(Mark::Value { is_raw: is_safe }, inside)
        }
        [b'^'] | b"else" => marked(Mark::Middle, inside),
        [b'#', b'>' | b'*', ..] => marked(Mark::Open, first_word(text, behind(2))),
        [b'#' | b'^', ..] => marked(Mark::Open, first_word(text, behind(1))),
        [b'/', ..] => marked(Mark::Close, first_word(text, behind(1))),
        [b'>', ..] => marked(Mark::Partial, first_word(text, behind(1))),
        [b'&', ..] => marked(raw, behind(1)),
        inner if inner.starts_with(b"else ") => marked(Mark::Middle, inside),
        inner if inner.starts_with(b"role ") => {
            let name = quoted(text, behind(5)).unwrap_or(behind(5));
            let role = std::str::from_utf8(&text[name.range()]).ok().and_then(Role::named);
            marked(Mark::Role(role), name)
        }
        _ => marked(plain, inside),
    }
}

/// `x | safe`, `x|raw`.
fn is_marked_safe(expression: &[u8]) -> bool {
    let mut parts = expression.split(|&byte| byte == b'|').skip(1);
    parts.any(|part| matches!(part.trim_ascii(), b"safe" | b"raw"))
}

/// The inside without the marks that trim white space.
fn inside(text: &[u8], span: Span, marks: &[u8]) -> Span {
    let mut span = span;
    if text[span.range()].first().is_some_and(|byte| marks.contains(byte)) {
        span.start += 1;
    }
    if text[span.range()].last().is_some_and(|byte| marks.contains(byte)) {
        span.end -= 1;
    }
    trimmed(text, span)
}

/// The span without white space around it.
pub(super) fn trimmed(text: &[u8], span: Span) -> Span {
    let bytes = &text[span.range()];
    let end = span.start + bytes.trim_ascii_end().len();
    let start = span.end - bytes.trim_ascii_start().len();
    Span::new(start.min(end), end)
}

/// The first word, up to white space or a bracket.
fn first_word(text: &[u8], span: Span) -> Span {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"()|%}".contains(byte);
    let bytes = &text[span.range()];
    let length = bytes.iter().position(is_end).unwrap_or(bytes.len());
    Span::new(span.start, span.start + length)
}

/// The text in the first pair of quotes.
pub(super) fn quoted(text: &[u8], span: Span) -> Option<Span> {
    let bytes = &text[span.range()];
    let start = bytes.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    let length = bytes[start + 1..].iter().position(|byte| *byte == bytes[start])?;
    Some(Span::new(span.start + start + 1, span.start + start + 1 + length))
}
