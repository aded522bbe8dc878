//! Regular expressions of other engines, written for ours.

/// `text` as an expression that matches it and nothing else.
pub(super) fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, character| {
        if character.is_ascii_punctuation() && !matches!(character, '<' | '>') {
            out.push('\\');
        }
        out.push(character);
        out
    })
}

/// The expression with the capture group `number` (from 1) called `secret`, and with the few signs escaped that other engines take
/// for themselves and ours does not: `{` that repeats nothing, and `[`, `&&`, `--`, `~~` inside of classes.
///
/// Without a number the first group is meant; without groups nothing is named.
pub(super) fn translated(regex: &str, number: Option<usize>) -> String {
    let wanted = number.unwrap_or(1);
    let is_verbose = regex.trim_start().starts_with("(?") && flags(regex).contains('x');
    let mut out = String::with_capacity(regex.len() + 12);
    let mut groups = 0;
    let mut rest = regex;
    let mut in_class = false;
    while let Some(character) = rest.chars().next() {
        let length = match character {
            '\\' => rest.chars().take(2).map(char::len_utf8).sum(),
            '#' if is_verbose && !in_class => rest.find('\n').unwrap_or(rest.len()),
            '[' if !in_class => {
                in_class = true;
                // A `]` right behind the opening stands for itself.
                let negation = usize::from(rest[1..].starts_with('^'));
                let literal = usize::from(rest[1 + negation..].starts_with(']'));
                out.push_str(&rest[..=negation]);
                if literal > 0 {
                    out.push_str("\\]");
                }
                rest = &rest[1 + negation + literal..];
                continue;
            }
            '[' if !rest.starts_with("[:") => {
                out.push_str("\\[");
                rest = &rest[1..];
                continue;
            }
            '[' => rest.find(":]").map_or(1, |end| end + 2),
            ']' => {
                in_class = false;
                1
            }
            '&' | '-' | '~' if in_class && rest[1..].starts_with(character) => {
                out.push('\\');
                out.push(character);
                rest = &rest[1..];
                continue;
            }
            '{' if !in_class && !is_repetition(rest) => {
                out.push_str("\\{");
                rest = &rest[1..];
                continue;
            }
            '(' if !in_class => {
                let name = group_name(rest);
                if name.is_some() || !rest.starts_with("(?") {
                    groups += 1;
                    if groups == wanted {
                        out.push_str("(?P<secret>");
                        rest = &rest[name.unwrap_or(1)..];
                        continue;
                    }
                }
                name.unwrap_or(1)
            }
            _ => character.len_utf8(),
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

/// The letters of the flags that an expression begins with.
fn flags(regex: &str) -> &str {
    let inside = regex.trim_start().trim_start_matches("(?");
    &inside[..inside.find([')', ':']).unwrap_or(0)]
}

/// How long the opening of a named group is, if `text` begins with one.
fn group_name(text: &str) -> Option<usize> {
    let name = text.strip_prefix("(?P<").or_else(|| {
        let name = text.strip_prefix("(?<")?;
        (!name.starts_with(['=', '!'])).then_some(name)
    })?;
    Some(text.len() - name.len() + name.find('>')? + 1)
}

/// Whether a `{` repeats what stands before it: `{3}`, `{3,}`, `{3,5}`.
fn is_repetition(text: &str) -> bool {
    let Some(end) = text.find('}') else { return false };
    let mut numbers = text[1..end].split(',');
    let is_number = |number: &str| number.bytes().all(|byte| byte.is_ascii_digit());
    numbers
        .next()
        .is_some_and(|first| !first.is_empty() && is_number(first))
        && numbers.next().is_none_or(is_number)
        && numbers.next().is_none()
}
