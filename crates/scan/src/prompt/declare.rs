//! Puts a variable into a prompt and declares it, so that whoever renders the prompt is asked for a value.
//!
//! Only where the format can say that a value is required: then a caller that does not give one gets an error, and no prompt with a hole.
//! Sources: [Dotprompt: input](https://google.github.io/dotprompt/reference/frontmatter/#input),
//! [Prompty](https://github.com/microsoft/prompty/blob/main/spec/spec.md),
//! [VS Code: variables](https://code.visualstudio.com/docs/copilot/customization/prompt-files).

use memchr::memrchr;
use weighbridge_core::Span;

use super::tree::Value;
use super::{Prompt, RegionKind};
use crate::fix::line_end;

/// How a variable is written, and what declares it.
pub(crate) struct Variable {
    pub(crate) written: String,
    pub(crate) declaration: Option<(Span, String)>,
    /// Whether further variables can be declared beside it at once.
    pub(crate) has_company: bool,
}

/// The variable called `name`, for a place in the text of a prompt; `None` where the format has none, or already has this one.
pub(crate) fn variable(text: &[u8], prompt: &Prompt, name: &str) -> Option<Variable> {
    if prompt.is_piece {
        return None;
    }
    match prompt.format.name {
        "Dotprompt" => {
            let (declaration, has_company) = in_dotprompt(text, prompt, name)?;
            Some(Variable {
                written: format!("{{{{{name}}}}}"),
                declaration: Some(declaration),
                has_company,
            })
        }
        "Prompty" => {
            let (declaration, has_company) = in_prompty(text, prompt, name)?;
            Some(Variable {
                written: format!("{{{{{name}}}}}"),
                declaration: Some(declaration),
                has_company,
            })
        }
        "Copilot" if prompt.role_at(text.len().saturating_sub(1)) == Some(super::Role::User) => Some(Variable {
            written: format!("${{input:{name}}}"),
            declaration: None,
            has_company: true,
        }),
        _ => None,
    }
}

/// Whether a place can be given over to a variable: text that reaches the language model.
pub(crate) fn is_text(prompt: &Prompt, span: Span) -> bool {
    let index = prompt.regions.partition_point(|(region, _)| region.end <= span.start);
    prompt
        .regions
        .get(index)
        .is_some_and(|(region, kind)| matches!(kind, RegionKind::Literal | RegionKind::Fence) && span.end <= region.end)
}

/// `input: {schema: {name: string}}`, in lines.
fn in_dotprompt(text: &[u8], prompt: &Prompt, name: &str) -> Option<((Span, String), bool)> {
    let end = line_end(text);
    let Some(front) = prompt.front else {
        let head = format!("---{end}input:{end}  schema:{end}    {name}: string{end}---{end}");
        let at = if text.starts_with(crate::word::BYTE_ORDER_MARK) {
            3
        } else {
            0
        };
        return Some(((Span::new(at, at), head), false));
    };
    if !front.is_yaml || prompt.trouble.is_some() {
        return None;
    }
    let root = prompt.settings.as_ref()?.root();
    let Some(input) = root.and_then(|root| root.get("input")) else {
        let at = front.inside.end;
        return Some((
            (
                Span::new(at, at),
                format!("input:{end}  schema:{end}    {name}: string{end}"),
            ),
            false,
        ));
    };
    let Some(schema) = input.get("schema") else {
        let (at, indent) = first_line(text, input)?;
        return Some((
            (
                Span::new(at, at),
                format!("{indent}schema:{end}{indent}  {name}: string{end}"),
            ),
            false,
        ));
    };
    if schema
        .entries()
        .any(|(key, _)| key.text().is_some_and(|key| key.trim_end_matches('?') == name))
    {
        return None;
    }
    let (at, indent) = first_line(text, schema)?;
    Some(((Span::new(at, at), format!("{indent}{name}: string{end}")), true))
}

/// `inputs:`, a mapping or a list, in lines.
fn in_prompty(text: &[u8], prompt: &Prompt, name: &str) -> Option<((Span, String), bool)> {
    let end = line_end(text);
    let front = prompt.front.filter(|front| front.is_yaml && prompt.trouble.is_none())?;
    let root = prompt.settings.as_ref()?.root()?;
    let Some(inputs) = root.get("inputs") else {
        let at = front.inside.end;
        let list = format!("inputs:{end}  - name: {name}{end}    kind: string{end}    required: true{end}");
        return Some(((Span::new(at, at), list), false));
    };
    let is_known = inputs.get(name).is_some()
        || inputs
            .items()
            .any(|item| item.get("name").and_then(Value::text) == Some(name));
    if is_known {
        return None;
    }
    let (at, indent) = first_line(text, inputs)?;
    let is_list = inputs.items().next().is_some();
    let lines = if is_list {
        format!("{indent}- name: {name}{end}{indent}  kind: string{end}{indent}  required: true{end}")
    } else {
        format!("{indent}{name}:{end}{indent}  type: string{end}")
    };
    Some(((Span::new(at, at), lines), true))
}

/// Where the first line of a mapping or list in lines begins, and its indentation; `None` for one in brackets.
fn first_line<'t>(text: &'t [u8], value: Value<'_>) -> Option<(usize, &'t str)> {
    let first = value.entries().map(|(key, _)| key).chain(value.items()).next()?;
    let start = memrchr(b'\n', &text[..first.span().start])? + 1;
    let before = &text[start..first.span().start];
    let indent = before.iter().take_while(|byte| **byte == b' ').count();
    let rest = before[indent..].trim_ascii();
    (rest.is_empty() || rest == b"-").then_some(())?;
    Some((start, std::str::from_utf8(&before[..indent]).ok()?))
}
